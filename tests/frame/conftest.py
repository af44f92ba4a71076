"""The project's own files, a wheel made of them, and an environment that holds nothing but it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.frame.machine import TOP, build_wheel, uv


@pytest.fixture(scope="session")
def top() -> Path:
    """The top of the checkout."""
    return TOP


@pytest.fixture(scope="session")
def own_files() -> list[Path]:
    """The project's files: tracked, or new and not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=TOP, check=True, capture_output=True).stdout.decode().split("\0")
    return sorted({TOP / name for name in names if name and (TOP / name).is_file()})


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that users get."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment with the wheel and the locked dependencies, and nothing else."""
    folder = tmp_path_factory.mktemp("installed") / "env"
    uv("venv", "--python", sys.executable, folder)
    uv("pip", "install", "--python", folder / "bin/python", "--require-hashes", "-r", "requirements.lock", online=True)
    uv("pip", "install", "--python", folder / "bin/python", "--no-deps", wheel)
    return folder / "bin"
