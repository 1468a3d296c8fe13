"""Columns, vec and the fold: the shapes and the order of entries used in every notebook.

Vectors are columns ``(n, 1)`` and vec is row-major, as numpy's C order. ``vec`` and ``fold``
take sympy matrices and numpy arrays alike. Section 4.6 introduces vec, section 5.4 the fold.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from helpers.checks import check_numbers, check_shape


def as_column(values: ArrayLike) -> NDArray:
    """Make a column ``(n, 1)`` of n numbers: a list, a 1-D array, a row or a column.

    A matrix with several rows and several columns is refused: its order would be a guess.
    """
    array = np.asarray(values)
    if array.size == 0:
        raise ValueError("values is empty, expected at least one number")
    if array.size != max(array.shape, default=1):
        raise ValueError(f"values is {array.shape}, expected (n,), (n, 1) or (1, n)")
    check_numbers("values", array)
    return array.reshape(array.size, 1)


def vec(matrix: Any) -> Any:
    """Stack the rows of an ``(m, n)`` matrix into a column ``(mn, 1)``: row-major, row by row.

    Entry (i, j), counted from 0, lands at i·n + j. sympy's own ``Matrix.vec()`` stacks columns.
    """
    check_shape("matrix", matrix, (None, None))
    rows, cols = matrix.shape
    return matrix.reshape(rows * cols, 1)


def fold(jacobian_row: Any, parameter: Any) -> Any:
    """Fold a Jacobian ``(1, mn)`` with respect to vec(parameter) into the shape ``(m, n)``.

    The step from ``ds_dW`` to ``dW``: numerator layout to shape convention. Section 5.4.
    """
    check_shape("parameter", parameter, (None, None))
    rows, cols = parameter.shape
    check_shape("jacobian_row", jacobian_row, (1, rows * cols))
    return jacobian_row.reshape(rows, cols)
