"""What strict nbval lets through, closed in the same run, and every failure in a line.

nbval passes a cell that was never run, never looks at pictures, does not mind the order of a
cell's outputs, takes any error, or none, from a cell that is marked to raise one, and runs a
cell only once. Its kernels listen at ports that two of them may pick at once.
"""

from __future__ import annotations

import base64
import io
import itertools
import operator
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from jupyter_client.manager import KernelManager
from nbval import kernel
from nbval.plugin import IPyNbCell, NbCellError
from PIL import Image

from tools.publish import NOT_STORED, kernel_settings

# Two pictures are the same when at most this share of their pixels differ by more than this
# much of the full range in some colour. Other processors stay at zero; a moved curve does not.
PIXELS, COLOUR = 2e-4, 0.15


def picture_fault(stored: str, fresh: str) -> str | None:
    """Compare two base64 PNGs, and say what differs, if anything."""
    old, new = (
        np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB"), float) / 255
        for png in (stored, fresh)
    )
    if old.shape != new.shape:
        (rows, cols, _), (was_rows, was_cols, _) = new.shape, old.shape
        return f"the picture is {cols} × {rows}, stored {was_cols} × {was_rows}"
    share = (np.abs(old - new).max(axis=2) > COLOUR).mean()
    return f"{share:.2%} of the picture's pixels differ" if share > PIXELS else None


def order(outputs: Sequence[Any]) -> list[tuple[str, ...]]:
    """Name the outputs of a cell in their order: streams by name, data by their kinds.

    The view of a widget is not stored; the words that stand for it are.
    """
    return [
        (
            output["output_type"],
            output.get("name", ""),
            *sorted(output.get("data", {}).keys() - {NOT_STORED}),
        )
        for output in outputs
    ]


def fault(cell: Any, fresh: Sequence[Any]) -> str | None:
    """Say what nbval would let through in a cell's ``fresh`` outputs, if anything."""
    stored = cell["outputs"]
    if cell["execution_count"] is None:
        return "the cell was never run: make refresh"
    for output in fresh:
        if output.get("name") == "stderr":
            return f"the cell warns: {output['text']}"
    if order(stored) != order(fresh):
        return f"the outputs are {order(fresh)}, stored {order(stored)}"
    must_raise = "raises-exception" in cell["metadata"].get("tags", ())
    raised = [(o["ename"], o["evalue"]) for o in fresh if o["output_type"] == "error"]
    expected = [(o["ename"], o["evalue"]) for o in stored if o["output_type"] == "error"]
    if raised != expected or must_raise != bool(raised):
        return f"the cell raises {raised}, stored {expected}"
    for old, new in zip(stored, fresh, strict=True):
        png = "image/png"
        if png in old.get("data", ()) and (
            found := picture_fault(old["data"][png], new["data"][png])
        ):
            return found
    return None


def differing(stored: Sequence[Any], fresh: Sequence[Any]) -> str | None:
    """Show the first text that differs, from shortly before the place where it does."""
    for old, new in zip(stored, fresh, strict=False):
        was, now = ({**o, **o.get("data", {})} for o in (old, new))
        for kind in ("text", "evalue", "text/plain", "text/latex", "text/html"):
            one, other = (each.get(kind, "") for each in (was, now))
            if one != other:
                same = itertools.takewhile(bool, map(operator.eq, one, other))
                begin = max(0, sum(same) - 20)
                one, other = (text[begin : begin + 60] for text in (one, other))
                return f"{kind} is …{other!r}…, stored …{one!r}…"
    return None


# --- as a plugin of pytest ------------------------------------------------------------------


def pytest_configure() -> None:
    """Give nbval's kernels files to listen at."""
    kernel.KernelManager = lambda **options: KernelManager(config=kernel_settings(), **options)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """After nbval has passed a cell, look at what it does not; then run the cell once more.

    A reader presses Shift-Enter twice: the cell must say the same again.
    """
    result = yield
    if isinstance(item, IPyNbCell):
        if found := fault(item.cell, item.test_outputs or []):
            item.raise_cell_error(found)
        try:
            item.runtest()
        except NbCellError as error:
            item.raise_cell_error(f"run again: {error}")
        if found := fault(item.cell, item.test_outputs or []):
            item.raise_cell_error(f"run again: {found}")
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
    """Report in a line what differs."""
    report = yield
    if call.excinfo and call.excinfo.errisinstance(NbCellError):
        stored, fresh = item.cell["outputs"], item.test_outputs or []
        raised = [f"{o['ename']}: {o['evalue']}" for o in fresh if o["output_type"] == "error"]
        more = raised[0] if raised else differing(stored, fresh)
        words = str(call.excinfo.value) + (f": {more}" if more else "")
        report.longrepr = f"cell {item.cell.get('id')}: {words}"
    return report
