"""Matrices with every entry written out, folds, and the columns of a window of words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.collections import PolyCollection
from numpy.typing import NDArray
from sympy import Add, Function, ImmutableMatrix, MatrixBase, Mul, Number, Symbol
from sympy.printing.pretty.pretty_symbology import pretty_symbol

from helpers.checks import check_shape
from helpers.draw.style import (
    ACCENT,
    FAINT,
    GREY,
    INK,
    PAPER,
    ROWS,
    SMALL,
    TYPE,
    WIDTH,
    Picture,
    Sheet,
    some,
)

HIGH = 0.46  # inches: the height of an entry
TINT = 0.36  # how much of its colour is behind an entry; behind a zero, a third of that


def by_row(i: int, j: int) -> str:
    """Colour an entry by its row."""
    return ROWS[i % len(ROWS)]


def by_column(i: int, j: int) -> str:
    """Colour an entry by its column."""
    return ROWS[j % len(ROWS)]


def by_block(columns: int) -> Callable[[int, int], str]:
    """Colour an entry by its block of so many columns."""
    return lambda i, j: ROWS[j // columns % len(ROWS)]


@dataclass(frozen=True)
class Grid:
    """A matrix to draw: its entries, a title above, its shape below, a colour for each entry.

    ``colour`` is given (i, j), from 0, and returns a colour or ``None``, as ``by_row`` and
    ``by_column`` do; a zero has it paler.
    """

    title: str
    entries: MatrixBase | NDArray
    colour: Callable[[int, int], str | None] = lambda i, j: None


SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | np.number | Number)


def entry(value: Any) -> str:
    """Write an entry: a number with a true minus, two decimals if it has any; else a symbol."""
    if isinstance(value, float | np.floating):
        return f"{round(float(value), 2) + 0.0:.2f}".replace("-", "−")
    # sympy's own pretty() would do, but loads its units of physics for the first product.
    if isinstance(value, Add):
        return " + ".join(map(entry, value.as_ordered_terms()))
    if isinstance(value, Mul):
        return "".join(map(entry, value.as_ordered_factors()))
    if isinstance(value, Function):
        name = value.func.__name__.replace("'", "′")
        return f"{name}({', '.join(map(entry, value.args))})"
    name, _, index = str(value).partition("_")
    if "," in index:
        row, col = index.split(",")  # W₁₂ where no mistake is possible, else W₁,₁₂
        comma = "" if len(row) == len(col) == 1 else ","
        return name + (row + comma + col).translate(SUBSCRIPTS)
    return pretty_symbol(str(value)).replace("-", "−")


def inches(text: str, size: float) -> float:
    """Tell about how wide a text of ``size`` points is."""
    text = re.sub(r"\\[a-zA-Z]+|[${}^_\\;]", "", text)
    return sum(0.4 if c in "()′,.₀₁₂₃₄₅₆₇₈₉⁽⁾ " else 0.66 for c in text) * size / 72


def _draw_grid(
    sheet: Sheet, grid: Grid, left: float, middle: float, wide: float, high: float, size: float
) -> None:
    rows, cols = grid.entries.shape
    top, centre = middle + rows * high / 2, left + cols * wide / 2
    for i, j in np.ndindex(rows, cols):
        value = grid.entries[i, j]
        x, y = left + j * wide, top - (i + 1) * high
        zero = value == 0
        if colour := grid.colour(i, j):
            faint = zero and colour != ACCENT  # what is lit is lit, whatever it holds
            sheet.box(x, y, wide, high, fc=colour, alpha=TINT / 3 if faint else TINT)
        if (text := entry(value)) and inches(text, size) <= wide * 1.1:
            write = sheet.words if _is_number(value) else sheet.text
            write(x + wide / 2, y + high / 2, text, size, color=GREY if zero else INK)
    sheet.box(left, top - rows * high, cols * wide, rows * high)
    sheet.text(centre, top + 0.1, grid.title, TYPE, va="bottom")
    sheet.words(centre, top - rows * high - 0.1, f"{rows} × {cols}", SMALL, va="top")


def _says(grids: Sequence[Grid]) -> str:
    # Every shape, and the entries of what is small, in at most some fifty words.
    said, words = [], 0
    for grid in grids:
        rows, cols = grid.entries.shape
        text = f"{grid.title} ({rows} × {cols})"
        if rows * cols <= 4 and words < 25:
            text += ": " + ", ".join(entry(value) for value in np.array(grid.entries).flat)
        words += len(text.split())
        if words <= 56:
            said.append(text)
    return "; ".join(said)


def grids(*parts: Grid | str, wide: float = 1.0) -> Picture:
    """Draw matrices from left to right with the signs between them, every entry written out.

    A part that is a newline starts another line. An entry is as wide as the longest of its
    matrix, ``wide`` of its heights at least; where a line is wider than the page, entries are
    made narrower, and what then does not fit is not written.
    """
    lines: list[list[Grid | str]] = [[]]
    for part in parts:
        if part == "\n":
            lines.append([])
        else:
            lines[-1].append(part)

    def cell(grid: Grid) -> float:
        texts = (entry(value) for value in np.array(grid.entries, dtype=object).flat)
        longest = max(inches(text, TYPE) for text in texts)
        return max(HIGH * wide, longest + 0.16)

    def extents(line: list[Grid | str], share: float = 1.0) -> list[float]:
        return [
            max(part.entries.shape[1] * cell(part) * share, inches(part.title, TYPE) * 0.9)
            if isinstance(part, Grid)
            else max(0.42, inches(part, 18) + 0.16)
            for part in line
        ]

    share, room = 1.0, WIDTH - 0.2
    for line in lines:
        cells = sum(p.entries.shape[1] * cell(p) for p in line if isinstance(p, Grid))
        over = sum(extents(line)) - room
        if over > 0:
            share = min(share, max(0.05, 1 - over / cells))
    heights = [
        max(p.entries.shape[0] for p in line if isinstance(p, Grid)) * HIGH + 0.85
        for line in lines
    ]
    sheet = Sheet(sum(heights))
    middle = sum(heights) / 2
    for line, tall in zip(lines, heights, strict=True):
        spans = extents(line, share)
        left, middle = -sum(spans) / 2, middle - tall / 2
        for part, span in zip(line, spans, strict=True):
            if isinstance(part, Grid):
                narrow = cell(part) * share
                start = left + (span - part.entries.shape[1] * narrow) / 2
                size = max(SMALL, TYPE * share)
                _draw_grid(sheet, part, start, middle, narrow, HIGH, size)
            else:
                sheet.text(left + span / 2, middle, part, 18)
            left += span
        middle -= tall / 2
    sheet.figure.says = _says([p for line in lines for p in line if isinstance(p, Grid)])
    return sheet.figure


def folding(
    delta: MatrixBase, dz_dW: MatrixBase, ds_dW: MatrixBase, dW: MatrixBase, k: int
) -> Picture:
    """Draw δᵀ, ∂z/∂vec W, their product and its fold, with the first ``k`` blocks in place."""
    m, n = dW.shape
    if not 0 <= k <= m:
        raise ValueError(f"k is {k}, expected a whole number from 0 to {m}")

    def placed(i: int, j: int) -> str | None:
        return by_row(i, j) if i < k else None

    so_far = ImmutableMatrix(m, n, lambda i, j: dW[i, j] if i < k else Symbol(""))
    figure = grids(
        Grid("δᵀ", delta.T, lambda _, i: placed(i, 0)),
        "",
        Grid("∂z / ∂vec W = I ⊗ xᵀ", dz_dW, placed),
        "\n",
        Grid("∂s / ∂vec W", ds_dW, lambda _, place: placed(place // n, 0)),
        "\n",
        Grid("the row, folded: δ xᵀ" if k == m else "the row, folded", so_far, placed),
    )
    figure.says = f"In place as rows: {k} of the {m} blocks of {n}; {figure.says}"
    return figure


def lit_weight(
    z: MatrixBase,
    W: MatrixBase,
    x: MatrixBase,
    b: MatrixBase,
    i: int,
    j: int,
    delta: MatrixBase | None = None,
) -> Picture:
    """Light up one weight three times: its edge, its entry in W, its term in the equation.

    ``i`` and ``j`` count from 1, as the symbols do. With ``delta``, a second line lights up its
    gradient: the entry of δ, the entry of xᵀ and their product.
    """
    m, n = W.shape
    for name, value, most in (("i", i, m), ("j", j, n)):
        if not 1 <= value <= most:
            raise ValueError(f"{name} is {value}, expected a whole number from 1 to {most}")
    unit = WIDTH / 16  # inches
    terms = -(-n // 2)  # lines of two terms in an equation
    step = max(1.7, 0.6 * terms + 0.4)
    upper = max(1.6 * max(m, n), step * m) + 0.2
    lower = 0.0 if delta is None else m + 2.0
    tall = max(upper, m + 2.0) + lower
    raised = lower / 2
    sheet = Sheet(unit * tall, unit)
    inputs = [(-7.3, raised + 1.6 * ((n - 1) / 2 - k)) for k in range(n)]
    outputs = [(-4.0, raised + 1.6 * ((m - 1) / 2 - k)) for k in range(m)]
    for row, (x1, y1) in enumerate(outputs, 1):
        for column, (x0, y0) in enumerate(inputs, 1):
            lit = (row, column) == (i, j)
            look = (
                {"lw": 4, "zorder": 3} if lit else {"arrowstyle": "-", "lw": 1.3, "zorder": 1}
            )
            sheet.arrow((x0, y0), (x1, y1), ACCENT if lit else FAINT, 16, **look)
    for (x0, y0), name in zip(inputs + outputs, [*x, *z], strict=True):
        lit = name in (x[j - 1], z[i - 1])
        circle = {
            "boxstyle": "circle,pad=0.3",
            "fc": PAPER,
            "ec": ACCENT if lit else INK,
            "lw": 2,
        }
        sheet.text(x0, y0, entry(name), 16, bbox=circle, zorder=4)

    def colour(row: int, column: int) -> str | None:
        return ACCENT if (row, column) == (i - 1, j - 1) else None

    _draw_grid(sheet, Grid("W", W, colour), -2.7, raised, min(1.25, 5 / n), 1, TYPE)
    for row in range(m):  # two terms to a line
        left, y = 2.75, raised + step * ((m - 1) / 2 - row)
        sheet.text(left, y, f"{entry(z[row])} =", ha="left")
        for column in range(n):
            at = left + 1.2 + 1.68 * (column % 2)
            line = y + 0.6 * ((terms - 1) / 2 - column // 2)
            if (row, column) == (i - 1, j - 1):
                sheet.box(at - 0.08, line - 0.3, 1.3, 0.6, fc=ACCENT, alpha=TINT)
            sheet.text(at, line, f"{entry(W[row, column])}{entry(x[column])}", ha="left")
            sheet.text(at + 1.42, line, "+")
        last = y - 0.6 * (terms - 1) / 2
        sheet.text(left + 1.2 + 1.68 * (2 - n % 2) + 0.02, last, entry(b[row]), ha="left")
    if delta is not None:
        parts = (
            (Grid("δ", delta, lambda row, _: colour(row, j - 1)), -6.6, 6),
            (Grid("xᵀ", x.T, lambda _, column: colour(i - 1, column)), -4.6, 5),
            (Grid("δ xᵀ", delta * x.T, colour), 1.6, 6),
        )
        for grid, left, room in parts:
            wide = min(1.25, room / n)
            _draw_grid(sheet, grid, left, lower / 2 - tall / 2, wide, 1, TYPE)
        sheet.text(1.0, lower / 2 - tall / 2, "=", 18)
    lit = f"{entry(W[i - 1, j - 1])} in W ({m} × {n})"
    sheet.figure.says = f"Lit: {lit}, its edge from {entry(x[j - 1])} to {entry(z[i - 1])}"
    if delta is not None:
        sheet.figure.says += f", and {entry(delta[i - 1])}{entry(x[j - 1])} in δxᵀ"
    return sheet.figure


# --- words and windows ----------------------------------------------------------------------


def _numbers(
    sheet: Sheet,
    values: NDArray,
    corner: tuple[float, float],
    cell: tuple[float, float],
    colours: Sequence[str | None],
) -> None:
    # A matrix of numbers from its top left corner, with a colour for each row, in turn.
    (rows, cols), (left, top), (wide, high) = values.shape, corner, cell
    whole = np.array_equal(values, np.round(values))
    for i, j in np.ndindex(rows, cols):
        bottom = top - (i + 1) * high
        if j == 0 and (colour := colours[i % len(colours)]):
            sheet.box(left, bottom, cols * wide, high, fc=colour, alpha=TINT)
        value = int(values[i, j]) if whole else float(values[i, j])
        place = left + (j + 0.5) * wide, bottom + high / 2
        sheet.words(*place, entry(value), SMALL, va="center_baseline")
    sheet.box(left, top - rows * high, cols * wide, rows * high)


def _bars(
    sheet: Sheet, values: NDArray, corner: tuple[float, float], cell: tuple[float, float]
) -> None:
    # A matrix as bars, up for positive and down for negative, against its largest entry.
    (left, top), (wide, high) = corner, cell
    long = 0.46 * high * values / (abs(values).max() or 1.0)
    sides = np.array([0.12 * wide, 0.88 * wide])
    bars = []
    for i, j in np.ndindex(values.shape):
        x, y = left + j * wide + sides, top - (i + 0.5) * high
        bars.append([(x[0], y), (x[1], y), (x[1], y + long[i, j]), (x[0], y + long[i, j])])
    for i in range(values.shape[0]):
        y = top - (i + 0.5) * high
        sheet.box(left, y, values.shape[1] * wide, 0, ec=FAINT, lw=0.8)
    sheet.add(PolyCollection(bars, facecolors=INK, edgecolors="none"))


def concatenation(words: Sequence[str], rows: NDArray) -> Picture:
    """Draw the word vectors ``(k, d)`` as k coloured rows, and below them laid end to end."""
    check_shape("rows", rows, (len(words), None))
    k, d = rows.shape
    wide, high = 0.66, 0.36
    sheet = Sheet(2.35 + k * high)
    top = sheet.figure.get_figheight() / 2 - 0.4
    for i, word in enumerate(words):
        place = -d * wide / 2 - 0.15, top - (i + 0.5) * high
        sheet.words(*place, word, ha="right")
    _numbers(sheet, rows, (-d * wide / 2, top), (wide, high), ROWS)
    sheet.words(0, top + 0.2, f"one row for each word: {k} × {d}")
    foot = top - k * high
    sheet.arrow((0, foot - 0.05), (0, foot - 0.6))
    narrow = (WIDTH - 0.2) / (k * d)
    for i, word in enumerate(words):
        left, colour = -WIDTH / 2 + 0.1 + i * d * narrow, ROWS[i % len(ROWS)]
        sheet.words(left + d * narrow / 2, foot - 0.75, word)
        sheet.words(left + d * narrow / 2, foot - 1.45, f"{i * d}–{(i + 1) * d - 1}", SMALL)
        if inches("−0.00", SMALL) <= narrow * 1.3:
            _numbers(sheet, rows[i : i + 1], (left, foot - 0.93), (narrow, high), [colour])
        else:
            sheet.box(left, foot - 0.93 - high, d * narrow, high, fc=colour, alpha=TINT)
            sheet.box(left, foot - 0.93 - high, d * narrow, high)
    below = f"the rows end to end: {k * d} numbers, {k * d} × 1 when they stand as a column"
    sheet.words(0, foot - 1.8, below)
    sheet.figure.says = f"{k} rows of {d} numbers, for {some(words)}; then {k * d} end to end"
    return sheet.figure


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
) -> Picture:
    """Draw a window's way from its words to its probability, every number but W's written out.

    W is drawn as bars, up for positive and down for negative, in ink, and so is u if it is too
    long to be written out; the colours in x, and of the strips below W, are the words' places.
    """
    n, m = len(x), len(z)
    check_shape("x", x, (n, 1))
    check_shape("W", W, (m, n))
    for name, value in {"b": b, "z": z, "h": h, "u": u}.items():
        check_shape(name, value, (m, 1))
    if not words or n % len(words):
        raise ValueError(f"words has {len(words)}, expected a number that divides the {n} of x")
    d, wide, wide_W = n // len(words), 0.66, 2.2
    sheet = Sheet(6.2)
    high_x, high, top_x, middle = 4.5 / n, 2.9 / m, 2.68, 0.43
    top = middle + 1.45
    places = [ROWS[k % len(ROWS)] for k in range(len(words))]
    lefts = {"x": 0.0, "b": 1.0, "z": 2.1, "h": 3.35}
    left_W, block = -4.05, wide_W * d / n
    for k, colour in enumerate(places):
        edge = left_W + k * block
        sheet.box(edge, top - 2.9, block, 2.9, zorder=3, lw=1.2)
        sheet.box(edge, top - 3.06, block, 0.12, fc=colour)
    tag = max(inches(word, TYPE) for word in words) + 0.24
    for k, word in enumerate(words):  # on a tag that is one with the word's numbers
        y = top_x - (k + 0.5) * d * high_x
        sheet.box(-tag, y - d * high_x / 2, tag, d * high_x, fc=places[k], alpha=TINT)
        sheet.words(lefts["x"] - 0.12, y, word, ha="right")
    _numbers(sheet, x, (lefts["x"], top_x), (wide, high_x), [places[i // d] for i in range(n)])
    _bars(sheet, W, (left_W, top), (wide_W / n, high))
    titles = {"W": (left_W + wide_W / 2, top, f"{m} × {n}", top - 3.24)}
    titles["x"] = (lefts["x"] + wide / 2, top_x, f"{n} × 1", top_x - 4.68)
    for name, values in {"b": b, "z": z, "h": h}.items():
        _numbers(sheet, values, (lefts[name], top), (wide, high), [None])
        titles[name] = (lefts[name] + wide / 2, top, f"{m} × 1", top - 3.1)
    for name, (at, above, shape, below) in titles.items():
        sheet.text(at, above + 0.2, name, 18)
        sheet.words(at, below, shape, SMALL)
    note = f"bar up: positive\nbar down: negative\nlongest bar: {np.abs(W).max():.2f}"
    sheet.words(left_W + wide_W / 2, top - 3.7, note, SMALL)
    for at, sign in ((-1.62, "·"), (0.83, "+"), (1.88, "="), (3.05, "→")):
        sheet.words(at, middle, sign, 28 if sign == "·" else 18)
    sheet.text(3.05, middle + 0.26, "f", 18)
    # Below: the row uᵀ times h is s, and σ makes p of it.
    y, row, start = -2.38, min(wide, 4.9 / m), -3.62
    if inches("−0.00", SMALL) <= row:
        _numbers(sheet, u.T, (start, y), (row, 0.36), [None])
    else:
        _bars(sheet, u.T, (start, y), (row, 0.36))
    end = start + m * row
    sheet.text(start - 0.27, y - 0.18, "uᵀ", 18)
    sheet.words(start + m * row / 2, y - 0.55, f"1 × {m}", SMALL)
    sheet.words(end + 0.18, y - 0.18, "·", 28)
    sheet.text(end + 0.42, y - 0.18, "h", 18)
    sheet.words(end + 0.72, y - 0.18, "=", 18)
    for name, value, at in (("s", s, end + 0.95), ("p", p, end + 2.05)):
        _numbers(sheet, np.array([[value]]), (at, y), (wide, 0.36), [None])
        sheet.text(at + wide / 2, y + 0.2, name, 18)
    sheet.words(end + 1.83, y - 0.18, "→", 18)
    sheet.text(end + 1.83, y + 0.1, "σ", 18)
    sheet.figure.says = (
        f"x is {n} × 1, W is {m} × {n}, b, z, h and u are {m} × 1; "
        f"s = {entry(float(s))}, p = {entry(float(p))}"
    )
    return sheet.figure
