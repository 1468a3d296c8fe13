"""Sliders over a picture: ``explore`` draws it anew wherever they stand.

The picture is a plain function of a notebook, shown once without sliders in the cell before.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from IPython.display import display
from ipywidgets import HTML, HBox, Label, Layout, SelectionSlider, VBox
from matplotlib.figure import Figure

from helpers.figures import css_width, png

VIEW = "application/vnd.jupyter.widget-view+json"
TYPE = {"font_size": "20px"}  # legible from the last row, as in the figures


def image(figure: Figure, alt: str) -> str:
    """Write a figure as an HTML image with its alternative text."""
    data = base64.b64encode(png(figure)).decode()
    words = html.escape(alt, quote=True)
    return f'<img src="data:image/png;base64,{data}" width="{css_width(figure)}" alt="{words}">'


def _pair(option: Any) -> tuple[str, Any]:
    if isinstance(option, tuple):
        return option
    return (f"{option:g}" if isinstance(option, float) else str(option)), option


def sliders(
    picture: Callable[..., tuple[Figure, str]], choices: Mapping[str, Sequence[Any]]
) -> VBox:
    """Build a slider for each argument of ``picture``, above what it draws.

    ``picture`` takes one value for each slider, in the order of ``choices``, and returns a
    figure and its alternative text. ``choices`` names each slider, in the letters of the text,
    and lists its values, or pairs of a label and a value; it starts at the first. A slider of
    fewer than two values is a ``ValueError``.
    """
    for name, options in choices.items():
        if len(options) < 2:
            raise ValueError(
                f"choices[{name!r}] has {len(options)} values, expected at least 2"
            )
    handles = [
        SelectionSlider(options=[_pair(option) for option in options], readout=False)
        for options in choices.values()
    ]
    readouts = [Label(style=TYPE) for _ in handles]
    drawn = HTML()

    def draw(_: object = None) -> None:
        for readout, handle in zip(readouts, handles, strict=True):
            readout.value = handle.label
        drawn.value = image(*picture(*(handle.value for handle in handles)))

    draw()
    rows = []
    for name, handle, readout in zip(choices, handles, readouts, strict=True):
        handle.layout = Layout(width="480px", margin="2px 12px")
        handle.tooltip = name
        handle.observe(draw, "value")
        rows.append(HBox([Label(f"{name} =", style=TYPE), handle, readout]))
    return VBox([*rows, drawn])


def explore(
    picture: Callable[..., tuple[Figure, str]], choices: Mapping[str, Sequence[Any]]
) -> None:
    """Display ``sliders``; a page without a kernel shows a sentence in their place."""
    names = " and ".join(choices)
    data = sliders(picture, choices)._repr_mimebundle_()
    said = f"Run this cell to move {names}."
    display({VIEW: data[VIEW], "text/plain": said}, raw=True)
