"""Exercises of section 1: a start that breaks the symmetry, a probe, XOR by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from helpers.activations import relu, sigmoid, tanh
from helpers.exercises.entry import Exercise, Mistake, normal, sizes
from helpers.network import Affine, train

# --- 1a: start_weights(m, n, rng) -----------------------------------------------------------


def _draw_units(rng: Generator) -> tuple[int, int, Generator]:
    m, n = sizes(rng, 2, least=3)
    return m, n, np.random.default_rng(rng.integers(1000))


def _pairs(answer: Any, sign: int) -> int:
    """Count the pairs of units that are equal (sign 1) or mirrored (sign -1)."""
    units = np.hstack(answer)
    apart = np.abs(units[:, np.newaxis] - sign * units).max(axis=2)
    return int((apart[np.triu_indices(len(units), 1)] < 1e-6).sum())


def _units_differ(answer: Any, m: int, n: int, rng: Generator) -> str | None:
    W, b, u = answer
    data = np.random.default_rng(m + 10 * n)
    X, y = data.standard_normal((n, 12)), data.integers(0, 2, (1, 12))
    flat = (np.abs(W @ X + b) > 18).all(axis=1)
    if flat.any():
        return (
            f"Weights so large that tanh is flat at all points for {flat.sum()} of {m} units: "
            "f′ is 0 there, and these rows of W cannot learn."
        )
    (W, b), (u_row, _) = train(
        [Affine(W, b), Affine(u.T, np.zeros((1, 1)))], X, y, tanh, steps=5
    ).layers
    if _pairs((W, b, u_row.T), 1):
        return "After training, some units are still equal."
    if _pairs((W, b, u_row.T), -1):
        return "After training, some units still mirror each other."
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

# --- 1b: probe_layer(layers, X, y, k) -------------------------------------------------------


def _draw_probe(rng: Generator) -> tuple[list[Affine], NDArray, NDArray, int]:
    n, first, second = sizes(rng, 3)
    B, k = int(rng.integers(40, 60)), int(rng.integers(3))
    # Until every logistic regression comes to the same (no point at the border, none far off),
    # and a line fitted by least squares does not.
    while True:
        layers = [
            Affine(*normal(rng, (rows, cols), (rows, 1)))
            for cols, rows in ((n, first), (first, second), (second, 1))
        ]
        X = rng.standard_normal((n, B))
        y = (X[[0]] * X[[1]] > 0).astype(int)
        h = _h(layers, X)[k]
        scores = _scores_of_fit(h, y)
        far, share = np.abs(scores), float(((scores > 0) == y).mean())
        if far.min() > 0.02 and far.max() < 6 and share != _least_squares(h, y):
            return layers, X, y, k


def _h(layers: list[Affine], X: NDArray, f: Any = np.tanh) -> list[NDArray]:
    h = [X]
    for W, b in layers:
        h.append(f(W @ h[-1] + b))
    return h


def _z(layers: list[Affine], X: NDArray) -> list[NDArray]:
    return [W @ h + b for (W, b), h in zip(layers, _h(layers, X), strict=False)]


def _scores_of_fit(H: NDArray, y: NDArray, constant: bool = True) -> NDArray:
    # Newton's steps, halved until the loss falls: another road than the notebook's.
    rows = np.vstack([H, np.ones((int(constant), H.shape[1]))])
    w, sign, ridge = np.zeros((len(rows), 1)), 1 - 2 * y, 1e-8

    def loss(w: NDArray) -> float:
        return float(np.logaddexp(0, sign * (w.T @ rows)).sum() + ridge * (w * w).sum() / 2)

    for _ in range(100):
        p = sigmoid.f(w.T @ rows)
        slope = rows @ (p - y).T + ridge * w
        curvature = rows * (p * (1 - p)) @ rows.T + ridge * np.eye(len(w))
        step = np.linalg.solve(curvature, slope)
        while loss(w - step) > loss(w) and np.abs(step).max() > 1e-12:
            step /= 2
        w = w - step
        if np.abs(step).max() < 1e-9:
            break
    return w.T @ rows


def _share(H: NDArray, y: NDArray, constant: bool = True, cut: float = 0) -> float:
    return float(((_scores_of_fit(H, y, constant) > cut) == y).mean())


def _least_squares(H: NDArray, y: NDArray) -> float:
    rows = np.vstack([H, np.ones((1, H.shape[1]))])
    w = np.linalg.pinv(rows @ rows.T) @ rows @ (2 * y - 1).T
    return float(((w.T @ rows > 0) == y).mean())


_TOO_EARLY = "This probes one layer too early: k counts the layers that the points have passed."
PROBE = Exercise(
    section="1.4",
    kind="number",
    draw=_draw_probe,
    truth=lambda layers, X, y, k: _share(_h(layers, X)[k], y),
    mistakes=(
        Mistake(
            "This is a percentage: here shares are numbers between 0 and 1.",
            lambda layers, X, y, k: 100 * _share(_h(layers, X)[k], y),
        ),
        Mistake(
            "This counts the points that are right: their share is asked for.",
            lambda layers, X, y, k: y.size * _share(_h(layers, X)[k], y),
        ),
        Mistake(
            "This is the share of the points that the probe gets wrong: count those that it "
            "gets right.",
            lambda layers, X, y, k: 1 - _share(_h(layers, X)[k], y),
        ),
        Mistake(
            "This probes the sums z of the layer, before f: probe h = f(z).",
            lambda layers, X, y, k: _share([X, *_z(layers, X)][k], y),
        ),
        Mistake(
            "This probes the sums that the next layer makes of h: probe h itself.",
            lambda layers, X, y, k: _share(_z(layers, X)[k], y),
        ),
        Mistake(
            "This network has ReLU in it: the activation here is tanh.",
            lambda layers, X, y, k: _share(_h(layers, X, relu.f)[k], y),
        ),
        Mistake(
            "This network has the sigmoid in it: the activation here is tanh.",
            lambda layers, X, y, k: _share(_h(layers, X, sigmoid.f)[k], y),
        ),
        Mistake(
            "This probes the raw points whatever k is: probe what layer k has made.",
            lambda layers, X, y, k: _share(X, y),
        ),
        Mistake(_TOO_EARLY, lambda layers, X, y, k: _share(_h(layers, X)[max(k - 1, 0)], y)),
        Mistake(_TOO_EARLY, lambda layers, X, y, k: _share(_h(layers[:-1], X)[k - 1], y)),
        Mistake(
            "This probes one layer too late: k counts the layers that the points have passed.",
            lambda layers, X, y, k: _share(_h(layers, X)[k + 1], y),
        ),
        Mistake(
            "This probes the last hidden layer whatever k is.",
            lambda layers, X, y, k: _share(_h(layers, X)[2], y),
        ),
        Mistake(
            "The probe has lost its constant c: without the row of ones its border must pass "
            "through the origin.",
            lambda layers, X, y, k: _share(_h(layers, X)[k], y, constant=False),
        ),
        Mistake(
            "This line was fitted by least squares: a probe is a logistic regression.",
            lambda layers, X, y, k: _least_squares(_h(layers, X)[k], y),
        ),
        Mistake(
            "The sums were cut at ½: p is above ½ where the sum is above 0.",
            lambda layers, X, y, k: _share(_h(layers, X)[k], y, cut=0.5),
        ),
        Mistake(
            "This is the accuracy of the network itself: a probe asks one layer, with weights "
            "of its own.",
            lambda layers, X, y, k: ((_z(layers, X)[-1] > 0) == y).mean(),
        ),
    ),
)

# --- 1c: xor_by_hand() ----------------------------------------------------------------------

_CORNERS, _XOR = np.array([[0, 0, 1, 1], [0, 1, 0, 1]]), np.array([[0, 1, 1, 0]])


def _scores(answer: Any) -> NDArray:
    W, b, u = answer
    return u.T @ np.maximum(W @ _CORNERS + b, 0)


_ABOVE = (
    "These are the units of the section itself, as they are, swapped or rescaled: find others."
)


def _as_above(answer: Any) -> bool:
    """Tell the units of 1.6, in either order or rescaled: ReLU makes 2h of 2w and 2b."""
    W, b, u = answer
    size = np.abs(W).max(axis=1, keepdims=True)
    units = np.hstack([W, b, u * size**2]) / np.where(size > 0, size, 1)
    above = np.array([[1, 1, 0, 1], [1, 1, -1, -2]])
    return np.allclose(units, above) or np.allclose(units, above[::-1])


def _solves_xor(answer: Any) -> str | None:
    scores = _scores(answer)
    wrong = np.flatnonzero(((scores > 0.5) != _XOR) | (np.abs(scores - 0.5) < 1e-9))
    if not wrong.size:
        return _ABOVE if _as_above(answer) else None
    k = wrong[0]
    side = "above" if _XOR[0, k] else "below"
    return (
        f"At {wrong.size} of the four corners the score is on the wrong side of ½: "
        f"at ({_CORNERS[0, k]}, {_CORNERS[1, k]}) it is not {side} ½."
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
            "The scores are the same at all four corners: nothing in them depends on x.",
            _xor([[0, 0], [0, 0]], [0, 0], [0, 0]),
            when=lambda answer: bool(np.ptp(_scores(answer)) < 1e-9),
        ),
        Mistake(
            _ABOVE,
            _xor([[1, 1], [1, 1]], [0, -1], [1, -2]),
            when=_as_above,
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

EXERCISES = {"1a": BREAK_SYMMETRY, "1b": PROBE, "1c": XOR}
