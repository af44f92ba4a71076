"""The gate `build`: workflow jobs by name, and steps that an upload declares."""

import itertools

import pytest

from bot.core.model.diff import Diff
from bot.core.model.errors import Problem
from bot.core.model.evidence import Awaited, Evidence, Gap
from bot.core.model.policy import BuildRule, Mode, Policy
from bot.core.model.verdict import (
    Conclusion,
    Evaluation,
    Incomplete,
    JobsFailed,
    JobsMissing,
    JobsSucceeded,
    NoneCame,
    NothingCoverable,
)
from tests.core.making import changed, conclusions, diff, evidence, gate, judged, upload
from tests.core.telling import case, told, with_jobs, without_coverage

CODE = diff(changed("a.go", "", "1"))
PROSE = diff(changed("README.md", "", "1"))
WAITING = Gap(awaited=Awaited.RUNNING, subject="ci")
LATE = Gap(awaited=Awaited.RUN_FAILED, subject="ci", expired=True)
RULES = without_coverage(build=BuildRule(jobs=("build",)))


def judge(seen: Evidence, rules: Policy = RULES, change: Diff = CODE) -> Evaluation:
    return judged(seen, None, change, rules)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("build", "build"),
        ("build (1.22, ubuntu-latest)", "build"),
        ("ci / build", "build"),
        ("ci / build (1.22)", "build"),
        ("build / compile", "build"),
        ("build (1.22) / compile", "build"),
        ("ci / build", "ci / build"),
        ("build (1.22)", "build (1.22)"),
        ("build-linux", "build-*"),
        ("Build (release)", "Build (release)"),
    ],
)
def test_jobs_are_found_by_the_names_that_people_give_them(name: str, pattern: str):
    """A job, a leg, a job of a reusable workflow, the jobs of one that it calls, a glob."""
    rules = without_coverage(build=BuildRule(jobs=(pattern,)))
    passed = gate(judge(with_jobs({name: "success", "other": "failure"}), rules), "build")
    assert (passed.conclusion, passed.reason) == (Conclusion.SUCCESS, JobsSucceeded(names=(name,)))
    failed = gate(judge(with_jobs({name: "failure"}), rules), "build")
    assert failed.reason == JobsFailed(jobs=((name, "failure"),))


@pytest.mark.parametrize("name", ["rebuild", "build-docs", "Build", "prebuild (1.22)", "build.sh"])
def test_other_jobs_are_not(name: str):
    """A name that only begins or ends so is another job's."""
    result = gate(judge(with_jobs({name: "success"})), "build")
    assert (result.conclusion, result.reason) == (Conclusion.FAILURE, JobsMissing(names=("build",)))


@pytest.mark.parametrize("conclusion", ["failure", "cancelled", "skipped", "timed_out", "action_required", "neutral"])
def test_all_legs_must_have_succeeded(conclusion: str):
    """Whatever else a conclusion may be, it is no success; and it is told at once."""
    jobs = {"build (1)": "success", "build (2)": conclusion}
    for gaps in ((), (WAITING,)):
        result = gate(judge(with_jobs(jobs, gaps=gaps)), "build")
        assert (result.conclusion, result.reason) == (
            Conclusion.FAILURE,
            JobsFailed(jobs=(("build (2)", conclusion),)),
        )


def test_jobs_are_waited_for_with_the_evidence():
    """One that is not there yet, one that runs, and legs that may still come."""
    for jobs in ({}, {"build": None}, {"build": "success"}):
        result = gate(judge(with_jobs(jobs, gaps=(WAITING,))), "build")
        assert (result.conclusion, result.reason) == (Conclusion.PENDING, Incomplete(gaps=(WAITING,)))


def test_a_job_may_run_longer_than_the_reports_take():
    """It is named as what is waited for."""
    result = gate(judge(with_jobs({"build": None})), "build")
    assert result.conclusion is Conclusion.PENDING
    assert result.reason == Incomplete(gaps=(Gap(awaited=Awaited.RUNNING, subject="build"),))


def test_jobs_speak_for_themselves_where_reports_are_broken_or_late():
    """The evidence gate fails; the build did not."""
    broken = upload(problems=(Problem(path="c.xml", reason="ends early"),))
    for seen in (with_jobs({"build": "success"}, broken), with_jobs({"build": "success"}, gaps=(LATE,))):
        found = judge(seen)
        assert gate(found, "build").conclusion is Conclusion.SUCCESS
        assert found.verdict.conclusion is Conclusion.FAILURE


# --- declared steps ----------------------------------------------------------------------------------------------


def test_steps_that_a_manifest_declares_count():
    """Those of linters and tests belong to other gates; the attestation and the latest image do not."""
    outcomes = {"build": "success", "docker": "success", "attestation": "success", "latest": "success"}
    found = judge(evidence(upload(outcomes=outcomes | {"lint": "success", "test": "success"})), without_coverage())
    assert gate(found, "build").reason == JobsSucceeded(names=("attestation", "build", "docker", "latest"))
    assert {"lint", "tests"} <= set(conclusions(found))


def test_one_step_of_several_uploads_is_told_by_upload():
    """Each leg declares its own."""
    legs = [
        upload(outcomes={"build": "success"}, name="linux"),
        upload(outcomes={"build": "skipped"}, name="windows"),
    ]
    result = gate(judge(evidence(*legs), without_coverage()), "build")
    assert result.reason == JobsFailed(jobs=(("build (windows)", "skipped"),))


def test_a_build_that_the_policy_asks_for_and_nothing_shows_fails():
    """It names no job, and no upload declares a step. Unasked, there is no such gate."""
    ran = evidence(upload(told(case("a"))))
    result = gate(judge(ran, without_coverage(build=BuildRule())), "build")
    assert (result.conclusion, result.reason) == (Conclusion.FAILURE, NoneCame())
    found = judge(ran, without_coverage())
    assert "build" not in conclusions(found)
    assert "build" in found.verdict.not_configured


def test_a_change_of_documents_may_skip_the_build():
    """No job, a skipped one, one that still runs; not one that failed."""
    for jobs in ({}, {"build": "skipped"}, {"build": None}):
        result = gate(judge(with_jobs(jobs), change=PROSE), "build")
        assert (result.conclusion, result.reason) == (Conclusion.SUCCESS, NothingCoverable())
    assert gate(judge(with_jobs({"build": "failure"}), change=PROSE), "build").conclusion is Conclusion.FAILURE


def test_a_gate_that_only_reports_does_not_fail_the_check():
    """It says that it would have."""
    rules = without_coverage(build=BuildRule(jobs=("build",), mode=Mode.REPORT))
    result = gate(judge(with_jobs({"build": "failure"}), rules), "build")
    assert (result.judged, result.conclusion) == (Conclusion.FAILURE, Conclusion.NEUTRAL)


def test_the_order_of_jobs_does_not_matter():
    """Down to the reason."""
    jobs = {"build (1)": "failure", "build (2)": "cancelled", "build (3)": None}
    results = {repr(gate(judge(with_jobs(dict(turned))), "build")) for turned in itertools.permutations(jobs.items())}
    assert len(results) == 1


def test_a_declared_step_belongs_to_the_gate_of_its_name():
    """A suite of tests that failed is no build that failed, nor is a formatter."""
    outcomes = {"unit": "failure", "race": "failure", "go vet": "failure", "build": "success"}
    found = judge(evidence(upload(told(case("a")), outcomes=outcomes)), without_coverage())
    assert gate(found, "build").reason == JobsSucceeded(names=("build",))
    assert gate(found, "tests").reason == JobsFailed(jobs=(("race", "failure"), ("unit", "failure")))
    assert gate(found, "lint").reason == JobsFailed(jobs=(("go vet", "failure"),))
