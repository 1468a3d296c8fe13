"""Exercises of section 3: windows, what a sum can do, shapes, the loss, the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from helpers.activations import relu, sigmoid, tanh
from helpers.arrays import vec
from helpers.corpora import PAD
from helpers.exercises.entry import Exercise, Mistake, normal, sizes
from helpers.exercises.language import say
from helpers.network import logistic_loss
from helpers.numerical import complex_step

# --- 3a: window_of(words, place, size) ------------------------------------------------------

_WORDS = ("we", "flew", "to", "oslo", "and", "met", "anna", "near", "the", "river")


def _draw_window(rng: Generator) -> tuple[list[str], int, int]:
    length = int(rng.integers(4, 9))
    words = rng.choice(_WORDS, size=length, replace=False).tolist()
    words[int(rng.integers(2, length))] = words[0]  # a word may occur twice
    # The edges are what the exercise is about: every other draw is at one of them.
    place = [0, length - 1, *range(length)][int(rng.integers(length + 2))]
    return words, place, int(rng.choice([3, 5, 7, 9]))


def _around(words: list[str], place: int, size: int, fill: Callable[[int], str]) -> list[str]:
    at = dict(enumerate(words))
    half = size // 2
    return [at.get(k, fill(k)) for k in range(place - half, place + half + 1)]


def _window(words: list[str], place: int, size: int) -> list[str]:
    return _around(words, place, size, lambda k: PAD)


def _padded(words: list[str], left: int, right: int) -> list[str]:
    return [PAD] * left + words + [PAD] * right


def _two_pads(words: list[str], place: int, size: int) -> list[str]:
    return _padded(words, 2, 2)[place : place + size]


def _sliced(words: list[str], place: int, size: int, by: int) -> list[str]:
    return _padded(words, size // 2, size // 2)[place + by : place + by + size]


def _other_pad(answer: list[str], words: list[str], place: int, size: int) -> bool:
    pads = [PAD if word not in words else word for word in answer]
    return pads == _window(words, place, size)


WINDOW = Exercise(
    section="3.2",
    kind="words",
    draw=_draw_window,
    truth=_window,
    mistakes=(
        Mistake(
            "At the left edge a slice starts at a negative number, and Python counts that "
            'from the end: put "<pad>" there.',
            lambda words, place, size: words[place - size // 2 : place + size // 2 + 1],
        ),
        Mistake(
            "At the left edge the index is negative, and Python counts that from the end: put "
            '"<pad>" there.',
            lambda words, place, size: [
                words[k] if k < len(words) else PAD
                for k in range(place - size // 2, place + size // 2 + 1)
            ],
        ),
        Mistake(
            "The indices run over both edges: at the left one Python counts from the end, at "
            'the right one it raises an IndexError. Put "<pad>" there.',
            lambda words, place, size: [
                words[k] for k in range(place - size // 2, place + size // 2 + 1)
            ],
        ),
        Mistake(
            "The last word of the window is missing: a slice ends before its second number.",
            lambda words, place, size: _window(words, place, size)[:-1],
            when=lambda answer, words, place, size: (
                answer == words[place - size // 2 : place + size // 2]
                or answer == words[max(place - size // 2, 0) : place + size // 2]
                or answer == _window(words, place, size)[:-1]
            ),
        ),
        Mistake(
            'The window is cut off at the edges: fill it with "<pad>", so that its length is '
            "always the same.",
            lambda words, place, size: words[max(place - size // 2, 0) : place + size // 2 + 1],
        ),
        Mistake(
            "Only the left edge is filled: the window runs out of words on the right as well.",
            lambda words, place, size: _padded(words, size // 2, 0)[place : place + size],
        ),
        Mistake(
            "Only the right edge is filled: the window runs out of words on the left as well.",
            lambda words, place, size: _padded(words, 0, size // 2)[
                place - size // 2 : place - size // 2 + size
            ],
        ),
        Mistake(
            "This window always has five words: here size says how many.",
            lambda words, place, size: _window(words, place, 5),
        ),
        Mistake(
            "Two pads on each side suit a window of five: how many does a window of size need?",
            _two_pads,
        ),
        Mistake(
            "One pad on each side suits a window of three: how many does one of size need?",
            lambda words, place, size: _padded(words, 1, 1)[place : place + size],
        ),
        Mistake(
            "Size pads on each side are more than the window needs, so that it begins too far "
            "to the left: half as many reach its first word.",
            lambda words, place, size: _padded(words, size, size)[place : place + size],
        ),
        Mistake(
            "place is a number already: words.index finds the first of two equal words.",
            lambda words, place, size: _window(words, words.index(words[place]), size),
        ),
        Mistake(
            f'The missing words are written "{PAD}", just so.',
            lambda words, place, size: _around(words, place, size, lambda k: "<unk>"),
            when=_other_pad,
        ),
        Mistake(
            "The window is shifted: the word at place must stand in its middle.",
            lambda words, place, size: _window(words, place + 1, size),
            when=lambda answer, words, place, size: any(
                answer == way
                for by in (-1, 1)
                for way in (_window(words, place + by, size), _sliced(words, place, size, by))
            ),
        ),
        Mistake(
            "The window is shifted: the padded list is longer at its front, and place already "
            "points at the start of the window in it.",
            lambda words, place, size: _sliced(words, place, size, -(size // 2)),
        ),
        Mistake(
            "The window begins at the word, and must have it in the middle.",
            lambda words, place, size: _window(words, place + size // 2, size),
        ),
        Mistake(
            "Size words on each side are too many: size counts the whole window.",
            lambda words, place, size: _window(words, place, 2 * size + 1),
        ),
        Mistake(
            'The window goes round: after the last word it goes on with the first. Put "<pad>" '
            "there.",
            lambda words, place, size: _around(
                words, place, size, lambda k: words[k % len(words)]
            ),
        ),
        Mistake(
            'At the edges the window repeats a word: put "<pad>" there.',
            lambda words, place, size: _around(
                words, place, size, lambda k: words[0 if k < 0 else -1]
            ),
        ),
        Mistake(
            "All pads have gathered at the end: each belongs where a word is missing.",
            lambda *inputs: sorted(_window(*inputs), key=lambda word: word == PAD),
        ),
        Mistake(
            "All pads have gathered at the start: each belongs where a word is missing.",
            lambda *inputs: sorted(_window(*inputs), key=lambda word: word != PAD),
        ),
        Mistake("The window is back to front.", lambda *inputs: _window(*inputs)[::-1]),
        Mistake(
            "The word in the middle is missing.",
            lambda words, place, size: (
                _window(words, place, size)[: size // 2]
                + _window(words, place, size)[size // 2 + 1 :]
            ),
        ),
    ),
)

# --- 3b: swap_words(x, i, j, d) -------------------------------------------------------------


def _draw_swap(rng: Generator) -> tuple[NDArray, int, int, int]:
    places = int(rng.choice([3, 5, 7]))
    d = int(rng.choice([d for d in (2, 3, 4, 5) if d != places]))
    i, j = rng.choice(places, size=2, replace=False).tolist()
    return rng.standard_normal((places * d, 1)), i, j, d


def _swapped(rows: NDArray, i: int, j: int) -> NDArray:
    order = np.arange(len(rows))
    order[[i, j]] = order[[j, i]]
    return rows[order]


def _swap(x: NDArray, i: int, j: int, d: int) -> NDArray:
    # As one matrix: swap two rows of the identity, one block for each word.
    return np.kron(_swapped(np.eye(len(x) // d), i, j), np.eye(d)) @ x


def _overwritten(x: NDArray, i: int, j: int, d: int) -> NDArray:
    rows = x.reshape(-1, d).copy()
    rows[i] = rows[j]
    return vec(rows)


def _unscaled_slices(x: NDArray, i: int, j: int, d: int) -> NDArray:
    y = x.copy()
    y[i : i + d], y[j : j + d] = x[j : j + d], x[i : i + d]
    return y


def _torn(x: NDArray, i: int, j: int, d: int) -> NDArray:
    rows = x.reshape(d, -1).copy()
    rows[[i, j]] = rows[[j, i]]
    return vec(rows)


def _torn_list(x: NDArray, i: int, j: int, d: int) -> NDArray:
    order = list(range(d))
    order[i], order[j] = order[j], order[i]
    return vec(x.reshape(d, -1)[order])


_TORN = (
    "reshape(d, -1) makes d rows, and tears the words apart: reshape(-1, d) gives each word a "
    "row of its own."
)
_BOTH = (
    "One of the two words now stands in both places: the first was overwritten before it was "
    "kept. Copy it first."
)
SWAP = Exercise(
    section="3.2",
    draw=_draw_swap,
    truth=_swap,
    mistakes=(
        Mistake(
            "x comes back as it was: two of its blocks should change places.",
            lambda x, i, j, d: x,
        ),
        Mistake(
            "This swaps two single numbers: each word has a block of d of them.",
            lambda x, i, j, d: _swapped(x, i, j),
        ),
        Mistake(
            "The slices start at i and j: the word at place i starts at the number i·d.",
            _unscaled_slices,
        ),
        Mistake(_BOTH, _overwritten),
        Mistake(_BOTH, lambda x, i, j, d: _overwritten(x, j, i, d)),
        Mistake(
            "The column was cut with d rows, or column-major, which tears the words apart: "
            "reshape(-1, d) gives each word a row of its own.",
            lambda x, i, j, d: _swapped(x.reshape(-1, d, order="F"), i, j).reshape(
                -1, 1, order="F"
            ),
        ),
        Mistake(
            "The right words are swapped, but read column by column: vec reads row by row.",
            lambda x, i, j, d: _swapped(x.reshape(-1, d), i, j).reshape(-1, 1, order="F"),
        ),
        Mistake(_TORN, _torn),
        Mistake(_TORN, _torn_list),
        Mistake(
            "The right words are swapped, and the answer is flat: x is a column, and vec makes "
            "one of the rows.",
            lambda x, i, j, d: _swap(x, i, j, d).ravel(),
            when=lambda answer, x, i, j, d: np.array_equal(answer, _swap(x, i, j, d).ravel()),
        ),
        Mistake(
            "The blocks are counted from 1 here; i and j count from 0.",
            lambda x, i, j, d: _swap(x, (i - 1) % (len(x) // d), (j - 1) % (len(x) // d), d),
        ),
        Mistake(
            "All words are back to front: only two should change places.",
            lambda x, i, j, d: vec(x.reshape(-1, d)[::-1]),
        ),
        Mistake(
            "The right words are swapped, but they lie in rows: x is one column, end to end.",
            lambda x, i, j, d: _swapped(x.reshape(-1, d), i, j),
        ),
    ),
)

# --- 3c: a_sum_can(table) -------------------------------------------------------------------


def _draw_table(rng: Generator) -> tuple[NDArray]:
    # From the first row to the second some columns rise, some fall, the others stay.
    up, down = rng.integers(1, 4, 2).tolist()
    kind = rng.random()
    if kind < 0.2:
        up = down = 1
    elif kind < 0.4:
        up = down = 0  # two equal rows
    elif kind < 0.65:
        up, down = rng.permutation([up, 0]).tolist()
    same = max(int(rng.integers(0, 4)), 3 - up - down)
    either = (rng.random(same) < 0.5).astype(int)
    columns = [[0, 1]] * up + [[1, 0]] * down + [[value] * 2 for value in either.tolist()]
    return (rng.permutation(np.array(columns, dtype=bool)).T,)


def _rises_and_falls(table: NDArray) -> tuple[int, int]:
    return int((~table[0] & table[1]).sum()), int((table[0] & ~table[1]).sum())


def _built_as_a_sum(table: NDArray) -> bool:
    # Try to build it: one row higher than the other by 1, and a number for each column.
    columns = {tuple(column) for column in table.T.tolist()}
    within_reach = (
        {(bool(g > 0), bool(g + rise > 0)) for g in (-1.5, -0.5, 0.5, 1.5)} for rise in (1, -1)
    )
    return any(columns <= reach for reach in within_reach)


def _by_rule(hint: str, rule: Callable[[NDArray], bool]) -> Mistake:
    # Two rules may differ on a few tables only: one on which the answer is wrong is enough.
    return Mistake(hint, rule, when=lambda answer, table: bool(answer) == bool(rule(table)))


A_SUM = Exercise(
    section="3.4",
    kind="number",
    draw=_draw_table,
    truth=_built_as_a_sum,
    mistakes=(
        _by_rule(
            "This says False every time, and some tables are within reach: two equal rows, to "
            "begin with.",
            lambda table: False,
        ),
        _by_rule(
            "Some tables are out of reach: those that ask for a rise between two columns in "
            "one row, and for a fall between the same columns in the other.",
            lambda table: True,
        ),
        _by_rule(
            "The answers are the wrong way round.", lambda table: not _built_as_a_sum(table)
        ),
        _by_rule(
            "One rise and one fall put a table out of reach, and so do more of either.",
            lambda table: _rises_and_falls(table) != (1, 1),
        ),
        _by_rule(
            "Two equal rows are within reach: their words get the same number.",
            lambda table: (
                (_rises_and_falls(table)[0] == 0) != (_rises_and_falls(table)[1] == 0)
            ),
        ),
        _by_rule(
            "The rows may differ in many columns, as long as all differences go the same way.",
            lambda table: (table[0] != table[1]).sum() < 2,
        ),
        _by_rule(
            "This allows the first row to lie above the second, and not the other way round.",
            lambda table: (table[0] >= table[1]).all(),
        ),
        _by_rule(
            "This allows the second row to lie above the first, and not the other way round.",
            lambda table: (table[0] <= table[1]).all(),
        ),
        _by_rule(
            "This compares neighbouring columns only: a rise and a fall may stand far apart.",
            lambda table: all(
                _built_as_a_sum(table[:, k : k + 2]) for k in range(table.shape[1] - 1)
            ),
        ),
    ),
)

# --- 3d: context_weights() ------------------------------------------------------------------

_CONTEXTS, _AGREE = np.array([[1, 1, -1, -1], [1, -1, 1, -1]]), np.array([1, 0, 0, 1]) == 1


def _scores(answer: Any) -> NDArray:
    """Give the four scores in units of the largest: only their signs are asked for."""
    W, b, u = answer
    scores = (u.T @ np.maximum(W @ _CONTEXTS + b, 0)).ravel()
    return scores / (np.abs(scores).max() or 1)


def _misshapen(answer: Any) -> str | None:
    W, *columns = answer
    if W.ndim == 2 and W.shape[0] == 2 and W.shape[1] == columns[0].size != 2:
        return "W is transposed: it has a row for each unit, and two columns."
    if W.ndim != 2 or W.shape[1] != 2 or not len(W):
        return say(
            "W has the shape {shape}: it has a row for each unit, and two columns.",
            shape=W.shape,
        )
    for name, column in zip(("b", "u"), columns, strict=True):
        if column.shape != (len(W), 1):
            return say(
                "{name} has the shape {shape}: for this W it is a column, {wanted}.",
                name=name,
                shape=column.shape,
                wanted=(len(W), 1),
            )
    return None


def _tells_apart(answer: Any) -> str | None:
    if complaint := _misshapen(answer):
        return complaint
    scores = _scores(answer)
    wrong = np.flatnonzero(np.where(_AGREE, scores, -scores) <= 1e-9)
    if not wrong.size:
        return None
    context = tuple(_CONTEXTS[:, wrong[0]].tolist())
    return say(
        "In {count} of the four contexts the sign is wrong: at {context} s is not {side}.",
        count=wrong.size,
        context=context,
        side=say("positive" if _AGREE[wrong[0]] else "negative"),
    )


def _weights(W: list, b: list, u: list) -> Any:
    return lambda: (np.array(W), np.array(b).reshape(-1, 1), np.array(u).reshape(-1, 1))


def _formed(shows: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Look for a mistake where the shapes are right."""
    return lambda answer: _misshapen(answer) is None and shows(answer)


def _no_bend(answer: Any) -> bool:
    z = answer[0] @ _CONTEXTS + answer[1]
    return all((row >= 0).all() or (row <= 0).all() for row in z)


_AGREEING = [[1, 1], [-1, -1], [0, 0]]
CONTEXT_WEIGHTS = Exercise(
    section="3.4",
    parts=("W", "b", "u"),
    draw=lambda rng: (),
    holds=_tells_apart,
    mistakes=(
        Mistake(
            "The scores are the same in all four contexts: nothing in them depends on x.",
            _weights([[0, 0]] * 3, [1, 1, 1], [1, 1, 1]),
            when=_formed(lambda answer: bool(np.ptp(_scores(answer)) < 1e-9)),
        ),
        Mistake(
            "No unit bends between the contexts: each is on in all four or off in all four. So "
            "the score is a sum, and no sum does it.",
            _weights([[1, 0], [0, 1], [0, 0]], [2, 2, 1], [1, 1, -4]),
            when=_formed(_no_bend),
        ),
        Mistake(
            "Where the two numbers disagree the score is 0, and must be below. A unit that "
            "reads nothing can serve as a constant.",
            _weights(_AGREEING, [0, 0, 0], [1, 1, 0]),
            when=_formed(
                lambda answer: bool(
                    (_scores(answer)[_AGREE] > 1e-9).all()
                    and np.allclose(_scores(answer)[~_AGREE], 0)
                )
            ),
        ),
        Mistake(
            "These are the weights for tanh: ReLU answers with other numbers.",
            _weights([[1, 1], [1, 1], [0, 0]], [-1, 1, 1], [1, -1, 1.2]),
            when=lambda answer: np.array_equal(np.sign(answer[0]), [[1, 1], [1, 1], [0, 0]]),
        ),
        Mistake(
            "The scores have the wrong sign: this is positive where the two disagree.",
            _weights(_AGREEING, [0, 0, 1], [-1, -1, 1]),
            when=_formed(lambda answer: np.array_equal(_scores(answer) < 0, _AGREE)),
        ),
        Mistake(
            "The scores come apart, but zero does not lie between them.",
            _weights(_AGREEING, [0, 0, 1], [1, 1, 1]),
            when=_formed(
                lambda answer: bool(
                    _scores(answer)[_AGREE].min() > _scores(answer)[~_AGREE].max() + 1e-9
                )
            ),
        ),
        Mistake(
            "Only one of the two contexts in which the numbers agree is found: each needs a "
            "unit that is on there.",
            _weights([[1, 1], [0, 0], [0, 0]], [0, 1, 0], [1, -1, 0]),
            when=_formed(
                lambda answer: bool(
                    (_scores(answer)[~_AGREE] < 0).all()
                    and (_scores(answer)[_AGREE] > 0).sum() == 1
                )
            ),
        ),
    ),
)

# --- 3e: the shapes of a larger network -----------------------------------------------------

_FLAT = "a one-dimensional array is neither row nor column."
_ONE_PER_UNIT = "this has one number for each input: it needs one for each unit."
_ROW = "b, h or u is a row: each is a column, and T lays it down where needed."


def _shapes() -> dict[str, tuple[int, ...]]:
    # Build the layer out of zeros, and look.
    x = vec(np.zeros((7, 50)))
    W, b, u = np.zeros((100, len(x))), np.zeros((100, 1)), np.zeros((100, 1))
    h = W @ x + b
    arrays = {"x": x, "W": W, "b": b, "h": h, "u": u, "s": u.T @ h}
    return {name: array.shape for name, array in arrays.items()}


SHAPES = Exercise(
    section="3.3",
    kind="shape",
    parts=("x", "W", "b", "h", "u", "s"),
    truth=_shapes,
    mistakes=(
        Mistake("This x holds five words: the window here has seven.", (250, 1), part="x"),
        Mistake(
            "This x holds one word, or seven added up: they are laid end to end.",
            (50, 1),
            part="x",
        ),
        Mistake(
            "This x has one number for each word: each word brings a vector.", (7, 1), part="x"
        ),
        Mistake("This x has one number for each unit: x comes before W.", (100, 1), part="x"),
        *(
            Mistake(
                "These are seven rows: lay them end to end in one column x.", shape, part="x"
            )
            for shape in ((7, 50), (50, 7))
        ),
        Mistake("This x is a row: vectors are columns.", (1, 350), part="x", section="3.7"),
        *(
            Mistake(f"{name} has a single size: {_FLAT}", (size,), part=name, section="3.7")
            for name, size in (("x", 350), ("b", 100), ("h", 100), ("u", 100), ("s", 1))
        ),
        Mistake(
            "W is transposed: it has one row for each unit and one column for each input.",
            (350, 100),
            part="W",
        ),
        *(
            Mistake("This W reads one word: it has a column for each number in x.", shape, "W")
            for shape in ((100, 50), (100, 7))
        ),
        Mistake("This W reads five words: the window here has seven.", (100, 250), part="W"),
        *(
            Mistake(
                "This W is square: it has a row for each unit and a column for each number in "
                "x.",
                (size, size),
                part="W",
            )
            for size in (100, 350)
        ),
        *(
            Mistake(
                "W has a row for each unit and a column for each number in x: these are the "
                "window's seven vectors.",
                shape,
                part="W",
            )
            for shape in ((7, 50), (50, 7))
        ),
        *(Mistake(_ONE_PER_UNIT, (350, 1), part=name) for name in "bhu"),
        *(
            Mistake(
                f"{name} is not the size of one word or of the window: it has one number for "
                "each unit.",
                shape,
                part=name,
            )
            for name in "bhu"
            for shape in ((50, 1), (7, 1))
        ),
        *(
            Mistake(
                f"{name} is a single number here: each unit has one of its own.",
                shape,
                part=name,
            )
            for name in "bhu"
            for shape in ((1, 1), ())
        ),
        *(
            Mistake(
                f"{name} has the shape of W: that is one number for each connection, and "
                f"{name} has one for each unit.",
                (100, 350),
                part=name,
            )
            for name in "bhu"
        ),
        *(Mistake(_ROW, (1, 100), part=name, section="3.7") for name in "bhu"),
        Mistake(
            "s is the product of a row and a column: as long as .item() has not taken the "
            "number out, it is a matrix with one entry.",
            (),
            part="s",
            section="3.5",
        ),
        *(
            Mistake(
                "This s has a number for each unit: uᵀh adds their products up.",
                shape,
                part="s",
                section="3.5",
            )
            for shape in ((100, 1), (1, 100))
        ),
        Mistake(
            "This s is the table of all products: the row stands on the left.",
            (100, 100),
            part="s",
            section="3.7",
        ),
    ),
)

# --- 3f: dloss_dS(S, Y) ---------------------------------------------------------------------


def _draw_scores(rng: Generator) -> tuple[NDArray, NDArray]:
    B = int(rng.integers(2, 9))
    return *normal(rng, (1, B)), rng.integers(0, 2, (1, B)).astype(float)


p = sigmoid.f
_ADDED_UP = "The samples have been added up: each score has a derivative of its own."
# Each is a wrong derivative of the sum of the losses; divided by B it is one of their mean.
_WRONG_BY_SCORE = (
    (
        "The difference is the wrong way round: take what the network said, minus the truth.",
        lambda S, Y: Y - p(S),
    ),
    (
        "This compares the truth with the score: compare it with the probability p = σ(s).",
        lambda S, Y: S - Y,
    ),
    (
        "This compares the truth with a decision, 0 or 1: compare it with the probability.",
        lambda S, Y: (S > 0) - Y,
    ),
    ("The truth y does not appear here: subtract it.", lambda S, Y: p(S)),
    ("1 is subtracted whatever the label is: subtract the truth y.", lambda S, Y: p(S) - 1),
    (
        "The term with (1 − y) is forgotten: windows with the label 0 have a loss as well.",
        lambda S, Y: Y * (p(S) - 1),
    ),
    (
        "The term with (1 − y) is forgotten, and one more factor leads from p to s.",
        lambda S, Y: -Y / p(S),
    ),
    (
        "σ is applied twice: the loss takes the scores, and p = σ(s) once.",
        lambda S, Y: p(p(S)) - Y,
    ),
    (
        "This is σ(−s): in p = 1/(1 + exp(−s)) the score has a minus.",
        lambda S, Y: p(-S) - Y,
    ),
    ("This is tanh of the score: the probability is σ(s).", lambda S, Y: np.tanh(S) - Y),
    (
        "This is the slope of σ alone: the loss brings a factor of its own.",
        lambda S, Y: sigmoid.f_prime(S),
    ),
    (
        "There is a factor f′ = p(1 − p) too many: it cancels against the logarithm.",
        lambda S, Y: (p(S) - Y) * sigmoid.f_prime(S),
    ),
    (
        "This is the derivative of (p − y)²: the loss here is the cross-entropy.",
        lambda S, Y: 2 * (p(S) - Y) * sigmoid.f_prime(S),
    ),
    (
        "This is the derivative of the loss with respect to p: one more factor leads to s.",
        lambda S, Y: (p(S) - Y) / sigmoid.f_prime(S),
    ),
    (
        "This is the loss of each window: its derivative is asked for.",
        lambda S, Y: np.logaddexp(0, S) - Y * S,
    ),
)
LOSS_BY_SCORE = Exercise(
    section="3.6",
    draw=_draw_scores,
    truth=lambda S, Y: complex_step(lambda s: np.array(logistic_loss(s, Y)), S),
    mistakes=(
        Mistake(
            "This is the derivative of the sum of the losses: here the loss is their mean.",
            lambda S, Y: p(S) - Y,
        ),
        Mistake(
            "Only y is divided by B: the mean divides the whole difference.",
            lambda S, Y: p(S) - Y / S.size,
        ),
        *(Mistake(hint, lambda S, Y, f=f: f(S, Y) / S.size) for hint, f in _WRONG_BY_SCORE),
        *(Mistake(f"{hint} The mean is missing, too.", f) for hint, f in _WRONG_BY_SCORE),
        Mistake(_ADDED_UP, lambda S, Y: (p(S) - Y).mean(keepdims=True)),
        Mistake(_ADDED_UP, lambda S, Y: (p(S) - Y).mean()),
        Mistake(_ADDED_UP, lambda S, Y: (p(S) - Y).sum()),
        Mistake(
            "This is the mean of the losses itself: its derivatives are asked for.",
            lambda S, Y: (np.logaddexp(0, S) - Y * S).mean(),
        ),
        Mistake(
            "Only the first sample has been looked at.",
            lambda S, Y: ((p(S) - Y) / S.size)[:, :1],
        ),
    ),
)

# --- 3g: backward_pass(x, y, W, b, u) -------------------------------------------------------


def _draw_window_layer(rng: Generator) -> tuple[Any, ...]:
    m, n = sizes(rng, 2)
    x, W, b, u = normal(rng, (n, 1), (m, n), (m, 1), (m, 1))
    return x, int(rng.integers(2)), W, b, u


def _loss(x: NDArray, y: int, W: NDArray, b: NDArray, u: NDArray) -> NDArray:
    return np.array(logistic_loss(u.T @ np.tanh(W @ x + b), np.array([[y]])))


def _slopes(x: NDArray, y: int, W: NDArray, b: NDArray, u: NDArray) -> tuple[NDArray, ...]:
    return (
        complex_step(lambda v: _loss(x, y, v, b, u), W),
        complex_step(lambda v: _loss(x, y, W, v, u), b),
        complex_step(lambda v: _loss(x, y, W, b, v), u),
        complex_step(lambda v: _loss(v, y, W, b, u), x),
    )


def _passed(x: NDArray, y: int, W: NDArray, b: NDArray, u: NDArray) -> tuple[Any, ...]:
    z = W @ x + b
    h = np.tanh(z)
    return z, h, p(u.T @ h).item() - y


def _delta(wrong: Callable[..., NDArray]) -> Callable[..., NDArray]:
    """Hand z, h, p − y, u and p to a wrong rule for δ."""
    return lambda x, y, W, b, u: wrong(
        *_passed(x, y, W, b, u), u, p(u.T @ np.tanh(W @ x + b)).item()
    )


def _other_way(
    hidden: Callable[[NDArray], NDArray],
    slope: Callable[[NDArray], NDArray] = tanh.f_prime,
    with_b: bool = True,
) -> Callable[..., NDArray]:
    """Give δ after a wrong way forward, from its hidden layer and slope."""

    def db(x: NDArray, y: int, W: NDArray, b: NDArray, u: NDArray) -> NDArray:
        z = W @ x + b if with_b else W @ x
        return (p(u.T @ hidden(z)).item() - y) * u * slope(z)

    return db


def _down(wrong: Callable[..., NDArray]) -> Callable[..., NDArray]:
    """Send a wrong δ, from z, h, p − y and u, down to x."""
    return lambda x, y, W, b, u: W.T @ wrong(*_passed(x, y, W, b, u), u)


def _table(wrong: Callable[..., NDArray]) -> Callable[..., NDArray]:
    """Multiply a wrong δ, from z, h, p − y and u, by xᵀ."""
    return lambda x, y, W, b, u: wrong(*_passed(x, y, W, b, u), u) @ x.T


def _only(k: int, z: NDArray) -> NDArray:
    mask = np.zeros_like(z)
    mask[k] = 1
    return mask


# What is left of δ when a factor, or two, is lost on the way from z.
_LOST: tuple[tuple[str, Callable[..., NDArray]], ...] = (
    ("The factor p − y has been", lambda z, h, e, u: u * tanh.f_prime(z)),
    ("f′(z) has been", lambda z, h, e, u: e * u),
    ("u has been", lambda z, h, e, u: e * tanh.f_prime(z)),
    ("p − y and f′(z) have been", lambda z, h, e, u: u),
    ("p − y and u have been", lambda z, h, e, u: tanh.f_prime(z)),
)
BACKWARD = Exercise(
    section="3.6",
    draw=_draw_window_layer,
    truth=_slopes,
    parts=("dW", "db", "du", "dx"),
    after={
        "dW": lambda own, x, y, W, b, u: own["db"] @ x.T,
        "dx": lambda own, x, y, W, b, u: W.T @ own["db"],
    },
    scaled={"db": "p − y", "du": "p − y"},
    mistakes=(
        Mistake(
            "This is the gradient of the score: the loss brings the factor p − y.",
            _delta(lambda z, h, e, u, p: u * tanh.f_prime(z)),
            part="db",
        ),
        *(
            Mistake(
                f"{lost} lost on the way: dW is δxᵀ, with the whole δ.", _table(rule), part="dW"
            )
            for lost, rule in _LOST
        ),
        Mistake(
            "δ meets h here: dW is δxᵀ, with what W multiplies.",
            lambda x, y, W, b, u: _slopes(x, y, W, b, u)[1] @ np.tanh(W @ x + b).T,
            part="dW",
        ),
        Mistake(
            "f′ was taken at h: it belongs at z.",
            _delta(lambda z, h, e, u, p: e * u * tanh.f_prime(h)),
            part="db",
        ),
        Mistake(
            "The factor is f(z): f′(z) belongs there.",
            _delta(lambda z, h, e, u, p: e * u * h),
            part="db",
        ),
        Mistake(
            "f′(z) is missing: between h and z lies the slope of f.",
            _delta(lambda z, h, e, u, p: e * u),
            part="db",
        ),
        Mistake(
            "1 − z² is not the slope: tanh′(z) is 1 − tanh²(z), which is 1 − h².",
            _delta(lambda z, h, e, u, p: e * u * (1 - z**2)),
            part="db",
        ),
        Mistake(
            "This is the slope of σ, and here f is tanh.",
            _delta(lambda z, h, e, u, p: e * u * sigmoid.f_prime(z)),
            part="db",
        ),
        Mistake(
            "h(1 − h) is the rule for σ, and here f is tanh: its slope is 1 − h².",
            _delta(lambda z, h, e, u, p: e * u * h * (1 - h)),
            part="db",
        ),
        Mistake(
            "u is missing: the score listens to each unit with its own weight.",
            _delta(lambda z, h, e, u, p: e * tanh.f_prime(z)),
            part="db",
        ),
        Mistake(
            "The probability alone is no error: subtract the truth y.",
            _delta(lambda z, h, e, u, p: p * u * tanh.f_prime(z)),
            part="db",
        ),
        Mistake(
            "The score is uᵀh, and here it was taken of z.", _other_way(lambda z: z), part="db"
        ),
        *(
            Mistake(
                f"The way forward used {name}: here f = tanh.",
                _other_way(other.f, other.f_prime),
                part="db",
            )
            for name, other in (("σ", sigmoid), ("ReLU", relu))
        ),
        Mistake(
            "z = Wx + b: the b is missing on the way forward.",
            _other_way(tanh.f, with_b=False),
            part="db",
        ),
        *(
            Mistake(
                "p − y is squared here: the derivative with respect to s is p − y itself.",
                _delta(rule),
                part=part,
            )
            for part, rule in (
                ("db", lambda z, h, e, u, p: e**2 * u * tanh.f_prime(z)),
                ("du", lambda z, h, e, u, p: e**2 * h),
            )
        ),
        Mistake(
            "The score was compared with the truth: compare the probability p = σ(s).",
            _delta(lambda z, h, e, u, p: (np.log(p / (1 - p)) - (p - e)) * u * tanh.f_prime(z)),
            part="db",
        ),
        Mistake(
            "1 is subtracted whatever the label is: subtract the truth y.",
            _delta(lambda z, h, e, u, p: (p - 1) * u * tanh.f_prime(z)),
            part="db",
        ),
        Mistake(
            "This is the derivative of p with respect to s once too often: in p − y it has "
            "cancelled already.",
            _delta(lambda z, h, e, u, p: e * p * (1 - p) * u * tanh.f_prime(z)),
            part="db",
        ),
        Mistake(
            "This starts from the derivative with respect to p: with respect to s it is p − y.",
            _delta(lambda z, h, e, u, p: e / (p * (1 - p)) * u * tanh.f_prime(z)),
            part="db",
        ),
        Mistake(
            "1 − h is not the slope: tanh′(z) is 1 − h².",
            _delta(lambda z, h, e, u, p: e * u * (1 - h)),
            part="db",
        ),
        Mistake(
            "1 + h² is not the slope: tanh′(z) is 1 − h².",
            _delta(lambda z, h, e, u, p: e * u * (1 + h**2)),
            part="db",
        ),
        Mistake(
            "f′(z) occurs twice: it stands once between h and z.",
            _delta(lambda z, h, e, u, p: e * u * tanh.f_prime(z) ** 2),
            part="db",
        ),
        Mistake(
            "h belongs to du: b reaches the loss through z, with the slope δ.",
            _delta(lambda z, h, e, u, p: e * u * tanh.f_prime(z) * h),
            part="db",
        ),
        Mistake(
            "This is h itself, the gradient of the score: the loss brings the factor p − y.",
            _delta(lambda z, h, e, u, p: h),
            part="du",
        ),
        Mistake(
            "The probability alone is no error: subtract the truth y.",
            _delta(lambda z, h, e, u, p: p * h),
            part="du",
        ),
        Mistake(
            "1 is subtracted whatever the label is: subtract the truth y.",
            _delta(lambda z, h, e, u, p: (p - 1) * h),
            part="du",
        ),
        Mistake(
            "The score was compared with the truth: compare the probability p = σ(s).",
            _delta(lambda z, h, e, u, p: (np.log(p / (1 - p)) - (p - e)) * h),
            part="du",
        ),
        Mistake(
            "p(1 − p) does not belong here: in p − y it has cancelled already.",
            _delta(lambda z, h, e, u, p: e * p * (1 - p) * h),
            part="du",
        ),
        Mistake(
            "This is δ, the gradient at z: u meets h.",
            _delta(lambda z, h, e, u, p: e * u * tanh.f_prime(z)),
            part="du",
        ),
        Mistake(
            "δ does not belong here: between the loss and u stand p − y and h only.",
            _delta(lambda z, h, e, u, p: e * u * tanh.f_prime(z) * h),
            part="du",
        ),
        Mistake(
            "u stands where h belongs: u multiplies h.",
            _delta(lambda z, h, e, u, p: e * u),
            part="du",
        ),
        Mistake(
            "f′(z) stands where h belongs: u multiplies h.",
            _delta(lambda z, h, e, u, p: e * tanh.f_prime(z)),
            part="du",
        ),
        Mistake(
            "u multiplies h = f(z), and not z.", _delta(lambda z, h, e, u, p: e * z), part="du"
        ),
        Mistake(
            "f′(z) does not belong here: u acts after f.",
            _delta(lambda z, h, e, u, p: e * h * tanh.f_prime(z)),
            part="du",
        ),
        Mistake(
            "u does not appear in its own gradient: s is linear in it.",
            _delta(lambda z, h, e, u, p: e * u * h),
            part="du",
        ),
        *(
            Mistake(f"{lost} lost on the way: Wᵀδ takes the whole δ.", _down(rule), part="dx")
            for lost, rule in _LOST
        ),
        Mistake(
            "Wᵀ meets h here: it sends δ down.",
            _down(lambda z, h, e, u: e * h),
            part="dx",
        ),
        *(
            Mistake(
                "This is one path only: x reaches the loss through every unit, and the paths "
                "add.",
                _down(lambda z, h, e, u, k=k: e * u * tanh.f_prime(z) * _only(k, z)),
                part="dx",
            )
            for k in (0, -1)
        ),
    ),
)

EXERCISES = {
    "3a": WINDOW,
    "3b": SWAP,
    "3c": A_SUM,
    "3d": CONTEXT_WEIGHTS,
    "3e": SHAPES,
    "3f": LOSS_BY_SCORE,
    "3g": BACKWARD,
}
