"""Exercises of section 5: dW three ways, a wrong fold, db of a batch, the way back, a hunt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from helpers.activations import Activation, sigmoid, swish, tanh
from helpers.exercises.entry import Exercise, Mistake, normal, sizes
from helpers.exercises.language import say
from helpers.network import Affine
from helpers.numerical import complex_step

# --- 5a: dW_three_ways(delta, x) ------------------------------------------------------------


def _draw_delta_x(rng: Generator) -> tuple[NDArray, NDArray]:
    m, n = sizes(rng, 2)
    return normal(rng, (m, 1), (n, 1))


def _dW(delta: NDArray, x: NDArray) -> NDArray:
    # δ is the gradient at z = Wx + b: so s grows as δᵀ(Wx), and a complex step watches it.
    return complex_step(lambda W: delta.T @ (W @ x), np.zeros((len(delta), len(x))))


def _only(*keep: slice | int) -> Callable[[NDArray, NDArray], NDArray]:
    # dW with everything else left at zero.
    def kept(delta: NDArray, x: NDArray) -> NDArray:
        dW, right = np.zeros((len(delta), len(x))), _dW(delta, x)
        dW[keep] = right[keep]
        return dW

    return kept


THREE_WAYS = Exercise(
    section="5.4",
    parts=("in_loops", "by_outer", "by_matmul"),
    draw=_draw_delta_x,
    truth=lambda delta, x: (_dW(delta, x),) * 3,
    mistakes=(
        Mistake(
            "This is x δᵀ, the swapped outer product: δ is the column and x the row.",
            lambda delta, x: _dW(x, delta),
        ),
        Mistake(
            "Its numbers are in the wrong places: this is x δᵀ, reshaped to the shape of W. "
            "x δᵀ read row by row is dW read column by column.",
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
            _only(slice(-1, None)),
        ),
        Mistake(
            "The last row is empty: range(len(delta)) stops before len(delta) by itself.",
            _only(slice(None, -1)),
        ),
        Mistake(
            "The last column is empty: range(len(x)) stops before len(x) by itself.",
            _only(slice(None), slice(None, -1)),
        ),
        Mistake(
            "The last row and the last column are empty: range(k) stops before k by itself.",
            _only(slice(None, -1), slice(None, -1)),
        ),
        Mistake(
            "Only the first entry is filled: does the return stand inside the loops?",
            _only(0, 0),
        ),
        Mistake(
            "Only the first row is filled: does the return stand inside the outer loop?",
            _only(0),
        ),
        Mistake(
            "The entries are cut to whole numbers: an array made with dtype=int, or of whole "
            "numbers, keeps no fractions.",
            lambda delta, x: np.trunc(_dW(delta, x)),
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
_MEAN_OF_UNITS = "This is a mean over the units: add up the samples, for each unit by itself."
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
        Mistake(_MEAN_OF_UNITS, lambda Delta: Delta.mean(axis=0, keepdims=True)),
        Mistake(_MEAN_OF_UNITS, lambda Delta: Delta.mean(axis=0, keepdims=True).T),
        Mistake("The sum lies down as a row: b is a column.", lambda Delta: _db(Delta).T),
        Mistake(
            "This adds up absolute values: samples may pull in opposite directions.",
            lambda Delta: np.abs(Delta).sum(axis=1, keepdims=True),
        ),
    ),
)

# --- 5d: my_backward(layers, h, z, Delta, f_prime) -------------------------------------------


def _slopes(activation: Activation) -> Callable[[NDArray], NDArray]:
    return lambda z: activation.f_prime(z)  # a function, which a copy leaves as it is


# f′, and the f that a complex step takes.
_SMOOTH = {_slopes(activation): activation.f for activation in (tanh, sigmoid, swish)}
Layers = Sequence[Affine]
Pairs = list[tuple[NDArray, NDArray]]


def _forward(layers: Layers, X: NDArray, f: Callable) -> tuple[list[NDArray], list[NDArray]]:
    h, z = [X], []
    for W, b in layers:
        z.append(W @ h[-1] + b)
        h.append(f(z[-1]))
    return h[:-1], z


def _draw_stack(rng: Generator) -> tuple:
    depth = int(rng.integers(1, 5))
    B, *widths = sizes(rng, depth + 1, most=7)
    layers = [
        Affine(*normal(rng, (out, into), (out, 1))) for into, out in pairwise([*widths, 1])
    ]
    f_prime = list(_SMOOTH)[rng.integers(len(_SMOOTH))]
    h, z = _forward(layers, *normal(rng, (widths[0], B)), _SMOOTH[f_prime])
    return layers, h, z, *normal(rng, (1, B)), f_prime


def _all_gradients(layers: Layers, h: list, z: list, Delta: NDArray, f_prime: Callable) -> list:
    # No δ here: a complex step moves each number, and watches the scores, weighted by Delta.
    def moved(k: int, name: str) -> NDArray:
        def weighted(value: NDArray) -> complex:
            new = [*layers[:k], layers[k]._replace(**{name: value}), *layers[k + 1 :]]
            return (Delta * _forward(new, h[0], _SMOOTH[f_prime])[1][-1]).sum()

        return complex_step(weighted, getattr(layers[k], name))

    return [(moved(k, "W"), moved(k, "b")) for k in range(len(layers))]


def _by_delta(
    step: Callable = lambda W, Delta, h, z, f_prime, k: (W.T @ Delta) * f_prime(z[k - 1]),
    pair: Callable = lambda Delta, h, z, k: (Delta @ h[k].T, Delta.sum(axis=1, keepdims=True)),
    put: Callable = lambda pairs: pairs[::-1],
    step_first: bool = False,
) -> Callable[..., Pairs]:
    """Make a backward pass of its three steps, one of which may be wrong or come too early."""

    def backward(layers: Layers, h: list, z: list, Delta: NDArray, f_prime: Callable) -> Pairs:
        pairs = []
        for k in reversed(range(len(layers))):
            own = Delta
            if k > 0:
                Delta = step(layers[k].W, Delta, h, z, f_prime, k)
            pairs.append(pair(Delta if step_first else own, h, z, k))
        return put(pairs)

    return backward


def _nothing_carried(
    layers: Layers, h: list, z: list, Delta: NDArray, f_prime: Callable
) -> Pairs:
    pairs = []
    for k in range(len(layers)):
        own = Delta
        if k < len(layers) - 1:
            own = (layers[k + 1].W.T @ Delta) * f_prime(z[k])
        pairs.append((own @ h[k].T, own.sum(axis=1, keepdims=True)))
    return pairs


def _pair(dW: Callable | None = None, db: Callable | None = None) -> Callable[..., Pairs]:
    dW = dW or (lambda Delta, h, z, k: Delta @ h[k].T)
    db = db or (lambda Delta: Delta.sum(axis=1, keepdims=True))
    return _by_delta(pair=lambda Delta, h, z, k: (dW(Delta, h, z, k), db(Delta)))


def _in_pairs(my_backward: Callable) -> str | None:
    # The cells that go on with the answer take its pairs apart, layer by layer.
    layers, *inputs = _draw_stack(np.random.default_rng(0))
    given = my_backward(layers, *inputs)
    if all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in given):
        return None
    return say(
        "The numbers are right, but the list does not hold one pair (dW, db) for each of "
        "{layers} layers: it has {entries} entries. Append (dW, db) as a pair.",
        layers=len(layers),
        entries=len(given),
    )


WAY_BACK = Exercise(
    section="5.7",
    kind="arrays",
    draw=_draw_stack,
    truth=_all_gradients,
    mistakes=(
        Mistake(
            "The order is reversed: the last layer's pair comes first. Turn the list round at "
            "the end.",
            _by_delta(put=lambda pairs: pairs),
        ),
        Mistake(
            "f′ is forgotten: WᵀΔ is the gradient at h, one step short of z.",
            _by_delta(lambda W, Delta, h, z, f_prime, k: W.T @ Delta),
            section="5.6",
        ),
        Mistake(
            "f′ is taken at h: it belongs at z, before the activation.",
            _by_delta(lambda W, Delta, h, z, f_prime, k: (W.T @ Delta) * f_prime(h[k])),
            section="5.6",
        ),
        Mistake(
            "f′ is taken at the z of this layer: WᵀΔ has arrived at the layer below, whose z "
            "is z[k - 1].",
            _by_delta(lambda W, Delta, h, z, f_prime, k: (W.T @ Delta) * f_prime(z[k])),
            section="5.6",
        ),
        Mistake(
            "f′ of a layer is used before its Wᵀ: so the score gets a slope that it does not "
            "have, and the first layer none. First Wᵀ, then f′ of the layer below.",
            _by_delta(lambda W, Delta, h, z, f_prime, k: W.T @ (Delta * f_prime(z[k]))),
            section="5.6",
        ),
        Mistake(
            # It raises as the next one does, but not at two layers: so it is tried first.
            "What goes down is computed, and Δ stays what it was: the result has to be called "
            "Delta again, so that the next layer meets its own.",
            _by_delta(lambda W, Delta, h, z, f_prime, k: (W.T @ Delta, Delta)[1]),
        ),
        Mistake(
            # The W of the layer below, transposed, raises the same.
            "W is there without its transpose, or it is the W of another layer: the gradient "
            "at what layer k took is WᵀΔ, with the W of layer k.",
            _by_delta(lambda W, Delta, h, z, f_prime, k: (W @ Delta) * f_prime(z[k - 1])),
            section="5.5",
        ),
        Mistake(
            "ΔW is the rule where samples are rows: with samples as columns it is WᵀΔ.",
            _by_delta(lambda W, Delta, h, z, f_prime, k: (Delta @ W) * f_prime(z[k - 1])),
            section="5.5",
        ),
        Mistake(
            "Between Wᵀ and Δ stands a product entry by entry (*), where a product of matrices "
            "(@) belongs.",
            _by_delta(lambda W, Delta, h, z, f_prime, k: (W.T * Delta) * f_prime(z[k - 1])),
            section="5.5",
        ),
        Mistake(
            "Wᵀ is forgotten: Δ goes down through the weights of the layer, WᵀΔ, and then "
            "through f′.",
            _by_delta(lambda W, Delta, h, z, f_prime, k: Delta * f_prime(z[k - 1])),
            section="5.5",
        ),
        Mistake(
            "f′ is taken at h[k - 1], which is what the layer below took: the slopes are those "
            "at the z that it made, z[k - 1].",
            _by_delta(lambda W, Delta, h, z, f_prime, k: (W.T @ Delta) * f_prime(h[k - 1])),
            section="5.6",
        ),
        Mistake(
            "f_prime is a function, and has to be called: f_prime(z[k - 1]).",
            _by_delta(lambda W, Delta, h, z, f_prime, k: (W.T @ Delta) * f_prime),
            section="5.6",
        ),
        *(
            Mistake(
                "f′ is taken at WᵀΔ, which is a gradient: the slopes are those at the z that "
                "the layer below made, z[k - 1].",
                _by_delta(step),
                section="5.6",
            )
            for step in (
                lambda W, Delta, h, z, f_prime, k: f_prime(W.T @ Delta),
                lambda W, Delta, h, z, f_prime, k: (W.T @ Delta) * f_prime(W.T @ Delta),
            )
        ),
        Mistake(
            "Δ is summed over the samples before it goes down: only db adds them up. Below, "
            "each sample needs a column of its own.",
            _by_delta(
                lambda W, Delta, h, z, f_prime, k: (
                    (W.T @ Delta.sum(axis=1, keepdims=True)) * f_prime(z[k - 1])
                )
            ),
        ),
        Mistake(
            "z itself stands where its slopes belong: f_prime(z[k - 1]).",
            _by_delta(lambda W, Delta, h, z, f_prime, k: (W.T @ Delta) * z[k - 1]),
            section="5.6",
        ),
        Mistake(
            "Between WᵀΔ and f′ stands a product of matrices (@): the slopes multiply entry by "
            "entry (*).",
            _by_delta(lambda W, Delta, h, z, f_prime, k: (W.T @ Delta) @ f_prime(z[k - 1])),
            section="5.6",
        ),
        Mistake(
            "Δ changes its sign at every layer: the minus belongs to the training step, and "
            "not to the way back.",
            _by_delta(lambda W, Delta, h, z, f_prime, k: -(W.T @ Delta) * f_prime(z[k - 1])),
        ),
        Mistake(
            "Every dW and db has the wrong sign: the minus belongs to the training step, and "
            "not to the gradients.",
            _pair(
                lambda Delta, h, z, k: -Delta @ h[k].T,
                lambda Delta: -Delta.sum(axis=1, keepdims=True),
            ),
        ),
        Mistake(
            "Δ has gone down before the pair is made: first the pair of this layer, then the "
            "step to the layer below.",
            _by_delta(step_first=True),
        ),
        Mistake(
            "The (pseudo-)inverse of W stands where its transpose belongs.",
            _by_delta(
                lambda W, Delta, h, z, f_prime, k: (
                    (np.linalg.pinv(W) @ Delta) * f_prime(z[k - 1])
                )
            ),
            section="5.5",
        ),
        Mistake(
            "Δ is not carried on: every layer gets the one from the top. Each has its own.",
            _by_delta(lambda W, Delta, h, z, f_prime, k: Delta),
        ),
        Mistake(
            "Δ is not carried on: each layer starts again from the Δ at the top, and not from "
            "that of the layer above it.",
            _nothing_carried,
        ),
        Mistake(
            "db is forgotten: give a pair (dW, db) for each layer.",
            _by_delta(pair=lambda Delta, h, z, k: (Delta @ h[k].T,)),
        ),
        Mistake(
            "The two of each pair changed places: dW comes first, then db.",
            _by_delta(
                pair=lambda Delta, h, z, k: (Delta.sum(axis=1, keepdims=True), Delta @ h[k].T)
            ),
        ),
        Mistake(
            "db is not yet summed: one bias moves every sample.",
            _pair(db=lambda Delta: Delta),
        ),
        Mistake(
            "db is a mean over the samples: add them up.",
            _pair(db=lambda Delta: Delta.mean(axis=1, keepdims=True)),
        ),
        Mistake(
            "Each db is a 1-D array, neither row nor column: sum with keepdims=True.",
            _pair(db=lambda Delta: Delta.sum(axis=1)),
        ),
        Mistake(
            "dW and db are means over the samples: add them up; 1/B, where it is wanted, is in "
            "Δ already.",
            _pair(
                lambda Delta, h, z, k: Delta @ h[k].T / Delta.shape[1],
                lambda Delta: Delta.mean(axis=1, keepdims=True),
            ),
        ),
        Mistake(
            "dW is a mean over the samples: ΔXᵀ adds them up already.",
            _pair(lambda Delta, h, z, k: Delta @ h[k].T / Delta.shape[1]),
        ),
        Mistake(f"db: {_UNITS}", _pair(db=lambda Delta: Delta.sum(axis=0, keepdims=True))),
        Mistake(f"db: {_UNITS}", _pair(db=lambda Delta: Delta.sum(axis=0))),
        Mistake(f"db: {_EVERYTHING}", _pair(db=lambda Delta: Delta.sum())),
        Mistake(
            "dW is made with h[k - 1], which the layer below took: layer k took h[k].",
            _pair(lambda Delta, h, z, k: Delta @ h[k - 1].T),
        ),
        Mistake(
            "dW is made with z[k], which layer k made: Δ meets what the layer took, h[k].",
            _pair(lambda Delta, h, z, k: Delta @ z[k].T),
        ),
        Mistake(
            "np.outer lays both out flat and keeps the samples apart: Delta @ h[k].T adds them "
            "up.",
            _pair(lambda Delta, h, z, k: np.outer(Delta, h[k])),
        ),
        Mistake(
            "This is x δᵀ, the swapped outer product: Δ comes first and names the rows.",
            _pair(lambda Delta, h, z, k: h[k] @ Delta.T),
            section="5.4",
        ),
        Mistake(
            "The first layer is left out: it has a W and a b too.",
            _by_delta(put=lambda pairs: pairs[-2::-1]),
        ),
    ),
    written=_in_pairs,
)

# --- 5e: wrong_line -------------------------------------------------------------------------

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
    mistakes=(
        Mistake(
            "The lines are numbered 1 to 5: give one of these numbers for each pass.",
            6,
            when=lambda given: not set(given) <= set(RIGHT_LINES),
        ),
        *(
            Mistake(
                f"Line {line} of pass {name} is right: {why}.", line, part=name, section=section
            )
            for name, wrong in WRONG_LINES.items()
            for line, (_, why, section) in RIGHT_LINES.items()
            if line != wrong
        ),
    ),
)

EXERCISES = {
    "5a": THREE_WAYS,
    "5b": REFOLD,
    "5c": BIAS_OF_BATCH,
    "5d": WAY_BACK,
    "5e": HUNT,
}
