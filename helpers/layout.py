"""Columns, vec and the fold: the shapes and the one order that every notebook keeps.

Vectors are columns ``(n, 1)`` and vec is row-major, as numpy's C order. ``vec`` and ``fold``
take sympy matrices and numpy arrays alike. Section 4.6 introduces vec, section 5.4 the fold.
"""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sympy import MatrixBase


def check_shape(name: str, value: Any, shape: tuple[int | None, ...]) -> None:
    """Raise a ``ValueError`` unless ``value`` is a matrix of ``shape`` (``None``: any size).

    The message names the argument, the shape expected and the shape given, and the likely slip.
    """
    wanted = "(" + ", ".join("any" if size is None else str(size) for size in shape) + ")"
    if not isinstance(value, np.ndarray | MatrixBase):
        slip = ": give a numpy array or a sympy matrix"
        if isinstance(value, list | tuple):
            slip = ": turn the list into a column with col(...)"
        raise ValueError(f"{name} is a {type(value).__name__}, expected shape {wanted}{slip}")
    if len(value.shape) == len(shape) and all(
        size is None or size == given for size, given in zip(shape, value.shape, strict=True)
    ):
        return
    slip = ""
    if len(value.shape) == 1:
        slip = f": a 1-D array, make it a column with col({name})"
    elif len(value.shape) == 0:
        slip = f": a bare number, make it a matrix with np.array([[{name}]])"
    elif len(shape) == 2 and len(value.shape) == 2:
        turned = all(
            size is None or size == given
            for size, given in zip(shape, value.shape[::-1], strict=True)
        )
        slip = ": transposed? .T would fit" if turned else ""
    raise ValueError(f"{name} is {tuple(value.shape)}, expected {wanted}{slip}")


def check_numbers(name: str, value: NDArray) -> None:
    """Raise a ``ValueError`` unless the array holds numbers, all of them finite."""
    if not np.issubdtype(value.dtype, np.number):
        raise ValueError(f"{name} has the type {value.dtype}, expected numbers")
    if not np.isfinite(value).all():
        raise ValueError(f"{name} holds a NaN or an infinite entry, expected finite numbers")


def check_whole(name: str, value: Any, least: int = 1) -> None:
    """Raise a ``ValueError`` unless ``value`` is a whole number of at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise ValueError(f"{name} is {value!r}, expected a whole number")
    if value < least:
        raise ValueError(f"{name} is {value}, expected a whole number of at least {least}")


def col(values: ArrayLike) -> NDArray:
    """Make a column ``(n, 1)`` of n numbers: a list, a 1-D array, or a column or row already.

    A matrix with several rows and several columns is refused, since it has no one order.
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
    """Fold a Jacobian ``(1, mn)`` by vec(parameter) into the parameter's shape ``(m, n)``.

    The step from ``ds_dW`` to ``dW``: numerator layout to shape convention. Section 5.4.
    """
    check_shape("parameter", parameter, (None, None))
    rows, cols = parameter.shape
    check_shape("jacobian_row", jacobian_row, (1, rows * cols))
    return jacobian_row.reshape(rows, cols)
