"""Drawing: one style, ``canvas`` for plain matplotlib in it, and pictures that several use.

Nothing here computes what a notebook teaches: each function draws what it is handed, and its
figure says in words what it was handed.
"""

# ruff: noqa: F401

from helpers.draw.curves import (
    Slope,  # an activation with its derivative, for slopes and touching
    decades,  # powers of ten on the axes of one's own plot
    log_log,  # errors over steps or widths
    loss_curves,  # losses over training steps
    secants,  # a curve under the magnifying glass, with tangent and secant
    slopes,  # activations with their derivatives
    touching,  # a tangent, and the derivative beside it
    work,  # multiplications of several ways, size by size
)
from helpers.draw.matrices import (
    Grid,  # a matrix to draw, with a colour for each entry
    by_block,  # colour by blocks of columns
    by_column,  # colour by columns
    by_row,  # colour by rows
    concatenation,  # word vectors, laid end to end
    folding,  # the row of partials, block by block into its matrix
    grids,  # matrices with signs between them
    lit_weight,  # one weight as an edge, an entry and a term
    window_pipeline,  # a window's numbers from its words to its probability
)
from helpers.draw.networks import (
    Cloud,  # a panel of labelled points
    Edge,  # an arrow: what goes forward above, what comes back below
    clouds,  # labelled points and borders
    graph,  # a computation graph with values and gradients
    one_unit,  # what a unit sees: lines of one answer, and w across them
    stack,  # layers one after another, forward and back
    wiring,  # a network drawn from its weights
)
from helpers.draw.sliders import explore  # sliders over a picture
from helpers.draw.style import (
    ACCENT,  # lit, shared, on its way back
    ACTIVATIONS,  # a colour for each activation
    BLUE,  # label 0
    FAINT,  # lines that only guide the eye
    GREY,  # what something is compared with
    INK,  # what is there, on its way forward
    ORANGE,  # label 1
    ROWS,  # a colour for each row, unit or place
    canvas,  # a figure with axes for plain matplotlib
    show,  # display a figure with its alternative text
)
