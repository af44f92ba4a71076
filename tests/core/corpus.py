"""The pairs of real commits in the folder that ``COVGATE_CORPUS`` names: reports, diffs, and what other tools said."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.core.model.evidence import Report
from bot.core.parse.report import parse_report

PAIRS = ("go-reviewdog", "js-github-action-benchmark", "py-click", "py-humanize", "py-tabulate")
PYTHON = ("py-click", "py-humanize", "py-tabulate")


@dataclass(frozen=True)
class Pair:
    """Two commits of a project."""

    folder: Path

    @property
    def diff(self) -> bytes:
        return (self.folder / "base..head.diff").read_bytes()

    @property
    def diff_cover(self) -> dict[str, Any]:
        return json.loads((self.folder / "diff-cover.json").read_text())

    def report(self, side: str, name: str) -> Report:
        with (self.folder / side / name).open("rb") as file:
            return parse_report(name, file)

    def clone(self, to: Path) -> Path:
        """A bare clone of the project's own repository, with the branches ``base`` and ``main``."""
        subprocess.run(["git", "clone", "-q", "--bare", self.folder / "repo.bundle", to], check=True)
        return to


def pair(name: str) -> Pair:
    """The pair *name*; skips the test where there is no corpus."""
    corpus = os.environ.get("COVGATE_CORPUS")
    if not corpus or not (Path(corpus) / "pairs" / name).is_dir():
        pytest.skip(f"COVGATE_CORPUS names no folder with pairs/{name}")
    return Pair(Path(corpus) / "pairs" / name)
