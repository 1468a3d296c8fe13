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
EXERCISE = re.compile(r"^(?:check|climb)\((\"?\w+\"?), ", re.MULTILINE)


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
    if path.parent.name == "practice":
        pytest.skip("a rung answers with a picture, too: tests/test_ladder.py looks at it")
    page = opened(lab.notebooks / path.relative_to(NOTEBOOKS))
    notebook = chinese.read(path)
    asked = [cell for cell in notebook.cells if EXERCISE.search(cell.source)]
    if asked and "solutions" not in path.parts:
        number = EXERCISE.search(asked[0].source)[1]
        wrong = "lambda *inputs: 0"
        climbs = "climb(" in asked[0].source
        call = f"climb({number}, {wrong}, {wrong})" if climbs else f"check({number}, {wrong})"
        page.evaluate(WRITE, [asked[0].id, call])
    checks.run(page)
    found = checks.faults(page, notebook)
    answers = {cell.id for cell in asked}
    assert [fault for fault in found if fault.cell not in answers] == []
    said = {cell["id"]: cell["outputs"] for cell in page.evaluate("series.outputs()")}
    for cell in asked:
        text = next(output["text"] for output in said[cell.id] if "text" in output)
        assert re.match(r"练习|第 \d+ 级", text), text
    if asked and "solutions" not in path.parts:
        assert "还不对" in said[asked[0].id][0]["text"]
    assert not requests
