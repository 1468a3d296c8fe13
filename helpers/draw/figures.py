"""Drawing: the one style of the series, ``show``, and a function for each kind of picture.

Nothing here computes what a notebook teaches: each function draws what it is handed.
"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import matplotlib
import numpy as np
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, Patch, Rectangle
from matplotlib.ticker import NullLocator
from matplotlib.transforms import Affine2D
from numpy.typing import ArrayLike, NDArray
from sympy import Function, ImmutableMatrix, MatrixBase, Mul, Symbol
from sympy.printing.pretty.pretty_symbology import pretty_symbol

from helpers.checks import check_shape

# A colour for each row or curve: Okabe and Ito's, told apart by colour-blind readers.
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, "#56B4E9")
INK, FAINT, PAPER = "#1b1f24", "#9aa3ad", "#ffffff"
WIDTH = 8.2  # inches; shown at 100 CSS pixels to the inch
DOTS = 130  # stored pixels to the inch, for projectors

STYLE = {
    "font.size": 15,
    "axes.titlesize": 15,
    "axes.labelsize": 15,
    "xtick.labelsize": 13.5,
    "ytick.labelsize": 13.5,
    "legend.fontsize": 14,
    "legend.frameon": False,
    "mathtext.fontset": "dejavuserif",
    "axes.prop_cycle": matplotlib.cycler(color=COLOURS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.minor.visible": False,
    "ytick.minor.visible": False,
    "lines.linewidth": 2.5,
    "lines.markersize": 8,
    "figure.facecolor": PAPER,
    "figure.constrained_layout.use": True,
}


@contextmanager
def _style() -> Iterator[None]:
    # From matplotlib's defaults, so that no reader's own settings change a picture.
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


def styled(draw: Callable[..., Figure]) -> Callable[..., Figure]:
    """Wrap a drawing function so that it draws in the style of the series."""

    @functools.wraps(draw)
    def in_style(*args: Any, **kwargs: Any) -> Figure:
        with _style():
            return draw(*args, **kwargs)

    return in_style


def png(figure: Figure) -> bytes:
    """Write a figure as a PNG, the same bytes for the same picture."""
    buffer = io.BytesIO()
    with _style():
        # No software version in the file: it would change with every release of matplotlib.
        FigureCanvasAgg(figure).print_png(
            buffer, metadata={"Software": None}, pil_kwargs={"compress_level": 3}
        )
    return buffer.getvalue()


# The last picture that was shown, by its words: a slider that starts there need not draw it.
SHOWN: dict[str, bytes] = {}


def css_width(figure: Figure) -> int:
    """Tell how many CSS pixels wide a figure is shown."""
    return round(figure.get_figwidth() * 100)


def show(figure: Figure, alt: str) -> None:
    """Display a figure with its alternative text, a sentence that says what it shows."""
    if not alt.strip():
        raise ValueError("alt is empty, expected a sentence that says what the figure shows")
    SHOWN.clear()
    SHOWN[alt] = png(figure)
    display(
        {"image/png": SHOWN[alt], "text/plain": alt},
        metadata={"image/png": {"alt": alt, "width": css_width(figure)}},
        raw=True,
    )


def _canvas(
    height: float, columns: int = 1, margins: tuple[float, ...] | None = None, **kwargs: Any
) -> tuple[Figure, NDArray]:
    # Margins in inches (left, right, bottom, top, between panels) save the automatic layout,
    # which draws every text twice; without them the layout is automatic.
    figure = Figure(figsize=(WIDTH, height), dpi=DOTS, layout="none" if margins else None)
    if margins:
        left, right, bottom, top, between = margins
        panel = (WIDTH - left - right - (columns - 1) * between) / columns
        figure.subplots_adjust(
            left / WIDTH, bottom / height, 1 - right / WIDTH, 1 - top / height, between / panel
        )
    return figure, figure.subplots(1, columns, squeeze=False, **kwargs)[0]


class _Sheet:
    """A figure without axes, measured in units of its own, with its origin at the centre."""

    def __init__(self, height: float, wide: float, tall: float) -> None:
        self.figure = Figure(figsize=(WIDTH, height), dpi=DOTS, layout="none")
        self.units = (
            Affine2D().scale(1 / wide, 1 / tall).translate(0.5, 0.5) + self.figure.transFigure
        )

    def text(self, x: float, y: float, text: str, size: float, **style: Any) -> None:
        # Letters are italic, as in a formula, but set as plain text: a formula takes ten times
        # as long. Give one ($...$) where it has roman parts.
        letters = {"family": "DejaVu Serif", "style": "italic"}
        style = {"ha": "center", "va": "center"} | letters | style
        text = text.replace("f′", "f\u200a′")  # a hair's breadth between italic f and prime
        self.figure.text(x, y, text, transform=self.units, fontsize=size, **style)

    def add(self, patch: Patch | LineCollection) -> None:
        patch.set_transform(self.units)
        self.figure.add_artist(patch)


def _power_of_ten(value: float, _: int) -> str:
    # Plain characters: as formulas, these labels would take most of a figure's time.
    exponent = round(np.log10(value))
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def _decades(axes: Axes) -> None:
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(_power_of_ten)
    axes.grid(alpha=0.25)


# --- curves ---------------------------------------------------------------------------------


@styled
def secants(
    function: Callable[[NDArray], NDArray], at: float, slope: float, steps: Sequence[float]
) -> Figure:
    """Draw the graph near ``at`` with its tangent and a secant, one panel for each step."""
    figure, panels = _canvas(3.7, len(steps), margins=(0.15, 0.1, 0.4, 0.7, 0.25))
    for axes, step in zip(panels, steps, strict=True):
        x = np.linspace(at - 0.25 * step, at + 1.25 * step, 60)
        rise = float(function(at + step) - function(at)) / step
        axes.plot(x, function(x), color=INK, label="curve")
        axes.plot(x, function(at) + slope * (x - at), "--", color=BLUE, label="tangent")
        ends = np.array([at, at + step])
        axes.plot(ends, function(ends), "o-", color=ORANGE, label="secant")
        axes.set_title(f"ε = {step:g}\nsecant slope {rise:.4f}")
        axes.set_xticks(ends, [f"{end:g}" for end in ends])
        axes.set_yticks([])
    panels[0].legend(loc="upper left", handlelength=1.2)
    return figure


@styled
def log_log(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    xlabel: str,
    ylabel: str,
    notes: Mapping[str, tuple[float, float]] | None = None,
) -> Figure:
    """Draw curves of positive numbers on two logarithmic axes; zeros are left out.

    ``notes`` puts a text at a point (x, y).
    """
    figure, (axes,) = _canvas(4.0, margins=(1.15, 0.15, 0.75, 0.1, 0))
    for marker, (label, (x, y)) in zip("osD^v", curves.items(), strict=False):
        x, y = np.asarray(x, float), np.asarray(y, float)
        axes.loglog(x[y > 0], y[y > 0], marker=marker, label=label)
    for text, point in (notes or {}).items():
        axes.annotate(text, point, ha="center", va="bottom")
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.legend()
    _decades(axes)
    return figure


@styled
def growth(
    sizes: ArrayLike,
    panels: Mapping[str, Mapping[str, tuple[ArrayLike, ArrayLike]]],
    *,
    xlabel: str,
    limits: Mapping[str, tuple[str, float]] | None = None,
) -> Figure:
    """Draw, for each panel, curves computed for all sizes and measured for the first few.

    Each curve is (computed, measured): a dashed line through every size, and a dot for each
    measurement. ``limits`` draws a labelled horizontal line in the panel of that title.
    """
    figure, axes_row = _canvas(4.3, len(panels), margins=(0.7, 0.15, 0.75, 0.45, 0.75))
    sizes = np.asarray(sizes, float)
    for axes, (title, curves) in zip(axes_row, panels.items(), strict=True):
        for (label, (computed, measured)), colour, marker in zip(
            curves.items(), (ORANGE, GREEN, BLUE), "sDo", strict=False
        ):
            measured = np.asarray(measured, float)
            axes.loglog(sizes, np.asarray(computed, float), "--", color=colour, lw=1.8)
            axes.loglog(
                sizes[: measured.size], measured, marker, ls="-", color=colour, label=label
            )
        if limits and title in limits:
            text, level = limits[title]
            axes.axhline(level, color=FAINT, lw=1.5)
            axes.annotate(text, (sizes[0], level), va="bottom", fontsize=13.5)
        axes.set(title=title, xlabel=xlabel)
        _decades(axes)
        axes.legend(loc="upper left", handlelength=1.2)
        low, high = axes.get_ylim()
        axes.set_ylim(low, high * 10 ** (0.35 * np.log10(high / low)))
    return figure


# --- matrices -------------------------------------------------------------------------------


def by_row(i: int, j: int) -> str:
    """Colour an entry by its row."""
    return COLOURS[i % len(COLOURS)]


def by_column(i: int, j: int) -> str:
    """Colour an entry by its column."""
    return COLOURS[j % len(COLOURS)]


def by_block(columns: int) -> Callable[[int, int], str]:
    """Colour an entry by its block of so many columns."""
    return lambda i, j: COLOURS[j // columns % len(COLOURS)]


@dataclass(frozen=True)
class Grid:
    """A matrix to draw: its entries, a title above, its shape below, a colour for each entry.

    ``colour`` is given (i, j) and returns a colour or ``None``, as ``by_row`` and ``by_column``
    do; a zero is always drawn faint.
    """

    title: str
    entries: MatrixBase | NDArray
    colour: Callable[[int, int], str | None] = lambda i, j: None


SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _entry(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return f"{value + 0.0:.2f}"
    # sympy's own pretty() would do, but loads its units of physics for the first product.
    if isinstance(value, Mul):
        return "".join(map(_entry, value.as_ordered_factors()))
    if isinstance(value, Function):
        name = value.func.__name__.replace("'", "′")
        return f"{name}({', '.join(map(_entry, value.args))})"
    name, _, index = str(value).partition("_")
    if "," in index:
        row, col = index.split(",")  # W₁₂ where no mistake is possible, else W₁,₁₂
        comma = "" if len(row) == len(col) == 1 else ","
        return name + (row + comma + col).translate(SUBSCRIPTS)
    return pretty_symbol(str(value))


def _draw_grid(
    sheet: _Sheet, grid: Grid, left: float, middle: float, size: float, wide: float
) -> None:
    rows, cols = grid.entries.shape
    top, centre = middle + rows / 2, left + cols * wide / 2
    for i, j in np.ndindex(rows, cols):
        value = grid.entries[i, j]
        x, y = left + j * wide, top - 1 - i
        if value == 0:
            sheet.text(x + wide / 2, y + 0.5, "0", size, color=FAINT, style="normal")
            continue
        if colour := grid.colour(i, j):
            sheet.add(Rectangle((x, y), wide, 1, facecolor=colour, alpha=0.28, lw=0))
        upright = "normal" if isinstance(value, float) else "italic"
        sheet.text(x + wide / 2, y + 0.5, _entry(value), size, style=upright)
    sheet.add(Rectangle((left, top - rows), cols * wide, rows, fill=False, ec=INK, lw=1.6))
    sheet.text(centre, top + 0.22, grid.title, 15, va="bottom")
    sheet.text(centre, top - rows - 0.22, f"{rows} × {cols}", 13.5, va="top", style="normal")


@styled
def grids(*parts: Grid | str, wide: float = 1.0, size: float = 15) -> Figure:
    """Draw matrices from left to right with the signs between them, every entry written out.

    A part that is a newline starts another line. ``wide`` is the width of an entry against its
    height; ``size`` its type in points.
    """
    lines: list[list[Grid | str]] = [[]]
    for part in parts:
        if part == "\n":
            lines.append([])
        else:
            lines[-1].append(part)

    def extent(part: Grid | str) -> float:
        if isinstance(part, Grid):
            return part.entries.shape[1] * wide
        glyphs = re.sub(r"\\[a-zA-Z]+", "x", part).translate(
            str.maketrans("", "", "${}^_\\;, ")
        )
        return max(1.1, 0.42 * len(glyphs))

    widths = [sum(map(extent, line)) for line in lines]
    heights = [
        max(p.entries.shape[0] for p in line if isinstance(p, Grid)) + 1.9 for line in lines
    ]
    width, height = max(*widths, 9) + 0.5, sum(heights)
    sheet = _Sheet(WIDTH * height / width, width, height)
    middle = height / 2
    for line, line_width, tall in zip(lines, widths, heights, strict=True):
        left, middle = -line_width / 2, middle - tall / 2
        for part in line:
            if isinstance(part, Grid):
                _draw_grid(sheet, part, left, middle, size, wide)
            else:
                sheet.text(left + extent(part) / 2, middle, part, 18)
            left += extent(part)
        middle -= tall / 2
    return sheet.figure


def folding(
    delta: MatrixBase, dz_dW: MatrixBase, ds_dW: MatrixBase, dW: MatrixBase, k: int
) -> Figure:
    """Draw δᵀ, ∂z/∂vec W, their product and its fold, with the first ``k`` blocks in place."""
    m, n = dW.shape
    if not 0 <= k <= m:
        raise ValueError(f"k is {k}, expected a whole number from 0 to {m}")

    def placed(i: int, j: int) -> str | None:
        return by_row(i, j) if i < k else None

    so_far = ImmutableMatrix(m, n, lambda i, j: dW[i, j] if i < k else Symbol(""))
    return grids(
        Grid("δᵀ", delta.T, lambda _, i: placed(i, 0)),
        "",
        Grid("∂z / ∂vec W = I ⊗ xᵀ", dz_dW, placed),
        "\n",
        Grid("∂s / ∂vec W", ds_dW, lambda _, place: placed(place // n, 0)),
        "\n",
        Grid("the row, folded: δ xᵀ" if k == m else "the row, folded", so_far, placed),
        wide=1.1,
    )


# --- graphs ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Edge:
    """An arrow of a graph, from one node to another, with a label and a colour."""

    start: str
    end: str
    label: str
    colour: str = FAINT


@styled
def graph(
    nodes: Mapping[str, tuple[float, float]], edges: Sequence[Edge], height: float
) -> Figure:
    """Draw a computation graph: nodes at their places, arrows between them with labels."""
    xs, ys = zip(*nodes.values(), strict=True)
    middle, centre = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    place = {name: (x - middle, y - centre) for name, (x, y) in nodes.items()}
    sheet = _Sheet(height, max(xs) - min(xs) + 1, max(ys) - min(ys) + 1.2)
    for edge in edges:
        (x0, y0), (x1, y1) = place[edge.start], place[edge.end]
        sheet.add(
            FancyArrowPatch(
                (x0, y0),
                (x1, y1),
                arrowstyle="-|>",
                mutation_scale=22,
                shrinkA=24,
                shrinkB=24,
                lw=2.8,
                color=edge.colour,
            )
        )
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        if y0 == y1:
            sheet.text(x, y + 0.1, edge.label, 16, va="bottom")
        else:
            sheet.text(x + 0.08, y + (0.16 if y0 > y1 else -0.16), edge.label, 16, ha="left")
    circle = {"boxstyle": "circle,pad=0.42", "facecolor": PAPER, "edgecolor": INK, "lw": 2}
    for name, (x, y) in place.items():
        sheet.text(x, y, name, 19, bbox=circle)
    return sheet.figure


# --- points and networks --------------------------------------------------------------------


@dataclass(frozen=True)
class Cloud:
    """A panel of labelled points: P ``(2, B)``, y ``(1, B)``, a title, a text below.

    ``lines`` are pairs (w, c): each draws the straight line where w·p + c = 0. ``score`` is a
    function of points ``(2, G)``: the side where it is positive is shaded, and its zero drawn.
    ``notes`` puts a text at a place (x, y).
    """

    title: str
    P: NDArray
    y: NDArray
    below: str = ""
    lines: Sequence[tuple[NDArray, float]] = ()
    score: Callable[[NDArray], NDArray] | None = None
    notes: Mapping[str, tuple[float, float]] = field(default_factory=dict)


LABELS = ((BLUE, "o"), (ORANGE, "^"))  # of the label 0 and of the label 1


def _draw_cloud(axes: Axes, cloud: Cloud, size: float, margin: float) -> None:
    low, high = cloud.P.min(axis=1), cloud.P.max(axis=1)
    middle, half = (low + high) / 2, (high - low).max() / 2 * (1 + margin)
    axes.set(
        xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half)
    )
    axes.set_aspect("equal")
    if cloud.score is not None:
        x1, x2 = (np.linspace(centre - half, centre + half, 91) for centre in middle)
        grid = np.stack(np.meshgrid(x1, x2)).reshape(2, -1)
        score = cloud.score(grid).reshape(x2.size, x1.size)
        axes.contourf(
            x1, x2, score > 0, levels=[-0.5, 0.5, 1.5], colors=[BLUE, ORANGE], alpha=0.16
        )
        axes.contour(x1, x2, score, levels=[0], colors=INK, linewidths=2.2)
    for w, c in cloud.lines:
        w = np.ravel(w)
        foot = -c * w / (w @ w)
        axes.axline(foot, foot + np.array([-w[1], w[0]]), color=INK, lw=2, alpha=0.75)
    for label, (colour, marker) in enumerate(LABELS):
        x1, x2 = cloud.P[:, cloud.y[0] == label]
        axes.scatter(x1, x2, s=size, c=colour, marker=marker, lw=0.4, edgecolors=PAPER)
    for text, place in cloud.notes.items():
        axes.annotate(text, place, ha="center", va="center")
    axes.set_xlabel(cloud.below)
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(visible=True, edgecolor=FAINT)


@styled
def clouds(
    *panels: Cloud, columns: int | None = None, size: float = 26, margin: float = 0.12
) -> Figure:
    """Draw points: blue discs have the label 0, orange triangles the label 1.

    Panels stand side by side, or ``columns`` to a row. ``size`` is the area of a mark in square
    points, ``margin`` the empty share around the points.
    """
    for k, panel in enumerate(panels):
        check_shape(f"P of panel {k + 1}", panel.P, (2, None))
        check_shape(f"y of panel {k + 1}", panel.y, (1, panel.P.shape[1]))
    columns = columns or len(panels)
    rows = -(-len(panels) // columns)
    # In inches: the title above a square panel, the text below it.
    above, gap = 0.45, 0.15
    below = 0.42 if any(panel.below for panel in panels) else gap
    side = min((WIDTH - gap) / columns - gap, 3.4 if rows > 1 else 4.0)
    step, height = WIDTH / columns, rows * (above + side + below)
    figure = Figure(figsize=(WIDTH, height), dpi=DOTS, layout="none")
    for k, panel in enumerate(panels):
        left = step * (k % columns) + (step - side) / 2
        bottom = height - (above + side + below) * (k // columns + 1) + below
        axes = figure.add_axes(
            (left / WIDTH, bottom / height, side / WIDTH, side / height), title=panel.title
        )
        _draw_cloud(axes, panel, size, margin)
    return figure


@styled
def wiring(
    weights: Sequence[NDArray], names: Sequence[str], inputs: Sequence[str] = ()
) -> Figure:
    """Draw a network from its weight matrices: a node for each unit, a line for each weight.

    A positive weight is a solid blue line, a negative one a dashed orange line; its width and
    strength are its size against the largest of its matrix. ``names`` stand above the columns
    of nodes, ``inputs`` in the first nodes; below the lines stands the shape of their matrix.
    """
    read = None
    for k, W in enumerate(weights, 1):
        check_shape(f"W{k}", W, (None, read))
        read = W.shape[0]
    sizes = [weights[0].shape[1], *(W.shape[0] for W in weights)]
    if len(names) != len(sizes):
        raise ValueError(f"names has {len(names)} entries, expected {len(sizes)}: {sizes}")
    height, tall = 5.4, 3.5  # inches: of the figure, of the tallest column of nodes
    sheet, middle = _Sheet(height, WIDTH, height), 0.25
    across = np.linspace(-0.5, 0.5, len(sizes)) * (WIDTH - 1.4)
    places = []
    for x, size in zip(across, sizes, strict=True):
        gap = min(tall / max(size - 1, 1), 1.2)
        places.append([(x, middle + gap * ((size - 1) / 2 - i)) for i in range(size)])
    for k, W in enumerate(weights):
        for sign, colour, dashes in ((1, BLUE, "-"), (-1, ORANGE, (0, (3, 1.5)))):
            chosen = np.argwhere(sign * W > 0)
            share = np.array([abs(W[i, j]) / np.abs(W).max() for i, j in chosen])
            lines = LineCollection(
                [(places[k][j], places[k + 1][i]) for i, j in chosen],
                colors=[(colour, 0.3 + 0.7 * part) for part in share],
                linewidths=0.4 + 3.6 * share,
                linestyles=[dashes],
                zorder=0.5,  # below the nodes
            )
            sheet.add(lines)
        layer = str(k + 1).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
        x = (across[k] + across[k + 1]) / 2
        sheet.text(x - 0.1, -1.95, f"W⁽{layer}⁾", 16, ha="right")
        sheet.text(x, -1.95, f"{W.shape[0]} × {W.shape[1]}", 16, ha="left", style="normal")
    for k, column in enumerate(places):
        radius = 0.2 if len(column) <= 4 else min(0.1, 0.42 * tall / (len(column) - 1))
        sheet.text(across[k], middle + tall / 2 + 0.35, names[k], 15, style="normal")
        for i, place in enumerate(column):
            sheet.add(Circle(place, radius, facecolor=PAPER, edgecolor=INK, lw=1.8))
            if k == 0 and i < len(inputs):
                sheet.text(*place, inputs[i], 14)
    for x, colour, dashes, text in (
        (-2.6, BLUE, "-", "positive weight"),
        (0.6, ORANGE, (0, (3, 1.5)), "negative weight"),
    ):
        sheet.add(
            LineCollection([[(x, -2.45), (x + 0.5, -2.45)]], colors=colour, linestyles=[dashes])
        )
        sheet.text(x + 0.65, -2.45, text, 14, ha="left", style="normal")
    return sheet.figure


# --- words and windows ----------------------------------------------------------------------


def _numbers(
    sheet: _Sheet,
    values: NDArray,
    corner: tuple[float, float],
    cell: tuple[float, float],
    colours: Sequence[str | None],
) -> None:
    # A matrix of numbers from its top left corner, with a colour for each row.
    (rows, cols), (left, top), (wide, high) = values.shape, corner, cell
    whole = np.array_equal(values, np.round(values))
    for i, colour in zip(range(rows), colours, strict=False):
        bottom = top - (i + 1) * high
        if colour:
            row = Rectangle((left, bottom), cols * wide, high, fc=colour, alpha=0.28, lw=0)
            sheet.add(row)
        for j in range(cols):
            number = round(float(values[i, j]), 2) + 0.0  # without a minus before zero
            text = f"{number:.0f}" if whole else f"{number:.2f}"
            place = left + (j + 0.5) * wide, bottom + high / 2
            style = {"style": "normal", "va": "center_baseline"}
            sheet.text(*place, text.replace("-", "−"), 14 if whole else 13, **style)
    frame = Rectangle((left, top - rows * high), cols * wide, rows * high, fill=False)
    frame.set(ec=INK, lw=1.6)
    sheet.add(frame)


def _shades(
    sheet: _Sheet, values: NDArray, corner: tuple[float, float], cell: tuple[float, float]
) -> None:
    # A matrix as squares from white to orange (positive) or blue (negative).
    squares = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) + np.array(
        [[(j, i)] for i, j in np.ndindex(values.shape)]
    )
    strength = abs(values).reshape(-1, 1) / (abs(values).max() or 1.0)
    full = np.where(values.reshape(-1, 1) > 0, to_rgb(ORANGE), to_rgb(BLUE))
    collection = PolyCollection(
        np.array(corner) + squares * np.array([cell[0], -cell[1]]),
        facecolors=1 - strength * (1 - full),
        edgecolors="none",
        antialiased=False,
    )
    collection.set_transform(sheet.units)
    sheet.figure.add_artist(collection)


def _arrow(sheet: _Sheet, start: tuple[float, float], end: tuple[float, float]) -> None:
    sheet.add(
        FancyArrowPatch(start, end, arrowstyle="-|>", mutation_scale=20, lw=2.5, color=INK)
    )


@styled
def concatenation(words: Sequence[str], rows: NDArray) -> Figure:
    """Draw the word vectors ``(k, d)`` as k coloured rows, and below them laid end to end."""
    check_shape("rows", rows, (len(words), None))
    k, d = rows.shape
    sheet = _Sheet(3.9, WIDTH, 3.9)  # in inches
    wide, high, top = 0.62, 0.36, 1.55
    for i, word in enumerate(words):
        place = -d * wide / 2 - 0.15, top - (i + 0.5) * high
        sheet.text(*place, word, 15, ha="right", style="normal")
    _numbers(sheet, rows, (-d * wide / 2, top), (wide, high), COLOURS)
    sheet.text(0, top + 0.2, f"one row for each word: {k} × {d}", 15, style="normal")
    _arrow(sheet, (0, top - k * high - 0.05), (0, -0.85))
    narrow = (WIDTH - 0.2) / (k * d)
    for i, word in enumerate(words):
        left = -WIDTH / 2 + 0.1 + i * d * narrow
        sheet.text(left + d * narrow / 2, -1.0, word, 15, style="normal")
        _numbers(sheet, rows[i : i + 1], (left, -1.18), (narrow, high), COLOURS[i:])
    below = f"the rows end to end: {k * d} numbers, {k * d} × 1 when they stand as a column"
    sheet.text(0, -1.75, below, 15, style="normal")
    return sheet.figure


@styled
def window_pipeline(
    words: Sequence[str],
    x: NDArray,
    W: NDArray,
    b: NDArray,
    z: NDArray,
    h: NDArray,
    u: NDArray,
    s: float,
    p: float,
) -> Figure:
    """Draw a window's way from its words to its probability, every number but W's written out.

    W is drawn as shades: blue for negative, orange for positive entries, white for zero.
    """
    n, m = len(x), len(z)
    check_shape("x", x, (n, 1))
    check_shape("W", W, (m, n))
    for name, value in {"b": b, "z": z, "h": h, "u": u}.items():
        check_shape(name, value, (m, 1))
    if not words or n % len(words):
        raise ValueError(f"words has {len(words)}, expected a number that divides the {n} of x")
    d, tall, wide, wide_W = n // len(words), 5.6, 0.63, 1.5
    sheet = _Sheet(tall, WIDTH, tall)  # in inches
    high_x, high, top_x, top = 4.8 / n, 2.9 / m, 2.38, 1.45

    def column(left: float, values: NDArray, name: str) -> None:
        _numbers(sheet, values, (left, top), (wide, high), [None] * m)
        sheet.text(left + wide / 2, top + 0.2, name, 18)
        sheet.text(left + wide / 2, -top - 0.2, f"{m} × 1", 13.5, style="normal")

    left_x, left_W = -3.05, -2.06
    for k, word in enumerate(words):
        place = left_x - 0.08, top_x - (k + 0.5) * d * high_x
        sheet.text(*place, word, 14, ha="right", style="normal")
        edge = left_W + k * wide_W * d / n
        block = Rectangle((edge, -top), wide_W * d / n, 2 * top, fill=False, zorder=3)
        block.set(ec=INK, lw=1.6)
        sheet.add(block)
        strip = (edge, -top - 0.16), wide_W * d / n, 0.12
        sheet.add(Rectangle(*strip, fc=COLOURS[k % len(COLOURS)], lw=0))
    by_word = [COLOURS[i // d % len(COLOURS)] for i in range(n)]
    _numbers(sheet, x, (left_x, top_x), (wide, high_x), by_word)
    sheet.text(left_x + wide / 2, top_x + 0.2, "x", 18)
    sheet.text(left_x + wide / 2, top_x - 5.0, f"{n} × 1", 13.5, style="normal")
    _shades(sheet, W, (left_W, top), (wide_W / n, high))
    sheet.text(left_W + wide_W / 2, top + 0.2, "W", 18)
    sheet.text(left_W + wide_W / 2, -top - 0.34, f"{m} × {n}", 13.5, style="normal")

    for left, values, name in (
        (-0.27, b, "b"),
        (0.7, z, "z"),
        (1.75, h, "h"),
        (2.47, u, "u"),
    ):
        column(left, values, name)
    for place, sign in ((-2.24, "→"), (-0.42, "+"), (0.53, "="), (1.54, "→")):
        sheet.text(place, 0, sign, 18)
    sheet.text(1.54, 0.26, "f", 18)
    sheet.text(3.27, 0.57, "→", 18)
    for name, value, how, y in (("s", s, "uᵀh", 0.75), ("p", p, "σ(s)", -0.85)):
        _numbers(sheet, np.array([[value]]), (3.42, y), (wide, 0.36), [ORANGE])
        sheet.text(3.74, y + 0.2, name, 18)
        sheet.text(3.74, y - 0.56, how, 15)
    _arrow(sheet, (3.74, -0.02), (3.74, -0.54))
    return sheet.figure


@styled
def loss_curves(
    steps: ArrayLike,
    curves: Mapping[str, ArrayLike],
    level: tuple[str, float] | None = None,
) -> Figure:
    """Draw losses against the training step; ``level`` is a named horizontal line."""
    steps = np.asarray(steps)
    figure, (axes,) = _canvas(3.4, margins=(0.85, 0.25, 0.7, 0.2, 0))
    for (label, losses), dash in zip(curves.items(), ("-", "--", ":"), strict=False):
        losses = np.asarray(losses, float)
        check_shape(f"the losses of {label}", losses, steps.shape)
        axes.plot(steps, losses, dash, label=label)
    if level:
        text, y = level
        axes.axhline(y, color=FAINT, lw=1.8)
        axes.text(steps[-1], 0.9 * y, text, ha="right", va="top")
    axes.set(xlabel="training step", ylabel="loss", ylim=(0, None), xlim=(0, steps[-1]))
    axes.legend()
    return figure


@styled
def word_bars(panels: Mapping[str, tuple[Sequence[str], ArrayLike]]) -> Figure:
    """Draw, for each titled window, a bar for each of its words, in the words' order."""
    rows = max(len(words) for words, _ in panels.values())
    tall, high, wide = 0.75 + 0.45 * rows, 0.45, WIDTH / len(panels)
    sheet = _Sheet(tall, WIDTH, tall)  # in inches
    names = 1.1  # inches for the words on the left of a panel
    for k, (title, (words, sizes)) in enumerate(panels.items()):
        sizes = np.asarray(sizes, float)
        check_shape(f"the sizes of {title}", sizes, (len(words),))
        left, top = -WIDTH / 2 + k * wide + names, tall / 2 - 0.5
        sheet.text(left + (wide - names) / 2, top + 0.22, title, 15, style="normal")
        longest = (wide - names - 0.55) / sizes.max()
        for i, (word, size) in enumerate(zip(words, sizes, strict=True)):
            y = top - (i + 0.5) * high
            bar = (left, y - 0.35 * high), size * longest, 0.7 * high
            sheet.add(Rectangle(*bar, fc=COLOURS[i % len(COLOURS)], lw=0))
            sheet.text(left - 0.08, y, word, 14, ha="right", style="normal")
            sheet.text(
                left + size * longest + 0.08, y, f"{size:.1f}", 14, ha="left", style="normal"
            )
    return sheet.figure


# --- approximation, depth, activations ----------------------------------------------------


@styled
def lit_weight(
    z: MatrixBase,
    W: MatrixBase,
    x: MatrixBase,
    b: MatrixBase,
    i: int,
    j: int,
    delta: MatrixBase | None = None,
) -> Figure:
    """Light up one weight three times: its edge, its entry in W, its term in the equation.

    ``i`` and ``j`` count from 1, as the symbols do. With ``delta``, a second line lights up its
    gradient: the entry of δ, the entry of xᵀ and their product.
    """
    m, n = W.shape
    for name, value, most in (("i", i, m), ("j", j, n)):
        if not 1 <= value <= most:
            raise ValueError(f"{name} is {value}, expected a whole number from 1 to {most}")
    tall = 6.4 if delta is None else 11.4
    raised = (tall - 6.4) / 2
    sheet = _Sheet(WIDTH * tall / 16, 16, tall)
    inputs = [(-7.3, raised + 1.6 * ((n - 1) / 2 - k)) for k in range(n)]
    outputs = [(-4.0, raised + 1.6 * ((m - 1) / 2 - k)) for k in range(m)]
    for row, (x1, y1) in enumerate(outputs, 1):
        for column, (x0, y0) in enumerate(inputs, 1):
            lit = (row, column) == (i, j)
            sheet.add(
                FancyArrowPatch(
                    (x0, y0),
                    (x1, y1),
                    arrowstyle="-|>" if lit else "-",
                    mutation_scale=18,
                    shrinkA=16,
                    shrinkB=16,
                    lw=4 if lit else 1.3,
                    color=ORANGE if lit else FAINT,
                    zorder=3 if lit else 1,
                )
            )
    for (x0, y0), name in zip(inputs + outputs, [*x, *z], strict=True):
        lit = name in (x[j - 1], z[i - 1])
        circle = {
            "boxstyle": "circle,pad=0.3",
            "fc": PAPER,
            "ec": ORANGE if lit else INK,
            "lw": 2,
        }
        sheet.text(x0, y0, _entry(name), 16, bbox=circle, zorder=4)

    def colour(row: int, column: int) -> str | None:
        return ORANGE if (row, column) == (i - 1, j - 1) else None

    _draw_grid(sheet, Grid("W", W, colour), -2.7, raised, 15, 1.25)
    for row in range(m):  # two terms to a line
        left, y = 2.75, raised + 1.7 * ((m - 1) / 2 - row)
        sheet.text(left, y, f"{_entry(z[row])} =", 15, ha="left")
        for column in range(n):
            at, line = left + 1.2 + 1.68 * (column % 2), y + 0.3 - 0.6 * (column // 2)
            if (row, column) == (i - 1, j - 1):
                sheet.add(
                    Rectangle((at - 0.08, line - 0.3), 1.3, 0.6, fc=ORANGE, alpha=0.28, lw=0)
                )
            sheet.text(at, line, f"{_entry(W[row, column])}{_entry(x[column])}", 15, ha="left")
            sheet.text(at + 1.42, line, "+", 15)
        sheet.text(left + 4.58, y - 0.3, _entry(b[row]), 15, ha="left")
    if delta is not None:
        parts = (
            (Grid("δ", delta, lambda row, _: colour(row, j - 1)), -6.6),
            (Grid("xᵀ", x.T, lambda _, column: colour(i - 1, column)), -4.6),
            (Grid("δ xᵀ", delta * x.T, colour), 1.6),
        )
        for grid, left in parts:
            _draw_grid(sheet, grid, left, -3.2, 15, 1.25)
        sheet.text(1.0, -3.2, "=", 18)
    return sheet.figure


@styled
def approximations(
    t: NDArray, target: NDArray, fits: Mapping[str, NDArray], knots: Mapping[str, ArrayLike]
) -> Figure:
    """Draw a target curve and, panel by panel, what approximates it, with its bends as dots."""
    figure, panels = _canvas(3.4, len(fits), margins=(0.15, 0.1, 0.45, 0.45, 0.2))
    for axes, (title, fit) in zip(panels, fits.items(), strict=True):
        axes.plot(t, target, color=FAINT, lw=5, label="target")
        axes.plot(t, fit, color=ORANGE, label="fit")
        bends = np.asarray(knots[title], float)
        axes.plot(bends, np.interp(bends, t, fit), "o", color=ORANGE, ms=7)
        axes.set_title(title)
        axes.set(xticks=[0, 1], yticks=[], ylim=(target.min() - 0.4, target.max() + 0.4))
    panels[0].legend(loc="lower left", handlelength=1.2)
    return figure


@styled
def over_depth(
    curves: Mapping[str, ArrayLike], *, ylabel: str, limits: tuple[float, float] | None = None
) -> Figure:
    """Draw positive numbers against depth 1, 2, … on a logarithmic axis, named at the end.

    ``limits`` keeps the axis the same from one picture to the next.
    """
    figure, (axes,) = _canvas(4.6, margins=(1.1, 1.6, 0.75, 0.1, 0))
    dashes = ("-", "--", "-.", "-", "--", ":")
    ends = {}
    for (label, values), colour, dash, marker in zip(
        curves.items(), (*COLOURS, INK), dashes, "osD^vP", strict=False
    ):
        depth = np.arange(1, len(values) + 1)
        axes.semilogy(depth, values, dash, marker=marker, markevery=5, color=colour)
        ends[label] = (np.log10(values[-1]), depth[-1], colour)
    # The names at the ends of the curves, pushed apart where they would overlap.
    low, high = np.log10(limits or axes.get_ylim())
    if not limits:
        high += 0.08 * (high - low)
    axes.set_ylim(10**low, 10**high)
    gap, free = 0.07 * (high - low), -np.inf
    for label, (end, last, colour) in sorted(ends.items(), key=lambda item: item[1][0]):
        free = max(end, free + gap)
        axes.text(last + 0.7, 10**free, label, color=colour, va="center", clip_on=False)
    axes.set(xlabel="layers", ylabel=ylabel)
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(_power_of_ten)
    axes.grid(alpha=0.25)
    return figure


@dataclass(frozen=True)
class Slope:
    """An activation to draw: f and f′ over t, and the points of interest with their names."""

    name: str
    f: NDArray
    f_prime: NDArray
    marks: Mapping[str, tuple[float, float]]


@styled
def slopes(t: NDArray, panels: Sequence[Slope]) -> Figure:
    """Draw functions with their derivatives, three panels to a row, with their marks."""
    rows = -(-len(panels) // 3)
    figure = Figure(figsize=(WIDTH, 2.85 * rows), dpi=DOTS, layout="none")
    figure.subplots_adjust(0.05, 0.08, 0.99, 0.94, 0.14, 0.42)
    grid = figure.subplots(rows, 3, squeeze=False).ravel()
    for axes, panel in zip(grid, panels, strict=False):
        axes.axhline(0, color=FAINT, lw=1)
        axes.plot(t, panel.f, color=BLUE, label="f")
        axes.plot(t, panel.f_prime, "--", color=ORANGE, label="f′")
        for name, (x, y) in panel.marks.items():
            axes.plot([x], [y], "o", color=INK, ms=7)
            axes.annotate(
                name,
                (x, y),
                xytext=(0, -8),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=13,
            )
        axes.set_title(panel.name)
        axes.set(ylim=(-1.3, 2.1), xticks=[-4, 0, 4], yticks=[0, 1])
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
        axes.legend(*grid[0].get_legend_handles_labels(), loc="center", fontsize=18)
    return figure


def _minus(text: str) -> str:
    return text.replace("-", "−")  # as on the axes


@styled
def touching(t: NDArray, activation: Slope, at: float, height: float, slope: float) -> Figure:
    """Draw f with its tangent at one point, and beside it f′ with the tangent's slope."""
    figure, (left, right) = _canvas(3.7, 2, margins=(0.5, 0.15, 0.45, 0.5, 0.6))
    near = np.array([at - 1.4, at + 1.4])
    left.plot(t, activation.f, color=BLUE)
    left.plot(near, height + slope * (near - at), "--", color=INK)
    left.plot([at], [height], "o", color=INK, ms=11)
    left.set_title(_minus(f"{activation.name}: f({at:g}) = {height:.2f}"))
    right.plot(t, activation.f_prime, color=ORANGE)
    right.plot([at, at], [0, slope], ":", color=INK)
    right.plot([at], [slope], "o", color=INK, ms=11)
    right.set_title(_minus(f"f\u200a′({at:g}) = {slope:.2f}"))
    for axes in (left, right):
        axes.axhline(0, color=FAINT, lw=1)
        axes.set(xlim=(t[0], t[-1]), ylim=(-1.3, 2.1), xticks=[-4, 0, 4], yticks=[0, 1])
    return figure
