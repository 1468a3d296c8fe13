"""Exercises of section 7: from both ends, shares, a value used twice, curvature."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from helpers.activations import sigmoid
from helpers.exercises.entry import Exercise, Mistake, normal, sizes
from helpers.numerical import complex_step

# --- 7a: meet_at(widths, k) -----------------------------------------------------------------


def _draw_chain(rng: Generator) -> tuple[list[int], int]:
    L = int(rng.integers(4, 8))
    return rng.permutation(np.arange(2, 12))[: L + 1].tolist(), int(rng.integers(1, L))


def _meet(widths: list[int], k: int) -> int:
    """Count as the products are made: the shape of what is there, and one more matrix."""
    shapes, count = [(above, below) for below, above in pairwise(widths)], 0
    upper, lower = shapes[-1], shapes[0]
    for above, below in reversed(shapes[k:-1]):  # from the output down to k
        count, upper = count + upper[0] * above * below, (upper[0], below)
    for above, below in shapes[1:k]:  # from the input up to k
        count, lower = count + above * below * lower[1], (above, lower[1])
    return count + upper[0] * upper[1] * lower[1]


def _for_one_vector(widths: list[int]) -> int:
    return sum(a * b for a, b in pairwise(widths))


def _above(widths: list[int], k: int) -> int:
    return widths[-1] * _for_one_vector(widths[k:-1])


def _below(widths: list[int], k: int) -> int:
    return widths[0] * _for_one_vector(widths[1 : k + 1])


def _join(widths: list[int], k: int) -> int:
    return widths[-1] * widths[k] * widths[0]


def _stop_at(widths: list[int], k: int) -> int:
    return _above(widths, k) + _below(widths, k) + _join(widths, k)


MEET_AT = Exercise(
    section="7.1",
    kind="number",
    draw=_draw_chain,
    truth=lambda widths, k: _meet(widths, k),
    mistakes=(
        Mistake(
            "The last product is missing, the one that joins the two parts.",
            lambda widths, k: _above(widths, k) + _below(widths, k),
        ),
        Mistake(
            "This is the part above k alone.",
            lambda widths, k: _above(widths, k),
        ),
        Mistake(
            "This is the part below k alone.",
            lambda widths, k: _below(widths, k),
        ),
        Mistake(
            "This is the last product alone, which joins the two parts.",
            lambda widths, k: _join(widths, k),
        ),
        Mistake(
            "The part below k is missing.",
            lambda widths, k: _above(widths, k) + _join(widths, k),
        ),
        Mistake(
            "The part above k is missing.",
            lambda widths, k: _below(widths, k) + _join(widths, k),
        ),
        Mistake(
            "The whole chain is taken from the output here, without a stop at k.",
            lambda widths, k: widths[-1] * sum(a * b for a, b in pairwise(widths[:-1])),
        ),
        Mistake(
            "The whole chain is taken from the input here, without a stop at k.",
            lambda widths, k: widths[0] * sum(a * b for a, b in pairwise(widths[1:])),
        ),
        Mistake(
            "The first matrix of each part counts as a product here: it has nothing to be "
            "multiplied with yet.",
            lambda widths, k: (
                widths[-1] * sum(a * b for a, b in pairwise(widths[k:]))
                + widths[0] * sum(a * b for a, b in pairwise(widths[: k + 1]))
                + _join(widths, k)
            ),
        ),
        Mistake(
            "Both parts are multiplied from k outwards here: begin at the outer ends.",
            lambda widths, k: (
                widths[k] * sum(a * b for a, b in pairwise(widths[k + 1 :]))
                + widths[k] * sum(a * b for a, b in pairwise(widths[:k]))
                + _join(widths, k)
            ),
        ),
        Mistake(
            "The part above k is multiplied from k outwards here: begin at the output.",
            lambda widths, k: (
                widths[k] * _for_one_vector(widths[k + 1 :])
                + _below(widths, k)
                + _join(widths, k)
            ),
        ),
        Mistake(
            "The part below k is multiplied from k outwards here: begin at the input.",
            lambda widths, k: (
                _above(widths, k) + widths[k] * _for_one_vector(widths[:k]) + _join(widths, k)
            ),
        ),
        Mistake(
            "The part above k reaches one matrix too far: its lowest has widths[k] columns.",
            lambda widths, k: (
                widths[-1] * _for_one_vector(widths[k - 1 : -1])
                + _below(widths, k)
                + _join(widths, k)
            ),
        ),
        Mistake(
            "The part above k lacks its lowest matrix, which has widths[k] columns.",
            lambda widths, k: (
                widths[-1] * _for_one_vector(widths[k + 1 : -1])
                + _below(widths, k)
                + _join(widths, k)
            ),
        ),
        Mistake(
            "The part below k lacks its uppermost matrix, which has widths[k] rows.",
            lambda widths, k: (
                _above(widths, k) + widths[0] * _for_one_vector(widths[1:k]) + _join(widths, k)
            ),
        ),
        Mistake(
            "These are the multiplications for one vector: each product has as many rows, or "
            "columns, as the end that it began at.",
            lambda widths, k: _for_one_vector(widths),
        ),
        Mistake(
            "The ends have changed places: what begins at the output keeps its rows.",
            lambda widths, k: (
                widths[0] * _for_one_vector(widths[k:-1])
                + widths[-1] * _for_one_vector(widths[1 : k + 1])
                + _join(widths, k)
            ),
        ),
        Mistake(
            "The stop is one layer too high: the widths are counted from 0, so hidden layer k "
            "has the width widths[k].",
            lambda widths, k: _stop_at(widths, k + 1),
        ),
        Mistake(
            "The stop is one layer too low: the widths are counted from 0, so hidden layer k "
            "has the width widths[k].",
            lambda widths, k: _stop_at(widths, k - 1),
        ),
        Mistake(
            "The width of layer k is missing in the last product: a product of p × q and q × r "
            "takes pqr multiplications.",
            lambda widths, k: _above(widths, k) + _below(widths, k) + widths[-1] * widths[0],
        ),
        Mistake(
            "The first matrix of the upper part counts as a product here: it has nothing to be "
            "multiplied with yet.",
            lambda widths, k: _meet(widths, k) + widths[-1] * widths[-2] * widths[-1],
        ),
        Mistake(
            "The first matrix of the lower part counts as a product here: it has nothing to be "
            "multiplied with yet.",
            lambda widths, k: _meet(widths, k) + widths[0] * widths[1] * widths[0],
        ),
        Mistake(
            "The widths are read from the output here: they are given from the input.",
            lambda widths, k: _meet(widths[::-1], k),
        ),
        Mistake(
            "Multiplications and additions are both counted here: count multiplications.",
            lambda widths, k: 2 * _meet(widths, k),
        ),
    ),
)

# --- 7b: shares_back(X, G) ------------------------------------------------------------------


def _draw_X_G(rng: Generator) -> tuple[NDArray, NDArray]:
    shape = tuple(sizes(rng, 2))
    return rng.uniform(0.2, 2, shape), rng.standard_normal(shape)


def _sums(X: NDArray) -> NDArray:
    return X.sum(axis=0, keepdims=True)


SHARES_BACK = Exercise(
    section="7.2",
    draw=_draw_X_G,
    truth=lambda X, G: complex_step(lambda X: (G * X / _sums(X)).sum(), X),
    mistakes=(
        Mistake(
            "The sum is treated as a constant here: each entry moves its column's sum as well.",
            lambda X, G: G / _sums(X),
        ),
        Mistake(
            "This is the part through the sum alone: each entry stands in a numerator as well.",
            lambda X, G: -(G * X).sum(axis=0, keepdims=True) / _sums(X) ** 2 + 0 * X,
        ),
        Mistake(
            "This is the diagonal of each Jacobian alone: an entry moves every share of its "
            "column, through the sum.",
            lambda X, G: G * (_sums(X) - X) / _sums(X) ** 2,
        ),
        Mistake(
            "The mean that is subtracted is weighted by X: weight it by the shares.",
            lambda X, G: (G - (G * X).sum(axis=0, keepdims=True)) / _sums(X),
        ),
        Mistake(
            "One division by the column's sum is missing.",
            lambda X, G: G - (G * X).sum(axis=0, keepdims=True) / _sums(X),
        ),
        Mistake(
            "This is the rule of softmax: it takes a factor of the shares too many, and misses "
            "a division.",
            lambda X, G: X / _sums(X) * (G - (G * X).sum(axis=0, keepdims=True) / _sums(X)),
        ),
        Mistake(
            "This pushes forward: G takes the place of a direction, and the Jacobian is not "
            "symmetric here.",
            lambda X, G: (G - X * G.sum(axis=0, keepdims=True) / _sums(X)) / _sums(X),
        ),
        Mistake(
            "The entries of G are added up without their weights.",
            lambda X, G: (G - G.sum(axis=0, keepdims=True)) / _sums(X),
        ),
        Mistake(
            "The mean of G counts every entry alike: weight it by the shares.",
            lambda X, G: (G - G.mean(axis=0, keepdims=True)) / _sums(X),
        ),
        Mistake(
            "A plus stands where a minus belongs: a larger sum makes every share smaller.",
            lambda X, G: (G + (G * X).sum(axis=0, keepdims=True) / _sums(X)) / _sums(X),
        ),
        Mistake(
            "The sums run along the rows: each column is divided by a sum of its own.",
            lambda X, G: (
                (G - (G * X).sum(axis=1, keepdims=True) / X.sum(axis=1, keepdims=True))
                / X.sum(axis=1, keepdims=True)
            ),
        ),
        Mistake(
            "The sums run over the whole batch: each column is divided by a sum of its own.",
            lambda X, G: (G - (G * X).sum() / X.sum()) / X.sum(),
        ),
        Mistake(
            "The sums are right in one place only: what is subtracted adds up the whole batch.",
            lambda X, G: (G - (G * X / _sums(X)).sum()) / _sums(X),
        ),
        Mistake(
            "This is the slope of a sigmoid: here an entry moves the other shares of its "
            "column, too, and the division by the sum remains.",
            lambda X, G: G * (X / _sums(X)) * (1 - X / _sums(X)),
        ),
        Mistake(
            "Each G is multiplied by its share: that is no step back. Two terms come back, one "
            "through the numerator and one through the sum.",
            lambda X, G: G * X / _sums(X),
        ),
        Mistake(
            "Both terms are divided by the squared sum: the first has the sum once.",
            lambda X, G: (G - (G * X).sum(axis=0, keepdims=True) / _sums(X)) / _sums(X) ** 2,
        ),
        Mistake(
            "This is Y itself, the way forward: asked for is the gradient at X.",
            lambda X, G: X / _sums(X),
        ),
    ),
)

# --- 7c: twice_back(A, C, x) ----------------------------------------------------------------


def _draw_A_C_x(rng: Generator) -> tuple[NDArray, NDArray, NDArray]:
    m, n = sizes(rng, 2)
    return normal(rng, (m, n), (m, n), (n, 1))


TWICE_BACK = Exercise(
    section="7.3",
    draw=_draw_A_C_x,
    truth=lambda A, C, x: complex_step(lambda x: ((A @ x).T @ (C @ x))[0, 0], x),
    mistakes=(
        Mistake(
            "This is what comes back through Ax alone: x is used twice, and both shares add.",
            lambda A, C, x: A.T @ C @ x,
        ),
        Mistake(
            "This is what comes back through Cx alone: x is used twice, and both shares add.",
            lambda A, C, x: C.T @ A @ x,
        ),
        Mistake(
            "The share through Ax is counted twice: the two shares are equal only by luck.",
            lambda A, C, x: 2 * A.T @ C @ x,
        ),
        Mistake(
            "The share through Cx is counted twice: the two shares are equal only by luck.",
            lambda A, C, x: 2 * C.T @ A @ x,
        ),
        Mistake(
            "The mean of both shares is taken: they add.",
            lambda A, C, x: (A.T @ C + C.T @ A) @ x / 2,
        ),
        Mistake(
            "One share is subtracted from the other: they add.",
            lambda A, C, x: (A.T @ C - C.T @ A) @ x,
        ),
        Mistake(
            "The factors changed places: what goes back to Ax is Cx, and back through A it "
            "meets A again.",
            lambda A, C, x: (A.T @ A + C.T @ C) @ x,
        ),
        Mistake(
            "This stops at Ax and Cx: one more step back leads to x.",
            lambda A, C, x: A @ x + C @ x,
        ),
        Mistake(
            "This is the value of s, and not its gradient.",
            lambda A, C, x: (A @ x).T @ (C @ x),
        ),
        Mistake(
            "The result has to depend on x: this is the matrix of second derivatives.",
            lambda A, C, x: A.T @ C + C.T @ A,
        ),
        Mistake(
            "This takes A for both factors: through Ax comes Cx, and through Cx comes Ax.",
            lambda A, C, x: 2 * A.T @ A @ x,
        ),
        Mistake(
            "This takes C for both factors: through Ax comes Cx, and through Cx comes Ax.",
            lambda A, C, x: 2 * C.T @ C @ x,
        ),
        Mistake(
            "Ax and Cx are added before the step back: what comes back to one is the other, so "
            "AᵀAx and CᵀCx have no place here.",
            lambda A, C, x: (A + C).T @ (A + C) @ x,
        ),
        Mistake(
            "The shares are multiplied: they add.",
            lambda A, C, x: (A.T @ C @ x) * (C.T @ A @ x),
        ),
        Mistake(
            "The shares stand side by side: both belong to the one x, so they add.",
            lambda A, C, x: np.hstack([A.T @ C @ x, C.T @ A @ x]),
        ),
        Mistake(
            "This is twice the value of s: asked for is its gradient, a column like x.",
            lambda A, C, x: 2 * (A @ x).T @ (C @ x),
        ),
    ),
)

# --- 7d: curvature_along(w, X, v) -----------------------------------------------------------


def _draw_unit(rng: Generator) -> tuple[NDArray, NDArray, NDArray]:
    n, B = sizes(rng, 2)
    w, X, v = normal(rng, (n, 1), (n, B), (n, 1))
    return w / 2, X, v


def _p(w: NDArray, X: NDArray) -> NDArray:
    return sigmoid.f(w.T @ X)


def _slope(w: NDArray, X: NDArray) -> NDArray:
    return sigmoid.f_prime(w.T @ X)


def _Hv(w: NDArray, X: NDArray, v: NDArray) -> NDArray:
    # vᵀ times the gradient of the mean loss; the labels are a constant in it.
    return complex_step(lambda w: (_p(w, X) @ (X.T @ v))[0, 0] / X.shape[1], w)


def _times(w: NDArray, X: NDArray, v: NDArray, slope: NDArray) -> NDArray:
    return X @ (slope.T * (X.T @ v)) / X.shape[1]


CURVATURE_ALONG = Exercise(
    section="7.5",
    draw=_draw_unit,
    truth=lambda w, X, v: _Hv(w, X, v),
    mistakes=(
        Mistake(
            "1/B is missing: the loss is the mean over the samples.",
            lambda w, X, v: X.shape[1] * _Hv(w, X, v),
        ),
        Mistake(
            "This is divided by the number of inputs: the mean is over the samples.",
            lambda w, X, v: X.shape[1] * _Hv(w, X, v) / len(X),
        ),
        Mistake(
            "The slope p(1 − p) is missing: this is the curvature of a squared error.",
            lambda w, X, v: _times(w, X, v, np.ones((1, X.shape[1]))),
        ),
        Mistake(
            "p stands where its slope belongs: the gradient is differentiated once more.",
            lambda w, X, v: _times(w, X, v, _p(w, X)),
        ),
        Mistake(
            "1 − p stands where the slope of p belongs: a factor is missing.",
            lambda w, X, v: _times(w, X, v, 1 - _p(w, X)),
        ),
        Mistake(
            "The slope of p is taken twice.",
            lambda w, X, v: _times(w, X, v, _slope(w, X) ** 2),
        ),
        Mistake(
            "The slope is that of tanh: for a sigmoid it is p(1 − p).",
            lambda w, X, v: _times(w, X, v, 1 - _p(w, X) ** 2),
        ),
        Mistake(
            "w stands where v belongs: v is the direction, and w says where the slope is.",
            lambda w, X, v: _Hv(w, X, w),
        ),
        Mistake(
            "The slope is taken at v: it belongs to the unit, with its weights w.",
            lambda w, X, v: _Hv(v, X, v),
        ),
        Mistake(
            "This is the slope along v for each sample: the last product, with X, is missing.",
            lambda w, X, v: _slope(w, X).T * (X.T @ v) / X.shape[1],
        ),
        Mistake(
            "This is vᵀHv, the curvature along v as one number: asked for is the column Hv.",
            lambda w, X, v: v.T @ _Hv(w, X, v),
        ),
        Mistake(
            "This is the Hessian itself: multiply it with v.",
            lambda w, X, v: (X * _slope(w, X)) @ X.T / X.shape[1],
        ),
        Mistake(
            "The slopes stay a row beside the column Xᵀv, and numpy makes a matrix of both: "
            "transpose the slopes.",
            lambda w, X, v: X @ (_slope(w, X) * (X.T @ v)) / X.shape[1],
        ),
        Mistake(
            "v stands outside, entry by entry: it is multiplied by Xᵀ first.",
            lambda w, X, v: v * (X @ _slope(w, X).T) / X.shape[1],
        ),
        Mistake(
            "v is missing: the slopes are weighted by Xᵀv before X adds them up.",
            lambda w, X, v: X @ _slope(w, X).T / X.shape[1],
        ),
        Mistake(
            "v stands outside, entry by entry, and p stands where its slope belongs: multiply "
            "v by Xᵀ first.",
            lambda w, X, v: (X @ _p(w, X).T) * v / X.shape[1],
        ),
        Mistake(
            "The slope of p is differentiated once more, with a factor 1 − 2p: two derivatives "
            "of the loss are asked for, not three.",
            lambda w, X, v: _times(w, X, v, _slope(w, X) * (1 - 2 * _p(w, X))),
        ),
        Mistake(
            "This uses the Hessian's diagonal alone: every w moves every slope.",
            lambda w, X, v: (X**2 @ _slope(w, X).T) * v / X.shape[1],
        ),
    ),
)

EXERCISES = {
    "7a": MEET_AT,
    "7b": SHARES_BACK,
    "7c": TWICE_BACK,
    "7d": CURVATURE_ALONG,
}
