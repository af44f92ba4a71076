"""The gate ``tests``: every case that was reported passed, and what the workflow declares of its test steps agrees."""

from __future__ import annotations

from bot.core.gate.jobs import Steps, declared
from bot.core.gate.setting import Judgement, Setting, result
from bot.core.model.comparison import SuitesComparison
from bot.core.model.policy import TestsRule, modes
from bot.core.model.suites import Case
from bot.core.model.verdict import (
    Conclusion,
    GateResult,
    JobsSucceeded,
    TestsFailed,
    TestsFlaky,
    TestsPassed,
)


def judge_tests(suites: SuitesComparison | None, rules: TestsRule, setting: Setting) -> GateResult | None:
    """``None`` where nobody asks for tests and none were ever seen. The gate's mode may be ``off``."""
    steps = declared(setting.uploads, "tests")
    if suites is None and not steps and not setting.asked and not setting.on_base:
        return None
    return result("tests", _judge(suites, steps, rules, setting), modes(setting.mode, rules.mode))


def _judge(suites: SuitesComparison | None, steps: Steps, rules: TestsRule, setting: Setting) -> Judgement:
    """The first that applies: a failure is one whatever else is to come, and nothing passes before all came."""
    failure = (_failed_case(suites, rules) if suites is not None else None) or steps.failure(setting)
    if failure is not None:
        return failure
    if setting.unheard is not None:
        return setting.unheard
    if suites is None and steps and not setting.asked and not setting.on_base:
        return Conclusion.SUCCESS, JobsSucceeded(names=steps.names)
    if suites is None or not suites.counts.total:
        return setting.none_came()
    passed = TestsPassed(counts=suites.counts, base=suites.base, flaky=len(suites.flaky))
    if suites.counts.total > suites.counts.skipped:
        return Conclusion.SUCCESS, passed
    lost = suites.base is not None and suites.base.passed > 0  # to skip every test is to have none
    return Conclusion.FAILURE if lost else Conclusion.NEUTRAL, passed


def _failed_case(suites: SuitesComparison, rules: TestsRule) -> Judgement | None:
    if suites.bad:
        newly = None if suites.base is None else len(suites.newly_failing)
        names = tuple(_name(case) for case in suites.bad)
        return Conclusion.FAILURE, TestsFailed(counts=suites.counts, names=names, newly=newly)
    if suites.flaky and rules.flaky == "forbid":
        return Conclusion.FAILURE, TestsFlaky(names=tuple(_name(case) for case in suites.flaky))
    return None


def _name(case: Case) -> str:
    """The test's own name; the suite's where the case stands for that."""
    return case.suite or case.name if case.synthetic else case.name or case.suite
