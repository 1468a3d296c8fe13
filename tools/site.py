"""Write the site to ``build/site/`` from what is stored, without a kernel or a network.

Sphinx makes the pages, with MyST-NB, which reads notebooks, and the theme of Jupyter Book;
``templates/site/conf.py`` says how. Here the pages are laid out for it: the notebooks, in the
part of the contents that their folder names, and the guides. Two things are added to a
notebook: the alternative text of each picture, which is stored where MyST-NB does not look for
it, and a picture for every position of each slider, since in a page no kernel can draw it. For
these alone code is run, in this process: the opening cells and the slider's section.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import itertools
import json
import re
import shutil
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import nbformat
from ipywidgets import VBox
from nbformat import NotebookNode
from PIL import Image
from sphinx.cmd.build import build_main

from helpers import draw
from helpers.draw import sliders
from tools import curious, shell
from tools.publish import BUILD, MATHJAX, NOTEBOOKS, ROOT, TEMPLATES, notebooks

SETTINGS = TEMPLATES / "site"
# Every page of the repository's first folder, those for readers first.
FIRST = ["QUESTIONS.md", "TEACHING.md", "CONTRIBUTING.md", "CHANGELOG.md"]
GUIDES = [name for name in FIRST if (ROOT / name).is_file()] + sorted(
    path.name for path in ROOT.glob("*.md") if path.name not in ("README.md", *FIRST)
)
BESIDE = ["LICENSE", "CITATION.cff", ".github/the-fold.png"]
# The parts of the contents in their order, by the folders of the notebooks; a new folder comes
# after those that are named, the solutions last.
PARTS = {".": "The series", "beyond": "Going further", "practice": "Practice"}
LAST = "solutions"
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


def contents(paths: list[Path]) -> str:
    """Write the contents: a part for each folder of notebooks, then the guides."""
    parts: dict[str, list[str]] = {folder: [] for folder in PARTS}
    for path in paths:
        folder = path.parent.relative_to(NOTEBOOKS).as_posix()
        parts.setdefault(folder, []).append(f"notebooks/{path.relative_to(NOTEBOOKS)}")
    apart = {"Solutions": parts.pop(LAST, [])}
    named = {PARTS.get(folder, folder.capitalize()): pages for folder, pages in parts.items()}
    lines = []
    for caption, pages in (named | {"Questions, teaching, changes": GUIDES} | apart).items():
        if pages:
            lines += ["", "```{toctree}", ":hidden:", f":caption: {caption}", *pages, "```"]
    return "\n".join(lines) + "\n"


def lay_out(paths: list[Path], folder: Path) -> None:
    """Lay out what Sphinx reads: pages in ``folder``, what lies beside them in ``static``."""
    static = folder / "static"
    shutil.copytree(MATHJAX, static / "mathjax", ignore=NO_NEED)
    (static / "sliders").mkdir()
    shutil.copy(SETTINGS / "conf.py", folder)
    for name in ("site.css", "site.js"):
        shutil.copy(SETTINGS / name, static)
    for name in BESIDE:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for name in GUIDES:  # a box that nobody can tick is no box
        guide = (ROOT / name).read_text(encoding="utf-8").replace("- [ ] ", "- ")
        (folder / name).write_text(guide, encoding="utf-8")
    home = unfolded((ROOT / "README.md").read_text(encoding="utf-8"), ROOT)
    (folder / "index.md").write_text(home + contents(paths), encoding="utf-8")

    stored = [nbformat.read(path, as_version=4) for path in paths]
    live = [
        number
        for number, notebook in enumerate(stored)
        if any("draw.explore(" in cell.source for cell in notebook.cells)
    ]
    up = ["../" * len(path.relative_to(NOTEBOOKS.parent).parent.parts) for path in paths]
    jobs = (partial(moved, paths[k], f"{up[k]}_static/sliders") for k in live)
    for job, found in shell.in_forks(jobs):
        if found is None:
            raise RuntimeError(f"the sliders of {paths[live[job]].name} could not be drawn")
        for cell in stored[live[job]].cells:
            if cell.id in found:
                page, files = found[cell.id]
                cell.outputs = [
                    nbformat.v4.new_output("display_data", data={"text/html": page})
                ]
                for name, picture in files.items():
                    (static / "sliders" / name).write_bytes(picture)
    for path, notebook in zip(paths, stored, strict=True):
        described(notebook)
        target = folder / path.relative_to(NOTEBOOKS.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)


def site(paths: list[Path], target: Path) -> None:
    """Write the site anew to ``target``; a link that leads nowhere is an error."""
    with tempfile.TemporaryDirectory() as name:
        pages, made = Path(name) / "pages", Path(name) / "made" / "site"
        lay_out(paths, pages)
        options = ["--quiet", "--fail-on-warning", "--keep-going", "--jobs", "auto"]
        if build_main([*options, "-d", f"{name}/read", str(pages), str(made)]):
            raise SystemExit("The site is not written: see the warnings above.")
        home = made / "index.html"  # of which the README is the source
        text = home.read_text(encoding="utf-8").replace("/index.md", "/README.md")
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
