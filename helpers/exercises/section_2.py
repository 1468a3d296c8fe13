"""Exercises of section 2: layers that collapse, ReLU by hand, the sigmoid's scale, softplus."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from helpers.activations import relu, sigmoid, tanh
from helpers.exercises.entry import Exercise, Mistake, any_shape, normal, sizes
from helpers.exercises.language import say

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

# --- 2b: through_points(knots, values) ------------------------------------------------------


def _draw_points(rng: Generator) -> tuple[NDArray, NDArray]:
    # Slopes from one set of gaps to the next differ, and no knot is 0.
    N = int(rng.integers(3, 8))
    gaps = rng.permutation(np.linspace(0.3, 1.5, N)).reshape(N, 1)
    knots = rng.choice([-1, 1]) * rng.uniform(0.5, 2) + np.vstack([[[0.0]], gaps.cumsum(0)])
    return knots, rng.standard_normal((N + 1, 1)) + rng.choice([-1, 1])


def _curve(answer: Any, t: NDArray) -> NDArray:
    W, b, u, b_out = answer
    return u.T @ relu.f(W @ t + b) + b_out


def _meets_points(answer: Any, knots: NDArray, values: NDArray) -> str | None:
    off = np.abs(_curve(answer, knots.T) - values.T)[0] > 1e-6 * (1 + np.abs(values).max())
    if off.any():
        k = int(off.argmax())
        return say(
            "The curve misses {count} of the {points} points, the first of them at knots[{k}].",
            count=int(off.sum()),
            points=len(knots),
            k=k,
        )
    between = np.concatenate(
        [knots[:-1] + part * np.diff(knots, axis=0) for part in (0.3, 0.7)]
    )
    straight = np.interp(between.ravel(), knots.ravel(), values.ravel())
    if np.abs(_curve(answer, between.T) - straight).max() > 1e-6 * (1 + np.abs(values).max()):
        return "The curve passes through every point, but it is not straight between them."
    return None


def _layer(
    knots: NDArray,
    values: NDArray,
    *,
    gaps: NDArray | float | None = None,
    starts: NDArray | None = None,
    change: bool = True,
    first: bool = True,
    b_out: NDArray | None = None,
) -> tuple[NDArray, ...]:
    """Build the layer, with one slip if one is given."""
    slopes = np.diff(values, axis=0) / (np.diff(knots, axis=0) if gaps is None else gaps)
    u = np.diff(slopes, axis=0, prepend=0 if first else slopes[:1]) if change else slopes
    starts = knots[:-1] if starts is None else starts
    return np.ones_like(u), -starts, u, values[:1] if b_out is None else b_out


def _slipped(
    knots: NDArray, values: NDArray, slip: Callable[[NDArray], NDArray]
) -> tuple[NDArray, ...]:
    """Build the layer with a slip in its output weights."""
    W, b, u, b_out = _layer(knots, values)
    return W, b, slip(u), b_out


def _slopes_in_W(
    knots: NDArray, values: NDArray, *, at_knots: bool = True
) -> tuple[NDArray, ...]:
    """Build the layer with the chords' slopes for weights, and 1 for every output weight."""
    slopes = np.diff(values, axis=0) / np.diff(knots, axis=0)
    b = -knots[:-1] * (slopes if at_knots else 1)
    return slopes, b, np.ones_like(slopes), values[:1]


def _drawn_wrong(hint: str, gives: Callable[[NDArray, NDArray], tuple]) -> Mistake:
    # Many layers draw one curve: the curves are compared, not the weights.
    def when(answer: Any, knots: NDArray, values: NDArray) -> bool:
        t = np.linspace(knots[0, 0], knots[-1, 0], 61).reshape(1, -1)
        return np.allclose(_curve(answer, t), _curve(gives(knots, values), t))

    return Mistake(hint, gives, when=when)


THROUGH_POINTS = Exercise(
    section="2.4",
    parts=("W", "b", "u", "b_out"),
    draw=_draw_points,
    shapes=lambda knots, values: ((len(knots) - 1, 1),) * 3 + ((1, 1),),
    holds=_meets_points,
    mistakes=(
        _drawn_wrong(
            "u holds the slopes of the chords: the units before are still rising, so each "
            "weight is a change of slope.",
            lambda knots, values: _layer(knots, values, change=False),
        ),
        _drawn_wrong(
            "The first weight is 0: the slope changes at the first knot too, from 0 to that of "
            "the first chord.",
            lambda knots, values: _layer(knots, values, first=False),
        ),
        _drawn_wrong(
            "b_out is 0: at the first knot all units are still 0, and the curve has a value "
            "there.",
            lambda knots, values: _layer(knots, values, b_out=np.zeros((1, 1))),
        ),
        _drawn_wrong(
            "b_out is the last value: it should be the one where all units are still 0.",
            lambda knots, values: _layer(knots, values, b_out=values[-1:]),
        ),
        _drawn_wrong(
            "b has the wrong sign: a unit switches on where W t + b is 0.",
            lambda knots, values: _layer(knots, values, starts=-knots[:-1]),
        ),
        _drawn_wrong(
            "Each unit switches on one knot late: it draws the piece to the right of its knot.",
            lambda knots, values: _layer(knots, values, starts=knots[1:]),
        ),
        _drawn_wrong(
            "b is 0: then all units bend at t = 0, and at no knot.",
            lambda knots, values: _layer(knots, values, starts=0 * knots[:-1]),
        ),
        _drawn_wrong(
            "The knots have been moved so that they begin at 0; here they begin elsewhere.",
            lambda knots, values: _layer(knots, values, starts=knots[:-1] - knots[:1]),
        ),
        _drawn_wrong(
            "This is 2.4's network: its knots are evenly spaced from 0; here both the places "
            "and the gaps are the knots' own.",
            lambda knots, values: _layer(
                knots,
                values,
                gaps=1 / (len(knots) - 1),
                starts=np.arange(len(knots) - 1).reshape(-1, 1) / (len(knots) - 1),
            ),
        ),
        _drawn_wrong(
            "u holds the rises: divide each by its run, then take the changes.",
            lambda knots, values: _layer(knots, values, gaps=1.0, change=False),
        ),
        _drawn_wrong(
            "The units are evenly spaced from 0 on; the knots are not.",
            lambda knots, values: _layer(
                knots,
                values,
                starts=np.arange(len(knots) - 1).reshape(-1, 1) / (len(knots) - 1),
            ),
        ),
        _drawn_wrong(
            "These are changes of value and not of slope: each rise has a run of its own.",
            lambda knots, values: _layer(knots, values, gaps=1.0),
        ),
        _drawn_wrong(
            "The slopes are those of evenly spaced knots: here every gap has its own length.",
            lambda knots, values: _layer(knots, values, gaps=np.diff(knots, axis=0).mean()),
        ),
        _drawn_wrong(
            "The slopes are those of knots spaced 1/N: here every gap has its own length.",
            lambda knots, values: _layer(knots, values, gaps=1 / (len(knots) - 1)),
        ),
        _drawn_wrong(
            "u has the wrong sign: a weight is the slope after its knot minus the one before.",
            lambda knots, values: _slipped(knots, values, lambda u: -u),
        ),
        _drawn_wrong(
            "u has the wrong sign after its first entry: a weight is the slope after its knot "
            "minus the one before.",
            lambda knots, values: _slipped(knots, values, lambda u: np.vstack([u[:1], -u[1:]])),
        ),
        _drawn_wrong(
            "u holds the values themselves: a weight is a change of slope.",
            lambda knots, values: _slipped(knots, values, lambda u: values[1:]),
        ),
        _drawn_wrong(
            "The first slope is missing: the first weight is that slope, and the changes "
            "follow it.",
            lambda knots, values: _slipped(
                knots, values, lambda u: np.vstack([u[1:], np.zeros((1, 1))])
            ),
        ),
        _drawn_wrong(
            "W holds the slopes and u is 1: a unit then cannot fall, and those before it are "
            "still rising.",
            _slopes_in_W,
        ),
        _drawn_wrong(
            "W holds the slopes and b is minus the knots: where W is not 1, the unit switches "
            "on at −b/W.",
            lambda knots, values: _slopes_in_W(knots, values, at_knots=False),
        ),
        _drawn_wrong(
            "The slopes are upside down: rise over run, not run over rise.",
            lambda knots, values: _layer(
                knots, values, gaps=np.diff(values, axis=0) ** 2 / np.diff(knots, axis=0)
            ),
        ),
    ),
)

# --- 2c: standard_deviation(n), of sigmoid layers -------------------------------------------


@cache
def _after_thirty(deviation: float, n: int) -> float:
    """Measure by what thirty sigmoid layers stretch a small change: typically, of four nets."""
    logs = 0.0
    for seed in range(4):
        rng = np.random.default_rng([n, seed])
        h, moves = rng.standard_normal((n, 1)), rng.standard_normal((n, 32))
        before = np.linalg.norm(moves)
        for _ in range(30):
            W = deviation * rng.standard_normal((n, n))
            z = W @ h
            h, moves = sigmoid.f(z), sigmoid.f_prime(z) * (W @ moves)
        logs += np.log(np.linalg.norm(moves) / before) / 4
    return float(np.exp(logs))


def _survives(answer: float, n: int) -> str | None:
    if not answer > 0:
        return "A standard deviation is a positive number."
    size = _after_thirty(answer, n)
    if size < 12 and answer * math.sqrt(n) > 20:
        return "The weights are so large that every z lies where the sigmoid is flat."
    if not 0.08 < size < 12:
        c = answer * math.sqrt(n)
        if size < 1:
            return say(
                "With n = {n}, c (the deviation times the root of n) is {c:.1f}: too small. "
                "After thirty sigmoid layers the change has vanished.",
                n=n,
                c=c,
            )
        return say(
            "With n = {n}, c (the deviation times the root of n) is {c:.1f}: too large. "
            "After thirty sigmoid layers the change has exploded.",
            n=n,
            c=c,
        )
    return None


def _one_scale(answers: list[float], inputs: list[tuple[int]]) -> str | None:
    scales = [answer * math.sqrt(n) for answer, (n,) in zip(answers, inputs, strict=True)]
    if max(scales) > 1.03 * min(scales):
        return (
            "It works at the sizes drawn, but its scale changes with n: a sum of n independent "
            "terms grows as the root of n, and c stays the same."
        )
    return None


def _scaled(hint: str, power: float, root: bool = False) -> Mistake:
    # The right c, times another power of n: any c that is right is recognised.
    def when(answer: float, n: int) -> bool:
        return answer > 0 and 9.7 < (math.sqrt(answer) if root else answer) * n**power < 12

    return Mistake(hint, lambda n: (10.6 / n**power) ** (2 if root else 1), when=when)


SIGMOID_SCALE = Exercise(
    section="2.5",
    kind="number",
    draw=lambda rng: (int(rng.choice([64, 96, 128, 192, 256])),),
    holds=_survives,
    law=_one_scale,
    mistakes=(
        Mistake(
            "This scale, 1, suits tanh, whose slope at 0 is 1: the sigmoid's is never above a "
            "quarter.",
            lambda n: 1 / math.sqrt(n),
        ),
        Mistake(
            "This is ReLU's scale: the sigmoid's slope is never above a quarter.",
            lambda n: math.sqrt(2 / n),
        ),
        Mistake(
            "This makes up for a slope of a quarter, which the sigmoid has at 0 only: with "
            "weights of this size most z are away from 0, where the slope is smaller.",
            lambda n: 4 / math.sqrt(n),
        ),
        _scaled("This divides by n, not by its root: a sum of n terms grows as the root.", 1),
        _scaled("This does not depend on n, and a sum over more inputs is larger.", 0),
        _scaled("This multiplies by the root of n: more inputs ask for smaller weights.", -0.5),
        _scaled("This is the variance: the standard deviation is its root.", 0.5, root=True),
    ),
)

# --- 2d: softplus_slope(z) ------------------------------------------------------------------


def _draw_z(rng: Generator) -> tuple[NDArray]:
    (z,) = normal(rng, any_shape(rng))
    if rng.random() < 0.3:
        z.flat[0], z.flat[-1] = 800, -800  # where e^t is too large for a float, or 0
    return (2 * z,)


def _softplus_slope(z: NDArray) -> NDArray:
    # Softplus itself, in the form that cannot overflow, and a central difference.
    return (np.logaddexp(0, z + 1e-5) - np.logaddexp(0, z - 1e-5)) / 2e-5


SOFTPLUS = Exercise(
    section="2.6",
    draw=_draw_z,
    truth=_softplus_slope,
    mistakes=(
        Mistake("This is f(z) for f′(z): softplus itself.", lambda z: np.logaddexp(0, z)),
        Mistake("This has been differentiated twice: it is f″.", sigmoid.f_prime),
        Mistake(
            "The inner derivative is missing: after the logarithm, differentiate 1 + e^t too "
            "(or a sign in an exponent is wrong).",
            lambda z: sigmoid.f(-z),
        ),
        Mistake(
            "This is the inner derivative alone: the logarithm has one as well.",
            lambda z: np.exp(z),
        ),
        Mistake(
            "This is ReLU's derivative: softplus has no corner, and its slope does not jump.",
            relu.f_prime,
        ),
        Mistake("This is tanh: a slope of softplus lies between 0 and 1.", np.tanh),
        Mistake("This is tanh′: differentiate the logarithm, step by step.", tanh.f_prime),
        Mistake(
            "The argument is twice too large.",
            lambda z: (1 + np.tanh(z)) / 2,
        ),
        Mistake(
            "This is f′(h) for f′(z): the slope is asked for at z.",
            lambda z: sigmoid.f(np.logaddexp(0, z)),
        ),
    ),
)

EXERCISES = {"2a": COLLAPSE, "2b": THROUGH_POINTS, "2c": SIGMOID_SCALE, "2d": SOFTPLUS}
