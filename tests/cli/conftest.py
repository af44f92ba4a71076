"""The command as users start it, and checkouts to judge."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import ROOT, Covgate, Ended
from tests.workspace.repositories import Repository


@pytest.fixture
def covgate(tmp_path: Path) -> Covgate:
    """A function that runs ``covgate`` with arguments, in a folder (the test's own by default)."""

    def run(*arguments: str | Path, at: Path = tmp_path, **env: str) -> Ended:
        done = subprocess.run(
            [sys.executable, "-m", "bot", *map(str, arguments)],
            cwd=at,
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **env},
            capture_output=True,
            check=False,
        )
        return Ended(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty repository with the branch ``main`` checked out."""
    return Repository.create(tmp_path / "checkout")
