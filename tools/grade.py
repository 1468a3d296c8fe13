"""Grade handed-in notebooks: a table of students by exercises, and each mistake in a sentence.

``make grade SUBMISSIONS=folder`` runs this on every notebook in the folder, ``ana.ipynb`` or
``ana/05_….ipynb``, and writes ``grades.csv`` into ``build/``. Each notebook runs from top to
bottom in a process of its own, with a limit for each cell and one for the whole. Its answers
meet other random inputs than ``check`` drew in front of the student.

**This runs students' code** with the rights of whoever starts it, and code that runs beside the
grader can forge a verdict or delete a file: grade in a container that holds nothing else, and
look at a perfect score that comes from odd code.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from os import cpu_count
from pathlib import Path
from typing import NamedTuple

import nbformat

from tools.publish import BUILD, ROOT, below, notebooks

A_CELL = 20  # seconds; more than ``check`` gives to an answer that never ends
A_NOTEBOOK = 120
# An exercise, a rung of the ladder (0 is its example), or the reader's own check.
ASKED = re.compile(
    r"""\b(?:check\(\s*["'](\w+)["']|climb\(\s*([1-9]\d*)|(catch)\(\s*\w+)\s*[,)]"""
)
SIGNS = {
    "right": "✓",
    "wrong": "✗",
    "unanswered": "–",
    "missing": "·",
    "fails": "!",
    "stopped": "∞",
    "forged": "?",
}
LEGEND = (
    "✓ right   ✗ wrong   – not answered   · the cell is not there   ! the cell fails"
    "   ∞ stopped, or ended Python   ? the check was redefined"
)


class Result(NamedTuple):
    """What a student's answer to an exercise is worth: a key of ``SIGNS``, and a sentence."""

    student: str
    exercise: str
    kind: str
    sentence: str


class _Stopped(BaseException):
    """A cell has taken too long; not an ``Exception``, so that it is not caught by chance."""


def asked(path: Path) -> list[str]:
    """List the exercises that a notebook checks, in their order."""
    try:
        cells = nbformat.read(path, as_version=4).cells
    except Exception:  # no notebook at all
        return []
    found = (asked_in(cell.source) for cell in cells if cell.cell_type == "code")
    return list(dict.fromkeys(number for numbers in found for number in numbers))


def asked_in(source: str) -> list[str]:
    """List the exercises that a cell checks: 5a, 7 for a rung of the ladder, or catch."""
    return ["".join(groups) for groups in ASKED.findall(source)]


@cache
def courses() -> dict[Path, list[str]]:
    """Map each notebook of the series to its exercises; solutions are not handed out."""
    every = {path: asked(path) for path in notebooks() if "solutions" not in path.parts}
    return {path: numbers for path, numbers in every.items() if numbers}


def course_of(path: Path) -> Path | None:
    """Find the notebook of the series that was handed in: by its exercises, or by its name."""
    numbers = set(asked(path))
    best = max(courses(), key=lambda course: len(numbers.intersection(courses()[course])))
    if numbers.intersection(courses()[best]):
        return best
    named = [course for course in courses() if course.stem in path.stem]
    return named[0] if named else None


# --- in the process of one notebook ---------------------------------------------------------


def run_one(path: Path, folder: Path, seed: int) -> Iterator[tuple[str, str, str]]:
    """Run a submission as if it lay in ``folder``; yield exercise, kind and sentence."""
    from helpers import exercises
    from helpers.exercises import catch as catching
    from helpers.exercises import ladder
    from tools.shell import fresh, run

    def check(number: str, answer: object, *_: object, **__: object) -> None:
        verdict = exercises.verdict(number, answer, seed=seed)
        seen[number] = verdict.kind, verdict.text

    def climb(number: int, J: object, dx: object, *_: object, **__: object) -> None:
        of_J, of_dx, _picture = ladder.verdicts(number, J, dx, seed)
        kind = of_J.kind if of_J.kind == of_dx.kind else "wrong"
        seen[str(number)] = kind, f"{of_J.text}\n{of_dx.text}"

    def catch(my_check: object, *_: object, **__: object) -> None:
        found = catching.caught(my_check, seed=seed)
        seen["catch"] = found.kind, found.text

    def stop(*_: object) -> None:
        raise _Stopped

    # What the import cells bring.
    exercises.check, ladder.climb, catching.catch = check, climb, catch
    signal.signal(signal.SIGALRM, stop)
    shell = fresh(folder)
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code" or "live" in cell.metadata.get("tags", ()):
            continue
        seen: dict[str, tuple[str, str]] = {}
        here, failure = asked_in(cell.source), None
        if here:
            shell.user_ns |= {"check": check, "climb": climb, "catch": catch}
        for number in here:
            yield number, "stopped", "Its cell ends Python, or never ends."  # unless more comes
        signal.setitimer(signal.ITIMER_REAL, A_CELL, 0.5)  # again: a bare except may swallow it
        try:
            run(shell, cell.source)
        except _Stopped:
            failure = "stopped", f"The cell was still running after {A_CELL} seconds."
        except BaseException as error:
            lines = str(error).strip().splitlines() or [""]
            failure = "fails", f"The cell fails: {type(error).__name__}: {lines[0]}"
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        for number in here:
            default = failure or (
                "forged",
                "The check was redefined, or not called: look at it.",
            )
            yield number, *seen.get(number, default)


# --- all of them ----------------------------------------------------------------------------


def grade(path: Path, student: str, seed: int) -> list[Result]:
    """Run one submission in a process of its own, and say what each exercise is worth."""
    course = course_of(path)
    if course is None:
        return [Result(student, "", "missing", "No exercise of the series is in this file.")]
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as answers:
        command = [sys.executable, "-m", "tools.grade", str(path), "--seed", str(seed)]
        command += ["--one", str(course.parent), answers.name]
        quiet = {"stdin": subprocess.DEVNULL, "capture_output": True}
        with suppress(subprocess.TimeoutExpired):  # what it has said until then counts
            subprocess.run(command, cwd=ROOT, timeout=A_NOTEBOOK, **quiet)
        said = {}
        for line in answers:
            number, kind, sentence = json.loads(line)
            said[number] = kind, sentence
    absent = ("missing", "The cell that checks it is not there, or was not reached.")
    return [Result(student, each, *said.get(each, absent)) for each in courses()[course]]


def students(folder: Path) -> dict[Path, str]:
    """Name the student of each notebook in a folder: the file, or the folder that it is in."""
    return {
        path: path.stem if path.parent == folder else path.relative_to(folder).parts[0]
        for path in below(folder)
    }


def table(results: list[Result]) -> str:
    """Draw the results as a table, a line for each student."""
    names = list(dict.fromkeys(each.student for each in results))
    columns = list(dict.fromkeys(each.exercise for each in results if each.exercise))
    signs = {(each.student, each.exercise): SIGNS[each.kind] for each in results}
    width = max(map(len, ["student", *names]))
    lines = [f"{'student':{width}}  " + "  ".join(f"{column:>3}" for column in columns)]
    for name in names:
        row = "  ".join(
            f"{signs.get((name, column), ' '):>{max(3, len(column))}}" for column in columns
        )
        lines.append(f"{name:{width}}  {row}")
    return "\n".join([*lines, "", LEGEND])


def main() -> None:
    """Grade a folder, or (``--one``) run the one notebook of this process."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("submissions", type=Path, help="a folder of notebooks")
    parser.add_argument("--seed", type=int, default=2024, help="of the inputs that are drawn")
    parser.add_argument("--csv", type=Path, default=BUILD / "grades.csv", help="where to write")
    parser.add_argument("--one", nargs=2, metavar=("FOLDER", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    path = given.submissions.resolve()
    if given.one:
        with Path(given.one[1]).open("a", encoding="utf-8", buffering=1) as answers:
            for result in run_one(path, Path(given.one[0]), given.seed):
                print(json.dumps(result), file=answers)
        return
    by_file = students(path) if path.is_dir() else {}
    if not by_file:
        sys.exit(f"No notebook in {given.submissions}: make grade SUBMISSIONS=folder")
    with ThreadPoolExecutor(cpu_count()) as pool:
        jobs = [pool.submit(grade, file, name, given.seed) for file, name in by_file.items()]
        results = [result for job in jobs for result in job.result()]
    print(table(results), end="\n\n")
    for each in results:
        if each.kind not in ("right", "unanswered"):
            text = f"{each.student}, {each.exercise or 'file'}: {each.sentence}"
            print(textwrap.fill(text, 92, subsequent_indent="    "))
    given.csv.parent.mkdir(parents=True, exist_ok=True)
    with given.csv.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([Result._fields, *results])
    print(f"\nWritten: {given.csv}")


if __name__ == "__main__":
    main()
