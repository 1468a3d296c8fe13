"""The activations, each once: its symbolic form, f and f′. Section 2.6 draws and proves them.

f and f′ take arrays of any shape and work entry by entry. f′ is a function of the
pre-activation z, never of h = f(z).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Dummy, Expr, Piecewise


@dataclass(frozen=True)
class Activation:
    """One activation: ``symbolic`` for sympy; ``f`` and ``f_prime`` for numpy, elementwise.

    ``holomorphic`` tells whether ``f`` also takes complex numbers, as a complex step needs.
    """

    name: str
    symbolic: Callable[[Expr], Expr]
    f: Callable[[NDArray], NDArray]
    f_prime: Callable[[NDArray], NDArray]
    holomorphic: bool = True

    def symbolic_prime(self, argument: Expr) -> Expr:
        """Differentiate the symbolic form and put ``argument`` in: f′(argument), by sympy."""
        t = Dummy()
        return self.symbolic(t).diff(t).subs(t, argument)

    def __repr__(self) -> str:
        return self.name


def _sigmoid_symbolic(t: Expr) -> Expr:
    return 1 / (1 + sympy.exp(-t))


def _sigmoid(z: NDArray) -> NDArray:
    # 1 / (1 + exp(-z)), in the form that cannot overflow.
    return (1 + np.tanh(z / 2)) / 2


def _sigmoid_prime(z: NDArray) -> NDArray:
    return _sigmoid(z) * (1 - _sigmoid(z))


def _tanh_prime(z: NDArray) -> NDArray:
    return 1 - np.tanh(z) ** 2


def _relu_symbolic(t: Expr) -> Expr:
    return Piecewise((t, t > 0), (0, True))


def _relu(z: NDArray) -> NDArray:
    return np.where(z > 0, z, 0.0)


def _relu_prime(z: NDArray) -> NDArray:
    # f′(0) = 0, as in PyTorch and JAX. Max and Heaviside would give ½ there.
    return np.where(z > 0, 1.0, 0.0)


def _swish_symbolic(t: Expr) -> Expr:
    return t / (1 + sympy.exp(-t))


def _swish(z: NDArray) -> NDArray:
    return z * _sigmoid(z)


def _swish_prime(z: NDArray) -> NDArray:
    return _swish(z) + _sigmoid(z) * (1 - _swish(z))


_erf = np.vectorize(math.erf, otypes=[float])  # numpy has none


def _normal_cdf(z: NDArray) -> NDArray:
    return (1 + _erf(z / math.sqrt(2))) / 2


def _normal_density(z: NDArray) -> NDArray:
    return np.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def _gelu_symbolic(t: Expr) -> Expr:
    return t * (1 + sympy.erf(t / sympy.sqrt(2))) / 2


def _gelu(z: NDArray) -> NDArray:
    return z * _normal_cdf(z)


def _gelu_prime(z: NDArray) -> NDArray:
    return _normal_cdf(z) + z * _normal_density(z)


def _same(t: Any) -> Any:
    return t


sigmoid = Activation("sigmoid", _sigmoid_symbolic, _sigmoid, _sigmoid_prime)
tanh = Activation("tanh", sympy.tanh, np.tanh, _tanh_prime)
relu = Activation("ReLU", _relu_symbolic, _relu, _relu_prime, holomorphic=False)
swish = Activation("Swish", _swish_symbolic, _swish, _swish_prime)
gelu = Activation("GELU", _gelu_symbolic, _gelu, _gelu_prime, holomorphic=False)
# No activation at all: what a network becomes without one (section 2.3). Not one of the five.
identity = Activation("identity", _same, _same, np.ones_like)

ACTIVATIONS = (sigmoid, tanh, relu, swish, gelu)
