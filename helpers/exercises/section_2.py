"""Exercises of section 2: layers that collapse, the initial scale, tanh′, GELU's minimum."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from helpers.activations import gelu, sigmoid, swish
from helpers.exercises.entry import Exercise, Mistake, any_shape, normal, sizes

# --- 2a: collapse(W1, b1, W2, b2, W3, b3) ---------------------------------------------------


def _draw_three_layers(rng: Generator) -> tuple[NDArray, ...]:
    n, m, k, j = sizes(rng, 4)
    return normal(rng, (m, n), (m, 1), (k, m), (k, 1), (j, k), (j, 1))


def _one_affine(W1, b1, W2, b2, W3, b3) -> tuple[NDArray, NDArray]:
    # Feed the three layers the origin, and then a step along each input.
    def run(x: NDArray) -> NDArray:
        return W3 @ (W2 @ (W1 @ x + b1) + b2) + b3

    at_zero = run(np.zeros((W1.shape[1], 1)))
    return run(np.eye(W1.shape[1])) - at_zero, at_zero


COLLAPSE = Exercise(
    section="2.3",
    parts=("W", "b"),
    draw=_draw_three_layers,
    truth=_one_affine,
    mistakes=(
        Mistake(
            "W collapses the last two layers only: the first one acts on x as well.",
            lambda W1, b1, W2, b2, W3, b3: W3 @ W2,
            part="W",
        ),
        Mistake(
            "W collapses the first two layers only: the third one acts as well.",
            lambda W1, b1, W2, b2, W3, b3: W2 @ W1,
            part="W",
        ),
        Mistake(
            "The factors of W are swapped: layer 1 acts first, so it stands next to x.",
            lambda W1, b1, W2, b2, W3, b3: W1 @ W2 @ W3,
            part="W",
        ),
        Mistake(
            "b is zero: the biases do not vanish, they pass through the later layers.",
            lambda W1, b1, W2, b2, W3, b3: 0 * b3,
            part="b",
            when=lambda answer, *_: bool(answer[0].any() and not answer[1].any()),
        ),
        Mistake(
            "b is no plain sum: each bias has the size of its own layer, and passes through "
            "the layers after it.",
            lambda W1, b1, W2, b2, W3, b3: b1 + b2 + b3,
            part="b",
        ),
        Mistake(
            "b is the last layer's bias only: the layers after a bias act on it too.",
            lambda W1, b1, W2, b2, W3, b3: b3,
            part="b",
        ),
        Mistake(
            "b has lost the bias of layer 1 on its way.",
            lambda W1, b1, W2, b2, W3, b3: W3 @ b2 + b3,
            part="b",
        ),
        Mistake(
            "b has lost the bias of layer 2 on its way.",
            lambda W1, b1, W2, b2, W3, b3: W3 @ W2 @ b1 + b3,
            part="b",
        ),
        Mistake(
            "b has lost the bias of layer 3.",
            lambda W1, b1, W2, b2, W3, b3: W3 @ (W2 @ b1 + b2),
            part="b",
        ),
        Mistake(
            "b carries the bias of layer 1 only: the other two stay as well.",
            lambda W1, b1, W2, b2, W3, b3: W3 @ W2 @ b1,
            part="b",
        ),
        Mistake(
            "b is that of the first two layers: the third one is missing.",
            lambda W1, b1, W2, b2, W3, b3: W2 @ b1 + b2,
            part="b",
        ),
    ),
)

# --- 2b: standard_deviation(n) --------------------------------------------------------------


@cache
def _gain(n: int) -> float:
    """Measure by what a ReLU layer of deviation 1 multiplies a size: 30 layers of 8 nets."""
    rng, squares = np.random.default_rng(n), 0.0
    for _ in range(30):
        z, moved = rng.standard_normal((2, n, 8)) * math.sqrt(n)  # W times columns of size √n
        squares += ((z > 0) * moved**2).mean() / 30
    return math.sqrt(squares)


def _survives(answer: float, n: int) -> str | None:
    if not answer > 0:
        return "A standard deviation is a positive number."
    size = (answer * _gain(n)) ** min(30, 900 / abs(math.log(answer * _gain(n)) or 1))
    if size < 0.35:
        return "After thirty ReLU layers the product has vanished: too small."
    if size > 2.9:
        return "After thirty ReLU layers the product has exploded: too large."
    return None


_NOT_ROOT = (
    "This divides by n, not by its root: a sum of n random terms grows as the root of n."
)
SCALE = Exercise(
    section="2.5",
    kind="number",
    draw=lambda rng: (int(rng.choice([32, 48, 64, 100, 144, 200, 256])),),
    holds=_survives,
    mistakes=(
        Mistake(
            "This is the scale that suits tanh: ReLU switches off about half of the units, and "
            "the scale must make up for the lost half.",
            lambda n: 1 / math.sqrt(n),
        ),
        Mistake(
            "This makes up for the lost half of the units twice: the factor stands under the "
            "root.",
            lambda n: 2 / math.sqrt(n),
        ),
        Mistake("This is the variance: the standard deviation is its root.", lambda n: 2 / n),
        Mistake(_NOT_ROOT, lambda n: 1 / n),
        Mistake(_NOT_ROOT, lambda n: math.sqrt(2) / n),
        Mistake(
            "This multiplies by the root of n: more inputs ask for smaller weights.",
            lambda n: math.sqrt(2 * n),
        ),
        Mistake(
            "This is the half-width of a uniform distribution: the standard deviation is asked "
            "for.",
            lambda n: math.sqrt(6 / n),
        ),
    ),
)

# --- 2c: tanh_slope(z) ----------------------------------------------------------------------

TANH_PRIME = Exercise(
    section="2.6",
    draw=lambda rng: normal(rng, any_shape(rng)),
    truth=lambda z: np.tanh(z + 1e-30j).imag / 1e-30,
    mistakes=(
        Mistake("This is f(z) for f′(z): tanh itself.", np.tanh),
        Mistake(
            "This is f′(h) for f′(z): the derivative of tanh, taken at h = tanh z, not z.",
            lambda z: 1 / np.cosh(np.tanh(z)) ** 2,
        ),
        Mistake("The formula squares f, and this squares z itself.", lambda z: 1 - z * z),
        Mistake(
            "The square is in the wrong place: f is squared, not z inside it.",
            lambda z: 1 - np.tanh(z * z),
        ),
        Mistake(
            "The square is in the wrong place: f is squared, not the whole difference.",
            lambda z: (1 - np.tanh(z)) ** 2,
        ),
        Mistake(
            "The square has been lost: f stands in the formula as its square.",
            lambda z: 1 - np.tanh(z),
        ),
        Mistake(
            "The square has been lost: the derivative is 1/cosh², and this is 1/cosh.",
            lambda z: 1 / np.cosh(z),
        ),
        Mistake(
            "A plus has slipped in for a minus: this is larger than 1, and tanh is nowhere "
            "steeper than at 0.",
            lambda z: 1 + np.tanh(z) ** 2,
        ),
        Mistake(
            "This is the sigmoid's derivative: tanh is a sigmoid stretched in both directions.",
            sigmoid.f_prime,
        ),
        Mistake(
            "This is the sigmoid's rule with tanh put in: each function has its own.",
            lambda z: np.tanh(z) * (1 - np.tanh(z)),
        ),
    ),
)

# --- 2d: the place and the value of GELU's minimum ------------------------------------------


@cache
def _lowest(f: Callable[[NDArray], NDArray]) -> tuple[float, float]:
    # Keep the middle third around the lowest point, again and again.
    left, right = -3.0, 0.0
    for _ in range(60):
        first, second = left + (right - left) / 3, right - (right - left) / 3
        if f(np.array(first)) < f(np.array(second)):
            right = second
        else:
            left = first
    return (left + right) / 2, float(f(np.array((left + right) / 2)))


def _gelu_bottom(answer: Any) -> str | None:
    (place, value), (at, lowest) = answer, _lowest(gelu.f)
    if abs(place - at) <= 1e-3 and abs(value - lowest) <= 1e-3:
        return None
    if abs(place - at) <= 2e-2 and abs(value - lowest) <= 2e-2:
        return "Close: give both numbers to three decimals."
    if abs(place - at) <= 2e-2:
        return "The place is right and the value is not: put the place into f."
    side = "left" if gelu.f_prime(np.array(place)) > 0 else "right"
    return f"This is not the bottom: from there GELU falls further to the {side}."


def _near(answer: Any, place: float, value: float) -> bool:
    return abs(answer[0] - place) <= 5e-3 and abs(answer[1] - value) <= 5e-3


_AT, _LOWEST = _lowest(gelu.f)
GELU_MINIMUM = Exercise(
    section="2.6",
    parts=("place", "value"),
    kind="number",
    holds=_gelu_bottom,
    mistakes=(
        Mistake(
            "Both numbers are 0: there GELU crosses zero, and it has been lower before.",
            (0, 0),
            when=lambda answer: _near(answer, 0, 0),
        ),
        Mistake(
            "These are the right two numbers in the wrong order: the place first, then the "
            "value.",
            (_LOWEST, _AT),
            when=lambda answer: _near(answer[::-1], _AT, _LOWEST),
        ),
        Mistake(
            "This is the bottom of Swish: GELU uses Φ in the place of σ.",
            _lowest(swish.f),
            when=lambda answer: _near(answer, *_lowest(swish.f)),
        ),
        Mistake(
            "This is the bottom of f′: the bottom of f is where f′ is 0.",
            _lowest(gelu.f_prime),
            when=lambda answer: abs(answer[0] - _lowest(gelu.f_prime)[0]) <= 5e-3,
        ),
        Mistake(
            "The place has the wrong sign: GELU dips on the side of negative numbers.",
            (-_AT, _LOWEST),
            when=lambda answer: abs(answer[0] + _AT) <= 5e-3,
        ),
        Mistake(
            "The value is that of f′: at the bottom f′ is 0, and f is not.",
            (_AT, 0),
            when=lambda answer: _near(answer, _AT, 0),
        ),
        Mistake(
            "The value has the wrong sign: at its bottom GELU is below zero.",
            (_AT, -_LOWEST),
            when=lambda answer: _near(answer, _AT, -_LOWEST),
        ),
    ),
)

EXERCISES = {"2a": COLLAPSE, "2b": SCALE, "2c": TANH_PRIME, "2d": GELU_MINIMUM}
