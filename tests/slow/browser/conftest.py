"""JupyterLab on this machine alone, on copies of the notebooks, in headless Chromium."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tools.publish import NOTEBOOKS

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = (
    "No Chromium here: install Debian's or Ubuntu's package chromium, or run "
    ".venv/bin/python -m playwright install --with-deps chromium"
)
# Chromium asks for news of its own; the tests leave it nothing to ask, and nowhere.
QUIET = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
OUTSIDE = re.compile(r"^(?!\w+://127\.0\.0\.1[:/])(http|ws)s?:")
# What a reader is asked at the first start: whether news may be fetched.
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}


class Lab:
    """JupyterLab on a copy of the notebooks, with folders of its own for all that it keeps."""

    def __init__(self, folder: Path) -> None:
        self.notebooks = folder / "notebooks"
        shutil.copytree(
            NOTEBOOKS, self.notebooks, ignore=shutil.ignore_patterns(".ipynb_checkpoints")
        )
        for name, settings in SETTINGS.items():
            file = folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
            file.parent.mkdir(parents=True)
            file.write_text(json.dumps(settings), encoding="utf-8")
        kept = {
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
            "IPYTHONDIR": "ipython",
        }
        # The kernels' sockets lie here, and their paths must be short.
        self.runtime = Path(tempfile.mkdtemp(prefix="lab-", dir="/tmp"))
        here = {key: str(folder / name) for key, name in kept.items()}
        self.log = folder / "log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
                    *("--ip=127.0.0.1", "--port=0", "--transport=ipc"),
                    "--LabApp.expose_app_in_browser=True",
                    f"--ServerApp.root_dir={self.notebooks}",
                ],
                # No language is chosen: each notebook has that of its folder.
                env={k: v for k, v in os.environ.items() if k != "HELPERS_LANGUAGE"}
                | here
                | {"JUPYTER_RUNTIME_DIR": str(self.runtime)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.address = self.announced()

    def announced(self) -> dict[str, str]:
        """Wait until the server has written down its address and its token."""
        deadline = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < deadline:
            for file in self.runtime.glob("jpserver-*.json"):
                if text := file.read_text(encoding="utf-8"):
                    return json.loads(text)
            time.sleep(0.05)
        self.process.kill()
        raise RuntimeError(f"JupyterLab does not start:\n{self.log.read_text()}")

    def url(self, path: Path) -> str:
        """Address a notebook, each in a workspace of its own, so that none reopens another."""
        name = path.relative_to(self.notebooks)
        space = "-".join(name.with_suffix("").parts)
        return (
            f"{self.address['url']}lab/workspaces/{space}/tree/{name.as_posix()}"
            f"?token={self.address['token']}"
        )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the Chromium of this machine, or else Playwright's own."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        if not found and not Path(playwright.chromium.executable_path).exists():
            pytest.exit(MISSING, returncode=1)
        started = playwright.chromium.launch(executable_path=found, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory) -> Iterator[Lab]:
    """Start JupyterLab, once there is a browser for it."""
    lab = Lab(tmp_path_factory.mktemp("lab"))
    yield lab
    lab.process.terminate()
    lab.process.wait(timeout=60)
    shutil.rmtree(lab.runtime, ignore_errors=True)


@pytest.fixture
def requests() -> list[str]:
    """What the page asked of another machine."""
    return []


@pytest.fixture
def opened(browser, lab, requests) -> Iterator[Callable[[Path], Page]]:
    """Open a notebook's page; afterwards shut its kernel down."""
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, service_workers="block"
    )
    context.add_init_script(path=Path(__file__).with_name("page.js"))
    context.route(OUTSIDE, lambda route: (requests.append(route.request.url), route.abort()))
    page = context.new_page()

    def open_page(path: Path) -> Page:
        page.goto(lab.url(path))
        page.wait_for_function("series.opened()", timeout=60_000)
        return page

    yield open_page
    page.evaluate("window.jupyterapp?.shell.currentWidget?.sessionContext.shutdown()")
    context.close()
