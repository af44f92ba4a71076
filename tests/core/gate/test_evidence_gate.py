"""The evidence gate: is everything there, and can it be believed?"""

import itertools

import pytest

from bot.core.model.errors import Problem
from bot.core.model.evidence import Awaited, Evidence, Gap, Upload
from bot.core.model.policy import CoverageRules, Mode, Policy
from bot.core.model.verdict import (
    Complete,
    Conclusion,
    Incomplete,
    LeftReport,
    NothingCoverable,
    NotMeasured,
    Unreadable,
)
from tests.core.making import baseline, changed, conclusions, diff, evidence, gate, judged, report, upload

CODE = diff(changed("a.py", "", "1"))
PROSE = diff(changed("README.md", "", "1"))
GOOD = upload(report({"a.py": "++++"}))
BROKEN = upload(report({"a.py": "++++"}), name="broken", problems=(Problem(path="c.xml", reason="ends early", line=3),))
UPLOADS: dict[str, tuple[Upload, ...]] = {
    "none": (),
    "an empty one": (upload(name="empty"),),
    "one of other files": (upload(name="logs", ignored=("build.log",)),),
    "an empty report": (upload(report({}), name="hollow"),),
    "a report of files without lines": (upload(report({"a.py": "..."}), name="bare"),),
    "a broken report": (BROKEN,),
    "a good report": (GOOD,),
    "a good report and an empty upload": (GOOD, upload(name="empty")),
    "a good report and an empty report": (GOOD, upload(report({}), name="hollow")),
}
GAPS = [None, *(Gap(awaited=kind, subject="ci", expired=late) for kind in Awaited for late in (False, True))]
POLICIES = [Policy(), Policy(mode=Mode.REPORT), Policy(coverage=CoverageRules(ignore=("b.py",)))]


def seen(uploads: tuple[Upload, ...], gap: Gap | None = None) -> Evidence:
    return evidence(*uploads, gaps=() if gap is None else (gap,))


@pytest.mark.parametrize(("name", "gap"), list(itertools.product(UPLOADS, GAPS)))
def test_absence_is_never_green(name: str, gap: Gap | None):
    """Whatever is missing, and whatever is there besides: success only of whole, readable, non-empty evidence."""
    whole = name == "a good report" and gap is None
    for rules in POLICIES:
        found = judged(seen(UPLOADS[name], gap), None, CODE, rules)
        green = found.verdict.conclusion is Conclusion.SUCCESS
        assert green == (whole and rules.mode is Mode.ENFORCE)
        if not whole:
            assert Conclusion.SUCCESS not in conclusions(found).values()


@pytest.mark.parametrize("name", UPLOADS)
@pytest.mark.parametrize("kind", Awaited)
def test_a_passed_deadline_is_a_failure_and_an_open_one_pending(kind: Awaited, name: str):
    """Unless a broken report fails at once."""
    broken = name in {"a broken report", "an empty report", "a good report and an empty report"}
    waiting = judged(seen(UPLOADS[name], Gap(awaited=kind)), None, CODE).verdict
    late = judged(seen(UPLOADS[name], Gap(awaited=kind, expired=True)), None, CODE).verdict
    assert waiting.conclusion is (Conclusion.FAILURE if broken else Conclusion.PENDING)
    assert late.conclusion is Conclusion.FAILURE


def test_one_passed_deadline_is_enough():
    """Others may still be open; the expired one is named first."""
    gaps = (
        Gap(awaited=Awaited.RUNNING, subject="e2e"),
        Gap(awaited=Awaited.SHARD_MISSING, subject="3/4", expired=True),
    )
    result = gate(judged(evidence(GOOD, gaps=gaps), None, CODE), "evidence")
    assert result.conclusion is Conclusion.FAILURE
    assert result.reason == Incomplete(gaps=(gaps[1], gaps[0]))


def test_numbers_of_incomplete_evidence_are_not_judged():
    """The coverage gates wait with it, and have no number that could be taken for a result."""
    found = judged(seen((GOOD,), Gap(awaited=Awaited.RUNNING, subject="e2e")), None, CODE)
    project = gate(found, "coverage/project")
    assert (project.conclusion, project.tally, project.metric) == (Conclusion.PENDING, None, None)
    assert found.verdict.gates[0].gate == "evidence"


def test_each_absence_has_a_reason_of_its_own():
    """Nothing came, an upload is empty, a report is empty, it is broken, nothing in it is measured."""
    reasons = {name: gate(judged(seen(uploads), None, CODE), "evidence").reason for name, uploads in UPLOADS.items()}
    hollow = Problem(path="lcov.info", reason="the report measures no file")
    empty = Incomplete(gaps=(Gap(awaited=Awaited.EMPTY_ARTIFACT, subject="empty", expired=True),))
    nothing = Incomplete(gaps=(Gap(awaited=Awaited.NO_ARTIFACT, expired=True),))
    assert reasons == {
        "none": nothing,
        "an empty one": empty,
        "one of other files": nothing,
        "an empty report": Unreadable(problems=(hollow,)),
        "a report of files without lines": NotMeasured(),
        "a broken report": Unreadable(problems=BROKEN.problems),
        "a good report": Complete(reports=1, uploads=1),
        "a good report and an empty upload": empty,
        "a good report and an empty report": Unreadable(problems=(hollow,)),
    }


def test_an_empty_upload_is_told_once():
    """Also if it was already known to be empty when it was gathered; and not as final while others are awaited."""
    known = Gap(awaited=Awaited.EMPTY_ARTIFACT, subject="empty")
    result = gate(judged(seen((GOOD, upload(name="empty")), known), None, CODE), "evidence")
    assert result.reason == Incomplete(gaps=(known,))
    running = Gap(awaited=Awaited.RUNNING, subject="e2e")
    result = gate(judged(seen((upload(name="empty"),), running), None, CODE), "evidence")
    assert result.conclusion is Conclusion.PENDING


def test_the_last_attempt_counts_even_if_it_broke():
    """A re-run whose report is broken, or that brought nothing, does not fall back on the one before."""
    broken = upload(problems=(Problem(path="c.xml", reason="ends early"),), run_attempt=2)
    assert judged(evidence(GOOD, broken), None, CODE).verdict.conclusion is Conclusion.FAILURE
    assert judged(evidence(GOOD, upload(run_attempt=2)), None, CODE).verdict.conclusion is Conclusion.FAILURE
    mended = upload(report({"a.py": "++++"}), run_attempt=3)
    assert judged(evidence(broken, mended), None, CODE).verdict.conclusion is Conclusion.SUCCESS


def test_a_measured_file_that_left_the_reports_fails():
    """It is in the base's report, still exists and is in no report of the head: leaving it out is no way to green."""
    base = baseline({"a.py": "++++", "hard.py": "+---"})
    found = judged(evidence(GOOD, tracked=frozenset({"a.py", "hard.py"})), base, CODE)
    result = gate(found, "evidence")
    assert (result.conclusion, result.reason) == (Conclusion.FAILURE, LeftReport(paths=("hard.py",)))
    assert found.verdict.conclusion is Conclusion.FAILURE


def test_what_the_policy_ignores_may_leave():
    """The policy is the base branch's: a pull request cannot write itself this leave."""
    base = baseline({"a.py": "++++", "hard.py": "+---"})
    rules = Policy(coverage=CoverageRules(ignore=("hard.py",)))
    assert judged(evidence(GOOD), base, CODE, rules).verdict.conclusion is Conclusion.SUCCESS


@pytest.mark.parametrize("name", UPLOADS)
@pytest.mark.parametrize("gap", GAPS)
def test_a_change_of_nothing_coverable_passes_at_once(name: str, gap: Gap | None):
    """Whatever is there or not: no run could tell more. In report mode it is neutral like everything."""
    found = judged(seen(UPLOADS[name], gap), None, PROSE)
    assert found.verdict.conclusion is Conclusion.SUCCESS
    assert {type(each.reason) for each in found.verdict.gates} == {NothingCoverable}
    report_only = judged(seen(UPLOADS[name], gap), None, PROSE, Policy(mode=Mode.REPORT))
    assert report_only.verdict.conclusion is Conclusion.NEUTRAL


def test_without_a_diff_nothing_is_taken_for_uncoverable():
    """Not knowing what changed is no reason to pass."""
    assert judged(seen(()), None, None).verdict.conclusion is Conclusion.FAILURE
    assert judged(seen(()), None, diff()).verdict.conclusion is Conclusion.FAILURE
