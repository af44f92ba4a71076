"""What evidence is owed, and since when: runs, uploads and the time in, gaps out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.core.model.errors import Problem
from bot.core.model.evidence import Awaited, Report, Upload
from bot.core.model.findings import Findings
from bot.core.model.policy import EvidenceRules, Policy
from bot.core.model.suites import Suites
from bot.flows.expect import LONGEST_WAIT, Expectation, asks_for_reports, expect, relevant, vanished
from bot.flows.ports import Run

OPENED = datetime(2026, 11, 22, 12, tzinfo=UTC)
RULES = EvidenceRules.model_validate({"deadline": "15m"})
BROKEN = (Problem(path="coverage.xml", reason="it ends in the middle"),)


def a_run(number: int = 1, *, event: str = "pull_request", **changes: object) -> Run:
    values: dict[str, object] = {
        "id": number,
        "attempt": 1,
        "path": f".github/workflows/ci-{number}.yml",
        "name": f"CI {number}",
        "event": event,
        "status": "completed",
        "conclusion": "success",
        "head_sha": "a" * 40,
        "head_branch": "feature",
        "head_repo_id": 7,
        "updated_at": OPENED + timedelta(minutes=5),
    }
    return Run(**(values | changes))


def after(minutes: float, *runs: Run, uploads: tuple[Upload, ...] = ()) -> Expectation:
    return expect(runs, uploads, RULES, first_seen=OPENED, now=OPENED + timedelta(minutes=minutes))


def whole(run: Run, **changes: object) -> Upload:
    """An upload of *run* that brought something."""
    return Upload(**({"name": "covgate-test-0-1", "run_id": run.id, "problems": BROKEN} | changes))


def gaps(found: Expectation) -> list[tuple[Awaited, str, bool]]:
    return [(gap.awaited, gap.subject, gap.expired) for gap in found.gaps]


def test_no_run_is_waited_for_until_the_deadline() -> None:
    """Then its absence is a failure, never a success."""
    early, late = after(14), after(15)
    assert gaps(early) == [(Awaited.NOTHING_RAN, "", False)]
    assert early.due == OPENED + timedelta(minutes=15)
    assert gaps(late) == [(Awaited.NOTHING_RAN, "", True)]
    assert late.due is None


def test_a_queued_runner_does_not_count_against_the_deadline() -> None:
    """A run may take its time, a day at most."""
    running = a_run(status="queued", conclusion=None)
    assert gaps(after(600, running)) == [(Awaited.RUNNING, "CI 1", False)]
    assert gaps(after(LONGEST_WAIT / timedelta(minutes=1) + 5, running)) == [(Awaited.RUNNING, "CI 1", True)]


def test_a_run_that_waits_for_a_person_waits_for_ever() -> None:
    """No clock runs while a maintainer has to approve it."""
    for waiting in (a_run(status="waiting", conclusion=None), a_run(conclusion="action_required")):
        assert gaps(after(100_000, waiting)) == [(Awaited.APPROVAL, "CI 1", False)]


def test_the_deadline_counts_from_the_last_run() -> None:
    """Late artifacts have as long as the policy says after the last run completed."""
    first, last = a_run(1), a_run(2, updated_at=OPENED + timedelta(hours=2))
    assert gaps(after(134, first, last)) == [(Awaited.NO_ARTIFACT, "CI 1, CI 2", False)]
    assert gaps(after(135, first, last)) == [(Awaited.NO_ARTIFACT, "CI 1, CI 2", True)]
    assert after(134, first, last).done_at == last.updated_at


def test_a_whole_upload_leaves_nothing_owed() -> None:
    """Nor anything to come back for."""
    run = a_run()
    found = after(6, run, uploads=(whole(run),))
    assert gaps(found) == []
    assert found.due is None


def test_a_run_that_ended_otherwise_and_brought_nothing_is_named() -> None:
    """A run cut short is a gap whatever it brought; one that was skipped, where nothing else came."""
    good = a_run(1)
    for ended in ("cancelled", "timed_out"):
        found = after(60, good, a_run(2, conclusion=ended), uploads=(whole(good),))
        assert gaps(found) == [(Awaited.RUN_FAILED, f"CI 2 ({ended})", True)]
    skipped = a_run(2, conclusion="skipped")
    assert gaps(after(60, good, skipped, uploads=(whole(good),))) == []
    assert gaps(after(60, skipped)) == [(Awaited.RUN_FAILED, "CI 2 (skipped)", True)]


def test_a_named_workflow_may_not_be_skipped() -> None:
    """The policy says that it brings reports."""
    rules = EvidenceRules.model_validate({"workflows": [".github/workflows/*"]})
    good, skipped = a_run(1), a_run(2, conclusion="skipped")
    late = OPENED + timedelta(hours=1)
    found = expect([good, skipped], [whole(good)], rules, first_seen=OPENED, now=late)
    assert gaps(found) == [(Awaited.RUN_FAILED, "CI 2 (skipped)", True)]


def test_a_cancelled_run_gives_way_to_a_later_one() -> None:
    """Of one workflow; another workflow's run is no replacement."""
    first = a_run(1, path="ci.yml", conclusion="cancelled")
    again, other = a_run(2, path="ci.yml"), a_run(3, path="lint.yml")
    assert relevant([first, again], RULES, event="pull_request") == (again,)
    assert relevant([first, other], RULES, event="pull_request") == (first, other)


def test_a_skipped_run_gives_way_to_any_that_was_not() -> None:
    """Of a draft, the workflow is skipped until it is ready; a label starts it once more, and all jobs are skipped."""
    draft, ready = a_run(1, path="ci.yml", conclusion="skipped"), a_run(2, path="ci.yml")
    labelled, failed = a_run(3, path="ci.yml", conclusion="skipped"), a_run(4, path="ci.yml", conclusion="failure")
    assert relevant([draft, ready, labelled], RULES, event="pull_request") == (ready,)
    assert relevant([draft, failed, ready], RULES, event="pull_request") == (failed, ready)
    assert relevant([draft, labelled], RULES, event="pull_request") == (draft, labelled)


def test_a_skipped_run_does_not_stand_in_for_a_cancelled_one() -> None:
    """What was cut short stays so: a label on a cancelled head mends nothing."""
    cut, labelled = a_run(1, path="ci.yml", conclusion="cancelled"), a_run(2, path="ci.yml", conclusion="skipped")
    assert relevant([cut, labelled], RULES, event="pull_request") == (cut,)


def test_reports_that_nobody_asked_for_are_whole_all_the_same() -> None:
    """A run was cancelled: the tests that it brought are a part, and what brought nothing owes nothing."""
    cut, late = a_run(conclusion="cancelled"), OPENED + timedelta(hours=1)
    partial = expect([cut], [whole(cut)], RULES, first_seen=OPENED, now=late, reports=False)
    assert gaps(partial) == [(Awaited.RUN_FAILED, "CI 1 (cancelled)", True)]
    assert expect([cut], [], RULES, first_seen=OPENED, now=late, reports=False).gaps == ()


def test_nothing_is_owed_where_coverage_is_off() -> None:
    """The policy switched it off: no artifact is asked for."""
    found = expect([a_run()], (), RULES, first_seen=OPENED, now=OPENED + timedelta(hours=1), reports=False)
    assert found.gaps == ()


def test_an_empty_artifact_is_no_upload() -> None:
    """It is named, so that its author knows which step to look at."""
    run = a_run()
    assert gaps(after(60, run, uploads=(Upload(name="covgate-x", run_id=1),))) == [
        (Awaited.EMPTY_ARTIFACT, "covgate-x", True)
    ]


def test_each_missing_leg_of_a_matrix_is_named() -> None:
    """Three of four legs are no average of three."""
    run = a_run()
    legs = tuple(whole(run, name=f"covgate-test-{n}-1", job="test", index=n, total=4) for n in (0, 1, 3))
    assert gaps(after(6, run, uploads=legs)) == [(Awaited.SHARD_MISSING, "test 3/4", False)]
    assert gaps(after(6, run, uploads=(*legs, whole(run, job="test", index=2, total=4)))) == []


def test_a_pull_request_is_judged_by_its_own_runs() -> None:
    """The same head may also have been pushed to a branch: those runs tested another tree."""
    push, pull = a_run(1, event="push"), a_run(2)
    assert relevant([push, pull], RULES, event="pull_request") == (pull,)
    assert relevant([push], RULES, event="pull_request") == (push,)
    assert relevant([push, pull], RULES, event="push") == (push,)


def test_named_workflows_alone_are_waited_for() -> None:
    """A policy may name those that bring reports; a slow deployment then keeps nobody waiting."""
    rules = EvidenceRules.model_validate({"workflows": [".github/workflows/ci-2.yml"]})
    assert [run.id for run in relevant([a_run(1), a_run(2)], rules, event="pull_request")] == [2]


@pytest.mark.parametrize("brought", [{"suites": Suites(cases=())}, {"findings": Findings(findings=())}])
def test_an_upload_of_any_kind_of_evidence_is_one(brought: dict[str, Suites | Findings]) -> None:
    """Whether a gate can judge by it is for the gate to say: nothing is waited for."""
    run = a_run()
    report = Report(path="junit.xml", format="junit", digest="0" * 64, **brought)
    assert gaps(after(6, run, uploads=(whole(run, problems=(), reports=(report,)),))) == []


def test_an_upload_that_says_how_a_step_ended_is_not_empty() -> None:
    """Another one brought the reports."""
    run = a_run()
    declared = whole(run, name="covgate-build-0-1", problems=(), outcomes={"build": "success"})
    assert gaps(after(6, run, uploads=(whole(run), declared))) == []


@pytest.mark.parametrize(
    ("policy", "asked"),
    [
        ({}, True),
        ({"mode": "off"}, False),
        ({"coverage": {"mode": "off"}}, False),
        ({"coverage": {"mode": "off"}, "build": {"jobs": ["build"]}, "lint": {"jobs": ["lint"]}}, False),
        ({"coverage": {"mode": "off"}, "tests": {}}, True),
        ({"coverage": {"mode": "off"}, "tests": {"mode": "off"}}, False),
        ({"coverage": {"mode": "off"}, "lint": {"max_new": 3}}, True),
        ({"coverage": {"mode": "off"}, "benchmarks": {"mode": "report"}}, True),
    ],
)
def test_whether_any_report_is_asked_for(policy: dict[str, object], asked: bool) -> None:
    """Jobs that must succeed need none."""
    assert asks_for_reports(Policy.model_validate(policy)) is asked


def test_a_leg_that_died_before_its_upload_is_missed() -> None:
    """Its run failed, the base had that artifact, and the other legs' came."""
    failed = a_run(path="ci.yml", conclusion="failure")
    before = {("ci.yml", "test-results-1.21"), ("ci.yml", "test-results-1.22"), ("docs.yml", "docs")}
    came = [Upload(name="test-results-1.21", workflow="ci.yml")]
    assert [gap.subject for gap in vanished([failed], came, before, late=True)] == ["test-results-1.22"]
    assert vanished([a_run(path="ci.yml")], came, before, late=True) == ()  # it may have been renamed


def test_names_that_change_with_every_run_say_nothing() -> None:
    """Such as those that hold the commit."""
    failed = a_run(path="ci.yml", conclusion="failure")
    came = [Upload(name="results-bbb", workflow="ci.yml")]
    assert vanished([failed], came, {("ci.yml", "results-aaa")}, late=True) == ()
