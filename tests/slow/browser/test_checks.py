"""Every fault that the browser's checks are for: planted, it is seen, and nowhere else."""

import checks
import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.publish import METADATA

IMPORTS = """\
import sys
import matplotlib.pyplot as plt
from IPython.display import HTML, Latex, display
from ipywidgets import IntSlider, interact, interactive_output
VIEW = "application/vnd.jupyter.widget-view+json"
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
    "no-widget": (
        "display({VIEW: {'model_id': 'none'}, 'text/plain': ''}, raw=True)",
        "widgets",
    ),
    "unhooked-number": ("interact(lambda n: display(7), n=(0, 5));", "sliders"),
    "unhooked-picture": (PLOT.format("1"), "sliders"),
    "raises-when-moved": ("interact(lambda n: display(6 / (3 - n)), n=(2, 3));", "sliders"),
}
# In these the outputs are not those that are stored, which is nothing.
CHANGED = {
    "raises": ("1 / 0", {"outputs", "errors"}),
    "warns": ("print('careful', file=sys.stderr)", {"outputs", "errors"}),
    "says-something": ("print('something')", {"outputs"}),
}


def made(name, source):
    """Make a cell: of text, where the source is a sentence."""
    new = new_markdown_cell if source.endswith(".") else new_code_cell
    return new(source, id=name)


def test_each_planted_fault_is_seen_by_its_check_and_nowhere_else(lab, opened, requests):
    sources = SOUND | {name: source for name, (source, _) in (FAULTY | CHANGED).items()}
    cells = [made(name, source) for name, source in sources.items()]
    notebook = new_notebook(cells=cells, metadata=METADATA)
    path = lab.notebooks / "planted.ipynb"
    nbformat.write(notebook, path)
    page = opened(path)
    checks.run(page)
    fresh = {cell["id"]: cell["outputs"] for cell in page.evaluate("series.outputs()")}
    for cell in notebook.cells:
        if cell.id not in CHANGED and cell.cell_type == "code":
            cell.outputs = fresh[cell.id]
    found = checks.faults(page, notebook, patience=2)
    for fault in found:
        print(*fault)
    planted = {(check, name) for name, (_, check) in FAULTY.items()}
    planted |= {(check, name) for name, (_, several) in CHANGED.items() for check in several}
    assert {(fault.check, fault.cell) for fault in found} == planted
    assert set(requests) == {"https://example.org/x.png"}
