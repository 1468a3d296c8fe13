"""The decks: typeset, whole and legible without a network."""

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import publish
from tools.publish import CHINESE, NOTEBOOKS, below, notebooks

PATHS = [*notebooks(), *below(CHINESE)]
every_notebook = pytest.mark.parametrize(
    "path", PATHS, ids=lambda path: path.relative_to(NOTEBOOKS).with_suffix("").as_posix()
)


@pytest.fixture(scope="session")
def written(tmp_path_factory):
    """Write every notebook as a deck; return their folder."""
    folder = tmp_path_factory.mktemp("paper")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(publish, "ROOT", folder)
        patch.setattr(publish, "BUILD", folder / "build")
        publish.slides(PATHS)
    return folder / "build" / "slides"


@pytest.fixture
def at(browser):
    """Open a file; what it asks of another machine is a fault."""
    context = browser.new_context(viewport={"width": 1280, "height": 720})
    context.add_init_script(path=Path(__file__).with_name("paper.js"))
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))

    def open_file(path):
        page.goto(path.as_uri())
        page.wait_for_function("paper.ready()")
        page.evaluate("paper.settled()")
        return page

    yield open_file
    context.close()
    local = ("file:", "data:", "blob:", "about:")
    assert not [url for url in asked if not url.startswith(local)]


def faults_of_deck(page):
    """Step through a deck, and list what is wrong: (the slide and its step, fault)."""
    found, steps, going = [], 0, True
    while going:
        page.evaluate("paper.settled()")
        where = page.evaluate("JSON.stringify(Reveal.getIndices())")
        found += [(where, fault) for fault in page.evaluate("paper.faults()")]
        steps, going = steps + 1, page.evaluate("paper.step()")
    return found, steps


@every_notebook
def test_every_slide_is_whole_and_legible(path, written, at):
    page = at((written / path.relative_to(NOTEBOOKS)).with_suffix(".html"))
    found, steps = faults_of_deck(page)
    print(f"{path.stem}: {page.evaluate('Reveal.getTotalSlides()')} slides, {steps} steps")
    assert not found
    assert page.evaluate("paper.formulas()") > 0
    assert steps >= sum("fragment" in str(c.metadata) for c in nbformat.read(path, 4).cells)


def test_what_is_wrong_on_a_slide_is_seen(tmp_path, monkeypatch, at):
    monkeypatch.setattr(publish, "ROOT", tmp_path)
    monkeypatch.setattr(publish, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(publish, "BUILD", tmp_path)
    sources = ["# Sound: $x$", "$\\frac{1$", "\n\n".join(["tall"] * 30), "$$" + "w" * 99 + "$$"]
    small = new_code_cell("0", outputs=[nbformat.v4.new_output("display_data")])
    small.outputs[0].data = {"text/html": '<p style="font-size: 9px">small</p>'}
    cells = [*map(new_markdown_cell, sources), small]
    for cell in cells:
        cell.metadata["slideshow"] = {"slide_type": "slide"}
    path = tmp_path / "a.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    publish.slides([path])
    found, steps = faults_of_deck(at(tmp_path / "slides" / "a.html"))
    assert steps == 6
    assert [fault[:7] for _, fault in found if "cut off" not in fault] == [
        "a formu",
        f"{found[1][1][:4]} px",
        "small: ",
    ]
    assert any("cut off" in fault for _, fault in found)
