"""Sliders over a picture: ``explore`` redraws it when one is moved.

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

from helpers.draw.style import css_width, described, png

VIEW = "application/vnd.jupyter.widget-view+json"
TYPE = {"font_size": "20px"}  # legible from the back row, as in the figures


def image(figure: Figure, alt: str) -> str:
    """Write a figure as an HTML image with its alternative text, as ``show`` would say it."""
    data = base64.b64encode(png(figure)).decode()
    words = html.escape(described(figure, alt), quote=True)
    return f'<img src="data:image/png;base64,{data}" width="{css_width(figure)}" alt="{words}">'


def _pair(option: Any) -> tuple[str, Any]:
    if isinstance(option, tuple):
        return option
    return (f"{option:g}" if isinstance(option, float) else str(option)), option


def sliders(
    picture: Callable[..., tuple[Figure, str]],
    choices: Mapping[str, Sequence[Any]],
    start: Sequence[Any] = (),
) -> VBox:
    """Build a slider for each argument of ``picture``, above what it draws.

    ``picture`` takes one value for each slider, in the order of ``choices``, and returns a
    figure and the sentence that ``show`` takes. ``choices`` names each slider, in the letters
    of the text, and lists its values, or pairs of a label and a value. ``start`` has a value
    for each, where they start if not at the first. A slider of fewer than two values, or a
    start that is none of them, is a ``ValueError``.
    """
    for name, options in choices.items():
        if len(options) < 2:
            raise ValueError(
                f"choices[{name!r}] has {len(options)} values, expected at least 2"
            )
    if start and len(start) != len(choices):
        raise ValueError(f"start has {len(start)} value(s), expected {len(choices)}")
    handles = [
        SelectionSlider(options=[_pair(option) for option in options], readout=False)
        for options in choices.values()
    ]
    for name, handle, value in zip(choices, handles, start, strict=True) if start else ():
        values = [option for _, option in handle.options]
        if value not in values:
            raise ValueError(f"start is {value!r} for {name}, expected one of {values}")
        handle.value = value
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
    picture: Callable[..., tuple[Figure, str]],
    choices: Mapping[str, Sequence[Any]],
    start: Sequence[Any] = (),
) -> None:
    """Display ``sliders``; a page without a kernel shows a sentence in their place."""
    names = " and ".join(choices)
    data = sliders(picture, choices, start)._repr_mimebundle_()
    said = f"Run this cell to move {names}."
    display({VIEW: data[VIEW], "text/plain": said}, raw=True)
