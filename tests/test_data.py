"""Seeded draws: the same again, and never square."""

import numpy as np
import pytest

from helpers.data import random_layer, random_layers


def test_a_layer_has_the_shapes_of_the_series():
    layer = random_layer(3, 4, B=5, seed=2)
    assert [part.shape for part in layer] == [(4, 5), (3, 4), (3, 1), (3, 1)]


def test_the_same_seed_draws_the_same_again():
    for one, other in zip(random_layers(5, seed=4), random_layers(5, seed=4), strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert not np.array_equal(random_layer(3, 4, seed=0).W, random_layer(3, 4, seed=1).W)


def test_no_random_layer_is_square_and_shapes_vary():
    shapes = [layer.W.shape for layer in random_layers(40, seed=5)]
    assert all(m != n for m, n in shapes)
    assert len(set(shapes)) > 10


@pytest.mark.parametrize("bad", [{"m": 0}, {"n": 1.5}, {"B": 0}, {"seed": -1}])
def test_sizes_that_are_no_sizes_are_refused(bad):
    with pytest.raises(ValueError, match=f"{next(iter(bad))} is"):
        random_layer(**({"m": 3, "n": 4} | bad))
