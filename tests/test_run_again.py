"""Shift-Enter once more: each cell, run twice in a row, says the same again."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient
from strict_nbval import order, picture_fault

from tools.publish import NOT_STORED, notebooks


def said(outputs):
    """List what a cell says, but for its pictures, its sliders' addresses and its count."""
    return [
        {
            kind: text
            for kind, text in output.get("data", output).items()
            if kind not in ("image/png", NOT_STORED)
        }
        for output in outputs
    ]


def pictures(outputs):
    """List the pictures that a cell shows."""
    return [o["data"]["image/png"] for o in outputs if "image/png" in o.get("data", ())]


def doubled(notebook):
    """Put a copy of each code cell right behind it."""
    cells = []
    for cell in notebook.cells:
        cells.append(cell)
        if cell.cell_type == "code":
            copy = nbformat.from_dict(cell)
            copy.id = f"{cell.id}-again"
            cells.append(copy)
    notebook.cells = cells
    return notebook


def differences(notebook, folder):
    """Run every code cell twice in a row, and list those that then say something else."""
    NotebookClient(
        doubled(notebook),
        timeout=60,
        kernel_name="python3",
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [
        first.source
        for first, second in zip(cells[::2], cells[1::2], strict=True)
        if order(first.outputs) != order(second.outputs)
        or said(first.outputs) != said(second.outputs)
        or any(map(picture_fault, pictures(first.outputs), pictures(second.outputs)))
    ]


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_a_cell_run_again_says_the_same_again(path):
    assert not differences(nbformat.read(path, as_version=4), path.parent)


def test_a_cell_that_counts_on_is_seen(tmp_path):
    sources = [
        "n = 0\nn",
        "n += 1\nn",
        "n",
        "import numpy as np",
        "np.random.default_rng(1).random() < 2",
    ]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    assert differences(nbformat.v4.new_notebook(cells=cells), tmp_path) == ["n += 1\nn"]
