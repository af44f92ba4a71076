"""Real git repositories, made for one test each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workspace.repositories import Repository


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty repository with the branch ``main`` checked out."""
    return Repository.create(tmp_path / "checkout")


@pytest.fixture
def another(tmp_path: Path) -> Callable[[str], Repository]:
    """A function that makes one more repository, of the name given."""
    return lambda name: Repository.create(tmp_path / name)
