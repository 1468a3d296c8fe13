"""Exercise 5e: each pass of the notebook has the one fault that the check asks for."""

import re
from itertools import pairwise

import nbformat
import numpy as np
import pytest

from helpers import network
from helpers.activations import tanh
from helpers.exercises.section_5 import RIGHT_LINES, WRONG_LINES
from tools.publish import NOTEBOOKS

PASSES = {
    cell.id[-1].upper(): cell.source
    for cell in nbformat.read(NOTEBOOKS / "05_shapes_and_shortcuts.ipynb", as_version=4).cells
    if cell.id.startswith("hunt-05-") and cell.cell_type == "code"
}


def gradients(source, seed):
    """Run a pass on three layers and five samples."""
    rng = np.random.default_rng(seed)
    widths = [2, 4, 3, 1]
    layers = [
        network.Affine(rng.standard_normal((m, n)), rng.standard_normal((m, 1)))
        for n, m in pairwise(widths)
    ]
    signals = network.forward(layers, rng.standard_normal((2, 5)), tanh)
    Delta = rng.standard_normal((1, 5))
    names = {"np": np}
    exec(source, names)
    (backward,) = (value for name, value in names.items() if name.startswith("pass_"))
    found = backward(layers, signals.h, signals.z, Delta, tanh.f_prime)
    return found, network.backward(layers, signals, Delta, tanh)


def same(found, right):
    return all(
        np.allclose(a, b)
        for pair, layer in zip(found, right, strict=True)
        for a, b in zip(pair, layer, strict=True)
    )


@pytest.mark.parametrize("name", WRONG_LINES)
def test_a_pass_is_wrong_in_its_one_line_and_keeps_all_shapes(name):
    source = PASSES[name]
    found, right = gradients(source, seed=1)
    assert not same(found, right)
    assert [[part.shape for part in pair] for pair in found] == [
        [part.shape for part in layer] for layer in right
    ]
    lines = {int(n): text for text, n in re.findall(r"^ *(\S.*?)  # (\d)$", source, re.M)}
    assert [n for n in lines if lines[n] != RIGHT_LINES[n][0]] == [WRONG_LINES[name]]
    repaired = source.replace(lines[WRONG_LINES[name]], RIGHT_LINES[WRONG_LINES[name]][0])
    assert same(*gradients(repaired, seed=2))
