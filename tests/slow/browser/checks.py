"""What a reader would see go wrong: the faults of a notebook that is open in JupyterLab.

``page.js`` is in the page and looks; here the keys are pressed, and the answers judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from nbformat import NotebookNode
from playwright.sync_api import Page, TimeoutError

from tools.publish import NOT_STORED

LONGEST = 60  # seconds for a cell, on a busy machine
LOOKS = ("errors", "mathematics", "pictures", "widgets", "width")


class Fault(NamedTuple):
    """One fault: which check saw it, in which cell, and what it is in words."""

    check: str
    cell: str
    words: str


def run(page: Page) -> dict[str, float]:
    """Restart the kernel and press Shift-Enter in every code cell, from top to bottom.

    Returns, for each cell, the seconds from the key to its output on the screen.
    """
    page.evaluate("series.restart()")
    page.wait_for_function("series.idle()", timeout=1000 * LONGEST)
    seconds = {}
    for place, cell in page.evaluate("series.code()"):
        page.evaluate("place => series.select(place)", place)
        page.keyboard.press("Shift+Enter")
        shown = page.evaluate(
            "([place, limit]) => series.shown(place, limit)", [place, 1000 * LONGEST]
        )
        seconds[cell] = shown / 1000
    return seconds


def faults(page: Page, stored: NotebookNode, patience: float = 10) -> list[Fault]:
    """List what is wrong with a notebook that was run, and then with its sliders.

    ``patience`` is for how many seconds a fault must last.
    """
    found = [*of_outputs(page, stored)]
    page.evaluate("series.whole()")
    for look in LOOKS:
        found += of_look(page, look, patience)
    return [*found, *of_sliders(page, patience)]


# --- the outputs, as the page's model of the notebook holds them ----------------------------


def said(output: dict[str, Any]) -> dict[str, Any]:
    """Take what an output says in words, without its picture and its count."""
    if "data" not in output:
        return {key: value for key, value in output.items() if key != "traceback"}
    return {
        kind: text
        for kind, text in output["data"].items()
        if kind not in ("image/png", NOT_STORED)
    }


def of_outputs(page: Page, stored: NotebookNode) -> Iterator[Fault]:
    """Find the cells that raise, that were not run, or that say another thing than stored."""
    fresh = {cell["id"]: cell for cell in page.evaluate("series.outputs()")}
    for cell in stored.cells:
        if cell.cell_type != "code":
            continue
        found = fresh[cell.id]
        if found["count"] is None:
            yield Fault("outputs", cell.id, "the cell was not run")
        for output in found["outputs"]:
            if output["output_type"] == "error":
                yield Fault("outputs", cell.id, f"the cell raises {output['ename']}")
        old, new = ([said(o) for o in outputs] for outputs in (cell.outputs, found["outputs"]))
        if old != new:
            yield Fault("outputs", cell.id, f"the cell says {new}, stored {old}")


# --- the page -------------------------------------------------------------------------------


def of_look(page: Page, look: str, patience: float) -> list[Fault]:
    """Look at the page until nothing is wrong, or until the patience is at its end."""
    with suppress(TimeoutError):
        page.wait_for_function(f"!series.{look}().length", timeout=1000 * patience or 1)
    return [Fault(look, *fault) for fault in page.evaluate(f"series.{look}()")]


# --- the sliders ----------------------------------------------------------------------------


def of_sliders(page: Page, patience: float) -> Iterator[Fault]:
    """Move each slider by one step and back: something beside it must change, and come back."""
    for handle in page.query_selector_all(page.evaluate("series.SLIDER")):
        cell = handle.evaluate("handle => series.idOf(handle)")
        now, most, before = handle.evaluate(
            "handle => [...series.ends(handle), series.beside(handle)]"
        )
        there, back = ("ArrowRight", "ArrowLeft") if now < most else ("ArrowLeft", "ArrowRight")
        errors = of_look(page, "errors", 0)
        for key, moved in ((there, "series.moved"), (back, "series.movedBack")):
            handle.press(key)
            try:
                page.wait_for_function(
                    f"([handle, before]) => {moved}(handle, before)",
                    arg=[handle, before],
                    timeout=1000 * patience,
                )
            except TimeoutError:
                yield Fault("sliders", cell, f"{key} does not show on the page")
            for error in of_look(page, "errors", 0):
                if error not in errors:
                    yield Fault("sliders", cell, f"{key}: {error.words}")
