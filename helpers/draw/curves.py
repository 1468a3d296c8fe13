"""Curves over numbers: losses, errors, sizes, activations and their slopes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import NullLocator
from numpy.typing import ArrayLike, NDArray

from helpers.checks import check_shape
from helpers.draw.style import (
    ACCENT,
    ACTIVATIONS,
    CURVES,
    FAINT,
    GREY,
    INK,
    SMALL,
    WIDTH,
    Picture,
    canvas,
)

DASHES = ("-", "--", ":", "-.")
MARKERS = "osD^vPX"


def _styles(labels: Sequence[str]) -> list[dict[str, str]]:
    # A label that begins with an activation's name has its colour; a colour that comes again
    # comes in another dash. No two curves are alike, however many there are.
    others, seen, styles = cycle(CURVES), {}, []
    for label, marker in zip(labels, cycle(MARKERS)):
        name = label.split(",")[0].split()[0] if label.strip() else ""
        colour = ACTIVATIONS.get(name) or next(others)
        dash = DASHES[seen.setdefault(colour, 0) % len(DASHES)]
        seen[colour] += 1
        styles.append({"color": colour, "ls": dash, "marker": marker})
    return styles


def _power_of_ten(value: float, _: int) -> str:
    # Plain characters: as formulas, these labels would take most of a figure's time.
    exponent = round(np.log10(value))
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def decades(axes: Axes) -> None:
    """Write powers of ten, and nothing between them, on the logarithmic axes among the two."""
    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_scale() == "log":
            axis.set_minor_locator(NullLocator())
            axis.set_major_formatter(_power_of_ten)
    axes.grid(alpha=0.25)


def loss_curves(steps: ArrayLike, curves: Mapping[str, ArrayLike]) -> Picture:
    """Draw losses against the training step."""
    steps = np.asarray(steps)
    figure, (axes,) = canvas(3.4, margins=(0.85, 0.25, 0.7, 0.2, 0))
    for (label, losses), style in zip(curves.items(), _styles(list(curves)), strict=True):
        losses = np.asarray(losses, float)
        if losses.shape != steps.shape:
            raise ValueError(
                f"the losses of {label} have shape {losses.shape}, expected {steps.shape}: "
                f"one for each step"
            )
        axes.plot(steps, losses, style["ls"], color=style["color"], label=label)
    axes.set(xlabel="training step", ylabel="loss", ylim=(0, None), xlim=(0, steps[-1]))
    axes.legend()
    return figure


def secants(
    function: Callable[[NDArray], NDArray], at: float, slope: float, steps: Sequence[float]
) -> Picture:
    """Draw the graph near ``at`` with its tangent and a secant, one panel for each step."""
    figure, panels = canvas(3.9, len(steps), margins=(0.2, 0.2, 0.4, 0.75, 0.3))
    said = []
    for axes, step in zip(panels, steps, strict=True):
        x = np.linspace(at - 0.25 * step, at + 1.25 * step, 60)
        low, high = float(function(at)), float(function(at + step))
        rise = (high - low) / step
        axes.plot(x, function(x), color=INK, label="curve")
        axes.plot(x, function(at) + slope * (x - at), "--", color=GREY, label="tangent")
        ends = np.array([at, at + step])
        axes.plot(ends, function(ends), "o-", color=CURVES[3], label="secant")
        axes.set_title(f"ε = {step:g}\nsecant slope {rise:.4f}")
        axes.set_xticks(ends, [f"{at:g}", f"{at:g} + ε"])
        axes.set_yticks([])
        axes.annotate(f"rises by {high - low:.3g}", (0.98, 0.05), xycoords="axes fraction",
                      ha="right", fontsize=14)  # fmt: skip
        said.append(f"at ε = {step:g} the secant has slope {rise:.4f}")
    panels[0].legend(loc="upper left", handlelength=1.2)
    figure.says = f"The tangent at {at:g} has slope {slope:g}; " + ", ".join(said)
    return figure


def log_log(
    curves: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    xlabel: str,
    ylabel: str,
    guides: Mapping[str, tuple[ArrayLike, ArrayLike]] | None = None,
) -> Picture:
    """Draw curves of positive numbers on two logarithmic axes; zeros are left out.

    ``guides`` are dotted lines to compare a slope with, each with its name beside its middle.
    """
    figure, (axes,) = canvas(4.4, margins=(1.15, 0.25, 0.75, 0.1, 0))
    for (label, (x, y)), style in zip(curves.items(), _styles(list(curves)), strict=True):
        x, y = np.asarray(x, float), np.asarray(y, float)
        axes.loglog(x[y > 0], y[y > 0], label=label, mfc="none", mew=2, **style)
    for words, (x, y) in (guides or {}).items():
        middle, rises = len(np.asarray(x)) // 2, np.diff(np.log(y))[0] * np.diff(np.log(x))[0]
        axes.loglog(x, y, ":", color=FAINT, lw=2)
        side = "right" if rises > 0 else "left"
        axes.annotate(words, (x[middle], 3 * y[middle]), ha=side, va="bottom")
    axes.set(xlabel=xlabel, ylabel=ylabel)
    axes.legend()
    decades(axes)
    return figure


def work(rows: Sequence[str], counts: Mapping[str, Sequence[int]]) -> Picture:
    """Draw counts of multiplications as dots on a logarithmic axis.

    Every way has one count for each row, and in brackets how many times that of the next way.
    """
    figure, (axes,) = canvas(3.6, margins=(1.3, 0.1, 0.75, 0.1, 0))
    ways = list(counts)
    for rank, (way, marker) in enumerate(zip(ways, cycle("D^osv"), strict=False)):
        if len(counts[way]) != len(rows):
            raise ValueError(
                f"the counts of {way} are {len(counts[way])}, expected {len(rows)}: one for "
                f"each row"
            )
        heights = np.arange(len(rows)) + 0.27 * ((len(ways) - 1) / 2 - rank)
        axes.semilogx(counts[way], heights, marker, label=way)
        for k, height in enumerate(heights):
            words = f"{counts[way][k]:,}"
            if rank + 1 < len(ways):
                words += f"  ({counts[way][k] / counts[ways[rank + 1]][k]:.3g}×)"
            place = {"xytext": (9, 0), "textcoords": "offset points", "va": "center"}
            axes.annotate(words, (counts[way][k], height), fontsize=13.5, **place)
    axes.set_yticks(range(len(rows)), rows)
    most = max(map(max, counts.values()))
    axes.set(xlim=(1, max(1e4, most**1.58)), xlabel="multiplications")  # room for the words
    axes.set(xticks=10.0 ** np.arange(0, np.log10(most) + 2, 4))
    decades(axes)
    axes.grid(visible=False, axis="y")
    axes.legend(loc="lower right")
    said = (f"{way} {', '.join(f'{count:,}' for count in counts[way])}" for way in ways)
    figure.says = f"{', '.join(rows)}: {'; '.join(said)}"
    return figure


@dataclass(frozen=True)
class Slope:
    """An activation to draw: f and f′ over t, and the points of interest with their names."""

    name: str
    f: NDArray
    f_prime: NDArray
    marks: Mapping[str, tuple[float, float]]


def _plot_slopes(axes: Axes, t: NDArray, panel: Slope, *which: str) -> None:
    colour = ACTIVATIONS.get(panel.name, INK)
    f_prime = np.array(panel.f_prime, float)
    jumps = np.flatnonzero(np.abs(np.diff(f_prime)) > 0.5)
    f_prime[jumps] = np.nan  # a jump is no steep line
    axes.axhline(0, color=FAINT, lw=1)
    if "f" in which:  # broad and pale, so that f′ or a tangent is seen where they coincide
        axes.plot(t, panel.f, color=colour, label="f", lw=6, alpha=0.4)
    if "f′" in which:
        axes.plot(t, f_prime, "--", color=colour, label="f\u200a′")
    axes.set(xlim=(t[0], t[-1]), ylim=(-1.3, 2.1), xticks=[-3, 0, 3])
    axes.set(aspect="equal", yticks=[-1, 0, 1, 2])  # so that a slope of 1 looks like one


def slopes(t: NDArray, panels: Sequence[Slope]) -> Picture:
    """Draw functions with their derivatives, three panels to a row, with their marks."""
    rows = -(-(len(panels) + 1) // 3)  # the last place is the key's
    tall = 2.1 * rows  # inches
    figure = Picture(figsize=(WIDTH, tall), layout="none")
    figure.subplots_adjust(0.06, 0.45 / tall, 0.99, 1 - 0.4 / tall, 0.12, 0.42)
    grid = figure.subplots(rows, 3, squeeze=False, sharey=True).ravel()
    for axes, panel in zip(grid, panels, strict=False):  # more places than panels
        _plot_slopes(axes, t, panel, "f", "f′")
        for name, (x, y) in panel.marks.items():
            axes.plot([x], [y], "o", color=INK, ms=7)
            axes.annotate(name, (x, y), xytext=(0, -8), textcoords="offset points",
                          ha="center", va="top", fontsize=SMALL)  # fmt: skip
        axes.set_title(panel.name)
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    key = [Line2D([], [], color=INK, lw=6, alpha=0.4), Line2D([], [], color=INK, ls="--")]
    grid[len(panels)].legend(key, ["f", "f\u200a′"], loc="center", fontsize=18)
    ranges = [f"{p.name} {p.f_prime.min():.2f} to {p.f_prime.max():.2f}" for p in panels]
    figure.says = f"f′ ranges: {'; '.join(ranges)}".replace("-", "−")
    return figure


def touching(t: NDArray, activation: Slope, at: float, height: float, slope: float) -> Picture:
    """Draw f with its tangent at one point, and beside it f′ with the tangent's slope.

    A triangle one wide and the slope high stands on the tangent.
    """
    check_shape("t", np.asarray(t), (None,))
    figure, (left, right) = canvas(3.4, 2, margins=(0.55, 0.15, 0.45, 0.5, 0.65))
    near = np.array([at - 1.4, at + 1.4])
    _plot_slopes(left, t, activation, "f")
    left.plot(near, height + slope * (near - at), color=GREY, lw=2)
    corner = [at, at + 1, at + 1], [height, height, height + slope]
    left.plot(*corner, color=ACCENT, lw=2)
    beside = {"xycoords": "data", "textcoords": "offset points", "color": ACCENT}
    up = np.sign(slope) or 1
    left.annotate("1", (at + 0.5, height), (0, -10 * up), ha="center", va="center", **beside)
    rise = f"{slope:.2f}".replace("-", "−")
    low = height + min(slope, 0)  # below the triangle, where no curve passes
    left.annotate(rise, (at + 1, low), (0, -7), ha="left", va="top", **beside)
    left.plot([at], [height], "o", color=INK, ms=11)
    title = f"{activation.name}: f({at:g}) = {height:.2f}"
    left.set_title(title.replace("-", "−"))
    _plot_slopes(right, t, activation, "f′")
    right.plot([at, at], [0, slope], color=ACCENT, lw=2)
    right.plot([at], [slope], "o", color=INK, ms=11)
    title = f"f\u200a′({at:g}) = {slope:.2f}"
    right.set_title(title.replace("-", "−"))
    for axes in (left, right):  # tall enough for ReLU's triangle at t = 2.5
        axes.set(ylim=(-1.9, 3.7), yticks=range(-1, 4))
    figure.says = f"At t = {at:g}: f = {height:.2f}, f′ = {slope:.2f}".replace("-", "−")
    return figure
