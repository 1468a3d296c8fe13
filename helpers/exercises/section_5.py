"""Exercises of section 5: dW three ways, a wrong fold, db of a batch, a hunt, memory."""

from __future__ import annotations

import dis
from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

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

# --- 5d: wrong_line -------------------------------------------------------------------------

# One fault a pass, each a line of right shape; tests/test_hunt.py repairs these lines and no
# other, and finds five right passes.
RIGHT_LINES = {
    1: ("dW = Delta @ h[k].T", "δ times what the layer took, transposed", "5.4"),
    2: ("db = Delta.sum(axis=1, keepdims=True)", "one bias moves every sample", "5.7"),
    3: ("gradients.insert(0, (dW, db))", "it keeps the layers in their order", "5.6"),
    4: ("dh = layers[k].W.T @ Delta", "a layer's dx is Wᵀδ", "5.5"),
    5: ("Delta = dh * f_prime(z[k - 1]) if k > 0 else None", "f′ of z, entry by entry", "5.6"),
}
WRONG_LINES = {"A": 5, "B": 2, "C": 4, "D": 1, "E": 5}
HUNT = Exercise(
    section="5.6",
    kind="number",
    parts=tuple(WRONG_LINES),
    truth=lambda: tuple(WRONG_LINES.values()),
    mistakes=tuple(
        Mistake(
            f"Line {line} of pass {name} is right: {why}.", line, part=name, section=section
        )
        for name, wrong in WRONG_LINES.items()
        for line, (_, why, section) in RIGHT_LINES.items()
        if line != wrong
    ),
)

# --- 5e: largest_m --------------------------------------------------------------------------


def _largest(fits: Callable[[int], bool]) -> int:
    m = 1
    while fits(m + 1):
        m += 1
    return m


def _dense_bytes(m: int) -> int:
    # Measure a small one; three sizes enter, and each grows by the same factor.
    return np.kron(np.eye(8), np.ones((1, 8))).nbytes * m**3 // 8**3


MEMORY = Exercise(
    section="5.8",
    kind="number",
    truth=lambda: _largest(lambda m: _dense_bytes(m) <= 16e9),
    tolerance=1e-6,
    mistakes=(
        Mistake(
            "One too many: this Jacobian needs a little more than 16 GB.",
            _largest(lambda m: _dense_bytes(m) <= 16e9) + 1,
            when=lambda given: _dense_bytes(int(given) - 1) <= 16e9 < _dense_bytes(int(given)),
        ),
        Mistake(
            "The cube root is not yet a layer: a layer has a whole number of outputs.",
            2e9 ** (1 / 3),
            when=lambda given: 1259 < given < 1260,
        ),
        Mistake(
            "This counts entries: each of them takes 8 bytes in float64.",
            _largest(lambda m: m**3 <= 16e9),
        ),
        Mistake(
            "This is right for float32: float64 takes 8 bytes for each number.",
            _largest(lambda m: 4 * m**3 <= 16e9),
        ),
        Mistake(
            "This counts with 1024³ bytes to a gigabyte: here it is 10⁹.",
            _largest(lambda m: 8 * m**3 <= 16 * 1024**3),
        ),
        Mistake(
            "This is the gradient, or the entries that are not zero: the dense Jacobian has a "
            "whole row for each output.",
            _largest(lambda m: 8 * m**2 <= 16e9),
            section="5.2",
        ),
        Mistake(
            "These are mn rows and mn columns: ∂z/∂vec W has only one row for each of the m "
            "outputs.",
            _largest(lambda m: 8 * m**4 <= 16e9),
            section="5.2",
        ),
    ),
)

EXERCISES = {
    "5a": THREE_WAYS,
    "5b": REFOLD,
    "5c": BIAS_OF_BATCH,
    "5d": HUNT,
    "5e": MEMORY,
}
