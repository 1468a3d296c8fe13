"""The files for a hall, a cluster and a container name notebooks and programs that exist."""

import json
import re

import pytest
import yaml

from tools.publish import ROOT

FILES = [
    "deploy/jupyterhub_config.py",
    "deploy/kubernetes.yaml",
    ".devcontainer/devcontainer.json",
]


@pytest.mark.parametrize("name", FILES)
def test_the_notebook_that_opens_is_there(name):
    named = re.findall(r"notebooks/[\w/]+\.ipynb", (ROOT / name).read_text(encoding="utf-8"))
    assert named and all((ROOT / path).is_file() for path in named)


def test_a_student_gets_the_memory_that_the_guide_promises():
    values = yaml.safe_load((ROOT / "deploy/kubernetes.yaml").read_text(encoding="utf-8"))
    memory = values["singleuser"]["memory"]
    guide = (ROOT / "TEACHING.md").read_text(encoding="utf-8")
    assert memory == {"guarantee": "300M", "limit": "1G"}
    assert "Guarantee 300 MB, and limit at 1 GB" in guide


def test_kernels_talk_over_ipc_on_one_machine_and_in_the_cluster():
    option = "--KernelManager.transport=ipc"
    assert option in (ROOT / "deploy/jupyterhub_config.py").read_text(encoding="utf-8")
    values = yaml.safe_load((ROOT / "deploy/kubernetes.yaml").read_text(encoding="utf-8"))
    assert option in values["singleuser"]["cmd"]


def test_a_container_sets_up_by_the_makefile():
    container = json.loads(
        (ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8")
    )
    target = container["onCreateCommand"].removeprefix("make ")
    assert f"\n{target}:" in (ROOT / "Makefile").read_text(encoding="utf-8")
