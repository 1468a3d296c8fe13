"""What several test files need."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from helpers.activations import ACTIVATIONS

# The same examples on every run: a red test stays red until it is fixed.
settings.register_profile("series", derandomize=True, deadline=None, max_examples=25)
settings.load_profile("series")

SLOW = Path(__file__).with_name("slow")
LEFT_OUT = pytest.StashKey[bool]()


def pytest_ignore_collect(collection_path, config):
    """Leave the slow tests out where they are not named: they take minutes, or Chromium."""
    named = (Path(config.invocation_params.dir, arg.split("::")[0]) for arg in config.args)
    if collection_path == SLOW and not any(path.is_relative_to(SLOW) for path in named):
        config.stash[LEFT_OUT] = True
        return True
    return None


def pytest_terminal_summary(terminalreporter, config):
    """Say so where they were left out."""
    if config.stash.get(LEFT_OUT, False):
        terminalreporter.write_line("slow tests left out: make test-browser, make test-grade")


@pytest.fixture(params=ACTIVATIONS, ids=repr)
def activation(request):
    """Each activation in turn."""
    return request.param
