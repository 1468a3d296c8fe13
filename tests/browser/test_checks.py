"""Every fault that the browser's checks are for: plant it, and see it, there and nowhere else."""

import checks
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.publish import METADATA, refresh

IMPORTS = """\
import sys
import matplotlib.pyplot as plt
from IPython.display import HTML, Latex, display
from ipywidgets import IntSlider, interact, interactive_output
"""
PLOT = """\
def plot(n):
    plt.plot([0, {}])
    plt.show()
n = IntSlider(5, 0, 5)
display(n, interactive_output(plot, {{"n": n}}))
"""

# In these cells nothing is wrong.
SOUND = {
    "imports": IMPORTS,
    "text": "Of $x$, `$y` and $$\\begin{pmatrix} a & b \\end{pmatrix}$$ one is code.",
    "formula": "display(Latex(r'$\\frac{1}{2}$')); print('half')",
    "picture": "plt.plot([1, 2]); plt.show()",
    "number-slider": "interact(lambda n: display(n * n), n=(0, 5));",
    "picture-slider": PLOT.format("n"),
}
# In these something is, and one check each sees it.
FAULTY = {
    "open-brace": ("Half of it is $\\frac{1$.", "mathematics"),
    "open-dollar": ("A half is $\\frac{1}{2}, a third is $\\frac{1}{3}$.", "mathematics"),
    "unknown-command": ("A slope is $\\nabla \\foo$.", "mathematics"),
    "wrong-end": ("Then $\\begin{pmatrix} 1 \\end{bmatrix}$.", "mathematics"),
    "formula-of-code": ("Latex(r'$\\frac{1$')", "mathematics"),
    "too-wide": ("HTML('<div style=\"width: 3000px\">wide</div>')", "width"),
    "torn-picture": ("HTML('<img src=\"data:image/png;base64,iVBORw0K\">')", "pictures"),
    "from-outside": ("HTML('<img src=\"https://example.org/x.png\">')", "pictures"),
    "unhooked-number": ("interact(lambda n: display(7), n=(0, 5));", "sliders"),
    "unhooked-picture": (PLOT.format("1"), "sliders"),
    "raises-when-moved": ("interact(lambda n: display(6 / (3 - n)), n=(2, 3));", "sliders"),
}
# These are sound when they are stored, and then become something else.
CHANGED = {
    "raises": ("1 / 1", "1 / 0", {"outputs", "errors"}),
    "warns": ("print(2)", "print(2); print(2, file=sys.stderr)", {"outputs", "errors"}),
    "says-another-thing": ("print(2)", "print(3)", {"outputs"}),
}


def cell(name, source):
    """Make a cell: of text, where the source is a sentence."""
    new = new_markdown_cell if source.endswith(".") else new_code_cell
    return new(source, id=name)


def test_each_planted_fault_is_seen_by_its_check_and_nowhere_else(lab, opened, requests):
    sources = SOUND | {name: planted[0] for name, planted in (FAULTY | CHANGED).items()}
    notebook = new_notebook(cells=[cell(*item) for item in sources.items()], metadata=METADATA)
    path = lab.notebooks / "planted.ipynb"
    nbformat.write(notebook, path)
    refresh([path])
    stored = nbformat.read(path, as_version=4)
    changed = nbformat.read(path, as_version=4)
    for one in changed.cells:
        if one.id in CHANGED:
            one.source = CHANGED[one.id][1]
    nbformat.write(changed, path)
    page = opened(path)
    checks.run(page)
    found = checks.faults(page, stored, patience=2)
    for fault in found:
        print(*fault)
    planted = {(check, name) for name, (_, check) in FAULTY.items()}
    planted |= {(check, name) for name, (*_, several) in CHANGED.items() for check in several}
    assert {(fault.check, fault.cell) for fault in found} == planted
    assert set(requests) == {"https://example.org/x.png"}
