"""Seeded data for the notebooks and the tests."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from helpers.checks import check_whole


class Layer(NamedTuple):
    """One layer's numbers: x ``(n, B)``, W ``(m, n)``, b ``(m, 1)``, u ``(m, 1)``."""

    x: NDArray
    W: NDArray
    b: NDArray
    u: NDArray


def random_layer(m: int, n: int, B: int = 1, seed: int = 0) -> Layer:
    """Draw a layer with n inputs, m outputs and a batch of B columns, standard normal."""
    for name, size in (("m", m), ("n", n), ("B", B)):
        check_whole(name, size)
    check_whole("seed", seed, least=0)
    rng = np.random.default_rng(seed)
    return Layer(*(rng.standard_normal(shape) for shape in ((n, B), (m, n), (m, 1), (m, 1))))


def random_layers(count: int, largest: int = 8, seed: int = 0) -> Iterator[Layer]:
    """Draw ``count`` layers of different random shapes, none of them square: m ≠ n."""
    check_whole("count", count)
    check_whole("largest", largest, least=3)
    check_whole("seed", seed, least=0)
    rng = np.random.default_rng(seed)
    for k in range(count):
        m, n = rng.choice(np.arange(2, largest + 1), size=2, replace=False)
        yield random_layer(int(m), int(n), seed=seed + k)


class Points(NamedTuple):
    """Labelled points: X ``(2, B)``, one point per column, and labels y ``(1, B)``, 0 or 1."""

    X: NDArray
    y: NDArray


def spirals(B: int = 200, turns: float = 1.5, noise: float = 0.05, seed: int = 0) -> Points:
    """Draw B points on two interleaved spirals, labelled 0 and 1 alternately.

    Each arm winds ``turns`` times from near the centre out to radius 2.5; ``noise`` is the
    standard deviation of the normal noise added to each coordinate. Section 1.2.
    """
    check_whole("B", B, least=4)
    for name, value in (("turns", turns), ("noise", noise)):
        if not (math.isfinite(value) and value >= 0):
            raise ValueError(f"{name} is {value}, expected a finite number of at least 0")
    check_whole("seed", seed, least=0)
    rng = np.random.default_rng(seed)
    along = np.arange(B) // 2 / ((B - 1) // 2)  # from 0 near the centre to 1 at the outer end
    label = np.arange(B) % 2
    radius, angle = 0.2 + 2.3 * along, 2 * np.pi * turns * along + np.pi * label
    X = np.vstack([radius * np.cos(angle), radius * np.sin(angle)])
    return Points(X + noise * rng.standard_normal(X.shape), label[np.newaxis])
