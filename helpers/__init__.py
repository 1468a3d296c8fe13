"""What the notebooks share: symbols, activations, networks, comparisons, data, drawing."""

import gc

import matplotlib.figure as _matplotlib  # noqa: F401
import numpy as _numpy  # noqa: F401
import sympy as _sympy  # noqa: F401

# These three create half a million objects that are never garbage. Freezing them spares every
# collection the search through them: a notebook runs about a tenth faster.
gc.freeze()
