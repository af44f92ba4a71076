"""The gate `lint`: findings that count, and the linters' own success."""

import pytest

from bot.core.model.commit import BaseRule
from bot.core.model.comparison import FindingScope
from bot.core.model.diff import Diff
from bot.core.model.errors import Problem
from bot.core.model.evidence import Awaited, Baseline, Evidence, Gap, Upload
from bot.core.model.policy import LintRule, Mode, Policy
from bot.core.model.verdict import (
    Conclusion,
    Evaluation,
    FindingsAllowed,
    JobsFailed,
    JobsMissing,
    JobsSucceeded,
    NoDiff,
    NoneCame,
    NothingCoverable,
    PartialDiff,
    TooManyFindings,
    Unreadable,
)
from tests.core.making import changed, conclusions, diff, evidence, gate, judged, upload
from tests.core.telling import case, finding, lint, of_base, told, with_jobs, without_coverage

CODE = diff(changed("a.py", "", "3"))
PROSE = diff(changed("README.md", "", "1"))
WAITING = Gap(awaited=Awaited.RUNNING, subject="e2e")
DEFAULT = without_coverage()
OLD, NEW = finding("a.py", 1), finding("a.py", 3)


def judge(
    *uploads: Upload,
    base: Baseline | None = None,
    gaps: tuple[Gap, ...] = (),
    rules: Policy = DEFAULT,
    change: Diff | None = CODE,
    seen: Evidence | None = None,
) -> Evaluation:
    return judged(seen or evidence(*uploads, gaps=gaps), base, change, rules)


def test_old_findings_are_let_through_and_new_ones_are_not():
    """Beside the base's own."""
    base = of_base(found=(OLD,))
    old = gate(judge(upload(lint(OLD)), base=base), "lint")
    assert old.conclusion is Conclusion.SUCCESS
    assert old.reason == FindingsAllowed(counted=0, allowed=0, total=1, scope=FindingScope.NEW)
    new = gate(judge(upload(lint(OLD, NEW)), base=base), "lint")
    assert new.conclusion is Conclusion.FAILURE
    assert new.reason == TooManyFindings(findings=(NEW,), allowed=0, scope=FindingScope.NEW)


def test_as_many_as_the_policy_allows():
    """And no more."""
    for allowed, conclusion in ((1, Conclusion.SUCCESS), (0, Conclusion.FAILURE)):
        rules = without_coverage(lint=LintRule(max_new=allowed))
        assert gate(judge(upload(lint(NEW)), rules=rules), "lint").conclusion is conclusion


def test_too_many_fail_at_once_and_few_wait():
    """While runs are still expected; and nothing is believed beside a report that cannot be read."""
    assert gate(judge(upload(lint(NEW)), gaps=(WAITING,)), "lint").conclusion is Conclusion.FAILURE
    assert gate(judge(upload(lint()), gaps=(WAITING,)), "lint").conclusion is Conclusion.PENDING
    broken = upload(name="broken", problems=(Problem(path="c.xml", reason="ends early"),))
    assert isinstance(gate(judge(upload(lint()), broken), "lint").reason, Unreadable)


def test_no_report_is_not_clean():
    """The policy asks, or the base had one, even an empty one; a clean report is clean."""
    asked = without_coverage(lint=LintRule())
    other = upload(outcomes={"build": "success"})
    missing = gate(judge(other, rules=asked), "lint")
    assert missing.conclusion is Conclusion.FAILURE
    left = gate(judge(upload(told(case("a")), outcomes={"lint": "success"}), base=of_base(found=())), "lint")
    assert (left.conclusion, left.reason) == (Conclusion.FAILURE, NoneCame(on_base=True))
    assert gate(judge(upload(lint()), base=of_base(found=()), rules=asked), "lint").conclusion is Conclusion.SUCCESS


def test_a_gate_that_nobody_asks_for_is_not_there():
    """Never pending."""
    found = judge(upload(outcomes={"build": "success"}), gaps=(WAITING,))
    assert "lint" not in conclusions(found)
    assert "lint" in found.verdict.not_configured


# --- jobs --------------------------------------------------------------------------------------------------------

JOBS = without_coverage(lint=LintRule(jobs=("lint",)))


def test_linters_may_be_judged_by_their_jobs_alone():
    """No report is asked for then."""
    result = gate(judge(rules=JOBS, seen=with_jobs({"lint": "success"})), "lint")
    assert (result.conclusion, result.reason) == (Conclusion.SUCCESS, JobsSucceeded(names=("lint",)))
    failed = gate(judge(rules=JOBS, seen=with_jobs({"lint": "failure"})), "lint")
    assert failed.reason == JobsFailed(jobs=(("lint", "failure"),))
    missing = gate(judge(rules=JOBS, seen=with_jobs({"build": "success"})), "lint")
    assert (missing.conclusion, missing.reason) == (Conclusion.FAILURE, JobsMissing(names=("lint",)))


def test_a_failed_linter_is_not_made_good_by_a_clean_report():
    """It may have crashed before it wrote more. Findings explain more than the job that failed for them."""
    seen = with_jobs({"lint": "failure"}, upload(lint()))
    assert gate(judge(rules=JOBS, seen=seen), "lint").reason == JobsFailed(jobs=(("lint", "failure"),))
    seen = with_jobs({"lint": "failure"}, upload(lint(NEW)))
    assert isinstance(gate(judge(rules=JOBS, seen=seen), "lint").reason, TooManyFindings)


@pytest.mark.parametrize("step", ["lint", "golangci-lint", "lint_docs", "Linters"])
def test_a_declared_step_of_linters_counts(step: str):
    """By a word of its name."""
    found = judge(upload(lint(), outcomes={step: "failure"}))
    assert gate(found, "lint").reason == JobsFailed(jobs=((step, "failure"),))
    assert "build" not in conclusions(found)


# --- what the diff does not tell ---------------------------------------------------------------------------------


def test_findings_whose_lines_are_not_known_do_not_pass():
    """Hunks of the file are missing; or there is no diff, which a push need not have."""
    partial = gate(judge(upload(lint(OLD)), change=diff(changed("a.py"), missing=("a.py",))), "lint")
    assert (partial.conclusion, partial.reason) == (Conclusion.FAILURE, PartialDiff(paths=("a.py",)))
    proposed = gate(judge(upload(lint(OLD)), change=None), "lint")
    assert (proposed.conclusion, proposed.reason) == (Conclusion.FAILURE, NoDiff())
    pushed = evidence(upload(lint(OLD)), rule=BaseRule.PREVIOUS)
    assert gate(judge(change=None, seen=pushed), "lint").conclusion is Conclusion.NEUTRAL


def test_without_a_finding_no_diff_is_needed():
    """Or where all that there are may stay."""
    assert gate(judge(upload(lint()), change=None), "lint").conclusion is Conclusion.SUCCESS
    rules = without_coverage(lint=LintRule(max_new=1))
    assert gate(judge(upload(lint(OLD)), change=None, rules=rules), "lint").conclusion is Conclusion.SUCCESS


def test_a_change_of_documents_needs_no_linter():
    """A linter of documents that found something is heard."""
    nothing = gate(judge(base=of_base(found=()), change=PROSE), "lint")
    assert (nothing.conclusion, nothing.reason) == (Conclusion.SUCCESS, NothingCoverable())
    assert gate(judge(upload(lint(finding("README.md", 1))), change=PROSE), "lint").conclusion is Conclusion.FAILURE


def test_a_gate_that_only_reports_does_not_fail_the_check():
    """It says that it would have."""
    result = gate(judge(upload(lint(NEW)), rules=without_coverage(lint=LintRule(mode=Mode.REPORT))), "lint")
    assert (result.judged, result.conclusion) == (Conclusion.FAILURE, Conclusion.NEUTRAL)
