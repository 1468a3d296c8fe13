"""The long way in numpy: the full Jacobians of one layer, dense, with all their zeros.

These are built only to be compared with the short way. Sections 4.4, 4.5 and 5.2 derive them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from helpers.checks import check_numbers, check_shape, check_whole


def dense_dh_dz(f_prime: Callable[[NDArray], NDArray], z: NDArray) -> NDArray:
    """Build ∂h/∂z = diag(f′(z)), ``(m, m)``, for h = f(z) elementwise. Section 4.4."""
    check_shape("z", z, (None, 1))
    check_numbers("z", z)
    return np.diagflat(f_prime(z))


def dense_dz_dW(m: int, x: NDArray) -> NDArray:
    """Build ∂z/∂vec W = I_m ⊗ xᵀ, ``(m, m·n)``, for z = Wx + b, vec row-major. Section 5.2."""
    check_whole("m", m)
    check_shape("x", x, (None, 1))
    check_numbers("x", x)
    return np.kron(np.eye(m), x.T)
