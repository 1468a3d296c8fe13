"""Write the site to ``build/site/`` from what is stored, without a kernel or a network.

Sphinx makes the pages, with MyST-NB, which reads notebooks, and the theme of Jupyter Book;
``templates/site/conf.py`` says how. Here the pages are laid out for it: the notebooks, in the
part of the contents that their folder names, and the guides. Two things are added to a
notebook: the alternative text of each picture, which is stored where MyST-NB does not look for
it, and a picture for every position of each slider, since in a page no kernel can draw it. For
these alone code is run, in this process: the opening cells and the slider's section.

The Chinese half is a site of its own, in ``zh/``, with the sliders and MathJax of the English
one. A page with a counterpart in the other half has a link to it.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import itertools
import json
import os
import re
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import nbformat
from ipywidgets import VBox
from nbformat import NotebookNode
from PIL import Image
from sphinx.cmd.build import build_main

from helpers import draw
from helpers.draw import sliders
from tools import chinese, curious, shell
from tools.publish import BUILD, CHINESE, MATHJAX, NOTEBOOKS, ROOT, TEMPLATES, notebooks

SETTINGS = TEMPLATES / "site"
# Every page of the repository's first folder, those for readers first.
FIRST = ["QUESTIONS.md", "TEACHING.md", "CONTRIBUTING.md", "CHANGELOG.md"]
GUIDES = [name for name in FIRST if (ROOT / name).is_file()] + sorted(
    path.name
    for path in ROOT.glob("*.md")
    if path.stem[:6] != "README" and path.name not in FIRST
)
BESIDE = ["LICENSE", "CITATION.cff", ".github/the-fold.png"]
LAST = "solutions"


@dataclass(frozen=True)
class Half:
    """One half of the site: its notebooks lie below ``root``, and as pages in ``pages``.

    ``parts`` are those of the contents in their order, by the folders of the notebooks; a new
    folder comes after those that are named, the solutions last.
    """

    root: Path
    pages: str
    readme: str
    parts: dict[str, str]
    solutions: str
    guides: dict[str, list[str]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)


ENGLISH = Half(
    root=NOTEBOOKS,
    pages="notebooks/",
    readme="README.md",
    parts={".": "The series", "beyond": "Going further", "practice": "Practice"},
    solutions="Solutions",
    guides={"Questions, teaching, changes": GUIDES},
)
IN_CHINESE = Half(
    root=CHINESE,
    pages="",
    readme="README.zh-CN.md",
    parts={".": "正文", "beyond": "更进一步", "practice": "动手练习"},
    solutions="解答",
    settings={
        "language": "zh_CN",
        "project": "反向传播的矩阵",
        "html_title": "反向传播的矩阵",
        "mathjax_path": "../../_static/mathjax/MathJax.js",
        "html_theme_options.path_to_docs": "notebooks/zh",
    },
)
NO_NEED = shutil.ignore_patterns("localization", "a11y", "SVG")  # of MathJax

# --- sliders --------------------------------------------------------------------------------


def small(picture: bytes) -> bytes:
    """Write a PNG in 256 colours, which is a third of its size."""
    file = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").quantize().save(file, "png", optimize=True)
    return file.getvalue()


def positions(box: VBox, address: str) -> tuple[str, dict[str, bytes]]:
    """Move the sliders of ``explore`` everywhere: HTML with an image for each position.

    Returns it with the files that it shows, which are to lie at ``address``. The images stand
    in the order of ``itertools.product``, all but one hidden; ``site.js`` shows another.
    """
    *rows, drawn = box.children
    handles = [row.children[1] for row in rows]
    start = tuple(handle.index for handle in handles)
    lines, files = [], {}
    for row, handle in zip(rows, handles, strict=True):
        labels = [label for label, _ in handle.options]
        lines.append(
            f"<label hidden><span>{html.escape(row.children[0].value)}</span> "
            f'<input type="range" min="0" max="{len(labels) - 1}" value="{handle.index}" '
            f'autocomplete="off" data-labels="{html.escape(json.dumps(labels))}"> '
            "<output></output></label>"
        )
    for place in itertools.product(*(range(len(handle.options)) for handle in handles)):
        for handle, index in zip(handles, place, strict=True):
            handle.index = index
        data, wide, words = re.fullmatch(
            r'<img src="data:image/png;base64,([^"]+)" width="(\d+)"(.+)>', drawn.value, re.S
        ).groups()
        picture = small(base64.b64decode(data))
        stored = Image.open(io.BytesIO(picture))
        size = f'width="{wide}" height="{round(stored.height * int(wide) / stored.width)}"'
        name = hashlib.sha256(picture).hexdigest()[:16] + ".png"
        files[name] = picture
        hidden = "" if place == start else " hidden"
        lines.append(f'<img src="{address}/{name}" loading="lazy" {size}{words}{hidden}>')
    lines.append('<p class="visually-hidden" role="status"></p>')
    return "\n".join(['<div class="sliders">', *lines, "</div>"]), files


def moved(path: Path, address: str) -> dict[str, tuple[str, dict[str, bytes]]]:
    """Draw every position of every slider of a notebook, by the ids of their cells."""
    found: dict[str, tuple[str, dict[str, bytes]]] = {}

    def explore(*arguments: object, **named: object) -> None:
        found[cell.id] = positions(sliders.sliders(*arguments, **named), address)

    draw.explore = explore  # in this process, which is a fork
    cells = curious.read(path)
    needed = {cell.section for cell in cells if "draw.explore(" in cell.source} | {""}
    python = shell.fresh(path.parent)
    for cell in cells:
        if cell.section in needed:
            shell.run(python, cell.source)
    return found


# --- pages ----------------------------------------------------------------------------------


def described(notebook: NotebookNode) -> None:
    """Say the width and the alternative text of each picture where MyST-NB looks for them."""
    for cell in notebook.cells:
        images = [o for o in cell.get("outputs", ()) if "image/png" in o.get("data", ())]
        if len(images) > 1:
            raise ValueError(f"cell {cell.id} shows {len(images)} pictures, expected at most 1")
        for output in images:
            said = output.metadata["image/png"]
            options = {"alt": said["alt"], "width": f"{said['width']}px"}
            cell.metadata["mystnb"] = {"image": options}


def anchor(title: str) -> str:
    """Name a heading as JupyterLab does, for the links between the notebooks."""
    return title.replace(" ", "-")


def unfolded(text: str, folder: Path) -> str:
    """Have a link to a folder, which is no page, lead to the first notebook in it."""

    def first(link: re.Match) -> str:
        target = folder / link[1]
        if not target.is_dir():
            return link[0]
        return f"]({min(target.glob('*.ipynb')).relative_to(folder).as_posix()})"

    return re.sub(r"\]\(([^)#:]+)\)", first, text)


def contents(paths: list[Path], half: Half = ENGLISH) -> str:
    """Write the contents: a part for each folder of notebooks, then the guides."""
    parts: dict[str, list[str]] = {folder: [] for folder in half.parts}
    for path in paths:
        folder = path.parent.relative_to(half.root).as_posix()
        parts.setdefault(folder, []).append(f"{half.pages}{path.relative_to(half.root)}")
    apart = {half.solutions: parts.pop(LAST, [])}
    named = {half.parts.get(name, name.capitalize()): pages for name, pages in parts.items()}
    lines = []
    for caption, pages in (named | half.guides | apart).items():
        if pages:
            lines += ["", "```{toctree}", ":hidden:", f":caption: {caption}", *pages, "```"]
    return "\n".join(lines) + "\n"


def address(path: Path) -> str:
    """Say where in the site the page of a source lies, from the site's own folder."""
    if path.is_relative_to(CHINESE):
        return f"zh/{path.relative_to(CHINESE).with_suffix('.html').as_posix()}"
    homes = {ROOT / "README.md": "index.html", ROOT / "README.zh-CN.md": "zh/index.html"}
    return homes.get(path, path.relative_to(ROOT).with_suffix(".html").as_posix())


def across(text: str, source: Path) -> str:
    """Have links into the other half lead there: for Sphinx they are no pages of its own.

    A link to a cell of a Chinese notebook leads to a label, which ``labelled`` puts there.
    """
    here = address(source)

    def link(found: re.Match) -> str:
        words, name, place = found.groups()
        target = Path(os.path.normpath(source.parent / name)) if name else source
        page = address(target)
        if here.startswith("zh/") != page.startswith("zh/"):
            way = Path(os.path.relpath(page, Path(here).parent)).as_posix()
            return f'<a href="{way}{"#" + place if place else ""}">{words}</a>'
        if place and place.startswith("cell-id="):
            return f"[{words}](#{label(target, place.removeprefix('cell-id='))})"
        if page.startswith("zh/") and name:
            name = Path(os.path.relpath(target, CHINESE)) if source.parent == ROOT else name
        return f"[{words}]({name or ''}{'#' + place if place else ''})"

    return re.sub(r"\[([^\]]*)\]\(([^)\s#:]+\.(?:ipynb|md))?(?:#([^)\s]+))?\)", link, text)


def label(path: Path, cell: str) -> str:
    """Name a cell of a Chinese notebook in the whole site."""
    return "-".join([*path.relative_to(CHINESE).with_suffix("").parts, cell])


def labelled(notebook: NotebookNode, path: Path) -> None:
    """Have the links of a notebook lead to pages, and its cells be found by those of others."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = across(chinese.MARKED.sub("", cell.source, 1), path)
            if path.is_relative_to(CHINESE) and cell.source.startswith("#"):
                cell.source = f"({label(path, cell.id)})=\n{cell.source}"


Drawn = dict[Path, dict[str, tuple[str, dict[str, bytes]]]]


def drawn(paths: list[Path]) -> Drawn:
    """Draw every position of every slider, by the notebooks and the ids of their cells."""
    live = [path for path in paths if "draw.explore(" in path.read_text(encoding="utf-8")]
    found: Drawn = {}
    for number, moves in shell.in_forks([partial(moved, path, "@sliders") for path in live]):
        if moves is None:
            raise RuntimeError(f"the sliders of {live[number].name} could not be drawn")
        found[live[number]] = moves
    return found


def lay_out(paths: list[Path], folder: Path, sliders: Drawn, half: Half = ENGLISH) -> None:
    """Lay out what Sphinx reads: pages in ``folder``, what lies beside them in ``static``."""
    static = folder / "static"
    static.mkdir(parents=True)
    for name in ("conf.py", "language.html"):
        shutil.copy(SETTINGS / name, folder)
    for name in ("site.css", "site.js"):
        shutil.copy(SETTINGS / name, static)
    for name in BESIDE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for name in itertools.chain(*half.guides.values()):  # a box that nobody can tick is no box
        guide = (ROOT / name).read_text(encoding="utf-8").replace("- [ ] ", "- ")
        (folder / name).write_text(across(guide, ROOT / name), encoding="utf-8")
    home = unfolded((ROOT / half.readme).read_text(encoding="utf-8"), ROOT)
    home = across(home, ROOT / half.readme) + contents(paths, half)
    (folder / "index.md").write_text(home, encoding="utf-8")
    if half is ENGLISH:
        shutil.copytree(MATHJAX, static / "mathjax", ignore=NO_NEED)
        (static / "sliders").mkdir()
        for _, files in itertools.chain(*(moves.values() for moves in sliders.values())):
            for name, picture in files.items():
                (static / "sliders" / name).write_bytes(picture)
    for path in paths:
        notebook, up = nbformat.read(path, as_version=4), "../" * address(path).count("/")
        moves = sliders.get(chinese.english_of(path), {})
        for cell in notebook.cells:
            if cell.id in moves:
                page = moves[cell.id][0].replace("@sliders", f"{up}_static/sliders")
                data = {"text/html": page}
                cell.outputs = [nbformat.v4.new_output("display_data", data=data)]
        described(notebook)
        labelled(notebook, path)
        target = folder / half.pages / path.relative_to(half.root)
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)


def site(paths: list[Path], target: Path) -> None:
    """Write the site anew to ``target``; a link that leads nowhere is an error."""
    translated = [mine for mine in map(chinese.chinese_of, paths) if mine.exists()]
    twins = [address(mine).removeprefix("zh/")[:-5] for mine in translated] + ["index"]
    moves = drawn(paths)
    with tempfile.TemporaryDirectory() as name:
        made = Path(name) / "made" / "site"
        for half, those in ((ENGLISH, paths), (IN_CHINESE, translated)):
            pages = Path(name) / half.readme.removesuffix(".md")
            lay_out(those, pages, moves, half)
            (pages / "twins.json").write_text(json.dumps(twins), encoding="utf-8")
            options = ["--quiet", "--fail-on-warning", "--keep-going", "--jobs", "auto"]
            for setting, value in half.settings.items():
                options += ["-D", f"{setting}={value}"]
            folder = made / address(ROOT / half.readme).removesuffix("index.html")
            if build_main([*options, "-d", f"{pages}-read", str(pages), str(folder)]):
                raise SystemExit("The site is not written: see the warnings above.")
            home = folder / "index.html"  # of which the README is the source
            text = home.read_text(encoding="utf-8")
            for source in ("/notebooks/zh/index.md", "/index.md"):
                text = text.replace(source, f"/{half.readme}")
            home.write_text(text, encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made, target)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit("usage: python -m tools.site [folder]")
    started, folder = time.perf_counter(), Path(*sys.argv[1:] or [BUILD / "site"]).resolve()
    site(notebooks(), folder)
    files = [path for path in folder.rglob("*") if path.is_file()]
    pages = sum(path.suffix == ".html" for path in files)
    print(
        f"  wrote {folder / 'index.html'}: {pages} pages, "
        f"{sum(path.stat().st_size for path in files) / 2**20:.1f} MiB, "
        f"{time.perf_counter() - started:.0f} s"
    )
