"""Drawing: the one style of the series, ``show``, and a function for each kind of picture."""

from helpers.draw.figures import *  # noqa: F403
from helpers.draw.sliders import explore  # noqa: F401
