"""Columns, vec and the fold, on sympy and numpy alike; and what bad input is told."""

import numpy as np
import pytest
from sympy import ImmutableMatrix

from helpers.arrays import as_column, fold, vec
from helpers.checks import check_shape, check_whole
from helpers.symbolic import matrix


def test_as_column_makes_a_column_of_a_list_an_array_a_row_or_a_number():
    for values in (
        [1, 2, 3],
        np.array([1, 2, 3]),
        np.array([[1, 2, 3]]),
        np.array([[1], [2], [3]]),
    ):
        assert as_column(values).tolist() == [[1], [2], [3]]
    assert as_column(7).tolist() == [[7]]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "^values is empty, expected at least one number$"),
        ([[1, 2], [3, 4]], r"^values is \(2, 2\), expected \(n,\), \(n, 1\) or \(1, n\)$"),
        (["a", "b"], "^values has the type <U1, expected numbers$"),
        ([1, np.nan], "^values holds a NaN or an infinite entry, expected finite numbers$"),
        ([1, np.inf], "^values holds a NaN"),
    ],
)
def test_as_column_refuses_what_is_no_column(values, message):
    with pytest.raises(ValueError, match=message):
        as_column(values)


def test_vec_is_row_major_for_numpy_and_for_sympy():
    W = np.arange(12).reshape(3, 4)
    assert vec(W).ravel().tolist() == list(range(12))
    symbols = matrix("W", 3, 4)
    v = vec(symbols)
    assert v.shape == (12, 1)
    for i in range(3):
        for j in range(4):
            assert v[i * 4 + j, 0] == symbols[i, j]
    assert v != symbols.vec(), "sympy's own vec is column-major"


def test_fold_undoes_vec_for_numpy_and_for_sympy():
    W = np.arange(12.0).reshape(3, 4)
    assert np.array_equal(fold(vec(W).T, W), W)
    symbols = matrix("W", 3, 4)
    assert fold(vec(symbols).T, symbols) == symbols


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (np.zeros((12, 1)), r"\(12, 1\), expected \(1, 12\): transposed\? \.T would fit$"),
        (np.zeros((1, 11)), r"\(1, 11\), expected \(1, 12\)$"),
    ],
)
def test_fold_names_the_argument_the_shapes_and_the_slip(row, message):
    with pytest.raises(ValueError, match="^jacobian_row is " + message):
        fold(row, np.zeros((3, 4)))


def test_vec_and_fold_refuse_what_is_no_matrix():
    with pytest.raises(ValueError, match=r"^matrix is \(4,\), expected \(any, any\)"):
        vec(np.zeros(4))
    with pytest.raises(ValueError, match=r"^parameter is \(4,\), expected \(any, any\)"):
        fold(np.zeros((1, 4)), np.zeros(4))


COLUMN = r"make it a column with as_column\(x\)$"
ROW = r"write a row as np\.array\(\[\[\.\.\.\]\]\)$"
MATRIX = r"write a matrix as np\.array\(\[\[\.\.\.\], \[\.\.\.\]\]\)$"


@pytest.mark.parametrize(
    ("value", "shape", "message"),
    [
        # One hint for each shape that is wanted: a column would not do for a row or a matrix.
        (np.zeros(4), (4, 1), r"x is \(4,\), expected \(4, 1\): a 1-D array; " + COLUMN),
        (np.zeros(4), (4, None), r"expected \(4, any\): a 1-D array; " + COLUMN),
        (np.zeros(4), (1, 4), "a 1-D array; " + ROW),
        (np.zeros(4), (2, 4), "a 1-D array; " + MATRIX),
        ([1, 2], (2, 1), r"x is of type list, expected shape \(2, 1\): " + COLUMN),
        ((1, 2), (None, 1), r"x is of type tuple, .*: " + COLUMN),
        ([1, 2], (1, None), ROW),
        ([1, 2, 3], (2, 2), MATRIX),
        ([[1, 2]], (1, 2), r": wrap it in np\.array\(\.\.\.\)$"),
        ([], (1, 2), ": give a numpy array or a sympy matrix$"),
        (3.0, (2, 1), r"x is of type float, .*: give a numpy array or a sympy matrix$"),
        (np.array(1.0), (1, 1), r"a single number; write it as np\.array\(\[\[x\]\]\)$"),
        (np.zeros((1, 2)), (2, 1), r"expected \(2, 1\): transposed\? \.T would fit$"),
        (np.zeros((3, 1)), (2, 1), r"expected \(2, 1\)$"),
        (np.zeros((2, 2)), (2, 1), r"expected \(2, 1\)$"),
        (np.zeros((2, 4, 3)), (3, 4), r"x is \(2, 4, 3\), expected \(3, 4\)$"),
        (np.zeros((2, 3)), (None, 1), r"expected \(any, 1\)$"),
    ],
)
def test_a_wrong_shape_is_told_with_the_likely_slip(value, shape, message):
    with pytest.raises(ValueError, match=r"^x is .*" * (message[0] != "x") + message):
        check_shape("x", value, shape)


def test_a_name_that_is_no_variable_is_not_put_into_code():
    with pytest.raises(ValueError, match=r"^the row is .* with as_column\(\.\.\.\)$"):
        check_shape("the row", np.zeros(3), (3, 1))


def test_a_fitting_shape_passes():
    check_shape("x", ImmutableMatrix([1, 2]), (None, 1))
    check_shape("x", np.zeros((2, 3, 4)), (2, None, 4))


@pytest.mark.parametrize("value", [0, -1, 2.0, "3", True])
def test_a_size_is_a_whole_number_from_one_on(value):
    with pytest.raises(ValueError, match="m is"):
        check_whole("m", value)
