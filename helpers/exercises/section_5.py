"""Exercises of section 5: dW three ways, a wrong fold, db of a batch, two δ, memory."""

from __future__ import annotations

import dis
from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from helpers.activations import tanh
from helpers.exercises.entry import Exercise, Mistake, normal, sizes
from helpers.numerical import complex_step

# --- 5a: dW_three_ways(delta, x) ------------------------------------------------------------


def _draw_delta_x(rng: Generator) -> tuple[NDArray, NDArray]:
    m, n = sizes(rng, 2)
    return normal(rng, (m, 1), (n, 1))


def _dW(delta: NDArray, x: NDArray) -> NDArray:
    # δ is the gradient at z = Wx + b: so s grows as δᵀ(Wx), and a complex step watches it.
    return complex_step(lambda W: delta.T @ (W @ x), np.zeros((len(delta), len(x))))


def _last_row_only(delta: NDArray, x: NDArray) -> NDArray:
    dW = _dW(delta, x)
    dW[:-1] = 0
    return dW


def _three_different_ways(function: Callable) -> str | None:
    code = getattr(function, "__code__", None)
    if code is None:
        return None  # a callable object does not show how it is written
    steps = list(dis.get_instructions(code))
    ways = {step.argrepr for step in steps if step.opname == "BINARY_OP"} & {"@", "*"}
    ways |= {"outer", "matmul", "dot", "kron", "einsum", "multiply"} & set(code.co_names)
    ways |= {"a loop" for step in steps if step.opname == "FOR_ITER"}
    if len(ways) < 3 and not any(hasattr(constant, "co_code") for constant in code.co_consts):
        return "The numbers are right, but these are not three ways: two of them are the same."
    return None


THREE_WAYS = Exercise(
    section="5.4",
    parts=("in_loops", "by_outer", "by_matmul"),
    draw=_draw_delta_x,
    truth=lambda delta, x: (_dW(delta, x),) * 3,
    written=_three_different_ways,
    mistakes=(
        Mistake(
            "This is x δᵀ, the swapped outer product: δ is the column and x the row.",
            lambda delta, x: _dW(x, delta),
        ),
        Mistake(
            "The numbers are right and the order is not: x δᵀ was reshaped to the shape of W, "
            "which is the column-major fold.",
            lambda delta, x: _dW(x, delta).reshape(len(delta), len(x)),
        ),
        Mistake(
            "This is the column-major fold: fold row by row.",
            lambda delta, x: _dW(delta, x).ravel().reshape(len(delta), len(x), order="F"),
        ),
        Mistake(
            "This is the row of mn numbers before the fold: give it the shape of W.",
            lambda delta, x: _dW(delta, x).reshape(1, -1),
        ),
        Mistake(
            "Only the entries with i = j are filled: each weight has its own product.",
            lambda delta, x: _dW(delta, x) * np.eye(len(delta), len(x)),
        ),
        Mistake(
            "δ is missing: every row is the input.",
            lambda delta, x: np.repeat(x.T, len(delta), axis=0),
        ),
        Mistake(
            "x is missing: every column is δ.",
            lambda delta, x: np.repeat(delta, len(x), axis=1),
        ),
        Mistake(
            "A plus has slipped in for a times: each entry is a product of two numbers.",
            lambda delta, x: delta + x.T,
        ),
        Mistake(
            "Only the last row is filled: is the array made anew inside the loop?",
            _last_row_only,
        ),
    ),
)

# --- 5b: repair_fold(dW_wrong) --------------------------------------------------------------


def _refold(dW_wrong: NDArray) -> NDArray:
    m, n = dW_wrong.shape
    right = np.empty((m, n))
    for i in range(m):
        for j in range(n):
            place = i * n + j  # in the row; the wrong fold went down the columns
            right[i, j] = dW_wrong[place % m, place // m]
    return right


REFOLD = Exercise(
    section="5.4",
    draw=lambda rng: normal(rng, tuple(sizes(rng, 2))),
    truth=_refold,
    mistakes=(
        Mistake(
            "The matrix comes back as it was: read and written in the same order, nothing "
            "moves.",
            lambda dW_wrong: dW_wrong,
        ),
        Mistake(
            "This transposes: a wrong fold has the right shape already, and its numbers stand "
            "in the wrong order.",
            lambda dW_wrong: dW_wrong.T,
        ),
        Mistake(
            "This is the column-major fold once more: the repair reads column by column and "
            "writes row by row, not the other way round.",
            lambda dW_wrong: dW_wrong.ravel().reshape(dW_wrong.shape, order="F"),
        ),
        Mistake(
            "This is the row itself: fold it, row by row, into the shape of W.",
            lambda dW_wrong: _refold(dW_wrong).reshape(1, -1),
        ),
        Mistake(
            "This is the row, stood up as a column: fold it, row by row, into the shape of W.",
            lambda dW_wrong: _refold(dW_wrong).reshape(-1, 1),
        ),
    ),
)

# --- 5c: bias_gradient(Delta) ---------------------------------------------------------------


def _db(Delta: NDArray) -> NDArray:
    # One bias moves every column of Z: the complex step moves it and watches the whole batch.
    m, B = Delta.shape
    return complex_step(lambda b: (Delta * (b @ np.ones((1, B)))).sum(), np.zeros((m, 1)))


_UNITS = "This adds up the units and keeps the samples: add up the samples."
_EVERYTHING = "This adds up everything: each bias has its own sum."
BIAS_OF_BATCH = Exercise(
    section="5.7",
    draw=lambda rng: normal(rng, tuple(sizes(rng, 2))),
    truth=_db,
    mistakes=(
        Mistake(
            "This is the mean over the samples: for the sum of the losses add them up; 1/B, "
            "where it is wanted, is in Δ already.",
            lambda Delta: Delta.mean(axis=1, keepdims=True),
        ),
        Mistake(
            "Only the first sample counts here: one bias moves all of them.",
            lambda Delta: Delta[:, :1],
        ),
        Mistake(
            "Only the last sample counts here: was it written over the others? One bias moves "
            "all of them.",
            lambda Delta: Delta[:, -1:],
        ),
        Mistake(
            "The sum over the batch is forgotten: this is Δ, with one column for each sample, "
            "and b has one column.",
            lambda Delta: Delta,
        ),
        Mistake(_UNITS, lambda Delta: Delta.sum(axis=0, keepdims=True)),
        Mistake(_UNITS, lambda Delta: Delta.sum(axis=0, keepdims=True).T),
        Mistake(_EVERYTHING, lambda Delta: Delta.sum()),
        Mistake(_EVERYTHING, lambda Delta: Delta.sum(keepdims=True)),
        Mistake("The sum lies down as a row: b is a column.", lambda Delta: _db(Delta).T),
        Mistake(
            "This adds up absolute values: samples may pull in opposite directions.",
            lambda Delta: np.abs(Delta).sum(axis=1, keepdims=True),
        ),
    ),
)

# --- 5d: two_deltas(x, W1, b1, W2, b2, u) ---------------------------------------------------


def _draw_two_layers(rng: Generator) -> tuple[NDArray, ...]:
    n, first, second = sizes(rng, 3)
    return normal(
        rng, (n, 1), (first, n), (first, 1), (second, first), (second, 1), (second, 1)
    )


def _stack(x, W1, b1, W2, b2, u) -> NDArray:
    return u.T @ np.tanh(W2 @ np.tanh(W1 @ x + b1) + b2)


def _deltas(x, W1, b1, W2, b2, u) -> tuple[NDArray, NDArray]:
    # A bias moves its own z one for one, so its gradient is the gradient at z.
    return (
        complex_step(lambda c: _stack(x, W1, c, W2, b2, u), b1),
        complex_step(lambda c: _stack(x, W1, b1, W2, c, u), b2),
    )


def _at_2(change: Callable[..., NDArray]) -> Callable[..., NDArray]:
    """Make a wrong δ₂: ``change`` gets u and z₂."""
    return lambda x, W1, b1, W2, b2, u: change(u, W2 @ np.tanh(W1 @ x + b1) + b2)


def _at_1(change: Callable[..., NDArray]) -> Callable[..., NDArray]:
    """Make a wrong δ₁: ``change`` gets W₂ᵀ, u, f′(z₂) and z₁."""

    def gives(x, W1, b1, W2, b2, u) -> NDArray:
        z1 = W1 @ x + b1
        return change(W2.T, u, _slope(W2 @ np.tanh(z1) + b2), z1)

    return gives


_slope = tanh.f_prime
TWO_DELTAS = Exercise(
    section="5.6",
    parts=("delta_1", "delta_2"),
    draw=_draw_two_layers,
    truth=_deltas,
    after={
        "delta_1": lambda own, x, W1, b1, W2, b2, u: W2.T @ own["delta_2"] * _slope(W1 @ x + b1)
    },
    mistakes=(
        Mistake(
            "delta_2 has forgotten f′: it is ∂s/∂h₂, one factor short of z₂.",
            _at_2(lambda u, z2: u),
            part="delta_2",
        ),
        Mistake(
            "f′ is taken at h in delta_2: take it at z.",
            _at_2(lambda u, z2: u * _slope(np.tanh(z2))),
            part="delta_2",
        ),
        Mistake(
            "delta_2 has f(z₂) where f′(z₂) belongs.",
            _at_2(lambda u, z2: u * np.tanh(z2)),
            part="delta_2",
        ),
        Mistake(
            "delta_2 has 1 − h where 1 − h² belongs: the square has been lost.",
            _at_2(lambda u, z2: u * (1 - np.tanh(z2))),
            part="delta_2",
        ),
        Mistake(
            "delta_2 has forgotten u: the score weighs each entry of h₂.",
            _at_2(lambda u, z2: _slope(z2)),
            part="delta_2",
        ),
        Mistake(
            "delta_1 has forgotten its own f′: this is the gradient at h₁, and z₁ lies one "
            "step further.",
            _at_1(lambda V, u, slope2, z1: V @ (u * slope2)),
            part="delta_1",
        ),
        Mistake(
            "f′ is taken at h in delta_1: take it at z.",
            _at_1(lambda V, u, slope2, z1: V @ (u * slope2) * _slope(np.tanh(z1))),
            part="delta_1",
        ),
        Mistake(
            "delta_1 has f(z₁) where f′(z₁) belongs.",
            _at_1(lambda V, u, slope2, z1: V @ (u * slope2) * np.tanh(z1)),
            part="delta_1",
        ),
        Mistake(
            "delta_1 has 1 − h where 1 − h² belongs: the square has been lost.",
            _at_1(lambda V, u, slope2, z1: V @ (u * slope2) * (1 - np.tanh(z1))),
            part="delta_1",
        ),
        Mistake(
            "delta_1 starts from u: it comes from the δ of the layer above, with that layer's "
            "f′ in it.",
            _at_1(lambda V, u, slope2, z1: V @ u * _slope(z1)),
            part="delta_1",
            section="5.1",
        ),
        Mistake(
            "delta_1 starts from u and has lost both f′.",
            _at_1(lambda V, u, slope2, z1: V @ u),
            part="delta_1",
        ),
        Mistake(
            "delta_1 has forgotten u: the score weighs each entry of h₂.",
            _at_1(lambda V, u, slope2, z1: V @ slope2 * _slope(z1)),
            part="delta_1",
        ),
        Mistake(
            "delta_1 has nothing from the layer above: this is its own f′ and no more.",
            _at_1(lambda V, u, slope2, z1: _slope(z1)),
            part="delta_1",
            section="5.1",
        ),
    ),
)

# --- 5e: bytes ------------------------------------------------------------------------------


def _measured_bytes() -> float:
    # Measure a small one; three sizes enter, and each grows by the same factor.
    return np.kron(np.eye(8), np.ones((1, 8))).nbytes * (4096 / 8) ** 3


_BYTES = _measured_bytes()
MEMORY = Exercise(
    section="5.8",
    kind="number",
    truth=_measured_bytes,
    tolerance=5e-3,
    mistakes=(
        Mistake("This counts entries: each of them takes 8 bytes in float64.", _BYTES / 8),
        Mistake("This counts bits: 8 of them make a byte.", 8 * _BYTES),
        Mistake(
            "This is right for float32: float64 takes 8 bytes for each number.", _BYTES / 2
        ),
        Mistake(
            "This is the gradient's memory, or that of the entries that are not zero: the "
            "dense Jacobian has a whole row for each output.",
            _BYTES / 4096,
            section="5.2",
        ),
        Mistake(
            "This counts the entries of W: the Jacobian has mn columns and a row for each "
            "output.",
            _BYTES / 4096 / 8,
            section="5.2",
        ),
        Mistake(
            "These are mn rows and mn columns: ∂z/∂vec W has only one row for each of the m "
            "outputs.",
            _BYTES * 4096,
            section="5.2",
        ),
        Mistake(
            "These are mn rows and mn columns, and entries at that: ∂z/∂vec W has one row for "
            "each of the m outputs, and 8 bytes for each entry.",
            _BYTES * 4096 / 8,
            section="5.2",
        ),
        Mistake(
            "The right amount in another unit: bytes are asked for.",
            512,
            when=lambda given: any(
                abs(given * base**power / _BYTES - 1) < 5e-3
                for base in (1000, 1024)
                for power in (1, 2, 3, 4)
            ),
        ),
    ),
)

EXERCISES = {
    "5a": THREE_WAYS,
    "5b": REFOLD,
    "5c": BIAS_OF_BATCH,
    "5d": TWO_DELTAS,
    "5e": MEMORY,
}
