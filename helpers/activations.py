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

from helpers.checks import check_numbers, in_floats


@dataclass(frozen=True)
class Activation:
    """One activation: ``symbolic`` for sympy, ``f`` and ``f_prime`` for numpy.

    f and f′ keep a floating type and compute whole numbers in float64. ``takes_complex`` tells
    whether they take complex numbers, as a complex step needs; if not, they refuse them.
    """

    name: str
    symbolic: Callable[[Expr], Expr]
    numeric: Callable[[NDArray], NDArray]
    numeric_prime: Callable[[NDArray], NDArray]
    takes_complex: bool = True

    def f(self, z: NDArray) -> NDArray:
        """Apply f to every entry of z."""
        return self.numeric(self._floats(z))

    def f_prime(self, z: NDArray) -> NDArray:
        """Apply f′ to every entry of z."""
        return self.numeric_prime(self._floats(z))

    def _floats(self, z: NDArray) -> NDArray:
        z = np.asarray(z)
        if z.dtype.kind == "f":
            return z
        if z.dtype.kind == "c" and not self.takes_complex:
            raise ValueError(
                f"z is complex, but {self.name} takes real numbers only: "
                "use central_difference in place of complex_step"
            )
        if z.dtype.kind not in "biuc":
            check_numbers("z", z)
        return in_floats(z)

    def symbolic_prime(self, argument: Expr) -> Expr:
        """Differentiate the symbolic form with sympy and return f′(argument)."""
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
    p = _sigmoid(z)
    return p * (1 - p)


def _tanh_prime(z: NDArray) -> NDArray:
    h = np.asarray(np.tanh(z))  # of a bare number numpy makes no array, which out= needs
    h *= h  # in place, since h may be large
    return 1 - h


def _relu_symbolic(t: Expr) -> Expr:
    return Piecewise((t, t > 0), (0, True))


def _relu(z: NDArray) -> NDArray:
    return np.where(z <= 0, 0.0, z)  # so that a NaN stays one


def _relu_prime(z: NDArray) -> NDArray:
    # f′(0) = 0, as in PyTorch and JAX. Max and Heaviside would give ½ there.
    return (z > 0).astype(z.dtype)


def _swish_symbolic(t: Expr) -> Expr:
    return t / (1 + sympy.exp(-t))


def _swish(z: NDArray) -> NDArray:
    return z * _sigmoid(z)


def _swish_prime(z: NDArray) -> NDArray:
    p = _sigmoid(z)
    return p + z * p * (1 - p)  # not f + p (1 − f), which leaves 0 where z is huge


_erf = np.vectorize(math.erf, otypes=[float])  # numpy has none


def _normal_cdf(z: NDArray) -> NDArray:
    return (1 + _erf(z / math.sqrt(2)).astype(z.dtype)) / 2


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
relu = Activation("ReLU", _relu_symbolic, _relu, _relu_prime, takes_complex=False)
swish = Activation("Swish", _swish_symbolic, _swish, _swish_prime)
gelu = Activation("GELU", _gelu_symbolic, _gelu, _gelu_prime, takes_complex=False)
# No activation at all: what a network becomes without one (section 2.3). Not one of the five.
identity = Activation("identity", _same, _same, np.ones_like)

ACTIVATIONS = (sigmoid, tanh, relu, swish, gelu)
