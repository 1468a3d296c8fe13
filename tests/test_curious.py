"""The curious reader: each kind of failure is planted in a small notebook, and reported."""

import re
import subprocess
import sys

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import curious
from tools.publish import ROOT

NOTEBOOK = """\
# opening
import numpy as np
from helpers.activations import tanh
# sizes
m, n, B = 3, 4, 5
activation = tanh
W = np.random.default_rng(1).integers(1, 9, (m, n))
total = 0
## 1.1 First
# sound
print((W.T @ np.ones((m, B))).shape == (n, B))
# names-it
early = W + 1
# hard-coded-size
print((W @ np.ones((4, 1))).shape == (m, 1))
# says-why
assert m != n or B, "never seen"
if activation.name == "ReLU":
    raise ValueError("this section needs an activation with a smooth derivative")
# refuses-every-size
assert (m, n) == (3, 4), "this cell needs m = 3 and n = 4, and no other sizes"
## 1.2 Second
# from-elsewhere
print(early.shape == W.shape)
# follows-from-it
late = early + 1
# and-so-does-this
late.shape == W.shape
# one-seed
assert W[0, 0] == 4, "the first entry of W is a four"
# no-words
assert B > 2
# warns
if activation.name == "GELU":
    import warnings
    warnings.warn("careful")
# counts-on
total += 1
total
"""


def test_every_planted_failure_is_reported_with_what_was_changed(tmp_path):
    cells = []
    for part in re.split(r"^(?=#)", NOTEBOOK, flags=re.MULTILINE)[1:]:
        heading, _, source = part.partition("\n")
        sign, name = heading.split(" ", 1)
        if sign == "##":
            cells.append(new_markdown_cell(heading))
        else:
            cells.append(new_code_cell(source.strip(), id=name))
    path = tmp_path / "planted.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    run = subprocess.run(
        [sys.executable, "-m", "tools.curious", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 1, run.stderr
    assert "(1 whole, 3 size, 5 seed, 4 activation, 2 cold, 1 again)" in run.stdout
    report = re.findall(r"^  (says why|FAILS)  .*cell (\S+): (\w+).*\n +(.+)", run.stdout, re.M)
    seeds = "seeds + 100; seeds + 200; seeds + 300; seeds + 500"
    sizes = "m, n, B = 2, 5, 7; m, n, B = 4, 3, 2; m, n, B = 6, 7, 3"
    assert sorted((cell, sign, word, changes) for sign, cell, word, changes in report) == [
        ("counts-on", "FAILS", "says", "the sections again, from the last to the first"),
        ("from-elsewhere", "FAILS", "NameError", "1.2 alone"),
        ("hard-coded-size", "FAILS", "ValueError", sizes),
        ("no-words", "FAILS", "AssertionError", "m, n, B = 4, 3, 2"),
        ("no-words", "FAILS", "an", "as it is written"),
        ("one-seed", "FAILS", "AssertionError", seeds),
        ("refuses-every-size", "FAILS", "AssertionError", sizes),
        ("says-why", "FAILS", "an", "as it is written"),
        ("says-why", "says why", "ValueError", "activation = relu"),
        ("warns", "FAILS", "warns", "activation = gelu"),
    ]


def test_sections_have_a_number_a_letter_or_a_link(tmp_path):
    headings = [
        "## 1.1 First",
        "## C.12 Twelfth",
        "## [Exercise 5a](x.ipynb)",
        "## [C.5 A sum](y)",
    ]
    cells = [new_code_cell("m = 1")]
    for heading in ["## Symbols", *headings]:
        cells += [new_markdown_cell(heading), new_code_cell("n = 2")]
    nbformat.write(new_notebook(cells=cells), tmp_path / "a.ipynb")
    sections = [cell.section for cell in curious.read(tmp_path / "a.ipynb")]
    assert sections[:2] == ["", ""] and len(set(sections)) == 5
