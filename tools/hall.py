"""Try the hall: N students at once on one machine, each of whom runs a notebook.

``make hall`` runs this. It starts ``deploy/jupyterhub_config.py`` on loopback, adds throwaway
users, starts a server for each through the hub's REST API, runs every cell of the notebook in
all of them at once, and prints how long that took, what a student needs, and how many kernels
were lost.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import psutil
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from tools.curious import read
from tools.publish import BUILD, ROOT, notebooks

PORT = 8790
HUB = f"http://127.0.0.1:{PORT}"
PATIENCE = 600  # seconds for all of them together


class Hub:
    """The hub's REST API, and those of its users' servers, with the trial's token."""

    def __init__(self, token: str) -> None:
        self.headers = {"Authorization": f"token {token}"}

    async def ask(self, path: str, method: str = "GET", body: object = None) -> object:
        """Send a request; return the JSON that comes back."""
        request = HTTPRequest(
            HUB + path,
            method,
            self.headers,
            json.dumps(body or {}) if method == "POST" else None,
            connect_timeout=PATIENCE,
            request_timeout=PATIENCE,
        )
        answer = await AsyncHTTPClient().fetch(request)
        return json.loads(answer.body) if answer.body else None

    async def up(self) -> None:
        """Wait until the hub answers."""
        while True:
            with contextlib.suppress(OSError, HTTPClientError):
                await self.ask("/hub/api/")
                return
            await asyncio.sleep(0.2)

    async def server(self, name: str) -> None:
        """Start a user's server, and wait until it is ready."""
        await self.ask(f"/hub/api/users/{name}/server", "POST")
        ready = False
        while not ready:
            await asyncio.sleep(0.5)
            servers = (await self.ask(f"/hub/api/users/{name}"))["servers"]
            if "" not in servers:
                raise SystemExit(
                    f"The server of {name} has ended: see build/hall/state/hub.log"
                )
            ready = servers[""]["ready"]

    async def run(self, name: str, cells: list[str]) -> str:
        """Run cells in a kernel of a user's: "done", "failed" or "lost"."""
        base = f"/user/{name}/api/kernels"
        folder = {"path": "notebooks/any.ipynb"}  # a kernel starts where its notebook lies
        kernel = (await self.ask(base, "POST", folder))["id"]
        address = f"ws://127.0.0.1:{PORT}{base}/{kernel}/channels"
        socket = await websocket_connect(HTTPRequest(address, headers=self.headers))
        for source in cells:
            number = uuid4().hex
            await socket.write_message(json.dumps(execute(source, number)))
            while True:
                text = await socket.read_message()
                if text is None:
                    return "lost"
                message = json.loads(text)
                content = message["content"]
                if content.get("execution_state") in ("restarting", "dead"):
                    return "lost"
                if message["parent_header"].get("msg_id") != number:
                    continue
                if message["msg_type"] == "execute_reply":
                    if content["status"] != "ok":
                        return "failed"
                    break
        alive = [each["id"] for each in await self.ask(base)]
        return "done" if kernel in alive else "lost"


def execute(source: str, number: str) -> dict:
    """Write the message that asks a kernel to run a cell."""
    header = {
        "msg_id": number,
        "msg_type": "execute_request",
        "username": "",
        "session": number,
    }
    content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False}
    header |= {"version": "5.3"}
    whole = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
    return whole | {"channel": "shell", "buffers": []}


def memory(hub: int) -> dict[str, float]:
    """Add up the memory of the servers and of the kernels in MB, shared pages divided."""
    kinds = {"server": "jupyterhub-singleuser", "kernel": "ipykernel_launcher"}
    total = dict.fromkeys(kinds, 0.0)
    for process in psutil.Process(hub).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            line, info = " ".join(process.cmdline()), process.memory_full_info()
            for kind, word in kinds.items():
                if word in line:
                    total[kind] += getattr(info, "pss", info.uss) / 1e6
    return total


async def trial(token: str, process: subprocess.Popen, count: int, path: Path) -> bool:
    """Run the trial on a hub that has just been started; say whether all went well."""
    hub, names = Hub(token), [f"student{number:03}" for number in range(count)]
    await hub.up()
    await hub.ask("/hub/api/users", "POST", {"usernames": names})
    started = time.monotonic()
    await asyncio.gather(*(hub.server(name) for name in names))
    ready = time.monotonic() - started
    print(f"{count} servers ready after {ready:.0f} s", flush=True)
    cells = [cell.source for cell in read(path)]
    started = time.monotonic()
    ends = await asyncio.gather(*(hub.run(name, cells) for name in names))
    done = time.monotonic() - started
    print(f"{ends.count('done')} of {count} have run {path.stem} after {done:.0f} s")
    used = memory(process.pid)
    parts = ", ".join(f"{kind} {value / count:.0f}" for kind, value in used.items())
    print(f"memory of one student: {sum(used.values()) / count:.0f} MB ({parts})")
    print(f"kernels lost: {ends.count('lost')}, cells that failed: {ends.count('failed')}")
    return ends.count("done") == count


def main() -> None:
    """Start the hub, try it, stop it, and leave nothing running."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--students", type=int, default=50)
    parser.add_argument("--notebook", default="05", help="a name's beginning: 05")
    given = parser.parse_args()
    path = next(each for each in notebooks(given.notebook) if "solutions" not in each.parts)
    AsyncHTTPClient.configure(None, max_clients=10 * given.students)
    state, token = BUILD / "hall" / "state", secrets.token_hex(16)
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir(parents=True)
    proxy = BUILD / "hall" / "node_modules" / ".bin"
    with tempfile.TemporaryDirectory(prefix="hall") as runtime:
        environment = os.environ | {
            "PATH": f"{proxy}:{os.environ['PATH']}",
            "HALL": str(state),
            "HALL_PORT": str(PORT),
            "HALL_RUNTIME": runtime,
            "HALL_TOKEN": token,
        }
        command = [sys.executable, "-m", "jupyterhub", "--config"]
        command += [str(ROOT / "deploy" / "jupyterhub_config.py")]
        with (state / "hub.log").open("w") as log:
            process = subprocess.Popen(
                command, cwd=state, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        try:
            fine = asyncio.run(
                asyncio.wait_for(trial(token, process, given.students, path), 2 * PATIENCE)
            )
        finally:
            family = psutil.Process(process.pid).children(recursive=True)
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(60)
            _, left = psutil.wait_procs(family, timeout=10)
            for each in left:
                each.kill()
    sys.exit(not fine)


if __name__ == "__main__":
    main()
