"""The instructor's guide: its minutes add up, its claims and its exercises exist."""

import re

import nbformat
import pytest
from test_notebooks import NUMBERED

from helpers.exercises.check import EXERCISES
from tools.publish import ROOT, notebooks

MAIN = {path.name[:2]: path for path in NUMBERED}
GUIDE = (ROOT / "TEACHING.md").read_text(encoding="utf-8")
LECTURES = re.findall(r"^## (0\d) · .+?\((\d+) minutes\)\n(.+?)(?=^## )", GUIDE, re.M | re.S)


def test_every_notebook_has_its_lecture():
    assert [number for number, *_ in LECTURES] == list(MAIN)


@pytest.mark.parametrize(("number", "minutes", "text"), LECTURES)
def test_a_lecture_adds_up_and_speaks_of_what_is_there(number, minutes, text):
    rows = re.findall(r"^\| (.+?) \| (\d+) \| (.*?) \|", text, re.M)
    assert sum(int(each) for _, each, _ in rows) == int(minutes)
    notebook = nbformat.read(MAIN[number], as_version=4)
    claims = re.findall(
        r"^## (\d\.\d) ", "\n".join(cell.source for cell in notebook.cells), re.M
    )
    assert re.findall(r"\b\d\.\d\b", " ".join(first for first, *_ in rows)) == claims
    assert all(question for first, _, question in rows if first[0].isdigit()), (
        "a claim without its question"
    )
    named = re.findall(r"\b\d[a-g]\b", text.partition("**Homework:**")[2])
    assert sorted(named) == [each for each in EXERCISES if each[0] == number[1]]
    assert all(part in text for part in ("**Goals.**", "**Short of time:**", "**Never cut**"))


PRACTICE = re.findall(
    r"^### (.+?) \((\d+) minutes in a lab, (\d+) at home\)\n(.+?)(?=^##)", GUIDE, re.M | re.S
)


def test_every_notebook_to_practise_on_has_its_lesson():
    lessons = [title for title, *_ in PRACTICE]
    assert lessons == ["A ladder of Jacobians", "Check your gradients"]


@pytest.mark.parametrize(("title", "lab", "home", "text"), PRACTICE)
def test_a_lesson_adds_up_and_speaks_of_what_is_there(title, lab, home, text):
    rows = re.findall(r"^\| (.+?) \| (\d+) \| (\d+) \| (.*?) \|", text, re.M)
    assert sum(int(row[1]) for row in rows) == int(lab)
    assert sum(int(row[2]) for row in rows) == int(home)
    (notebook,) = [
        read
        for path in notebooks()
        if path.parent.name == "practice"
        and (read := nbformat.read(path, as_version=4))
        .cells[0]
        .source.startswith(f"# {title}\n")
    ]
    source = "\n".join(cell.source for cell in notebook.cells)
    claims = re.findall(r"^## ([A-Z]\.\d+) ", source, re.M)
    assert re.findall(r"\b[A-Z]\.\d+\b", " ".join(row[0] for row in rows)) == claims
    assert all(row[3] for row in rows[1:]), "a section without its question"
    assert all(part in text for part in ("**Goals.**", "**In a lab:**", "**As homework:**"))
