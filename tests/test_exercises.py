"""Every exercise: its starter, its mistakes, the slips of any exercise, and right answers."""

from __future__ import annotations

import contextlib
import math
import re
import sys
import threading
from fractions import Fraction

import nbformat
import numpy as np
import pytest
import sympy as sp
from test_notebooks import NUMBERED

from helpers.activations import relu, sigmoid
from helpers.exercises import check, verdict
from helpers.exercises.check import EXERCISES
from helpers.exercises.entry import Exercise, Mistake
from helpers.network import Affine
from tools.publish import NOTEBOOKS

checking = sys.modules["helpers.exercises.check"]
CHECK = re.compile(r'^check\("(\w+)", (.+)\)$', re.MULTILINE)


def handed_in(paths):
    """Run the cells that call ``check``, and collect what they hand in."""
    answers = {}
    for path in paths:
        given = {"np": np}
        cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
        if path.parent.name == "solutions":  # a solution may need what its notebook imports
            exec(cells[0].source, given)
        for cell in cells:
            if CHECK.search(cell.source):
                exec(cell.source, given | {"check": answers.__setitem__})
    return answers


STARTERS = handed_in(NUMBERED)
SOLUTIONS = handed_in([NOTEBOOKS / "solutions" / path.name for path in NUMBERED])
NUMBER = {  # the number of an exercise, by its name in the file of its section
    name: number
    for number, exercise in EXERCISES.items()
    for name, value in vars(sys.modules[f"helpers.exercises.section_{number[0]}"]).items()
    if value is exercise
}
NAME = {number: name for name, number in NUMBER.items()}


def solution(name):
    """Look up the solution of an exercise."""
    return SOLUTIONS[NUMBER[name]]


every_exercise = pytest.mark.parametrize("number", EXERCISES)


def answer_of(exercise, gives, part=None):
    """Make a whole answer of what a mistake gives: its part beside the true other parts."""

    def answer(*inputs):
        given = gives(*inputs) if callable(gives) else gives
        if part is None:
            whole = len(exercise.parts) == 1 or isinstance(given, tuple | dict)
            return given if whole else (given,) * len(exercise.parts)
        truth = exercise.truth(*inputs)
        truth = (
            truth if isinstance(truth, dict) else dict(zip(exercise.parts, truth, strict=True))
        )
        return tuple((truth | {part: given})[name] for name in exercise.parts)

    return answer if exercise.draw else answer()


# --- the notebooks --------------------------------------------------------------------------


def test_every_exercise_stands_in_its_notebook_and_has_a_solution():
    assert list(STARTERS) == list(EXERCISES) == list(SOLUTIONS)
    assert {number[0] for number in EXERCISES} == {path.name[1] for path in NUMBERED}


@every_exercise
def test_an_exercise_has_a_heading_a_collapsed_hint_and_a_section_of_its_notebook(number):
    path = next(path for path in NUMBERED if path.name[1] == number[0])
    cells = nbformat.read(path, as_version=4).cells
    (k,) = [k for k, c in enumerate(cells) if c.source.startswith(f"### Exercise {number}\n")]
    question, _, hint = cells[k].source.partition("<details>\n<summary>Hint</summary>\n\n")
    assert "Hint" not in question and hint.endswith("\n\n</details>")
    assert CHECK.search(cells[k + 1].source)[1] == number
    assert [o.text for o in cells[k + 1].outputs] == [verdict(number, ...).text + "\n"]
    headings = "\n".join(cell.source for cell in cells)
    for section in (EXERCISES[number], *EXERCISES[number].mistakes):
        assert not section.section or f"\n## {section.section} " in "\n" + headings


# --- not answered ---------------------------------------------------------------------------


@every_exercise
def test_a_starter_is_not_answered_yet(number, capsys):
    check(number, STARTERS[number])
    said = capsys.readouterr().out
    assert said == (
        f"Exercise {number}: not answered yet. Replace the three dots and run the cell again.\n"
    )


ODD = [
    None, 0, 0.0, "", [], (), {}, np.zeros((1, 1)), np.zeros((3, 4)), "text", b"", object(),
    {"a": 1}, {1}, range(3), sp.Symbol("x"), [[1, 2], [3]], 1e300, -1e300, 1e-300, math.nan,
    math.inf, 10**400, np.array(["a"]), type,
]  # fmt: skip


@every_exercise
def test_odd_answers_are_refused_without_a_warning_and_say_what_they_are(number):
    exercise = EXERCISES[number]
    for value in ODD:
        whole = value if len(exercise.parts) == 1 else (value,) * len(exercise.parts)
        answer = (lambda *a, v=whole: v) if exercise.draw else whole
        found = verdict(number, answer)
        assert found.kind == ("unanswered" if value is None else "wrong"), (value, found.text)
        assert found == verdict(number, answer)  # the same answer gets the same sentence
        if exercise.draw and value is not None and value is not type:
            assert "without calling it" in verdict(number, value).text


# --- wrong answers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "mistake"),
    [(number, mistake) for number in EXERCISES for mistake in EXERCISES[number].mistakes],
    ids=lambda value: value if isinstance(value, str) else value.hint[:40],
)
def test_a_mistake_is_named_by_the_wrong_answer_that_shows_it(number, mistake):
    exercise = EXERCISES[number]
    answer = answer_of(exercise, mistake.gives, mistake.part)
    for seed in range(4):
        found = verdict(number, answer, seed=seed)
        assert found.kind == "wrong" and mistake.hint in found.text, found.text
        assert found.text.endswith(f" See section {mistake.section or exercise.section}.")
    assert not re.search(r"section \d|!|as_column", mistake.hint)


def row(b):
    """Lay a matrix down as one row."""
    return b.reshape(1, -1)


# What anybody may do to the right answer of any exercise, and what must be said of it.
GENERAL = {
    "wrong sign": (lambda b: -b, "wrong sign"),
    "transposed": (lambda b: b.T, "transposed"),
    "transposed, wrong sign": (lambda b: -b.T, "transposed and has the wrong sign"),
    "twice": (lambda b: 2 * b, "constant factor, 2"),
    "divided by the size": (lambda b: b / max(b.shape), "factor that changes|factor, 0.25"),
    "zeros": (lambda b: 0 * b, "all zeros"),
    "flat": (np.ravel, "1-D array"),
    "a row": (row, "shape|transposed|reshaped"),
    "column-major": (lambda b: b.ravel().reshape(b.shape, order="F"), "column-major order"),
    "reshaped": (lambda b: b.T.reshape(b.shape), "reshaped where"),
    "diagonal": (np.diagflat, "on the diagonal"),
    "added up": (lambda b: b.sum(), "sum of all entries"),
    "averaged": (lambda b: b.mean(), "(mean|sum) of all entries|constant factor"),  # or both 0
    "first column": (lambda b: b[:, :1], "first column only"),
    "first row": (lambda b: b[:1], "first row only"),
    "back to front": (lambda b: b[::-1], "reverse order"),
    "absolute": (np.abs, "lost the signs"),
    "a list": (lambda b: b.tolist(), "np.array"),
    "a sympy matrix": (lambda b: sp.Matrix(np.atleast_2d(b)), "sympy object"),
    "symbols": (lambda b: np.full(b.shape, sp.Symbol("p")), "the symbols p"),
    "strings": (lambda b: b.astype(str), "array of strings"),
    "a NaN": (lambda b: b + np.nan, "NaN"),
    "infinite": (lambda b: b + np.inf, "infinite"),
    "complex": (lambda b: b + 0j, "complex"),
    "one place off": (lambda b: b + np.eye(1, b.size).reshape(b.shape) / 4, "entries differ"),
}  # fmt: skip
ANY_SHAPE = [NUMBER["SOFTPLUS"], NUMBER["RELU_PRIME"]]
FLAT_SLIPS = ("first column", "flat", "a row", "a sympy matrix")
WITH_ARRAYS = [n for n, e in EXERCISES.items() if e.kind == "array" and e.truth]


@pytest.mark.parametrize("slip", GENERAL)
@pytest.mark.parametrize("number", WITH_ARRAYS)
def test_a_slip_that_any_exercise_can_show_is_named_in_each(number, slip):
    exercise, (change, phrase) = EXERCISES[number], GENERAL[slip]
    parts = exercise.parts
    drawn = exercise.truth(*exercise.draw(np.random.default_rng(0)))
    for k, name in enumerate(parts):
        first = np.asarray(drawn[k] if isinstance(drawn, tuple) else drawn)

        def answer(*inputs, k=k):
            truth = exercise.truth(*inputs)
            if not isinstance(truth, tuple):
                return change(truth)
            return tuple(change(b) if i == k else b for i, b in enumerate(truth))

        if number in ANY_SHAPE and slip in FLAT_SLIPS:
            continue  # z has any shape there
        with np.errstate(invalid="ignore"):
            changed = change(first)
        if np.shape(changed) == first.shape and np.array_equal(changed, first):
            continue  # a slip that changes nothing
        found = verdict(number, answer)
        own = any(mistake.hint in found.text for mistake in exercise.mistakes)
        assert found.kind == "wrong", (name, found.text)
        assert own or re.search(phrase, found.text), (name, found.text)
        assert len(parts) == 1 or name in found.text, found.text
        assert f"See section {exercise.section[0]}." in found.text


def either(number, other):
    """Answer rightly on some draws, and otherwise by ``other()``."""
    seen = []

    def answer(*inputs):
        seen.append(inputs)
        return other() if len(seen) % 3 == 0 else SOLUTIONS[number](*inputs)

    return answer


OF_FUNCTIONS = [n for n, e in EXERCISES.items() if e.draw and e.arguments]


@pytest.mark.parametrize("number", OF_FUNCTIONS)
def test_a_branch_without_a_return_an_error_or_an_exit_is_said(number):
    found = verdict(number, either(number, lambda: None))
    assert found.kind == "wrong" and "does every branch end in a return?" in found.text
    found = verdict(number, either(number, lambda: 1 / 0))
    assert found.kind == "wrong" and "raises ZeroDivisionError" in found.text
    assert "right for some inputs only" in found.text
    found = verdict(number, lambda *a: undefined)  # noqa: F821
    assert "imported in this notebook" in found.text
    assert "calls exit()" in verdict(number, lambda *a: sys.exit(1)).text
    assert "is called with" in verdict(number, lambda: 0).text
    assert "right for some" in verdict(number, either(number, lambda: "text")).text


def for_ever(*inputs):
    """Loop, whatever is raised."""
    while True:
        with contextlib.suppress(BaseException):
            pass


def test_an_answer_that_never_ends_is_stopped_and_the_next_one_is_checked(monkeypatch):
    monkeypatch.setattr(checking, "SECONDS", 0.2)
    before = threading.active_count()
    for number in map(NUMBER.get, ("BIAS_OF_BATCH", "WINDOW", "XOR")):
        assert "still running after 0.2 seconds" in verdict(number, for_ever).text
        assert threading.active_count() == before  # what never ends is not left behind
        assert verdict(number, SOLUTIONS[number]).kind == "right"


# --- right answers, written differently ------------------------------------------------------


def in_float32(function):
    """Round all inputs to float32 first, so that everything is computed in it."""
    return lambda *inputs: function(*(np.asarray(a, dtype=np.float32) for a in inputs))


def xor(W, b, u):
    """Answer with weights for XOR."""
    return lambda: (np.array(W), np.array(b).reshape(-1, 1), np.array(u).reshape(-1, 1))


def ones(m, n, W=1, b=0, u=1):
    """Start with equal units but for what is given."""
    return W * np.ones((m, n)), b + np.zeros((m, 1)), u * np.ones((m, 1))


def count(m):
    """Count from 0 in a column."""
    return np.arange(m).reshape(m, 1) / m


def scaled(layer, by):
    """Multiply W and b, and divide u: with a positive factor ReLU draws the same curve."""
    W, b, u, c = layer
    return by * W, by * b, u / by, c


def from_the_right(knots, values):
    """Let every unit rise to the left of its knot, and start from the last value."""
    slopes = np.diff(values, axis=0) / np.diff(knots, axis=0)
    u = np.diff(slopes, axis=0, append=0)
    return -np.ones_like(u), knots[1:], u, values[-1:]


def with_biases(knots, values, b, u=None):
    """Give the solution of 2b with other biases, and with other output weights."""
    W, _, right, b_out = solution("THROUGH_POINTS")(knots, values)
    return W, b, right if u is None else u, b_out


def section_2_network(knots, values):
    """Answer 2b with the network of section 2.4, copied."""
    N = len(knots) - 1
    slopes = np.diff(values, axis=0) * N
    starts = np.arange(N).reshape(N, 1) / N
    return np.ones((N, 1)), -starts, np.diff(slopes, axis=0, prepend=0), values[:1]


def loop_collapse(W1, b1, W2, b2, W3, b3):
    """Collapse layer by layer."""
    W, b = np.eye(W1.shape[1]), 0
    for W_k, b_k in ((W1, b1), (W2, b2), (W3, b3)):
        W, b = W_k @ W, W_k @ b + b_k if np.ndim(b) else b_k
    return [W, b]


def block_swap(x, i, j, d):
    """Swap two slices of a copy."""
    y = x.copy()
    y[i * d : i * d + d], y[j * d : j * d + d] = x[j * d : j * d + d], x[i * d : i * d + d]
    return y


def back_to_front(layers, h, z, Delta, f_prime):
    """Write the way back with all the deltas first."""
    deltas = [Delta]
    for k in range(len(layers) - 1, 0, -1):
        deltas.insert(0, layers[k].W.T @ deltas[0] * f_prime(z[k - 1]))
    return [
        (np.einsum("iq,jq->ij", D, each), D @ np.ones((D.shape[1], 1)))
        for D, each in zip(deltas, h, strict=True)
    ]


def by_loop(length, entry):
    """Fill an array entry by entry."""
    return np.array([entry(k) for k in range(length)])


def jacobian_by_differences(x):
    """Fill the Jacobian with central differences."""
    g = lambda v: np.vstack([v[0] * v[1], v[0] + v[2], np.sin(v[1])])  # noqa: E731
    steps = 1e-6 * np.eye(4)[:, :, None]
    return np.hstack([(g(x + e) - g(x - e)) / 2e-6 for e in steps])


def sigma(s):
    """Compute the sigmoid."""
    return 1 / (1 + np.exp(-s))


def count_middle(widths, k):
    """Count the multiplications of both parts and of the last product, layer by layer."""
    L = len(widths) - 1
    above = sum(widths[L] * widths[j] * widths[j - 1] for j in range(k + 1, L))
    below = sum(widths[0] * widths[j] * widths[j - 1] for j in range(2, k + 1))
    return above + below + widths[L] * widths[k] * widths[0]


def softmax_of(S):
    """Compute the softmax of each column."""
    powers = np.exp(S - S.max(axis=0))
    return powers / powers.sum(axis=0)


def min_errors(y):
    """Count, for labels in the order of their sums, the zeros above a cut and ones below."""
    below = np.concatenate([[0], np.cumsum(y)])
    above = np.sum(y == 0) - np.concatenate([[0], np.cumsum(y == 0)])
    return np.min(below + above) / y.size


DIFFERENTLY = {
    "BREAK_SYMMETRY": [
        lambda m, n, rng: ones(m, n, W=np.random.default_rng(1).random((m, n))),
        lambda m, n, rng: ones(m, n, b=count(m)),
        lambda m, n, rng: ones(m, n, u=2 * count(m) - 0.9),
        lambda m, n, rng: (np.arange(m * n).reshape(m, n), np.zeros((m, 1), int),
                              np.ones((m, 1), np.float32)),
    ],
    "BEST_SHARE": [
        lambda w, X, y: max(np.mean((X.T @ w - cut > 0) == y.T)
                              for cut in [*(X.T @ w), (X.T @ w).min() - 1]),
        lambda w, X, y: np.array([[1 - min_errors(y[0, np.argsort((w.T @ X)[0])])]]),
    ],
    "XOR": [
        xor([[40, -40], [-40, 40]], [-3.0, -3.0], [5, 7]),
        xor([[1, 1], [1, 1]], [-0.2, -0.9], [1, -2]),
    ],
    "COLLAPSE": [
        loop_collapse,
        lambda W1, b1, W2, b2, W3, b3: {
        "b": b3 + W3.dot(b2) + W3.dot(W2.dot(b1)), "W": np.einsum("ij,jk,kl->il", W3, W2, W1)},
        in_float32(lambda W1, b1, W2, b2, W3, b3: (
        W3 @ W2 @ W1, W3 @ W2 @ b1 + W3 @ b2 + b3)),
    ],
    "THROUGH_POINTS": [
        lambda knots, values: scaled(solution("THROUGH_POINTS")(knots, values), 3.0),
        lambda knots, values: tuple(
        part[::-1] for part in solution("THROUGH_POINTS")(knots, values)),
        lambda knots, values: from_the_right(knots, values),
        in_float32(lambda knots, values: dict(zip(
        ("W", "b", "u", "b_out"), solution("THROUGH_POINTS")(knots, values), strict=True))),
    ],
    "SIGMOID_SCALE": [
        lambda n: 10.1 * n**-0.5,
        lambda n: np.array([[11.5 / np.sqrt(n)]]),
        lambda n: np.sqrt(112 / n),
    ],
    "SOFTPLUS": [
        lambda z: 1 / (1 + np.exp(-z)),
        lambda z: (1 + np.tanh(z / 2)) / 2,
        lambda z: np.exp(z - np.logaddexp(0, z)),
        in_float32(lambda z: 1 / (1 + np.exp(-z))),
        lambda z: (np.logaddexp(0, z + 1e-4) - np.logaddexp(0, z - 1e-4)) / 2e-4,
    ],
    "WINDOW": [
        lambda w, p, s: tuple(
        w[k] if 0 <= k < len(w) else "<pad>" for k in range(p - s // 2, p + s // 2 + 1)),
        lambda w, p, s: np.array(([*["<pad>"] * 9, *w, *["<pad>"] * 9])[p+9-s//2:][:s]),
    ],
    "SWAP": [
        block_swap,
        lambda x, i, j, d: np.vstack(
        [np.split(x, len(x) // d)[{i: j, j: i}.get(k, k)] for k in range(len(x) // d)]),
    ],
    "CONTEXT_WEIGHTS": [
        xor([[1, 1], [-1, -1], [0, 0], [0, 0]], [0, 0, 1, 1], [1, 1, -3, 2]),
        xor([[5, 5], [-5, -5], [0, 0], [1, 0], [0, 1]], [-1, -1, 1, 0, 0], [1, 1, -1, 0, 0]),
    ],
    "SHAPES": [
        {"W": np.zeros((100, 350)).shape, "x": (np.int64(350), 1), "b": (100, 1),
            "h": (100, 1), "u": (100, 1), "s": (1, 1)},
    ],
    "LOSS_BY_SCORE": [
        lambda S, Y: (sigma(S) - Y) / S.shape[1],
        lambda S, Y: by_loop(S.size, lambda k: (sigma(S[0, k]) - Y[0, k]) / S.size)[None],
        lambda S, Y: (-Y * sigma(-S) + (1 - Y) * sigma(S)) / Y.size,
        in_float32(lambda S, Y: (sigma(S) - Y) / S.shape[1]),
    ],
    "BEST_STEP": [
        np.cbrt,
        lambda e: (3 * e) ** (1 / 3),
        lambda e: 10.0 ** np.round(np.log10(e) / 3),
        lambda e: Fraction(e ** (1 / 3)),
    ],
    "JACOBIAN": [
        jacobian_by_differences,
        lambda x: np.vstack([np.hstack([x[[1]], x[[0]], [[0, 0]]]), [[1, 0, 1, 0]],
                                np.hstack([[[0]], np.cos(x[[1]]), [[0, 0]]])]),
        lambda x: np.matrix(solution("JACOBIAN")(x)),
    ],
    "RELU_PRIME": [
        lambda z: z > 0,
        lambda z: np.ceil(np.clip(z, 0, 1)).astype(int),
        relu.f_prime,
        in_float32(lambda z: np.heaviside(z, np.float32(0))),
    ],
    "SCORE_BY_U": [
        lambda x, W, b, u: np.tanh(x.T @ W.T + b.T),
        lambda x, W, b, u: np.tanh(np.einsum("ij,jk->ki", W, x) + b.T),
        in_float32(lambda x, W, b, u: np.tanh(W @ x + b).reshape(1, -1)),
    ],
    "BRACKETING": [
        lambda p, q, r, t: "left" if 1 / t + 1 / q < 1 / p + 1 / r else "right",
    ],
    "THREE_WAYS": [
        lambda d, x: (
        np.einsum("ik,jk->ij", d, x), np.multiply.outer(d[:, 0], x[:, 0]), d * x.T),
        lambda d, x: (np.kron(d, x.T), np.outer(d, x.T), np.dot(d, x.T)),
        lambda d, x: [(x @ d.T).T, np.outer(x, d).T, np.matmul(d, x.T)],
        in_float32(lambda d, x: (
        np.array([[a * b for b in x[:, 0]] for a in d[:, 0]]), np.outer(d, x), d @ x.T)),
    ],
    "REFOLD": [
        lambda V: V.T.reshape(V.shape),
        lambda V: V.flatten("F").reshape(V.shape),
        lambda V: by_loop(V.size, lambda k: V[k % len(V), k // len(V)]).reshape(V.shape),
    ],
    "BIAS_OF_BATCH": [
        lambda D: sum(D[:, [k]] for k in range(D.shape[1])),
        lambda D: D @ np.ones((D.shape[1], 1)),
        lambda D: np.einsum("ik->i", D)[:, np.newaxis],
        lambda D: D.mean(axis=1, keepdims=True) * D.shape[1],
        in_float32(lambda D: D.sum(1).reshape(-1, 1)),
    ],
    "WAY_BACK": [
        lambda layers, h, z, D, f_prime: [
            Affine(dW, db) for dW, db in solution("WAY_BACK")(layers, h, z, D, f_prime)],
        lambda layers, h, z, D, f_prime: [
            [dW, db] for dW, db in solution("WAY_BACK")(layers, h, z, D, f_prime)],
        back_to_front,
    ],
    "SOFTMAX_BACK": [
        lambda P, G: P * G - P * np.einsum("ik,ik->k", P, G),
        lambda P, G: np.hstack([(np.diagflat(p) - np.outer(p, p)) @ g[:, None]
                                for p, g in zip(P.T, G.T, strict=True)]),
        lambda P, G: P * (G - np.diag(P.T @ G)),
        in_float32(lambda P, G: P * (G - np.sum(P * G, axis=0))),
    ],
    "LOSS_BY_SCORES": [
        lambda S, labels: (softmax_of(S) - np.eye(len(S))[labels].T) / labels.size,
        lambda S, labels: by_loop(S.size, lambda k: (
            np.exp(S.flat[k] - np.logaddexp.reduce(S[:, k % labels.size]))
            - (labels[k % labels.size] == k // labels.size)) / labels.size).reshape(S.shape),
    ],
    "BAG_OF_WORDS": [
        lambda ids, delta, V: np.eye(V)[ids].T @ np.tile(delta.T, (len(ids), 1)) / len(ids),
        lambda ids, delta, V: np.outer(np.bincount(ids, minlength=V), delta) / ids.size,
        lambda ids, delta, V: np.array([(ids == k).mean() * delta[:, 0] for k in range(V)]),
    ],
    "MEET_AT": [
        lambda widths, k: int(count_middle(widths, k)),
        lambda widths, k: np.int64(count_middle(widths, k)),
        lambda widths, k: float(count_middle(widths, k)),
    ],
    "SHARES_BACK": [
        lambda X, G: G / X.sum(axis=0) - (G * X).sum(axis=0) / X.sum(axis=0) ** 2,
        lambda X, G: np.hstack([((np.eye(len(x)) - np.outer(x, np.ones(len(x))) / x.sum()).T
                                 / x.sum() @ g)[:, None]
                                for x, g in zip(X.T, G.T, strict=True)]),
    ],
    "TWICE_BACK": [
        lambda A, C, x: (A.T @ C + C.T @ A) @ x,
        lambda A, C, x: ((C @ x).T @ A + (A @ x).T @ C).T,
    ],
    "CURVATURE_ALONG": [
        lambda w, X, v: (X * sigma(w.T @ X) * sigma(-w.T @ X)) @ X.T @ v / X.shape[1],
        lambda w, X, v: (sigma(w.T @ X) * sigma(-w.T @ X) * (v.T @ X) @ X.T).T / X.shape[1],
    ],
}  # fmt: skip


@every_exercise
def test_right_answers_written_differently_are_right(number, capsys):
    check(number, SOLUTIONS[number])
    assert capsys.readouterr().out.startswith(f"Exercise {number}: right")
    for answer in (SOLUTIONS[number], *DIFFERENTLY.get(NAME[number], ())):
        for seed in range(3):
            found = verdict(number, answer, draws=50, seed=seed)
            assert found.kind == "right", found.text


# --- what readers tried: accepted wrongly, refused wrongly, blamed on the wrong thing --------


def mirrored(m, n, rng):
    """Mirror the first unit in the last."""
    units = [rng.standard_normal((m, size)) for size in (n, 1, 1)]
    for part in units:
        part[-1] = -part[0]
    return tuple(units)


def at_each(w, X, y):
    """List the shares with a border through each point."""
    t = w.T @ X
    return [np.mean((t > cut) == y) for cut in t[0]]


def only(place, way):
    """Give one of the three ways of 5a wrong."""

    def answer(delta, x):
        ways = [delta @ x.T, np.outer(delta, x), delta * x.T]
        ways[place] = way(delta, x)
        return tuple(ways)

    return answer


def in_loops(entry):
    """Fill dW in two loops."""

    def loops(delta, x):
        dW = np.zeros((len(delta), len(x)))
        for i in range(len(delta)):
            for j in range(len(x)):
                dW[i, j] = entry(delta, x, i, j)
        return dW

    return only(0, loops)


def with_step(step):
    """Write the way back of 5d with a step of its own."""

    def backward(layers, h, z, Delta, f_prime):
        pairs = []
        for k in reversed(range(len(layers))):
            pairs.append((Delta @ h[k].T, Delta.sum(axis=1, keepdims=True)))
            if k > 0:
                Delta = step(layers[k].W, Delta, f_prime(z[k - 1]))
        return pairs[::-1]

    return backward


def slope_at(z):
    """Compute f′."""
    return 1 - np.tanh(z) ** 2


def changed(**shapes):
    """Change some of the right shapes."""
    return solution("SHAPES") | shapes


def way_back(du):
    """Give the gradients of 3g rightly but for du, from h, p and y."""

    def gradients(x, y, W, b, u):
        h = np.tanh(W @ x + b)
        dW, db, _, dx = solution("BACKWARD")(x, y, W, b, u)
        return dW, db, du(h, sigma(u.T @ h).item(), y), dx

    return gradients


def collapsed(b):
    """Collapse three layers rightly but for b."""
    return lambda *a: (a[4] @ a[2] @ a[0], b(*a))


def pads(pad):
    """Cut the window with another pad."""
    return lambda w, p, s: [
        pad if word == "<pad>" else word for word in solution("WINDOW")(w, p, s)
    ]


def swap_rows(x, i, j, d, order="C"):
    """Swap two rows of a copy."""
    rows = x.reshape(-1, d).copy()
    rows[[i, j]] = rows[[j, i]]
    return rows.reshape((-1, 1), order=order)


def g_rows(x, order=(0, 1, 2), at=1):
    """Write the Jacobian of 4b with rows in another order, or the cosine elsewhere."""
    J = [[x[1, 0], x[0, 0], 0, 0], [1, 0, 1, 0], [0, np.cos(x[at, 0]), 0, 0]]
    return np.array([J[k] for k in order])


a_symbol = sp.Symbol("p")
TRIED = {
    "BREAK_SYMMETRY": [
        (mirrored, "mirror images"),
        (lambda m, n, rng: (1e6 * rng.standard_normal((m, n)), np.zeros((m, 1)),
                              rng.standard_normal((m, 1))), "so large that tanh is flat"),
    ],
    "BEST_SHARE": [
        (lambda w, X, y: np.mean((w.T @ X > 0) == y), "with the bias 0"),
        (lambda w, X, y: at_each(w, X, y), "one number"),
        (lambda w, X, y: max(at_each(w, X, y)), "is missing"),
    ],
    "XOR": [
        (xor([[1, 1], [1, 1]], [0, -1], [1, -2]), "units of the section itself"),
        (xor([[3, 3], [1, 1]], [-3, 0], [-0.8, 1.1]), "units of the section itself"),
        (xor([[-1, -1], [1, 1]], [1, 0], [1, 1]), "wrong side"),
        (xor([[1, 1], [-1, -1]], [-1, 1], [1, -1]), "This is AND"),
        (xor([[1, 0], [-1, 0]], [0, 1], [1, 1]), "two units cancel"),
        (lambda x: 0, "is called without arguments"),
        (lambda: [][0], "Python counts from 0"),
        (lambda: (np.array([["1", "1"]]),) * 3, "W is an array of strings: numbers"),
        (xor([[1, 0], [0, 1]], [0, -0.5], [1, 1]), "four corners"),
    ],
    "COLLAPSE": [
        (collapsed(lambda *a: 0 * a[5]), "b is zero"),
        (collapsed(lambda *a: a[1] + a[3] + a[5]), "plain sum"),
        (collapsed(lambda *a: (a[4] @ (a[2] @ a[1] + a[3]) + a[5])[:, 0]), "reshape(-1, 1)"),
        (lambda *a: (1, 2, 3), "W, b, in this order; this is 3 of them"),
        (collapsed(lambda *a: a[4] @ (a[2] @ a[1] - a[3]) + a[5]), "entries differ"),
    ],
    "THROUGH_POINTS": [
        (lambda k, v: tuple(p.ravel() for p in solution("THROUGH_POINTS")(k, v)), "1-D array"),
        (lambda k, v: solution("THROUGH_POINTS")(k, v)[:3], "W, b, u, b_out, in this order"),
        (lambda k, v: scaled(solution("THROUGH_POINTS")(k, v), -1.0), "misses"),
        (lambda k, v: (np.ones((len(k) - 1, 1)), -k[:-1],
                       np.diff(np.diff(v, axis=0) / np.diff(k, axis=0), axis=0), v[:1]),
         "u has the shape"),
        (lambda k, v: (*solution("THROUGH_POINTS")(k, v)[:3], 0.0), "b_out is a bare number"),
        (lambda k, v: [k.sort(axis=0), v.fill(0)] and solution("THROUGH_POINTS")(k, v),
         "changes its input values"),
        (lambda k, v: np.interp(0.5, k[:, 0], v[:, 0]), "W, b, u, b_out, in this order"),
        (lambda k, v: with_biases(k, v, -np.abs(k[:-1])), "right for some"),
        (lambda k, v: with_biases(k, v, -k[:-1], np.diff(v, axis=0)), "u holds the rises"),
        (section_2_network, "2.4's network"),
    ],
    "SIGMOID_SCALE": [
        (lambda n: 7 / n**0.5, "vanished"),
        (lambda n: 16 / n**0.5, "exploded"),
        (lambda n: 8 / n**0.5, "is 8.0: too small"),
        (lambda n: 8.3 * n**-0.45, "changes with n"),
        (lambda n: 13.5 * n**-0.55, "changes with n"),
        (lambda n: 17.5 * n**-0.6, "changes with n|vanished|exploded"),
        (lambda n: 1.4 - 0.003 * n, "changes with n|vanished|exploded"),
        (lambda n: 0.9, "does not depend on n"),
        (lambda n: -10.6 / n**0.5, "positive"),
        (lambda n: 0, "zero"),
        (lambda n: n, "the sigmoid is flat"),
    ],
    "SOFTPLUS": [
        (lambda z: np.array([[1 / (1 + np.exp(-z[i, j])) for j in range(z.shape[1])]
                             for i in range(z.shape[0])]), "It was given z (|happened for z"),
        (lambda z: np.exp(z) / (1 + np.exp(z)), "e^t overflowed"),
        (lambda z: np.exp(z), "inner derivative alone"),
        (lambda z: 1 / (1 + np.exp(z)), "sign in an exponent"),
        (lambda z: np.array([z, [1]], dtype=object), "array of objects"),
        (lambda z: sigmoid, "an Activation"),
        (lambda z: 1 / (1 + math.exp(-z)), "math works with single numbers"),
        (lambda z: np.maximum(z, 0), "entries differ"),
        (lambda z: np.array([1 / (1 + np.exp(-a)) for a in z.ravel()]), "reshape|the shape"),
        (lambda z: np.array([1 / (1 + math.exp(-a)) for a in z.ravel()]).reshape(z.shape),
         "np.exp gives infinity"),
    ],
    "WINDOW": [
        (lambda w, p, s: solution("WINDOW")(w, w.index(w[p]), s), "first of two equal words"),
        (lambda w, p, s: (["<pad>"] * 2 + w + ["<pad>"] * 2)[p : p + s], "window of five"),
        *((pads(pad), 'are written "<pad>"') for pad in ("", "<PAD>", "<unk>", "PAD")),
        (lambda w, p, s: [w.insert(0, "<pad>"), w][1][:s], "changes its input words"),
        (lambda w, p, s: " ".join(w), "list of words"),
        (lambda w, p, s: ["<pad>"] * s, "wrong word at place"),
    ],
    "SWAP": [
        (lambda x, i, j, d: swap_rows(x, i, j, d, "F"), "read column by column"),
        (lambda x, i, j, d: np.roll(x, d, axis=0), "entries differ"),
        (lambda x, i, j, d: swap_rows(x, i, j, 5), "entries differ|raises|inputs only|single"),
    ],
    "A_SUM": [
        (lambda table: np.False_, "False every time"),
        (lambda table: 0, "False every time"),
        (lambda table: None, "is a return missing"),
    ],
    "CONTEXT_WEIGHTS": [
        (lambda: xor([[1, -1, 0], [1, -1, 0]], [0, 0, 1], [1, 1, -1])(), "W is transposed"),
        (lambda: xor([1, 1], [0], [1])(), "W has the shape (2,)"),
        (lambda: xor([[1, 1]], [0, 0], [1])(), "b has the shape (2, 1)"),
        (lambda: (np.eye(2), np.zeros(2), np.ones((2, 1))), "b has the shape (2,)"),
        (lambda: (np.zeros((0, 2)), *[np.zeros((0, 1))] * 2), "W has the shape (0, 2)"),
        (xor([[1, 1], [-1, -1]], [0, 0], [1, 1]), "Where the two numbers disagree"),
    ],
    "SHAPES": [
        (changed(W=(8, 350)), "W is not (8, 350)"),
        (changed(x=(350.0, 1)), "x is (350.0, 1): a shape is a pair of whole numbers"),
        (changed(s=(True, True)), "s is (True, True): a shape is a pair of whole"),
        (changed(x=350), "pair of whole numbers"),
        ({"x": (350, 1)}, "one entry for each of x, W, b, h, u, s"),
    ],
    "LOSS_BY_SCORE": [
        (lambda S, Y: (a_symbol - Y) / Y.shape[1], "still holds the symbols p"),
        (lambda S, Y: Y * (sigma(S) - 1) / Y.size, "term with (1 − y)"),
        (lambda S, Y: (sigma(S) - 1) / Y.size, "1 is subtracted"),
        (lambda S, Y: sigma(S) * (1 - sigma(S)) * (sigma(S) - Y), "The mean is missing, too"),
        (lambda S, Y: S - Y, "with the score"),
        (lambda S, Y: (sigma(S) - Y.T) / S.size, "shape"),
        (lambda S, Y: (sigma(S) - Y) / 5, "factor that changes"),
    ],
    "BACKWARD": [
        # The parts that are right do not follow from the one that is wrong.
        (way_back(lambda h, p, y: p * h), "subtract the truth y. See"),
        (way_back(lambda h, p, y: (p - y) * h / 2), "constant factor, 0.5"),
    ],
    "BEST_STEP": [
        (lambda e: e**0.4, "machine precision|drift away"),
        (lambda e: e**0.3, "drift away"),
        (lambda e: np.cbrt(e) / 10, "too small"),
        (lambda e: e**1 / 3, "** binds more tightly"),
        (lambda e: 2.2e-16 ** (1 / 3), "A fixed step"),
        (lambda e: 0.3, "does not depend on precision"),
        (lambda e: e**0.8, "too small"),
    ],
    "JACOBIAN": [
        (lambda x: np.array([[x[1], x[0], 0, 0], [1, 0, 1, 0], [0, 1, 0, 0]], float),
     "x[0] is an array: write x[0, 0]"),
        (lambda x: np.array([[x[4, 0]]]), "Python counts from 0"),
        (lambda x: np.array([[..., 1]]), "three dots"),
        (lambda x: np.array([["x2", "x1"]]), "an array of strings"),
        (lambda x: np.array([[a_symbol, 1]]), "symbols p"),
        (lambda x: g_rows(x, order=(1, 0, 2)), "Two rows have changed places"),
        (lambda x: g_rows(x, order=(2, 0, 1)), "Two rows have changed places|row i belongs"),
        (lambda x: g_rows(x, at=0), "cosine is taken at the wrong place"),
        (lambda x: g_rows(np.ones((4, 1))), "does not depend on x"),
    ],
    "RELU_PRIME": [
        (lambda z: np.clip(z, 0, 1), "grows from 0 to 1"),
        (lambda z: z > 0.5, "jump is in the wrong place"),
        (lambda z: z >= 1, "jump is in the wrong place"),
        (lambda z: np.isin(z, [1, 2, 3]), "all zeros"),
        (lambda z: np.array([[float(v > 0) for v in r] for r in z]), "z ("),
        (lambda z: np.maximum(z, 0) / z, "NaN"),
        (lambda z: 1.0 if z > 0 else 0.0, "choose entry by entry"),
        (lambda z: np.where(z > 0, 1.0, 0.2), "leaky"),
        (lambda z: np.where(z > 0, 1.0, 0.7), "entries differ"),
    ],
    "SCORE_BY_U": [
        (lambda x, W, b, u: (1 - np.tanh(np.tanh(W @ x + b)) ** 2).T, "f′, taken at h"),
        (lambda x, W, b, u: (u * slope_at(W @ x + b)).T @ W, "∂s/∂x"),
        (lambda x, W, b, u: np.tanh(W.T @ x + b).T, "swapped"),
        (lambda x, W, b, u: np.tanh(W @ x + b.ravel()), "broadcast to a square"),
        (lambda x, W, b, u: sigma(W @ x + b).T, "entries differ"),
    ],
    "BRACKETING": [
        (lambda p, q, r, t: "right" if p * q * r + p * r * t > q * r * t + p * q * t else None,
     "every branch"),
        (lambda p, q, r, t: "left" if p * q < r * t else "right", "Wrong on"),
        (lambda p, q, r, t: p * q * r, 'expected "left" or "right"'),
    ],
    "THREE_WAYS": [
        # numpy before 2.4 takes an array with one entry for a number.
        (in_loops(lambda d, x, i, j: d[i] * x[j]), "delta[0, 0]|: right"),
        (in_loops(lambda d, x, i, j: int(d[i, 0] * x[j, 0])), "cut to whole numbers"),
        (in_loops(lambda d, x, i, j: d[i, 0] * x[j, 0] * (i + 1 < len(d))), "last row is"),
        (lambda d, x: d @ x.T, "in this order"),
        (only(2, lambda d, x: d @ x), ".T missing"),
        (only(1, lambda d, x: d @ (x.T**2)), "by_outer has the right shape"),
    ],
    "REFOLD": [
        (lambda V: V.ravel(order="F").reshape(3, 4), "one size"),
        (lambda V: np.vstack([V, V])[: len(V) + 1], "shape"),
    ],
    "BIAS_OF_BATCH": [
        (lambda D: D.sum(axis=2), "two axes: 0 runs down its rows"),
        (lambda D: sum(D[:, [k]] for k in range(5)), "one size"),
        (lambda D: sum(D[:, [k]] for k in range(min(5, D.shape[1]))), "some inputs only"),
        (lambda D: D.sum(axis=1) - 0 * D.sum(axis=1, keepdims=True), "broadcast to a square"),
        (lambda D: D.sum(axis=1, keepdims=True) / 0, "infinite"),
        (lambda D: "Delta.sum", "numbers are expected"),
        (lambda D, b: D, "is called with Delta, in this order"),
        (lambda D: D.prod(axis=1, keepdims=True), "entries differ"),
        (lambda D: as_column(D.sum(axis=1)), "imported in this notebook"),  # noqa: F821
    ],
    "WAY_BACK": [
        (with_step(lambda W, D, slope: W.T @ D), "f′ is forgotten"),
        (with_step(lambda W, D, slope: W @ D * slope), "without its transpose"),
        (with_step(lambda W, D, slope: D), "not carried on"),
        (with_step(lambda W, D, slope: W.T @ D + slope), "right for len(layers) = 1,"),
        (lambda layers, *a: solution("WAY_BACK")([layers[-1], *layers[:-1]], *a),
         "W of another layer"),
        (lambda *a: [part for pair in solution("WAY_BACK")(*a) for part in pair],
         "one pair (dW, db) for each"),
        (lambda *a: dict(enumerate(solution("WAY_BACK")(*a))), "a list of arrays is expected"),
        (lambda *a: solution("WAY_BACK")(*a)[::-1], "order is reversed"),
        (lambda layers, h, z, D, f_prime: [layers.pop()], "changes its input layers"),
        (lambda layers, h, z, D, f_prime: solution("WAY_BACK")(layers[-2:], h[-2:], z[-2:], D,
         f_prime), "some inputs only"),
    ],
    "HUNT": [
        ({"A": 4, "B": 2, "C": 4, "D": 1, "E": 5}, "Line 4 of pass A is right"),
        ((5, 2, 4, 2, 5), "Line 2 of pass D is right"),
        ({"A": 6, "B": 2, "C": 4, "D": 1, "E": 5}, "numbered 1 to 5"),
        ((0, 1, 2, 3, 4), "numbered 1 to 5"),
        ({"A": "5", "B": 2, "C": 4, "D": 1, "E": 5}, "one number is expected"),
        ({"A": 5, "B": 2}, "one entry for each of A, B, C, D, E"),
    ],
    "SOFTMAX_BACK": [
        (lambda P, G: np.diagflat(P) @ G, "inner sizes must agree"),
        (lambda P, G: P * (G - P @ G), "inner sizes must agree"),
        (lambda P, G: P * (G - (P * G).sum(axis=1)), "both shapes must agree"),
        (lambda P, G: P * ((P * G).sum(axis=0) - G), "wrong sign"),
        (lambda P, G: P * (G - (P * G).mean(axis=0)), "nothing is divided by K"),
        (lambda P, G: P * (1 - P), "entries differ"),
    ],
    "LOSS_BY_SCORES": [
        (lambda S, labels: sigma(S) - labels, "entries differ"),
        (lambda S, labels: np.exp(S) / np.exp(S).sum(axis=0) - np.eye(len(S))[:, labels],
     "1/B is missing"),
        (lambda S, labels: (np.exp(S) / np.exp(S).sum(axis=0) - np.eye(len(S))[:, labels])
     / S.shape[1], "right for some inputs only"),
        (lambda S, labels: softmax_of(S) - np.eye(len(S))[labels], "both shapes must agree"),
        (lambda S, labels: (np.eye(len(S))[:, labels] - softmax_of(S)) / S.shape[1],
     "wrong sign"),
        (lambda S, labels: (softmax_of(S) - np.eye(5)[:, labels]) / S.shape[1], "one size"),
        (lambda S, labels: -np.log(softmax_of(S)[labels, range(S.shape[1])] + 1e-300).mean(),
     "a bare number"),
    ],
    "BAG_OF_WORDS": [
        (lambda ids, delta, V: (np.bincount(ids, minlength=V)[:, None] @ delta.T).T / len(ids),
     "transposed"),
        (lambda ids, delta, V: np.outer(np.unique(ids), delta), "shape"),
        (lambda ids, delta, V: np.zeros((V, len(delta))), "all zeros"),
        (lambda ids, delta, V: np.add.at(np.zeros((V, len(delta))), ids, delta.T),
     "is a return missing"),
    ],
    "MEET_AT": [
        (lambda widths, k: 0, "all zeros"),
        (lambda widths, k: count_middle(widths, k) + 1, "too large"),
        (lambda widths, k: widths[-1] * widths[0], "too small"),
        (lambda widths, k: math.prod(widths), "too large"),
        (lambda widths, k: -count_middle(widths, k), "wrong sign"),
    ],
    "SHARES_BACK": [
        (lambda X, G: X / X.sum(axis=0), "Y itself"),
        (lambda X, G: (G - G * X / X.sum(axis=0)) / X.sum(axis=0), "diagonal of each Jacobian"),
        (lambda X, G: G / X, "entries differ"),
        (lambda X, G: G - (G * X).sum(axis=0) / X.sum(axis=0), "division by the column's sum"),
        (lambda X, G: G @ X.T, "shape"),
    ],
    "TWICE_BACK": [
        (lambda A, C, x: A.T @ (A @ x) + C.T @ (C @ x), "changed places"),
        (lambda A, C, x: A @ x * 2, "shape"),
        (lambda A, C, x: (A @ x) @ C + (C @ x) @ A, "inner sizes must agree"),
        (lambda A, C, x: (x.T @ (A.T @ C + C.T @ A)), "transposed"),
        (lambda A, C, x: 2 * (A.T @ C + C.T @ A) @ x, "constant factor, 2"),
    ],
    "CURVATURE_ALONG": [
        (lambda w, X, v: X @ (sigma(w.T @ X) * (X.T @ v)) / X.shape[1], "shape"),
        (lambda w, X, v: X @ (X.T @ v), "entries differ|changes with the size"),
        (lambda w, X, v: (X @ sigma(w.T @ X).T) / X.shape[1], "entries differ"),
        (lambda w, X, v: -X @ ((sigma(w.T @ X) * sigma(-w.T @ X)).T * (X.T @ v)) / X.shape[1],
     "wrong sign"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "answer", "phrase"),
    [pytest.param(name, *row, id=f"{name} {row[1]}") for name in TRIED for row in TRIED[name]],
)
def test_what_readers_tried_is_answered_as_meant(name, answer, phrase):
    for seed in range(3):
        text = verdict(NUMBER[name], answer, seed=seed).text
        assert any(way in text for way in phrase.split("|")), text
        own = text.replace("name 'as_column'", "")
        assert "cannot be compared" not in own and "as_column" not in own


# --- the checking itself --------------------------------------------------------------------


def test_an_unknown_number_raises_and_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"number is '5z', expected one of 1a, .*, 5"):
        check("5z", ...)
    with pytest.raises(ValueError, match="draws is 0"):
        check("5c", SOLUTIONS["5c"], draws=0)


def test_an_answer_that_breaks_the_comparison_is_refused(monkeypatch):
    monkeypatch.setattr(checking, "_close", lambda *a: 1 / 0)
    found = verdict("5c", SOLUTIONS["5c"])
    assert found.kind == "wrong" and "cannot be compared" in found.text


def test_what_a_function_prints_is_shown_once(capsys):
    check("5c", lambda Delta: [print("here"), SOLUTIONS["5c"](Delta)][1])
    assert capsys.readouterr().out.count("here") == 1


def test_draws_are_of_many_sizes_and_never_square():
    for number, exercise in EXERCISES.items():
        draws = [exercise.draw(np.random.default_rng(k)) for k in range(40) if exercise.draw]
        shapes = [tuple(np.shape(a) for a in d if isinstance(a, np.ndarray)) for d in draws]
        assert all(len(set(a)) == len(a) or min(a) == 1 for d in shapes for a in d), number
        assert not any(shapes) or len(set(shapes)) >= 5 or number == "4b"


@pytest.mark.parametrize(("differ", "named"), [(2, False), (3, True)])
def test_a_mistake_is_named_only_if_it_often_differs_from_the_truth(monkeypatch, differ, named):
    exercise = Exercise(
        section="1.1",
        kind="number",
        draw=lambda rng, seen=iter(range(99)): (next(seen),),  # noqa: B008
        truth=lambda k: 5.0,
        mistakes=(Mistake("Named.", lambda k: 5.0 + (k < differ)),),
    )
    monkeypatch.setitem(EXERCISES, "0", exercise)
    assert ("Named." in verdict("0", lambda k: 5.0 + (k < differ)).text) == named


PASS = Exercise(  # a function of a list of layers, which gives a list of arrays
    section="5.1",
    kind="arrays",
    draw=lambda rng: (
        [Affine(rng.random((3, 2)), rng.random((3, 1)))] * int(rng.integers(1, 4)),
    ),
    truth=lambda layers: [part for layer in layers for part in layer],
    mistakes=(Mistake("Doubled.", lambda layers: [(2 * W, 2 * b) for W, b in layers]),),
)


@pytest.mark.parametrize(
    ("answer", "phrase"),
    [
        (lambda layers: layers, "right, on 20"),
        (lambda layers: [(2 * W, 2 * b) for W, b in layers], "Doubled."),
        (lambda layers: layers[:1], "right for len(layers) = 1, wrong for"),
        (lambda layers: [*layers, *layers], " arrays, expected "),
        (lambda layers: [(W.T, b) for W, b in layers], "(2, 3), expected (3, 2)"),
        (lambda layers: [(W, b + 1) for W, b in layers], "the arrays [1"),
        (lambda layers: layers.pop(), "changes its input layers"),
    ],
)
def test_an_answer_may_be_a_list_of_layers(monkeypatch, answer, phrase):
    monkeypatch.setitem(EXERCISES, "0", PASS)
    assert phrase in verdict("0", answer).text, verdict("0", answer).text
