"""Keep the catalogue of what the exercises say in Chinese: ``make zh``.

The sentences are the hints of the entries, and what stands in a call of ``say`` or of an
exception that says something. New ones are added to the .po file without a translation, those
that are gone are taken out of it, and the .mo file, which the helpers read, is compiled.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from string import Formatter

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from helpers.exercises import ladder
from helpers.exercises.catch import FAULTS, HABITS
from helpers.exercises.check import EXERCISES, EXPLAINED, SLIPS
from helpers.exercises.language import LOCALE
from helpers.exercises.rungs import RUNGS
from tools.publish import ROOT

PO = LOCALE / "zh" / "LC_MESSAGES" / "exercises.po"
HEAD = b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
SAID_BY = {"say", "_Wrong", "_Unanswered", "_Useless"}


def _may_complain(node: ast.FunctionDef) -> bool:
    return node.returns is not None and ast.unparse(node.returns) == "str | None"


def literals(source: str) -> Iterator[str]:
    """Find the sentences in the calls that say something, and the complaints returned."""
    for node in ast.walk(ast.parse(source)):
        said: list[ast.expr | None] = []
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in SAID_BY:
            said = node.args[:1]
        elif isinstance(node, ast.FunctionDef) and _may_complain(node):
            said = [each.value for each in ast.walk(node) if isinstance(each, ast.Return)]
        for each in said:
            for part in [each.body, each.orelse] if isinstance(each, ast.IfExp) else [each]:
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value


def sentences() -> dict[str, str]:
    """Map what can be said to where it stands, in its order."""
    found: dict[str, str] = {}
    for path in sorted((ROOT / "helpers" / "exercises").glob("*.py")):
        for text in literals(path.read_text(encoding="utf-8")):
            found.setdefault(text, path.stem)
    for text in [each[1] for each in (*EXPLAINED, *SLIPS)]:
        found.setdefault(text, "check")
    for name, fault in FAULTS.items():
        found |= {name: "catch", fault.hides: "catch"}
    found |= dict.fromkeys(HABITS, "catch")
    rungs = [(f"rung {n}", each) for n in RUNGS for each in ladder.exercises(n)]
    for number, exercise in [*EXERCISES.items(), *rungs]:
        for mistake in exercise.mistakes:
            found.setdefault(mistake.hint, number)
    return {text: where for text, where in found.items() if text}


def stored() -> Catalog:
    """Read the catalogue."""
    with PO.open("rb") as file:
        catalogue = read_po(file, locale="zh_CN")
    catalogue.creation_date = datetime(2026, 1, 1, tzinfo=UTC)  # the same bytes on every day
    return catalogue


def compiled(catalogue: Catalog) -> bytes:
    """Compile a catalogue."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def fields(text: str) -> list[str]:
    """List what stands in the braces of a sentence that is said with values."""
    try:
        return sorted({name for _, name, _, _ in Formatter().parse(text) if name})
    except ValueError:
        return []


def update() -> list[str]:
    """Bring the catalogue up to date, and list what has no translation."""
    old = stored() if PO.exists() else Catalog()
    new = Catalog(locale="zh_CN", fuzzy=False)
    for text, where in sentences().items():
        new.add(text, old[text].string if text in old else "", auto_comments=[where])
    file = io.BytesIO()
    write_po(file, new, width=0, omit_header=False)
    lines = file.getvalue().split(b"\n\n", 1)[1]
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(HEAD + lines)
    PO.with_suffix(".mo").write_bytes(compiled(stored()))
    return [message.id for message in stored() if message.id and not message.string]


if __name__ == "__main__":
    missing = update()
    print(f"{PO.relative_to(ROOT)}: {len(missing) or 'nothing'} to do")
    print("".join(f"  {text}\n" for text in missing), end="")
