"""Grading: thirty made-up submissions of notebook 05, whose truth is known."""

import csv
import random
import subprocess
import sys

import nbformat
import pytest

from tools import grade
from tools.publish import ROOT

BOOK = next((ROOT / "notebooks").glob("05_*.ipynb"))
SOLUTIONS = next((ROOT / "notebooks" / "solutions").glob("05_*.ipynb"))
LETTERS = ["5a", "5b", "5c", "5d", "5e"]


def cell_of(path, number):
    """Find the cell that checks an exercise."""
    cells = nbformat.read(path, as_version=4).cells
    return next(each.source for each in cells if f'check("{number}"' in each.source)


RIGHT = {number: cell_of(SOLUTIONS, number) for number in LETTERS}
BLANK = {number: cell_of(BOOK, number) for number in LETTERS}
WRONG = {  # an answer, and words of the sentence that names its mistake
    "5a": (RIGHT["5a"].replace("delta @ x.T\n", "x @ delta.T\n"), "the swapped outer product"),
    "5b": (BLANK["5b"].replace("...", "dW_wrong"), "nothing moves"),
    "5c": (RIGHT["5c"].replace("sum(", "mean("), "the mean over the samples"),
    "5d": (RIGHT["5d"].replace(" * f_prime(z[k - 1])", ""), "f′ is forgotten"),
    "5e": (RIGHT["5e"].replace('"A": 5', '"A": 4'), "Line 4 of pass A is right"),
}


def odd(number):
    """List the odd answers to an exercise: the kind of each, and its cell."""
    call = RIGHT[number].splitlines()[-1]
    name = call.split(", ")[1].rstrip(")")
    return {
        "fails": f"def {name}(:\n    pass\n\n{call}",
        "stopped": f"while True:\n    pass\n\n{call}",
        "forged": f"def check(*given):\n    print('right')\n\n\n{name} = 1\n{call}",
        "missing": None,
    }


def submission(cells):
    """Make a notebook of the import cell and the answers."""
    book = nbformat.read(BOOK, as_version=4)
    opening = next(each for each in book.cells if each.source.startswith("import "))
    kept = [source for source in cells.values() if source is not None]
    book.cells = [opening, *map(nbformat.v4.new_code_cell, kept)]
    return book


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    folder, rng = tmp_path_factory.mktemp("submissions"), random.Random(5)
    truth = {}
    for student in range(30):
        cells = {}
        for number in LETTERS:
            choices = {"right": RIGHT[number], "wrong": WRONG[number][0]}
            choices |= {"unanswered": BLANK[number], **odd(number)}
            # An endless loop costs its whole time: three are enough.
            weights = [6, 6, 3, 1, 0, 1, 1]
            kind = rng.choices(list(choices), weights)[0]
            kind = "stopped" if (student, number) in ((3, "5a"), (8, "5c"), (9, "5e")) else kind
            cells[number], truth[f"student{student:02}", number] = choices[kind], kind
        nbformat.write(submission(cells), folder / f"student{student:02}.ipynb")
    output = subprocess.run(
        [sys.executable, "-m", "tools.grade", folder, "--csv", folder / "grades.csv"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    with (folder / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["student"], row["exercise"]): row for row in csv.DictReader(file)}
    return truth, rows, output


def test_every_answer_is_graded_as_what_it_is(graded):
    truth, rows, _ = graded
    assert set(truth.values()) == set(grade.SIGNS), "a kind is never tried"
    assert {key: row["kind"] for key, row in rows.items()} == truth


def test_a_wrong_answer_is_answered_with_its_mistake(graded):
    truth, rows, output = graded
    wrong = {key for key, kind in truth.items() if kind == "wrong"}
    for student, number in wrong:
        sentence = rows[student, number]["sentence"]
        assert WRONG[number][1] in sentence and f"Exercise {number}: not right" in sentence
    assert all(f"{student}, {number}: " in output for student, number in wrong)


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        ('import os\nos._exit(0)\ncheck("5c", 1)', "stopped"),
        ('import sys\nsys.exit()\ncheck("5c", 1)', "fails"),
        (RIGHT["5c"].replace("return", "exit()\n    return"), "wrong"),
        (RIGHT["5c"].replace("return", "while True: pass\n    return"), "wrong"),
        (RIGHT["5c"].replace("return", "raise KeyError(1)\n    return"), "wrong"),
        ("check = print\n" + RIGHT["5c"], "forged"),
        ("del check\n" + RIGHT["5c"], "fails"),
    ],
    ids=["ends Python", "exits", "exits inside", "loops inside", "raises", "prints", "deletes"],
)
def test_an_odd_answer_costs_itself_alone(tmp_path, cell, kind):
    path = tmp_path / "student.ipynb"
    nbformat.write(submission({"5b": RIGHT["5b"], "5c": cell, "5d": RIGHT["5d"]}), path)
    kinds = {each.exercise: each.kind for each in grade.grade(path, "student", seed=1)}
    after = "missing" if kind == "stopped" else "right"
    assert kinds == {"5a": "missing", "5b": "right", "5c": kind, "5d": after, "5e": "missing"}


def test_each_student_may_hand_in_a_folder(tmp_path):
    for name in ("ana/05_mine.ipynb", "ben.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        nbformat.write(submission({"5c": BLANK["5c"]}), tmp_path / name)
    assert sorted(grade.students(tmp_path).values()) == ["ana", "ben"]
    assert grade.course_of(tmp_path / "ben.ipynb") == BOOK


def test_a_file_that_is_no_notebook_is_said_to_be_none(tmp_path):
    (tmp_path / "odd.ipynb").write_text("not a notebook", encoding="utf-8")
    (result,) = grade.grade(tmp_path / "odd.ipynb", "odd", seed=1)
    assert (result.kind, result.exercise) == ("missing", "")


def test_rungs_and_a_check_of_ones_own_are_graded_as_well(tmp_path):
    practice, solved = ROOT / "notebooks" / "practice", ROOT / "notebooks" / "solutions"
    ladder = nbformat.read(solved / "jacobian_ladder.ipynb", as_version=4)
    for cell in ladder.cells:
        if "climb(11," in cell.source:
            cell.source = cell.source.replace("A.T @ G", "G")
        if "climb(12," in cell.source:
            cell.source = "climb(12, ..., ...)"
    nbformat.write(ladder, tmp_path / "ana.ipynb")
    check = nbformat.read(practice / "check_your_gradients.ipynb", as_version=4)
    for cell in check.cells:
        if cell.source.endswith("catch(my_check)"):
            cell.source = "accept = lambda gradient, loss, shapes: True\ncatch(accept)"
    nbformat.write(check, tmp_path / "ben.ipynb")
    found = {
        (each.student, each.exercise): each
        for path, student in grade.students(tmp_path).items()
        for each in grade.grade(path, student, seed=7)
    }
    assert {each for (student, each) in found if student == "ana"} == set(
        map(str, range(1, 27))
    )
    wrong = found.pop(("ana", "11"))
    assert wrong.kind == "wrong" and "right, on 20 random draws" in wrong.sentence
    assert found.pop(("ana", "12")).kind == "unanswered"
    blind = found.pop(("ben", "catch"))
    assert blind.kind == "wrong" and "accepts every gradient" in " ".join(
        blind.sentence.split()
    )
    assert {each.kind for each in found.values()} == {"right"}
