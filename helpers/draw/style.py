"""The one style of the series, ``canvas`` to draw on in it, and ``show``.

Importing this sets matplotlib's parameters once, from matplotlib's own defaults, so that plain
matplotlib in a cell looks like every other figure and no reader's settings change a picture.
Nothing imports pyplot, which is slow and whose hooks would set some of them back.

A colour has one meaning:

- ``INK``: what is there: type, arrows, values on their way forward; ``GREY``: what it is
  compared with, and zeros; ``FAINT``: lines that only guide the eye.
- ``LABELS``: of label 0 (``BLUE``, a disc) and of label 1 (``ORANGE``, a triangle), and of the
  side of a border where that label is predicted. Nothing else is blue or orange.
- ``ROWS``: of a unit, its row, or the place of a word, as a tint behind what is in ink.
- ``ACCENT``: what is lit, and what travels back. Nothing else has it.
- ``ACTIVATIONS``: of the curves of each activation; ``CURVES``: of other curves, in turn.
- A sign is no hue: a negative weight is dashed, or a bar downwards; a value is a shade of grey.

They are told apart by colour-blind readers (most are Okabe and Ito's), on white paper.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterable

import matplotlib
from IPython.display import display
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import Collection
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Patch, Rectangle
from matplotlib.transforms import Affine2D
from numpy.typing import ArrayLike, NDArray

INK, GREY, FAINT, PAPER = "#1b1f24", "#535c67", "#8b949e", "#ffffff"
BLUE, ORANGE, ACCENT = "#0072B2", "#D55E00", "#7e00d8"
LABELS = ((BLUE, "o"), (ORANGE, "^"))  # a colour and a marker for label 0 and for label 1
ROWS = ("#009E73", "#56B4E9", "#E69F00", "#CC79A7", "#F0E442")
ACTIVATIONS = {
    "ReLU": INK,
    "tanh": "#009E73",
    "sigmoid": "#c0639a",
    "Swish": "#c28500",
    "GELU": "#3d9cd6",
    "identity": GREY,
}
CURVES = (INK, GREY, *[colour for colour in ACTIVATIONS.values() if colour not in (INK, GREY)])
WIDTH = 8.2  # inches; shown at 100 CSS pixels to the inch
DOTS = 130  # stored pixels to the inch, for projectors
SMALL, TYPE = 13.5, 15  # points: no type is smaller, most type is this size

matplotlib.rcdefaults()
matplotlib.rcParams.update(
    {
        "font.size": TYPE,
        "axes.titlesize": TYPE,
        "axes.labelsize": TYPE,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        "legend.fontsize": 14,
        "legend.frameon": False,
        "mathtext.fontset": "dejavuserif",
        "axes.prop_cycle": matplotlib.cycler(color=CURVES),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "lines.linewidth": 2.5,
        "lines.markersize": 8,
        "figure.facecolor": PAPER,
        "figure.figsize": (WIDTH, 4.0),
        "figure.dpi": DOTS,
    }
)


class Picture(Figure):
    """A matplotlib figure that knows what it ``says``: its data, in at most 60 words."""

    says: str = ""


def canvas(
    height: float, columns: int = 1, margins: tuple[float, ...] | None = None, **kwargs: object
) -> tuple[Picture, NDArray]:
    """Make a figure ``height`` inches tall with ``columns`` axes side by side.

    Returns the figure and a 1-D array of its axes, which ``kwargs`` go to (``sharey=True``).
    ``margins`` in inches (left, right, bottom, top, between axes) save the automatic layout,
    which draws every text twice.
    """
    if margins is not None and len(margins) != 5:
        raise ValueError(
            f"margins has {len(margins)} numbers, expected 5: left, right, bottom, top, between"
        )
    figure = Picture(figsize=(WIDTH, height), layout="none" if margins else "constrained")
    if margins:
        left, right, bottom, top, between = margins
        panel = (WIDTH - left - right - (columns - 1) * between) / columns
        figure.subplots_adjust(
            left / WIDTH, bottom / height, 1 - right / WIDTH, 1 - top / height, between / panel
        )
    return figure, figure.subplots(1, columns, squeeze=False, **kwargs)[0]


class Sheet:
    """A picture without axes, measured in inches (or ``unit`` inches) from its centre."""

    def __init__(self, height: float, unit: float = 1.0) -> None:
        self.figure = Picture(figsize=(WIDTH, height), layout="none")
        to_share = Affine2D().scale(unit / WIDTH, unit / height).translate(0.5, 0.5)
        self.units = to_share + self.figure.transFigure

    def text(self, x: float, y: float, text: str, size: float = TYPE, **style: object) -> None:
        """Write a text, centred unless ``style`` says otherwise."""
        # Letters are italic, as in a formula, but set as plain text: a formula takes ten times
        # as long. Give one ($...$) where it has roman parts.
        letters = {"family": "DejaVu Serif", "style": "italic"}
        style = {"ha": "center", "va": "center"} | letters | style
        text = text.replace("f′", "f\u200a′")  # a hair's breadth between italic f and prime
        self.figure.text(x, y, text, transform=self.units, fontsize=size, **style)

    def words(self, x: float, y: float, text: str, size: float = TYPE, **style: object) -> None:
        """Write upright: words, numbers and shapes."""
        self.text(x, y, text, size, **{"style": "normal"} | style)

    def add(self, artist: Patch | Collection) -> None:
        """Draw a patch or a collection."""
        artist.set_transform(self.units)
        self.figure.add_artist(artist)

    def arrow(
        self,
        start: ArrayLike,
        end: ArrayLike,
        colour: str = INK,
        short: float = 0,
        **style: object,
    ) -> None:
        """Draw an arrow from place to place, ``short`` of both by so many points."""
        style = {"arrowstyle": "-|>", "mutation_scale": 20, "lw": 2.5} | style
        ends = {"shrinkA": short, "shrinkB": short}
        self.add(FancyArrowPatch(start, end, color=colour, **ends | style))

    def box(self, x: float, y: float, wide: float, high: float, **style: object) -> None:
        """Draw a rectangle from its lower left corner: a frame, or a tint with ``fc``."""
        plain = {"lw": 0} if "fc" in style else {"fill": False, "ec": INK, "lw": 1.6}
        self.add(Rectangle((x, y), wide, high, **plain | style))


def png(figure: Figure) -> bytes:
    """Write a figure as a PNG, the same bytes for the same picture."""
    buffer = io.BytesIO()
    # No software version in the file: it would change with every release of matplotlib.
    FigureCanvasAgg(figure).print_png(
        buffer, metadata={"Software": None}, pil_kwargs={"compress_level": 3}
    )
    return buffer.getvalue()


def css_width(figure: Figure) -> int:
    """Tell how many CSS pixels wide a figure is shown."""
    return round(figure.get_figwidth() * 100)


def some(items: Iterable[object], most: int = 6) -> str:
    """Join the first few of a list with commas, and count the rest."""
    items = [str(item) for item in items]
    rest = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + rest


def counted(count: int, thing: str) -> str:
    """Write a number of things: 1 arrow, 2 arrows."""
    return f"{count} {thing}" + "s" * (count != 1)


def rounded(value: float, scale: str = "linear") -> str:
    """Round a number to what every processor agrees on: two digits, or a power of ten."""
    if scale == "log" and value > 0:
        return f"{10.0 ** round(math.log10(value)):.0e}"
    return f"{value:.2g}".replace("-", "−")


def _says_of(axes: Axes) -> str:
    said = []
    for line in axes.get_lines():
        label, y = line.get_label(), line.get_ydata(orig=False)
        if label and not label.startswith("_") and len(y):
            ends = [rounded(float(end), axes.get_yscale()) for end in (y[0], y[-1])]
            said.append(f"{label} from {ends[0]} to {ends[1]}")
    title = " ".join(axes.get_title().split())
    return ": ".join(filter(None, (title, some(said, 5))))


def described(figure: Figure, alt: str) -> str:
    """Join a sentence with what the figure says of its data: the whole alternative text.

    Where no drawing function has said anything, the titles of the axes and the first and last
    value of each labelled line are told. An empty sentence is a ``ValueError``.
    """
    if not alt.strip():
        raise ValueError("alt is empty, expected a sentence that says what the figure shows")
    told = getattr(figure, "says", "") or some(filter(None, map(_says_of, figure.axes)), 4)
    sentences = [part.strip().rstrip(".") + "." for part in (alt, told) if part]
    return " ".join(sentences)


def show(figure: Figure, alt: str) -> None:
    """Display a figure with its alternative text.

    ``alt`` is one sentence that says what the figure shows; what the figure ``says`` of its own
    data is put behind it.
    """
    words = described(figure, alt)
    display(
        {"image/png": png(figure), "text/plain": words},
        metadata={"image/png": {"alt": words, "width": css_width(figure)}},
        raw=True,
    )
