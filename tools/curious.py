"""Run every notebook as a curious reader would, and report what fails without saying why.

``make curious`` runs this. A reader changes the sizes, a seed or the activation, opens the
notebook in the middle, goes back to an earlier section: each notebook is run whole with other
sizes, other seeds and other activations, each section alone after the opening cells, and once
with its sections again from the last to the first. A cell fails when it raises, warns, or says
something else though nothing was changed. It may refuse, by an ``assert`` or a ``ValueError``
that says in a sentence what it needs ("5.7 needs m ≠ n, since …"), though not every size or
every seed, and not because another section has not been run.

The opening cells are the code cells before the first section. What is replaced:

- in an opening cell, a line of two or three sizes: ``m, n = 3, 4``, ``K, d, B = 3, 2, 5``. The
  tag ``square-too`` on that cell says that m = n is allowed;
- the number in ``seed=3``, ``default_rng(3)`` and ``for seed in range(8)``;
- a line ``activation = tanh``.
"""

from __future__ import annotations

import ast
import linecache
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

import nbformat
from IPython.core.interactiveshell import InteractiveShell

from tools.publish import ROOT, notebooks
from tools.shell import fresh, in_forks, run

SIZES = [(2, 5, 7), (4, 3, 2), (6, 7, 3)]
SQUARE = (5, 5, 4)
SHIFTS = [100, 200, 300, 400, 500]
OTHERS = ["sigmoid", "relu", "swish", "gelu"]
WORDS = 5  # of a sentence, at least
ENDS = "the run from here does not end, or ends its process"
OTHERWISE = "says something else, though nothing was changed"

SECTION = re.compile(r"^## ((?:\d+|[A-Z])\.\d+|\[[\w.]+ \w+)", re.MULTILINE)
HEADING = re.compile(r"^## ((?:\d+|[A-Z])\.\d+|.+)", re.MULTILINE)
SIZE_LINE = re.compile(r"^((?:[A-Za-z], ){1,2}[A-Za-z]) = (?:\d+, ){1,2}\d+(?=\s|$)", re.M)
SEED = re.compile(r"(\bseed ?= ?|\bdefault_rng\()(\d+)\b")
SEEDS = re.compile(r"(\bseeds? (?:in|=) range\()(\d+)\)")
ACTIVATION = re.compile(r"^(\s*)activation = tanh\b", re.MULTILINE)


class Cell(NamedTuple):
    """A code cell: its id, the section that it stands in ("" before the first), its source."""

    id: str
    section: str
    source: str
    tags: tuple[str, ...] = ()


class Run(NamedTuple):
    """One way to run a notebook: its kind, what is changed, the cells in their order."""

    kind: str
    change: str
    cells: list[Cell]


class Failure(NamedTuple):
    """A cell that failed: its id, what went wrong, and whether it says what it needs."""

    cell: str
    words: str
    refuses: bool = False


def read(path: Path) -> list[Cell]:
    """List the code cells of a notebook with their sections."""
    cells, section, begun = [], "", False
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "markdown":
            begun = begun or bool(SECTION.search(cell.source))
            if begun and (headings := HEADING.findall(cell.source)):
                section = headings[-1]
        elif cell.cell_type == "code":
            tags = tuple(cell.metadata.get("tags", ()))
            cells.append(Cell(cell.id, section, cell.source, tags))
    return cells


# --- what a reader changes ------------------------------------------------------------------


def changed(cells: list[Cell], pattern: re.Pattern, by: object) -> list[Cell]:
    """Replace a pattern in every cell; an empty list where there is nothing to replace."""
    new = [cell._replace(source=pattern.sub(by, cell.source)) for cell in cells]
    return new if new != cells else []


def other_sizes(cells: list[Cell], m: int, n: int, B: int) -> list[Cell]:
    """Set other sizes in the opening cells."""
    opening = [cell for cell in cells if not cell.section]

    def line(found: re.Match) -> str:
        sizes = (m, n, B)[: found[1].count(",") + 1]
        return f"{found[1]} = {', '.join(map(str, sizes))}"

    new = changed(opening, SIZE_LINE, line)
    return new and new + cells[len(opening) :]


def other_seeds(cells: list[Cell], shift: int) -> list[Cell]:
    """Add to every seed."""
    new = changed(cells, SEED, lambda found: f"{found[1]}{int(found[2]) + shift}") or cells
    new = changed(new, SEEDS, rf"\g<1>{shift}, {shift} + \g<2>)") or new
    return new if new != cells else []


def runs(cells: list[Cell]) -> Iterator[Run]:
    """Yield every run of a notebook: first as it stands."""
    yield Run("whole", "nothing changed", cells)
    square = any("square-too" in cell.tags for cell in cells)
    for m, n, B in SIZES + [SQUARE] * square:
        yield Run("size", f"m, n, B = {m}, {n}, {B}", other_sizes(cells, m, n, B))
    for shift in SHIFTS:
        yield Run("seed", f"seeds + {shift}", other_seeds(cells, shift))
    for name in OTHERS:
        line = rf"\1from helpers.activations import {name} as activation"
        yield Run("activation", f"activation = {name}", changed(cells, ACTIVATION, line))
    opening = [cell for cell in cells if not cell.section]
    sections = [
        [cell for cell in cells if cell.section == name]
        for name in dict.fromkeys(cell.section for cell in cells)
        if name
    ]
    for section in sections:
        yield Run("cold", f"{section[0].section} alone", opening + section)
    backwards = [cell for section in reversed(sections) for cell in section]
    yield Run("again", "the sections again, from the last to the first", cells + backwards)


# --- one run --------------------------------------------------------------------------------


def bound(source: str) -> set[str]:
    """List the names that a cell would have set."""
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except SyntaxError:
        return set()
    names = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    defined = ast.FunctionDef | ast.ClassDef
    return names | {n.name for n in nodes if isinstance(n, defined)}


def says_why(error: BaseException) -> bool:
    """Tell whether an error is the series' own, and says what is needed in a sentence."""
    message = str(error)
    if not re.search(r"\bneed(s|ed)?\b", message) or len(message.split()) < WORDS:
        return False
    if not isinstance(error, AssertionError | ValueError):
        return False
    last = error.__traceback__
    while last.tb_next:
        last = last.tb_next
    tree = ast.parse("".join(linecache.getlines(last.tb_frame.f_code.co_filename)))
    statement = ast.Assert | ast.Raise if isinstance(error, AssertionError) else ast.Raise
    return any(
        isinstance(node, statement) and node.lineno <= last.tb_lineno <= node.end_lineno
        for node in ast.walk(tree)
    )


def go(shell: InteractiveShell, cells: list[Cell]) -> tuple[list[tuple], dict[str, list]]:
    """Run cells to the end: the failures, and what each cell said every time that it ran.

    That a name is missing is reported once, and not where a failed cell would have set it.
    """
    failures, missing, said = [], set(), {}
    for cell in cells:
        try:
            result = run(shell, cell.source)
        except BaseException as error:
            missing |= bound(cell.source)
            if isinstance(error, NameError):
                if error.name in missing:
                    continue
                missing.add(error.name)
            last = str(error).strip().splitlines()[-1:] or ["(no message)"]
            words = f"{type(error).__name__}: {last[0]}"
            failures.append((cell.id, words, says_why(error)))
        else:
            if result.stderr:
                failures.append((cell.id, f"warns: {result.stderr.splitlines()[0]}", False))
            texts = [output.get("text/plain") for output in result.outputs]
            said.setdefault(cell.id, []).append((result.stdout, texts))
    return failures, said


# --- a notebook -----------------------------------------------------------------------------


def wordless(cells: Iterable[Cell]) -> Iterator[Failure]:
    """Yield the assertions that say nothing, or too little for a sentence."""
    for cell in cells:
        for node in ast.walk(ast.parse(cell.source)):
            if not isinstance(node, ast.Assert):
                continue
            words = ""
            if isinstance(node.msg, ast.JoinedStr | ast.Constant):
                parts = getattr(node.msg, "values", [node.msg])
                words = "".join(str(getattr(part, "value", "…")) for part in parts)
            elif node.msg:  # put together elsewhere
                continue
            if len(words.split()) < WORDS:
                statement = ast.unparse(node).splitlines()[0]
                yield Failure(cell.id, f"an assertion without a sentence: {statement}")


def of_notebook(path: Path) -> tuple[list[Run], list[tuple[Failure, list[str]]]]:
    """Run a notebook in every way: return the runs, and each failure with what was changed."""
    cells = read(path)
    shell = fresh(path.parent)
    run(shell, cells[0].source)  # the imports, once for all the forks
    every = [each for each in runs(cells) if each.cells]
    answers = dict(in_forks(partial(go, shell, each.cells) for each in every))
    found: dict[tuple, tuple[Failure, list[str]]] = {}

    def note(failure: Failure, change: str) -> None:
        # The same words with other numbers are the same failure.
        key = failure._replace(words=re.sub(r"\d+", "0", failure.words))
        found.setdefault(key, (failure, []))[1].append(change)

    for failure in wordless(cells):
        note(failure, "as it is written")
    expected = answers[0][1] if answers[0] else {}
    for number, (kind, change, ran) in enumerate(every):
        failures, said = answers[number] or ([(ran[0].id, ENDS, False)], {})
        if kind in ("cold", "again"):
            failures = [(cell, words, False) for cell, words, _ in failures]
            failures += [
                (cell, OTHERWISE, False)
                for cell, times in said.items()
                if cell in expected and any(words != expected[cell][0] for words in times)
            ]
        for failure in failures:
            note(Failure(*failure), change)
    # A cell that refuses every size, or every seed, takes none but its own.
    report = []
    for failure, changes in found.values():
        for kind in ("size", "seed"):
            of_kind = {each.change for each in every if each.kind == kind}
            if of_kind and of_kind <= set(changes):
                failure = failure._replace(refuses=False)
        report.append((failure, changes))
    return every, report


def name_of(path: Path) -> str:
    """Name a notebook in the report."""
    inside = path.is_relative_to(ROOT / "notebooks")
    return str(path.relative_to(ROOT / "notebooks") if inside else path.name)


def main(paths: list[Path]) -> None:
    """Report on each notebook, and end with an error where a cell fails without saying why."""
    total = 0
    for path in paths:
        every, report = of_notebook(path)
        kinds = Counter(each.kind for each in every)
        failed = [each for each in report if not each[0].refuses]
        total += len(failed)
        print(
            f"{name_of(path)}: {len(every)} runs "
            f"({', '.join(f'{count} {kind}' for kind, count in kinds.items())}), "
            f"{sum(len(each.cells) for each in every)} cells, {len(failed)} failures, "
            f"{len(report) - len(failed)} refusals that say why",
            flush=True,
        )
        sections = {cell.id: cell.section or "opening" for cell in read(path)}
        for (cell, words, refuses), changes in report:
            sign = "says why" if refuses else "FAILS"
            print(f"  {sign}  {sections[cell]}, cell {cell}: {words}")
            print(f"         {'; '.join(changes)}")
    sys.exit(bool(total))


if __name__ == "__main__":
    main(notebooks(*sys.argv[1:]))
