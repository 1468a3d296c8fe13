"""Exercises of section 4: a step, a Jacobian, ReLU′, ∂s/∂u, two rows, an order of products."""

from __future__ import annotations

import math

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from helpers.activations import tanh
from helpers.exercises.entry import Exercise, Mistake, normal, sizes
from helpers.exercises.language import say
from helpers.numerical import complex_step, count_products

# --- 4a: best_step(precision) ---------------------------------------------------------------


def _slope_error(step: float, precision: float) -> float:
    # The central difference of the sine, on a machine that rounds to multiples of precision.
    at = np.linspace(0.3, 1.2, 40)
    above, below = (np.round(np.sin(at + k * step) / precision) * precision for k in (1, -1))
    return float(np.abs((above - below) / (2 * step) - np.cos(at)).mean())


def _good_step(step: float, precision: float) -> str | None:
    if not step > 0:
        return "A step is a positive number."
    best = min(_slope_error(10**power, precision) for power in np.arange(-7, 0.1, 0.25))
    if _slope_error(step, precision) <= 8 * best:
        return None
    too_large = step > precision ** (1 / 3)
    return say(
        "With a machine precision of {precision:.0e}, the curve's bend spoils the slope: too "
        "large."
        if too_large
        else "With a machine precision of {precision:.0e}, rounding spoils it: too small.",
        precision=precision,
    )


def _follows_law(steps: list[float], inputs: list[tuple[float]]) -> str | None:
    # Steps may be rounded to powers of ten; but none may drift away as the precision falls.
    scale = np.log10([precision for (precision,) in inputs])
    drift = np.log10(steps) - scale / 3
    if abs(drift.mean()) > 0.7:
        return say(
            "Good, but about {times:.0f} times too large throughout."
            if drift.mean() > 0
            else "Good, but about {times:.0f} times too small throughout.",
            times=10 ** abs(drift.mean()),
        )
    slope = np.polyfit(scale, drift, 1)[0] if len(steps) > 2 else 0.0
    if abs(slope) > 0.02 and abs(np.corrcoef(scale, drift)[0, 1]) > 0.9:
        return (
            "These steps drift away from the best as machines get finer: set the two errors "
            "equal, and solve for the step."
        )
    return None


BEST_STEP = Exercise(
    section="4.1",
    kind="number",
    draw=lambda rng: (10 ** float(rng.uniform(-15.5, -4)),),
    holds=_good_step,
    law=_follows_law,
    mistakes=(
        Mistake(
            "This is the best step of the one-sided difference: the error of the central one "
            "falls as the square of the step, so its best step is larger.",
            math.sqrt,
        ),
        Mistake(
            "This is the smallest step that the machine can see: then all that is left of the "
            "difference is rounding.",
            lambda precision: precision,
        ),
        Mistake(
            "** binds more tightly than /, so that this is a third of the precision: put the "
            "exponent in brackets.",
            lambda precision: precision**1 / 3,
        ),
        Mistake(
            "A step this small suits the complex step, which subtracts no values; here two "
            "values are subtracted.",
            lambda precision: 1e-30,
            when=lambda step, precision: 0 < step <= 1e-17,
        ),
        Mistake(
            "A fixed step suits one machine only: a coarser one needs a larger step.",
            lambda precision: 1e-5,
            when=lambda step, precision: any(
                abs(step / fixed - 1) < 1e-2 for fixed in (1e-4, 1e-5, 6.06e-6, 6e-6, 1e-6)
            ),
        ),
    ),
)

# --- 4b: jacobian_in_numbers(x) -------------------------------------------------------------


def _g(x: NDArray) -> NDArray:
    return np.vstack([x[0] * x[1], x[0] + x[2], np.sin(x[1])])


def _jacobian(x: NDArray) -> NDArray:
    return np.vstack([complex_step(lambda v, i=i: _g(v)[i], x).T for i in range(3)])


def _with_row(i: int, row: str):
    """Make the Jacobian with row i replaced, in terms of x1, x2, x3 and a few functions."""

    def gives(x: NDArray) -> NDArray:
        J = _jacobian(x)
        names = {"x1": x[0, 0], "x2": x[1, 0], "x3": x[2, 0], "sin": np.sin, "cos": np.cos}
        J[i] = eval(row, {}, names)
        return J

    return gives


_ONE_MISSING = (
    "In the first output one of the partials is missing: while one factor moves the other is "
    "held still."
)
JACOBIAN = Exercise(
    section="4.3",
    draw=lambda rng: normal(rng, (4, 1)),
    truth=_jacobian,
    mistakes=(
        Mistake("This is the map itself: the Jacobian holds its partial derivatives.", _g),
        Mistake(
            "The column of the fourth input is missing: the map does not look at it, and its "
            "partials are zeros.",
            lambda x: _jacobian(x)[:, :3],
        ),
        Mistake(
            "The partials of the first output have changed places: with respect to one factor, "
            "the derivative is the other.",
            _with_row(0, "(x1, x2, 0, 0)"),
        ),
        Mistake(
            "The last output was not differentiated: this is f(x) for f′(x), the sine itself.",
            _with_row(2, "(0, sin(x2), 0, 0)"),
        ),
        Mistake(
            "The derivative of the sine has the wrong sign.",
            _with_row(2, "(0, -cos(x2), 0, 0)"),
        ),
        Mistake(
            "The cosine is taken at the wrong place: the last output is the sine of x₂.",
            _with_row(2, "(0, cos(x1), 0, 0)"),
        ),
        Mistake(_ONE_MISSING, _with_row(0, "(x2, 0, 0, 0)")),
        Mistake(_ONE_MISSING, _with_row(0, "(0, x1, 0, 0)")),
        Mistake(
            "This counts from one: the array counts from zero, so that x[1, 0] is x₂.",
            lambda x: _jacobian(np.roll(x, -1)),
        ),
        Mistake(
            "The last output stands in the wrong column: it is a function of the second input.",
            _with_row(2, "(0, 0, cos(x2), 0)"),
        ),
        Mistake(
            "The last output stands in the first column, with the first input: it is a "
            "function of the second.",
            _with_row(2, "(cos(x1), 0, 0, 0)"),
        ),
        Mistake(
            "The second output has a partial in the column of x₄: its other term is x₃.",
            _with_row(1, "(1, 0, 0, 1)"),
        ),
        Mistake(
            "The last output stands in the first column: it is a function of the second input.",
            _with_row(2, "(cos(x2), 0, 0, 0)"),
        ),
        Mistake(
            "The column of the fourth input holds ones: the map does not look at it, so its "
            "partials are zeros.",
            lambda x: np.hstack([_jacobian(x)[:, :3], np.ones((3, 1))]),
        ),
        Mistake(
            "The second output keeps its inputs where their partials belong: a sum has the "
            "partial 1 with respect to each of its terms.",
            _with_row(1, "(x1, 0, x3, 0)"),
        ),
        Mistake(
            "Two rows have changed places: row i belongs to output i.",
            lambda x: _jacobian(x)[[1, 0, 2]],
            when=lambda J, x: (
                J.shape == (3, 4)
                and np.allclose(sorted(J.tolist()), sorted(_jacobian(x).tolist()))
            ),
        ),
        Mistake(
            "The rows have been added up: each output keeps a row of its own.",
            lambda x: _jacobian(x).sum(axis=0, keepdims=True),
        ),
        Mistake(
            "A vector has been multiplied in: the Jacobian is the matrix in front of it.",
            lambda x: _jacobian(x) @ x,
        ),
    ),
)

# --- 4c: relu_slope(z) ----------------------------------------------------------------------


def _draw_with_zeros(rng: Generator) -> tuple[NDArray]:
    z = 2 * rng.standard_normal(sizes(rng, int(rng.integers(1, 4)), least=3))
    z.flat[:3] = 0.0, 1e-5, -1e-5
    return (rng.permuted(z),)


def _relu_slope(z: NDArray) -> NDArray:
    # A difference to the left: at the kink it looks at the flat side, as the convention does.
    return (np.maximum(z, 0) - np.maximum(z - 1e-7, 0)) / 1e-7


_OTHER_SIDE = "The two sides have changed places: ReLU is flat for negative z."
RELU_PRIME = Exercise(
    section="4.4",
    draw=_draw_with_zeros,
    truth=_relu_slope,
    mistakes=(
        Mistake(
            "At 0 this answers ½, the mean of both sides: the convention here is another.",
            lambda z: np.heaviside(z, 0.5),
        ),
        Mistake(
            "At 0 this answers 1: your choice of comparison decides the value there, and the "
            "convention here is another.",
            lambda z: np.heaviside(z, 1.0),
        ),
        Mistake("This is f(z) for f′(z): ReLU itself.", lambda z: np.maximum(z, 0)),
        Mistake("This is −1 for negative z: ReLU is flat there, it does not fall.", np.sign),
        Mistake(
            "For negative z this gives z back: what is asked for is the slope there, not z.",
            lambda z: np.where(z > 0, 1.0, z),
        ),
        Mistake(
            "For negative z this keeps a small slope, as a leaky ReLU does: ReLU is flat "
            "there.",
            lambda z: np.where(z > 0, 1.0, 0.01),
            when=lambda slope, z: (
                np.shape(slope) == z.shape
                and np.allclose(slope[z > 0], 1)
                and 0 < slope[z < 0].min() == slope[z < 0].max() < 0.5
            ),
        ),
        Mistake("This is 1 everywhere: for negative z ReLU is flat.", np.ones_like),
        Mistake(_OTHER_SIDE, lambda z: np.heaviside(-z, 0.0)),
        Mistake(_OTHER_SIDE, lambda z: np.heaviside(-z, 1.0)),
        Mistake(
            "This grows from 0 to 1 between z = 0 and z = 1: the slope jumps at 0.",
            lambda z: np.clip(z, 0, 1),
        ),
        Mistake(
            "The jump is in the wrong place: small positive z are on the steep side too.",
            lambda z: (z > 0.5).astype(float),
            when=lambda slope, z: any(
                np.array_equal(slope, z > cut) for cut in (1e-4, 1e-3, 1e-2, 0.1, 0.5, 1 - 1e-9)
            ),
        ),
    ),
)

# --- 4d: ds_du_in_numbers(x, W, b, u) -------------------------------------------------------


def _draw_layer(rng: Generator) -> tuple[NDArray, ...]:
    m, n = sizes(rng, 2)
    return normal(rng, (n, 1), (m, n), (m, 1), (m, 1))


def _score(x: NDArray, W: NDArray, b: NDArray, u: NDArray) -> NDArray:
    return u.T @ np.tanh(W @ x + b)


SCORE_BY_U = Exercise(
    section="4.5",
    draw=_draw_layer,
    truth=lambda x, W, b, u: complex_step(lambda v: _score(x, W, b, v), u).T,
    mistakes=(
        Mistake(
            "This is the gradient, a column: a fraction is a Jacobian, and with one output and "
            "m inputs that is a row.",
            lambda x, W, b, u: np.tanh(W @ x + b),
            section="4.2",
        ),
        Mistake(
            "This is ∂s/∂h: here s is differentiated with respect to u.",
            lambda x, W, b, u: u.T,
        ),
        Mistake(
            "The activation is missing: this is z laid down, and s is made of h = f(z).",
            lambda x, W, b, u: (W @ x + b).T,
        ),
        Mistake(
            "This is f′(z) for f(z): on its way from u to s nothing passes through f.",
            lambda x, W, b, u: tanh.f_prime(W @ x + b).T,
        ),
        Mistake(
            "This is f′, taken at h: on its way from u to s nothing passes through f.",
            lambda x, W, b, u: tanh.f_prime(np.tanh(W @ x + b)).T,
        ),
        Mistake(
            "This is h times f′(z): on its way from u to s nothing passes through f.",
            lambda x, W, b, u: (np.tanh(W @ x + b) * tanh.f_prime(W @ x + b)).T,
        ),
        Mistake(
            "This is ∂s/∂z: s is differentiated with respect to u, not z.",
            lambda x, W, b, u: complex_step(lambda c: _score(x, W, c, u), b).T,
        ),
        Mistake(
            "This is ∂s/∂x: s is differentiated with respect to u, not x.",
            lambda x, W, b, u: complex_step(lambda v: _score(v, W, b, u), x).T,
        ),
        Mistake("The bias is missing in z.", lambda x, W, b, u: np.tanh(W @ x).T),
        Mistake(
            "The activation is in the wrong place: it is applied to z = Wx + b, not to W.",
            lambda x, W, b, u: (np.tanh(W) @ x + b).T,
        ),
        Mistake(
            "The activation is applied twice: h is tanh of z, once.",
            lambda x, W, b, u: np.tanh(np.tanh(W @ x + b)).T,
        ),
        Mistake(
            "This is s itself: its derivatives with respect to the m numbers of u are asked "
            "for.",
            _score,
        ),
        Mistake(
            "Each entry is still multiplied by its own u: s is linear in u, so its derivative "
            "holds no u.",
            lambda x, W, b, u: (u * np.tanh(W @ x + b)).T,
        ),
    ),
)

# --- 4e: rows_of_the_score(x, W, b, u) ------------------------------------------------------


def _score_twice(x: NDArray, W: NDArray, b: NDArray, u: NDArray) -> NDArray:
    return _score(x, W, b, u) + x.T @ x  # x is used twice


def _twice(slope, second=lambda x: 2 * x.T):
    """Make the two rows with another slope in the place of f′(z), or another second path."""

    def gives(x: NDArray, W: NDArray, b: NDArray, u: NDArray) -> tuple[NDArray, NDArray]:
        ds_dz = u.T * slope(W @ x + b).T
        return ds_dz, ds_dz @ W + second(x)

    return gives


def _second_row(second):
    """Make ∂s/∂x alone, with another second path."""
    return lambda *inputs: _twice(tanh.f_prime, second)(*inputs)[1]


SCORE_TWICE = Exercise(
    section="4.6",
    parts=("ds_db", "ds_dx"),
    draw=_draw_layer,
    truth=lambda x, W, b, u: (
        complex_step(lambda v: _score_twice(x, W, v, u), b).T,
        complex_step(lambda v: _score_twice(v, W, b, u), x).T,
    ),
    mistakes=(
        Mistake(
            "This is f′(h) for f′(z): the slope is taken at the value that came in.",
            _twice(lambda z: tanh.f_prime(np.tanh(z))),
        ),
        Mistake(
            "This is f(z) for f′(z): what the row meets on its way back is a slope.",
            _twice(np.tanh),
        ),
        Mistake(
            "This is the sigmoid's slope, h(1 − h): the activation here is tanh.",
            _twice(lambda z: np.tanh(z) * (1 - np.tanh(z))),
        ),
        Mistake(
            "This is 1 − h for the slope of tanh: its h is squared.",
            _twice(lambda z: 1 - np.tanh(z)),
        ),
        Mistake(
            "This is 1 − z² for the slope of tanh: the square is that of h = tanh z.",
            _twice(lambda z: 1 - z**2),
        ),
        Mistake(
            "The Jacobian of the activation is missing: between h and z stands f.",
            _twice(np.ones_like),
        ),
        Mistake(
            "The bias is missing in z: the slope is taken at the value that came in.",
            lambda x, W, b, u: _twice(tanh.f_prime)(x, W, 0 * b, u),
        ),
        Mistake(
            "u is missing: it is the row that comes back from s to h.",
            lambda x, W, b, u: _twice(tanh.f_prime)(x, W, b, np.ones_like(u)),
        ),
        Mistake(
            "h stands in the place of u: the row that comes back from s to h is uᵀ.",
            lambda x, W, b, u: _twice(tanh.f_prime)(x, W, b, np.tanh(W @ x + b)),
        ),
        Mistake(
            "The path through the layer only: x also reaches s straight, and derivatives along "
            "paths add.",
            _second_row(lambda x: 0 * x.T),
            part="ds_dx",
        ),
        Mistake(
            "The second path counts once: in the product of x with itself, each entry stands "
            "twice.",
            _second_row(lambda x: x.T),
            part="ds_dx",
        ),
        Mistake(
            "The second path is not differentiated: the product of x with itself is a number, "
            "and its row is 2xᵀ.",
            _second_row(lambda x: x.T @ x),
            part="ds_dx",
        ),
        Mistake(
            "The second path has the wrong sign: the product of x with itself is added to the "
            "score.",
            _second_row(lambda x: -2 * x.T),
            part="ds_dx",
        ),
        Mistake(
            "The path through the layer counts twice: x enters the layer once, and stands "
            "twice only in the product with itself.",
            lambda x, W, b, u: 2 * _second_row(lambda x: x.T)(x, W, b, u),
            part="ds_dx",
        ),
        Mistake(
            "The straight path only: x also reaches s through the layer, and derivatives along "
            "paths add.",
            lambda x, W, b, u: 2 * x.T,
            part="ds_dx",
        ),
        Mistake(
            "W is missing: this is the row with respect to z, and between z and x stands W.",
            lambda x, W, b, u: _twice(tanh.f_prime)(x, W, b, u)[0],
            part="ds_dx",
        ),
        Mistake(
            "W is missing: the row with respect to z has another length than x, so the two "
            "paths cannot be added.",
            lambda x, W, b, u: _twice(tanh.f_prime)(x, W, b, u)[0] + 2 * x.T,
            part="ds_dx",
        ),
        Mistake(
            "The two paths are multiplied: where they meet, derivatives add.",
            lambda x, W, b, u: _second_row(lambda x: 0 * x.T)(x, W, b, u) * 2 * x.T,
            part="ds_dx",
        ),
        Mistake(
            "This is ∂z/∂b alone: the row that comes back from s is still to be multiplied by "
            "it.",
            lambda x, W, b, u: np.eye(len(b)),
            part="ds_db",
        ),
        Mistake(
            "This is the row with respect to x in the place of the one with respect to b: a "
            "bias moves its own output, one for one.",
            lambda x, W, b, u: _twice(tanh.f_prime)(x, W, b, u)[0] @ W,
            part="ds_db",
        ),
    ),
)

# --- 4f: cheaper_order(p, q, r, t) ----------------------------------------------------------


def _bracketings(p: int, q: int, r: int, t: int) -> tuple[int, int]:
    # Counted by running both products on numbers that tally their multiplications.
    A, B, C = np.ones((p, q)), np.ones((q, r)), np.ones((r, t))
    return (
        count_products(lambda A, B, C: (A @ B) @ C, A, B, C),
        count_products(lambda A, B, C: A @ (B @ C), A, B, C),
    )


# Here the order with the smaller result in between is the more expensive one.
_SURPRISING = (
    (2, 3, 5, 3),
    (3, 5, 3, 2),
    (5, 2, 1, 2),
    (2, 1, 2, 5),
    (3, 2, 3, 5),
    (5, 3, 2, 3),
)


def _draw_sizes(rng: Generator) -> tuple[int, ...]:
    if rng.random() < 0.3:
        return _SURPRISING[int(rng.integers(len(_SURPRISING)))]
    while True:
        drawn = tuple(rng.integers(1, 6, 4).tolist())
        left, right = _bracketings(*drawn)
        if left != right:
            return drawn


def _left_if(condition: bool) -> str:
    return "left" if condition else "right"


def _cheaper(p: int, q: int, r: int, t: int) -> str:
    left, right = _bracketings(p, q, r, t)
    return _left_if(left < right)


_FIRST_ONLY = (
    "This comes down to comparing p with t, the ends of the chain, as the first product of "
    "each order does: the second one costs as well."
)
BRACKETING = Exercise(
    section="4.7",
    kind="choice",
    choices=("left", "right"),
    draw=_draw_sizes,
    truth=_cheaper,
    mistakes=(
        *(
            Mistake(
                f'This always says "{side}": which order takes fewer multiplications depends '
                "on all four sizes.",
                lambda p, q, r, t, side=side: side,
            )
            for side in ("left", "right")
        ),
        Mistake(
            "This picks the more expensive order every time: compare the two counts the other "
            "way round.",
            lambda p, q, r, t: _left_if(_cheaper(p, q, r, t) == "right"),
        ),
        Mistake(
            "This starts from the left only where there is one output: with several, the left "
            "may be cheaper too, and with one, the right.",
            lambda p, q, r, t: _left_if(p == 1),
        ),
        Mistake(
            "This starts from the right only where there is one input: with several, the right "
            "may be cheaper too, and with one, the left.",
            lambda p, q, r, t: _left_if(t != 1),
        ),
        Mistake(_FIRST_ONLY, lambda p, q, r, t: _left_if(p * q * r < q * r * t)),
        Mistake(_FIRST_ONLY, lambda p, q, r, t: _left_if(p <= t)),
        Mistake(
            "This counts the second product of each order only: the first one costs as well.",
            lambda p, q, r, t: _left_if(p * r * t < p * q * t),
        ),
        Mistake(
            "This compares the size of the results in between, which is memory: count "
            "multiplications.",
            lambda p, q, r, t: _left_if(p * r < q * t),
        ),
    ),
)

EXERCISES = {
    "4a": BEST_STEP,
    "4b": JACOBIAN,
    "4c": RELU_PRIME,
    "4d": SCORE_BY_U,
    "4e": SCORE_TWICE,
    "4f": BRACKETING,
}
