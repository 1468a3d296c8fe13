"""The planting of faults: which are planted, and that one without a witness is reported."""

import subprocess
import sys

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from tools.mutants import drawing, mutants
from tools.publish import ROOT


def becomes(source, drawing=()):
    """List the statements that the faults of a source make of it."""
    return [wrong for _, wrong, _ in mutants(source, set(drawing))]


def test_the_slips_of_a_backpropagation_by_hand_are_planted():
    assert becomes("dW = delta @ x.T") == ["dW = x.T @ delta", "dW = delta @ x"]
    assert becomes("z = W @ x + b") == ["z = W @ x - b", "z = x @ W + b"]
    assert becomes("delta = -u * slopes / B") == [
        "delta = -u * slopes * B",
        "delta = (-u + slopes) / B",
        "delta = u * slopes / B",
    ]
    assert becomes("db = Delta.sum(axis=1)") == ["db = Delta.sum(axis=0)"]
    assert becomes("W -= rate * dW") == ["W += rate * dW", "W -= rate + dW"]


def test_drawing_imports_and_indices_are_left_alone():
    assert becomes("show(a + b)\nfrom numpy import e\nh[-1]", ["show"]) == []
    assert becomes("draw.show(draw.grids(a + b))\nc = a + draw.b", ["draw"]) == [
        "c = a - draw.b"
    ]
    imports = ["from helpers import draw, arrays", "from helpers.draw.grids import Grid as G"]
    assert drawing(imports) == {"draw", "G"}


def test_a_fault_inside_a_definition_leaves_the_rest_of_the_cell():
    ((was, wrong, whole),) = mutants("def f(x):\n    y = x + 1\n    return y\nf(2)", set())
    assert (was, wrong) == ("y = x + 1", "y = x - 1")
    assert whole == "def f(x):\n    y = x - 1\n    return y\nf(2)"


def test_a_fault_without_a_witness_is_reported(tmp_path):
    cells = ["a, b = 3, 4", "c = a + b", "d = a * b\nassert d == 12", "print(a - b)"]
    path = tmp_path / "loose.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in cells]), path)
    code = (
        "from pathlib import Path; from tools import mutants; "
        f"print(mutants.of_notebook(Path({str(path)!r})))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert "3 planted, 1 unnoticed" in run.stdout, run.stderr
    assert "was='c = a + b', becomes='c = a - b'" in run.stdout
