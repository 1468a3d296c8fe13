"""Each activation's three forms against one another."""

import numpy as np
import pytest
from sympy import Symbol

from helpers.activations import ACTIVATIONS, identity, relu
from helpers.numerical import central_difference, complex_step
from helpers.symbolic import column, evaluate

z = np.random.default_rng(6).standard_normal((7, 3)) * 3
at = column("t", 1)


def symbolic_values(expression):
    """Evaluate an expression in one symbol at every entry of z, by sympy."""
    return np.array(
        [[evaluate(expression, {at: np.array([[v]])}).item() for v in r] for r in z]
    )


def test_f_is_its_symbolic_form(activation):
    assert np.abs(activation.f(z) - symbolic_values(activation.symbolic(at[0]))).max() < 1e-14


def test_f_prime_is_sympys_derivative_of_the_symbolic_form(activation):
    derivative = symbolic_values(activation.symbolic_prime(at[0]))
    assert np.abs(activation.f_prime(z) - derivative).max() < 1e-14


def test_f_prime_is_the_numerical_derivative_of_f(activation):
    derivative = complex_step if activation.takes_complex else central_difference
    numerical = derivative(lambda a: activation.f(a).sum(), z)
    tolerance = 1e-14 if activation.takes_complex else 1e-8
    assert np.abs(activation.f_prime(z) - numerical).max() < tolerance


@pytest.mark.parametrize("given", [np.float16, np.float32, np.float64])
def test_shape_and_floating_type_are_kept(activation, given):
    numbers = z.astype(given)
    before, exact = numbers.copy(), numbers.astype(float)
    for part in (activation.f, activation.f_prime):
        assert part(numbers).dtype == given and part(numbers).shape == z.shape
        assert np.abs(part(numbers) - part(exact)).max() < 16 * np.finfo(given).eps
    assert np.array_equal(numbers, before)


def test_a_single_number_will_do(activation):
    for part in (activation.f, activation.f_prime):
        for number in (0.5, np.float64(0.5), np.array(0.5)):
            assert part(number) == part(np.array([0.5]))[0]


@pytest.mark.parametrize("given", [np.uint8, np.int64, bool])
def test_whole_numbers_are_computed_in_float64(activation, given):
    whole = np.array([[0, 1, 200]]).astype(given)
    for part in (activation.f, activation.f_prime):
        assert part(whole).dtype == np.float64
        assert np.array_equal(part(whole), part(whole.astype(float)))


def test_what_an_activation_cannot_take_is_refused(activation):
    with pytest.raises(ValueError, match=r"^z has the type object, expected numbers: evaluate"):
        activation.f(at)
    if not activation.takes_complex:
        with pytest.raises(
            ValueError, match=f"^z is complex, but {activation} takes real.*: use cen.*step$"
        ):
            activation.f(z + 1j)
    assert np.isnan(activation.f(np.array([np.nan]))).all()


def test_relu_at_zero_follows_the_frameworks():
    assert relu.f_prime(np.array([0.0])).item() == 0
    assert not np.signbit(relu.f(np.array([-0.0]))).any()
    assert relu.symbolic_prime(Symbol("t")).subs("t", 0) == 0


@pytest.mark.parametrize("far", [-800.0, 800.0])
def test_far_from_zero_nothing_overflows(activation, far):
    with np.errstate(all="raise", under="ignore"):
        assert np.isfinite(activation.f(np.array([far]))).all()
        assert np.isfinite(activation.f_prime(np.array([far]))).all()


@pytest.mark.parametrize("given", [np.float32, np.float64])
def test_far_to_the_right_the_last_three_have_slope_one_and_the_first_two_zero(given):
    far = np.array([3e7, 1e17], dtype=given)
    for each, slope in zip(ACTIVATIONS, (0, 0, 1, 1, 1), strict=True):
        assert (each.f_prime(far) == slope).all() and (each.f_prime(-far) == 0).all(), each


def test_the_identity_changes_nothing_and_is_not_one_of_the_five():
    assert np.array_equal(identity.f(z), z) and np.array_equal(identity.f_prime(z), z**0)
    assert identity.symbolic_prime(Symbol("t")) == 1
    names = [activation.name for activation in ACTIVATIONS]
    assert names == ["sigmoid", "tanh", "ReLU", "Swish", "GELU"]
