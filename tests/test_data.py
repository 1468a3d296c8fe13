"""Seeded draws: the same again, and never square."""

import numpy as np
import pytest

from helpers.data import random_layer, random_layers, spirals


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


def test_spirals_are_two_arms_turned_by_half_a_turn():
    X, y = spirals(B=40, noise=0, seed=3)
    assert X.shape == (2, 40) and y.shape == (1, 40)
    assert y.sum() == 20 and set(y.ravel()) == {0, 1}
    assert np.abs(X[:, y[0] == 0] + X[:, y[0] == 1]).max() < 1e-14
    radius = np.hypot(*X[:, y[0] == 0])
    assert (np.diff(radius) > 0).all()
    assert radius[[0, -1]] == pytest.approx([0.2, 2.5])


def test_spirals_are_the_same_again_and_odd_counts_work():
    assert np.array_equal(spirals(seed=2).X, spirals(seed=2).X)
    assert not np.array_equal(spirals(seed=2).X, spirals(seed=3).X)
    assert spirals(B=7).y.tolist() == [[0, 1, 0, 1, 0, 1, 0]]


@pytest.mark.parametrize(
    "bad", [{"B": 3}, {"turns": -1}, {"noise": float("nan")}, {"seed": -1}, {"B": 10.0}]
)
def test_spirals_refuse_what_draws_none(bad):
    with pytest.raises(ValueError, match=f"{next(iter(bad))} is"):
        spirals(**bad)
