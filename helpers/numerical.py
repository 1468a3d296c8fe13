"""Independent witnesses: numerical derivatives, comparisons that assert, a count of products.

Section 4.1 shows why the central difference has a best step and the complex step has none.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from helpers.checks import check_numbers


def _by_entries(slope: Callable[[tuple[int, ...]], float], at: NDArray) -> NDArray:
    check_numbers("at", np.asarray(at))
    gradient = np.empty(np.shape(at))
    for index in np.ndindex(gradient.shape):
        gradient[index] = slope(index)
    return gradient


def _moved(at: NDArray, index: tuple[int, ...], step: complex) -> NDArray:
    moved = np.array(at, dtype=type(step))
    moved[index] += step
    return moved


def _number(value: NDArray) -> complex:
    if np.size(value) != 1:
        raise ValueError(f"function returns shape {np.shape(value)}, expected one number")
    return np.asarray(value).item()


def complex_step(function: Callable[[NDArray], NDArray], at: NDArray) -> NDArray:
    """Differentiate a function that returns one number, by every entry of ``at``.

    The result has the shape of ``at`` and is exact to rounding: the imaginary part of
    function(at + ih) / h with h = 1e-30 subtracts nothing. The function must be built of
    operations that take complex numbers. Squire & Trapp 1998.
    """
    step = 1e-30
    return _by_entries(
        lambda index: _number(function(_moved(at, index, step * 1j))).imag / step, at
    )


def central_difference(
    function: Callable[[NDArray], NDArray], at: NDArray, step: float = 6e-6
) -> NDArray:
    """Differentiate as ``complex_step`` does, from two real values either side.

    The default step is about the cube root of the machine epsilon; about ten digits hold.
    """
    if not step > 0:
        raise ValueError(f"step is {step}, expected a positive number")
    return _by_entries(
        lambda index: (
            (
                _number(function(_moved(at, index, step)))
                - _number(function(_moved(at, index, -step)))
            )
            / (2 * step)
        ),
        at,
    )


def largest_difference(**ways: NDArray) -> float:
    """Find the largest absolute difference between the first way and any other.

    All must be arrays of one shape, without NaN: numpy would broadcast ``(m, 1)`` against
    ``(1, m)`` in silence. Raises ``ValueError`` otherwise.
    """
    if len(ways) < 2:
        raise ValueError(f"{len(ways)} way given, expected at least two to compare")
    (first, reference), *others = ((name, np.asarray(way)) for name, way in ways.items())
    for name, way in ((first, reference), *others):
        if way.shape != reference.shape:
            raise ValueError(f"{name} is {way.shape}, expected {reference.shape} like {first}")
        check_numbers(name, way)
    return max(float(np.abs(way - reference).max()) for _, way in others)


def agree(tolerance: float = 1e-12, **ways: NDArray) -> None:
    """Assert that every way gives the same numbers, and print so with their shape.

    An ``AssertionError`` prints the two that differ. The sentence names the bound and not the
    difference itself, which is rounding and would change from one processor to another.
    """
    largest_difference(**ways)
    (first, reference), *others = ways.items()
    for name, way in others:
        difference = largest_difference(reference=reference, way=way)
        assert difference <= tolerance, (
            f"{name} differs from {first} by {difference:.2g}, more than {tolerance:g}:\n"
            f"{first} =\n{np.array_str(np.asarray(reference), precision=6)}\n"
            f"{name} =\n{np.array_str(np.asarray(way), precision=6)}"
        )
    names = " = ".join(ways)
    print(f"{names}: shape {np.shape(reference)}, equal to within {tolerance:g}")


class CountedNumber:
    """A number that counts the multiplications it takes part in; ``count_products`` uses it."""

    __slots__ = ("tally", "value")

    def __init__(self, value: float, tally: list[int]) -> None:
        self.value = value
        self.tally = tally

    def __mul__(self, other: CountedNumber) -> CountedNumber:
        """Multiply, and count one."""
        self.tally[0] += 1
        return CountedNumber(self.value * other.value, self.tally)

    def __add__(self, other: CountedNumber) -> CountedNumber:
        """Add, uncounted."""
        return CountedNumber(self.value + other.value, self.tally)


def count_products(function: Callable[..., NDArray], *arrays: NDArray) -> int:
    """Run ``function(*arrays)`` and count the multiplications of single numbers it makes."""
    tally = [0]
    count = np.vectorize(lambda value: CountedNumber(value, tally), otypes=[object])
    function(*(count(array) for array in arrays))
    return tally[0]
