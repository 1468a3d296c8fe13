"""Execute the notebooks and store their outputs in place: ``refresh``.

Outputs are stored in no other way. ``normalised`` is what a notebook looks like on disk.
``slides`` writes a deck for each notebook from what is stored; ``site.py`` writes the site.
"""

from __future__ import annotations

import atexit
import base64
import functools
import importlib.util
import os
import re
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import jupyter_server_mathjax
import nbformat
from nbclient import NotebookClient
from nbconvert import SlidesExporter
from nbformat import NotebookNode
from traitlets.config import Config

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
CHINESE = NOTEBOOKS / "zh"  # of them all, by tools/chinese.py: the same code and outputs
BUILD = ROOT / "build"
TEMPLATES = ROOT / "tools" / "templates"
MATHJAX = Path(jupyter_server_mathjax.__file__).parent / "static"
README_PICTURE = ROOT / ".github" / "the-fold.png"

METADATA = {
    "kernelspec": {
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "name": "python3",
    },
    # Without the version, which is the reader's own.
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
    # For the live slides of the optional extra: nothing is fetched, and what is long scrolls.
    "rise": {"controls": False, "scroll": True, "theme": "white"},
}
KEPT_IN_CELLS = {"tags", "slideshow"}
# The view of a widget has an address of its own in every run, and is nothing without a kernel.
NOT_STORED = "application/vnd.jupyter.widget-view+json"


def below(folder: Path) -> list[Path]:
    """List the notebooks in a folder and its folders, but for Jupyter's own copies."""
    return sorted(
        path for path in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
    )


def notebooks(*names: str) -> list[Path]:
    """List the notebooks of the series in their order, or those that are named.

    A name is a path, or a beginning: "05" is notebook 05 and its solutions. The Chinese edition
    is not among them.
    """
    every = [path for path in below(NOTEBOOKS) if not path.is_relative_to(CHINESE)]
    found = []
    for name in names:
        path = Path(name).resolve()
        those = [path] if path.is_file() else [p for p in every if p.name.startswith(name)]
        if not those:
            raise SystemExit(f"No notebook is called {name}: make check NB=05, for example.")
        found += those
    return found if names else every


def slide_type(cell: NotebookNode) -> str:
    """Choose what a cell is on a slide, unless its author has: the imports are on none."""
    if cell.cell_type == "code":
        return "skip" if cell.source.startswith(("import ", "from ")) else "fragment"
    return "slide" if cell.source.startswith(("# ", "## ")) else "subslide"


def normalised(notebook: NotebookNode) -> str:
    """Write a notebook as text in which only a person's changes show up."""
    notebook = nbformat.from_dict(notebook)
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.source = "\n".join(line.rstrip() for line in cell.source.strip("\n").split("\n"))
        kept = KEPT_IN_CELLS & cell.metadata.keys()
        cell.metadata = nbformat.from_dict({key: cell.metadata[key] for key in sorted(kept)})
        cell.metadata.setdefault("slideshow", {"slide_type": slide_type(cell)})
        if "hide-input" in cell.metadata.get("tags", ()):  # folded in JupyterLab as in the site
            cell.metadata["jupyter"] = {"source_hidden": True}
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop(NOT_STORED, None)
    return nbformat.writes(notebook) + "\n"


@functools.cache
def _sockets() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="kernels-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def kernel_settings() -> Config:
    """Have a kernel listen at files of its own: ports could be picked by two at once.

    A socket's path may have a hundred characters, so the files lie in a temporary folder.
    """
    file = _sockets() / f"{secrets.token_hex(4)}.json"
    return Config(KernelManager={"transport": "ipc", "connection_file": str(file)})


def execute(path: Path, after_cell: Callable[..., None] | None = None) -> NotebookNode:
    """Execute a notebook from top to bottom in a fresh kernel and return it with its outputs.

    ``after_cell`` is called with ``cell`` and ``cell_index`` after each. A cell that raises, or
    that warns on stderr, ends it with an exception.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=60,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,  # else what is printed is cut up by how fast it came
        config=kernel_settings(),
        shutdown_kernel="immediate",
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_executed=after_cell,
    )
    client.execute(env=os.environ | {"HELPERS_LANGUAGE": "en"})
    for number, cell in enumerate(notebook.cells, 1):
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                raise RuntimeError(f"{path.name}, cell {number} wrote to stderr: {output.text}")
    return notebook


def _with_progress(path: Path) -> NotebookNode:
    total = sum(cell.cell_type == "code" for cell in nbformat.read(path, as_version=4).cells)
    done = 0
    started = time.perf_counter()

    def line(end: str) -> None:
        seconds = time.perf_counter() - started
        start = "\r" if sys.stdout.isatty() else ""
        print(
            f"{start}{path.name}: {done} of {total} cells, {seconds:.1f} s", end=end, flush=True
        )

    def after_cell(cell: NotebookNode, **_: object) -> None:
        nonlocal done
        done += cell.cell_type == "code"
        if sys.stdout.isatty():
            line("")

    notebook = execute(path, after_cell)
    line("\n")
    return notebook


def tagged_picture(notebook: NotebookNode, tag: str) -> bytes | None:
    """Find the PNG in the output of the cell that carries ``tag``."""
    for cell in notebook.cells:
        if tag in cell.metadata.get("tags", []):
            picture = next(o.data["image/png"] for o in cell.outputs if "image/png" in o.data)
            return base64.b64decode(picture)
    return None


def refresh(paths: list[Path]) -> None:
    """Execute the notebooks and store them with their outputs, normalised."""
    for path in paths:
        notebook = _with_progress(path)
        path.write_text(normalised(notebook), encoding="utf-8")
        if picture := tagged_picture(notebook, "readme-picture"):
            README_PICTURE.write_bytes(picture)


def _write_deck(notebook: NotebookNode, path: Path, folder: Path) -> None:
    # Links to what lies beside the decks, from however deep a folder the deck is in.
    up = "../" * (len(path.relative_to(NOTEBOOKS).parts) - 1)
    deck, _ = SlidesExporter(
        template_name="deck",
        extra_template_basedirs=[str(TEMPLATES)],
        extra_template_paths=[str(TEMPLATES)],
        mathjax_url=f"{up}mathjax/MathJax.js?config=TeX-AMS-MML_HTMLorMML-full,Safe",
        reveal_theme="white",
        reveal_url_prefix=f"{up}reveal",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        language_code="zh-CN" if path.is_relative_to(CHINESE) else "en",
    ).from_notebook_node(notebook, resources={"metadata": {"name": path.stem}})
    target = folder / path.relative_to(NOTEBOOKS).with_suffix(".html")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(re.sub(r'\.ipynb(["#])', r".html\1", deck), encoding="utf-8")
    print(f"  wrote {target.relative_to(ROOT)}")


def slides(paths: list[Path]) -> None:
    """Write each notebook, as it is stored, as a deck to ``build/slides/``.

    reveal.js and MathJax are copied beside the decks, so that nothing is fetched. A cell tagged
    ``live`` needs a kernel and is left out.
    """
    package = importlib.util.find_spec("sphinx_revealjs").submodule_search_locations[0]
    decks, reveal = BUILD / "slides", Path(package) / "_static" / "revealjs"
    for name, source in {"mathjax": MATHJAX, "reveal": reveal}.items():
        shutil.copytree(source, decks / name, dirs_exist_ok=True)
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        notebook.cells = [
            cell for cell in notebook.cells if "live" not in cell.metadata.get("tags", ())
        ]
        _write_deck(notebook, path, decks)


if __name__ == "__main__":
    actions = {"refresh": refresh, "slides": slides}
    if len(sys.argv) < 2 or sys.argv[1] not in actions:
        sys.exit("usage: python -m tools.publish {refresh,slides} [notebook ...]")
    found = notebooks(*sys.argv[2:])
    if sys.argv[1] == "slides":
        found += filter(Path.exists, [CHINESE / path.relative_to(NOTEBOOKS) for path in found])
    actions[sys.argv[1]](found)
