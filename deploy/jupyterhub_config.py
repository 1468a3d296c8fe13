"""A JupyterHub for one machine: a copy of the notebooks for each user, and the course to read.

`make hall` starts it on loopback with throwaway users, to measure. Two settings are for that
trial only, and a real hall must replace them:

- the *dummy* authenticator lets anybody in under any name: use PAM, OAuth or LTI;
- the *simple* spawner runs all servers as one Unix user, so that students can read each other's
  files and the read-only course is only a habit: use a spawner that gives each student a user
  or a container of their own (SystemdSpawner, DockerSpawner), with a limit of 1 GB;

and it must set TLS before the hub is reachable from outside (`bind_url` is loopback here).
"""

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HALL = Path(os.environ.get("HALL", ROOT / "build" / "hall" / "state"))
COURSE, HOMES = HALL / "course", HALL / "homes"
PORT = int(os.environ.get("HALL_PORT", "8790"))

c = get_config()  # noqa: F821 - JupyterHub gives it

# --- for the trial on loopback only ---------------------------------------------------------
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(HOMES / "{username}")
c.JupyterHub.bind_url = f"http://127.0.0.1:{PORT}"
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{PORT + 1}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{PORT + 2}"

# --- for any hall ---------------------------------------------------------------------------
c.JupyterHub.db_url = f"sqlite:///{HALL / 'hub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(HALL / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(HALL / "proxy.pid")
c.JupyterHub.cleanup_servers = True
c.Spawner.default_url = "/lab/tree/notebooks/01_parallel_logistic_regressions.ipynb"
c.Spawner.start_timeout = c.Spawner.http_timeout = 300  # fifty at once share the processors
c.Spawner.cmd = [str(Path(sys.executable).with_name("jupyterhub-singleuser"))]
# Kernels that start at the same moment pick the same TCP ports, and some of them die.
c.Spawner.args = ["--KernelManager.transport=ipc"]
if os.geteuid() == 0:  # in a container
    c.Spawner.args.append("--allow-root")
c.Spawner.environment = {"OPENBLAS_NUM_THREADS": "1"}


def give_a_copy(spawner):
    """Copy the notebooks into the user's home, once; link the course beside them."""
    home = HOMES / spawner.user.name
    if not (home / "notebooks").exists():
        shutil.copytree(ROOT / "notebooks", home / "notebooks")
        (home / "course").symlink_to(COURSE)
    # A socket's path has at most 107 characters: the runtime folder stays near the root.
    runtime = Path(os.environ.get("HALL_RUNTIME", "/tmp/hall")) / spawner.user.name
    runtime.mkdir(parents=True, exist_ok=True, mode=0o700)
    spawner.environment = {**spawner.environment, "JUPYTER_RUNTIME_DIR": str(runtime)}


c.Spawner.pre_spawn_hook = give_a_copy
if not COURSE.exists():
    shutil.copytree(ROOT / "notebooks", COURSE)
    for path in COURSE.rglob("*.ipynb"):
        path.chmod(0o444)

# An idle server gives all its memory back after an hour.
cull = [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=3600"]
c.JupyterHub.services = [{"name": "cull", "command": cull}]
c.JupyterHub.load_roles = [
    {
        "name": "cull",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["cull"],
    }
]
# `make hall` starts users and servers itself, with a token that lives as long as the trial.
if token := os.environ.get("HALL_TOKEN"):
    c.JupyterHub.services.append({"name": "trial", "api_token": token})
    c.JupyterHub.load_roles.append(
        {
            "name": "trial",
            "scopes": ["admin:users", "admin:servers", "access:servers"],
            "services": ["trial"],
        }
    )
