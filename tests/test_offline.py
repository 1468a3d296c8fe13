"""Where the tests run, no connection leaves the machine; the set-up serves none to outside."""

import os
import subprocess
import sys

import pytest

from tools.publish import ROOT

REACH = "import socket; socket.create_connection(({!r}, {}), timeout=5)"


def reach(host, port=9):
    """Try to connect from a Python that starts as the tests and their kernels do."""
    return subprocess.run(
        [sys.executable, "-c", REACH.format(host, port)],
        env=os.environ | {"PYTHONPATH": str(ROOT / "tests" / "offline")},
        capture_output=True,
        text=True,
    ).stderr


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.org"])
def test_another_machine_is_out_of_reach(host):
    assert f"ConnectionError: no network in the tests: {host}" in reach(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_answers_for_itself(host):
    assert "ConnectionRefusedError" in reach(host)


def test_make_test_runs_unplugged():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    (recipe,) = [line for line in makefile.splitlines() if "-m pytest $(PYTEST_FLAGS)" in line]
    assert "PYTHONPATH=$(CURDIR)/tests/offline" in recipe
