"""Storing outputs: normal form, refusal of warnings, and decks that leave the sources alone."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools import publish


def write(path, *sources):
    """Write a small notebook with untidy metadata."""
    cells = [new_markdown_cell("# Title  \n"), *map(new_code_cell, sources)]
    cells[1].metadata = {"collapsed": True, "tags": ["kept"]}
    notebook = new_notebook(
        cells=cells, metadata={"language_info": {"name": "python", "version": "3.99"}}
    )
    nbformat.write(notebook, path)
    return path


def test_refresh_stores_outputs_and_the_second_time_changes_no_byte(tmp_path):
    slowly = "import time\nfor k in range(3):\n    print(k)\n    time.sleep(0.3)"
    path = write(tmp_path / "a.ipynb", "1 + 1", slowly)
    publish.refresh([path])
    first = path.read_bytes()
    publish.refresh([path])
    assert path.read_bytes() == first
    notebook = nbformat.read(path, as_version=4)
    assert notebook.cells[1].outputs[0].data["text/plain"] == "2"
    assert [cell.execution_count for cell in notebook.cells[1:]] == [1, 2]
    (printed,) = notebook.cells[2].outputs
    assert printed.text == "0\n1\n2\n"


def test_normal_form_drops_what_is_not_a_persons_change(tmp_path):
    path = write(tmp_path / "a.ipynb", "1 + 1 ")
    notebook = nbformat.read(path, as_version=4)
    tidy = nbformat.reads(publish.normalised(notebook), as_version=4)
    assert tidy.metadata == publish.METADATA
    assert "version" not in tidy.metadata.language_info
    assert tidy.cells[1].metadata == {
        "slideshow": {"slide_type": "fragment"},
        "tags": ["kept"],
    }
    assert [cell.source for cell in tidy.cells] == ["# Title", "1 + 1"]
    assert [cell.id for cell in tidy.cells] == [cell.id for cell in notebook.cells]


def test_a_cell_tagged_hide_input_is_folded_in_jupyterlab_too(tmp_path):
    notebook = nbformat.read(write(tmp_path / "a.ipynb", "1 + 1"), as_version=4)
    notebook.cells[1].metadata.tags = ["hide-input"]
    tidy = nbformat.reads(publish.normalised(notebook), as_version=4)
    assert tidy.cells[1].metadata.jupyter == {"source_hidden": True}
    assert publish.normalised(tidy) == publish.normalised(notebook)


def test_a_cell_that_warns_stores_nothing(tmp_path):
    path = write(tmp_path / "a.ipynb", "import warnings; warnings.warn('watch out')")
    before = path.read_bytes()
    with pytest.raises(RuntimeError, match=r"cell 2 wrote to stderr"):
        publish.refresh([path])
    assert path.read_bytes() == before


def test_decks_of_a_subfolder_find_mathjax_and_each_other(tmp_path, monkeypatch):
    monkeypatch.setattr(publish, "ROOT", tmp_path)
    monkeypatch.setattr(publish, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(publish, "BUILD", tmp_path / "build")
    (tmp_path / "solutions").mkdir()
    path = write(tmp_path / "solutions" / "a.ipynb", "6 * 7")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source = "[whole](../a.ipynb) and [in part](../a.ipynb#Here)"
    nbformat.write(notebook, path)
    before = path.read_bytes()
    publish.slides([path])
    assert path.read_bytes() == before
    decks = tmp_path / "build" / "slides"
    deck = (decks / "solutions" / "a.html").read_text(encoding="utf-8")
    assert 'src="../mathjax/MathJax.js' in deck and 'src="http' not in deck
    assert (decks / "mathjax" / "MathJax.js").exists()
    assert 'href="../a.html"' in deck and 'href="../a.html#Here"' in deck


def test_notebooks_are_named_by_their_number_or_by_their_path(tmp_path):
    path = write(tmp_path / "a.ipynb", "1")
    named = publish.notebooks("05", str(path))
    assert [each.parent.name for each in named] == ["notebooks", "solutions", tmp_path.name]
    assert named[:2] == [each for each in publish.notebooks() if each.name[:2] == "05"]
    with pytest.raises(SystemExit, match="No notebook is called 55"):
        publish.notebooks("05", "55")
