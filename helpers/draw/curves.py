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


def loss_curves(
    steps: ArrayLike,
    curves: Mapping[str, ArrayLike],
    level: tuple[str, float] | None = None,
) -> Picture:
    """Draw losses against the training step; ``level`` is a named horizontal line."""
    steps = np.asarray(steps)
    dashes = cycle(DASHES)
    figure, (axes,) = canvas(3.4, margins=(0.85, 0.25, 0.7, 0.2, 0))
    for (label, losses), style in zip(curves.items(), _styles(list(curves)), strict=True):
        losses = np.asarray(losses, float)
        if losses.shape != steps.shape:
            raise ValueError(
                f"the losses of {label} have shape {losses.shape}, expected {steps.shape}: "
                f"one for each step"
            )
        axes.plot(steps, losses, next(dashes), color=style["color"], label=label)
    if level:
        text, y = level
        axes.axhline(y, color=FAINT, lw=1.8)
        axes.text(steps[-1], 0.9 * y, text, ha="right", va="top")
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
    notes: Mapping[str, tuple[float, float]] | None = None,
    guides: Mapping[str, tuple[float, float, float]] | None = None,
) -> Picture:
    """Draw curves of positive numbers on two logarithmic axes; zeros are left out.

    ``notes`` puts a text at a point (x, y); ``guides`` draws, for each text, a thin line
    through a point with a slope: (x, y, slope).
    """
    figure, (axes,) = canvas(4.2, margins=(1.15, 0.25, 0.75, 0.1, 0))
    for (label, (x, y)), style in zip(curves.items(), _styles(list(curves)), strict=True):
        x, y = np.asarray(x, float), np.asarray(y, float)
        axes.loglog(x[y > 0], y[y > 0], label=label, mfc="none", mew=2, **style)
    limits = axes.get_xlim(), axes.get_ylim()
    for text, (x, y, slope) in (guides or {}).items():
        ends = np.array(limits[0])
        axes.plot(ends, y * (ends / x) ** slope, color=FAINT, lw=1.5, zorder=1)
        side = -1 if slope > 0 else 1
        axes.annotate(text, (x, y), (8 * side, 8), "data", "offset points", color=GREY,
                      ha="right" if slope > 0 else "left")  # fmt: skip
    for text, point in (notes or {}).items():
        axes.annotate(text, point, ha="center", va="bottom")
    axes.set(xlabel=xlabel, ylabel=ylabel, xlim=limits[0], ylim=limits[1])
    axes.legend()
    decades(axes)
    return figure


def growth(
    sizes: ArrayLike,
    panels: Mapping[str, Mapping[str, tuple[ArrayLike, ArrayLike]]],
    *,
    xlabel: str,
    limits: Mapping[str, tuple[str, float]] | None = None,
) -> Picture:
    """Draw, for each panel, curves computed for all sizes and measured for the first few.

    Each curve is (computed, measured): a dashed line through every size, and a mark for each
    measurement; the slope of its last decade stands at its end. All panels have the same
    decades. ``limits`` draws a labelled horizontal line in the panel of that title.
    """
    figure, row = canvas(4.3, len(panels), (0.75, 0.85, 0.75, 0.45, 0.95), sharey=True)
    sizes = np.asarray(sizes, float)
    for axes, (title, curves) in zip(row, panels.items(), strict=True):
        for (label, (computed, measured)), style in zip(
            curves.items(), _styles(list(curves)), strict=True
        ):
            computed, measured = np.asarray(computed, float), np.asarray(measured, float)
            axes.loglog(sizes, computed, "--", color=style["color"], lw=1.8)
            axes.loglog(sizes[: measured.size], measured, **style | {"ls": "none"}, label=label)
            slope = np.log(computed[-1] / computed[-2]) / np.log(sizes[-1] / sizes[-2])
            axes.annotate(f"slope {slope:.0f}", (sizes[-1], computed[-1]), (6, 0), "data",
                          "offset points", va="center")  # fmt: skip
        if limits and title in limits:
            text, level = limits[title]
            axes.axhline(level, color=FAINT, lw=1.5)
            axes.annotate(text, (sizes[0], level), va="bottom")
        axes.set(title=title, xlabel=xlabel)
        decades(axes)
        axes.legend(loc="upper left", handlelength=1.2, borderaxespad=0)
    low, high = row[0].get_ylim()
    row[0].set_ylim(low, high * (high / low) ** 0.3)
    return figure


def approximations(
    t: NDArray, target: NDArray, fits: Mapping[str, NDArray], knots: Mapping[str, ArrayLike]
) -> Picture:
    """Draw a target curve and, panel by panel, its fit by ReLUs, with its bends as dots."""
    figure, panels = canvas(3.6, len(fits), (0.95, 0.15, 0.7, 0.45, 0.3), sharey=True)
    said = []
    for axes, (title, fit) in zip(panels, fits.items(), strict=True):
        axes.plot(t, target, color=FAINT, lw=5, label="target")
        axes.plot(t, fit, color=ACTIVATIONS["ReLU"], label="fit")
        bends = np.asarray(knots[title], float)
        axes.plot(bends, np.interp(bends, t, fit), "o", color=ACTIVATIONS["ReLU"], ms=7)
        axes.set(title=title, xlabel="t", xticks=[0, 1])
        axes.set(ylim=(target.min() - 0.4, target.max() + 0.4))
        said.append(f"{title}: {bends.size} bends, off by at most "
                    f"{np.abs(fit - target).max():.2g}")  # fmt: skip
    panels[0].set_ylabel("value")
    panels[0].legend(loc="lower left", handlelength=1.2)
    figure.says = "; ".join(said[:6])
    return figure


def over_depth(
    curves: Mapping[str, ArrayLike], *, ylabel: str, limits: tuple[float, float] | None = None
) -> Picture:
    """Draw positive numbers against depth 1, 2, … on a logarithmic axis, named at the end.

    ``limits`` keeps the axis the same from one picture to the next. A line is drawn at 1.
    """
    figure, (axes,) = canvas(4.6, margins=(1.1, 1.75, 0.75, 0.1, 0))
    ends = {}
    for (label, values), style in zip(curves.items(), _styles(list(curves)), strict=True):
        values = np.asarray(values, float)
        depth = np.arange(1, values.size + 1)
        axes.semilogy(depth, values, markevery=5, label=label, **style)
        ends[label] = (np.log10(values[-1]), depth[-1], style["color"])
    axes.axhline(1, color=FAINT, lw=1.5, zorder=1)
    # The names at the ends of the curves, pushed apart where they would overlap.
    low, high = np.log10(limits or axes.get_ylim())
    if not limits:
        high += 0.08 * (high - low)
    axes.set_ylim(10**low, 10**high)
    gap, free = 0.07 * (high - low), -np.inf
    for label, (end, last, colour) in sorted(ends.items(), key=lambda item: item[1][0]):
        free = max(end, free + gap)
        axes.annotate(
            label,
            (last, 10**end),
            xytext=(last * 1.06, 10**free),
            color=colour,
            va="center",
            annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "lw": 1},
        )
    axes.set(xlabel="layers", ylabel=ylabel)
    decades(axes)
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
    if "f" in which:
        axes.plot(t, panel.f, color=colour, label="f")
    if "f′" in which:
        axes.plot(t, f_prime, "--", color=colour, label="f\u200a′")
    axes.set(xlim=(t[0], t[-1]), ylim=(-1.3, 2.1), xticks=[-4, -2, 0, 2, 4])
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
    key = [Line2D([], [], color=INK, ls=dash) for dash in ("-", "--")]
    grid[len(panels)].legend(key, ["f", "f\u200a′"], loc="center", fontsize=18)
    ranges = [f"{p.name} {p.f_prime.min():.2f} to {p.f_prime.max():.2f}" for p in panels]
    figure.says = f"f′ ranges: {'; '.join(ranges)}".replace("-", "−")
    return figure


def touching(t: NDArray, activation: Slope, at: float, height: float, slope: float) -> Picture:
    """Draw f with its tangent at one point, and beside it f′ with the tangent's slope.

    A triangle one wide and the slope high stands on the tangent.
    """
    check_shape("t", np.asarray(t), (None,))
    figure, (left, right) = canvas(2.7, 2, margins=(0.55, 0.15, 0.45, 0.5, 0.65))
    near = np.array([at - 1.4, at + 1.4])
    _plot_slopes(left, t, activation, "f")
    left.plot(near, height + slope * (near - at), "--", color=GREY)
    corner = [at, at + 1, at + 1], [height, height, height + slope]
    left.plot(*corner, color=ACCENT, lw=2)
    beside = {"xycoords": "data", "textcoords": "offset points", "color": ACCENT}
    up = np.sign(slope) or 1
    left.annotate("1", (at + 0.5, height), (0, -10 * up), ha="center", va="center", **beside)
    rise = f"{slope:.2f}".replace("-", "−")
    left.annotate(rise, (at + 1, height + slope / 2), (6, 0), va="center", **beside)
    left.plot([at], [height], "o", color=INK, ms=11)
    title = f"{activation.name}: f({at:g}) = {height:.2f}"
    left.set_title(title.replace("-", "−"))
    _plot_slopes(right, t, activation, "f′")
    right.plot([at, at], [0, slope], color=ACCENT, lw=2)
    right.plot([at], [slope], "o", color=INK, ms=11)
    title = f"f\u200a′({at:g}) = {slope:.2f}"
    right.set_title(title.replace("-", "−"))
    figure.says = f"At t = {at:g}: f = {height:.2f}, f′ = {slope:.2f}".replace("-", "−")
    return figure
