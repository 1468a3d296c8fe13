"""The activations, each once: its symbolic form, f and f′. Section 2.6 draws and proves them.

f and f′ take arrays of any shape and work entry by entry. f′ is a function of the
pre-activation z, never of h = f(z).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import sympy
from numpy.typing import NDArray
from sympy import Expr, Piecewise, Symbol


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
        t = Symbol("t", real=True)
        return self.symbolic(t).diff(t).subs(t, argument)

    def __repr__(self) -> str:
        return self.name


def _sigma(z: NDArray) -> NDArray:
    # 1 / (1 + exp(-z)), in the form that cannot overflow.
    return (1 + np.tanh(z / 2)) / 2


def _normal_density(z: NDArray) -> NDArray:
    return np.exp(-z * z / 2) / math.sqrt(2 * math.pi)


_erf = np.vectorize(math.erf, otypes=[float])  # numpy has none


def _normal_cdf(z: NDArray) -> NDArray:
    return (1 + _erf(z / math.sqrt(2))) / 2


sigmoid = Activation(
    "sigmoid",
    symbolic=lambda t: 1 / (1 + sympy.exp(-t)),
    f=_sigma,
    f_prime=lambda z: _sigma(z) * (1 - _sigma(z)),
)
tanh = Activation(
    "tanh",
    symbolic=sympy.tanh,
    f=np.tanh,
    f_prime=lambda z: 1 - np.tanh(z) ** 2,
)
# f′(0) = 0, as in PyTorch and JAX. Max and Heaviside would give ½ there.
relu = Activation(
    "ReLU",
    symbolic=lambda t: Piecewise((t, t > 0), (0, True)),
    f=lambda z: np.where(z > 0, z, 0.0),
    f_prime=lambda z: np.where(z > 0, 1.0, 0.0),
    holomorphic=False,
)
swish = Activation(
    "Swish",
    symbolic=lambda t: t / (1 + sympy.exp(-t)),
    f=lambda z: z * _sigma(z),
    f_prime=lambda z: z * _sigma(z) + _sigma(z) * (1 - z * _sigma(z)),
)
gelu = Activation(
    "GELU",
    symbolic=lambda t: t * (1 + sympy.erf(t / sympy.sqrt(2))) / 2,
    f=lambda z: z * _normal_cdf(z),
    f_prime=lambda z: _normal_cdf(z) + z * _normal_density(z),
    holomorphic=False,
)
# No activation at all: what a network becomes without one (section 2.3). Not one of the five.
identity = Activation(
    "identity",
    symbolic=lambda t: t,
    f=lambda z: z,
    f_prime=np.ones_like,
)

ACTIVATIONS = (sigmoid, tanh, relu, swish, gelu)
