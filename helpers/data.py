"""Seeded data for the notebooks and the tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from helpers.layout import check_whole


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
