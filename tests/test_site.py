"""Laying out the site: what is in its contents, what its pictures and its sliders say."""

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from helpers.draw import Edge, graph, sliders
from tools import site
from tools.publish import CHINESE, NOTEBOOKS, ROOT


def arrow(label, height):
    """Draw an arrow, to be put under two sliders."""
    figure = graph({"x": (0, 0), "y": (1, 0)}, [Edge("x", "y", label)], height)
    return figure, f'an arrow "{label}"'


def test_contents_follow_the_folders_and_keep_the_solutions_for_last():
    names = ["01_a", "beyond/06_b", "new/08_d", "practice/07_c", "solutions/01_a"]
    written = site.contents([NOTEBOOKS / f"{name}.ipynb" for name in names])
    order = ["01_a", "beyond/06_b", "practice/07_c", "new/08_d", "solutions/01_a"]
    assert re.findall(r"^notebooks/(.*)\.ipynb$", written, re.MULTILINE) == order
    captions = re.findall(r"^:caption: (.*)$", written, re.MULTILINE)
    assert captions[:4] == ["The series", "Going further", "Practice", "New"]
    assert captions[-1] == "Solutions"


def test_every_position_has_its_picture_and_the_first_to_be_seen_is_the_start():
    box = sliders.sliders(arrow, {"label": ["a", "b"], "height": [1.5, 2, 2.5]}, ("b", 2))
    page, files = site.positions(box, "../_static")
    images = re.findall(
        r'<img src="\.\./_static/(\w+\.png)" loading="lazy" width="820" height="(\d+)" '
        r'alt="an arrow &quot;(\w)[^"]*"( hidden)?>',
        page,
    )
    assert [name for name, *_ in images] == list(files)
    assert [(height, label) for _, height, label, _ in images] == [
        (height, label) for label in "ab" for height in ("150", "200", "250")
    ]
    assert [not hidden for *_, hidden in images] == [False] * 4 + [True, False]
    assert page.count('<input type="range"') == 2


def test_a_picture_says_its_words_where_they_are_looked_for():
    said = {"image/png": {"alt": "An arrow.", "width": 820}}
    output = new_output("display_data", {"image/png": ""}, metadata=said)
    cell = new_code_cell("draw.show(...)", outputs=[output])
    site.described(new_notebook(cells=[cell]))
    assert cell.metadata["mystnb"] == {"image": {"alt": "An arrow.", "width": "820px"}}
    cell.outputs.append(nbformat.from_dict(output))
    with pytest.raises(ValueError, match="shows 2 pictures, expected at most 1"):
        site.described(new_notebook(cells=[cell]))


def test_a_link_to_a_folder_leads_to_its_first_notebook():
    text = "[here](notebooks/solutions), [there](TEACHING.md), [out](https://example.org)"
    found = site.unfolded(text, ROOT)
    assert "[here](notebooks/solutions/01_parallel_logistic_regressions.ipynb)" in found
    assert found.endswith("[there](TEACHING.md), [out](https://example.org)")


def test_links_lead_into_the_other_half_and_to_cells():
    book = CHINESE / "beyond" / "06_a.ipynb"
    text = (
        "[a](#cell-id=x), [b](../../05_b.ipynb#5.1-B), [c](../solutions/06_a.ipynb#cell-id=y)"
    )
    found = site.across(text, book).split(", ")
    assert found == [
        "[a](#beyond-06_a-x)",
        '<a href="../../notebooks/05_b.html#5.1-B">b</a>',
        "[c](#solutions-06_a-y)",
    ]
    text = "[中文](README.zh-CN.md), [a](notebooks/05_a.ipynb)"
    found = site.across(text, ROOT / "README.md").split(", ")
    assert found == ['<a href="zh/index.html">中文</a>', "[a](notebooks/05_a.ipynb)"]
    text = "[en](README.md), [a](notebooks/zh/05_a.ipynb), [q](QUESTIONS.md)"
    assert site.across(text, ROOT / "README.zh-CN.md").split(", ") == [
        '<a href="../index.html">en</a>',
        "[a](05_a.ipynb)",
        '<a href="../QUESTIONS.html">q</a>',
    ]
