"""The witnesses must be able to fail, and to say where."""

import numpy as np
import pytest

from helpers.numerical import (
    CountedNumber,
    agree,
    central_difference,
    complex_step,
    count_products,
    largest_difference,
)

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


def test_numerical_derivatives_take_whole_numbers_and_one_by_one_results():
    assert complex_step(lambda x: x.T @ x, np.array([[3], [4]])).tolist() == [[6.0], [8.0]]
    assert central_difference(lambda x: x[0] ** 3, np.array([4.0])) == pytest.approx(
        48, rel=1e-9
    )


def test_numerical_derivatives_refuse_more_than_one_number():
    for derivative in (complex_step, central_difference):
        with pytest.raises(ValueError, match=r"^function returns shape \(3, 2\)"):
            derivative(lambda x: A @ x, at)
    with pytest.raises(ValueError, match=r"^step is 0"):
        central_difference(quadratic, at, step=0)
    with pytest.raises(ValueError, match=r"^at holds a NaN"):
        complex_step(quadratic, np.array([np.nan]))


def test_agree_names_the_ways_and_the_bound(capsys):
    agree(long_way=A, short_way=A + 1e-14)
    line = "long_way = short_way: shape (3, 4), equal to within 1e-12\n"
    assert capsys.readouterr().out == line


def test_agree_fails_on_the_last_way_and_prints_both():
    first = np.array([[1 / 3, 2]])
    with pytest.raises(AssertionError) as raised:
        agree(first=first, second=first, third=first + 0.25)
    assert str(raised.value) == (
        "third differs from first by 0.25, more than 1e-12:\n"
        "first =\n[[0.333333 2.      ]]\nthird =\n[[0.583333 2.25    ]]"
    )


def test_agree_takes_a_difference_of_the_tolerance_itself():
    agree(tolerance=0.5, a=np.zeros(2), b=np.full(2, 0.5))


def test_agree_never_broadcasts_and_never_passes_nan():
    with pytest.raises(ValueError, match=r"^b is \(1, 3\), expected \(3, 1\) like a"):
        agree(a=np.zeros((3, 1)), b=np.zeros((1, 3)))
    with pytest.raises(ValueError, match=r"^b holds a NaN"):
        agree(a=np.zeros(2), b=np.array([0, np.nan]))
    with pytest.raises(ValueError, match="at least two"):
        agree(a=A)


def test_largest_difference_is_the_largest_over_all_ways():
    assert largest_difference(a=np.zeros(3), b=np.array([0, 1, 0]), c=np.array([0, 0, -4])) == 4


def test_count_products_counts_a_matrix_product():
    B = rng.standard_normal((4, 5))
    assert count_products(np.matmul, A, B) == 3 * 4 * 5
    assert count_products(lambda a, b: a * b, A, A) == 12
    assert count_products(lambda a: a + a, A) == 0
    assert count_products(lambda a, b: (a * b) * a + a * (a + b), A, A) == 36
    assert count_products(lambda a: a * a, np.zeros((0, 3))) == 0


def test_a_counted_number_multiplies_and_adds():
    tally = [0]
    two, three = CountedNumber(2, tally), CountedNumber(3, tally)
    assert ((two * three + three) * two).value == 18
    assert tally == [2]
