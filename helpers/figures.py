"""Drawing: the one style of the series, ``show``, and a function for each kind of picture.

Nothing here computes what a notebook teaches: each function draws what it is handed.
"""

from __future__ import annotations

import functools
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Rectangle
from numpy.typing import ArrayLike, NDArray
from sympy import MatrixBase, latex

# A colour for each row or curve: Okabe and Ito's, told apart by colour-blind readers.
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, "#56B4E9")
INK, FAINT, PAPER = "#1b1f24", "#9aa3ad", "#ffffff"
WIDTH = 8.2  # inches; shown at 100 CSS pixels to the inch
DOTS = 160  # stored pixels to the inch, for projectors

STYLE = {
    "font.size": 15,
    "axes.titlesize": 15,
    "axes.labelsize": 15,
    "xtick.labelsize": 13.5,
    "ytick.labelsize": 13.5,
    "legend.fontsize": 14,
    "legend.frameon": False,
    "mathtext.fontset": "cm",
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


def show(figure: Figure, alt: str) -> None:
    """Display a figure with its alternative text, a sentence that says what it shows."""
    if not alt.strip():
        raise ValueError("alt is empty, expected a sentence that says what the figure shows")
    buffer = io.BytesIO()
    with _style():
        # No software version in the file: it would change with every release of matplotlib.
        FigureCanvasAgg(figure).print_png(buffer, metadata={"Software": None})
    width = round(figure.get_figwidth() * 100)
    display(
        {"image/png": buffer.getvalue(), "text/plain": alt},
        metadata={"image/png": {"alt": alt, "width": width}},
        raw=True,
    )


def _canvas(height: float, columns: int = 1, **kwargs: Any) -> tuple[Figure, NDArray]:
    figure = Figure(figsize=(WIDTH, height), dpi=DOTS)
    return figure, figure.subplots(1, columns, squeeze=False, **kwargs)[0]


# --- curves ---------------------------------------------------------------------------------


@styled
def secants(
    function: Callable[[NDArray], NDArray], at: float, slope: float, steps: Sequence[float]
) -> Figure:
    """Draw the graph near ``at`` with its tangent and a secant, one panel for each step."""
    figure, panels = _canvas(3.7, len(steps))
    for axes, step in zip(panels, steps, strict=True):
        x = np.linspace(at - 0.25 * step, at + 1.25 * step, 60)
        rise = float(function(at + step) - function(at)) / step
        axes.plot(x, function(x), color=INK, label="curve")
        axes.plot(x, function(at) + slope * (x - at), "--", color=BLUE, label="tangent")
        ends = np.array([at, at + step])
        axes.plot(ends, function(ends), "o-", color=ORANGE, label="secant")
        axes.set_title(f"$\\varepsilon = {step:g}$\nsecant slope {rise:.4f}")
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
    figure, (axes,) = _canvas(4.0)
    for marker, (label, (x, y)) in zip("osD^v", curves.items(), strict=False):
        x, y = np.asarray(x, float), np.asarray(y, float)
        axes.loglog(x[y > 0], y[y > 0], marker=marker, label=label)
    for text, point in (notes or {}).items():
        axes.annotate(text, point, ha="center", va="bottom")
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.legend()
    axes.grid(alpha=0.25)
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
    figure, axes_row = _canvas(4.3, len(panels))
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
        axes.grid(alpha=0.25)
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


def _entry(value: Any) -> str:
    if isinstance(value, float | np.floating):
        return f"{value + 0.0:.2f}"
    return f"${latex(value)}$".replace(r"\left", "").replace(r"\right", "")


def _draw_grid(axes: Axes, grid: Grid, left: float, size: float, wide: float) -> float:
    rows, cols = grid.entries.shape
    bottom = -rows / 2
    for i in range(rows):
        for j in range(cols):
            value = grid.entries[i, j]
            x, y = left + j * wide, bottom + rows - 1 - i
            colour = None if value == 0 else grid.colour(i, j)
            axes.add_patch(
                Rectangle(
                    (x, y),
                    wide,
                    1,
                    facecolor=colour or "none",
                    alpha=0.28 if colour else 1,
                    edgecolor="none",
                )
            )
            axes.text(
                x + wide / 2,
                y + 0.5,
                "0" if value == 0 else _entry(value),
                ha="center",
                va="center",
                fontsize=size,
                color=FAINT if value == 0 else INK,
            )
    axes.add_patch(
        Rectangle((left, bottom), cols * wide, rows, fill=False, edgecolor=INK, lw=1.6)
    )
    middle = left + cols * wide / 2
    axes.text(middle, rows / 2 + 0.22, grid.title, ha="center", va="bottom")
    axes.text(
        middle, -rows / 2 - 0.22, rf"${rows}\times{cols}$", ha="center", va="top", fontsize=14
    )
    return left + cols * wide


@styled
def matrices(*parts: Grid | str, wide: float = 1.0, size: float = 14) -> Figure:
    """Draw matrices from left to right with the signs between them, every entry written out.

    ``wide`` is the width of an entry against its height; ``size`` its type in points.
    """
    width = sum(
        part.entries.shape[1] * wide if isinstance(part, Grid) else 1.1 for part in parts
    )
    tall = max(part.entries.shape[0] for part in parts if isinstance(part, Grid)) + 1.9
    width += 0.5
    figure, (axes,) = _canvas(min(WIDTH * tall / width, 0.62 * tall))
    left = 0.25
    for part in parts:
        if isinstance(part, Grid):
            left = _draw_grid(axes, part, left, size, wide)
        else:
            axes.text(left + 0.55, 0, part, ha="center", va="center", fontsize=18)
            left += 1.1
    axes.set(xlim=(0, width), ylim=(-tall / 2, tall / 2))
    axes.set_axis_off()
    return figure


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
    figure, (axes,) = _canvas(height)
    for edge in edges:
        (x0, y0), (x1, y1) = nodes[edge.start], nodes[edge.end]
        axes.add_patch(
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
        axes.annotate(
            edge.label,
            ((x0 + x1) / 2, (y0 + y1) / 2),
            xytext=(0, 8 if y0 == y1 else 0),
            textcoords="offset points",
            ha="center" if y0 == y1 else "left",
            va="bottom" if y0 == y1 else "center",
            color=INK,
            fontsize=16,
            bbox=None if y0 == y1 else {"facecolor": PAPER, "edgecolor": "none", "pad": 1},
        )
    for name, (x, y) in nodes.items():
        axes.text(
            x,
            y,
            name,
            ha="center",
            va="center",
            fontsize=19,
            bbox={"boxstyle": "circle,pad=0.42", "facecolor": PAPER, "edgecolor": INK, "lw": 2},
        )
    xs, ys = zip(*nodes.values(), strict=True)
    axes.set(xlim=(min(xs) - 0.5, max(xs) + 0.5), ylim=(min(ys) - 0.6, max(ys) + 0.6))
    axes.set_axis_off()
    return figure
