"""The gate ``benchmarks``: red for what is certain, neutral for what is not, green only for what was shown."""

from dataclasses import replace

import pytest

from bot.core.gate.benchmarks import judge_benchmarks
from bot.core.model.benchmarks import Direction
from bot.core.model.errors import Problem
from bot.core.model.evidence import Awaited, Gap
from bot.core.model.policy import BenchmarkRules, Mode
from bot.core.model.regression import BenchmarkComparison
from bot.core.model.verdict import (
    Complete,
    Conclusion,
    GateResult,
    Incomplete,
    Inconclusive,
    LeftReport,
    LimitsBroken,
    NoneCame,
    NoRegression,
    NotComparable,
    NothingCoverable,
    NotMeasured,
    Reason,
    Regressed,
    Unconfirmed,
    Unreadable,
)
from tests.core.benching import STEADY, alone, beside, compared, counted, measure, records, times

GREEN = GateResult(
    gate="evidence",
    conclusion=Conclusion.SUCCESS,
    judged=Conclusion.SUCCESS,
    reason=Complete(reports=1, uploads=1),
)
RUNNING = replace(
    GREEN,
    conclusion=Conclusion.PENDING,
    judged=Conclusion.PENDING,
    reason=Incomplete(gaps=(Gap(awaited=Awaited.RUNNING, subject="bench.yml"),)),
)
BROKEN = replace(
    GREEN,
    conclusion=Conclusion.FAILURE,
    judged=Conclusion.FAILURE,
    reason=Unreadable(problems=(Problem(path="bench.json", reason="ends early"),)),
)
SAME = {"Sort": STEADY, "Map": STEADY}
SLOWER = beside({"Sort": times(1.2), "Map": STEADY}, SAME)
NOISY = {"Sort": [50.0, 100.0, 150.0, 70.0, 120.0, 95.0]}


def judged(
    comparison: BenchmarkComparison | None,
    standing: GateResult = GREEN,
    *,
    configured: bool = False,
    mode: Mode = Mode.ENFORCE,
    **rules: object,
) -> tuple[Conclusion, Reason]:
    """The gate's conclusion and reason."""
    found = judge_benchmarks(
        comparison,
        BenchmarkRules(**rules),  # pyright: ignore[reportArgumentType] -- any key of benchmarks
        configured=configured,
        mode=mode,
        standing=standing,
    )
    assert found is not None
    assert found.gate == "benchmarks"
    return found.conclusion, found.reason


def test_a_suite_that_is_as_fast_as_it_was_passes():
    """It says how many measures were compared, how many improved, and that limits are kept."""
    upload = beside(SAME | {"Fast": times(0.5)}, SAME | {"Fast": STEADY})
    found = judged(compared(upload, limits=("Sort time < 200ns",)))
    assert found == (Conclusion.SUCCESS, NoRegression(measures=3, limits=1, improved=1))


def test_a_regression_that_a_second_run_saw_too_fails():
    """And names the measure."""
    second = beside({"Sort": times(1.2)}, {"Sort": STEADY}, confirms=True)
    conclusion, reason = judged(compared(SLOWER, second))
    assert conclusion is Conclusion.FAILURE
    assert isinstance(reason, Regressed)
    assert [one.name for one in reason.measures] == ["Sort"]


@pytest.mark.parametrize(
    "second", [(), (beside({"Sort": STEADY}, {"Sort": STEADY}, confirms=True),)], ids=["not run", "denied"]
)
def test_a_regression_that_was_not_confirmed_is_never_red(second: tuple[object, ...]):
    """Nor green."""
    conclusion, reason = judged(compared(SLOWER, *second))  # pyright: ignore[reportArgumentType] -- uploads
    assert (conclusion, type(reason)) == (Conclusion.NEUTRAL, Unconfirmed)


def test_without_the_wish_for_a_second_run_one_is_enough():
    """``confirm: false``."""
    conclusion, reason = judged(compared(SLOWER, confirm=False))
    assert (conclusion, type(reason)) == (Conclusion.FAILURE, Regressed)


def test_more_allocations_need_no_second_run():
    """They are counted."""
    conclusion, reason = judged(compared(beside({"Sort": counted(3)}, {"Sort": counted(2)})))
    assert (conclusion, type(reason)) == (Conclusion.FAILURE, Regressed)


def test_samples_that_cannot_tell_are_neutral():
    """The others are counted."""
    found = compared(beside({"Map": STEADY, **NOISY}, {"Map": STEADY, **NOISY}))
    conclusion, reason = judged(found)
    assert conclusion is Conclusion.NEUTRAL
    assert isinstance(reason, Inconclusive)
    assert ([one.name for one in reason.measures], reason.ok) == (["Sort"], 1)


def test_a_benchmark_that_is_gone_is_neutral():
    """Who deletes what became slow does not get a green gate."""
    conclusion, reason = judged(compared(beside({"Map": STEADY}, SAME)))
    assert conclusion is Conclusion.NEUTRAL
    assert isinstance(reason, Inconclusive)
    assert [one.name for one in reason.removed] == ["Sort"]


def test_a_new_benchmark_beside_others_changes_nothing():
    """It has nothing to be compared with yet."""
    conclusion, _ = judged(compared(beside(SAME | {"New": STEADY}, SAME)))
    assert conclusion is Conclusion.SUCCESS


def test_nothing_to_compare_with_is_neutral_and_kept_limits_make_it_green():
    """The limits were judged, and no regression could be."""
    first = alone({"Sort": STEADY})
    assert judged(compared(first)) == (Conclusion.NEUTRAL, NotComparable())
    found = judged(compared(first, limits=("Sort time < 200ns",)))
    assert found == (Conclusion.SUCCESS, NoRegression(measures=0, limits=1))


def test_records_of_another_machine_are_nothing_to_compare_with():
    """As if there were none."""
    past = records(*[{"Sort": [100.0]}] * 20, machine="cpu other")
    assert judged(compared(alone({"Sort": [300.0]}), base=past)) == (Conclusion.NEUTRAL, NotComparable())


@pytest.mark.parametrize("text", ["Sort time < 50ns", "Sort time < 5MB", "Gone time < 50ns", "Sort p99 < 50ns"])
def test_a_limit_that_is_not_kept_or_judges_nothing_fails(text: str):
    """Broken, of another dimension, of a benchmark or a measure that nobody has."""
    conclusion, reason = judged(compared(beside(SAME, SAME), limits=(text,)), configured=True)
    assert conclusion is Conclusion.FAILURE
    assert isinstance(reason, LimitsBroken)
    assert [one.limit.text for one in reason.limits] == [text]


def test_while_evidence_is_awaited_only_what_is_certain_is_said():
    """A limit may yet be found, a regression yet be confirmed; a broken limit stays broken."""
    for comparison in (
        compared(SLOWER),
        compared(beside(SAME, SAME)),
        compared(beside(SAME, SAME), limits=("Later time < 50ns",)),
        compared(base=records(SAME)),
    ):
        assert judged(comparison, RUNNING, configured=True) == (Conclusion.PENDING, RUNNING.reason)
    assert judged(None, RUNNING, configured=True) == (Conclusion.PENDING, RUNNING.reason)
    conclusion, _ = judged(compared(beside(SAME, SAME), limits=("Sort time < 50ns",)), RUNNING, configured=True)
    assert conclusion is Conclusion.FAILURE


def test_broken_evidence_is_shared_and_a_lack_of_coverage_is_not():
    """What coverage lacks says nothing of benchmarks."""
    assert judged(compared(beside(SAME, SAME)), BROKEN) == (Conclusion.FAILURE, BROKEN.reason)
    for reason in (NotMeasured(), LeftReport(paths=("a.py",)), NothingCoverable()):
        standing = replace(BROKEN, reason=reason)
        assert judged(compared(beside(SAME, SAME)), standing)[0] is Conclusion.SUCCESS


def test_benchmarks_that_were_asked_for_and_did_not_come_fail():
    """Absence is never green."""
    assert judged(None, configured=True) == (Conclusion.FAILURE, NoneCame())
    gone = compared(base=records(SAME))
    assert judged(gone, configured=True) == (Conclusion.FAILURE, NoneCame(on_base=True))


def test_benchmarks_that_only_main_runs_are_asked_for_by_nobody():
    """Neutral: many projects run them on pushes alone."""
    assert judged(compared(base=records(SAME))) == (Conclusion.NEUTRAL, NoneCame(on_base=True))


def test_a_change_of_prose_owes_no_benchmarks():
    """It passes as the evidence does."""
    prose = replace(GREEN, reason=NothingCoverable())
    assert judged(None, prose, configured=True) == (Conclusion.SUCCESS, NothingCoverable())


def test_it_may_only_report_or_be_switched_off():
    """And where nobody asks and nothing was seen, there is no gate."""
    assert judged(compared(SLOWER, confirm=False), mode=Mode.REPORT)[0] is Conclusion.NEUTRAL
    for comparison, rules in ((None, BenchmarkRules()), (compared(SLOWER), BenchmarkRules(mode=Mode.OFF))):
        found = judge_benchmarks(comparison, rules, configured=False, mode=Mode.ENFORCE, standing=GREEN)
        assert found is None


def test_measures_that_are_only_shown_are_nothing_to_compare():
    """Nobody knows which of their directions is better."""
    things = {"Sort": measure(STEADY, "things", Direction.UNKNOWN)}
    assert judged(compared(beside(things, things))) == (Conclusion.NEUTRAL, NotComparable())
