"""The gate `races`: silence counts only where the detector was on."""

import pytest

from bot.core.model.diff import Diff
from bot.core.model.errors import Problem
from bot.core.model.evidence import Awaited, Baseline, Gap, Upload
from bot.core.model.policy import Mode, Policy, TestsRule
from bot.core.model.verdict import (
    Conclusion,
    DetectorOff,
    Evaluation,
    NoneCame,
    NoRaces,
    NothingCoverable,
    RacesFound,
)
from tests.core.making import changed, conclusions, diff, evidence, gate, judged, upload
from tests.core.telling import case, cases, of_base, race, told, without_coverage

CODE = diff(changed("a.go", "", "1"))
PROSE = diff(changed("README.md", "", "1"))
WAITING = Gap(awaited=Awaited.RUNNING, subject="e2e")
DEFAULT = without_coverage()


def go(race_on: bool | None = None, name: str = "unit", suites: tuple[str, ...] = ("m/a", "m/b")) -> Upload:
    return upload(told(*(case("T", suite=suite) for suite in suites), go=True), race=race_on, name=name)


def judge(
    *uploads: Upload,
    base: Baseline | None = None,
    gaps: tuple[Gap, ...] = (),
    rules: Policy = DEFAULT,
    change: Diff = CODE,
) -> Evaluation:
    return judged(evidence(*uploads, gaps=gaps), base, change, rules)


def test_a_detector_that_was_on_and_silent_passes():
    """Its packages are counted."""
    result = gate(judge(go(race_on=True)), "races")
    assert (result.conclusion, result.reason) == (Conclusion.SUCCESS, NoRaces(suites=2))


def test_a_detector_that_was_off_does_not_pass():
    """All tests are green, and nobody looked for races; one leg that did is enough for its packages."""
    result = gate(judge(go()), "races")
    assert (result.conclusion, result.reason) == (Conclusion.FAILURE, DetectorOff(suites=("m/a", "m/b")))
    part = gate(judge(go(), go(race_on=True, name="race", suites=("m/a",))), "races")
    assert part.reason == DetectorOff(suites=("m/b",))
    assert gate(judge(go(), go(race_on=True, name="race")), "races").conclusion is Conclusion.SUCCESS


def test_the_policy_can_say_it_for_artifacts_without_a_manifest():
    """By their names."""
    rules = without_coverage(tests=TestsRule(race_detector=("test-results-*",)))
    assert gate(judge(go(name="test-results-1.22"), rules=rules), "races").conclusion is Conclusion.SUCCESS


def test_a_race_fails_at_once():
    """With all tests passed, before all runs are in, and beside a report that cannot be read."""
    raced = upload(told(*cases("a+"), go=True, races=(race(),)), race=True)
    broken = upload(name="broken", problems=(Problem(path="c.xml", reason="ends early"),))
    for found in (judge(raced), judge(raced, gaps=(WAITING,)), judge(raced, broken)):
        result = gate(found, "races")
        assert (result.conclusion, result.reason) == (Conclusion.FAILURE, RacesFound(races=(race(),)))


def test_the_races_of_other_detectors_count():
    """ThreadSanitizer's, in a run of no Go at all."""
    raced = upload(told(*cases("a+"), races=(race(detector="tsan"),)))
    found = judge(raced)
    assert gate(found, "races").conclusion is Conclusion.FAILURE
    mended = judge(upload(told(*cases("a+"))), base=found.kept)
    assert mended.verdict.conclusion is Conclusion.SUCCESS


def test_what_is_still_to_come_may_have_looked():
    """A leg without the detector waits for the others."""
    assert gate(judge(go(), gaps=(WAITING,)), "races").conclusion is Conclusion.PENDING


def test_where_nothing_has_a_detector_there_is_no_gate():
    """Also if the policy writes about races; tests alone are judged."""
    rules = without_coverage(tests=TestsRule(races="forbid"))
    found = judge(upload(told(*cases("a+"))), rules=rules)
    assert conclusions(found) == {"tests": Conclusion.SUCCESS, "evidence": Conclusion.SUCCESS}
    assert "races" in found.verdict.not_configured


def test_go_tests_that_were_on_the_base_are_missed():
    """Other tests came, and are green; the base keeps in mind that races were looked for."""
    kept = judge(go(race_on=True)).kept
    assert kept is not None
    assert kept.raced
    result = gate(judge(upload(told(*cases("a+"))), base=kept), "races")
    assert (result.conclusion, result.reason) == (Conclusion.FAILURE, NoneCame(on_base=True))
    off = judge(upload(told(*cases("a+"))), base=kept, rules=without_coverage(tests=TestsRule(races="off")))
    assert "races" not in conclusions(off)


@pytest.mark.parametrize(
    ("races", "mode", "conclusion"),
    [("forbid", None, "failure"), ("report", None, "neutral"), ("forbid", Mode.REPORT, "neutral")],
)
def test_races_can_be_reported_only(races: str, mode: Mode | None, conclusion: str):
    """By their own word or by the section's mode."""
    rules = without_coverage(tests=TestsRule(races=races, mode=mode))  # pyright: ignore[reportArgumentType] -- parametrized
    found = judge(upload(told(*cases("a+"), go=True, races=(race(),)), race=True), rules=rules)
    assert gate(found, "races").conclusion == conclusion
    assert gate(found, "races").judged is Conclusion.FAILURE


def test_switched_off_they_are_neither_judged_nor_missing():
    """Not in the gates, and not among those that are not configured."""
    found = judge(
        upload(told(*cases("a+"), go=True, races=(race(),))), rules=without_coverage(tests=TestsRule(races="off"))
    )
    assert "races" not in {*conclusions(found), *found.verdict.not_configured}


def test_a_change_of_documents_needs_no_detector():
    """What was not looked for is excused; what was found is not."""
    result = gate(judge(go(), change=PROSE), "races")
    assert (result.conclusion, result.reason) == (Conclusion.SUCCESS, NothingCoverable())
    none = gate(judge(change=PROSE, base=of_base("a+", raced=True)), "races")
    assert none.conclusion is Conclusion.SUCCESS
    raced = upload(told(*cases("a+"), go=True, races=(race(),)))
    assert gate(judge(raced, change=PROSE), "races").conclusion is Conclusion.FAILURE
