"""``make lab``: JupyterLab answers on this machine alone, and only to its token."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from tools.publish import ROOT


@pytest.fixture
def lab(tmp_path):
    """Start JupyterLab with no browser: its process, address, token and runtime folder.

    The kernels' sockets lie in its runtime folder, and their paths must be short.
    """
    runtime = Path(tempfile.mkdtemp(prefix="lab-", dir="/tmp"))
    folders = {"JUPYTER_CONFIG_DIR": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(runtime)}
    process = subprocess.Popen(
        ["make", "lab", "LAB_FLAGS=--no-browser --port=0"],
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
    yield process, *next(filter(None, found)).groups(), runtime
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    shutil.rmtree(runtime)


def status(url, **options):
    """Ask for a page: its status. The address is announced a moment before it answers."""
    for _ in range(100):
        try:
            request = urllib.request.Request(url, **options)
            return urllib.request.urlopen(request, timeout=20).status
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


def test_jupyterlab_wants_its_token_and_listens_on_loopback_only_its_kernels_nowhere(lab):
    process, url, token, runtime = lab
    assert len(token) >= 32
    assert status(f"{url}/api/contents") == 403
    assert status(f"{url}/api/contents?token={'0' * len(token)}") == 403
    assert status(f"{url}/api/contents?token={token}") == 200
    allowed = {"headers": {"Authorization": f"token {token}"}, "method": "POST"}
    assert status(f"{url}/api/kernels", data=b'{"name": "python3"}', **allowed) == 201
    (connection,) = runtime.glob("kernel-*.json")
    assert json.loads(connection.read_text())["transport"] == "ipc"
    assert listening(psutil.Process(process.pid)) == {"127.0.0.1"}
