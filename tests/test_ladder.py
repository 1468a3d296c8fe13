"""The ladder: its truth, its mistakes, right answers in unusual forms, count, picture."""

from __future__ import annotations

import inspect
import math
import re

import nbformat
import numpy as np
import pytest

from helpers.exercises import ladder
from helpers.exercises.check import judged
from helpers.exercises.ladder import climb, exercises, verdicts
from helpers.exercises.rungs import RUNGS
from helpers.numerical import central_difference
from tools.publish import NOTEBOOKS

LADDER, SOLVED = (
    nbformat.read(NOTEBOOKS / folder / "jacobian_ladder.ipynb", as_version=4).cells
    for folder in ("practice", "solutions")
)
NUMBERS = [number for number in RUNGS if number]


def defined(cells):
    """Run the cells that climb: the functions of each, by the number of its rung."""
    found = {}
    for cell in cells:
        if (
            call := re.search(r"^climb\((\d+), J, (\w+)(?:, of=(\w+))?\)$", cell.source, re.M)
        ) and (int(call[1]) in NUMBERS):
            names = {"np": np, "climb": lambda *a, of=None: None}
            exec(cell.source, names)
            names["gradient"] = names[call[2]]
            found[int(call[1])] = names | {"called": call[2], "of": names.get(call[3])}
    return found


STARTERS, SOLUTIONS = defined(LADDER), defined(SOLVED)
every_rung = pytest.mark.parametrize("number", NUMBERS)
both = pytest.mark.parametrize(
    ("number", "which"), [(number, which) for number in NUMBERS for which in (0, 1)]
)


def drawn(exercise, count=20):
    """Draw the inputs of an exercise."""
    return [exercise.draw(np.random.default_rng(seed)) for seed in range(count)]


def same(one, other):
    return len(one) == len(other) and all(
        a.shape == b.shape and np.allclose(a, b) for a, b in zip(one, other, strict=True)
    )


def told(number, which, answer, seed=5):
    """Say what is found of one of the two answers."""
    return judged(exercises(number)[which], "Rung", answer, 20, np.random.default_rng(seed))


# --- the rungs ------------------------------------------------------------------------------


@every_rung
def test_the_truth_is_the_slope_of_what_stands_in_the_notebook(number):
    rung, starter = RUNGS[number], STARTERS[number]
    for inputs in drawn(exercises(number)[0], 5):
        x, *rest = inputs[: len(rung.inputs)]
        y, J = starter["of"](x, *rest), rung.jacobian(*inputs)
        assert y.shape == rung.value(*inputs).shape and np.allclose(y, rung.value(*inputs))
        for k in range(y.size):
            row = central_difference(
                lambda x, k=k, rest=rest: starter["of"](x, *rest).flat[k], x
            )
            assert np.allclose(row.ravel(), J[k], atol=1e-6)
    assert list(inspect.signature(starter["J"]).parameters) == [*rung.inputs, *rung.gives]
    assert starter["called"] == SOLUTIONS[number]["called"] == rung.gradient


@every_rung
def test_a_rung_has_its_heading_its_par_and_a_collapsed_hint(number):
    (k,) = [
        k for k, cell in enumerate(LADDER) if cell.source.startswith(f"### Rung {number}. ")
    ]
    question, _, hint = LADDER[k].source.partition("<details>\n<summary>Hint</summary>\n\n")
    assert "Hint" not in question and hint.endswith("\n\n</details>")
    assert f"climb({number}, J, " in LADDER[k + 1].source
    at = dict.fromkeys(RUNGS[number].letters)
    at = {name: 11 + 3 * place for place, name in enumerate(at)}
    par = re.search(r"Par: \$(.+?)\$", question)[1].replace("^", "**")
    par = re.sub(r"(?<=[A-Za-z0-9])(?=[A-Za-z(])", "*", par)
    assert eval(par, {}, at) == RUNGS[number].par(**at)


def test_the_ladder_and_its_solutions_have_every_rung_in_its_order():
    assert list(STARTERS) == list(SOLUTIONS) == NUMBERS == list(range(1, 27))


# --- answers --------------------------------------------------------------------------------


@every_rung
def test_a_solution_is_right_and_at_par(number):
    for seed in range(3):
        of_J, of_dx, picture = verdicts(
            number, SOLUTIONS[number]["J"], SOLUTIONS[number]["gradient"], seed
        )
        assert of_J.kind == of_dx.kind == "right" and picture is None
        count, par = re.search(r"^(\d+) multiplications? at .*; par is (\d+)\.$", of_dx.text,
                               re.M).groups()  # fmt: skip
        assert count == par


def wrong_answers(number, which):
    """List the mistakes that change the answer, each answer once, under its first hint."""
    exercise = exercises(number)[which]
    inputs = drawn(exercise)
    truth = [exercise.truth(*each) for each in inputs]
    found = []
    for mistake in exercise.mistakes:
        try:
            given = [np.asarray(mistake.gives(*each)) for each in inputs]
        except Exception:
            continue  # it cannot be made here
        right = sum(same([a], [b]) for a, b in zip(given, truth, strict=True))
        if right <= 17 and not any(same(given, other) for _, other in found):
            found.append((mistake, given))
    return [mistake for mistake, _ in found]


@both
def test_at_least_six_mistakes_are_refused_and_named(number, which):
    mistakes = wrong_answers(number, which)
    assert len({mistake.hint for mistake in mistakes}) >= 6
    for mistake in mistakes:
        found = told(number, which, mistake.gives)
        assert found.kind == "wrong" and mistake.hint in found.text, (mistake.hint, found.text)
        assert not re.search(r"section \d|!", mistake.hint)


SLIPS = {
    "wrong sign": (lambda b: -b, "wrong sign"),
    "twice": (lambda b: 2 * b, "constant factor, 2|some inputs only"),
    "zeros": (lambda b: 0 * b, "all zeros"),
    "flat": (np.ravel, "1-D array"),
    "a list": (lambda b: b.tolist(), "np.array"),
    "a NaN": (lambda b: b + np.nan, "NaN"),
    "one entry off": (lambda b: b + np.eye(1, b.size).reshape(b.shape) / 4,
                      "entries differ|is too"),
}  # fmt: skip


@both
@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_that_any_answer_can_show_is_named(number, which, slip):
    change, phrase = SLIPS[slip]
    exercise = exercises(number)[which]
    if number == 4 and slip in ("wrong sign", "twice", "zeros"):
        return  # zero stays zero
    found = told(number, which, lambda *inputs: change(exercise.truth(*inputs)))
    own = any(mistake.hint in found.text for mistake in exercise.mistakes)
    assert found.kind == "wrong" and (own or re.search(phrase, found.text)), found.text


# Wrong answers as people write them, and what is to be said of them.
TRIED = [
    (1, 0, lambda x, a: np.eye(len(x), k=1) * a, "one column too far to the right"),
    (1, 1, lambda g, x, a: g / a, "a transpose is no inverse"),
    (3, 0, lambda X: np.eye(len(X)), "A row for each row of X"),
    (5, 0, lambda x: np.ones((len(x), 1)), "transposed"),
    (5, 1, lambda g, x: g, "g as it came"),
    (6, 1, lambda g, x: g * np.ones_like(x), "the slope of the sum"),
    (8, 1, lambda g, x: g, "g as it came"),
    (9, 1, lambda g, x, r: g.reshape(len(x), r).sum(axis=1, keepdims=True), "on the spot"),
    (9, 1, lambda g, x, r: g[: len(x)], "Only the first copy"),
    (10, 0, lambda x, c: np.kron(c, np.eye(len(x))), "The output is read column by column"),
    (11, 0, lambda X, A: np.kron(np.eye(X.shape[1]), A), "Input and output are read column"),
    (11, 1, lambda G, X, A: A @ G, "inner sizes must agree"),
    (11, 1, lambda G, X, A: (G.T @ A), "transposed"),
    (12, 0, lambda X, A: np.kron(np.eye(len(X)), A), "transposed"),
    (13, 1, lambda G, X: G.reshape(X.shape), "A reshape keeps the order"),
    (13, 1, lambda G, X: G, "g as it came"),
    (14, 0, lambda x, y: 1 - y * y, "diagonal alone, as a column"),
    (14, 1, lambda g, x, y: g * (1 - np.tanh(y) ** 2), "f′ is taken at f's value"),
    (15, 1, lambda g, x, A: g * (A @ x) + A @ (g * x), "on one of the two paths"),
    (16, 1, lambda g, x: np.where(g > 0, g, 0), "The gate is set by g"),
    (19, 1, lambda g, x, p: g * p * (1 - p), "Only the diagonal of J"),
    (19, 1, lambda g, x, p: p * g, "the part diag(p)"),
    (21, 1, lambda g, x: np.cumsum(g, axis=0), "J times g, which goes forward"),
    (22, 1, lambda g, x, k: np.correlate(g[:, 0], k[:, 0], "full").reshape(-1, 1), "flipped"),
    (23, 1, lambda g, x, y, s: g / s, "Mean and spread are held fixed"),
    (24, 1, lambda g, q, K, V, p: K.T @ (p * (V @ g)), "the part diag(p)"),
    (25, 1, lambda G, W, X, b, H: G @ X.T, "f′ is missing"),
    (25, 1, lambda G, W, X, b, H: (G * (1 - H * H)) @ X.T / X.shape[1], "here is a mean"),
    (26, 1, lambda g, W, x, U, h: g @ h.T, "the gradient of U"),
    (26, 1, lambda g, W, x, U, h: (U.T @ g) @ x.T, "f′ is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("number", "which", "answer", "phrase"), TRIED)
def test_what_readers_write_is_answered_as_meant(number, which, answer, phrase):
    for seed in range(3):
        found = told(number, which, answer, seed)
        assert found.kind == "wrong" and phrase in found.text, found.text


def step_by_step(number):
    """Write J column by column, as differences of the function."""
    rung = RUNGS[number]

    def J(x, *rest):
        own, columns = rest[: len(rung.inputs) - 1], []
        for k in range(x.size):
            e = np.zeros(x.size)
            e[k] = 1e-6
            e = e.reshape(x.shape)
            up, down = rung.of(x + e, *own), rung.of(x - e, *own)
            columns.append(((up - down) / 2e-6).ravel())
        return np.array(columns).T

    return J


def in_loops(J):
    """Copy a J entry by entry."""

    def filled(*inputs):
        matrix = J(*inputs)
        copy = np.zeros(matrix.shape)
        for i in range(len(matrix)):
            for j in range(matrix.shape[1]):
                copy[i, j] = math.fsum([matrix[i, j]])
        return copy

    return filled


@every_rung
def test_right_answers_in_unusual_forms_are_right(number):
    J, dx = SOLUTIONS[number]["J"], SOLUTIONS[number]["gradient"]

    def in_32(function):
        return lambda *a: function(*(v.astype("f4") if hasattr(v, "astype") else v for v in a))

    def by_sum(g, x, *rest):
        return np.einsum("k,kj->j", g.ravel(), J(x, *rest)).reshape(x.shape)

    for answer in (step_by_step(number), in_loops(J), in_32(J), lambda *a: np.matrix(J(*a))):
        assert told(number, 0, answer).kind == "right"
    for answer in (by_sum, in_32(dx), lambda *a: dx(*a) + 0):
        assert told(number, 1, answer).kind == "right"


UNUSUAL = {
    13: lambda G, X: np.swapaxes(G, 0, 1),
    19: lambda g, x, p: p * g - p * np.vdot(p, g),
    20: lambda g, x, y: g * np.exp(x) / np.exp(x).sum(),
    22: lambda g, x, k: np.convolve(g[:, 0], k[:, 0])[:, None],
    25: lambda G, W, X, b, H: sum(
        (G[:, [k]] * (1 - H[:, [k]] ** 2)) @ X[:, [k]].T for k in range(X.shape[1])
    ),
    26: lambda g, W, x, U, h: np.outer((1 - h**2) * (U.T @ g), x),
}


@pytest.mark.parametrize("number", UNUSUAL)
def test_gradients_written_otherwise_are_right_and_counted(number):
    text = verdicts(number, SOLUTIONS[number]["J"], UNUSUAL[number])[1].text
    assert "right, on 20" in text and "multiplications at" in text


# --- climbing -------------------------------------------------------------------------------


@every_rung
def test_a_starter_is_not_answered_yet(number, capsys):
    starter = STARTERS[number]
    climb(number, starter["J"], starter["gradient"], of=starter["of"])
    assert capsys.readouterr().out == (
        f"Rung {number}: not answered yet. Replace the three dots and run the cell again.\n"
    )


@every_rung
def test_a_gradient_at_the_price_of_J_is_refused_or_above_par(number):
    J = SOLUTIONS[number]["J"]
    _, found, _ = verdicts(
        number, J, lambda g, x, *rest: (g.reshape(1, -1) @ J(x, *rest)).reshape(x.shape)
    )
    count, par = map(int, re.search(r"(\d+) multiplications? at .*; par is (\d+)",
                                    found.text).groups())  # fmt: skip
    costly = count > par and len(J(*exercises(number)[0].draw(np.random.default_rng(0)))) > 1
    assert (found.kind == "wrong" and "at the price of J" in found.text) == costly


def test_more_than_par_is_right_and_less_is_said():
    J = SOLUTIONS[14]["J"]
    more = verdicts(14, J, lambda g, x, y: g - g * y * y * 1.0)[1]
    assert more.kind == "right" and "can you save some?" in more.text
    fewer = verdicts(
        17, SOLUTIONS[17]["J"], lambda g, x, r: x * (float(g[0, 0]) / float(r[0, 0]))
    )
    assert "you are under it" in fewer[1].text
    hidden = verdicts(1, ..., lambda g, x, a: np.asarray(g, float) * float(a))[1]
    assert "0 multiplications" in hidden.text and "A cast" in hidden.text
    uncounted = verdicts(16, J, lambda g, x: g * np.heaviside(x, 0))[1]
    assert uncounted.kind == "right" and "cannot be counted" in uncounted.text


@pytest.mark.parametrize(
    "J", [..., lambda x, a: x, lambda x, a: (a * np.eye(len(x))) @ np.eye(len(x))]
)
def test_the_price_of_J_is_refused_whatever_the_readers_own_J(J):
    found = verdicts(1, J, lambda g, x, a: (g.T @ (a * np.eye(len(x)))).T)[1]
    assert found.kind == "wrong" and "at the price of J" in found.text


@pytest.mark.parametrize("number", [n for n in RUNGS if n != 4])
def test_every_number_of_both_matrices_is_drawn(number):
    picture = verdicts(number, lambda *inputs: -RUNGS[number].jacobian(*inputs), ...)[2]
    written = [text.get_text() for text in picture.args[0].texts]
    numbers = [text for text in written if re.fullmatch(r"−?\d+\.\d\d", text)]
    sizes = [text.split(" × ") for text in written if re.fullmatch(r"\d+ × \d+", text)]
    assert len(sizes) == 3 and len(numbers) == sum(int(m) * int(n) for m, n in sizes)


def test_a_wrong_J_is_drawn_beside_the_true_one(capsys, monkeypatch):
    said = []
    monkeypatch.setattr(
        ladder.draw, "show", lambda figure, alt: said.append((alt, figure.says))
    )
    climb(1, lambda x, a: np.ones((len(x), len(x))) * a, STARTERS[1]["dx"])
    assert "6 of 9 entries marked as wrong" in said[0][0] and "yours (3 × 3)" in said[0][1]
    climb(1, lambda x, a: a * np.ones((len(x), 1)), STARTERS[1]["dx"])
    assert "another shape" in said[1][0]
    for odd in (lambda x, a: "text", lambda x, a: 1 / 0, lambda x, a: np.zeros((2, 2, 2)), 5):
        climb(1, odd, STARTERS[1]["dx"])
    assert len(said) == 2
    capsys.readouterr()


@pytest.mark.parametrize("other", [lambda x, a: a + x, lambda x, a: (a * x).T, lambda x: x])
def test_a_function_that_has_been_changed_is_noticed(other, capsys):
    climb(1, STARTERS[1]["J"], STARTERS[1]["dx"], of=other)
    assert "is not the function of this rung any more" in capsys.readouterr().out


def test_what_is_no_rung_is_refused():
    with pytest.raises(ValueError, match="number is 27, expected a rung from 0 to 26"):
        climb(27, None, None)
    with pytest.raises(ValueError, match="seed is -1"):
        climb(1, None, None, seed=-1)
