"""Sliders: each value of each draws a picture of its own, with words of its own."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from helpers.draw import Edge, graph, sliders, style
from tools import publish
from tools.publish import NOT_STORED, ROOT, notebooks


def arrow(label, height):
    """Draw an arrow, to be put under two sliders."""
    figure = graph({"x": (0, 0), "y": (1, 0)}, [Edge("x", "y", label)], height)
    return figure, f'an arrow "{label}" & {height}'


CHOICES = {"label": ["a", "b"], "height": [1.5, ("tall", 2.5), 2]}


def parts(box):
    """Take the sliders, what they read, and the picture out of a box."""
    *rows, drawn = box.children
    return [row.children[1] for row in rows], [row.children[2] for row in rows], drawn


def test_a_slider_starts_at_its_first_value_and_draws_where_it_is_moved():
    box = sliders.sliders(arrow, CHOICES)
    (label, height), readouts, drawn = parts(box)
    assert [row.children[0].value for row in box.children[:-1]] == ["label =", "height ="]
    assert [readout.value for readout in readouts] == ["a", "1.5"]
    assert drawn.value == sliders.image(*arrow("a", 1.5))
    height.index = 1
    assert [readout.value for readout in readouts] == ["a", "tall"]
    label.index = 1
    assert drawn.value == sliders.image(*arrow("b", 2.5))


def test_a_picture_says_what_it_shows_and_how_wide_it_is():
    image = sliders.image(*arrow("a", 2))
    assert 'alt="an arrow &quot;a&quot; &amp; 2. 1 arrow: x→y a."' in image
    assert re.match(r'<img src="data:image/png;base64,[\w+/=]+" width="820" ', image)


def test_a_page_without_a_kernel_says_what_could_be_moved(monkeypatch):
    shown = []
    monkeypatch.setattr(sliders, "display", lambda data, raw: shown.append((data, raw)))
    sliders.explore(arrow, CHOICES)
    ((data, raw),) = shown
    assert raw and data.keys() == {NOT_STORED, "text/plain"}
    assert data["text/plain"] == "Run this cell to move label and height."


def test_a_slider_with_nowhere_to_go_is_refused():
    with pytest.raises(ValueError, match=r"^choices\['height'\] has 1 value"):
        sliders.sliders(arrow, {"label": ["a", "b"], "height": [2]})


def test_sliders_can_start_elsewhere():
    (label, height), readouts, drawn = parts(sliders.sliders(arrow, CHOICES, ("b", 2.5)))
    assert (label.value, height.value) == ("b", 2.5)
    assert [readout.value for readout in readouts] == ["b", "tall"]
    assert drawn.value == sliders.image(*arrow("b", 2.5))


def test_another_picture_with_the_same_words_is_another_picture(monkeypatch):
    monkeypatch.setattr(style, "display", lambda *_, **__: None)
    said = "An arrow."
    style.show(arrow("a", 2)[0], said)
    box = sliders.sliders(
        lambda label, height: (arrow(label, height)[0], said), CHOICES, ("b", 2)
    )
    assert box.children[-1].value == sliders.image(arrow("b", 2)[0], said)


@pytest.mark.parametrize(
    ("start", "message"),
    [
        (("b",), r"^start has 1 value\(s\), expected 2"),
        (("b", 3), r"^start is 3 for height, expected one of \[1.5, 2.5, 2\]"),
    ],
)
def test_a_start_that_is_nowhere_is_refused(start, message):
    with pytest.raises(ValueError, match=message):
        sliders.sliders(arrow, CHOICES, start)


# In place of ``explore``: move each slider to each of its values, and count the pictures.
EVERYWHERE = """
from helpers import draw
from helpers.draw import sliders

def everywhere(picture, choices, start=()):
    *rows, drawn = sliders.sliders(picture, choices, start).children
    for row in rows:
        handle, seen = row.children[1], set()
        for handle.index in range(len(handle.options)):
            seen.add((drawn.value.partition("alt=")[0], drawn.value.partition("alt=")[2]))
        pictures, words = (len(set(part)) for part in zip(*seen))
        print(f"{row.children[0].value} {len(handle.options)} {pictures} {words}")

draw.explore = everywhere
"""
EXPLORES = re.compile(r"^draw\.explore\((\w+),", re.MULTILINE)
WITH_SLIDERS = [
    path
    for path in notebooks()
    if any(EXPLORES.search(cell.source) for cell in nbformat.read(path, as_version=4).cells)
]


def that_explore(cells):
    """Choose the cells that show sliders."""
    return [cell for cell in cells if cell.cell_type == "code" and EXPLORES.search(cell.source)]


def sections(path):
    """List the sections of a notebook that have sliders."""
    return [
        cell.id.removeprefix("explore-").replace("-", ".")
        for cell in that_explore(nbformat.read(path, as_version=4).cells)
    ]


@pytest.mark.parametrize("path", WITH_SLIDERS, ids=lambda path: path.stem)
def test_every_value_of_every_slider_has_its_picture_and_its_words(path, tmp_path):
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, new_code_cell(EVERYWHERE))
    nbformat.write(notebook, tmp_path / path.name)
    moved = [
        re.fullmatch(r"\S+ = (\d+) (\d+) (\d+)", line).groups()
        for cell in that_explore(publish.execute(tmp_path / path.name).cells)
        for line in cell.outputs[0].text.splitlines()
    ]
    assert moved
    for values, pictures, words in moved:
        assert values == pictures == words


@pytest.mark.parametrize("path", WITH_SLIDERS, ids=lambda path: path.stem)
def test_what_needs_a_kernel_is_a_slider_that_is_named_for_its_section(path):
    section, stand, live = None, [], []
    for cell in nbformat.read(path, as_version=4).cells:
        if heading := re.match(r"## (\d\.\d) ", cell.source):
            section = heading[1]
        stand += [section] * len(that_explore([cell]))
        if cell.cell_type == "code" and "live" in cell.metadata.get("tags", ()):
            live.append(section)
    assert stand == sections(path)
    assert live == stand, "a deck leaves out the cells tagged live, and no others"


def test_the_sliders_that_the_guide_asks_for_are_there():
    guide = (ROOT / "TEACHING.md").read_text(encoding="utf-8")
    asked = re.findall(r"^\| (\d\.\d) \|.*\bSliders?:", guide, re.MULTILINE)
    there = [section for path in WITH_SLIDERS for section in sections(path)]
    assert asked and set(asked) <= set(there)


@pytest.mark.parametrize("path", WITH_SLIDERS, ids=lambda path: path.stem)
def test_the_picture_of_a_slider_is_shown_in_a_compared_cell_before_it(path):
    sources = [
        cell.source
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "code"
    ]
    for k, source in enumerate(sources):
        for picture in EXPLORES.findall(source):
            assert any(f"draw.show(*{picture}(" in earlier for earlier in sources[:k])
