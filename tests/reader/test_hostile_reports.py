"""Reports made to harm, read as the service reads an artifact: refused with a reason, within the limits."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.reader.hostile_reports import JSON, XML, Hostile
from tests.reader.zips import STORED, Entry, archive_of

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]
PEAK = 512 << 10  # KiB


def outcome_of(hostile: Hostile, name: str, folder: Path) -> dict[str, Any]:
    """What comes of *hostile* as the only file of an artifact. Stored, so that no ratio gives it away."""
    path = folder / "artifact.zip"
    path.write_bytes(archive_of(Entry(name=name.encode(), data=hostile.make(), method=STORED)))
    command = [sys.executable, "-m", "tests.reader.measure", path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return json.loads(done.stdout)


def check(told: dict[str, Any], outcome: str, name: str) -> None:
    assert told["peak"] <= PEAK
    assert told["seconds"] <= 12
    if outcome == "read":
        assert (told["reports"], told["problems"]) == ([name], [])
    elif outcome == "refused":
        assert told["reports"] == []
        assert [problem.split(":")[0] for problem in told["problems"]] == [name]
    else:
        assert len(told["reports"]) + len(told["problems"]) == 1


@pytest.mark.parametrize("hostile", XML, ids=lambda hostile: hostile.name.replace(" ", "-"))
def test_T13_a_hostile_xml_report_is_refused(hostile: Hostile, tmp_path: Path) -> None:
    """Entities, depth, size, damage: refused by name, or harmless and read."""
    check(outcome_of(hostile, "coverage.xml", tmp_path), hostile.outcome, "coverage.xml")


@pytest.mark.parametrize("hostile", JSON, ids=lambda hostile: hostile.name.replace(" ", "-"))
def test_T15_a_hostile_json_report_is_refused(hostile: Hostile, tmp_path: Path) -> None:
    """Wrong types, depth, size, damage: refused by name, or harmless and read."""
    check(outcome_of(hostile, "coverage.json", tmp_path), hostile.outcome, "coverage.json")
