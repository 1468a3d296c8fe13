"""Every exercise: what the check says of its starter, of blank, wrong and right answers."""

from __future__ import annotations

import re
import sys
from collections import Counter

import nbformat
import numpy as np
import pytest
import sympy
from wrong_answers import WRONG, swapped_rows, true_window

from helpers.activations import sigmoid, tanh
from helpers.exercises import check, verdict
from helpers.exercises.mistakes import EXERCISES, Mistake
from helpers.network import forward, linear_probe
from tools.publish import NOTEBOOKS

exercises = sys.modules["helpers.exercises.check"]
MAIN = sorted(NOTEBOOKS.glob("*.ipynb"))
CHECK = re.compile(r'^check\("(\w+)", (.+)\)$', re.MULTILINE)


def handed_in(paths):
    """Run the cells that call ``check``, and collect what they hand in."""
    answers = {}
    for path in paths:
        given = {"np": np}
        cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
        if path.parent != NOTEBOOKS:  # a solution may need what its notebook imports
            exec(cells[0].source, given)
        for cell in cells:
            if CHECK.search(cell.source):
                exec(cell.source, given | {"check": answers.__setitem__})
    return answers


STARTERS = handed_in(MAIN)
SOLUTIONS = handed_in([path.parent / "solutions" / path.name for path in MAIN])
every_exercise = pytest.mark.parametrize("number", EXERCISES)


# --- the notebooks --------------------------------------------------------------------------


def test_every_exercise_stands_in_its_notebook_and_has_a_solution():
    assert list(STARTERS) == list(EXERCISES) == list(SOLUTIONS)
    per_notebook = Counter(number[0] for number in EXERCISES)
    assert set(per_notebook) == set("12345")
    assert all(3 <= count <= 5 for count in per_notebook.values())


@every_exercise
def test_an_exercise_has_a_heading_a_collapsed_hint_and_a_claim_of_its_notebook(number):
    path = next(path for path in MAIN if path.name[1] == number[0])
    cells = nbformat.read(path, as_version=4).cells
    (k,) = [k for k, c in enumerate(cells) if c.source.startswith(f"### Exercise {number}\n")]
    assert "<details>\n<summary>Hint</summary>\n\n" in cells[k].source
    assert cells[k].source.endswith("\n\n</details>")
    before_hint = cells[k].source.partition("<details>")[0]
    assert "Hint" not in before_hint
    assert CHECK.search(cells[k + 1].source)[1] == number
    claim = EXERCISES[number].claim
    assert any(cell.source.startswith(f"## {claim} ") for cell in cells)
    assert [o.text for o in cells[k + 1].outputs] == [verdict(number, ...).text + "\n"]


@every_exercise
def test_every_hint_points_to_a_claim_that_exists(number):
    headings = {
        claim
        for path in MAIN
        for cell in nbformat.read(path, as_version=4).cells
        for claim in re.findall(r"^## (\d\.\d) ", cell.source, re.MULTILINE)
    }
    for mistake in EXERCISES[number].mistakes:
        named = re.findall(r"\d\.\d", mistake.hint)
        assert named and set(named) <= headings, mistake.hint


# --- not answered ---------------------------------------------------------------------------


@every_exercise
def test_a_starter_is_not_answered_yet(number, capsys):
    check(number, STARTERS[number])
    said = capsys.readouterr().out
    assert said == (
        f"Exercise {number}: not answered yet. Replace the three dots and run the cell again.\n"
    )


@every_exercise
def test_a_missing_return_is_not_answered_yet(number):
    nothing = (lambda *inputs: None) if EXERCISES[number].draw else None
    found = verdict(number, nothing)
    assert found.kind == "unanswered" and "return" in found.text


def test_dots_left_inside_are_not_answered_yet():
    assert verdict("5c", lambda Delta: Delta + ...).kind == "unanswered"
    assert verdict("5d", lambda *a: (..., a[5])).kind == "unanswered"
    assert verdict("3c", {"x": (350, 1), "W": ...}).kind == "unanswered"


@every_exercise
def test_a_blank_or_zero_answer_is_refused(number):
    exercise = EXERCISES[number]
    blanks = [0, 0.0, np.zeros((1, 1)), "", [], (), {}, np.zeros((3, 4))]
    parts = len(exercise.parts)
    for blank in blanks:
        answer = blank if parts == 1 else (blank,) * parts
        found = verdict(number, (lambda *a, v=answer: v) if exercise.draw else answer)
        assert found.kind == "wrong", (blank, found.text)


# --- wrong answers --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "answer", "phrase"),
    [(number, answer, phrase) for number, _, answer, phrase in WRONG],
    ids=[f"{number} {name}" for number, name, *_ in WRONG],
)
def test_a_wrong_answer_is_refused_and_named(number, answer, phrase):
    for seed in (0, 1, 2):
        found = verdict(number, answer, seed=seed)
        assert found.kind == "wrong", found.text
        assert re.search(r"[Ss]ection \d\.\d", found.text), found.text
        assert "cannot be compared" not in found.text
        if phrase is None:
            assert re.search(r"entries differ|[Ww]rong on \d+ of|wrong word", found.text), (
                found.text
            )
        else:
            assert any(way in found.text for way in phrase.split("|")), found.text


def test_every_mistake_of_the_list_has_been_made_by_somebody():
    said = {
        number: {verdict(number, answer).text for n, _, answer, _ in WRONG if n == number}
        for number in EXERCISES
    }
    for number, exercise in EXERCISES.items():
        for mistake in exercise.mistakes:
            assert any(mistake.hint in text for text in said[number]), (number, mistake.hint)


def test_the_count():
    named = [entry for entry in WRONG if entry[3] is not None]
    print(
        f"{len(EXERCISES)} exercises, {len(WRONG)} wrong answers tried, all refused, "
        f"{len(named)} of them named"
    )
    assert len(EXERCISES) >= 20 and len(WRONG) >= 300 and len(named) >= 0.95 * len(WRONG)
    assert min(Counter(number for number, *_ in WRONG).values()) >= 8


# --- right answers --------------------------------------------------------------------------


@every_exercise
def test_the_solution_is_right_on_many_draws(number, capsys):
    check(number, SOLUTIONS[number])
    assert capsys.readouterr().out.startswith(f"Exercise {number}: right")
    for seed in (1, 2, 3):
        found = verdict(number, SOLUTIONS[number], draws=50, seed=seed)
        assert found.kind == "right", found.text


def loop_collapse(W1, b1, W2, b2, W3, b3):
    """Collapse layer by layer."""
    W, b = np.eye(W1.shape[1]), np.zeros((W1.shape[1], 1))
    for W_k, b_k in ((W1, b1), (W2, b2), (W3, b3)):
        W, b = W_k @ W, W_k @ b + b_k
    return [W, b]


def loop_window(words, place, size):
    """Cut a window word by word."""
    found = []
    for k in range(place - size // 2, place + size // 2 + 1):
        found.append(words[k] if 0 <= k < len(words) else "<pad>")
    return tuple(found)


def block_swap(x, i, j, d):
    """Swap two slices of a copy."""
    y = x.copy()
    y[i * d : i * d + d], y[j * d : j * d + d] = x[j * d : j * d + d], x[i * d : i * d + d]
    return y


def loop_fold(V):
    """Repair the fold number by number."""
    m, n = V.shape
    numbers = [V[k % m, k // m] for k in range(m * n)]
    return np.array(numbers).reshape(m, n)


def loop_bias(Delta):
    """Add up the columns in a loop."""
    db = np.zeros((len(Delta), 1))
    for k in range(Delta.shape[1]):
        db += Delta[:, [k]]
    return db


def long_deltas(x, W1, b1, W2, b2, u):
    """Multiply the Jacobians in full, as rows, with 1 − h² for f′."""
    h1 = np.tanh(W1 @ x + b1)
    h2 = np.tanh(W2 @ h1 + b2)
    row_2 = u.T @ np.diagflat(1 - h2**2)
    row_1 = row_2 @ W2 @ np.diagflat(1 - h1 * h1)
    return row_1.T, row_2.T


def jacobian_by_differences(x):
    """Fill the Jacobian with central differences."""

    def g(v):
        return np.vstack([v[0] * v[1], v[0] + v[2], np.sin(v[1])])

    columns = []
    for k in range(4):
        e = np.zeros((4, 1))
        e[k] = 1e-6
        columns.append((g(x + e) - g(x - e)) / 2e-6)
    return np.hstack(columns)


def relu_loop(z):
    """Decide entry by entry."""
    out = np.empty(z.shape, dtype=int)
    for index, value in np.ndenumerate(z):
        out[index] = 1 if value > 0 else 0
    return out


def in_float32(function):
    """Round all inputs to float32 first, so that everything is computed in it."""
    return lambda *inputs: function(*(np.asarray(a, dtype=np.float32) for a in inputs))


def xor(W, b, u):
    """Answer with weights for XOR."""
    return lambda: (np.array(W), np.array(b).reshape(2, 1), np.array(u).reshape(2, 1))


def columns_of_ones(m, n, rng):
    """Break the symmetry by W alone, with a generator of one's own."""
    return np.random.default_rng(1).random((m, n)), np.zeros((m, 1)), np.ones((m, 1))


DIFFERENTLY = [
    ("1a", "W alone", columns_of_ones),
    ("1a", "biases alone", lambda m, n, rng: (
        np.ones((m, n)), np.arange(m).reshape(m, 1) / m, np.ones((m, 1)))),
    ("1a", "u alone", lambda m, n, rng: (
        np.ones((m, n)), np.zeros((m, 1)), np.linspace(-1, 1, m).reshape(m, 1))),
    ("1a", "float32", lambda m, n, rng: tuple(
        rng.standard_normal(s, dtype=np.float32) for s in ((m, n), (m, 1), (m, 1)))),
    ("1a", "whole numbers", lambda m, n, rng: (
        np.arange(m * n).reshape(m, n), np.zeros((m, 1), int), np.ones((m, 1), int))),
    ("1b", "by lstsq", lambda L, X, y, k: np.mean(
        (np.vstack([forward(L, X, tanh).h[k], np.ones((1, y.size))]).T
         @ np.linalg.lstsq(np.vstack([forward(L, X, tanh).h[k], np.ones((1, y.size))]).T,
                           2.0 * y.T - 1, rcond=None)[0] > 0) == y.T)),
    ("1b", "as a matrix", lambda L, X, y, k: np.array([[linear_probe(
        [X, tanh.f(L[0].W @ X + L[0].b),
         tanh.f(L[1].W @ tanh.f(L[0].W @ X + L[0].b) + L[1].b)][k], y)]])),
    ("1c", "section 1.6", xor([[1, 1], [1, 1]], [0, -1], [1, -2])),
    ("1c", "large", xor([[40, -40], [-40, 40]], [-3.0, -3.0], [5, 7])),
    ("1c", "OR minus AND", xor([[1, 1], [2, 2]], [0, -2], [1, -1])),
    ("2a", "loop", loop_collapse),
    ("2a", "einsum", lambda W1, b1, W2, b2, W3, b3: (
        np.einsum("ij,jk,kl->il", W3, W2, W1),
        np.linalg.multi_dot([W3, W2, b1]) + W3 @ b2 + b3)),
    ("2a", "from the right", lambda W1, b1, W2, b2, W3, b3: (
        W3 @ (W2 @ W1), b3 + W3.dot(b2) + W3.dot(W2.dot(b1)))),
    ("2a", "float32", in_float32(lambda W1, b1, W2, b2, W3, b3: (
        W3 @ W2 @ W1, W3 @ W2 @ b1 + W3 @ b2 + b3))),
    ("2b", "power", lambda n: 2**0.5 * n**-0.5),
    ("2b", "0-d array", lambda n: np.array(1.4 / np.sqrt(n))),
    ("2c", "cosh", lambda z: 1 / np.cosh(z) ** 2),
    ("2c", "sigmoids", lambda z: 4 * sigmoid.f(2 * z) * (1 - sigmoid.f(2 * z))),
    ("2c", "helper", tanh.f_prime),
    ("2c", "product", lambda z: (1 - np.tanh(z)) * (1 + np.tanh(z))),
    ("2c", "float32", in_float32(lambda z: 1 - np.tanh(z) ** 2)),
    ("2c", "float16", lambda z: (1 - np.tanh(z.astype(np.float16)) ** 2)),
    ("2c", "differences", lambda z: (np.tanh(z + 1e-5) - np.tanh(z - 1e-5)) / 2e-5),
    ("2d", "three decimals", (-0.752, -0.170)),
    ("2d", "list", [-0.7518, -0.17]),
    ("2d", "numpy", (np.float64(-0.75179), np.array([-0.16997]))),
    ("3a", "loop", loop_window),
    ("3a", "array", lambda w, p, s: np.array(true_window(w, p, s))),
    ("3b", "slices", block_swap),
    ("3b", "rows", lambda x, i, j, d: swapped_rows(x.reshape(-1, d), i, j).reshape(-1, 1)),
    ("3b", "split", lambda x, i, j, d: np.vstack(
        [np.split(x, len(x) // d)[{i: j, j: i}.get(k, k)] for k in range(len(x) // d)])),
    ("3c", "numpy", {"x": np.zeros((350, 1)).shape, "W": (100, 7 * 50), "b": (100, 1),
                     "h": (100, 1), "u": (100, 1), "s": (1, 1)}),
    ("3d", "exp", lambda S, Y: (1 / (1 + np.exp(-S)) - Y) / S.shape[1]),
    ("3d", "loop", lambda S, Y: np.array(
        [[(sigmoid.f(S[0, k]) - Y[0, k]) / S.size for k in range(S.size)]])),
    ("3d", "two terms", lambda S, Y: (-Y * sigmoid.f(-S) + (1 - Y) * sigmoid.f(S)) / Y.size),
    ("3d", "float32", in_float32(lambda S, Y: (sigmoid.f(S) - Y) / S.shape[1])),
    ("4a", "cbrt", np.cbrt),
    ("4a", "three", lambda e: (3 * e) ** (1 / 3)),
    ("4a", "a power of ten", lambda e: 10.0 ** np.round(np.log10(e) / 3)),
    ("4b", "differences", jacobian_by_differences),
    ("4b", "filled", lambda x: np.vstack([
        np.hstack([x[[1]], x[[0]], [[0, 0]]]), [[1, 0, 1, 0]],
        np.hstack([[[0]], np.cos(x[[1]]), [[0, 0]]])])),
    ("4c", "comparison", lambda z: z > 0),
    ("4c", "whole numbers", lambda z: (z > 0).astype(int)),
    ("4c", "loop", relu_loop),
    ("4c", "heaviside", lambda z: np.heaviside(z, 0)),
    ("4c", "float32", in_float32(lambda z: np.where(z > 0, np.float32(1), np.float32(0)))),
    ("4d", "rows", lambda x, W, b, u: np.tanh(x.T @ W.T + b.T)),
    ("4d", "reshape", lambda x, W, b, u: np.tanh(W @ x + b).reshape(1, -1)),
    ("4d", "einsum", lambda x, W, b, u: np.tanh(np.einsum("ij,jk->ki", W, x) + b.T)),
    ("4d", "float32", in_float32(lambda x, W, b, u: np.tanh(W @ x + b).T)),
    ("4e", "divided", lambda p, q, r, t: (
        "left" if 1 / t + 1 / q < 1 / p + 1 / r else "right")),
    ("4e", "difference", lambda p, q, r, t: ["right", "left"][p*r*(q + t) - q*t*(r + p) < 0]),
    ("5a", "einsum", lambda d, x: (
        np.einsum("ik,jk->ij", d, x), np.multiply.outer(d[:, 0], x[:, 0]), d * x.T)),
    ("5a", "kron and dot", lambda d, x: (np.kron(d, x.T), np.outer(d, x.T), np.dot(d, x.T))),
    ("5a", "transposed twice", lambda d, x: [
        (x @ d.T).T, np.outer(x, d).T, np.matmul(d, x.T)]),
    ("5a", "the fold", lambda d, x: (
        (d.T @ np.kron(np.eye(len(d)), x.T)).reshape(len(d), len(x)),) * 3),
    ("5a", "float32", in_float32(lambda d, x: (d @ x.T, np.outer(d, x), d * x.T))),
    ("5b", "transpose", lambda V: V.T.reshape(V.shape)),
    ("5b", "flatten", lambda V: V.flatten("F").reshape(V.shape)),
    ("5b", "loop", loop_fold),
    ("5b", "float32", in_float32(lambda V: V.T.reshape(V.shape))),
    ("5c", "loop", loop_bias),
    ("5c", "ones", lambda D: D @ np.ones((D.shape[1], 1))),
    ("5c", "einsum", lambda D: np.einsum("ik->i", D)[:, np.newaxis]),
    ("5c", "reshape", lambda D: D.sum(1).reshape(-1, 1)),
    ("5c", "mean times B", lambda D: D.mean(axis=1, keepdims=True) * D.shape[1]),
    ("5c", "float32", in_float32(lambda D: D.sum(axis=1, keepdims=True))),
    ("5d", "Jacobians", long_deltas),
    ("5d", "float32", in_float32(long_deltas)),
    ("5e", "power", 8 * 4096**3),
    ("5e", "GiB", 512 * 2**30),
    ("5e", "rounded", 5.5e11),
    ("5e", "numpy", np.int64(8) * 4096 * 4096 * 4096),
]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "answer"),
    [(number, answer) for number, _, answer in DIFFERENTLY],
    ids=[f"{number} {name}" for number, name, _ in DIFFERENTLY],
)
def test_a_right_answer_written_differently_is_right(number, answer):
    for seed in (0, 1, 2):
        found = verdict(number, answer, draws=50, seed=seed)
        assert found.kind == "right", found.text


# --- the checking itself --------------------------------------------------------------------


def test_an_unknown_number_raises_and_lists_the_known_ones():
    with pytest.raises(ValueError, match=r"number is '5z', expected one of 1a, .*, 5e"):
        check("5z", ...)
    with pytest.raises(ValueError, match="draws is 0"):
        check("5c", SOLUTIONS["5c"], draws=0)


def test_the_same_answer_gets_the_same_sentence():
    for number, _, answer, _ in WRONG[::17]:
        assert verdict(number, answer).text == verdict(number, answer).text


def test_wild_answers_are_refused_without_a_warning():
    for value in (1e300, -1e300, 1e-300, float("nan"), float("inf"), 10**400):
        assert verdict("2b", lambda n, v=value: v).kind == "wrong"
        assert verdict("4a", lambda e, v=value: v).kind == "wrong"
        assert verdict("5e", value).kind == "wrong"
        assert verdict("2d", (value, value)).kind == "wrong"
    huge = verdict("1a", lambda m, n, rng: (np.full((m, n), 1e200),) + (np.ones((m, 1)),) * 2)
    assert huge.kind == "wrong"


def test_an_answer_that_breaks_the_comparison_is_refused(monkeypatch):
    monkeypatch.setattr(exercises, "_close", lambda *a: 1 / 0)
    found = verdict("5c", SOLUTIONS["5c"])
    assert found.kind == "wrong" and "cannot be compared" in found.text


def test_answers_of_a_strange_type_are_refused():
    for strange in (
        "text",
        b"",
        object(),
        {"a": 1},
        {1},
        range(3),
        sympy.Symbol("x"),
        [[1, 2], [3]],
    ):
        for number, exercise in EXERCISES.items():
            whole = strange if len(exercise.parts) == 1 else (strange,) * len(exercise.parts)
            answer = (lambda *a, v=whole: v) if exercise.draw else whole
            assert verdict(number, answer).kind == "wrong", (number, strange)
            if exercise.draw:
                assert "without calling it" in verdict(number, strange).text


@pytest.mark.parametrize(("differ", "named"), [(1, False), (2, False), (3, True), (20, True)])
def test_a_mistake_is_named_only_if_it_differs_from_the_truth_often_enough(differ, named):
    mistake = Mistake("", gives=lambda k: float(k < differ))
    cases = [exercises.Case((k,), (float(k < differ),), (0.0,)) for k in range(20)]
    assert exercises._shows(mistake, 0, cases) == named


def test_what_a_function_prints_is_shown_once(capsys):
    def talking(Delta):
        print("here")
        return Delta.sum(axis=1, keepdims=True)

    check("5c", talking)
    assert capsys.readouterr().out.count("here") == 1


def test_an_exception_is_explained_with_the_shapes_that_were_given():
    text = verdict("5c", lambda Delta: Delta @ Delta).text
    assert "raises ValueError" in text and re.search(r"Delta \(\d, \d\)", text)


def test_the_worst_entry_and_the_difference_are_told():
    def nearly(Delta):
        db = Delta.sum(axis=1, keepdims=True)
        db[0] += 0.25
        return db

    text = verdict("5c", nearly).text
    assert re.search(r" 1 of \d entries differ for Delta \(\d, \d\)", text), text
    assert "Entry [0, 0] is off the most, by 0.25" in text


def test_every_draw_of_an_exercise_has_another_size_and_none_is_square():
    for number, exercise in EXERCISES.items():
        if not exercise.draw:
            continue
        draws = [exercise.draw(np.random.default_rng(seed)) for seed in range(40)]
        arrays = [a for inputs in draws for a in inputs if isinstance(a, np.ndarray)]
        assert all(a.shape[0] != a.shape[1] for a in arrays if a.ndim == 2 and min(a.shape) > 1)
        if arrays and number != "4b":
            assert len({tuple(a.shape for a in inputs if isinstance(a, np.ndarray))
                        for inputs in draws}) >= 5  # fmt: skip


@every_exercise
def test_no_truth_depends_on_what_the_mistakes_say(number):
    """A mistake that gave the truth would refuse a right answer, or never be named."""
    exercise = EXERCISES[number]
    if not (exercise.truth and exercise.draw):
        return
    inputs = [exercise.draw(np.random.default_rng(seed)) for seed in range(20)]
    for mistake in exercise.mistakes:
        if mistake.gives and mistake.part is None:
            same = [
                exercises._close(mistake.gives(*draw), first, 1e-5)
                for draw in inputs
                for first in [exercise.truth(*draw)]
                if not isinstance(first, tuple)
            ]
            assert sum(same) <= len(same) - 3 or not same, mistake.hint
