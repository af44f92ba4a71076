"""A job's workspace for each test of the action."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.actions.workspaces import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A checkout with one commit that tracks one source file."""
    root = tmp_path / "work" / "shop"
    temp = tmp_path / "runner temp"
    root.mkdir(parents=True)
    temp.mkdir()
    made = Workspace(root, temp)
    made.git("init", "--quiet", "--initial-branch=main")
    made.write("pkg/shop.go", "package shop\n")
    made.commit("The first")
    return made
