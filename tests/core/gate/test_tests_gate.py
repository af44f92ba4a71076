"""The gate `tests`: every case that was reported passed, and all that should have been reported was."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.model.comparison import CaseCounts
from bot.core.model.diff import Diff
from bot.core.model.errors import Problem
from bot.core.model.evidence import Awaited, Baseline, Gap, Upload
from bot.core.model.policy import CoverageRules, Mode, Policy, TestsRule
from bot.core.model.suites import Case
from bot.core.model.verdict import (
    Complete,
    Conclusion,
    Evaluation,
    Incomplete,
    JobsFailed,
    JobsSucceeded,
    NoneCame,
    NothingCoverable,
    TestsFailed,
    TestsFlaky,
    TestsPassed,
    Unreadable,
)
from tests.core.making import changed, conclusions, diff, evidence, gate, judged, report, upload
from tests.core.telling import F, P, case, cases, of_base, told, without_coverage

CODE = diff(changed("a.py", "", "1"))
PROSE = diff(changed("README.md", "", "1"))
GREEN = upload(told(*cases("a+ b+ c_")), name="green")
RED = upload(told(*cases("a+ b-")), name="red")
ASKED = without_coverage(tests=TestsRule())
WAITING = Gap(awaited=Awaited.RUNNING, subject="e2e")
LATE = Gap(awaited=Awaited.RUNNING, subject="e2e", expired=True)


def judge(
    *uploads: Upload,
    base: Baseline | None = None,
    gaps: tuple[Gap, ...] = (),
    rules: Policy = ASKED,
    change: Diff = CODE,
) -> Evaluation:
    return judged(evidence(*uploads, gaps=gaps), base, change, rules)


def test_all_passed():
    """Also where some were skipped; without coverage the evidence is in order by test results alone."""
    found = judge(GREEN, base=of_base("a+"))
    assert found.verdict.conclusion is Conclusion.SUCCESS
    counts = CaseCounts(passed=2, skipped=1)
    assert gate(found, "tests").reason == TestsPassed(counts=counts, base=CaseCounts(passed=1))
    assert gate(found, "evidence").reason == Complete(reports=1, uploads=1)
    assert found.verdict.not_configured == ("races", "lint", "build", "benchmarks")


def test_a_failed_case_fails_at_once():
    """While other runs are still expected, and where other reports cannot be read."""
    broken = upload(name="broken", problems=(Problem(path="c.xml", reason="ends early"),))
    for found in (judge(RED), judge(RED, gaps=(WAITING,)), judge(RED, broken), judge(RED, GREEN, gaps=(LATE,))):
        result = gate(found, "tests")
        assert result.conclusion is Conclusion.FAILURE
        assert isinstance(result.reason, TestsFailed)
        assert found.verdict.conclusion is Conclusion.FAILURE


def test_newly_failing_cases_are_named_first():
    """By their own names; one that stands for its suite by that; how many are new is not known without a base."""
    ran = upload(
        told(*cases("old- new-"), case("(package)", "!", suite="m/p", synthetic=True)),
    )
    counts = CaseCounts(failed=2, errored=1)
    assert gate(judge(ran, base=of_base("old-")), "tests").reason == TestsFailed(
        counts=counts, names=("m/p", "new", "old"), newly=2
    )
    assert gate(judge(ran), "tests").reason == TestsFailed(counts=counts, names=("m/p", "new", "old"))


def test_green_cases_of_part_of_the_evidence_do_not_pass():
    """The gate waits with it, fails with it, and cannot be believed with it."""
    assert gate(judge(GREEN, gaps=(WAITING,)), "tests").conclusion is Conclusion.PENDING
    late = gate(judge(GREEN, gaps=(LATE,)), "tests")
    assert (late.conclusion, late.reason) == (Conclusion.FAILURE, Incomplete(gaps=(LATE,)))
    broken = upload(name="broken", problems=(Problem(path="c.xml", reason="ends early"),))
    assert isinstance(gate(judge(GREEN, broken), "tests").reason, Unreadable)


@pytest.mark.parametrize(("flaky", "conclusion"), [("forbid", "failure"), ("report", "success"), ("off", "success")])
def test_a_flaky_test_does_what_the_policy_says(flaky: str, conclusion: str):
    """It failed and passed on the same commit."""
    rules = without_coverage(tests=TestsRule(flaky=flaky))  # pyright: ignore[reportArgumentType] -- parametrized
    result = gate(judge(upload(told(case("a", attempts=(F, P)))), rules=rules), "tests")
    assert result.conclusion == conclusion
    reasons = {
        "forbid": TestsFlaky(names=("a",)),
        "report": TestsPassed(counts=CaseCounts(passed=1), flaky=1),
        "off": TestsPassed(counts=CaseCounts(passed=1)),
    }
    assert result.reason == reasons[flaky]


# --- absence -----------------------------------------------------------------------------------------------------


def test_no_result_is_no_pass():
    """The policy asks, or the base had some; a report without a case is none."""
    lint_only = upload(outcomes={"lint": "success"})
    assert gate(judge(lint_only, gaps=()), "tests").conclusion is Conclusion.FAILURE
    default = without_coverage()
    on_base = gate(judge(lint_only, base=of_base("a+"), rules=default), "tests")
    assert on_base.conclusion is Conclusion.FAILURE
    coverage_only = gate(judge(upload(report({"a.py": "+"})), base=of_base("a+"), rules=Policy()), "tests")
    assert (coverage_only.conclusion, coverage_only.reason) == (Conclusion.FAILURE, NoneCame(on_base=True))
    empty = gate(judge(upload(told()), rules=default), "tests")
    assert (empty.conclusion, empty.reason) == (Conclusion.FAILURE, NoneCame())


def test_a_base_with_tests_asks_for_uploads_even_without_coverage():
    """Nothing came at all: that is told as missing evidence."""
    found = judge(base=of_base("a+"), rules=without_coverage())
    assert isinstance(gate(found, "evidence").reason, Incomplete)
    assert found.verdict.conclusion is Conclusion.FAILURE


def test_a_gate_that_nobody_asks_for_is_not_there():
    """Neither by the policy nor on the base nor here: never pending. Switched off it is not even said to be missing."""
    found = judge(upload(report({"a.py": "+"})), gaps=(WAITING,), rules=Policy())
    assert "tests" not in conclusions(found)
    assert found.verdict.not_configured == ("tests", "races", "lint", "build", "benchmarks")
    off = judge(RED, rules=without_coverage(tests=TestsRule(mode=Mode.OFF)))
    assert conclusions(off) == {"evidence": Conclusion.SUCCESS}
    assert off.verdict.not_configured == ("lint", "build", "benchmarks")


def test_a_run_of_skipped_cases_judges_nothing():
    """Neither green nor red."""
    result = gate(judge(upload(told(*cases("a_ b_")))), "tests")
    assert (result.conclusion, result.reason) == (Conclusion.NEUTRAL, TestsPassed(counts=CaseCounts(skipped=2)))


def test_tests_do_not_stand_in_for_coverage():
    """An upload of test results alone leaves the coverage gates red."""
    found = judge(GREEN, rules=Policy())
    assert gate(found, "tests").conclusion is Conclusion.SUCCESS
    assert gate(found, "coverage/project").conclusion is Conclusion.FAILURE
    assert found.verdict.conclusion is Conclusion.FAILURE


def test_a_change_of_documents_needs_no_tests():
    """It passes without any; a test that failed all the same is a failure."""
    nothing = gate(judge(base=of_base("a+"), change=PROSE), "tests")
    assert (nothing.conclusion, nothing.reason) == (Conclusion.SUCCESS, NothingCoverable())
    assert gate(judge(RED, change=PROSE), "tests").conclusion is Conclusion.FAILURE


# --- declared steps ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["failure", "cancelled", "skipped"])
def test_a_failed_test_step_fails_beside_green_reports(outcome: str):
    """It may have failed before or after what it reported."""
    green = upload(told(*cases("a+")), outcomes={"unit-tests": outcome, "build": "success"})
    result = gate(judge(green), "tests")
    assert (result.conclusion, result.reason) == (Conclusion.FAILURE, JobsFailed(jobs=(("unit-tests", outcome),)))


def test_a_step_stands_for_tests_only_where_nobody_asks_for_more():
    """No reader knows the runner's report; where the policy or the base has tests, a step's word is not enough."""
    declared = upload(outcomes={"test": "success"})
    alone = gate(judge(declared, rules=without_coverage()), "tests")
    assert (alone.conclusion, alone.reason) == (Conclusion.SUCCESS, JobsSucceeded(names=("test",)))
    assert gate(judge(declared), "tests").conclusion is Conclusion.FAILURE
    assert gate(judge(declared, base=of_base("a+"), rules=without_coverage()), "tests").conclusion is Conclusion.FAILURE


# --- modes and laws ----------------------------------------------------------------------------------------------


def test_a_gate_that_only_reports_does_not_fail_the_check():
    """It says that it would have."""
    found = judge(RED, upload(report({"a.py": "+"})), rules=Policy(tests=TestsRule(mode=Mode.REPORT)))
    result = gate(found, "tests")
    assert (result.judged, result.conclusion) == (Conclusion.FAILURE, Conclusion.NEUTRAL)
    assert found.verdict.conclusion is Conclusion.SUCCESS


SIGNS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("+-!_")), max_size=3).map(
    lambda pairs: tuple(case(name, sign) for name, sign in pairs)
)
GAPS = st.sampled_from([(), (WAITING,), (LATE,)])
RULES = st.sampled_from([ASKED, without_coverage(), Policy(), Policy(coverage=CoverageRules(), tests=TestsRule())])


@settings(max_examples=50)
@given(st.lists(SIGNS, max_size=3), st.sampled_from("abcd"), st.sampled_from("-!"), GAPS, RULES, st.booleans())
def test_one_more_failed_case_never_turns_red_to_green(
    groups: list[tuple[Case, ...]], name: str, sign: str, gaps: tuple[Gap, ...], rules: Policy, alone: bool
):
    """In an upload of its own or beside others: it is red, whatever it was."""
    more = told(case(name, sign), path="more.xml")
    before = [upload(told(*ran), name=str(number)) for number, ran in enumerate(groups)]
    if alone or not before:
        after = [*before, upload(more, name="more")]
    else:
        after = [upload(*before[0].reports, more, name="0"), *before[1:]]
    found = judge(*after, gaps=gaps, rules=rules)
    assert gate(found, "tests").conclusion is Conclusion.FAILURE
    assert found.verdict.conclusion is Conclusion.FAILURE
