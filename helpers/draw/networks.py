"""Networks: computation graphs with what goes forward and comes back, wiring, points."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from helpers.activations import sigmoid
from helpers.checks import check_shape
from helpers.draw.matrices import inches
from helpers.draw.style import (
    ACCENT,
    BLUE,
    FAINT,
    GREY,
    INK,
    LABELS,
    ORANGE,
    PAPER,
    SMALL,
    WIDTH,
    Picture,
    Sheet,
    canvas,
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
    lines = [
        max((text.count("\n") for text in label.values()), default=0)
        for label in (above, below)
    ]
    head = RADIUS + (0.45 if above or not span[1] else 0.15) + 0.27 * lines[0]
    foot = RADIUS + (0.45 if below or not span[1] else 0.15) + (0.75 if bracket else 0.0)
    foot += 0.27 * lines[1]
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
            # Under the other arrows: where many meet, their heads stay whole.
            sheet.arrow(end - apart, start - apart, ACCENT, 72 * RADIUS + 3, lw=3.2, zorder=1)
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
    for where, values in (("above", above), ("below", below)):
        if values:
            told = [f"{name} {value}".replace("\n", ", ") for name, value in values.items()]
            said.append(f"{where}: {some(told, 4)}")
    if bracket:
        said.append(f"bracketed from {bracket[0]} to {bracket[1]}: {bracket[2]}")
    return "; ".join(said)


def stack(depth: int) -> Picture:
    """Draw ``depth`` layers and a score: z and h forward, δ back, and the dW between them."""
    if depth < 1:
        raise ValueError(f"depth is {depth}, expected a whole number from 1")
    up = [f"⁽{layer}⁾".translate(SUPERSCRIPTS) for layer in range(depth + 2)]
    size = 18 if depth < 3 else SMALL
    unit, radius = (WIDTH - 1.1) / (2 * depth + 1), 0.36 if depth < 3 else RADIUS
    top, low = 1.6, -1.35
    sheet = Sheet(4.6)
    node_h = ["x", *(f"h{up[layer]}" for layer in range(1, depth + 1))]
    node_z = [*(f"z{up[layer]}" for layer in range(1, depth + 1)), "s"]
    short = 72 * radius + 3
    kept = {"lw": 1.6, "linestyle": (0, (4, 3)), "zorder": 1}

    def at(place: int) -> float:  # x, h and z by turns, from the left
        return (place - depth - 0.5) * unit

    for layer in range(1, depth + 2):
        before, here, score = at(2 * layer - 2), at(2 * layer - 1), layer > depth
        across = (before + here) / 2
        sheet.arrow((before, top), (here, top), INK, short)
        sheet.text(across, top + 0.12, f"W{up[layer]}", size, va="bottom")
        # What a layer took comes down to its dW, and its δ comes up.
        sheet.arrow((before, top), (across - 0.1, 0.48), GREY, short, shrinkB=0, **kept)
        sheet.arrow((here, low), (across + 0.15, -0.28), ACCENT, short, shrinkB=0, lw=1.8)
        h = "x" if layer == 1 else f"h{up[layer - 1]}"
        sheet.text(across, 0.27, f"dW{up[layer]} =", size)
        sheet.text(across, -0.08, f"δ{up[layer]} {h}ᵀ", size)
        if score:
            sheet.text(across, top - 0.1, "= uᵀ", size, va="top")
            sheet.text(here, low - radius - 0.08, "= 1", size, va="top", color=ACCENT)
        else:
            back = at(2 * layer + 1)
            sheet.arrow((here, top), (at(2 * layer), top), INK, short)
            sheet.text((here + at(2 * layer)) / 2, top + 0.12, "f", size, va="bottom")
            # The z that was kept gives the slopes for the step to its δ.
            sheet.arrow((here, top), (here, low), GREY, short, **kept)
            sheet.arrow((back, low), (here, low), ACCENT, short, lw=3.2)
            for share, text in ((0.28, "∘ f′"), (0.7, f"W{up[layer + 1]}ᵀ")):
                x = here + share * (back - here)
                sheet.text(x, low - 0.12, text, size, va="top", color=ACCENT)
        for x, name in ((before, node_h[layer - 1]), (here, node_z[layer - 1])):
            sheet.add(Circle((x, top), radius, fc=PAPER, ec=INK, lw=2, zorder=4))
            sheet.text(x, top, name, size, zorder=5)
        sheet.add(Circle((here, low), radius, fc=PAPER, ec=ACCENT, lw=2.6, zorder=4))
        sheet.text(here, low, f"δ{up[layer]}", size, zorder=5, color=ACCENT)
    names = [name for pair in zip(node_h, node_z, strict=True) for name in pair]
    made = [f"dW{up[k + 1]} = δ{up[k + 1]}{h}ᵀ" for k, h in enumerate(node_h)]
    sheet.figure.says = (
        f"Forward: {' → '.join(names)}; back: "
        f"{' → '.join(f'δ{up[layer]}' for layer in range(depth + 1, 0, -1))}, each through Wᵀ "
        f"and ∘ f′ at the kept z; {some(made, 4)}"
    )
    return sheet.figure


def wiring(
    weights: Sequence[NDArray],
    names: Sequence[str],
    inputs: Sequence[str] = (),
    *,
    lit: tuple[int, int] | None = None,
) -> Picture:
    """Draw a network from its weight matrices: a node for each unit, a line for each weight.

    A positive weight is a solid line, a negative one dashed; its width and strength are its
    size against the largest of its matrix. ``names`` stand above the columns of nodes,
    ``inputs`` in the first nodes; below the lines stands the shape of their matrix.
    ``lit=(2, 1)`` draws row 1 of W⁽²⁾ in the accent and fades all other lines.
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
    rows = [(k, i) for k, size in enumerate(sizes[1:], 1) for i in range(1, size + 1)]
    if lit is not None and lit not in rows:
        raise ValueError(f"lit is {lit}, expected (layer, row) from (1, 1) to {rows[-1]}")
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
                colors=[
                    (ACCENT if (k + 1, i + 1) == lit else INK, fade * (0.25 + 0.75 * part))
                    for part, (i, _) in zip(share, chosen, strict=True)
                    for fade in [1 if lit in (None, (k + 1, i + 1)) else 0.3]
                ],
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

    ``axes`` names its two axes (``("x₁", "x₂")``). ``score`` is a function of points
    ``(2, G)``: the sides where it is positive (label 1) and negative (label 0) are shaded, and
    its zero drawn. ``notes`` puts a text at a place (x, y).
    """

    title: str
    P: NDArray
    y: NDArray
    score: Callable[[NDArray], NDArray] | None = None
    axes: tuple[str, str] = ("", "")
    notes: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def _draw_cloud(axes: Axes, panel: Cloud, k: int, size: float, margin: float) -> None:
    # A square around the points, without ticks.
    low, high = panel.P.min(axis=1), panel.P.max(axis=1)
    middle, half = (low + high) / 2, ((high - low).max() / 2 or 0.5) * (1 + margin)
    sides = [(centre - half, centre + half) for centre in middle]
    axes.set(title=panel.title, xlim=sides[0], ylim=sides[1], xticks=[], yticks=[])
    axes.set_aspect("equal")
    for spine in axes.spines.values():
        spine.set(visible=True, edgecolor=FAINT)
    if panel.score is not None:
        plane = [np.linspace(*side, 91) for side in sides]
        points = np.stack(np.meshgrid(*plane)).reshape(2, -1)
        score = panel.score(points)
        check_shape(f"score(points) of panel {k}", score, (1, points.shape[1]))
        score = score.reshape(91, 91)
        shades = {"levels": [-0.5, 0.5, 1.5], "colors": [BLUE, ORANGE], "alpha": 0.16}
        axes.contourf(*plane, score > 0, **shades)
        axes.contour(*plane, score, levels=[0], colors=INK, linewidths=2.2)
    for label, (colour, marker) in enumerate(LABELS):
        x1, x2 = panel.P[:, panel.y[0] == label]
        axes.scatter(x1, x2, s=size, c=colour, marker=marker, lw=0.4, edgecolors=PAPER)
    for text, place in panel.notes.items():
        axes.annotate(text, place, ha="center", va="center", size=SMALL)
    axes.set_ylabel(panel.axes[1], rotation=0, style="italic", ha="right", va="center")
    axes.set_xlabel(panel.axes[0], style="italic", labelpad=2)


def _tally(y: NDArray) -> str:
    ones = int((y == 1).sum())
    return f"{counted(y.size - ones, 'disc')} (label 0), {counted(ones, 'triangle')} (label 1)"


def one_unit(w: NDArray, b: float, sums: NDArray, factor: float = 4.0) -> Picture:
    """Draw σ with its answers at ``sums``, and the lines in the plane of x with these answers.

    They are drawn for w ``(2, 1)`` and b, and for ``factor`` times both; the line of the sum 0
    is thick. An arrow is w, at 1/``factor`` of its length. w = 0 is a ``ValueError``.
    """
    check_shape("w", w, (2, 1))
    length = float(np.hypot(*w[:, 0]))
    if not length > 0:
        raise ValueError("w is 0, expected a direction: without one there is no border")
    figure, (curve, *panels) = canvas(3.4, 3, margins=(0.62, 0.1, 0.65, 0.45, 0.55))
    answers, span = sigmoid.f(sums).round(2).tolist(), np.linspace(-4, 4, 81)
    curve.plot(span, sigmoid.f(span), "-", sums, sigmoid.f(sums), "o", color=INK)
    curve.set(xlabel="sum", title="σ(sum)", xticks=[-4, 0, 4], yticks=answers, box_aspect=1)
    across, foot = w / length, -b * w / length**2  # foot: of the border, nearest to (0, 0)
    along = np.array([across[1], -across[0]])
    look = {"ha": "center", "va": "center", "bbox": {"fc": PAPER, "ec": "none", "pad": 1}}
    tilted = look | {"rotation": np.degrees(np.arctan2(*along[::-1, 0])), "size": SMALL}
    arrow = {"arrowstyle": "->", "lw": 3, "color": INK}
    for axes, times, name in zip(panels, (1, factor), ("", f"{factor:g}"), strict=True):
        for answer, level in zip(answers, sums, strict=True):
            place = foot + level / (times * length) * across
            ends = np.hstack([place - 9 * along, place + 9 * along])
            axes.plot(*ends, color=INK, lw=3.5 if abs(level) < 1e-9 else 1.5)
            if times == 1 or answer in (answers[0], answers[-1]):
                axes.text(*(place + 1.1 * along)[:, 0], answer, **tilted)
        tip = foot + times / factor * w
        axes.annotate("", tip[:, 0], foot[:, 0], arrowprops=arrow)
        axes.text(*(tip - 0.4 * along)[:, 0], f"{name}w", **look)
        x, y = foot[:, 0]
        axes.set(xlim=(x - 1.9, x + 2.1), ylim=(y - 2.2, y + 1.8), xticks=[], yticks=[])
        axes.set(aspect="equal", title=f"{name}w · x + {name}b")
        axes.set_xlabel("x₁", style="italic")
        axes.set_ylabel("x₂", style="italic", rotation=0, ha="right", va="center")
    told = f"w = ({w[0, 0]:g}, {w[1, 0]:g}), b = {b:g}; σ = {', '.join(map(str, answers))}"
    figure.says = told.replace("-", "−")
    return figure


def clouds(*panels: Cloud, size: float = 26, margin: float = 0.12) -> Picture:
    """Draw points: blue discs have the label 0, orange triangles the label 1.

    Panels stand side by side. ``size`` is the area of a mark in square points, ``margin`` the
    empty share around the points. Other labels are a ``ValueError``.
    """
    for k, panel in enumerate(panels, 1):
        check_shape(f"P of panel {k}", panel.P, (2, None))
        check_shape(f"y of panel {k}", panel.y, (1, panel.P.shape[1]))
        if others := sorted(set(np.unique(panel.y).tolist()) - {0, 1}):
            raise ValueError(
                f"y of panel {k} has the labels {some(others)}, expected only 0 and 1"
            )
    # In inches: the title above a square panel, and the names of its axes.
    named = any(any(panel.axes) for panel in panels)
    above, gap, beside = 0.45, 0.15, 0.35 if named else 0.0
    below = gap + 0.3 * named
    step = WIDTH / len(panels)
    side = min(step - 2 * gap - beside, 4.0)
    height = above + side + below
    figure = Picture(figsize=(WIDTH, height), layout="none")
    for k, panel in enumerate(panels):
        left = step * k + (step - side + beside) / 2
        box = left / WIDTH, below / height, side / WIDTH, side / height
        _draw_cloud(figure.add_axes(box), panel, k + 1, size, margin)
    same = all(np.array_equal(panel.y, panels[0].y) for panel in panels)
    told = [", ".join([p.title, *([] if same else [_tally(p.y)])]) for p in panels]
    each = "each: " if len(panels) > 1 else ""
    figure.says = "; ".join([*told[:4], *([each + _tally(panels[0].y)] if same else [])])
    return figure
