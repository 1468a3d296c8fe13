"""Plant faults in the mathematics, one at a time, and report those that nothing notices.

``make mutants`` runs this. In the notebooks' own cells the faults are the slips of a
backpropagation by hand: a .T dropped, the factors of @ swapped, + for −, a sign dropped, * for
+, the other axis. A fault is noticed when a cell raises or says something else than without it.
In ``helpers/`` mutmut plants the faults and the tests of the helpers notice. What may stay
unnoticed, since it changes nothing, is listed in ``faults.toml`` with the reason.
"""

from __future__ import annotations

import ast
import base64
import copy
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from IPython.core.interactiveshell import InteractiveShell

from tests.strict_nbval import picture_fault
from tools.publish import NOT_STORED, ROOT, notebooks
from tools.shell import Said, fresh, in_forks, run

LISTED = Path(__file__).with_name("faults.toml")


class Fault(NamedTuple):
    """One fault: where it stands, the statement before, and the statement with it."""

    where: str
    was: str
    becomes: str


# --- faults in an expression ----------------------------------------------------------------

OTHER = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult}


def slips(node: ast.AST) -> Iterator[ast.AST]:
    """Yield every wrong version of one node of a syntax tree, its children left alone."""
    match node:
        case ast.Attribute(attr="T"):
            yield node.value
        case ast.BinOp(op=ast.MatMult()):
            yield ast.BinOp(node.right, node.op, node.left)
        case ast.BinOp() | ast.AugAssign() if type(node.op) in OTHER:
            wrong = copy.copy(node)
            wrong.op = OTHER[type(node.op)]()
            yield wrong
        case ast.UnaryOp(op=ast.USub()):
            yield node.operand
        case ast.keyword(arg="axis", value=ast.Constant(value=0 | 1 as axis)):
            yield ast.keyword("axis", ast.Constant(1 - axis))


def mutants(source: str, drawing: set[str]) -> Iterator[tuple[str, str, str]]:
    """Yield (statement before, statement after, whole source) for every fault of a source.

    Left out are imports, what is handed to a function that draws, and which entry is taken.
    """
    tree = ast.parse(source)

    def left_out(node: ast.AST) -> bool:
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute):  # draw.show(...)
            called = called.value
        return isinstance(node, ast.Import | ast.ImportFrom) or (
            isinstance(called, ast.Name) and called.id in drawing
        )

    def visit(node: ast.AST, statement: ast.AST) -> Iterator[tuple[str, str, str]]:
        for name, value in ast.iter_fields(node):
            if isinstance(node, ast.Subscript) and name == "slice":
                continue
            for k, child in enumerate(value if isinstance(value, list) else [value]):
                if not isinstance(child, ast.AST) or left_out(child):
                    continue
                simple = isinstance(child, ast.stmt) and not hasattr(child, "body")
                within = child if simple else statement
                was = ast.unparse(within)
                for wrong in slips(child):
                    put = (
                        [*value[:k], wrong, *value[k + 1 :]]
                        if isinstance(value, list)
                        else wrong
                    )
                    setattr(node, name, put)
                    yield (
                        was,
                        ast.unparse(wrong if within is child else within),
                        ast.unparse(tree),
                    )
                    setattr(node, name, value)
                yield from visit(child, within)

    yield from visit(tree, tree)


# --- faults in a notebook -------------------------------------------------------------------


def differ(expected: Said, found: Said) -> bool:
    """Tell whether two runs of a cell say different things, pictures as the tests compare."""
    if expected[:2] != found[:2] or len(expected.outputs) != len(found.outputs):
        return True
    for old, new in zip(expected.outputs, found.outputs, strict=True):
        if old.keys() != new.keys():
            return True
        for kind in old.keys() - {"image/png", NOT_STORED}:
            if old[kind] != new[kind]:
                return True
        if "image/png" in old and old["image/png"] != new["image/png"]:
            before, after = (base64.b64encode(o["image/png"]).decode() for o in (old, new))
            if picture_fault(before, after):
                return True
    return False


def notices(shell: InteractiveShell, cells: list[str], expected: list[Said]) -> bool:
    """Run a faulty cell and those after it; say whether the fault shows."""
    try:
        return any(
            differ(old, run(shell, cell)) for old, cell in zip(expected, cells, strict=True)
        )
    except BaseException:
        return True


def drawing(cells: Iterable[str]) -> set[str]:
    """List the names that cells draw with: the room itself, or what is taken from it."""
    return {
        alias.asname or alias.name
        for cell in cells
        for node in ast.walk(ast.parse(cell))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if f"{node.module}.{alias.name}".startswith("helpers.draw")
    }


def of_notebook(path: Path) -> tuple[int, list[Fault]]:
    """Plant every fault in a notebook's cells: how many, and those that went unnoticed."""
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    sources = [cell.source for cell in cells]
    shell = fresh(path.parent)
    expected = [run(shell, source) for source in sources]
    shell.reset()
    faults = []

    def jobs() -> Iterator[Callable[[], bool]]:
        for k, source in enumerate(sources):
            for was, becomes, whole in mutants(source, drawing(sources)):
                faults.append(Fault(f"{path.stem}, cell {cells[k].id}", was, becomes))
                yield partial(notices, shell, [whole, *sources[k + 1 :]], expected[k:])
            run(shell, source)

    # What ends a fork, or takes too long, is noticed.
    answers = dict(in_forks(jobs()))
    unnoticed = [fault for k, fault in enumerate(faults) if answers[k] is False]
    print(f"{path.stem}: {len(faults)} planted, {len(unnoticed)} unnoticed", flush=True)
    return len(faults), unnoticed


def of_helpers() -> tuple[int, list[Fault]]:
    """Let mutmut plant faults in the helpers: how many, and those that went unnoticed."""
    mutmut = str(Path(sys.executable).with_name("mutmut"))
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    seen = None if sys.stdout.isatty() else subprocess.PIPE
    subprocess.run([mutmut, "run"], cwd=ROOT, stdout=seen, stderr=subprocess.STDOUT)

    def ask(*words: str) -> str:
        done = subprocess.run(
            [mutmut, *words], cwd=ROOT, capture_output=True, text=True, check=True
        )
        return done.stdout

    verdicts = dict(
        re.findall(r"^ *(\S+): (.+)$", ask("results", "--all", "true"), re.MULTILINE)
    )
    unnoticed = []
    for name, verdict in verdicts.items():
        if verdict != "killed" and verdict != "timeout":
            lines = ask("show", name).splitlines()
            was, becomes = (
                " ".join(
                    line[1:].strip()
                    for line in lines
                    if line.startswith(sign) and not line.startswith(3 * sign)
                )
                for sign in "-+"
            )
            place = name.partition("__mutmut")[0].replace("xǁ", "").replace("ǁ", ".")
            unnoticed.append(Fault(place.replace(".x_", "."), was, becomes))
    print(f"helpers: {len(verdicts)} planted, {len(unnoticed)} unnoticed")
    return len(verdicts), unnoticed


# --- the report -----------------------------------------------------------------------------


def reason(fault: Fault, listed: list[dict[str, Any]]) -> str | None:
    """Find the reason why a fault changes nothing, if one is listed."""
    for entry in listed:
        same_place = fault.where == entry["where"] and fault.was == entry["was"]
        if same_place and entry.get("becomes", fault.becomes) == fault.becomes:
            return entry["why"]
    return None


def main(names: list[str]) -> None:
    """Plant every fault, and end with an error where one goes unnoticed without a reason.

    With ``names``, only in those notebooks.
    """
    listed = tomllib.loads(LISTED.read_text(encoding="utf-8"))["fault"]
    total, unnoticed = (0, []) if names else of_helpers()
    for path in notebooks(*names):
        planted, more = of_notebook(path)
        total, unnoticed = total + planted, unnoticed + more
    missed = [fault for fault in unnoticed if not reason(fault, listed)]
    for where, was, becomes in missed:
        print(f"\nunnoticed in {where}\n  - {was}\n  + {becomes}")
    for entry in [] if names else listed:
        if not any(reason(fault, [entry]) for fault in unnoticed):
            print(f"\nlisted, but noticed or gone: {entry['where']}: {entry['was']}")
    print(
        f"\n{total} faults planted: {total - len(unnoticed)} noticed, "
        f"{len(unnoticed) - len(missed)} listed as changing nothing, {len(missed)} unnoticed"
    )
    sys.exit(bool(missed))


if __name__ == "__main__":
    main(sys.argv[1:])
