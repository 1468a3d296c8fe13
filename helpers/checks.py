"""What arguments are refused: shapes, numbers and whole numbers, each named in the message."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import MatrixBase


def check_shape(name: str, value: Any, shape: tuple[int | None, ...]) -> None:
    """Raise a ``ValueError`` unless ``value`` is a matrix of ``shape`` (``None``: any size).

    The message names the argument, the shape expected and the shape given, and the likely slip.
    """
    wanted = "(" + ", ".join("any" if size is None else str(size) for size in shape) + ")"
    if not isinstance(value, np.ndarray | MatrixBase):
        slip = ": give a numpy array or a sympy matrix"
        if isinstance(value, list | tuple):
            slip = ": turn the list into a column with as_column(...)"
        raise ValueError(f"{name} is a {type(value).__name__}, expected shape {wanted}{slip}")
    if len(value.shape) == len(shape) and all(
        size is None or size == given for size, given in zip(shape, value.shape, strict=True)
    ):
        return
    slip = ""
    if len(value.shape) == 1:
        slip = f": a 1-D array, make it a column with as_column({name})"
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
