"""Where the tests run, no connection leaves the machine: not theirs, and not their kernels'."""

import socket
import subprocess
import sys

import pytest

REACH = "import socket; socket.create_connection(({!r}, 9), timeout=5)"


def reach(host):
    """Try to connect from a process that the tests start, as their kernels are."""
    code = REACH.format(host)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stderr


def test_this_process_is_unplugged():
    with pytest.raises(ConnectionError, match="no network in the tests"):
        socket.create_connection(("192.0.2.1", 9), timeout=5)


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.org"])
def test_another_machine_is_out_of_reach(host):
    assert f"ConnectionError: no network in the tests: {host}" in reach(host)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_answers_for_itself(host):
    assert "ConnectionRefusedError" in reach(host)
