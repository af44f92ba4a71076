"""The lock files: hashed, complete, and silent about where packages come from."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

LOCKS = ("requirements.lock", "requirements-build.lock", "requirements-dev.lock")


def pins(top: Path, name: str) -> dict[str, str]:
    """Each pinned package of lock *name* and its version."""
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\\n]+)", (top / name).read_text(), re.MULTILINE))


def names(requirements: list[str | dict[str, str]]) -> list[str]:
    found = [re.match(r"[A-Za-z0-9._-]+", text) for text in requirements if isinstance(text, str)]
    return [re.sub(r"[-_.]+", "-", match[0]).lower() for match in found if match]


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_has_its_hashes(top: Path, name: str) -> None:
    """A package whose bytes are not those that were locked is not installed."""
    text = (top / name).read_text()
    for package in re.split(r"\n(?=[a-z0-9])", text):
        if "==" in package.splitlines()[0]:
            assert "--hash=sha256:" in package, package.splitlines()[0]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_index_and_no_folder(top: Path, name: str) -> None:
    """Whoever installs uses the index of his own machine."""
    lines = [line for line in (top / name).read_text().splitlines() if not line.strip().startswith("#")]
    assert [line for line in lines if re.search(r"://|--(extra-)?index|--find-links|^\s*-e|^\.?/", line)] == []


def test_everything_that_is_asked_for_is_locked(top: Path) -> None:
    """A dependency that was added without `make lock` is found here."""
    project = tomllib.loads((top / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    assert set(names(project["project"]["dependencies"])) <= set(pins(top, "requirements.lock"))
    assert set(names(groups["build"])) <= set(pins(top, "requirements-build.lock"))
    assert set(names(groups["dev"])) <= set(pins(top, "requirements-dev.lock"))


def test_the_tests_run_on_the_versions_that_are_shipped(top: Path) -> None:
    """The development lock holds the run-time and build locks, version for version."""
    developing = pins(top, "requirements-dev.lock").items()
    assert pins(top, "requirements.lock").items() <= developing
    assert pins(top, "requirements-build.lock").items() <= developing


def test_the_build_backend_comes_from_the_lock(top: Path) -> None:
    """What builds the wheel is locked too."""
    system = tomllib.loads((top / "pyproject.toml").read_text())["build-system"]
    assert set(names(system["requires"])) <= set(pins(top, "requirements-build.lock"))


def test_hishel_stays_below_2(top: Path) -> None:
    """With hishel 2.0, which githubkit allows, githubkit cannot be imported."""
    assert pins(top, "requirements.lock")["hishel"].startswith("1.")
