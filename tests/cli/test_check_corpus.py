"""``covgate check`` on real projects: what the producing tool printed, and what diff-cover says of the same change."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Covgate

CORPUS = os.environ.get("COVGATE_CORPUS")
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not CORPUS, reason="COVGATE_CORPUS does not name the folder of real reports"),
]
PAIRS = Path(CORPUS or ".") / "pairs"


def cloned(project: str, to: Path) -> Path:
    """The project's repository, its head checked out."""
    subprocess.run(["git", "clone", "--quiet", "--branch=main", PAIRS / project / "repo.bundle", to], check=True)
    return to


def judged(covgate: Covgate, project: str, file: str, *more: str | Path, at: Path) -> dict[str, Any]:
    reports = ("--report", PAIRS / project / "head" / file, "--base-report", PAIRS / project / "base" / file)
    return json.loads(covgate("check", *reports, *more, "--format", "json", at=at).output)


def missed(patch: dict[str, Any]) -> dict[str, list[int]]:
    """The missed new lines of each file."""
    files = {
        path: [line for first, last in file["miss"] for line in range(first, last + 1)] for path, file in patch.items()
    }
    return {path: lines for path, lines in files.items() if lines}


@pytest.mark.parametrize("file", ["coverage.json", "coverage.xml", "coverage.lcov"])
@pytest.mark.parametrize("project", ["py-humanize", "py-click", "py-tabulate"])
def test_a_python_project_in_each_format(covgate: Covgate, tmp_path: Path, project: str, file: str) -> None:
    """Totals to the last unit, new lines file by file."""
    verdict = judged(
        covgate, project, file, "--base", "origin/base", "--head", "HEAD", at=cloned(project, tmp_path / "clone")
    )
    for side, key in (("head", None), ("base", "base")):
        totals = json.loads((PAIRS / project / side / "coverage.json").read_text())["totals"]
        found = verdict["coverage"]["project"]["statements+branches"]
        found = found[key] if key else found
        assert found["covered"] == totals["covered_lines"] + totals["covered_branches"]
        assert found["total"] == totals["num_statements"] + totals["num_branches"]
    theirs = json.loads((PAIRS / project / "diff-cover.json").read_text())
    patch = verdict["coverage"]["patch"]
    assert patch["total"] == theirs["total_num_lines"]
    assert patch["total"] - patch["covered"] == theirs["total_num_violations"]
    stats = {
        path: sorted(file["violation_lines"]) for path, file in theirs["src_stats"].items() if file["violation_lines"]
    }
    assert missed(patch["files"]) == stats


def test_a_javascript_project_by_its_diff_alone(covgate: Covgate, tmp_path: Path) -> None:
    """Without any repository at hand."""
    project = "js-github-action-benchmark"
    verdict = judged(covgate, project, "lcov.info", "--diff", PAIRS / project / "base..head.diff", at=tmp_path)
    theirs = json.loads((PAIRS / project / "diff-cover.json").read_text())
    patch = verdict["coverage"]["patch"]
    assert (patch["total"], patch["total"] - patch["covered"]) == (
        theirs["total_num_lines"],
        theirs["total_num_violations"],
    )
