"""The arguments that are refused, and why: shapes, numbers, whole numbers, each by name."""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import MatrixBase

MATRIX = (np.ndarray, MatrixBase)


def _fits(given: tuple[int, ...], shape: tuple[int | None, ...]) -> bool:
    # A plain loop: for a small network the checks take as long as its products.
    if len(given) != len(shape):
        return False
    for have, size in zip(given, shape, strict=True):
        if size is not None and size != have:
            return False
    return True


def _written(name: str, size: int, shape: tuple[int | None, ...]) -> str:
    """Say how to write ``size`` numbers in ``shape``: as a column where one fits."""
    if _fits((size, 1), shape):
        return f"make it a column with as_column({name if name.isidentifier() else '...'})"
    if _fits((1, size), shape):
        return "write a row as np.array([[...]])"
    return "write a matrix as np.array([[...], [...]])"


def check_shape(name: str, value: Any, shape: tuple[int | None, ...]) -> None:
    """Raise a ``ValueError`` unless ``value`` is a matrix of ``shape`` (``None``: any size).

    The message names the argument, the shape expected and the shape given, and the likely slip.
    """
    if isinstance(value, MATRIX) and _fits(value.shape, shape):
        return
    wanted = "(" + ", ".join("any" if size is None else str(size) for size in shape) + ")"
    if not isinstance(value, MATRIX):
        slip = "give a numpy array or a sympy matrix"
        if isinstance(value, list | tuple) and value:
            flat = not isinstance(value[0], list | tuple)
            slip = _written(name, len(value), shape) if flat else "wrap it in np.array(...)"
        kind = type(value).__name__
        raise ValueError(f"{name} is of type {kind}, expected shape {wanted}: {slip}")
    slip = ""
    if len(value.shape) == 1:
        slip = f": a 1-D array; {_written(name, value.size, shape)}"
    elif len(value.shape) == 0:
        slip = f": a single number; write it as np.array([[{name}]])"
    elif len(value.shape) == len(shape) == 2 and _fits(value.shape[::-1], shape):
        slip = ": transposed? .T would fit"
    raise ValueError(f"{name} is {tuple(value.shape)}, expected {wanted}{slip}")


def check_numbers(name: str, value: NDArray) -> None:
    """Raise a ``ValueError`` unless the array holds numbers, all of them finite."""
    if value.dtype.kind not in "iufc":
        slip = ": evaluate(...) turns symbols into numbers" if value.dtype == object else ""
        raise ValueError(f"{name} has the type {value.dtype}, expected numbers{slip}")
    if not np.isfinite(value).all():
        raise ValueError(f"{name} holds a NaN or an infinite entry, expected finite numbers")


def check_whole(name: str, value: Any, least: int = 1) -> None:
    """Raise a ``ValueError`` unless ``value`` is a whole number of at least ``least``."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise ValueError(f"{name} is {value!r}, expected a whole number")
    if value < least:
        raise ValueError(f"{name} is {value}, expected a whole number of at least {least}")


def in_floats(array: NDArray) -> NDArray:
    """Return the array in its own type if that is floating or complex, else in float64.

    Whole numbers would wrap around or be cut off in the computations that follow.
    """
    return array if array.dtype.kind in "fc" else np.asarray(array, dtype=np.float64)
