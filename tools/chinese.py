"""Bring the Chinese edition up to date, and say what a translator has to do: ``make zh``.

A notebook in ``notebooks/zh/`` has the cells of the English one: the same ids, code and
outputs, byte for byte. Its Markdown cells are Chinese, and each keeps in its metadata, as
``en``, the English that it translates. Where the English is new, or has changed since, the cell
begins with a comment that says what changed, and its metadata has the English of now as
``due``. Whoever has translated the cell deletes the comment; the next ``make zh`` takes ``due``
for translated. ``tests/test_chinese.py`` fails on whatever is reported here.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import os
import re
import sys
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from helpers.exercises.language import HAN
from tools.publish import CHINESE, NOTEBOOKS, ROOT, notebooks

README = ROOT / "README.zh-CN.md"
MARK = "<!-- 待译"
MARKED = re.compile(rf"{MARK}.*?-->\n*", re.DOTALL)
LINK = re.compile(r"\]\(([^)\s#:]+\.ipynb)?(?:#([^)\s]+))?\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
TAKEN = re.compile(r"(?P<code>```.*?```|`[^`\n]+`)|(?P<formula>\$\$.+?\$\$|\$[^$]+\$)", re.S)
WORDS = re.compile(r"\\text\{[^}]*\}")  # are translated, inside a formula
ITALIC = re.compile(rf"(?<!\*)\*(?=[^\s*])[^*\n]*{HAN}[^*\n]*(?<=\S)\*(?!\*)")
NO_SPACE = re.compile(rf"{HAN}[A-Za-zΑ-ω0-9¤]|[A-Za-zΑ-ω0-9¤]{HAN}")
HALF_WIDTH = re.compile(rf"{HAN}(?:[,;:?!(]|\.(?!\w))|[,;:?!)]{HAN}|＄")
TERMS = tomllib.loads((ROOT / "tools" / "terms.toml").read_text(encoding="utf-8"))


def chinese_of(path: Path) -> Path:
    """Say where the Chinese of an English notebook lies."""
    return CHINESE / path.relative_to(NOTEBOOKS)


def english_of(path: Path) -> Path:
    """Say where the English of a Chinese notebook lies; an English one is its own."""
    return NOTEBOOKS / path.relative_to(CHINESE) if path.is_relative_to(CHINESE) else path


def read(path: Path) -> NotebookNode:
    """Read a notebook as it is stored."""
    return nbformat.read(path, as_version=4)


def stored(notebook: NotebookNode) -> str:
    """Write a notebook as it lies on disk."""
    return nbformat.writes(notebook) + "\n"


# --- links ----------------------------------------------------------------------------------


@functools.cache
def headings(path: Path) -> dict[str, str]:
    """Map the anchors of an English notebook, as JupyterLab makes them, to their cells."""
    return {
        title.strip().replace(" ", "-"): cell.id
        for cell in read(path).cells
        if cell.cell_type == "markdown"
        for title in HEADING.findall(cell.source)
    }


def linked(text: str, path: Path) -> str:
    """Have the links of a cell of the Chinese notebook ``path`` arrive.

    JupyterLab finds no anchor of Chinese words, but finds a cell by its id. A notebook that is
    not yet translated is linked to in English, by its heading.
    """

    def arriving(link: re.Match) -> str:
        name, anchor = link.groups()
        if not name and not anchor:
            return link[0]
        target = english_of(Path(os.path.normpath(path.parent / name)) if name else path)
        if not target.exists():
            return link[0]
        ids = headings(target)
        if not name or chinese_of(target).exists():
            target = chinese_of(target)
            anchor = f"cell-id={ids[anchor]}" if anchor in ids else anchor
        elif anchor and anchor.startswith("cell-id="):
            anchor = {f"cell-id={id}": title for title, id in ids.items()}.get(anchor, anchor)
        file = Path(os.path.relpath(target, path.parent)).as_posix() if name else ""
        return f"]({file}{f'#{anchor}' if anchor else ''})"

    return LINK.sub(arriving, text)


# --- bringing over --------------------------------------------------------------------------


def changes(old: str, new: str) -> str:
    """Say word by word what changed, with a few words around it."""
    was, now = (re.findall(r"\S+", text) for text in (old, new))
    words = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, was, now, False).get_opcodes():
        if kind == "equal":
            same = was[a:b]
            words += same if len(same) < 9 else [*same[:4], "…", *same[-4:]]
        else:
            words += [f"[-{' '.join(was[a:b])}-]"] * (a < b)
            words += [f"{{+{' '.join(now[c:d])}+}}"] * (c < d)
    return " ".join(words).replace("-->", "→")


def brought(english: NotebookNode, chinese: NotebookNode, path: Path) -> NotebookNode:
    """Make the Chinese notebook ``path`` anew, of the English one and the Chinese so far."""
    so_far = {c.id: c for c in chinese.cells if c.cell_type == "markdown"}
    new = deepcopy(english)
    for cell in new.cells:
        if cell.cell_type != "markdown":
            continue
        text, en, due, now = "", None, None, cell.source
        if mine := so_far.get(cell.id):
            text, en, due = mine.source, mine.metadata.get("en"), mine.metadata.get("due")
        if due and text and not text.startswith(MARK):
            en = due
        text = MARKED.sub("", text, 1)
        if not en and text in ("", linked(due or "", path)):
            text = now  # the place to translate in
        if en != now:
            said = f"：{changes(en, now)}" if en else ""
            text = f"{MARK}{said} -->\n\n{text}"
            cell.metadata["due"] = now
        if en:
            cell.metadata["en"] = en
        lines = linked(text, path).strip("\n").split("\n")
        cell.source = "\n".join(line.rstrip() for line in lines)
    return new


# --- what is wrong with it ------------------------------------------------------------------


def taken_apart(text: str) -> tuple[dict[str, Counter], str]:
    """Take what a translation must keep out of a text; return it, and the prose that is left.

    In the prose ``¤`` stands for a piece of code or a formula.
    """
    found: dict[str, Counter] = {"code": Counter(), "formula": Counter()}

    def take(piece: re.Match) -> str:
        found[piece.lastgroup][WORDS.sub(r"\\text{}", " ".join(piece[0].split()))] += 1
        return "¤"

    rest = TAKEN.sub(take, text)
    titles = [
        f"{level} {' '.join(re.findall(r'(?:[A-Z][.])?[0-9][0-9.]*[a-z]?', title))}".strip()
        for level, title in re.findall(r"^(#+) (.+)$", rest, re.M)
    ]
    rows = [line.replace(r"\|", "") for line in rest.split("\n") if line.startswith("|")]
    prose = re.sub(r"\]\([^)\s]*\)", "]", rest)
    found["link"] = Counter(re.findall(r"\]\(([^)\s]+)\)", rest))
    found["heading"] = Counter(titles)
    found["row of a table"] = Counter(f"{row.count('|') - 1} columns" for row in rows)
    found["list item"] = Counter(re.findall(r"^ *(?:-|\d+\.) ", rest, re.M))
    found["bold"] = Counter(re.findall(r"\*\*", rest))
    found["tag"] = Counter(re.findall(r"</?\w+", rest))
    found["number"] = Counter(re.findall(r"\d+(?:[.,]\d+)*", prose))
    return found, prose


def unclosed(prose: str) -> Iterator[str]:
    """Find asterisks that emphasise nothing: next to Chinese, a full stop stays outside."""
    for number, found in enumerate(re.finditer(r"\*+", prose)):
        before, after = prose[: found.start()][-1:], prose[found.end() :][:1]
        inner, outer = (before, after) if number % 2 else (after, before)
        if unicodedata.category(inner or " ")[0] in "PS" and (outer or " ").isalnum():
            yield prose[max(0, found.start() - 6) : found.end() + 6]


def damages(english: str, chinese: str, known: str = "") -> Iterator[str]:
    """Say what a Chinese text lacks of the English, has too much, or writes otherwise.

    Where Chinese cannot say "it", it may write a formula or a piece of code once more, if it
    stands in ``known``, the English of the whole notebook. A number may be added.
    """
    allowed = taken_apart(known)[0]
    (wanted, plain), (given, prose) = taken_apart(english), taken_apart(chinese)
    for kind in wanted:
        lost, added = wanted[kind] - given[kind], given[kind] - wanted[kind]
        if kind in ("code", "formula", "number"):
            added = given[kind].keys() - wanted[kind].keys() - allowed[kind].keys()
        yield from (f"{kind} lost: {piece}" for piece in lost)
        if kind != "number":
            yield from (f"{kind} not in the English: {piece}" for piece in added)
    plain = re.sub(r"\*[^*\n]+\*", "", plain.replace("**", ""))  # no titles, no examples
    for term, renderings in TERMS["terms"].items():
        if re.search(rf"\b(?:{term})\b", plain, re.I) and not re.search(renderings, prose):
            yield f"term: “{term}” is {renderings}"
    for wrong, right in TERMS["never"].items():
        if re.search(wrong, prose):
            yield f"term: {wrong} should be {right}"
    if not re.search(HAN, prose) and len(re.findall(r"[A-Za-z]{2,}", plain)) > 2:
        yield "not translated"
    for found in NO_SPACE.finditer(prose):
        yield f"no space: {prose[max(0, found.start() - 5) : found.end() + 5]!r}"
    for found in HALF_WIDTH.finditer(prose):
        yield f"punctuation: {prose[max(0, found.start() - 5) : found.end() + 5]!r}"
    yield from (f"italics, which Chinese has not: {found}" for found in ITALIC.findall(prose))
    yield from (f"emphasis that is none: {piece!r}" for piece in unclosed(prose))


def faults(english: NotebookNode, chinese: NotebookNode, path: Path) -> Iterator[str]:
    """Say cell by cell what is missing, stale or damaged in the Chinese notebook ``path``."""
    mine, names = {cell.id: cell for cell in chinese.cells}, [c.id for c in english.cells]
    yield from (f"{id}: missing" for id in names if id not in mine)
    yield from (f"{id}: not in the English notebook" for id in mine if id not in names)
    known = "\n\n".join(c.source for c in english.cells if c.cell_type == "markdown")
    if [id for id in mine if id in names] != [id for id in names if id in mine]:
        yield "the cells stand in another order"
    for cell in english.cells:
        here = mine.get(cell.id)
        if here is None:
            continue
        if here.cell_type != "markdown" or cell.cell_type != "markdown":
            if here != cell:
                yield f"{cell.id}: other code or outputs than in English"
            continue
        en, text = here.metadata.get("en"), here.source
        if en is None:
            yield f"{cell.id}: to be translated"
        elif en != cell.source:
            yield f"{cell.id}: changed in English: {changes(en, cell.source)}"
        elif text.startswith(MARK):
            yield f"{cell.id}: still marked as to be translated"
        else:
            found = damages(linked(en, path), text, known)
            yield from (f"{cell.id}: {damage}" for damage in found)
    if stored(brought(english, chinese, path)) != stored(chinese):
        yield "not as make zh writes it"


def of_readme() -> str:
    """Write the last line of the Chinese README, which says which English one it translates."""
    text = (ROOT / "README.md").read_bytes()
    return f"<!-- README.md {hashlib.sha256(text).hexdigest()[:16]} -->\n"


def main(names: list[str]) -> None:
    """Bring over every notebook that has been begun, begin those that are named, and report."""
    for path in map(chinese_of, notebooks(*names) if names else ()):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(stored(nbformat.v4.new_notebook()), encoding="utf-8")
    begun = [path for path in notebooks() if chinese_of(path).exists()]
    for english, path in ((read(path), chinese_of(path)) for path in begun):
        new = brought(english, read(path), path)
        path.write_text(stored(new), encoding="utf-8")
        found = list(faults(english, new, path))
        print(f"{path.relative_to(ROOT)}: {len(found) or 'nothing'} to do")
        print("".join(f"  {each}\n" for each in found), end="")
    readme = linked(README.read_text(encoding="utf-8"), README)
    README.write_text(readme, encoding="utf-8")
    if not readme.endswith(of_readme()):
        print(f"{README.name}: bring it up to date with README.md, and end it with")
        print(f"  {of_readme()}", end="")
    if missing := [
        path.relative_to(NOTEBOOKS).as_posix() for path in notebooks() if path not in begun
    ]:
        print(f"Not begun (make zh NB=05 begins 05 and its solutions): {', '.join(missing)}")


if __name__ == "__main__":
    main(sys.argv[1:])
