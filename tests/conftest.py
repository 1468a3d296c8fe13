"""What several test files need."""

from __future__ import annotations

import pytest
from hypothesis import settings

from helpers.activations import ACTIVATIONS

# The same examples on every run: a red test stays red until it is mended.
settings.register_profile("series", derandomize=True, deadline=None, max_examples=25)
settings.load_profile("series")


@pytest.fixture(params=ACTIVATIONS, ids=repr)
def activation(request):
    """Each activation in turn."""
    return request.param
