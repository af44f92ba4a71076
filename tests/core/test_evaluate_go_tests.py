"""Real output of `go test`, as it was parsed, judged whole: one run told twice, its race, and its detector."""

import os
from pathlib import Path

import pytest

from bot.core.model.evidence import Report
from bot.core.model.verdict import Conclusion, DetectorOff, RacesFound, TestsFailed
from bot.core.parse.report import parse_report
from tests.core.making import evidence, gate, judged, upload
from tests.core.telling import without_coverage

VERSIONS = ("1.19", "1.27")


def go(version: str, name: str) -> Report:
    folder = Path(os.environ.get("COVGATE_CORPUS", "")) / "go"
    if not (folder / "src" / "go.mod").is_file():
        pytest.skip("COVGATE_CORPUS names no folder with go")
    with (folder / f"go{version}.{name}").open("rb") as file:
        return parse_report(name, file)


@pytest.mark.parametrize("version", VERSIONS)
def test_json_and_log_of_one_run_count_once(version: str):
    """The log of `go test -v` tells of all packages, the JSON of two of them: together they are the log."""
    log, json = go(version, "race-v.log"), go(version, "race.json")
    alone, both = (
        judged(evidence(upload(*reports, race=True)), rules=without_coverage()) for reports in ((log,), (log, json))
    )
    assert alone.suites is not None
    assert both.suites is not None
    assert (both.suites.counts, both.suites.outcomes) == (alone.suites.counts, alone.suites.outcomes)
    assert (len(both.suites.races), both.suites.raced) == (1, alone.suites.raced)
    assert both.suites.unraced == ()


@pytest.mark.parametrize("version", VERSIONS)
def test_a_race_is_red_for_its_own_reason(version: str):
    """Beside the test that it failed, and told by where it happened."""
    found = judged(evidence(upload(go(version, "race.json"), race=True)), rules=without_coverage())
    reason = gate(found, "races").reason
    assert isinstance(reason, RacesFound)
    assert [Path(access.frames[0].file).name for access in reason.races[0].accesses] == ["r.go", "r.go"]
    assert isinstance(gate(found, "tests").reason, TestsFailed)


@pytest.mark.parametrize("version", VERSIONS)
def test_packages_that_ran_without_the_detector_are_named(version: str):
    """The racy package is green without it, and nobody may take that for the absence of races."""
    found = judged(evidence(upload(go(version, "test.json"))), rules=without_coverage())
    races = gate(found, "races")
    assert races.conclusion is Conclusion.FAILURE
    assert isinstance(races.reason, DetectorOff)
    assert "example.com/golab/races" in races.reason.suites
    assert found.suites is not None
    assert ("example.com/golab/races", "TestRacy") not in {each.key for each in found.suites.bad}
