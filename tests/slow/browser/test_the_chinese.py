"""A Chinese notebook in JupyterLab: its links arrive, it runs, and its check speaks Chinese."""

import re

import checks
import pytest

from tools import chinese
from tools.publish import CHINESE, NOTEBOOKS, below

every_notebook = pytest.mark.parametrize("path", below(CHINESE), ids=lambda path: path.stem)
CELL = """(id) => window.jupyterapp.shell.currentWidget.content.widgets
  .find((cell) => cell.model.id === id)"""
TOP = f"(id) => ({CELL})(id).node.getBoundingClientRect().top"
ARRIVED = f"(id) => (({TOP})(id) > 0 && ({TOP})(id) < innerHeight / 2)"
WRITE = f"([id, text]) => ({CELL})(id).model.sharedModel.setSource(text)"
EXERCISE = re.compile(r"^(check|climb)\((\"?\w+\"?), ", re.MULTILINE)


@every_notebook
def test_its_links_arrive(path, lab, opened, requests):
    page = opened(lab.notebooks / path.relative_to(NOTEBOOKS))
    page.evaluate("series.whole()")
    text = "\n".join(cell.source for cell in chinese.read(path).cells)
    for id in re.findall(r"\]\(#cell-id=([^)]+)\)", text):
        page.locator(f'.jp-Notebook a[href$="#cell-id={id}"]').first.click()
        page.wait_for_function(ARRIVED, arg=id, timeout=10_000)
    assert not requests


@every_notebook
def test_it_runs_as_it_is_stored_and_answers_in_chinese(path, lab, opened, requests):
    page = opened(lab.notebooks / path.relative_to(NOTEBOOKS))
    notebook = chinese.read(path)
    asked = [cell for cell in notebook.cells if EXERCISE.search(cell.source)]
    if tried := asked and "solutions" not in path.parts:
        # The last one: what stands in the others may be needed further down.
        asks, number = EXERCISE.search(asked[-1].source).groups()
        wrong = ", ".join(["lambda *inputs: 0"] * (2 if asks == "climb" else 1))
        page.evaluate(WRITE, [asked[-1].id, f"{asks}({number}, {wrong})"])
    checks.run(page)
    found = checks.faults(page, notebook)
    answers = {cell.id for cell in asked}
    assert [fault for fault in found if fault.cell not in answers] == []
    said = {cell["id"]: cell["outputs"] for cell in page.evaluate("series.outputs()")}
    for cell in asked:
        text, *pictures = said[cell.id]
        assert len(pictures) <= ("climb(" in cell.source)
        text = text["text"]
        assert re.match(r"练习|第 \d+ 级", text), text
    if tried:
        assert "还不对" in said[asked[-1].id][0]["text"]
    assert not requests
