"""Each activation's three forms against one another."""

import numpy as np
import pytest
from sympy import Symbol

from helpers.activations import ACTIVATIONS, gelu, identity, relu, sigmoid, swish, tanh
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
    derivative = complex_step if activation.holomorphic else central_difference
    numerical = derivative(lambda a: activation.f(a).sum(), z)
    tolerance = 1e-14 if activation.holomorphic else 1e-8
    assert np.abs(activation.f_prime(z) - numerical).max() < tolerance


def test_shapes_and_inputs_are_left_as_they_are(activation):
    before = z.copy()
    assert activation.f(z).shape == activation.f_prime(z).shape == z.shape
    assert np.array_equal(z, before)


def test_relu_at_zero_follows_the_frameworks():
    assert relu.f_prime(np.array([0.0])).item() == 0
    assert not np.signbit(relu.f(np.array([-0.0]))).any()
    assert relu.symbolic_prime(Symbol("t")).subs("t", 0) == 0


@pytest.mark.parametrize("far", [-800.0, 800.0])
def test_far_from_zero_nothing_overflows(activation, far):
    with np.errstate(all="raise", under="ignore"):
        assert np.isfinite(activation.f(np.array([far]))).all()
        assert np.isfinite(activation.f_prime(np.array([far]))).all()


def test_the_identities_that_the_field_knows():
    assert tanh.f(z) == pytest.approx(2 * sigmoid.f(2 * z) - 1, abs=1e-14)
    assert swish.f(z) == pytest.approx(z * sigmoid.f(z), abs=1e-14)
    assert gelu.f(np.array([0.0])).item() == 0
    assert [activation.name for activation in ACTIVATIONS] == [
        "sigmoid",
        "tanh",
        "ReLU",
        "Swish",
        "GELU",
    ]


def test_the_identity_changes_nothing_and_is_not_one_of_the_five():
    assert np.array_equal(identity.f(z), z) and np.array_equal(identity.f_prime(z), z**0)
    assert identity.symbolic_prime(Symbol("t")) == 1
    assert identity not in ACTIVATIONS
