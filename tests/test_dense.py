"""The long way's Jacobians against sympy's and against numerical ones; and the whole layer."""

import numpy as np
import pytest

from helpers.activations import tanh
from helpers.arrays import fold, vec
from helpers.data import random_layer, random_layers
from helpers.dense import dense_dh_dz, dense_dz_dW
from helpers.numerical import central_difference, complex_step, largest_difference
from helpers.symbolic import choose, column, elementwise, evaluate, jacobian, matrix


def test_dense_dh_dz_is_the_jacobian_of_an_elementwise_f(activation):
    f, z = elementwise("f"), column("z", 4)
    at = random_layer(4, 3, seed=1).b
    symbolic = evaluate(choose(jacobian(z.applyfunc(f), z), f, activation), {z: at})
    assert largest_difference(a=symbolic, b=dense_dh_dz(activation.f_prime, at)) < 1e-14


@pytest.mark.parametrize("seed", range(5))
def test_dense_dz_dW_is_the_jacobian_by_vec_W(seed):
    (layer,) = random_layers(1, seed=seed)
    m, n = layer.W.shape
    W, x, b = matrix("W", m, n), column("x", n), column("b", m)
    numbers = {W: layer.W, x: layer.x, b: layer.b}
    symbolic = evaluate(jacobian(W * x + b, vec(W)), numbers)
    assert np.array_equal(symbolic, dense_dz_dW(m, layer.x))


def test_every_way_to_dW_agrees_over_random_shapes(activation):
    derivative = complex_step if activation.takes_complex else central_difference
    tolerance = 1e-12 if activation.takes_complex else 1e-7
    for x, W, b, u in random_layers(20, seed=11):
        z = W @ x + b
        dense = u.T @ dense_dh_dz(activation.f_prime, z) @ dense_dz_dW(len(z), x)
        long_way = fold(dense, W)
        short_way = (u * activation.f_prime(z)) @ x.T
        numerical = derivative(
            lambda W, x=x, b=b, u=u: u.T @ activation.f(W @ x + b),
            W,
        )
        assert largest_difference(long=long_way, short=short_way) <= 1e-12
        assert largest_difference(long=long_way, numerical=numerical) <= tolerance


def test_a_one_dimensional_x_is_refused():
    with pytest.raises(ValueError, match=r"^x is \(4,\), expected \(any, 1\)"):
        dense_dz_dW(3, np.zeros(4))
    with pytest.raises(ValueError, match=r"^x is \(1, 4\), expected \(any, 1\): transposed"):
        dense_dz_dW(3, np.zeros((1, 4)))
    with pytest.raises(ValueError, match=r"^z is \(3,\)"):
        dense_dh_dz(tanh.f_prime, np.zeros(3))
    with pytest.raises(ValueError, match=r"^z holds a NaN"):
        dense_dh_dz(tanh.f_prime, np.full((3, 1), np.nan))
    with pytest.raises(ValueError, match=r"^x holds a NaN"):
        dense_dz_dW(3, np.full((4, 1), np.nan))
    with pytest.raises(ValueError, match=r"^m is 0"):
        dense_dz_dW(0, np.zeros((4, 1)))
