"""The notebooks as stored: run whole, normalised, described, linked, within budget.

That their outputs are true is nbval's part, which runs with these tests.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from itertools import pairwise

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from tools.publish import (
    METADATA,
    NOTEBOOKS,
    README_PICTURE,
    ROOT,
    normalised,
    notebooks,
    tagged_picture,
)

PATHS = notebooks()
IGNORED = re.compile(r"nbval-(ignore-output|skip)|NBVAL_(IGNORE_OUTPUT|SKIP)", re.IGNORECASE)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")

every_notebook = pytest.mark.parametrize(
    "path", PATHS, ids=lambda path: str(path.relative_to(NOTEBOOKS).with_suffix(""))
)


def read(path):
    """Read a stored notebook."""
    return nbformat.read(path, as_version=4)


def code_cells(path):
    """List the code cells of a stored notebook."""
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def anchors(path):
    """List the anchors of a notebook's headings as JupyterLab makes them."""
    markdown = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
    headings = re.findall(r"^#+ (.+)$", "\n".join(markdown), re.MULTILINE)
    return {heading.strip().replace(" ", "-") for heading in headings}


def test_there_are_notebooks():
    assert len(PATHS) >= 2


@every_notebook
def test_every_code_cell_was_run_once_and_in_order(path):
    cells = code_cells(path)
    assert all(cell.source.strip() for cell in cells)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))


@every_notebook
def test_no_error_and_no_warning_is_stored(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", cell.source


@every_notebook
def test_the_file_is_normalised(path):
    notebook = read(path)
    assert notebook.metadata == METADATA
    assert path.read_text(encoding="utf-8") == normalised(notebook), "make refresh"
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


@every_notebook
def test_nine_cells_in_ten_have_an_output_and_hardly_one_is_ignored(path):
    cells = code_cells(path)
    with_output = sum(bool(cell.outputs) for cell in cells)
    ignored = [
        c for c in cells if IGNORED.search(c.source + " ".join(c.metadata.get("tags", [])))
    ]
    # The cell that imports says nothing, and in a short notebook it is more than one in ten.
    silent = len(cells) - with_output
    assert silent <= max(1, 0.1 * len(cells)), f"{silent} of {len(cells)} say nothing"
    assert len(ignored) <= 0.05 * len(cells)


@every_notebook
def test_every_picture_says_what_it_shows(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                alt = output.metadata["image/png"]["alt"]
                assert alt == output.data["text/plain"]
                assert len(alt.split()) >= 8, alt


@every_notebook
def test_every_link_within_the_series_arrives(path):
    for cell in read(path).cells:
        if cell.cell_type != "markdown":
            continue
        for target in LINK.findall(cell.source):
            if "://" in target:
                continue
            name, _, anchor = target.partition("#")
            file = path.parent / name if name else path
            assert file.exists(), target
            assert not anchor or anchor in anchors(file), target
            assert anchor.isascii(), f"JupyterLab does not find {anchor}"


MATHS = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.DOTALL)


@every_notebook
def test_the_mathematics_of_the_prose_is_closed(path):
    for cell in read(path).cells:
        if cell.cell_type != "markdown":
            continue
        prose = re.sub(r"`[^`]*`", "", cell.source)
        assert "$" not in MATHS.sub("", prose), cell.source
        for formula in (a or b for a, b in MATHS.findall(prose)):
            assert formula.count("{") == formula.count("}"), formula
            assert formula.count(r"\left") == formula.count(r"\right"), formula
            for begin in re.findall(r"\\begin\{(\w+)\}", formula):
                assert rf"\end{{{begin}}}" in formula, formula


@every_notebook
def test_the_prose_is_spelled(path, tmp_path):
    cells = read(path).cells
    text = tmp_path / "prose.md"
    text.write_text("\n\n".join(c.source for c in cells if c.cell_type == "markdown"), "utf-8")
    check = subprocess.run(
        [sys.executable, "-m", "codespell_lib", str(text)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert check.returncode == 0, check.stdout


def test_every_link_of_the_readme_arrives():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        assert "://" in target or (ROOT / target.partition("#")[0]).exists(), target


def test_the_readmes_picture_is_the_notebooks():
    pictures = [tagged_picture(read(path), "readme-picture") for path in PATHS]
    (picture,) = filter(None, pictures)
    assert README_PICTURE.read_bytes() == picture, "make refresh"


# --- the budget -----------------------------------------------------------------------------

# The kernel's own processor time in seconds, and the peak of its memory in bytes. getrusage
# tells that on macOS, but on Linux it starts from the size of the process that launched the
# kernel, here the whole test run.
PROBE = """
import pathlib, re, resource, time
own, status = time.process_time(), pathlib.Path("/proc/self/status")
if status.exists():
    peak = int(re.search(r"VmHWM:\\s*(\\d+) kB", status.read_text())[1]) * 1024
else:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(own, peak)
"""
IMPORTS = new_notebook(cells=[new_code_cell("import numpy, sympy, matplotlib.pyplot")])


def measure(notebook, folder):
    """Run a notebook in a fresh kernel: seconds, the kernel's own, of each cell; peak bytes."""
    count = len(notebook.cells)
    notebook.cells.append(new_code_cell(PROBE))
    started, stamps = time.perf_counter(), {}

    def stamp(cell, cell_index, **_):
        stamps[cell_index] = time.perf_counter()

    NotebookClient(
        notebook,
        timeout=60,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        on_cell_executed=stamp,
    ).execute()
    code = [i for i in range(count) if notebook.cells[i].cell_type == "code"]
    ends = [stamps[i] for i in code]
    cells = [end - begin for begin, end in pairwise(ends)]
    own, peak = notebook.cells[-1].outputs[0].text.split()
    return ends[-1] - started, float(own), cells, int(peak)


@every_notebook
def test_a_notebook_stays_within_its_budget(path, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # idle threads wait by burning time
    # As for a reader, the helpers are compiled once, and not in every kernel.
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    # A busy machine only adds time, to either run: the quickest of several counts, by the
    # clock on the wall or, where others hold the processor, by the kernel's own.
    floor = whole = own_floor = own = slowest = float("inf")
    for _ in range(8):
        seconds, of_kernel, *_ = measure(nbformat.from_dict(IMPORTS), path.parent)
        floor, own_floor = min(floor, seconds), min(own_floor, of_kernel)
        seconds, of_kernel, cells, peak = measure(read(path), path.parent)
        whole, own, slowest = min(whole, seconds), min(own, of_kernel), min(slowest, max(cells))
        ratio = min(whole / floor, own / own_floor)
        if slowest <= 1 and ratio <= 2.5:
            break
    print(
        f"{path.stem}: {whole:.1f} s, {whole / floor:.2f} x {floor:.1f} s of imports alone "
        f"({own / own_floor:.2f} x of processor time); slowest cell {slowest:.2f} s; "
        f"{peak / 2**20:.0f} MiB"
    )
    assert slowest <= 1, f"a cell takes {slowest:.1f} s"
    assert ratio <= 2.5, f"{whole:.1f} s against {floor:.1f} s for the imports alone"
    assert peak <= 180 * 2**20, f"{peak / 2**20:.0f} MiB"
