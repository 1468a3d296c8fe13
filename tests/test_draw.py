"""Figures: what they say, the style whatever the reader's settings, colours, legible type."""

import base64
import os
import subprocess
import sys
from itertools import combinations

import matplotlib
import numpy as np
import pytest
from bs4 import BeautifulSoup
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from nbformat.v4 import new_code_cell, new_notebook, new_output
from sympy import eye, kronecker_product, ones

from helpers import draw
from helpers.draw import Cloud, Edge, Grid, matrices, style
from helpers.symbolic import column, matrix
from tools import publish


def a_graph(label="2x"):
    return draw.graph({"x": (0, 0), "y": (1, 0)}, [Edge("x", "y", label)])


def a_graph_with_everything():
    return draw.graph(
        {"W": (0, 1), "x": (0, 0), "z": (1, 0), "s": (2, 0)},
        [
            Edge("W", "z", "∂z / ∂vec W", below="δxᵀ"),
            Edge("x", "z", "W"),
            Edge("z", "s", "uᵀ", draw.ACCENT),
        ],
        above={"z": "0.50"},
        below={"z": "δᵀ"},
        lit=["s"],
        bracket=("z", "s", "δᵀ"),
    )


def a_cloud(**more):
    return Cloud("points", np.eye(2), np.array([[0, 1]]), **more)


def a_lit_weight(i, j, delta=None, m=3, n=4):
    names = column("z", m), matrix("W", m, n), column("x", n), column("b", m)
    return draw.lit_weight(*names, i, j, delta)


def a_folding(k, m=3, n=4):
    x, delta = column("x", n), column("delta", m)
    dz_dW = kronecker_product(eye(m), x.T)
    return draw.folding(delta, dz_dW, delta.T * dz_dW, delta * x.T, k)


def a_pipeline(**changed):
    numbers = {
        "x": np.array([[1.0], [-2.0], [0.5], [0.0]]),
        "W": np.ones((3, 4)),
        "b": np.zeros((3, 1)),
        "z": np.ones((3, 1)),
        "h": np.full((3, 1), -0.001),
        "u": np.ones((3, 1)),
        "s": 0.25,
        "p": 0.5,
    } | changed
    return draw.window_pipeline(["we", "flew"], **numbers)


def a_plot():
    figure, (left, right) = draw.canvas(3, 2)
    left.plot([0, 1], [1234.5, 2], label="falling")
    right.semilogy([0, 1], [1, 3.3e-7], label="error")
    right.set_title("on a log axis")
    return figure


SIZES = np.array([2, 4, 8])
SLOPE = draw.Slope("ReLU", SIZES, np.array([0.0, 0.0, 1.0]), {"kink": (0, 0)})
FIGURES = {
    "secants": lambda: draw.secants(lambda x: x * x, 1.0, 2.0, [1, 0.1]),
    "log_log": lambda: draw.log_log(
        {"a": (SIZES, 1 / SIZES)}, xlabel="x", ylabel="y", guides={"1/x": (SIZES, 2 / SIZES)}
    ),
    "work": lambda: draw.work(["3 × 4", "8 × 20"], {"right": [144, 11520], "left": [45, 1344]}),
    "grids": lambda: draw.grids(
        Grid("$I$", eye(3), draw.by_row),
        "$=$",
        Grid("n", np.eye(2), draw.by_block(1)),
        "\n",
        Grid("row", column("x", 4).T, draw.by_column),
    ),
    "wide grids": lambda: draw.grids(Grid("I ⊗ xᵀ", kronecker_product(eye(5), ones(1, 6)))),
    "wider grids": lambda: draw.grids(
        Grid("δᵀ", column("delta", 9).T), Grid("row", matrix("W", 1, 90), draw.by_block(9))
    ),
    "graph": a_graph,
    "graph with everything": a_graph_with_everything,
    "stack of 2": lambda: draw.stack(2),
    "stack of 3": lambda: draw.stack(3),
    "clouds": lambda: draw.clouds(
        a_cloud(), a_cloud(score=lambda P: P[:1] - 0.5, axes=("x₁", "x₂"))
    ),
    "wiring": lambda: draw.wiring(
        [np.ones((16, 2)), -np.ones((1, 16))], ["a", "b", "c"], ["p", "q"]
    ),
    "concatenation": lambda: draw.concatenation(["we", "flew"], np.array([[1, -2], [0, 2]])),
    "seven words": lambda: draw.concatenation(list("abcdefg"), np.full((7, 5), -0.5)),
    "pipeline": a_pipeline,
    "loss curves": lambda: draw.loss_curves([0, 10, 20], {"tanh": [3, 2, 1]}),
    "lit weight": lambda: a_lit_weight(2, 3),
    "lit gradient": lambda: a_lit_weight(2, 3, column("delta", 3)),
    "lit in another size": lambda: a_lit_weight(2, 3, column("delta", 5), m=5, n=3),
    "folding": lambda: a_folding(2),
    "folded": lambda: a_folding(3),
    "folding in another size": lambda: a_folding(3, m=5, n=6),
    "one unit": lambda: draw.one_unit(np.array([[2], [1]]), -1, np.array([-1, 0, 1])),
    "touching": lambda: draw.touching(SIZES, SLOPE, 4, 1, -0.25),
    "slopes": lambda: draw.slopes(SIZES, [SLOPE] * 2),
    "plain matplotlib": a_plot,
}


@pytest.fixture(scope="module", params=FIGURES, ids=str)
def figure(request):
    """Draw one of each kind."""
    return FIGURES[request.param]()


def texts(figure):
    return [text for text in figure.findobj(Text) if text.get_text().strip()]


def written(figure):
    return [text.get_text() for text in texts(figure)]


def shown(figure, alt, monkeypatch):
    """Catch what ``show`` hands to the notebook."""
    caught = []
    monkeypatch.setattr(style, "display", lambda data, **more: caught.append((data, more)))
    draw.show(figure, alt)
    return caught[0]


# --- what a figure says ---------------------------------------------------------------------


def test_every_figure_is_a_png_with_its_sentence_and_its_data(figure, monkeypatch):
    data, more = shown(figure, "Two curves cross.", monkeypatch)
    assert data["image/png"].startswith(b"\x89PNG")
    assert b"matplotlib" not in data["image/png"].lower()
    words = data["text/plain"]
    assert words == more["metadata"]["image/png"]["alt"]
    sentence, _, told = words.partition("cross. ")
    assert sentence == "Two curves " and told.endswith(".") and 3 <= len(told.split()) <= 60


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        (a_plot, "falling from 1.2e+03 to 2, on a log axis: error from 1e+00 to 1e-06."),
        (lambda: draw.grids(Grid("b", np.array([[-2], [0.5]]))), "b (2 × 1): −2.00, 0.50."),
        (a_graph, "1 arrow: x→y 2x."),
        (lambda: draw.clouds(Cloud("t", np.eye(2), np.array([[0, 1]]))),
         "t; 1 disc (label 0), 1 triangle (label 1)."),
    ],
)  # fmt: skip
def test_a_figure_says_its_own_numbers_rounded(figure, told, monkeypatch):
    assert shown(figure(), "It shows.", monkeypatch)[0]["text/plain"] == f"It shows. {told}"


def test_a_unit_without_a_direction_is_refused():
    with pytest.raises(ValueError, match="w is 0, expected a direction"):
        draw.one_unit(np.zeros((2, 1)), 1, np.array([-1, 0, 1]))


def test_a_figure_without_alternative_text_is_refused():
    with pytest.raises(ValueError, match="alt is empty"):
        draw.show(a_graph(), " ")


# --- the style ------------------------------------------------------------------------------

PLAIN = """
import hashlib
from helpers import draw
from helpers.draw import style
figure, (axes,) = draw.canvas(2)
axes.plot([1, 2], [2, 1], label="a")
axes.legend()
graph = draw.graph({"x": (0, 0), "y": (1, 0)}, [draw.Edge("x", "y", "2x")])
print(hashlib.sha256(style.png(figure) + style.png(graph)).hexdigest())
"""


def test_a_readers_own_settings_change_no_pixel(tmp_path):
    (tmp_path / "matplotlibrc").write_text(
        "font.size: 30\nfigure.dpi: 300\nlines.linewidth: 9\n"
    )
    here = []
    exec(PLAIN, {"print": here.append})
    there = subprocess.run(
        [sys.executable, "-c", PLAIN],
        env=os.environ | {"MATPLOTLIBRC": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert [there.stdout.strip()] == here


def test_nothing_in_a_kernel_sets_the_style_back():
    inline = "get_ipython().run_line_magic('matplotlib', 'inline')\nimport matplotlib.pyplot"
    code = f"""
import sys
from IPython.testing.globalipapp import start_ipython
get_ipython = lambda shell=start_ipython(): shell
import matplotlib
from helpers import draw
assert "matplotlib.pyplot" not in sys.modules
before = dict(matplotlib.rcParams)
{inline}
kept = {{k for k, v in before.items() if matplotlib.rcParams[k] != v}}
assert kept <= {{"backend", "interactive"}}, kept
"""
    environment = os.environ | {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)


def test_no_type_is_smaller_than_thirteen_and_a_half_points(figure):
    assert figure.get_figwidth() == style.WIDTH
    for text in texts(figure):
        assert text.get_fontsize() >= 13.5, text.get_text()


def test_nothing_is_cut_off(figure):
    style.png(figure)
    page = figure.bbox
    for text in figure.texts:
        box = text.get_window_extent()
        assert page.x0 <= box.x0 and box.x1 <= page.x1, text.get_text()
        assert page.y0 <= box.y0 and box.y1 <= page.y1, text.get_text()
    for axes in figure.axes:
        box = axes.get_tightbbox()
        assert page.x0 <= box.x0 and box.x1 <= page.x1, axes.get_title()
        assert page.y0 <= box.y0 and box.y1 <= page.y1, axes.get_title()


def luminance(colour):
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return parts @ np.array([0.2126, 0.7152, 0.0722])


def contrast(a, b):
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def over_paper(colour, alpha):
    return 1 - alpha * (1 - np.array(to_rgb(colour)))


def test_what_is_written_can_be_read_from_the_back_row():
    tinted = [over_paper(c, matrices.TINT) for c in (*style.ROWS, style.ACCENT)]
    pale = [over_paper(c, matrices.TINT / 3) for c in style.ROWS]
    for ink, papers in (
        (style.INK, [(1, 1, 1), *tinted]),
        (style.GREY, [(1, 1, 1), *pale]),
        (style.ACCENT, [(1, 1, 1)]),
    ):
        assert min(contrast(np.array(to_rgb(ink)), np.array(p)) for p in papers) >= 4.5, ink
    for colour in (*style.CURVES, style.BLUE, style.ORANGE, style.FAINT):
        assert contrast(np.array(to_rgb(colour)), np.ones(3)) >= 3, colour


# What eyes without red, green or blue cones make of linear RGB, as far as can be
# said: Machado, Oliveira and Fernandes (2009), severity 1.
COLOUR_BLIND = {
    "protanopia": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deuteranopia": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritanopia": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
TO_XYZ = np.array([[0.412, 0.358, 0.181], [0.213, 0.715, 0.072], [0.019, 0.119, 0.951]])


def cielab(colour, seen):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    x, y, z = np.cbrt(TO_XYZ @ np.clip(seen @ np.array(linear), 1e-3, 1) / TO_XYZ.sum(axis=1))
    return np.array([116 * y, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("eyes", COLOUR_BLIND)
def test_colour_blind_readers_tell_the_roles_apart(eyes):
    seen = np.array(COLOUR_BLIND[eyes])
    roles = [to_rgb(c) for c in (style.INK, style.GREY, style.BLUE, style.ORANGE, style.ACCENT)]
    tints = [over_paper(c, matrices.TINT) for c in (style.PAPER, *style.ROWS[:3])]
    for colours, apart in ((roles, 20), (tints, 8)):
        for one, other in combinations(colours, 2):
            assert np.linalg.norm(cielab(one, seen) - cielab(other, seen)) > apart, (one, other)


def test_a_colour_means_one_thing():
    roles = [style.INK, style.GREY, style.FAINT, style.BLUE, style.ORANGE, style.ACCENT]
    roles += style.ROWS
    assert len(set(roles)) == len(roles)
    assert not {style.BLUE, style.ORANGE, style.ACCENT} & set(style.CURVES)


# --- data that was dropped without a word ---------------------------------------------------


@pytest.mark.parametrize("count", [5, 9])
def test_every_curve_is_drawn_and_no_two_are_alike(count):
    names = [f"curve {k}" for k in range(count)]
    rising = np.arange(1, 4)
    drawn = [
        draw.loss_curves(rising, {name: rising for name in names}),
        draw.log_log({name: (rising, rising) for name in names}, xlabel="x", ylabel="y"),
    ]
    for figure in drawn:
        lines = [line for line in figure.axes[0].get_lines() if line.get_label() in names]
        assert [line.get_label() for line in lines] == names
        looks = {(x.get_color(), x.get_linestyle(), x.get_marker()) for x in lines}
        assert len(looks) == count


def test_an_activation_keeps_its_colour_in_every_picture():
    curves = {name: ([1, 2], [1, 2]) for name in ("tanh, 1", "ReLU, 1", "tanh, 2")}
    figure = draw.log_log(curves, xlabel="", ylabel="")
    first, relu, second = figure.axes[0].get_lines()[:3]
    assert first.get_color() == second.get_color() == style.ACTIVATIONS["tanh"]
    assert relu.get_color() == style.ACTIVATIONS["ReLU"]
    assert first.get_linestyle() != second.get_linestyle()


def test_every_word_has_its_row():
    figure = FIGURES["seven words"]()
    assert all(written(figure).count(word) == 2 for word in "abcdefg")
    assert written(figure).count("−0.50") == 35


@pytest.mark.parametrize("labels", [[-1, 1], [0, 2], [0.0, np.nan]])
def test_labels_other_than_0_and_1_are_refused(labels):
    with pytest.raises(
        ValueError, match=r"^y of panel 1 has the labels .*, expected only 0 and 1"
    ):
        draw.clouds(Cloud("t", np.eye(2), np.array([labels])))


def test_a_matrix_too_wide_for_its_entries_shows_its_colours_alone():
    assert written(FIGURES["wide grids"]()).count("1") == 30
    assert "W₁,₁₀" not in written(FIGURES["wider grids"]())


# --- single pictures ------------------------------------------------------------------------


def test_a_zero_keeps_the_tint_of_its_row():
    figure = draw.grids(Grid("W", np.array([[1, 0]]), draw.by_row))
    tints = [
        (patch.get_facecolor()[:3], patch.get_alpha())
        for patch in figure.findobj(matplotlib.patches.Rectangle)
        if patch.get_alpha()
    ]
    row = to_rgb(style.ROWS[0])
    assert tints == [(row, matrices.TINT), (row, matrices.TINT / 3)]


def test_what_comes_back_is_below_and_in_the_accent():
    figure = a_graph_with_everything()
    places = {text.get_text(): text for text in texts(figure)}
    assert places["δxᵀ"].get_color() == draw.ACCENT
    assert places["∂z / ∂vec W"].get_color() == draw.INK
    assert places["0.50"].get_position()[1] > places["z"].get_position()[1]
    arrows = figure.findobj(matplotlib.patches.FancyArrowPatch)
    lit = [a for a in arrows if a.get_edgecolor()[:3] == to_rgb(draw.ACCENT)]
    assert (len(arrows), len(lit)) == (4, 2)


def test_wiring_lights_the_lines_of_one_row_and_fades_the_others():
    figure = draw.wiring([np.ones((3, 2))], ["in", "out"], lit=(1, 2))
    lines = figure.findobj(matplotlib.collections.LineCollection)[0]
    accent = [matplotlib.colors.to_hex(colour) == draw.ACCENT for colour in lines.get_colors()]
    assert accent == [False, False, True, True, False, False]
    strength = lines.get_colors()[:, 3]
    assert strength[accent].min() > strength[np.invert(accent)].max()


def test_wiring_draws_a_line_for_each_weight_but_zero_and_a_node_for_each_unit():
    W1, W2 = np.array([[1.0, -2], [0, 3], [4, 5]]), np.array([[-1.0, 1, 1]])
    figure = draw.wiring([W1, W2], ["in", "hidden", "out"])
    collections = figure.findobj(matplotlib.collections.LineCollection)
    assert sum(len(lines.get_segments()) for lines in collections) == 5 + 3 + 2  # 2: the key
    assert len(figure.findobj(matplotlib.patches.Circle)) == 2 + 3 + 1
    assert {"W⁽¹⁾", "3 × 2", "W⁽²⁾", "1 × 3", "in", "hidden", "out"} <= set(written(figure))


def test_the_pictures_of_a_window_write_out_its_numbers():
    pipeline = set(written(a_pipeline()))
    expected = ["we", "flew", "1.00", "−2.00", "0.25", "0.50", "4 × 1", "3 × 4", "3 × 1"]
    assert set(expected) <= pipeline
    assert "0.00" in pipeline, "a small negative number is no minus zero"
    assert "−0.00" not in pipeline
    drawn = written(draw.concatenation(["we", "flew"], np.array([[1, -2], [0, 2]])))
    assert drawn.count("−2") == drawn.count("flew") == 2


@pytest.mark.parametrize(
    ("draw_it", "message"),
    [
        (lambda: draw.wiring([np.ones((3, 2)), np.ones((1, 2))], ["a", "b", "c"]),
         r"W2 is \(1, 2\), expected \(any, 3\)"),
        (lambda: draw.wiring([np.ones((3, 2))], ["a"]), r"names has 1 .* expected 2"),
        (
            lambda: draw.wiring([np.ones((3, 2))], ["a", "b"], lit=(1, 4)),
            r"lit is \(1, 4\), .* to \(1, 3\)",
        ),
        (lambda: draw.wiring([np.ones((3, 2))], ["a", "b"], ["p"]), r"inputs has 1 .* 2 or"),
        (lambda: draw.clouds(Cloud("t", np.ones((5, 2)), np.ones((1, 5)))),
         r"P of panel 1 is \(5, 2\), expected \(2, any\): transposed"),
        (lambda: draw.clouds(a_cloud(), Cloud("t", np.ones((2, 5)), np.ones(5))),
         r"y of panel 2 is \(5,\), expected \(1, 5\): a 1-D"),
        (lambda: draw.clouds(a_cloud(score=lambda P: P[0])),
         r"score\(points\) of panel 1 is \(8281,\), expected \(1, 8281\): a 1-D"),
        (lambda: a_pipeline(x=np.ones(4)), r"x is \(4,\), expected \(4, 1\)"),
        (lambda: a_pipeline(W=np.ones((4, 3))), r"W is \(4, 3\), expected \(3, 4\)"),
        (lambda: a_pipeline(u=np.ones((1, 3))), r"u is \(1, 3\), expected \(3, 1\)"),
        (lambda: a_pipeline(x=np.ones((5, 1)), W=np.ones((3, 5))), "words has 2"),
        (lambda: draw.concatenation(["we"], np.ones((2, 2))), r"rows is \(2, 2\)"),
        (lambda: draw.work(["a", "b"], {"left": [45]}), "counts of left are 1, expected 2"),
        (lambda: draw.loss_curves([0, 1], {"a": [1]}),
         r"losses of a have shape \(1,\), .*step"),
        (lambda: a_lit_weight(4, 1), "i is 4, expected a whole number from 1 to 3"),
        (lambda: a_lit_weight(1, 0), "j is 0, expected a whole number from 1 to 4"),
        (lambda: a_folding(4), "k is 4, expected a whole number from 0 to 3"),
        (lambda: draw.canvas(3, margins=(1, 1)), "margins has 2 numbers, expected 5"),
        (lambda: draw.stack(0), "depth is 0"),
        (lambda: draw.graph({"x": (0, 0)}, [Edge("x", "y")]),
         "there is no node 'y', expected one of x"),
        (lambda: draw.graph({"x": (0, 0), "y": (1, 0)}, [Edge("y", "x")]),
         "'y' stands right of 'x'"),
    ],
)  # fmt: skip
def test_a_drawing_names_what_does_not_fit(draw_it, message):
    with pytest.raises(ValueError, match=message):
        draw_it()


# --- on a slide -----------------------------------------------------------------------------


def test_a_deck_keeps_the_words_of_a_picture(monkeypatch, tmp_path):
    data, more = shown(a_graph(), 'An arrow, "2x" & more.', monkeypatch)
    data["image/png"] = base64.b64encode(data["image/png"]).decode()
    output = new_output("display_data", data, metadata=more["metadata"])
    notebook = new_notebook(cells=[new_code_cell("draw.show(...)", outputs=[output])])
    monkeypatch.setattr(publish, "ROOT", tmp_path)
    path = publish.NOTEBOOKS / "solutions" / "a.ipynb"
    publish._write_deck(notebook, path, tmp_path)
    (image,) = BeautifulSoup((tmp_path / "solutions" / "a.html").read_text(), "html.parser")(
        "img"
    )
    assert image["alt"] == data["text/plain"]
    assert image["width"] == "820"
    assert image["src"].removeprefix("data:image/png;base64,") == data["image/png"]
