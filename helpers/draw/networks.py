"""Networks: computation graphs with what goes forward and comes back, points, heat maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from helpers.checks import check_shape
from helpers.draw.matrices import inches
from helpers.draw.style import (
    ACCENT,
    BLUE,
    FAINT,
    INK,
    LABELS,
    ORANGE,
    PAPER,
    SMALL,
    TYPE,
    WIDTH,
    Picture,
    Sheet,
    counted,
    some,
)

SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
RADIUS = 0.3  # inches: of a node


# --- computation graphs ---------------------------------------------------------------------


@dataclass(frozen=True)
class Edge:
    """An arrow of a graph from one node to another.

    ``above`` is what goes forward, in ink; ``below`` what comes back: a second arrow the other
    way, in the accent. ``colour=ACCENT`` lights the arrow up.
    """

    start: str
    end: str
    above: str = ""
    colour: str = INK
    below: str = ""


def graph(
    nodes: Mapping[str, tuple[float, float]],
    edges: Sequence[Edge],
    height: float | None = None,
    *,
    above: Mapping[str, str] | None = None,
    below: Mapping[str, str] | None = None,
    lit: Sequence[str] = (),
    bracket: tuple[str, str, str] | None = None,
    size: float = 16,
) -> Picture:
    """Draw a computation graph: nodes at their places (x, y), arrows between them.

    Places are in any unit: the graph fills the page's width, and a step in y is as long as one
    in x unless ``height``, in inches, says otherwise. ``above`` puts a node's value on its way
    forward above it, in ink; ``below`` what comes back to it below, in the accent.
    ``lit`` nodes have an accented ring. ``bracket`` = (from, to, text) spans two nodes below
    with a text. ``size`` is the type of arrows and values in points. A node that is not there
    is a ``ValueError``.
    """
    above, below = above or {}, below or {}
    named = [end for edge in edges for end in (edge.start, edge.end)]
    for name in (*named, *above, *below, *lit, *(bracket or ())[:2]):
        if name not in nodes:
            raise ValueError(f"there is no node {name!r}, expected one of {', '.join(nodes)}")
    xy = np.array(list(nodes.values()), float)
    low, high = xy.min(axis=0), xy.max(axis=0)
    span = high - low
    unit = (WIDTH - 1.3) / (span[0] or 1.0)
    head = RADIUS + (0.45 if above or not span[1] else 0.15)
    foot = RADIUS + (0.45 if below or not span[1] else 0.15) + (0.75 if bracket else 0.0)
    height = height or span[1] * min(unit, 1.25) + head + foot
    step = (height - head - foot) / span[1] if span[1] else 0.0
    centre = (low + high) / 2
    shift = np.array([0.0, (foot - head) / 2])
    place = {name: (np.array(at) - centre) * (unit, step) + shift for name, at in nodes.items()}
    sheet = Sheet(height)
    starts, ends = [edge.start for edge in edges], [edge.end for edge in edges]
    for edge in edges:
        start, end = place[edge.start], place[edge.end]
        if end[0] < start[0]:
            raise ValueError(f"{edge.start!r} stands right of {edge.end!r}: arrows go right")
        across = np.array([start[1] - end[1], end[0] - start[0]])
        across /= np.hypot(*across)
        apart = 0.075 * across if edge.below else 0.0 * across
        bold = {"lw": 3.2, "zorder": 3}
        plain = bold if edge.colour == ACCENT else {"lw": 2.2, "zorder": 2}
        sheet.arrow(start + apart, end + apart, edge.colour, 72 * RADIUS + 3, **plain)
        turn = np.degrees(np.arctan2(end[1] - start[1], end[0] - start[0]))
        written = {"rotation": turn, "rotation_mode": "anchor", "zorder": 5}
        written["path_effects"] = [withStroke(linewidth=4, foreground=PAPER)]
        # Where arrows meet or part at a node, a label stands at the end that is alone.
        long = max(inches(edge.above, size), inches(edge.below, size))
        free = 0.5 - (RADIUS + 0.1 + long / 2) / np.hypot(*(end - start))
        part = np.sign(starts.count(edge.start) - ends.count(edge.end))
        part *= np.clip(free, 0, 0.17)
        middle = start + (0.5 + part) * (end - start)
        lit_text = ACCENT if edge.colour == ACCENT else INK
        x, y = middle + apart + 0.09 * across
        sheet.text(x, y, edge.above, size, va="bottom", color=lit_text, **written)
        if edge.below:
            sheet.arrow(end - apart, start - apart, ACCENT, 72 * RADIUS + 3, **bold)
            x, y = middle - apart - 0.09 * across
            sheet.text(x, y, edge.below, size, va="top", color=ACCENT, **written)
    for name, (x, y) in place.items():
        ring = {"ec": ACCENT, "lw": 3.2} if name in lit else {"ec": INK, "lw": 2}
        sheet.add(Circle((x, y), RADIUS, fc=PAPER, zorder=4, **ring))
        sheet.text(x, y, name, 19 if len(name) < 3 else SMALL, zorder=5)
        sheet.text(x, y + RADIUS + 0.08, above.get(name, ""), size, va="bottom")
        sheet.text(x, y - RADIUS - 0.08, below.get(name, ""), size, va="top", color=ACCENT)
    if bracket:
        left, right = (place[name][0] for name in bracket[:2])
        at = min(y for _, y in place.values()) - foot + 0.62
        corners = [(left, at + 0.14), (left, at), (right, at), (right, at + 0.14)]
        sheet.add(LineCollection([corners], colors=ACCENT, linewidths=2.5))
        sheet.text((left + right) / 2, at - 0.08, bracket[2], 19, va="top", color=ACCENT)
    sheet.figure.says = _says_of_graph(edges, above, below, bracket)
    return sheet.figure


def _says_of_graph(
    edges: Sequence[Edge],
    above: Mapping[str, str],
    below: Mapping[str, str],
    bracket: tuple[str, str, str] | None,
) -> str:
    lit = [edge for edge in edges if edge.colour == ACCENT]
    few = lit if lit and len(edges) > 7 else edges  # of many, those that are lit
    arrows = [f"{e.start}→{e.end} {e.above.replace(' / ', '/')}".strip() for e in few]
    among = f", {len(lit)} of them lit" if lit else ""
    said = [f"{counted(len(edges), 'arrow')}{among}: {some(arrows, 7)}"]
    if back := [f"{e.end}→{e.start} {e.below}" for e in edges if e.below]:
        said.append(f"back: {some(back, 4)}")
    said += [
        f"{where}: {some((f'{name} {value}' for name, value in values.items()), 4)}"
        for where, values in (("above", above), ("below", below))
        if values
    ]
    if bracket:
        said.append(f"bracketed from {bracket[0]} to {bracket[1]}: {bracket[2]}")
    return "; ".join(said)


def stack(depth: int) -> Picture:
    """Draw ``depth`` layers: W⁽ˡ⁾ and f on the way forward, δ⁽ˡ⁾ and W⁽ˡ⁾ᵀ on the way back."""
    if depth < 1:
        raise ValueError(f"depth is {depth}, expected a whole number from 1")
    down = 0.9 * (depth > 2)  # in a zigzag, where one line has no room
    up = [f"⁽{layer}⁾".translate(SUPERSCRIPTS) for layer in range(depth + 1)]
    nodes, edges, deltas = {"x": (0.0, 0.0)}, [], {}
    for layer in range(1, depth + 1):
        before = "x" if layer == 1 else f"h{up[layer - 1]}"
        z, h = f"z{up[layer]}", f"h{up[layer]}"
        nodes |= {z: (2.0 * layer - 1, -down), h: (2.0 * layer, 0)}
        edges.append(Edge(before, z, f"W{up[layer]}", below=f"W{up[layer]}ᵀ"))
        edges.append(Edge(z, h, "f", below="∘ f′"))
        deltas[z] = f"δ{up[layer]}"
    nodes["s"] = (2.0 * depth + 1, 0)
    edges.append(Edge(f"h{up[depth]}", "s", "uᵀ", below="u"))
    return graph(nodes, edges, below=deltas, size=TYPE if depth < 3 else 14)


def wiring(
    weights: Sequence[NDArray], names: Sequence[str], inputs: Sequence[str] = ()
) -> Picture:
    """Draw a network from its weight matrices: a node for each unit, a line for each weight.

    A positive weight is a solid line, a negative one dashed; its width and strength are its
    size against the largest of its matrix. ``names`` stand above the columns of nodes,
    ``inputs`` in the first nodes; below the lines stands the shape of their matrix.
    """
    read = None
    for k, W in enumerate(weights, 1):
        check_shape(f"W{k}", W, (None, read))
        read = W.shape[0]
    sizes = [weights[0].shape[1], *(W.shape[0] for W in weights)]
    if len(names) != len(sizes):
        raise ValueError(f"names has {len(names)} entries, expected {len(sizes)}: {sizes}")
    if len(inputs) not in (0, sizes[0]):
        raise ValueError(f"inputs has {len(inputs)} entries, expected {sizes[0]} or none")
    signs = ((1, "-", "positive weight", -2.6), (-1, (0, (3, 1.5)), "negative weight", 0.6))
    height, tall = 5.4, 3.5  # inches: of the figure, of the tallest column of nodes
    sheet, middle = Sheet(height), 0.25
    across = np.linspace(-0.5, 0.5, len(sizes)) * (WIDTH - 1.4)
    places, said = [], []
    for x, size in zip(across, sizes, strict=True):
        gap = min(tall / max(size - 1, 1), 1.2)
        places.append([(x, middle + gap * ((size - 1) / 2 - i)) for i in range(size)])
    for k, W in enumerate(weights):
        for sign, dashes, _, _ in signs:
            chosen = np.argwhere(sign * W > 0)
            share = np.array([abs(W[i, j]) / np.abs(W).max() for i, j in chosen])
            lines = LineCollection(
                [(places[k][j], places[k + 1][i]) for i, j in chosen],
                colors=[(INK, 0.25 + 0.75 * part) for part in share],
                linewidths=0.4 + 3.6 * share,
                linestyles=[dashes],
                zorder=0.5,  # below the nodes
            )
            sheet.add(lines)
        layer = f"W⁽{k + 1}⁾".translate(SUPERSCRIPTS)
        x, shape = (across[k] + across[k + 1]) / 2, f"{W.shape[0]} × {W.shape[1]}"
        sheet.text(x - 0.1, -1.95, layer, 16, ha="right")
        sheet.words(x, -1.95, shape, 16, ha="left")
        said.append(f"{layer} is {shape}, {(W > 0).sum()} positive, {(W < 0).sum()} negative")
    for k, column in enumerate(places):
        radius = 0.2 if len(column) <= 4 else min(0.1, 0.42 * tall / (len(column) - 1))
        sheet.words(across[k], middle + tall / 2 + 0.35, names[k])
        for i, place in enumerate(column):
            sheet.add(Circle(place, radius, facecolor=PAPER, edgecolor=INK, lw=1.8))
            if k == 0 and inputs:
                sheet.text(*place, inputs[i], 14)
    for _, dashes, text, x in signs:
        line = [(x, -2.45), (x + 0.5, -2.45)]
        sheet.add(LineCollection([line], colors=INK, linestyles=[dashes], linewidths=2.5))
        sheet.words(x + 0.65, -2.45, text, 14, ha="left")
    sheet.figure.says = "; ".join(said[:5])
    return sheet.figure


# --- points ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cloud:
    """A panel of labelled points: P ``(2, B)``, y ``(1, B)`` of zeros and ones, a title.

    ``below`` is a text under the panel. ``axes`` names its two axes (``("x₁", "x₂")``).
    ``lines`` are pairs (w, c): each draws the straight line where w·p + c = 0. ``score`` is a
    function of points ``(2, G)``: the sides where it is positive (label 1) and negative
    (label 0) are shaded, and its zero drawn. ``notes`` puts a text at a place (x, y).
    """

    title: str
    P: NDArray
    y: NDArray
    below: str = ""
    lines: Sequence[tuple[NDArray, float]] = ()
    score: Callable[[NDArray], NDArray] | None = None
    notes: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    axes: tuple[str, str] = ("", "")


def _check_points(P: NDArray, y: NDArray, which: str = "") -> None:
    check_shape(f"P{which}", P, (2, None))
    check_shape(f"y{which}", y, (1, P.shape[1]))
    if others := sorted(set(np.unique(y).tolist()) - {0, 1}):
        raise ValueError(f"y{which} has the labels {some(others)}, expected only 0 and 1")


def _frame(axes: Axes, P: NDArray, margin: float) -> tuple[NDArray, NDArray]:
    # A square around the points, without ticks; returns its two sides as ranges of places.
    low, high = P.min(axis=1), P.max(axis=1)
    middle, half = (low + high) / 2, ((high - low).max() / 2 or 0.5) * (1 + margin)
    axes.set(
        xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half)
    )
    axes.set(xticks=[], yticks=[], aspect="equal")
    for spine in axes.spines.values():
        spine.set(visible=True, edgecolor=FAINT)
    return tuple(np.linspace(centre - half, centre + half, 91) for centre in middle)


def _over(plane: tuple[NDArray, NDArray], function: Callable[[NDArray], NDArray]) -> NDArray:
    # The values of a function of points (2, G), (r, G), as r images of the plane.
    points = np.stack(np.meshgrid(*plane)).reshape(2, -1)
    values = np.asarray(function(points))
    if values.ndim != 2 or values.shape[1] != points.shape[1]:
        raise ValueError(
            f"the function of {points.shape[1]} points gave shape {values.shape}, "
            f"expected (any, {points.shape[1]}): one column for each point"
        )
    return values.reshape(-1, plane[1].size, plane[0].size)


def _scatter(axes: Axes, P: NDArray, y: NDArray, size: float) -> None:
    for label, (colour, marker) in enumerate(LABELS):
        x1, x2 = P[:, y[0] == label]
        axes.scatter(x1, x2, s=size, c=colour, marker=marker, lw=0.4, edgecolors=PAPER)


def _tally(y: NDArray) -> str:
    ones = int((y == 1).sum())
    return f"{counted(y.size - ones, 'disc')} (label 0), {counted(ones, 'triangle')} (label 1)"


def clouds(*panels: Cloud, size: float = 26, margin: float = 0.12) -> Picture:
    """Draw points: blue discs have the label 0, orange triangles the label 1.

    Panels stand side by side. ``size`` is the area of a mark in square points, ``margin`` the
    empty share around the points. Other labels are a ``ValueError``.
    """
    for k, panel in enumerate(panels, 1):
        _check_points(panel.P, panel.y, f" of panel {k}")
    # In inches: the title above a square panel, the name of its axis and the text below it.
    named = any(any(panel.axes) for panel in panels)
    above, gap, beside = 0.45, 0.15, 0.35 if named else 0.0
    under = [0.3 * named, 0.32 * any(panel.below for panel in panels)]
    below = gap + sum(under)
    step = WIDTH / len(panels)
    side = min(step - 2 * gap - beside, 4.0)
    height = above + side + below
    figure = Picture(figsize=(WIDTH, height), layout="none")
    for k, panel in enumerate(panels):
        left = step * k + (step - side + beside) / 2
        box = left / WIDTH, below / height, side / WIDTH, side / height
        axes = figure.add_axes(box, title=panel.title)
        plane = _frame(axes, panel.P, margin)
        if panel.score is not None:
            score = _over(plane, panel.score)[0]
            sides = {"levels": [-0.5, 0.5, 1.5], "colors": [BLUE, ORANGE], "alpha": 0.16}
            axes.contourf(*plane, score > 0, **sides)
            axes.contour(*plane, score, levels=[0], colors=INK, linewidths=2.2)
        for w, c in panel.lines:
            w = np.ravel(w)
            foot = -c * w / (w @ w)
            axes.axline(foot, foot + np.array([-w[1], w[0]]), color=INK, lw=2, alpha=0.75)
        _scatter(axes, panel.P, panel.y, size)
        for text, place in panel.notes.items():
            axes.annotate(text, place, ha="center", va="center")
        axes.set_ylabel(panel.axes[1], rotation=0, style="italic", ha="right", va="center")
        axes.set_xlabel(panel.axes[0], style="italic", labelpad=2)
        axes.annotate(
            panel.below,
            (0.5, 0),
            (0, -12 - 72 * under[0]),
            "axes fraction",
            "offset points",
            ha="center",
            va="center",
        )
    same = all(np.array_equal(panel.y, panels[0].y) for panel in panels)
    told = [
        ", ".join(filter(None, (p.title, p.below, "" if same else _tally(p.y)))) for p in panels
    ]
    each = "each: " if len(panels) > 1 else ""
    figure.says = "; ".join([*told[:4], *([each + _tally(panels[0].y)] if same else [])])
    return figure


SHADES = LinearSegmentedColormap.from_list("shades", [PAPER, "#a4acb5"])


def heat_maps(
    units: Callable[[NDArray], NDArray],
    P: NDArray,
    y: NDArray,
    titles: Sequence[str] = (),
    *,
    columns: int = 4,
    limits: tuple[float, float] | None = None,
    size: float = 14,
    axes: tuple[str, str] = ("x₁", "x₂"),
) -> Picture:
    """Draw what each unit makes of the plane: a shade for its value, the points on top.

    ``units`` takes points ``(2, G)`` and returns ``(r, G)``, a row for each unit; P ``(2, B)``
    and y ``(1, B)`` are the labelled points. The darker, the larger, from ``limits[0]`` (white)
    to ``limits[1]``, or from the smallest value to the largest; a line is drawn at 0. Panels
    stand ``columns`` to a row; ``titles`` are h₁, h₂, … where none are given.
    """
    _check_points(P, y)
    probe = np.asarray(units(P))
    check_shape("units(P)", probe, (None, P.shape[1]))
    r = len(probe)
    subscript = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
    titles = titles or [f"h{i}".translate(subscript) for i in range(1, r + 1)]
    if len(titles) != r:
        raise ValueError(f"titles has {len(titles)} entries, expected {r}: one for each unit")
    rows = -(-r // columns)
    gap, above, key = 0.12, 0.34, 1.15  # inches; the key stands on the right
    step = (WIDTH - key - gap) / columns
    side = step - gap
    height = rows * (side + above) + 0.45
    figure = Picture(figsize=(WIDTH, height), layout="none")
    values = None
    for k, title in enumerate(titles):
        left, top = 0.35 + step * (k % columns), height - (side + above) * (k // columns)
        box = left / WIDTH, (top - above - side) / height, side / WIDTH, side / height
        panel = figure.add_axes(box)
        panel.set_title(title, style="italic", pad=3)
        plane = _frame(panel, P, 0.12)
        if values is None:
            values = _over(plane, units)
            low, high = limits or (values.min(), values.max())
        edges = {"extent": (*panel.get_xlim(), *panel.get_ylim()), "origin": "lower"}
        shades = panel.imshow(values[k], cmap=SHADES, vmin=low, vmax=high, **edges)
        if values[k].min() < 0 < values[k].max():
            panel.contour(*plane, values[k], levels=[0], colors=INK, linewidths=2)
        _scatter(panel, P, y, size)
        if k % columns == 0 and k // columns == rows - 1:
            panel.set_xlabel(axes[0], style="italic")
            panel.set_ylabel(axes[1], style="italic", rotation=0, ha="right", va="center")
    bar = figure.add_axes(((WIDTH - 0.75) / WIDTH, 0.2, 0.16 / WIDTH, 0.6))
    figure.colorbar(shades, cax=bar, ticks=np.linspace(low, high, 3)).ax.set_yticklabels(
        [f"{tick:.1f}".replace("-", "−") for tick in np.linspace(low, high, 3)]
    )
    crossing = sum(bool(v.min() < 0 < v.max()) for v in values)
    figure.says = (
        f"{r} heat maps, white at {low:.1f} to dark at {high:.1f}; {crossing} of them cross 0; "
        f"each with {_tally(y)}"
    ).replace("-", "−")
    return figure
