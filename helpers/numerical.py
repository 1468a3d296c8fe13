"""Independent witnesses: numerical derivatives, comparisons that assert, a count of products.

Section 4.1 shows why the central difference has a best step and the complex step has none.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from helpers.checks import check_numbers, in_floats


def _point(at: NDArray) -> NDArray:
    at = np.asarray(at)
    check_numbers("at", at)
    if at.dtype.kind == "c":
        raise ValueError(f"at has the type {at.dtype}, expected real numbers")
    return in_floats(at)


def _number(value: NDArray) -> complex:
    if np.size(value) != 1:
        raise ValueError(f"function returns shape {np.shape(value)}, expected one number")
    number = np.asarray(value)
    check_numbers("the value of function", number)
    return number.item()


def _slope(function: Callable[[NDArray], NDArray], at: NDArray, by: NDArray) -> float:
    """Compute (function(at + by) − function(at − by)) / 2, checked to be a real number."""
    rise = _number(function(at + by)) - _number(function(at - by))
    if isinstance(rise, complex):
        raise ValueError("function returns a complex number at a real point, expected a real")
    return rise / 2


def complex_step(function: Callable[[NDArray], NDArray], at: NDArray) -> NDArray:
    """Differentiate a function that returns one number with respect to every entry of ``at``.

    The result has the shape of ``at`` and is as exact as the function's own arithmetic: the
    imaginary part of function(at + ih) / h with h = 1e-30 subtracts no two of its values. The
    function must be analytic: abs, norm, .real and conj lose the imaginary part. That is a
    ``ValueError``, raised where the result is real or disagrees with a central difference in
    one direction.
    Squire & Trapp 1998.
    """
    at = _point(at)
    step = 1e-30
    gradient = np.empty_like(at)
    slip = "abs, norm, .real and conj do; use central_difference there"
    for index in np.ndindex(at.shape):
        moved = np.array(at, dtype=np.complex128)
        moved[index] += step * 1j
        value = _number(function(moved))
        if not isinstance(value, complex):
            raise ValueError(
                f"function returns the real number {value:.6g}, expected a complex one: some "
                f"operation loses the imaginary part ({slip})"
            )
        gradient[index] = value.imag / step
    # One direction, no entry of which is 0 or cancels another by chance.
    towards = np.maximum(1, np.abs(at)) * np.cos(np.arange(at.size)).reshape(at.shape)
    noise = 1e-12 * max(1, abs(_number(function(at))))
    for length in (6e-6, 1e-9):  # the shorter one where function is very steep
        rises = gradient * (length * towards)
        rise = _slope(function, at, length * towards)
        if abs(rises.sum() - rise) <= 1e-3 * np.abs(rises).sum() + noise:
            return gradient
    raise ValueError(
        "the complex step and a central difference disagree: some operation of function loses "
        f"the imaginary part ({slip}), or function itself subtracts nearly equal numbers"
    )


def central_difference(
    function: Callable[[NDArray], NDArray], at: NDArray, step: float = 6e-6
) -> NDArray:
    """Differentiate as ``complex_step`` does, from two real values either side.

    ``step`` is relative to the larger of 1 and the size of the entry that moves. Its default is
    about the cube root of the machine epsilon; about ten digits hold.
    """
    at = _point(at)
    if not (math.isfinite(step) and step > 0):
        raise ValueError(f"step is {step}, expected a positive number")
    gradient = np.empty_like(at)
    wide = np.array(at, dtype=np.float64)
    for index in np.ndindex(at.shape):
        by = np.zeros_like(wide)
        by[index] = step * max(1, abs(wide[index]))
        if wide[index] + by[index] == wide[index]:
            raise ValueError(f"step is {step}, too small to move the entry {wide[index]:.6g}")
        gradient[index] = _slope(function, wide, by) / by[index]
    return gradient


def _compared(ways: dict[str, NDArray]) -> dict[str, NDArray]:
    """Turn every way into floats of one shape, or say which one cannot be compared."""
    if len(ways) < 2:
        raise ValueError(f"got {len(ways)} array{'' if ways else 's'}; need two to compare")
    arrays = {name: np.asarray(way) for name, way in ways.items()}
    first, reference = next(iter(arrays.items()))
    for name, array in arrays.items():
        if array.shape != reference.shape:
            raise ValueError(
                f"{name} is {array.shape}, expected {reference.shape} like {first}"
            )
        if array.size == 0:
            raise ValueError(f"{name} is {array.shape}: empty, so there is nothing to compare")
        check_numbers(name, array)
    # Whole numbers and small floats would wrap around or overflow in the subtraction.
    return {name: array.astype(np.result_type(array, float)) for name, array in arrays.items()}


def largest_difference(**ways: NDArray) -> float:
    """Find the largest absolute difference between the first array and any other.

    All must have one shape and hold finite numbers. Otherwise it is a ``ValueError``: numpy
    would silently broadcast ``(m, 1)`` against ``(1, m)``, and a NaN hides every difference.
    """
    reference, *others = _compared(ways).values()
    return max(float(np.abs(other - reference).max()) for other in others)


def agree(tolerance: float = 1e-12, **ways: NDArray) -> None:
    """Assert that all arrays hold the same numbers, and print so with their shape.

    The tolerance is relative to the larger of 1 and the largest entry. An ``AssertionError``
    prints the two that differ. What is printed names the tolerance and not the difference
    itself, which is rounding and would change from one processor to another.
    """
    if not (math.isfinite(tolerance) and tolerance >= 0):
        raise ValueError(f"tolerance is {tolerance}, expected a finite number of at least 0")
    (first, reference), *others = _compared(ways).items()
    for name, other in others:
        difference = float(np.abs(other - reference).max())
        largest = max(1.0, float(np.abs(reference).max()), float(np.abs(other).max()))
        scale = f" times the largest entry, {largest:.2g}" if largest > 1 else ""
        assert difference <= tolerance * largest, (
            f"{name} differs from {first} by {difference:.2g}, "
            f"more than {tolerance:g}{scale}:\n"
            f"{first} =\n{np.array_str(reference, precision=6)}\n"
            f"{name} =\n{np.array_str(other, precision=6)}"
        )
    print(f"{' = '.join(ways)}: shape {reference.shape}, equal to within {tolerance:g}")


def _counting(operation: Callable, products: int) -> Callable:
    def method(self: CountedNumber, other: Any) -> CountedNumber:
        if isinstance(other, np.ndarray):
            return NotImplemented  # numpy goes through the entries
        self.tally[0] += products
        value = other.value if isinstance(other, CountedNumber) else other
        return CountedNumber(operation(self.value, value), self.tally)

    return method


def _comparing(operation: Callable) -> Callable:
    return lambda self, other: operation(float(self), float(other))


def _free(function: Callable) -> Callable:
    return lambda self: CountedNumber(function(self.value), self.tally)


class CountedNumber:
    """A number that counts its multiplications, for ``count_products``."""

    __slots__ = ("tally", "value")

    def __init__(self, value: float, tally: list[int]) -> None:
        self.value = value
        self.tally = tally

    def __float__(self) -> float:
        """Give the bare number, which counts no more."""
        return float(self.value)

    __mul__ = __rmul__ = _counting(operator.mul, 1)
    __truediv__ = _counting(operator.truediv, 1)
    __rtruediv__ = _counting(lambda a, b: b / a, 1)
    __pow__ = _counting(operator.pow, 1)
    __add__ = __radd__ = _counting(operator.add, 0)
    __sub__ = _counting(operator.sub, 0)
    __rsub__ = _counting(lambda a, b: b - a, 0)
    __lt__, __le__ = _comparing(operator.lt), _comparing(operator.le)
    __gt__, __ge__ = _comparing(operator.gt), _comparing(operator.ge)
    __eq__, __ne__ = _comparing(operator.eq), _comparing(operator.ne)
    __hash__ = None
    __neg__, __abs__ = _free(operator.neg), _free(abs)
    # numpy calls these on the entries of an array of objects.
    exp, log, sqrt, tanh = map(_free, (math.exp, math.log, math.sqrt, math.tanh))
    sin, cos, conjugate = map(_free, (math.sin, math.cos, float))


def count_products(function: Callable[..., NDArray], *arrays: Any) -> int:
    """Run ``function(*arrays)`` and count the multiplications of single numbers in it.

    A division or a power counts as one. What is no array of floats is handed on as it is; a
    product counts where at least one of its factors comes from an array of the arguments.
    """
    tally = [0]
    count = np.vectorize(lambda value: CountedNumber(float(value), tally), otypes=[object])
    is_counted = [isinstance(a, np.ndarray) and a.dtype.kind == "f" for a in arrays]
    function(*(count(a) if yes else a for a, yes in zip(arrays, is_counted, strict=True)))
    return tally[0]
