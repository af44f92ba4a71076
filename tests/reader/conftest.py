"""Artifacts on disk, as the forge's download leaves them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workspace.repositories import Repository


@pytest.fixture
def artifact(tmp_path: Path) -> Callable[[bytes], Path]:
    """A function that puts bytes where a downloaded artifact would lie."""

    def write(data: bytes) -> Path:
        path = tmp_path / "artifact.zip"
        path.write_bytes(data)
        return path

    return write


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty repository with the branch ``main`` checked out."""
    return Repository.create(tmp_path / "checkout")
