"""Figures: alternative text, the same style whatever the reader's settings, type size."""

import base64

import matplotlib
import numpy as np
import pytest
from sympy import eye, kronecker_product

from helpers.draw import figures
from helpers.draw.figures import Cloud, Edge, Grid
from helpers.symbolic import column, matrix


def a_graph():
    return figures.graph({"x": (0, 0), "y": (1, 0)}, [Edge("x", "y", "$2x$")], 1.7)


def a_cloud(**more):
    return Cloud("points", np.eye(2), np.array([[0, 1]]), "below", **more)


def a_lit_weight(i, j, delta=None):
    return figures.lit_weight(
        column("z", 3), matrix("W", 3, 4), column("x", 4), column("b", 3), i, j, delta
    )


def a_folding(k):
    x, delta = column("x", 4), column("delta", 3)
    dz_dW = kronecker_product(eye(3), x.T)
    return figures.folding(delta, dz_dW, delta.T * dz_dW, delta * x.T, k)


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
    return figures.window_pipeline(["we", "flew"], **numbers)


def some_figures():
    """Draw one of each kind."""
    sizes = np.array([2, 4, 8])
    return [
        figures.secants(lambda x: x * x, 1.0, 2.0, [1, 0.1]),
        figures.log_log(
            {"a": (sizes, 1 / sizes)}, xlabel="x", ylabel="y", notes={"n": (4, 0.2)}
        ),
        figures.growth(
            sizes,
            {"bytes": {"long": (sizes**3, sizes[:2] ** 3)}},
            xlabel="n",
            limits={"bytes": ("limit", 100)},
        ),
        figures.grids(
            Grid("$I$", eye(3), lambda i, j: figures.BLUE), "$=$", Grid("n", np.eye(2))
        ),
        a_graph(),
        figures.clouds(a_cloud(notes={"here": (0, 1)}), a_cloud(score=lambda P: P[:1] - 0.5)),
        figures.clouds(
            *[a_cloud(lines=[(np.array([1, 2]), 0.5), (np.array([[0, 1]]), 0)])] * 3, columns=2
        ),
        figures.wiring([np.ones((16, 2)), -np.ones((1, 16))], ["a", "b", "c"], ["p", "q"]),
        figures.concatenation(["we", "flew"], np.array([[1, -2], [0, 2]])),
        a_pipeline(),
        figures.loss_curves([0, 10, 20], {"tanh": [3, 2, 1]}, ("level", 0.5)),
        figures.word_bars({"one": (["we", "flew"], [1.0, 2.0])}),
        a_lit_weight(2, 3),
        a_lit_weight(2, 3, column("delta", 3)),
        a_folding(2),
        a_folding(3),
        figures.approximations(sizes, sizes**2, {"a": sizes}, {"a": [2, 4]}),
        figures.over_depth({"a": [1, 0.1, 0.01], "b": [1, 2, 4]}, ylabel="size"),
        figures.over_depth({"a": [1, 0.1, 0.01]}, ylabel="size", limits=(1e-3, 10)),
        figures.touching(sizes, figures.Slope("a", sizes, 1 / sizes, {}), 4, 4, -0.25),
        figures.slopes(sizes, [figures.Slope("a", sizes, 1 / sizes, {"kink": (0, 0)})] * 2),
    ]


def shown(figure, alt, monkeypatch):
    """Catch what ``show`` hands to the notebook."""
    caught = []
    monkeypatch.setattr(figures, "display", lambda data, **more: caught.append((data, more)))
    figures.show(figure, alt)
    return caught[0]


def test_every_figure_is_a_png_with_its_alternative_text(monkeypatch):
    for figure in some_figures():
        data, more = shown(figure, "Two curves cross.", monkeypatch)
        assert data["image/png"].startswith(b"\x89PNG")
        assert b"matplotlib" not in data["image/png"].lower()
        assert data["text/plain"] == "Two curves cross."
        assert more["metadata"]["image/png"]["alt"] == "Two curves cross."


def test_a_figure_without_alternative_text_is_refused():
    with pytest.raises(ValueError, match="alt is empty"):
        figures.show(a_graph(), " ")


def test_a_readers_own_settings_change_no_pixel(monkeypatch):
    first = shown(a_graph(), "x", monkeypatch)[0]["image/png"]
    with matplotlib.rc_context({"font.size": 30, "figure.dpi": 300, "lines.linewidth": 9}):
        second = shown(a_graph(), "x", monkeypatch)[0]["image/png"]
    assert base64.b64encode(first) == base64.b64encode(second)


def test_no_type_is_smaller_than_eighteen_css_pixels():
    # A figure is shown at 100 CSS pixels to the inch: 13 points are 18 of them.
    for figure in some_figures():
        assert figure.get_figwidth() == figures.WIDTH
        for text in figure.findobj(matplotlib.text.Text):
            assert not text.get_text() or text.get_fontsize() * 100 / 72 >= 18, text.get_text()


def test_wiring_draws_a_line_for_each_weight_but_zero_and_a_node_for_each_unit():
    W1, W2 = np.array([[1.0, -2], [0, 3], [4, 5]]), np.array([[-1.0, 1, 1]])
    figure = figures.wiring([W1, W2], ["in", "hidden", "out"])
    collections = figure.findobj(matplotlib.collections.LineCollection)
    assert sum(len(lines.get_segments()) for lines in collections) == 5 + 3 + 2  # 2: the key
    assert len(figure.findobj(matplotlib.patches.Circle)) == 2 + 3 + 1
    texts = {text.get_text() for text in figure.findobj(matplotlib.text.Text)}
    assert {"W⁽¹⁾", "3 × 2", "W⁽²⁾", "1 × 3", "in", "hidden", "out"} <= texts


def test_the_pictures_of_a_window_write_out_its_numbers():
    written = {text.get_text() for text in a_pipeline().findobj(matplotlib.text.Text)}
    assert {"we", "flew", "1.00", "−2.00", "0.25", "0.50", "4 × 1", "3 × 4", "3 × 1"} <= written
    assert "0.00" in written, "a small negative number is no minus zero"
    assert "−0.00" not in written
    rows = np.array([[1, -2], [0, 2]])
    drawn = figures.concatenation(["we", "flew"], rows).findobj(matplotlib.text.Text)
    texts = [text.get_text() for text in drawn]
    assert texts.count("−2") == texts.count("flew") == 2


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (
            lambda: figures.wiring([np.ones((3, 2)), np.ones((1, 2))], ["a", "b", "c"]),
            r"W2 is \(1, 2\), expected \(any, 3\)",
        ),
        (lambda: figures.wiring([np.ones((3, 2))], ["a"]), r"names has 1 .* expected 2"),
        (
            lambda: figures.clouds(Cloud("t", np.ones((5, 2)), np.ones((1, 5)))),
            r"P of panel 1 is \(5, 2\), expected \(2, any\): transposed",
        ),
        (
            lambda: figures.clouds(a_cloud(), Cloud("t", np.ones((2, 5)), np.ones(5))),
            r"y of panel 2 is \(5,\), expected \(1, 5\): a 1-D",
        ),
        (lambda: a_pipeline(x=np.ones(4)), r"x is \(4,\), expected \(4, 1\)"),
        (lambda: a_pipeline(W=np.ones((4, 3))), r"W is \(4, 3\), expected \(3, 4\)"),
        (lambda: a_pipeline(u=np.ones((1, 3))), r"u is \(1, 3\), expected \(3, 1\)"),
        (lambda: a_pipeline(x=np.ones((5, 1)), W=np.ones((3, 5))), "words has 2"),
        (lambda: figures.concatenation(["we"], np.ones((2, 2))), r"rows is \(2, 2\)"),
        (lambda: figures.loss_curves([0, 1], {"a": [1]}), r"the losses of a is \(1,\)"),
        (lambda: figures.word_bars({"t": (["we"], [1, 2])}), r"the sizes of t is \(2,\)"),
        (lambda: a_lit_weight(4, 1), "i is 4, expected a whole number from 1 to 3"),
        (lambda: a_lit_weight(1, 0), "j is 0, expected a whole number from 1 to 4"),
        (lambda: a_folding(4), "k is 4, expected a whole number from 0 to 3"),
    ],
)
def test_a_drawing_names_what_does_not_fit(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()
