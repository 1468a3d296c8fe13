"""Every exercise: its starter, its mistakes by their own wrong answers, slips, right answers."""

from __future__ import annotations

import re
import sys
import threading
from collections import Counter

import nbformat
import numpy as np
import pytest
import sympy

from helpers.activations import sigmoid, tanh
from helpers.exercises import check, verdict
from helpers.exercises.check import EXERCISES, SLIPS
from helpers.exercises.entry import Exercise, Mistake
from tools.publish import NOTEBOOKS

checking = sys.modules["helpers.exercises.check"]
MAIN = sorted(NOTEBOOKS.glob("0*.ipynb"))
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


def answer_of(exercise, gives, part=None):
    """Make a whole answer of what a mistake gives: its part beside the true other parts."""

    def answer(*inputs):
        given = gives(*inputs) if callable(gives) else gives
        if part is None:
            whole = len(exercise.parts) == 1 or isinstance(given, tuple | dict)
            return given if whole else (given,) * len(exercise.parts)
        truth = exercise.truth(*inputs)
        truth = truth if isinstance(truth, dict) else dict(zip(exercise.parts, truth))
        return tuple((truth | {part: given})[name] for name in exercise.parts)

    return answer if exercise.draw else answer()


# --- the notebooks --------------------------------------------------------------------------


def test_every_exercise_stands_in_its_notebook_and_has_a_solution():
    assert list(STARTERS) == list(EXERCISES) == list(SOLUTIONS)
    assert set(Counter(number[0] for number in EXERCISES)) == set("12345")


@every_exercise
def test_an_exercise_has_a_heading_a_collapsed_hint_and_a_section_of_its_notebook(number):
    path = next(path for path in MAIN if path.name[1] == number[0])
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


@every_exercise
def test_an_answer_of_none_or_blanks_is_not_right(number):
    exercise = EXERCISES[number]
    for blank in (None, 0, 0.0, "", [], (), {}, np.zeros((1, 1)), np.zeros((3, 4))):
        whole = blank if len(exercise.parts) == 1 else (blank,) * len(exercise.parts)
        found = verdict(number, (lambda *a, v=whole: v) if exercise.draw else whole)
        assert found.kind == ("unanswered" if blank is None else "wrong"), found.text


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
