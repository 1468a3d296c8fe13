"""Execute the notebooks: ``refresh`` stores their outputs in place, ``run`` writes pages.

Outputs are stored in no other way. ``normalised`` is what a notebook looks like on disk.
"""

from __future__ import annotations

import base64
import re
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import jupyter_server_mathjax
import nbformat
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
BUILD = ROOT / "build"
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
}
KEPT_IN_CELLS = {"tags", "slideshow"}


def notebooks() -> list[Path]:
    """List the notebooks of the series in their order."""
    return sorted(
        path for path in NOTEBOOKS.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
    )


def normalised(notebook: NotebookNode) -> str:
    """Write a notebook as text in which only a person's changes show up."""
    notebook = nbformat.from_dict(notebook)
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for cell in notebook.cells:
        cell.source = "\n".join(line.rstrip() for line in cell.source.strip("\n").split("\n"))
        kept = KEPT_IN_CELLS & cell.metadata.keys()
        cell.metadata = nbformat.from_dict({key: cell.metadata[key] for key in sorted(kept)})
    return nbformat.writes(notebook) + "\n"


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
        # Kernels warn of an unencrypted connection; this one never leaves the machine.
        extra_arguments=["--IPKernelApp.log_level=40"],
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_executed=after_cell,
    )
    client.execute()
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


def run(paths: list[Path]) -> None:
    """Execute the notebooks and write each as a page to ``build/``, leaving the sources alone.

    MathJax is copied beside the pages, so that they typeset without a network.
    """
    BUILD.mkdir(exist_ok=True)
    mathjax = Path(jupyter_server_mathjax.__file__).parent / "static"
    shutil.copytree(mathjax, BUILD / "mathjax", dirs_exist_ok=True)
    for path in paths:
        up = "../" * (len(path.relative_to(NOTEBOOKS).parts) - 1)
        exporter = HTMLExporter(
            mathjax_url=f"{up}mathjax/MathJax.js?config=TeX-AMS_CHTML-full,Safe",
            require_js_url="",
            jquery_url="",
        )
        page, _ = exporter.from_notebook_node(
            _with_progress(path), resources={"metadata": {"name": path.stem}}
        )
        target = BUILD / path.relative_to(NOTEBOOKS).with_suffix(".html")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(re.sub(r'\.ipynb(["#])', r".html\1", page), encoding="utf-8")
        print(f"  wrote {target.relative_to(ROOT)}")


if __name__ == "__main__":
    actions = {"refresh": refresh, "run": run}
    if len(sys.argv) < 2 or sys.argv[1] not in actions:
        sys.exit("usage: python -m helpers.publish {refresh,run} [notebook ...]")
    named = [Path(name).resolve() for name in sys.argv[2:]]
    actions[sys.argv[1]](named or notebooks())
