"""``make lab``: JupyterLab answers on this machine alone, and only to its token."""

import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import suppress

import psutil
import pytest

from tools.publish import ROOT


def free_port():
    """Find a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def lab(tmp_path):
    """Start JupyterLab as a reader does, with no browser: its process, address and token."""
    folders = {f"JUPYTER_{name}_DIR": str(tmp_path / name) for name in ("CONFIG", "RUNTIME")}
    process = subprocess.Popen(
        ["make", "lab", f"LAB_FLAGS=--no-browser --port={free_port()}"],
        cwd=ROOT,
        env=os.environ | folders,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    found = (
        re.search(r"(http://127\S+)/lab\?token=(\w+)", line)
        for line in iter(process.stderr.readline, "")
    )
    yield process, *next(filter(None, found)).groups()
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def status(url):
    """Ask for a page: its status. The address is announced a moment before it answers."""
    for _ in range(100):
        try:
            return urllib.request.urlopen(url, timeout=20).status
        except urllib.error.HTTPError as error:
            return error.code
        except urllib.error.URLError:
            time.sleep(0.1)
    raise TimeoutError(f"nothing answers at {url.split('?')[0]}")


def listening(process):
    """List the addresses at which a process's children listen."""
    found = set()
    for child in process.children(recursive=True):
        with suppress(psutil.Error, FileNotFoundError):  # a child that has just ended
            connections = child.net_connections()
            found |= {c.laddr.ip for c in connections if c.status == psutil.CONN_LISTEN}
    return found


def test_jupyterlab_listens_on_loopback_only_and_wants_its_token(lab):
    process, url, token = lab
    assert len(token) >= 32
    assert status(f"{url}/api/contents") == 403
    assert status(f"{url}/api/contents?token={'0' * len(token)}") == 403
    assert status(f"{url}/api/contents?token={token}") == 200
    assert listening(psutil.Process(process.pid)) == {"127.0.0.1"}
