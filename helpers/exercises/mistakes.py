"""The exercises of all sections: what each draws, its witness, and the mistakes it names.

To add an exercise, add an entry to ``EXERCISES``: that is the one place. ``helpers.exercises``
runs it, and names by itself what can go wrong everywhere (transposed, a sign, a factor, zeros,
a wrong shape, one size only). No entry holds a stored answer: the truth comes from a witness,
such as a complex step or a count, or is a property that many answers have.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from helpers.activations import gelu, sigmoid, swish, tanh
from helpers.arrays import vec
from helpers.corpora import PAD
from helpers.dense import dense_dz_dW
from helpers.network import Affine, logistic_loss, train
from helpers.numerical import complex_step, count_products


@dataclass(frozen=True)
class Mistake:
    """One mistake: the sentence that names it, and how to recognise it.

    ``gives(*inputs)`` computes what the mistake gives for one part of the answer: the part
    named, or without a name any part that is wrong. Or ``fits(parts, *inputs)`` says whether a
    whole answer shows it.
    """

    hint: str
    gives: Callable[..., Any] | None = None
    part: str | None = None
    fits: Callable[..., bool] | None = None


@dataclass(frozen=True)
class Exercise:
    """One exercise.

    ``claim`` is the section it practises, ``draw(rng)`` gives the learner's function its
    ``arguments``, of another size each time; without ``draw`` the answer is no function but a
    constant. ``parts`` names what the answer consists of, each of them of the given ``kind``.
    Either ``truth(*inputs)`` computes the one right answer, or ``holds(parts, *inputs)`` says
    in a sentence what keeps an answer from being right, and None if nothing does; arrays then
    have the ``shapes(*inputs)``. ``tolerance`` is relative to the largest entry; ``words`` are
    the words that an answer of the kind "word" can be.
    """

    claim: str
    mistakes: tuple[Mistake, ...]
    arguments: tuple[str, ...] = ()
    parts: tuple[str, ...] = ("the answer",)
    kind: Literal["array", "number", "words", "word", "shapes"] = "array"
    draw: Callable[[Generator], tuple[Any, ...]] | None = None
    truth: Callable[..., Any] | None = None
    holds: Callable[..., str | None] | None = None
    shapes: Callable[..., tuple[tuple[int, int], ...]] | None = None
    tolerance: float = 1e-5
    words: tuple[str, ...] = ()


def _sizes(rng: Generator, count: int, least: int = 2, most: int = 6) -> list[int]:
    """Draw different sizes, so that nothing fits by luck."""
    return rng.choice(np.arange(least, most + 1), size=count, replace=False).tolist()


def _normal(rng: Generator, *shapes: tuple[int, int]) -> tuple[NDArray, ...]:
    return tuple(rng.standard_normal(shape) for shape in shapes)


# --- section 1 ------------------------------------------------------------------------------


def _units(W: NDArray, b: NDArray, u: NDArray) -> NDArray:
    return np.hstack([W, b, u])


def _equal_pairs(units: NDArray) -> int:
    apart = np.abs(units[:, np.newaxis] - units).max(axis=2)
    return int((apart[np.triu_indices(len(units), 1)] < 1e-6).sum())


def _units_differ(parts: Any, m: int, n: int, rng: Generator) -> str | None:
    W, b, u = parts
    data = np.random.default_rng(m + 10 * n)
    X, y = data.standard_normal((n, 12)), data.integers(0, 2, (1, 12))
    (W, b), (u_row, _) = train(
        [Affine(W, b), Affine(u.T, np.zeros((1, 1)))], X, y, tanh, steps=5
    ).layers
    if _equal_pairs(_units(W, b, u_row.T)):
        return "After training, some units are still equal (section 1.2)."
    return None


def _draw_units(rng: Generator) -> tuple[int, int, Generator]:
    m, n = _sizes(rng, 2, least=3)
    return m, n, np.random.default_rng(rng.integers(1000))


BREAK_SYMMETRY = Exercise(
    claim="1.2",
    arguments=("m", "n", "rng"),
    parts=("W", "b", "u"),
    draw=_draw_units,
    shapes=lambda m, n, rng: ((m, n), (m, 1), (m, 1)),
    holds=_units_differ,
    mistakes=(
        Mistake(
            "Everything starts at zero: then h and every derivative are zero as well, and the "
            "units stay equal for ever (section 1.2).",
            fits=lambda parts, *_: not any(part.any() for part in parts),
        ),
        Mistake(
            "All units start equal, and equal units get equal derivatives: section 1.2 shows "
            "that no training can tell them apart.",
            fits=lambda parts, m, *_: _equal_pairs(_units(*parts)) == m * (m - 1) // 2,
        ),
        Mistake(
            "Some of the units start equal, with the same weights in, bias and weight out: "
            "these stay equal for ever (section 1.2).",
            fits=lambda parts, *_: _equal_pairs(_units(*parts)) > 0,
        ),
    ),
)


def _draw_probe(rng: Generator) -> tuple[list[Affine], NDArray, NDArray, int]:
    n, first, second = _sizes(rng, 3)
    B = int(rng.integers(40, 60))
    layers = [
        Affine(*_normal(rng, (m, k), (m, 1)))
        for k, m in ((n, first), (first, second), (second, 1))
    ]
    X = rng.standard_normal((n, B))
    return layers, X, (X[[0]] * X[[1]] > 0).astype(int), int(rng.integers(3))


def _signals(layers: list[Affine], X: NDArray) -> tuple[list[NDArray], list[NDArray]]:
    h, z = [X], []
    for W, b in layers:
        z.append(W @ h[-1] + b)
        h.append(np.tanh(z[-1]))
    return h, z


def _share(
    H: NDArray, y: NDArray, coded: tuple[float, float] = (-1, 1), constant: bool = True
) -> float:
    # The normal equations, by elimination: another road than that of linear_probe.
    rows = np.vstack([H, np.ones((int(constant), H.shape[1]))])
    target = np.where(y == 1, coded[1], coded[0])
    w = np.linalg.pinv(rows @ rows.T) @ rows @ target.T
    return float(((w.T @ rows > 0) == y).mean())


PROBE = Exercise(
    claim="1.4",
    arguments=("layers", "X", "y", "k"),
    kind="number",
    draw=_draw_probe,
    truth=lambda layers, X, y, k: _share(_signals(layers, X)[0][k], y),
    mistakes=(
        Mistake(
            "This is a share of 1 turned into another unit: a percentage. Section 1.4 gives "
            "shares between 0 and 1.",
            gives=lambda layers, X, y, k: 100 * _share(_signals(layers, X)[0][k], y),
        ),
        Mistake(
            "This counts the points that are right; section 1.4 gives their share.",
            gives=lambda layers, X, y, k: y.size * _share(_signals(layers, X)[0][k], y),
        ),
        Mistake(
            "This is the share of the points that the probe gets wrong; section 1.4 counts "
            "those that it gets right.",
            gives=lambda layers, X, y, k: 1 - _share(_signals(layers, X)[0][k], y),
        ),
        Mistake(
            "This probes the sums z of the layer, before f; section 1.4 probes h = f(z).",
            gives=lambda layers, X, y, k: _share(([X, *_signals(layers, X)[1]])[k], y),
        ),
        Mistake(
            "This probes the raw points whatever k is; section 1.4 probes what the layers "
            "have made of them.",
            gives=lambda layers, X, y, k: _share(X, y),
        ),
        Mistake(
            "This probes one layer too early: with k = 0 for the points themselves, k counts "
            "the layers that they have passed (section 1.4).",
            gives=lambda layers, X, y, k: _share(_signals(layers, X)[0][max(k - 1, 0)], y),
        ),
        Mistake(
            "This probes one layer too late: with k = 0 for the points themselves, k counts "
            "the layers that they have passed (section 1.4).",
            gives=lambda layers, X, y, k: _share(_signals(layers, X)[0][k + 1], y),
        ),
        Mistake(
            "This probes the last hidden layer whatever k is (section 1.4).",
            gives=lambda layers, X, y, k: _share(_signals(layers, X)[0][2], y),
        ),
        Mistake(
            "The probe has lost its constant c: without the row of ones its border must pass "
            "through the origin (section 1.4).",
            gives=lambda layers, X, y, k: _share(_signals(layers, X)[0][k], y, constant=False),
        ),
        Mistake(
            "The probe was fitted to the labels 0 and 1 and then cut at 0; section 1.4 fits "
            "it to −1 and +1.",
            gives=lambda layers, X, y, k: _share(_signals(layers, X)[0][k], y, coded=(0, 1)),
        ),
        Mistake(
            "This is the accuracy of the network itself; a probe asks one layer, with weights "
            "of its own (section 1.4).",
            gives=lambda layers, X, y, k: ((_signals(layers, X)[1][-1] > 0) == y).mean(),
        ),
    ),
)

_CORNERS, _XOR = np.array([[0, 0, 1, 1], [0, 1, 0, 1]]), np.array([[0, 1, 1, 0]])


def _xor_scores(parts: Any, cut: bool = True) -> NDArray:
    W, b, u = parts
    z = W @ _CORNERS + b
    return u.T @ (np.maximum(z, 0) if cut else z)


def _solves_xor(parts: Any) -> str | None:
    wrong = np.flatnonzero((_xor_scores(parts) > 0.5) != _XOR)
    wrong = {*wrong.tolist(), *np.flatnonzero(np.abs(_xor_scores(parts) - 0.5) < 1e-9).tolist()}
    if not wrong:
        return None
    k = min(wrong)
    side = "above" if _XOR[0, k] else "below"
    return (
        f"At {len(wrong)} of the four corners the score is on the wrong side of ½: "
        f"at ({_CORNERS[0, k]}, {_CORNERS[1, k]}) it is not {side} ½ (section 1.6)."
    )


def _marks(parts: Any, *labels: int) -> bool:
    return np.array_equal(_xor_scores(parts) > 0.5, [labels])


def _always_straight(parts: Any) -> bool:
    z = parts[0] @ _CORNERS + parts[1]
    return bool(all((row >= 0).all() or (row <= 0).all() for row in z))


def _separates_elsewhere(parts: Any) -> bool:
    s = _xor_scores(parts)
    return bool(s[_XOR == 1].min() > s[_XOR == 0].max() + 1e-9)


XOR = Exercise(
    claim="1.6",
    parts=("W", "b", "u"),
    draw=lambda rng: (),
    shapes=lambda: ((2, 2), (2, 1), (2, 1)),
    holds=_solves_xor,
    mistakes=(
        Mistake(
            "The scores are the same at all four corners: nothing in them depends on x "
            "(section 1.6).",
            fits=lambda parts: bool(np.ptp(_xor_scores(parts)) < 1e-9),
        ),
        Mistake(
            "Wrong way round: the score is above ½ where the label is 0, and not above where "
            "it is 1 (section 1.6).",
            fits=lambda parts: _marks(parts, 1, 0, 0, 1),
        ),
        Mistake(
            "The scores have the wrong sign: turned upside down they would solve it "
            "(section 1.6).",
            fits=lambda parts: _solves_xor((parts[0], parts[1], -parts[2])) is None,
        ),
        Mistake(
            "The scores come apart, but not at ½: all labels 1 lie higher than all labels 0, "
            "and the border of section 1.6 is ½.",
            fits=_separates_elsewhere,
        ),
        Mistake(
            "Neither unit bends between the corners: each is on at all four or off at all "
            "four, so the score is a straight line's, and section 1.6 proves that no line "
            "does it.",
            fits=_always_straight,
        ),
        Mistake(
            "This is OR: (1, 1) gets the label 1 as well. Both ones together must lower the "
            "score again (section 1.6).",
            fits=lambda parts: _marks(parts, 0, 1, 1, 1),
        ),
        Mistake(
            "This is AND: only (1, 1) gets the label 1 (section 1.6).",
            fits=lambda parts: _marks(parts, 0, 0, 0, 1),
        ),
        Mistake(
            "Only one of the two corners with the label 1 is found: each needs a unit that is "
            "on there (section 1.6).",
            fits=lambda parts: _marks(parts, 0, 1, 0, 0) or _marks(parts, 0, 0, 1, 0),
        ),
    ),
)

# --- section 2 ------------------------------------------------------------------------------


def _draw_three_layers(rng: Generator) -> tuple[NDArray, ...]:
    n, *outs = _sizes(rng, 4)
    shapes = []
    for m, k in zip(outs, [n, *outs], strict=False):
        shapes += [(m, k), (m, 1)]
    return _normal(rng, *shapes)


def _one_affine(W1, b1, W2, b2, W3, b3) -> tuple[NDArray, NDArray]:
    # Feed the three layers the origin, and then a step along each input.
    def run(x: NDArray) -> NDArray:
        return W3 @ (W2 @ (W1 @ x + b1) + b2) + b3

    at_zero = run(np.zeros((W1.shape[1], 1)))
    return run(np.eye(W1.shape[1])) - at_zero, at_zero


COLLAPSE = Exercise(
    claim="2.3",
    arguments=("W1", "b1", "W2", "b2", "W3", "b3"),
    parts=("W", "b"),
    draw=_draw_three_layers,
    truth=_one_affine,
    mistakes=(
        Mistake(
            "W collapses the last two layers only: the first one acts on x as well "
            "(section 2.3).",
            part="W",
            gives=lambda W1, b1, W2, b2, W3, b3: W3 @ W2,
        ),
        Mistake(
            "W collapses the first two layers only: the third one acts as well (section 2.3).",
            part="W",
            gives=lambda W1, b1, W2, b2, W3, b3: W2 @ W1,
        ),
        Mistake(
            "b is the last layer's bias only: the layers after a bias act on it too "
            "(section 2.3).",
            part="b",
            gives=lambda W1, b1, W2, b2, W3, b3: b3,
        ),
        Mistake(
            "b has lost the bias of layer 1 on its way (section 2.3).",
            part="b",
            gives=lambda W1, b1, W2, b2, W3, b3: W3 @ b2 + b3,
        ),
        Mistake(
            "b has lost the bias of layer 2 on its way (section 2.3).",
            part="b",
            gives=lambda W1, b1, W2, b2, W3, b3: W3 @ W2 @ b1 + b3,
        ),
        Mistake(
            "b has lost the bias of layer 3 (section 2.3).",
            part="b",
            gives=lambda W1, b1, W2, b2, W3, b3: W3 @ (W2 @ b1 + b2),
        ),
        Mistake(
            "b carries the bias of layer 1 only: the other two stay as well (section 2.3).",
            part="b",
            gives=lambda W1, b1, W2, b2, W3, b3: W3 @ W2 @ b1,
        ),
        Mistake(
            "b is that of the first two layers: the third one is missing (section 2.3).",
            part="b",
            gives=lambda W1, b1, W2, b2, W3, b3: W2 @ b1 + b2,
        ),
    ),
)


def _after_thirty(deviation: float, n: int) -> float:
    # How far thirty ReLU layers of n units stretch a small movement, as in section 2.5.
    rng = np.random.default_rng(n)
    h, moves = rng.standard_normal((n, 1)), rng.standard_normal((n, 4)) / (2 * math.sqrt(n))
    for _ in range(30):
        W = deviation * rng.standard_normal((n, n))
        z = W @ h
        h, moves = np.maximum(z, 0), (z > 0) * (W @ moves)
    return float(np.linalg.norm(moves))


def _survives(parts: Any, n: int) -> str | None:
    (deviation,) = parts
    if not deviation > 0:
        return "A standard deviation is a positive number (section 2.5)."
    size = _after_thirty(deviation, n)
    if size < 0.02:
        return "After thirty ReLU layers the product has vanished: too small (section 2.5)."
    if not size < 50:
        return "After thirty ReLU layers the product has exploded: too large (section 2.5)."
    return None


SCALE = Exercise(
    claim="2.5",
    arguments=("n",),
    kind="number",
    draw=lambda rng: (int(rng.integers(48, 96)),),
    holds=_survives,
    mistakes=(
        Mistake(
            "This is the scale that suits tanh: ReLU switches off about half of the units, "
            "and section 2.5 makes up for the lost half.",
            gives=lambda n: 1 / math.sqrt(n),
        ),
        Mistake(
            "This makes up for the lost half of the units twice: the factor stands under the "
            "root (section 2.5).",
            gives=lambda n: 2 / math.sqrt(n),
        ),
        Mistake(
            "This is the variance: the standard deviation is its root (section 2.5).",
            gives=lambda n: 2 / n,
        ),
        Mistake(
            "This divides by n, not by its root: a sum of n random terms grows as the root of "
            "n (section 2.5).",
            gives=lambda n: 1 / n,
        ),
        Mistake(
            "This divides by n, not by its root: a sum of n random terms grows as the root of "
            "n (section 2.5).",
            gives=lambda n: math.sqrt(2) / n,
        ),
        Mistake(
            "This does not depend on n: a sum over more inputs is larger, and section 2.5 "
            "divides that out.",
            gives=lambda n: math.sqrt(2),
        ),
        Mistake(
            "This does not depend on n: a sum over more inputs is larger, and section 2.5 "
            "divides that out.",
            gives=lambda n: 1,
        ),
        Mistake(
            "This multiplies by the root of n; more inputs ask for smaller weights "
            "(section 2.5).",
            gives=lambda n: math.sqrt(2 * n),
        ),
        Mistake(
            "This is the half-width of a uniform distribution: here the standard deviation is "
            "wanted (section 2.5).",
            gives=lambda n: math.sqrt(6 / n),
        ),
    ),
)


def _draw_z(rng: Generator) -> tuple[NDArray]:
    return _normal(rng, tuple(_sizes(rng, 2)))


TANH_PRIME = Exercise(
    claim="2.6",
    arguments=("z",),
    draw=_draw_z,
    truth=lambda z: np.tanh(z + 1e-30j).imag / 1e-30,
    mistakes=(
        Mistake("This is f(z) for f′(z): tanh itself (section 2.6).", gives=np.tanh),
        Mistake(
            "This is f′(h) for f′(z): the derivative of tanh, taken at h = tanh z. Section 2.6 "
            "takes it at z.",
            gives=lambda z: 1 / np.cosh(np.tanh(z)) ** 2,
        ),
        Mistake(
            "The formula of section 2.6 squares f, and this squares z itself.",
            gives=lambda z: 1 - z * z,
        ),
        Mistake(
            "The square has been lost: f stands in the formula of section 2.6 as its square.",
            gives=lambda z: 1 - np.tanh(z),
        ),
        Mistake(
            "A plus has slipped in for a minus: this is larger than 1, and tanh is nowhere "
            "steeper than at 0 (section 2.6).",
            gives=lambda z: 1 + np.tanh(z) ** 2,
        ),
        Mistake(
            "This is the sigmoid's derivative: tanh is a sigmoid stretched in both directions "
            "(section 2.6).",
            gives=sigmoid.f_prime,
        ),
        Mistake(
            "This is the sigmoid's rule with tanh put in: each function has its own "
            "(section 2.6).",
            gives=lambda z: np.tanh(z) * (1 - np.tanh(z)),
        ),
    ),
)


@cache
def _lowest(f: Callable[[NDArray], NDArray], left: float, right: float) -> tuple[float, float]:
    # Keep the middle third around the lowest point, again and again.
    for _ in range(60):
        first, second = left + (right - left) / 3, right - (right - left) / 3
        if f(np.array(first)) < f(np.array(second)):
            right = second
        else:
            left = first
    return (left + right) / 2, float(f(np.array((left + right) / 2)))


def _gelu_bottom(parts: Any) -> str | None:
    (place, value), (at, lowest) = parts, _lowest(gelu.f, -3, 0)
    if abs(place - at) <= 1e-3 and abs(value - lowest) <= 1e-3:
        return None
    if abs(place - at) <= 2e-2 and abs(value - lowest) <= 2e-2:
        return "Close: give both numbers to three decimals (section 2.6)."
    if abs(place - at) <= 2e-2:
        return "The place is right and the value is not: put the place into f (section 2.6)."
    side = "left" if gelu.f_prime(np.array(place)) > 0 else "right"
    return f"This is not the bottom: from there GELU falls further to the {side} (section 2.6)."


def _near(parts: Any, place: float, value: float) -> bool:
    return abs(parts[0] - place) <= 5e-3 and abs(parts[1] - value) <= 5e-3


GELU_MINIMUM = Exercise(
    claim="2.6",
    parts=("place", "value"),
    kind="number",
    holds=_gelu_bottom,
    mistakes=(
        Mistake(
            "Both numbers are 0: there GELU crosses zero, and it has been lower before "
            "(section 2.6).",
            fits=lambda parts: _near(parts, 0, 0),
        ),
        Mistake(
            "These are the right two numbers in the wrong order: the place first, then the "
            "value (section 2.6).",
            fits=lambda parts: _near(parts[::-1], *_lowest(gelu.f, -3, 0)),
        ),
        Mistake(
            "This is the bottom of Swish: GELU uses Φ in the place of σ (section 2.6).",
            fits=lambda parts: _near(parts, *_lowest(swish.f, -3, 0)),
        ),
        Mistake(
            "This is the bottom of f′: the bottom of f is where f′ is 0 (section 2.6).",
            fits=lambda parts: abs(parts[0] - _lowest(gelu.f_prime, -3, 0)[0]) <= 5e-3,
        ),
        Mistake(
            "The place has the wrong sign: GELU dips on the side of negative numbers "
            "(section 2.6).",
            fits=lambda parts: abs(parts[0] + _lowest(gelu.f, -3, 0)[0]) <= 5e-3,
        ),
        Mistake(
            "The value is that of f′: at the bottom f′ is 0, and f is not (section 2.6).",
            fits=lambda parts: (
                abs(parts[0] - _lowest(gelu.f, -3, 0)[0]) <= 5e-3 and abs(parts[1]) <= 5e-3
            ),
        ),
        Mistake(
            "The value has the wrong sign: at its bottom GELU is below zero (section 2.6).",
            fits=lambda parts: _near((parts[0], -parts[1]), *_lowest(gelu.f, -3, 0)),
        ),
    ),
)

# --- section 3 ------------------------------------------------------------------------------

_WORDS = ("we", "flew", "to", "oslo", "and", "met", "anna", "near", "the", "river")


def _draw_window(rng: Generator) -> tuple[list[str], int, int]:
    length = int(rng.integers(4, 9))
    words = rng.permutation(_WORDS)[:length].tolist()
    # The edges are what the exercise is about: every other draw is at one of them.
    place = [0, length - 1, *range(length)][int(rng.integers(length + 2))]
    return words, place, int(rng.choice([3, 5, 7, 9]))


def _around(words: list[str], place: int, size: int, fill: Callable[[int], str]) -> list[str]:
    at = dict(enumerate(words))
    half = size // 2
    return [at.get(k, fill(k)) for k in range(place - half, place + half + 1)]


def _true_window(words: list[str], place: int, size: int) -> list[str]:
    return _around(words, place, size, lambda k: PAD)


def _one_sided(words: list[str], place: int, size: int, left: bool) -> list[str]:
    half = size // 2
    padded = [PAD] * half * left + words + [PAD] * half * (not left)
    start = place if left else place - half
    return padded[start : start + size]


def _shifted(words: list[str], place: int, size: int, by: int) -> list[str]:
    return _around(words, place + by, size, lambda k: PAD)


def _sliced(words: list[str], place: int, size: int, by: int) -> list[str]:
    edge = [PAD] * (size // 2)
    return [*edge, *words, *edge][place + by : place + by + size]


def _pads_moved(words: list[str], place: int, size: int, last: bool) -> list[str]:
    whole = _true_window(words, place, size)
    return sorted(whole, key=lambda word: (word == PAD) == last)


WINDOW = Exercise(
    claim="3.2",
    arguments=("words", "place", "size"),
    kind="words",
    draw=_draw_window,
    truth=_true_window,
    mistakes=(
        Mistake(
            "At the left edge a slice starts at a negative number, and Python counts that "
            "from the end: section 3.2 puts <pad> there.",
            gives=lambda words, place, size: words[place - size // 2 : place + size // 2 + 1],
        ),
        Mistake(
            "The window is cut off at the edges: section 3.2 fills it with <pad>, so that its "
            "length is always the same.",
            gives=lambda words, place, size: words[
                max(place - size // 2, 0) : place + size // 2 + 1
            ],
        ),
        Mistake(
            "Only the left edge is filled: the window runs out of words on the right as well "
            "(section 3.2).",
            gives=lambda words, place, size: _one_sided(words, place, size, left=True),
        ),
        Mistake(
            "Only the right edge is filled: the window runs out of words on the left as well "
            "(section 3.2).",
            gives=lambda words, place, size: _one_sided(words, place, size, left=False),
        ),
        Mistake(
            "This window always has five words: here size says how many (section 3.2).",
            gives=lambda words, place, size: _true_window(words, place, 5),
        ),
        Mistake(
            "The window is shifted: the word at place must stand in its middle (section 3.2).",
            fits=lambda parts, words, place, size: any(
                parts[0] == way(words, place, size, by)
                for way in (_shifted, _sliced)
                for by in (-1, 1)
            ),
        ),
        Mistake(
            "The window is shifted: the padded list is longer at its front, and place already "
            "points at the start of the window in it (section 3.2).",
            gives=lambda words, place, size: _sliced(words, place, size, -(size // 2)),
        ),
        Mistake(
            "The window begins at the word, and must have it in the middle (section 3.2).",
            gives=lambda words, place, size: _shifted(words, place, size, size // 2),
        ),
        Mistake(
            "Size words on each side are too many: size counts the whole window (section 3.2).",
            gives=lambda words, place, size: _true_window(words, place, 2 * size + 1),
        ),
        Mistake(
            "The window goes round: after the last word it goes on with the first. "
            "Section 3.2 puts <pad> there.",
            gives=lambda words, place, size: _around(
                words, place, size, lambda k: words[k % len(words)]
            ),
        ),
        Mistake(
            "At the edges the window repeats a word; section 3.2 puts <pad> there.",
            gives=lambda words, place, size: _around(
                words, place, size, lambda k: words[0 if k < 0 else -1]
            ),
        ),
        Mistake(
            "All pads have gathered at the end: each belongs where a word is missing "
            "(section 3.2).",
            gives=lambda words, place, size: _pads_moved(words, place, size, last=True),
        ),
        Mistake(
            "All pads have gathered at the start: each belongs where a word is missing "
            "(section 3.2).",
            gives=lambda words, place, size: _pads_moved(words, place, size, last=False),
        ),
        Mistake(
            "The window is back to front (section 3.2).",
            gives=lambda words, place, size: _true_window(words, place, size)[::-1],
        ),
        Mistake(
            "The word in the middle is missing (section 3.2).",
            gives=lambda words, place, size: [
                word
                for k, word in enumerate(_true_window(words, place, size))
                if k != size // 2
            ],
        ),
    ),
)


def _draw_swap(rng: Generator) -> tuple[NDArray, int, int, int]:
    places = int(rng.choice([3, 5, 7]))
    d = int(rng.choice([d for d in (2, 3, 4, 5) if d != places]))
    i, j = rng.choice(places, size=2, replace=False).tolist()
    return rng.standard_normal((places * d, 1)), i, j, d


def _swapped(rows: NDArray, i: int, j: int) -> NDArray:
    order = np.arange(len(rows))
    order[[i, j]] = order[[j, i]]
    return rows[order]


def _true_swap(x: NDArray, i: int, j: int, d: int) -> NDArray:
    # As one matrix: swap two rows of the identity, one block for each word.
    return np.kron(_swapped(np.eye(len(x) // d), i, j), np.eye(d)) @ x


def _overwritten(x: NDArray, i: int, j: int, d: int) -> NDArray:
    rows = x.reshape(-1, d).copy()
    rows[i] = rows[j]
    return vec(rows)


SWAP = Exercise(
    claim="3.2",
    arguments=("x", "i", "j", "d"),
    draw=_draw_swap,
    truth=_true_swap,
    mistakes=(
        Mistake(
            "x comes back as it was: two of its blocks should change places (section 3.2).",
            gives=lambda x, i, j, d: x,
        ),
        Mistake(
            "This swaps two single numbers: each word has a block of d of them (section 3.2).",
            gives=lambda x, i, j, d: _swapped(x, i, j),
        ),
        Mistake(
            "One of the two words now stands in both places: the first was overwritten before "
            "it was kept. Copy it first (section 3.2).",
            gives=_overwritten,
        ),
        Mistake(
            "One of the two words now stands in both places: the first was overwritten before "
            "it was kept. Copy it first (section 3.2).",
            gives=lambda x, i, j, d: _overwritten(x, j, i, d),
        ),
        Mistake(
            "The column was cut column-major, which tears the words apart: in section 3.2 vec "
            "lays them end to end, word by word.",
            gives=lambda x, i, j, d: _swapped(x.reshape(-1, d, order="F"), i, j).reshape(
                -1, 1, order="F"
            ),
        ),
        Mistake(
            "The blocks are counted from 1 here; i and j count from 0 (section 3.2).",
            gives=lambda x, i, j, d: _true_swap(
                x, (i - 1) % (len(x) // d), (j - 1) % (len(x) // d), d
            ),
        ),
        Mistake(
            "All words are back to front: only two should change places (section 3.2).",
            gives=lambda x, i, j, d: vec(x.reshape(-1, d)[::-1]),
        ),
        Mistake(
            "The right words are swapped, but they lie in rows: x is one column, end to end "
            "(section 3.2).",
            gives=lambda x, i, j, d: _swapped(x.reshape(-1, d), i, j),
        ),
    ),
)

_NAMED_SHAPES = ("x", "W", "b", "h", "u", "s")


def _true_shapes() -> dict[str, tuple[int, ...]]:
    # Build the layer out of zeros, and look.
    x = vec(np.zeros((7, 50)))
    W, b, u = np.zeros((100, len(x))), np.zeros((100, 1)), np.zeros((100, 1))
    h = W @ x + b
    arrays = zip(_NAMED_SHAPES, (x, W, b, h, u, u.T @ h), strict=True)
    return {name: array.shape for name, array in arrays}


def _first_wrong_shape(parts: Any) -> tuple[str, Any] | None:
    (given,) = parts
    return next(
        ((name, given[name]) for name, shape in _true_shapes().items() if given[name] != shape),
        None,
    )


def _shapes_right(parts: Any) -> str | None:
    if wrong := _first_wrong_shape(parts):
        return f"{wrong[0]} has another shape than {wrong[1]} (section 3.3)."
    return None


def _shape_is(*options: tuple[str, tuple[int, ...]]) -> Callable[..., bool]:
    return lambda parts: _first_wrong_shape(parts) in options


SHAPES = Exercise(
    claim="3.3",
    kind="shapes",
    holds=_shapes_right,
    mistakes=(
        Mistake(
            "This x holds five words: the window here has seven (section 3.2).",
            fits=_shape_is(("x", (250, 1))),
        ),
        Mistake(
            "This x holds one word, or seven added up: section 3.2 lays them end to end.",
            fits=_shape_is(("x", (50, 1))),
        ),
        Mistake(
            "These are seven rows: section 3.2 lays them end to end in one column x.",
            fits=_shape_is(("x", (7, 50)), ("x", (50, 7))),
        ),
        Mistake(
            "This x is a row: vectors are columns (section 3.7).",
            fits=_shape_is(("x", (1, 350))),
        ),
        Mistake(
            "One of the shapes has a single number: a one-dimensional array is neither row nor "
            "column (section 3.7).",
            fits=lambda parts: (
                (wrong := _first_wrong_shape(parts)) is not None and len(wrong[1]) == 1
            ),
        ),
        Mistake(
            "W is transposed: it has one row for each unit and one column for each input "
            "(section 3.3).",
            fits=_shape_is(("W", (350, 100))),
        ),
        Mistake(
            "This W reads one word: it has a column for each number in x (section 3.3).",
            fits=_shape_is(("W", (100, 50)), ("W", (100, 7))),
        ),
        Mistake(
            "b or h has one number for each input: it has one for each unit (section 3.3).",
            fits=_shape_is(("b", (350, 1)), ("h", (350, 1))),
        ),
        Mistake(
            "b, h or u is a row: each is a column, and T lays it down where needed "
            "(section 3.7).",
            fits=_shape_is(("b", (1, 100)), ("h", (1, 100)), ("u", (1, 100))),
        ),
        Mistake(
            "s is the product of a row and a column: as long as .item() has not taken the "
            "number out, it is a matrix with one entry (section 3.5).",
            fits=_shape_is(("s", ())),
        ),
        Mistake(
            "This s is the table of all products: section 3.7 has the row on the left.",
            fits=_shape_is(("s", (100, 100))),
        ),
    ),
)


def _draw_scores(rng: Generator) -> tuple[NDArray, NDArray]:
    B = int(rng.integers(2, 9))
    return rng.standard_normal((1, B)), rng.integers(0, 2, (1, B)).astype(float)


LOSS_BY_SCORE = Exercise(
    claim="3.6",
    arguments=("S", "Y"),
    draw=_draw_scores,
    truth=lambda S, Y: complex_step(lambda s: np.array(logistic_loss(s, Y)), S),
    mistakes=(
        Mistake(
            "This is the derivative of the sum of the losses: here the loss is their mean "
            "(section 3.6).",
            gives=lambda S, Y: sigmoid.f(S) - Y,
        ),
        Mistake(
            "The difference is the wrong way round: section 3.6 takes what the network said, "
            "minus the truth.",
            gives=lambda S, Y: (Y - sigmoid.f(S)) / S.size,
        ),
        Mistake(
            "The difference is the wrong way round, and it belongs to the sum of the losses "
            "(section 3.6).",
            gives=lambda S, Y: Y - sigmoid.f(S),
        ),
        Mistake(
            "This compares the truth with the score; section 3.6 compares it with the "
            "probability p = σ(s).",
            gives=lambda S, Y: (S - Y) / S.size,
        ),
        Mistake(
            "The truth y does not appear here: section 3.6 subtracts it.",
            gives=lambda S, Y: sigmoid.f(S) / S.size,
        ),
        Mistake(
            "There is a factor f′ = p(1 − p) too many: in section 3.6 it cancels against the "
            "logarithm.",
            gives=lambda S, Y: (sigmoid.f(S) - Y) * sigmoid.f_prime(S) / S.size,
        ),
        Mistake(
            "This is the derivative of the loss by p: one more factor leads to s "
            "(section 3.6).",
            gives=lambda S, Y: (sigmoid.f(S) - Y) / sigmoid.f_prime(S) / S.size,
        ),
        Mistake(
            "This is the derivative of the loss by p: one more factor leads to s "
            "(section 3.6).",
            gives=lambda S, Y: (sigmoid.f(S) - Y) / sigmoid.f_prime(S),
        ),
        Mistake(
            "This is the loss of each window: its derivative is asked for (section 3.6).",
            gives=lambda S, Y: np.logaddexp(0, S) - Y * S,
        ),
        Mistake(
            "The samples have been added up: each score has a derivative of its own "
            "(section 3.6).",
            gives=lambda S, Y: (sigmoid.f(S) - Y).mean(keepdims=True),
        ),
        Mistake(
            "The samples have been added up: each score has a derivative of its own "
            "(section 3.6).",
            gives=lambda S, Y: (sigmoid.f(S) - Y).mean(),
        ),
        Mistake(
            "Only the first sample has been looked at (section 3.6).",
            gives=lambda S, Y: ((sigmoid.f(S) - Y) / S.size)[:, :1],
        ),
    ),
)

# --- section 4 ------------------------------------------------------------------------------


def _slope_error(step: float, precision: float) -> float:
    # The central difference of the sine, on a machine that rounds to multiples of precision.
    at = np.linspace(0.3, 1.2, 40)
    above, below = (np.round(np.sin(at + k * step) / precision) * precision for k in (1, -1))
    return float(np.abs((above - below) / (2 * step) - np.cos(at)).mean())


def _good_step(parts: Any, precision: float) -> str | None:
    (step,) = parts
    if not step > 0:
        return "A step is a positive number (section 4.1)."
    best = min(_slope_error(10**power, precision) for power in np.arange(-7, 0.1, 0.25))
    if _slope_error(step, precision) <= 20 * best:
        return None
    smaller = step > precision ** (1 / 3)
    reason = (
        "the curve's bend spoils the slope: too large"
        if smaller
        else "rounding spoils it: too small"
    )
    return f"With a machine precision of {precision:.0e}, {reason} (section 4.1)."


BEST_STEP = Exercise(
    claim="4.1",
    arguments=("precision",),
    kind="number",
    draw=lambda rng: (10 ** float(rng.uniform(-15.5, -4)),),
    holds=_good_step,
    mistakes=(
        Mistake(
            "This is the best step of the one-sided difference: the error of the central one "
            "falls as the square of the step, so its best step is larger (section 4.1).",
            gives=math.sqrt,
        ),
        Mistake(
            "This is the smallest step that the machine can see: then all that is left of the "
            "difference is rounding (section 4.1).",
            gives=lambda precision: precision,
        ),
        Mistake(
            "A fixed step suits one machine only: a coarser one needs a larger step "
            "(section 4.1).",
            fits=lambda parts, precision: any(
                abs(parts[0] / fixed - 1) < 1e-9 for fixed in (1e-4, 1e-5, 6e-6, 1e-6)
            ),
        ),
        Mistake(
            "A step this small suits the complex step, which subtracts nothing; here two "
            "values are subtracted (section 4.1).",
            fits=lambda parts, precision: 0 < parts[0] <= 1e-17,
        ),
    ),
)


def _g(x: NDArray) -> NDArray:
    return np.vstack([x[0] * x[1], x[0] + x[2], np.sin(x[1])])


def _with(J: NDArray, *changes: tuple[tuple[int, int], float]) -> NDArray:
    J = J.copy()
    for place, value in changes:
        J[place] = value
    return J


def _true_jacobian(x: NDArray) -> NDArray:
    return np.vstack([complex_step(lambda v, i=i: _g(v)[i], x).T for i in range(3)])


JACOBIAN = Exercise(
    claim="4.3",
    arguments=("x",),
    draw=lambda rng: _normal(rng, (4, 1)),
    truth=_true_jacobian,
    mistakes=(
        Mistake(
            "This is g(x) itself: the Jacobian holds its partial derivatives (section 4.3).",
            gives=_g,
        ),
        Mistake(
            "The column of the fourth input is missing: g does not look at it, and its "
            "partials are zeros (section 4.3).",
            gives=lambda x: _true_jacobian(x)[:, :3],
        ),
        Mistake(
            "The partials of the first output have changed places: the derivative by one "
            "factor is the other (section 4.3).",
            gives=lambda x: _with(
                _true_jacobian(x), ((0, 0), x[0].item()), ((0, 1), x[1].item())
            ),
        ),
        Mistake(
            "The last output was not differentiated: this is f(x) for f′(x), the sine itself "
            "(section 4.3).",
            gives=lambda x: _with(_true_jacobian(x), ((2, 1), np.sin(x[1]).item())),
        ),
        Mistake(
            "The derivative of the sine has the wrong sign (section 4.3).",
            gives=lambda x: _with(_true_jacobian(x), ((2, 1), -np.cos(x[1]).item())),
        ),
        Mistake(
            "In the first output one of the partials is missing: while one factor moves the "
            "other is held still (section 4.3).",
            gives=lambda x: _with(_true_jacobian(x), ((0, 0), 0.0)),
        ),
        Mistake(
            "In the first output one of the partials is missing: while one factor moves the "
            "other is held still (section 4.3).",
            gives=lambda x: _with(_true_jacobian(x), ((0, 1), 0.0)),
        ),
        Mistake(
            "The last output stands in the wrong column: it is a function of the second input "
            "(section 4.3).",
            gives=lambda x: _with(
                _true_jacobian(x), ((2, 1), 0.0), ((2, 2), np.cos(x[1]).item())
            ),
        ),
        Mistake(
            "The second output keeps its inputs where their partials belong: a sum has the "
            "partial 1 by each of its terms (section 4.3).",
            gives=lambda x: _with(
                _true_jacobian(x), ((1, 0), x[0].item()), ((1, 2), x[2].item())
            ),
        ),
        Mistake(
            "The rows have been added up: each output keeps a row of its own (section 4.3).",
            gives=lambda x: _true_jacobian(x).sum(axis=0, keepdims=True),
        ),
        Mistake(
            "A vector has been multiplied in: the Jacobian is the matrix in front of it "
            "(section 4.3).",
            gives=lambda x: _true_jacobian(x) @ x,
        ),
    ),
)


def _draw_with_zeros(rng: Generator) -> tuple[NDArray]:
    z = rng.integers(-3, 4, tuple(_sizes(rng, 2))).astype(float)
    z.flat[rng.integers(z.size)] = 0.0
    return (z,)


def _relu_slope(z: NDArray) -> NDArray:
    # A difference to the left: at the kink it looks at the flat side, as the convention does.
    return (np.maximum(z, 0) - np.maximum(z - 1e-3, 0)) / 1e-3


RELU_PRIME = Exercise(
    claim="4.4",
    arguments=("z",),
    draw=_draw_with_zeros,
    truth=_relu_slope,
    mistakes=(
        Mistake(
            "At 0 this answers ½, the mean of both sides: the convention of section 4.4 is "
            "another.",
            gives=lambda z: np.heaviside(z, 0.5),
        ),
        Mistake(
            "At 0 this answers 1: only a comparison decides it, and the convention of "
            "section 4.4 is another.",
            gives=lambda z: np.heaviside(z, 1.0),
        ),
        Mistake(
            "This is f(z) for f′(z): ReLU itself (section 4.4).",
            gives=lambda z: np.maximum(z, 0),
        ),
        Mistake(
            "This is −1 for negative z: ReLU is flat there, it does not fall (section 4.4).",
            gives=np.sign,
        ),
        Mistake(
            "This is 1 everywhere: for negative z ReLU is flat (section 4.4).",
            gives=np.ones_like,
        ),
        Mistake(
            "The two sides have changed places: ReLU is flat for negative z (section 4.4).",
            gives=lambda z: np.heaviside(-z, 0.0),
        ),
        Mistake(
            "The two sides have changed places: ReLU is flat for negative z (section 4.4).",
            gives=lambda z: np.heaviside(-z, 1.0),
        ),
    ),
)


def _draw_layer(rng: Generator) -> tuple[NDArray, ...]:
    m, n = _sizes(rng, 2)
    return _normal(rng, (n, 1), (m, n), (m, 1), (m, 1))


def _score(x: NDArray, W: NDArray, b: NDArray, u: NDArray) -> NDArray:
    return u.T @ np.tanh(W @ x + b)


SCORE_BY_U = Exercise(
    claim="4.5",
    arguments=("x", "W", "b", "u"),
    draw=_draw_layer,
    truth=lambda x, W, b, u: complex_step(lambda v: _score(x, W, b, v), u).T,
    mistakes=(
        Mistake(
            "This is the gradient, a column: a fraction is a Jacobian, and with one output and "
            "m inputs that is a row (section 4.2).",
            gives=lambda x, W, b, u: np.tanh(W @ x + b),
        ),
        Mistake(
            "This is ∂s/∂h: section 4.5 has both, and here s is differentiated by u.",
            gives=lambda x, W, b, u: u.T,
        ),
        Mistake(
            "The activation is missing: this is z laid down, and s is made of h = f(z) "
            "(section 4.5).",
            gives=lambda x, W, b, u: (W @ x + b).T,
        ),
        Mistake(
            "This is f′(z) for f(z): on its way from u to s nothing passes through f "
            "(section 4.5).",
            gives=lambda x, W, b, u: tanh.f_prime(W @ x + b).T,
        ),
        Mistake(
            "This is ∂s/∂z: s is differentiated by u, not by z (section 4.5).",
            gives=lambda x, W, b, u: complex_step(lambda c: _score(x, W, c, u), b).T,
        ),
        Mistake(
            "The bias is missing in z (section 4.5).",
            gives=lambda x, W, b, u: np.tanh(W @ x).T,
        ),
        Mistake(
            "This is s itself: its derivatives by the m numbers of u are asked for "
            "(section 4.5).",
            gives=_score,
        ),
        Mistake(
            "Each entry is still multiplied by its own u: s is linear in u, so its derivative "
            "holds no u (section 4.5).",
            gives=lambda x, W, b, u: (u * np.tanh(W @ x + b)).T,
        ),
    ),
)


def _bracketings(p: int, q: int, r: int, t: int) -> tuple[int, int]:
    # Counted by running both products on numbers that tally their multiplications.
    A, B, C = np.ones((p, q)), np.ones((q, r)), np.ones((r, t))
    return (
        count_products(lambda A, B, C: (A @ B) @ C, A, B, C),
        count_products(lambda A, B, C: A @ (B @ C), A, B, C),
    )


# Here the order with the smaller result in between is the dearer one.
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
        sizes = tuple(rng.integers(1, 6, 4).tolist())
        left, right = _bracketings(*sizes)
        if left != right:
            return sizes


def _left_if(condition: bool) -> str:
    return "left" if condition else "right"


_FIRST_ONLY = (
    "This comes down to comparing p with t, the ends of the chain, as the first product of "
    "each order does: the second one costs as well (section 4.7)."
)
BRACKETING = Exercise(
    claim="4.7",
    arguments=("p", "q", "r", "t"),
    kind="word",
    draw=_draw_sizes,
    truth=lambda *sizes: _left_if(np.subtract(*_bracketings(*sizes)) < 0),
    words=("left", "right"),
    mistakes=(
        Mistake(
            'This always says "left": that wins with one output, and section 4.7 says what '
            "wins with one input.",
            gives=lambda *sizes: "left",
        ),
        Mistake(
            'This always says "right": that wins with one input, and section 4.7 says what '
            "wins with one output.",
            gives=lambda *sizes: "right",
        ),
        Mistake(
            "This picks the dearer order every time: compare the two counts the other way "
            "round (section 4.7).",
            gives=lambda *sizes: _left_if(np.subtract(*_bracketings(*sizes)) > 0),
        ),
        Mistake(_FIRST_ONLY, gives=lambda p, q, r, t: _left_if(p * q * r < q * r * t)),
        Mistake(
            "This counts the second product of each order only: the first one costs as well "
            "(section 4.7).",
            gives=lambda p, q, r, t: _left_if(p * r * t < p * q * t),
        ),
        Mistake(
            _FIRST_ONLY,
            gives=lambda p, q, r, t: _left_if(p <= t),
        ),
        Mistake(
            "This compares the size of the results in between, which is memory: section 4.7 "
            "counts multiplications.",
            gives=lambda p, q, r, t: _left_if(p * r < q * t),
        ),
    ),
)

# --- section 5 ------------------------------------------------------------------------------


def _draw_delta_x(rng: Generator) -> tuple[NDArray, NDArray]:
    m, n = _sizes(rng, 2)
    return _normal(rng, (m, 1), (n, 1))


def _true_dW(delta: NDArray, x: NDArray) -> NDArray:
    # δ is the gradient at z = Wx + b: so s grows as δᵀ(Wx), and a complex step watches it.
    return complex_step(lambda W: delta.T @ (W @ x), np.zeros((len(delta), len(x))))


def _padded_diagonal(delta: NDArray, x: NDArray) -> NDArray:
    return _true_dW(delta, x) * np.eye(len(delta), len(x))


THREE_WAYS = Exercise(
    claim="5.4",
    arguments=("delta", "x"),
    parts=("in_loops", "by_outer", "by_matmul"),
    draw=_draw_delta_x,
    truth=lambda delta, x: (_true_dW(delta, x),) * 3,
    mistakes=(
        Mistake(
            "This is x δᵀ, the swapped outer product: section 5.4 has δ as the column and x "
            "as the row.",
            gives=lambda delta, x: _true_dW(x, delta),
        ),
        Mistake(
            "The numbers are right and the order is not: x δᵀ was reshaped to the shape of W, "
            "which is the column-major fold of section 5.4.",
            gives=lambda delta, x: _true_dW(x, delta).reshape(len(delta), len(x)),
        ),
        Mistake(
            "This is the column-major fold: section 5.4 folds row by row.",
            gives=lambda delta, x: (
                _true_dW(delta, x).ravel().reshape(len(delta), len(x), order="F")
            ),
        ),
        Mistake(
            "This is the row of mn numbers before the fold: give it the shape of W "
            "(section 5.4).",
            gives=lambda delta, x: vec(_true_dW(delta, x)).T,
        ),
        Mistake(
            "Only the entries with i = j are filled: each weight has its own product "
            "(section 5.4).",
            gives=_padded_diagonal,
        ),
        Mistake(
            "δ is missing: every row is the input (section 5.4).",
            gives=lambda delta, x: np.repeat(x.T, len(delta), axis=0),
        ),
        Mistake(
            "x is missing: every column is δ (section 5.4).",
            gives=lambda delta, x: np.repeat(delta, len(x), axis=1),
        ),
        Mistake(
            "A plus has slipped in for a times: each entry is a product of two numbers "
            "(section 5.4).",
            gives=lambda delta, x: delta + x.T,
        ),
        Mistake(
            "Only the last row is filled: is the array made anew inside the loop? "
            "(section 5.4)",
            gives=lambda delta, x: (
                _true_dW(delta, x) * (np.arange(len(delta)) == len(delta) - 1)[:, None]
            ),
        ),
    ),
)


def _draw_misfolded(rng: Generator) -> tuple[NDArray]:
    return _normal(rng, tuple(_sizes(rng, 2)))


def _true_refold(dW_wrong: NDArray) -> NDArray:
    m, n = dW_wrong.shape
    right = np.empty((m, n))
    for i in range(m):
        for j in range(n):
            place = i * n + j  # in the row; the wrong fold went down the columns
            right[i, j] = dW_wrong[place % m, place // m]
    return right


REFOLD = Exercise(
    claim="5.4",
    arguments=("dW_wrong",),
    draw=_draw_misfolded,
    truth=_true_refold,
    mistakes=(
        Mistake(
            "The matrix comes back as it was: read and written in the same order, nothing "
            "moves (section 5.4).",
            gives=lambda dW_wrong: dW_wrong,
        ),
        Mistake(
            "This transposes: a wrong fold has the right shape already, and its numbers stand "
            "in the wrong order (section 5.4).",
            gives=lambda dW_wrong: dW_wrong.T,
        ),
        Mistake(
            "This is the column-major fold once more: the repair reads column by column and "
            "writes row by row, not the other way round (section 5.4).",
            gives=lambda dW_wrong: dW_wrong.ravel().reshape(dW_wrong.shape, order="F"),
        ),
        Mistake(
            "This is the row itself: fold it, row by row, into the shape of W (section 5.4).",
            gives=lambda dW_wrong: vec(_true_refold(dW_wrong)).T,
        ),
        Mistake(
            "This is the row, stood up as a column: fold it, row by row, into the shape of W "
            "(section 5.4).",
            gives=lambda dW_wrong: vec(_true_refold(dW_wrong)),
        ),
    ),
)


def _draw_Delta(rng: Generator) -> tuple[NDArray]:
    return _normal(rng, tuple(_sizes(rng, 2)))


def _true_db(Delta: NDArray) -> NDArray:
    # One bias moves every column of Z: the complex step moves it and watches the whole batch.
    m, B = Delta.shape
    return complex_step(lambda b: (Delta * (b @ np.ones((1, B)))).sum(), np.zeros((m, 1)))


BIAS_OF_BATCH = Exercise(
    claim="5.7",
    arguments=("Delta",),
    draw=_draw_Delta,
    truth=_true_db,
    mistakes=(
        Mistake(
            "This is the mean over the samples; for the sum of the losses section 5.7 adds "
            "them up, and 1/B, where it is wanted, is in Δ already.",
            gives=lambda Delta: Delta.mean(axis=1, keepdims=True),
        ),
        Mistake(
            "Only the first sample counts here: one bias moves all of them (section 5.7).",
            gives=lambda Delta: Delta[:, :1],
        ),
        Mistake(
            "Only the last sample counts here: was it written over the others? One bias moves "
            "all of them (section 5.7).",
            gives=lambda Delta: Delta[:, -1:],
        ),
        Mistake(
            "The sum over the batch is forgotten: this is Δ, with one column for each sample, "
            "and b has one column (section 5.7).",
            gives=lambda Delta: Delta,
        ),
        Mistake(
            "This adds up the units and keeps the samples: section 5.7 adds up the samples.",
            gives=lambda Delta: Delta.sum(axis=0, keepdims=True),
        ),
        Mistake(
            "This adds up the units and keeps the samples: section 5.7 adds up the samples.",
            gives=lambda Delta: Delta.sum(axis=0, keepdims=True).T,
        ),
        Mistake(
            "This adds up everything: each bias has its own sum (section 5.7).",
            gives=lambda Delta: Delta.sum(),
        ),
        Mistake(
            "This adds up everything: each bias has its own sum (section 5.7).",
            gives=lambda Delta: Delta.sum(keepdims=True),
        ),
        Mistake(
            "The sum lies down as a row: b is a column (section 5.7).",
            gives=lambda Delta: _true_db(Delta).T,
        ),
        Mistake(
            "This adds up absolute values: samples may pull in opposite directions "
            "(section 5.7).",
            gives=lambda Delta: np.abs(Delta).sum(axis=1, keepdims=True),
        ),
    ),
)


def _draw_two_layers(rng: Generator) -> tuple[NDArray, ...]:
    n, first, second = _sizes(rng, 3)
    return _normal(
        rng, (n, 1), (first, n), (first, 1), (second, first), (second, 1), (second, 1)
    )


def _stack(x, W1, b1, W2, b2, u) -> NDArray:
    return u.T @ np.tanh(W2 @ np.tanh(W1 @ x + b1) + b2)


def _true_deltas(x, W1, b1, W2, b2, u) -> tuple[NDArray, NDArray]:
    # A bias moves its own z one for one, so the derivative by b is the derivative at z.
    return (
        complex_step(lambda c: _stack(x, W1, c, W2, b2, u), b1),
        complex_step(lambda c: _stack(x, W1, b1, W2, c, u), b2),
    )


def _slopes_at(x, W1, b1, W2, b2, u) -> tuple[NDArray, ...]:
    z1 = W1 @ x + b1
    z2 = W2 @ np.tanh(z1) + b2
    return z1, z2, tanh.f_prime(z1), tanh.f_prime(z2)


def _from_above(change: Callable[..., NDArray]) -> Callable[..., NDArray]:
    """Make a wrong δ₁: ``change`` gets what arrives at h₁, z₁, and the parts below W₂."""

    def gives(x, W1, b1, W2, b2, u) -> NDArray:
        z1, z2, slope1, slope2 = _slopes_at(x, W1, b1, W2, b2, u)
        return change(W2.T, u, z1, z2, slope1, slope2)

    return gives


_AT_H = "f′ is taken at h in {}: section 5.6 takes it at z."
TWO_DELTAS = Exercise(
    claim="5.6",
    arguments=("x", "W1", "b1", "W2", "b2", "u"),
    parts=("delta_1", "delta_2"),
    draw=_draw_two_layers,
    truth=_true_deltas,
    mistakes=(
        Mistake(
            "The two have changed places: the δ of layer 1 comes first, and has the shape of "
            "z₁ (section 5.1).",
            fits=lambda parts, *inputs: all(
                a.shape == b.shape and np.allclose(a, b)
                for a, b in zip(parts[::-1], _true_deltas(*inputs), strict=True)
            ),
        ),
        Mistake(
            "delta_2 has forgotten f′: it is ∂s/∂h₂, one factor short of z₂ (section 5.6).",
            part="delta_2",
            gives=lambda *inputs: inputs[5],
        ),
        Mistake(
            _AT_H.format("delta_2"),
            part="delta_2",
            gives=_from_above(lambda V, u, z1, z2, d1, d2: u * tanh.f_prime(np.tanh(z2))),
        ),
        Mistake(
            "delta_2 has f(z₂) where f′(z₂) belongs (section 5.6).",
            part="delta_2",
            gives=_from_above(lambda V, u, z1, z2, d1, d2: u * np.tanh(z2)),
        ),
        Mistake(
            "delta_2 has forgotten u: the score weighs each entry of h₂ (section 5.6).",
            part="delta_2",
            gives=_from_above(lambda V, u, z1, z2, d1, d2: d2),
        ),
        Mistake(
            "delta_1 has forgotten its own f′: this is the gradient at h₁, and z₁ lies one "
            "step further (section 5.6).",
            part="delta_1",
            gives=_from_above(lambda V, u, z1, z2, d1, d2: V @ (u * d2)),
        ),
        Mistake(
            _AT_H.format("delta_1"),
            part="delta_1",
            gives=_from_above(
                lambda V, u, z1, z2, d1, d2: V @ (u * d2) * tanh.f_prime(np.tanh(z1))
            ),
        ),
        Mistake(
            "delta_1 has f(z₁) where f′(z₁) belongs (section 5.6).",
            part="delta_1",
            gives=_from_above(lambda V, u, z1, z2, d1, d2: V @ (u * d2) * np.tanh(z1)),
        ),
        Mistake(
            "delta_1 starts from u: it comes from the δ of the layer above, with that layer's "
            "f′ in it (section 5.1).",
            part="delta_1",
            gives=_from_above(lambda V, u, z1, z2, d1, d2: V @ u * d1),
        ),
        Mistake(
            "delta_1 starts from u and has lost both f′ (section 5.6).",
            part="delta_1",
            gives=_from_above(lambda V, u, z1, z2, d1, d2: V @ u),
        ),
        Mistake(
            "delta_1 has forgotten u: the score weighs each entry of h₂ (section 5.6).",
            part="delta_1",
            gives=_from_above(lambda V, u, z1, z2, d1, d2: V @ d2 * d1),
        ),
        Mistake(
            "delta_1 has nothing from the layer above: this is its own f′ and no more "
            "(section 5.1).",
            part="delta_1",
            gives=_from_above(lambda V, u, z1, z2, d1, d2: d1),
        ),
    ),
)


def _measured_bytes() -> float:
    # Measure a small one; three sizes enter, and each grows by the same factor.
    return dense_dz_dW(8, np.ones((8, 1))).nbytes * (4096 / 8) ** 3


MEMORY = Exercise(
    claim="5.8",
    kind="number",
    truth=_measured_bytes,
    tolerance=5e-3,
    mistakes=(
        Mistake(
            "This counts entries: each of them takes 8 bytes in float64 (section 5.8).",
            gives=lambda: _measured_bytes() / 8,
        ),
        Mistake(
            "This counts bits: 8 of them make a byte (section 5.8).",
            gives=lambda: 8 * _measured_bytes(),
        ),
        Mistake(
            "This is right for float32; float64 takes 8 bytes for each number (section 5.8).",
            gives=lambda: _measured_bytes() / 2,
        ),
        Mistake(
            "This is the gradient's memory, or that of the entries that are not zero: the "
            "dense Jacobian has a whole row for each output (section 5.2).",
            gives=lambda: _measured_bytes() / 4096,
        ),
        Mistake(
            "This counts the entries of W: the Jacobian has mn columns and a row for each "
            "output (section 5.2).",
            gives=lambda: _measured_bytes() / 4096 / 8,
        ),
        Mistake(
            "These are mn rows and mn columns: ∂z/∂vec W has only one row for each of the m "
            "outputs (section 5.2).",
            gives=lambda: _measured_bytes() * 4096,
        ),
        Mistake(
            "These are mn rows and mn columns, and entries at that: ∂z/∂vec W has one row for "
            "each of the m outputs, and 8 bytes for each entry (section 5.2).",
            gives=lambda: _measured_bytes() * 4096 / 8,
        ),
        Mistake(
            "The right amount in another unit: bytes are asked for (section 5.8).",
            fits=lambda parts: any(
                abs(parts[0] * unit / _measured_bytes() - 1) < 5e-3
                for base in (1000, 1024)
                for unit in (base, base**2, base**3, base**4)
            ),
        ),
    ),
)

EXERCISES: dict[str, Exercise] = {
    "1a": BREAK_SYMMETRY,
    "1b": PROBE,
    "1c": XOR,
    "2a": COLLAPSE,
    "2b": SCALE,
    "2c": TANH_PRIME,
    "2d": GELU_MINIMUM,
    "3a": WINDOW,
    "3b": SWAP,
    "3c": SHAPES,
    "3d": LOSS_BY_SCORE,
    "4a": BEST_STEP,
    "4b": JACOBIAN,
    "4c": RELU_PRIME,
    "4d": SCORE_BY_U,
    "4e": BRACKETING,
    "5a": THREE_WAYS,
    "5b": REFOLD,
    "5c": BIAS_OF_BATCH,
    "5d": TWO_DELTAS,
    "5e": MEMORY,
}
