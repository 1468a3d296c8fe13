"""Exercises of section 1: a start that breaks the symmetry, a best border, XOR by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from helpers.exercises.entry import Exercise, Mistake, normal, sizes
from helpers.exercises.language import say

# --- 1a: start_weights(m, n, rng) -----------------------------------------------------------


def _draw_units(rng: Generator) -> tuple[int, int, Generator]:
    m = int(rng.integers(3, 7))
    n = int(rng.choice([k for k in range(1, 7) if k != m]))
    return m, n, np.random.default_rng(rng.integers(1000))


def _pairs(answer: Any, sign: int) -> int:
    """Count the pairs of units that are equal (sign 1) or mirrored (sign -1)."""
    units = np.hstack(answer)
    apart = np.abs(units[:, np.newaxis] - sign * units)
    same = (apart <= 1e-6 * np.abs(units).max(axis=0)).all(axis=2)
    return int(same[np.triu_indices(len(units), 1)].sum())


def _units_differ(answer: Any, m: int, n: int, rng: Generator) -> str | None:
    W, b, _ = answer
    X = np.random.default_rng(m + 10 * n).standard_normal((n, 12))
    flat = (np.abs(W @ X + b) > 18).all(axis=1)
    if flat.any():
        return say(
            "Weights so large that tanh is flat at all points for {flat} of {m} units: "
            "f′ is 0 there, and these rows of W cannot learn.",
            flat=flat.sum(),
            m=m,
        )
    if _pairs(answer, 1):
        return "On some draws two units start equal: these stay equal for ever."
    if _pairs(answer, -1):
        return "On some draws two units start as mirror images: these stay mirrored for ever."
    return None


def _start(m: int, n: int, rng: Generator, copies: int = 0, sign: int = 1) -> tuple:
    """Draw units, of which the last ones repeat the first, or mirror it."""
    W, b, u = normal(rng, (m, n), (m, 1), (m, 1))
    for part in (W, b, u):
        part[m - copies :] = sign * part[:1]
    return W, b, u


BREAK_SYMMETRY = Exercise(
    section="1.2",
    parts=("W", "b", "u"),
    draw=_draw_units,
    shapes=lambda m, n, rng: ((m, n), (m, 1), (m, 1)),
    holds=_units_differ,
    mistakes=(
        Mistake(
            "Everything starts at zero: then h and every derivative are zero as well, and the "
            "units stay equal for ever.",
            lambda m, n, rng: (np.zeros((m, n)), np.zeros((m, 1)), np.zeros((m, 1))),
            when=lambda answer, *_: not any(part.any() for part in answer),
        ),
        Mistake(
            "All units start equal, and equal units get equal derivatives: no training can "
            "tell them apart.",
            lambda m, n, rng: _start(m, n, rng, copies=m),
            when=lambda answer, m, *_: _pairs(answer, 1) == m * (m - 1) // 2,
        ),
        Mistake(
            "Some of the units start equal, with the same weights in, bias and weight out: "
            "these stay equal for ever.",
            lambda m, n, rng: _start(m, n, rng, copies=1),
            when=lambda answer, *_: _pairs(answer, 1) > 0,
        ),
        Mistake(
            "Some of the units start as mirror images, (−w, −b, −u) for (w, b, u): tanh is "
            "odd, so that both compute the same term and stay mirrored for ever.",
            lambda m, n, rng: _start(m, n, rng, copies=1, sign=-1),
            when=lambda answer, *_: _pairs(answer, -1) > 0,
        ),
    ),
)

# --- 1b: best_share(w, X, y) ----------------------------------------------------------------


def _shares(w: NDArray, X: NDArray, y: NDArray) -> NDArray:
    """Give the share that is right with every cut of w·x, from the one below all sums on."""
    t = w.T @ X
    return ((t > np.vstack([[[-np.inf]], np.sort(t).T])) == y).mean(axis=1)


def _share_at(cut: float, w: NDArray, X: NDArray, y: NDArray) -> float:
    return float(((cut < w.T @ X) == y).mean())


def _best_bias(w: NDArray, X: NDArray, y: NDArray) -> float:
    t = np.sort(w.T @ X)[0]
    return float(-np.append(t[0] - 1, t)[_shares(w, X, y).argmax()])


def _draw_direction(rng: Generator) -> tuple[NDArray, NDArray, NDArray]:
    # Until the best cut is unlike those that a slip would take: in a third of the draws it is
    # the one below all sums, in a third the one above them.
    where = int(rng.integers(3))
    side, level = ((-1, -1), (-1, 1), (1, 0))[where]
    while True:
        n, B = sizes(rng, 2, most=16)
        w, X, noise = normal(rng, (n, 1), (n, B), (1, B))
        w[0] += 1.5
        t = w.T @ X
        y = (side * t + 0.8 * np.sqrt(n) * noise > rng.normal() + level).astype(int)
        shares = _shares(w, X, y)
        best = shares.max()
        only_first, only_last = best > shares[1:].max(), best > shares[:-1].max()
        if not 0.05 < y.mean() < 0.95 or (only_first, only_last) != (where == 0, where == 1):
            continue
        if best > max(_share_at(0, w, X, y), 0.5):
            return w, X, y


BEST_SHARE = Exercise(
    section="1.4",
    kind="number",
    draw=_draw_direction,
    truth=lambda w, X, y: float(_shares(w, X, y).max()),
    mistakes=(
        Mistake(
            "This is a percentage: here shares are numbers between 0 and 1.",
            lambda w, X, y: 100 * _shares(w, X, y).max(),
        ),
        Mistake(
            "This counts the points that are right: their share is asked for.",
            lambda w, X, y: y.size * _shares(w, X, y).max(),
        ),
        Mistake(
            "This is the share of the points that the best bias gets wrong: count those that "
            "it gets right.",
            lambda w, X, y: 1 - _shares(w, X, y).max(),
        ),
        Mistake(
            "This is the share with the bias 0: the bias is yours to choose.",
            lambda w, X, y: _share_at(0, w, X, y),
        ),
        Mistake(
            "One bias is missing, the one so large that all points get the label 1.",
            lambda w, X, y: _shares(w, X, y)[1:].max(),
        ),
        Mistake(
            "One bias is missing, the one so small that all points get the label 0.",
            lambda w, X, y: _shares(w, X, y)[:-1].max(),
        ),
        Mistake(
            "Two biases are missing: one so large that all points get the label 1, and one so "
            "small that all get 0.",
            lambda w, X, y: _shares(w, X, y)[1:-1].max(),
        ),
        Mistake(
            "The labels are the wrong way round: a point gets the label 1 where the sum is "
            "above 0.",
            lambda w, X, y: _shares(w, X, 1 - y).max(),
        ),
        Mistake(
            "This takes the better of w and −w: only the bias is yours to choose.",
            lambda w, X, y: max(_shares(w, X, y).max(), _shares(w, X, 1 - y).max()),
        ),
        Mistake(
            "This is the worst share: the largest is asked for.",
            lambda w, X, y: _shares(w, X, y).min(),
        ),
        Mistake(
            "This is the mean over the biases: the best one is asked for.",
            lambda w, X, y: _shares(w, X, y).mean(),
        ),
        Mistake(
            "A bias has the wrong sign: the point with the sum t lies on the border where the "
            "bias is −t.",
            lambda w, X, y: max(_share_at(-cut, w, X, y) for cut in (w.T @ X)[0]),
        ),
        Mistake(
            "This is the best bias itself: the share that it gets right is asked for.",
            lambda w, X, y: _best_bias(w, X, y),
            when=lambda answer, w, X, y: _share_at(-answer, w, X, y) == _shares(w, X, y).max(),
        ),
        Mistake(
            "This gives all points the label 1: other biases do better.",
            lambda w, X, y: y.mean(),
        ),
        Mistake(
            "This is the share of the commoner label. Do all points get one label, or does a "
            "column (B, 1) meet the row y (1, B), which numpy spreads to (B, B)?",
            lambda w, X, y: max(y.mean(), 1 - y.mean()),
        ),
        Mistake(
            "The border lies at the mean of the sums here: another bias may get more points "
            "right.",
            lambda w, X, y: _share_at((w.T @ X).mean(), w, X, y),
        ),
        Mistake(
            "The border lies at the median of the sums here: another bias may get more points "
            "right.",
            lambda w, X, y: _share_at(np.median(w.T @ X), w, X, y),
        ),
        Mistake(
            "The border lies half-way between the means of the two classes here: another bias "
            "may get more points right.",
            lambda w, X, y: _share_at(
                np.mean([(w.T @ X)[y == label].mean() for label in (0, 1)]), w, X, y
            ),
        ),
        Mistake(
            "The points are cut at the values of the first feature: the sums are w·x.",
            lambda w, X, y: _shares(np.eye(len(X), 1), X, y).max(),
        ),
    ),
)

# --- 1c: xor_by_hand() ----------------------------------------------------------------------

_CORNERS, _XOR = np.array([[0, 0, 1, 1], [0, 1, 0, 1]]), np.array([[0, 1, 1, 0]])


def _units(answer: Any) -> NDArray:
    W, b, u = answer
    return u * np.maximum(W @ _CORNERS + b, 0)


def _scores(answer: Any) -> NDArray:
    return _units(answer).sum(axis=0, keepdims=True)


def _flat(answer: Any) -> bool:
    return bool(np.ptp(_scores(answer)) < 1e-9)


_ABOVE = (
    "These are the units of the section itself, as they are, swapped or rescaled: find others."
)


def _as_above(answer: Any) -> bool:
    """Tell the units of 1.6, in either order or rescaled: ReLU makes 2h of 2w and 2b."""
    W, b, _ = answer
    size = np.abs(W).max(axis=1, keepdims=True)
    units = np.hstack([W, b]) / np.where(size > 0, size, 1)
    above = np.array([[1, 1, 0], [1, 1, -1]])
    return np.allclose(units, above) or np.allclose(units, above[::-1])


def _solves_xor(answer: Any) -> str | None:
    scores = _scores(answer)
    wrong = np.flatnonzero(((scores > 0.5) != _XOR) | (np.abs(scores - 0.5) < 1e-9))
    if not wrong.size:
        return _ABOVE if _as_above(answer) else None
    k = wrong[0]
    return say(
        "At {count} of the four corners the score is on the wrong side of ½: at {corner} it is "
        "not {side} ½.",
        count=wrong.size,
        corner=f"({_CORNERS[0, k]}, {_CORNERS[1, k]})",
        side=say("above" if _XOR[0, k] else "below"),
    )


def _xor(W: list, b: list, u: list) -> Any:
    return lambda: (np.array(W), np.array(b).reshape(2, 1), np.array(u).reshape(2, 1))


def _marks(answer: Any, *labels: int) -> bool:
    return np.array_equal(_scores(answer) > 0.5, [labels])


def _always_straight(answer: Any) -> bool:
    z = answer[0] @ _CORNERS + answer[1]
    return bool(all((row >= 0).all() or (row <= 0).all() for row in z))


def _separates_elsewhere(answer: Any) -> bool:
    scores = _scores(answer)
    return bool(scores[_XOR == 1].min() > scores[_XOR == 0].max() + 1e-9)


XOR = Exercise(
    section="1.6",
    parts=("W", "b", "u"),
    draw=lambda rng: (),
    shapes=lambda: ((2, 2), (2, 1), (2, 1)),
    holds=_solves_xor,
    mistakes=(
        Mistake(
            "The two units cancel: each depends on x, and the scores are the same at all four "
            "corners.",
            _xor([[1, 1], [-1, -1]], [0, 2], [1, 1]),
            when=lambda answer: _flat(answer) and bool(np.ptp(_units(answer), axis=1).any()),
        ),
        Mistake(
            "The scores are the same at all four corners: nothing in them depends on x.",
            _xor([[0, 0], [0, 0]], [0, 0], [0, 0]),
            when=lambda answer: _flat(answer),
        ),
        Mistake(
            _ABOVE,
            _xor([[1, 1], [1, 1]], [0, -1], [1, -2]),
            when=lambda answer: _as_above(answer) and _marks(answer, 0, 1, 1, 0),
        ),
        Mistake(
            "Wrong way round: the score is above ½ where the label is 0, and not above where "
            "it is 1.",
            _xor([[1, 1], [-1, -1]], [-1, 1], [1, 1]),
            when=lambda answer: _marks(answer, 1, 0, 0, 1),
        ),
        Mistake(
            "The scores have the wrong sign: turned upside down they would solve it.",
            _xor([[1, -1], [-1, 1]], [0, 0], [-1, -1]),
            when=lambda answer: np.array_equal(-_scores(answer) > 0.5, _XOR),
        ),
        Mistake(
            "The scores come apart, but not at ½: all labels 1 lie higher than all labels 0, "
            "and the border is ½.",
            _xor([[1, -1], [-1, 1]], [0, 0], [0.2, 0.2]),
            when=_separates_elsewhere,
        ),
        Mistake(
            "Neither unit bends between the corners: each is on at all four or off at all "
            "four, so the score is a straight line's, and no line does it.",
            _xor([[1, 0], [0, 1]], [0, 0], [1, -1]),
            when=_always_straight,
        ),
        Mistake(
            "This is OR: (1, 1) gets the label 1 as well. Both ones together must lower the "
            "score again.",
            _xor([[1, 1], [1, 1]], [0, -1], [1, -0.2]),
            when=lambda answer: _marks(answer, 0, 1, 1, 1),
        ),
        Mistake(
            "This is AND: only (1, 1) gets the label 1.",
            _xor([[1, 1], [1, 1]], [-1, 0], [1, 0]),
            when=lambda answer: _marks(answer, 0, 0, 0, 1),
        ),
        Mistake(
            "Only one of the two corners with the label 1 is found: each needs a unit that is "
            "on there.",
            _xor([[1, -1], [-1, 1]], [0, 0], [1, 0]),
            when=lambda answer: _marks(answer, 0, 1, 0, 0) or _marks(answer, 0, 0, 1, 0),
        ),
    ),
)

EXERCISES = {"1a": BREAK_SYMMETRY, "1b": BEST_SHARE, "1c": XOR}
