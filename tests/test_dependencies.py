"""One list: pyproject.toml names, requirements.txt pins, environment.yml and .venv follow."""

import re
import tomllib
from importlib import metadata

import yaml
from packaging.requirements import Requirement

from tools.publish import ROOT

project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
lines = (ROOT / "requirements.txt").read_text().splitlines()
pins = [Requirement(line) for line in lines if line and line[0] not in " #"]
direct = [
    Requirement(text)
    for text in project["dependencies"] + project["optional-dependencies"]["dev"]
]


def key(name):
    """Fold a distribution's name as the package index does."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(name):
    """List the versions pinned for a name: one, or one for each range of Pythons."""
    return [next(iter(pin.specifier)).version for pin in pins if key(pin.name) == key(name)]


def test_every_direct_dependency_is_bounded_and_pinned_within_its_bounds():
    for requirement in direct:
        assert any(s.operator in (">=", "==") for s in requirement.specifier), requirement
        versions = pinned(requirement.name)
        assert versions, f"{requirement.name} is not in requirements.txt: make lock"
        assert all(requirement.specifier.contains(version) for version in versions)


def test_requirements_pin_exactly_and_name_no_host():
    assert all([s.operator for s in pin.specifier] == ["=="] for pin in pins)
    assert not [line for line in lines if "://" in line or line.startswith("-")]


def test_requirements_hold_nothing_that_no_direct_dependency_needs():
    needed, waiting = set(), [(r.name, r.extras) for r in direct]
    while waiting:
        name, extras = waiting.pop()
        if (key(name), frozenset(extras)) in needed:
            continue
        needed.add((key(name), frozenset(extras)))
        try:
            wants = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            continue  # for another platform
        for want in map(Requirement, wants):
            environments = [{"extra": extra} for extra in ("", *extras)]
            if want.marker is None or any(want.marker.evaluate(e) for e in environments):
                waiting.append((want.name, want.extras))
    here = {key(pin.name) for pin in pins if pin.marker is None or pin.marker.evaluate()}
    assert here <= {name for name, _ in needed}


def test_this_environment_is_the_pinned_one():
    for pin in pins:
        if pin.marker is None or pin.marker.evaluate():
            assert pin.specifier.contains(metadata.version(pin.name)), f"{pin}: make setup"


def test_environment_yml_is_python_pip_and_the_same_list():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    oldest = project["requires-python"].removeprefix(">=")
    assert environment["dependencies"] == [
        f"python={oldest}",
        "pip",
        {"pip": ["-r requirements.txt", "-e ."]},
    ]
