"""The witnesses must be able to fail, and to say where."""

import numpy as np
import pytest

from helpers.numerical import (
    agree,
    central_difference,
    complex_step,
    count_products,
    largest_difference,
)
from helpers.symbolic import column

rng = np.random.default_rng(3)
A = rng.standard_normal((3, 4))
at = rng.standard_normal((4, 2))


def quadratic(x):
    """Compute Σ (A x)², whose gradient is 2 AᵀA x."""
    return ((A @ x) ** 2).sum()


@pytest.mark.parametrize(
    ("derivative", "bound"), [(complex_step, 1e-13), (central_difference, 1e-8)]
)
def test_numerical_derivatives_find_a_known_gradient(derivative, bound):
    before = at.copy()
    gradient = derivative(quadratic, at)
    assert gradient.shape == at.shape
    assert np.abs(gradient - 2 * A.T @ A @ at).max() < bound
    assert np.array_equal(at, before)


both = pytest.mark.parametrize("derivative", [complex_step, central_difference])


@both
def test_whole_numbers_become_floats_and_floats_keep_their_type(derivative):
    for given in (np.int8, np.float32, np.float64):
        where = np.array([[3.3], [4.7]]).astype(given)
        slope = derivative(lambda x: x.T @ x, where)
        assert slope == pytest.approx(2 * where.astype(float), rel=1e-7)
        assert slope.dtype == (np.float64 if given is np.int8 else given)


@both
@pytest.mark.parametrize(
    ("function", "where", "message"),
    [
        (lambda x: A @ x, at, r"function returns shape \(3, 2\), expected one number"),
        (lambda x: x.sum() * np.nan, at, "the value of function holds a NaN"),
        (lambda x: np.nan, at, "the value of function holds a NaN"),
        (quadratic, np.array([np.nan]), "at holds a NaN"),
        (quadratic, np.array([1j]), "at has the type complex128, expected real numbers$"),
    ],
)
def test_numerical_derivatives_refuse_what_has_none(derivative, function, where, message):
    with pytest.raises(ValueError, match="^" + message):
        derivative(function, where)


@pytest.mark.parametrize(
    "function",
    [
        np.linalg.norm,
        lambda x: np.abs(x).sum(),
        lambda x: x.real.sum(),
        lambda x: 5.0,
        # What is complex all the same, though an operation in it dropped the derivative.
        lambda x: (x * x.conj()).sum(),
        lambda x: np.linalg.norm(x) + x.sum(),
    ],
)
@pytest.mark.parametrize("scale", [1e-3, 1, 1e12])
def test_complex_step_refuses_a_lost_imaginary_part(function, scale):
    said = r"^(function returns the real number|the complex step and a central difference dis)"
    with pytest.raises(ValueError, match=said + r".* some operation .*\(abs, .*central_diff"):
        complex_step(function, at * scale)


@pytest.mark.parametrize("slope", [1e-9, 1e-3, 1e3, 1e7])
def test_complex_step_takes_what_is_steep_or_flat(slope):
    assert complex_step(lambda x: np.tanh(slope * x[0]) + 1e3, np.zeros(1)) == slope


def test_complex_step_takes_a_constant_and_the_very_large():
    assert complex_step(lambda x: x[0] + 1e9, np.ones(1)) == 1
    assert complex_step(lambda x: 0 * x[0] + 1e9, np.ones(1)) == 0
    assert complex_step(lambda x: np.exp(x[0]), np.array([300.0])) == np.exp(300)


def test_the_step_of_central_difference_is_relative_to_the_entry():
    assert central_difference(lambda x: x[0] ** 2, np.array([0.9]), step=1) == 0.9 * 2
    for entry in (-1e12, 4.0, 1e12):
        slope = central_difference(lambda x: x[0] ** 3, np.array([entry]))
        assert slope == pytest.approx(3 * entry**2, rel=1e-9)
    # Of two cubes: 3x² + h², with h = step · max(1, |x|).
    for entry, h in ((0.5, 0.1), (-20.0, 2.0)):
        slope = central_difference(lambda x: x[0] ** 3, np.array([entry]), step=0.1)
        assert slope == pytest.approx(3 * entry**2 + h**2, rel=1e-12)


@pytest.mark.parametrize("step", [0, -1, np.inf, np.nan, 1e-20])
def test_central_difference_refuses_a_step_that_moves_nothing(step):
    reason = "too small" if step == 1e-20 else "expected a positive number$"
    with pytest.raises(ValueError, match=f"^step is {step}, {reason}"):
        central_difference(quadratic, at, step=step)


def test_central_difference_refuses_a_complex_function():
    with pytest.raises(ValueError, match=r"^function returns a complex number at a real point"):
        central_difference(lambda x: x[0] * 1j, np.ones(1))


def test_agree_names_the_ways_and_the_bound(capsys):
    agree(long_way=A, short_way=A + 1e-14)
    line = "long_way = short_way: shape (3, 4), equal to within 1e-12\n"
    assert capsys.readouterr().out == line


def test_agree_fails_on_the_last_way_and_prints_both():
    first = np.array([[1 / 3, 0.5]])
    with pytest.raises(AssertionError) as raised:
        agree(first=first, second=first, third=first + 0.25)
    assert str(raised.value) == (
        "third differs from first by 0.25, more than 1e-12:\n"
        "first =\n[[0.333333 0.5     ]]\nthird =\n[[0.583333 0.75    ]]"
    )


@pytest.mark.parametrize("sign", [1, -1])
def test_the_tolerance_is_relative_to_the_larger_of_1_and_the_largest_entry(sign):
    agree(tolerance=0.5, a=np.zeros(2), b=np.full(2, sign * 0.5))
    agree(tolerance=0.5, a=np.zeros(2), b=np.array([0, 1.0]) * sign * 0.5)
    for a, b in ((4.0, 2.0), (2.0, 4.0)):  # the largest of either
        agree(tolerance=0.5, a=np.array([sign * a]), b=np.array([sign * b]))
    agree(a=sign * np.array([1e19, 0]), b=sign * np.array([1e19 + 4096, 2.0]))
    with pytest.raises(AssertionError, match=r"by 2.1, .* 0.5 times the largest entry, 4:"):
        agree(tolerance=0.5, a=np.array([sign * 4.0]), b=np.array([sign * 1.9]))
    with pytest.raises(AssertionError, match=r"more than 0 times the largest entry, 1.5:"):
        agree(tolerance=0, a=np.array([sign * 1.5]), b=np.array([sign * 1.0]))
    agree(tolerance=0, a=A, b=A)


def test_no_number_wraps_around_in_a_comparison():
    ways = {"a": np.array([-128], np.int8), "b": np.array([0], np.int8)}
    assert largest_difference(**ways) == 128
    with pytest.raises(AssertionError, match=r"b differs from a by 1.3e"):
        agree(**ways)
    assert largest_difference(a=np.array([0], np.uint8), b=np.array([1], np.uint8)) == 1
    assert (
        largest_difference(a=np.array([6e4], np.float16), b=-np.array([6e4], np.float16)) > 1e5
    )
    assert largest_difference(a=np.array([1j]), b=np.array([0])) == 1


@pytest.mark.parametrize(
    ("ways", "message"),
    [
        ({}, "got 0 arrays; need two to compare$"),
        ({"a": A}, "got 1 array; need two to compare$"),
        ({"a": np.zeros((3, 1)), "b": np.zeros((1, 3))},
         r"b is \(1, 3\), expected \(3, 1\) like a$"),
        ({"a": np.zeros(2), "b": np.array([0, np.nan])}, "b holds a NaN"),
        ({"a": np.array([np.inf]), "b": np.array([np.inf])}, "a holds a NaN or an infinite"),
        ({"a": np.zeros((0, 2)), "b": np.zeros((0, 2))}, r"a is \(0, 2\): empty, so there"),
        ({"a": column("x", 2), "b": np.zeros((2, 1))}, r"a has the type object, .*: evaluate"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(ways, message):
    for compare in (agree, largest_difference):
        with pytest.raises(ValueError, match="^" + message):
            compare(**ways)


@pytest.mark.parametrize("tolerance", [-1, np.inf, np.nan])
def test_a_tolerance_that_lets_all_or_nothing_pass_is_refused(tolerance):
    with pytest.raises(ValueError, match=r"^tolerance is"):
        agree(tolerance, a=A, b=A)


def test_largest_difference_is_the_largest_over_all_ways():
    assert largest_difference(a=np.zeros(3), b=np.array([0, 1, 0]), c=np.array([0, 0, -4])) == 4


def test_count_products_counts_a_matrix_product():
    B = rng.standard_normal((4, 5))
    assert count_products(np.matmul, A, B) == 3 * 4 * 5
    assert count_products(lambda a, b: a * b, A, A) == 12
    assert count_products(lambda a: a + a, A) == 0
    assert count_products(lambda a, b: ((a * b) * a + b) * (a + b), A, A) == 36
    assert count_products(lambda a: a * a, np.zeros((0, 3))) == 0

    def right(a, b):
        assert [product.value for product in (a @ b).flat] == pytest.approx((A @ B).ravel())

    count_products(right, A, B)


@pytest.mark.parametrize(
    ("count", "function"),
    [
        (12, lambda a: 2 * a), (12, lambda a: a / 3), (12, lambda a: 3 / a),
        (12, lambda a: a**2), (0, lambda a: -a), (0, lambda a: a - 1), (0, lambda a: 1 - a),
        (0, lambda a: 1 + a), (0, np.exp), (0, lambda a: np.log(np.abs(a))),
        (0, lambda a: np.sqrt(np.abs(a))), (0, np.tanh), (0, np.sin), (0, np.cos),
        (0, lambda a: np.where(a > 0, a, 0)), (0, lambda a: np.where(a <= 0, 0, a)),
        (0, lambda a: np.where(a < 0, 0, a)), (0, lambda a: np.maximum(a, 0)),
        (1, lambda a: a.mean()), (4, lambda a: a.mean(axis=0)), (12, lambda a: a[0, 0] * a),
        (12, lambda a: np.einsum("ij,ij->j", a, a)), (0, lambda a: a == a.max()),
        (0, lambda a: a != a.max()), (36, lambda a: a @ a.T), (14, lambda a: a.std()),
        (1, lambda a: np.float64(2) * a[0, 0]), (0, lambda a: float(a[0, 0]) * 2),
    ],
)  # fmt: skip
def test_count_products_counts_what_a_program_does_and_changes_no_number(count, function):
    seen = []
    assert count_products(lambda a: seen.append(function(a)), A) == count
    assert np.allclose(np.asarray(seen[0]).astype(float), function(A))


def test_count_products_hands_on_what_is_no_array_of_floats():
    assert count_products(lambda a, k, name: [a[k] * 2, name.upper()], A, 1, "text") == 4
    assert count_products(lambda k: k * k, np.arange(3)) == 0
