"""Every hole of strict nbval: plant the fault in a small notebook, and see red."""

import base64
import io

import nbformat
import numpy as np
from nbformat.v4 import new_code_cell, new_notebook
from PIL import Image
from strict_nbval import picture_fault

from tools import publish
from tools.publish import ROOT

pytest_plugins = ["pytester"]

SOURCES = [
    "print('one'); 1 + 1",
    """\
import base64, io
from IPython.display import display
from PIL import Image, ImageDraw
picture, file = Image.new('L', (200, 80), 'white'), io.BytesIO()
pen = ImageDraw.Draw(picture)
pen.line((20, 50, 180, 50), 'black', 3)
pen.text((90, 20), '2x', 'black')
picture.save(file, 'png')
png = base64.b64encode(file.getvalue()).decode()
display({'image/png': png, 'text/plain': 'A line from x to y.'}, raw=True)""",
    "raise ValueError('as expected')",
    "import sys\nfrom IPython.display import display\ndisplay('first')\nprint('second')",
]


def sound():
    """Build a notebook with numbers, a picture, an error that is asked for, an order."""
    cells = [new_code_cell(source) for source in SOURCES]
    cells[2].metadata = {"tags": ["raises-exception"]}
    return new_notebook(cells=cells)


def never_run(cells):
    cells[0].execution_count, cells[0].outputs = None, []


def stripped(cells):
    cells[0].outputs = []


def another_number(cells):
    cells[0].source = "print('one'); 1 + 2"


def moved_line(cells):
    cells[1].source = cells[1].source.replace("180, 50", "180, 54")


def another_label(cells):
    cells[1].source = cells[1].source.replace("'2x'", "'3x'")


def another_size(cells):
    cells[1].source = cells[1].source.replace("80)", "81)")


def no_error(cells):
    cells[2].source = "pass"


def another_error(cells):
    cells[2].source = "raise ValueError('of another kind')"


def another_order(cells):
    lines = cells[3].source.split("\n")
    cells[3].source = "\n".join([*lines[:2], lines[3], lines[2]])


def a_warning(cells):
    cells[3].source += "\nprint('careful', file=sys.stderr)"


def counts_on(cells):
    cells[2].source = (
        "again = 'again' in globals()\n"
        "raise ValueError('of another kind' if again else 'as expected')"
    )


def hangs(cells):
    cells[3].source = "import time; time.sleep(90)"


# The faults, three notebooks full: each in the cell of its place, where it must be seen.
FAULTS = {
    "first": [never_run, moved_line, no_error, another_order],
    "second": [stripped, another_label, another_error, a_warning],
    "third": [another_number, another_size, counts_on, hangs],
}


def test_each_planted_fault_is_seen_in_its_cell_and_nowhere_else(pytester, monkeypatch):
    path = pytester.path / "sound.ipynb"
    nbformat.write(sound(), path)
    publish.refresh([path])
    for name, faults in FAULTS.items():
        stored = nbformat.read(path, as_version=4)
        for fault in faults:
            fault(stored.cells)
        nbformat.write(stored, pytester.path / f"{name}.ipynb")
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "tests"))
    result = pytester.runpytest_subprocess(
        "-p",
        "strict_nbval",
        "--nbval",
        "--nbval-current-env",
        "--nbval-cell-timeout=5",
        "-rf",
        "--color=no",
    )
    seen = {line.split(" - ")[0] for line in result.outlines if line.startswith("FAILED ")}
    planted = {
        f"FAILED {name}.ipynb::Cell {cell}"
        for name, faults in FAULTS.items()
        for cell in range(len(faults))
    }
    assert seen == planted
    line = "Cell outputs differ: text/plain is …'3'…, stored …'2'…"
    assert any(line in output for output in result.outlines)
    assert result.parseoutcomes()["passed"] == 4 * (len(FAULTS) + 1) - len(planted)


def test_a_cell_that_hangs_is_stopped_after_a_minute(pytestconfig):
    assert pytestconfig.getoption("nbval_cell_timeout") == 60


def png(pixels):
    """Encode an array of grey levels as a base64 PNG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "png")
    return base64.b64encode(buffer.getvalue()).decode()


def test_a_picture_may_differ_in_a_shade_and_in_no_more():
    white = np.full((200, 300), 255, np.uint8)
    shaded, moved = white.copy(), white.copy()
    shaded[:] = 240
    moved[100, 50:100] = 0
    assert picture_fault(png(white), png(shaded)) is None
    assert "pixels differ" in picture_fault(png(white), png(moved))
    assert "300 × 200" in picture_fault(png(white[:100]), png(white))
