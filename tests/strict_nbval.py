"""What strict nbval lets through, closed in the same run.

nbval passes a cell that was never run, never looks at pictures, does not mind the order of a
cell's outputs, and takes any error, or none, from a cell that is marked to raise one.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from nbval.plugin import IPyNbCell
from PIL import Image

from tools.publish import NOT_STORED

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


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """After nbval has passed a cell, look at what it does not."""
    result = yield
    if isinstance(item, IPyNbCell) and (found := fault(item.cell, item.test_outputs or [])):
        item.raise_cell_error(found, "")
    return result
