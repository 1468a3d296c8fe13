"""The notebooks as stored: run whole, normalised, described, linked, spelled.

That their outputs are true is nbval's part, which runs with these tests.
"""

from __future__ import annotations

import re

import codespell_lib
import nbformat
import pytest

from tools.publish import (
    METADATA,
    NOTEBOOKS,
    README_PICTURE,
    ROOT,
    normalised,
    notebooks,
    tagged_picture,
)

PATHS = notebooks()
NUMBERED = [path for path in PATHS if path.name[0] == "0" and path.parent.name != "solutions"]
IGNORED = re.compile(r"nbval-(ignore-output|skip)|NBVAL_(IGNORE_OUTPUT|SKIP)", re.IGNORECASE)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")

every_notebook = pytest.mark.parametrize(
    "path", PATHS, ids=lambda path: str(path.relative_to(NOTEBOOKS).with_suffix(""))
)


def read(path):
    """Read a stored notebook."""
    return nbformat.read(path, as_version=4)


def code_cells(path):
    """List the code cells of a stored notebook."""
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def anchors(path):
    """List the anchors of a notebook's headings as JupyterLab makes them."""
    markdown = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
    headings = re.findall(r"^#+ (.+)$", "\n".join(markdown), re.MULTILINE)
    return {heading.strip().replace(" ", "-") for heading in headings}


@every_notebook
def test_every_code_cell_was_run_once_and_in_order(path):
    cells = code_cells(path)
    assert all(cell.source.strip() for cell in cells)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))


@every_notebook
def test_no_error_and_no_warning_is_stored(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", cell.source


@every_notebook
def test_the_file_is_normalised(path):
    notebook = read(path)
    assert notebook.metadata == METADATA
    assert path.read_text(encoding="utf-8") == normalised(notebook), "make refresh"
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


@every_notebook
def test_no_output_is_left_unchecked(path):
    for cell in code_cells(path):
        assert not IGNORED.search(cell.source + " ".join(cell.metadata.get("tags", ())))


@every_notebook
def test_every_picture_says_what_it_shows(path):
    for cell in code_cells(path):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                alt = output.metadata["image/png"]["alt"]
                assert alt == output.data["text/plain"]
                assert len(alt.split()) >= 8, alt


@every_notebook
def test_every_link_within_the_series_arrives(path):
    for cell in read(path).cells:
        if cell.cell_type != "markdown":
            continue
        for target in LINK.findall(cell.source):
            if "://" in target:
                continue
            name, _, anchor = target.partition("#")
            file = path.parent / name if name else path
            assert file.exists(), target
            assert not anchor or anchor in anchors(file), target
            assert anchor.isascii(), f"JupyterLab does not find {anchor}"


MATHS = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.DOTALL)


@every_notebook
def test_the_mathematics_of_the_prose_is_closed(path):
    for cell in read(path).cells:
        if cell.cell_type != "markdown":
            continue
        prose = re.sub(r"`[^`]*`", "", cell.source)
        assert "$" not in MATHS.sub("", prose), cell.source
        for formula in (a or b for a, b in MATHS.findall(prose)):
            assert formula.count("{") == formula.count("}"), formula
            assert formula.count(r"\left") == formula.count(r"\right"), formula
            for begin in re.findall(r"\\begin\{(\w+)\}", formula):
                assert rf"\end{{{begin}}}" in formula, formula


@every_notebook
def test_the_prose_is_spelled(path, tmp_path, monkeypatch, capsys):
    cells = read(path).cells
    text = tmp_path / "prose.md"
    text.write_text("\n\n".join(c.source for c in cells if c.cell_type == "markdown"), "utf-8")
    monkeypatch.chdir(ROOT)  # where codespell finds its settings
    assert codespell_lib.main(str(text)) == 0, capsys.readouterr().out


def test_every_link_of_the_readme_arrives():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        assert "://" in target or (ROOT / target.partition("#")[0]).exists(), target


def test_the_readmes_picture_is_the_notebooks():
    pictures = [tagged_picture(read(path), "readme-picture") for path in PATHS]
    (picture,) = filter(None, pictures)
    assert README_PICTURE.read_bytes() == picture, "make refresh"
