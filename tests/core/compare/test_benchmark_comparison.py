"""Benchmarks of a change beside those of its base: which rule, which standing, and what a second run says."""

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.compare.benchmarks import bench_record, compare_benchmarks
from bot.core.model.benchmarks import Benchmark, Benchmarks, Direction, Measure
from bot.core.model.commit import Base, BaseRule
from bot.core.model.evidence import Baseline, BenchRecord, BenchRun, Evidence, Layout, Report, Side, Upload
from bot.core.model.limits import LimitOutcome
from bot.core.model.policy import BenchmarkRules
from bot.core.model.regression import Confirmation, NotPaired, Rule, Standing
from tests.core.benching import (
    STEADY,
    alone,
    bench_report,
    beside,
    compared,
    counted,
    measure,
    measured,
    of,
    records,
    times,
)
from tests.core.making import BASE, HEAD, evidence

SCALES = st.sampled_from([1e-9, 0.001, 1.0, 7.3, 1e6])
NOISY = st.lists(st.floats(50, 150), min_size=6, max_size=10)


def history(count: int, *, scale: float = 1.0, spread: float = 0.01, seed: int = 1) -> list[dict[str, list[float]]]:
    """So many records of one benchmark, each a single time around 100."""
    source = random.Random(seed)
    return [{"Sort": [100 * scale * source.lognormvariate(0, spread)]} for _ in range(count)]


def learnt(layout: Layout, ratios: list[float], name: str = "Sort") -> Baseline:
    """Records of pushes that measured head and parent beside each other."""
    made = [
        BenchRecord(sha=BASE, benchmarks=measured({name: [100.0]}), layout=layout, ratios={("", name, "time"): one})
        for one in ratios
    ]
    return Baseline(sha=BASE, benchmarks=tuple(made))


# --- both sides in one job ---------------------------------------------------------------------------------------


def test_a_slower_head_regressed():
    """20 % slower in ten samples a side of 1 % noise: said with its bounds, its probability and its rule."""
    found = of(compared(beside({"Sort": times(1.2)}, {"Sort": STEADY})), "Sort")
    assert (found.standing, found.rule, found.samples) == (Standing.REGRESSED, Rule.PAIRED, (10, 10))
    assert found.change == pytest.approx(0.2, abs=0.005)
    assert (found.low, found.high) == (pytest.approx(0.19, abs=0.01), pytest.approx(0.21, abs=0.01))
    assert found.p == pytest.approx(1 / 184_756)  # the one arrangement of twenty in which all of these ten are slower


def test_a_faster_head_improved_and_an_equal_one_is_ok():
    """Both by the same rule; the suite is told the worst first."""
    suite = {"A": times(1 / 1.2), "B": STEADY[::-1], "C": times(1.3)}
    found = compared(beside(suite, dict.fromkeys("ABC", STEADY)))
    assert [(one.name, one.standing) for one in found.measures] == [
        ("C", Standing.REGRESSED),
        ("A", Standing.IMPROVED),
        ("B", Standing.OK),
    ]
    assert (found.layout, found.rounds, found.reports) == (Layout.INTERLEAVED, 10, 1)


def test_more_is_worse_only_where_less_is_better():
    """The same samples as a throughput are an improvement, and in an unknown direction they are shown."""
    for direction, standing in (
        (Direction.HIGHER, Standing.IMPROVED),
        (Direction.UNKNOWN, Standing.UNGATED),
    ):
        head, base = (measure(times(scale), "things", direction) for scale in (1.2, 1.0))
        assert of(compared(beside({"Sort": head}, {"Sort": base})), "Sort").standing is standing


def test_less_than_the_least_effect_is_no_regression():
    """3 % slower is certain, and allowed; with a least effect of 2 % it regressed."""
    upload = beside({"Sort": times(1.03)}, {"Sort": STEADY})
    assert of(compared(upload), "Sort").standing is Standing.OK
    assert of(compared(upload, min_effect=Fraction(2, 100)), "Sort").standing is Standing.REGRESSED


def test_noise_is_inconclusive_and_says_what_it_could_have_shown():
    """Samples that spread by 20 % show neither; a change as large as is said visible does regress."""
    source = random.Random(4)
    base = [100 * source.lognormvariate(0, 0.2) for _ in range(10)]
    head = [100 * source.lognormvariate(0, 0.2) for _ in range(10)]
    found = of(compared(beside({"Sort": head}, {"Sort": base})), "Sort")
    assert found.standing is Standing.INCONCLUSIVE
    assert found.visible == pytest.approx(0.2, abs=0.1)
    more = (1 + (found.visible or 0)) / (1 + (found.change or 0)) * (1 + 1e-9)
    assert of(compared(beside({"Sort": times(more, head)}, {"Sort": base})), "Sort").standing is Standing.REGRESSED
    assert (
        of(compared(beside({"Sort": times(more * 0.999, head)}, {"Sort": base})), "Sort").standing
        is not Standing.REGRESSED
    )


def test_too_few_samples_say_how_many_are_needed():
    """Three a side are enough for one benchmark, and of twenty each needs six."""
    assert of(compared(beside({"Sort": times(2)[:3]}, {"Sort": STEADY[:3]})), "Sort").standing is Standing.REGRESSED
    names = [f"B{number}" for number in range(20)]
    found = compared(beside(dict.fromkeys(names, times(2)[:3]), dict.fromkeys(names, STEADY[:3])))
    assert {(one.standing, one.needs) for one in found.measures} == {(Standing.INCONCLUSIVE, 6)}


def test_a_large_suite_asks_for_more_certainty():
    """What would regress alone does not among a hundred."""
    head, base = [107, 109, 110, 112, 114, 115], [100, 101, 102, 103, 105, 108]
    assert of(compared(beside({"Sort": head}, {"Sort": base})), "Sort").standing is Standing.REGRESSED
    others = {f"B{number}": STEADY for number in range(100)}
    found = of(compared(beside({"Sort": head, **others}, {"Sort": base, **others})), "Sort")
    assert found.standing is Standing.INCONCLUSIVE


def test_two_runners_prove_nothing_by_themselves():
    """The same samples that regress in one job are inconclusive where two runners took them."""
    upload = beside({"Sort": times(1.2)}, {"Sort": STEADY}, Layout.SEPARATE)
    assert of(compared(upload), "Sort").standing is Standing.INCONCLUSIVE


def test_two_runners_are_believed_where_their_noise_was_learnt():
    """Ten comparisons of equal trees that differed by 1 %: 20 % regressed, and it is told how many they were."""
    upload = beside({"Sort": times(1.2)}, {"Sort": STEADY}, Layout.SEPARATE)
    ratios = [0.01, -0.01, 0.0, 0.005, -0.005, 0.01, -0.01, 0.0, 0.005, -0.005]
    found = compared(upload, base=learnt(Layout.SEPARATE, ratios))
    assert (of(found, "Sort").standing, found.calibrated) == (Standing.REGRESSED, 10)
    assert compared(upload, base=learnt(Layout.SEPARATE, ratios[:9])).calibrated == 0


def test_a_regression_must_stand_out_of_what_equal_trees_differ_by():
    """Equal trees differ by 10 % here: 20 % is not beyond it, though every sample is slower."""
    upload = beside({"Sort": times(1.2)}, {"Sort": STEADY})
    noisy = learnt(Layout.INTERLEAVED, [0.1, -0.1] * 6)
    assert of(compared(upload, base=noisy), "Sort").standing is Standing.INCONCLUSIVE
    assert of(compared(upload, base=learnt(Layout.SEQUENTIAL, [0.1, -0.1] * 6)), "Sort").standing is Standing.REGRESSED


def test_what_two_runners_have_in_common_is_taken_out_and_said():
    """All ten benchmarks are 30 % slower on the second runner, one 60 %: that one regressed, and no other is ok."""
    names = [f"B{number}" for number in range(10)]
    head = dict.fromkeys(names, times(1.3)) | {"B0": times(1.6)}
    base = Baseline(
        sha=BASE,
        benchmarks=tuple(
            BenchRecord(
                sha=BASE,
                benchmarks=measured({}),
                layout=Layout.SEPARATE,
                ratios={("", name, "time"): ratio for name in names},
            )
            for ratio in [0.01, -0.01] * 6
        ),
    )
    found = compared(beside(head, dict.fromkeys(names, STEADY), Layout.SEPARATE), base=base)
    assert found.shift == pytest.approx(0.3, abs=0.01)
    assert of(found, "B0").standing is Standing.REGRESSED
    assert {one.standing for one in found.measures if one.name != "B0"} == {Standing.INCONCLUSIVE}


def test_rounds_are_joined_over_reports():
    """Five reports of two samples a side are ten samples; of ten reports each is one."""
    for rounds, samples in ((5, 10), (12, 12)):
        reports = tuple(
            bench_report({"Sort": times(scale)[:2]}, side, f"{side}/{number}.txt")
            for side, scale in ((Side.HEAD, 1.2), (Side.BASE, 1.0))
            for number in range(rounds)
        )
        run = BenchRun(layout=Layout.INTERLEAVED, base_sha=BASE, rounds=rounds)
        found = of(compared(Upload(name="bench", reports=reports, bench=run)), "Sort")
        assert (found.samples, found.standing) == ((samples, samples), Standing.REGRESSED)


def leg(speed: float, slower: float, **more: object) -> Upload:
    """One leg of a matrix, on a machine that takes *speed* times as long; its head takes *slower* times that."""
    return replace(beside({"Sort": times(speed * slower)}, {"Sort": times(speed)}, **more), name=f"bench-{speed}")  # pyright: ignore[reportArgumentType] -- any option of an upload


@pytest.mark.parametrize("slower", [(1.2, 1.2, 1.2), (1.0, 1.0, 1.2)])
def test_each_leg_of_a_matrix_is_compared_by_itself_and_the_worst_counts(slower: tuple[float, ...]):
    """Samples of a slow and a fast machine in one heap would hide what every leg shows, and what one alone does."""
    legs = [leg(speed, by) for speed, by in zip((1.0, 1.3, 2.0), slower, strict=True)]
    found = of(compared(*legs), "Sort")
    assert (found.standing, found.samples, found.confirmation) == (
        Standing.REGRESSED,
        (10, 10),
        Confirmation.NOT_RUN,
    )
    confirming = [leg(speed, by, confirms=True) for speed, by in zip((1.0, 1.3, 2.0), slower, strict=True)]
    assert of(compared(*legs, *confirming), "Sort").confirmation is Confirmation.AGREED
    assert of(compared(*legs, leg(1.3, 1.0, confirms=True)), "Sort").confirmation is Confirmation.DENIED


def test_a_limit_holds_on_every_leg():
    """The median of three machines would hide the one that breaks it; what one leg does not measure is not missed."""
    legs = [leg(speed, 1.0) for speed in (1.0, 1.0, 2.0)]
    found = compared(*legs, limits=("Sort time < 150 ns",))
    assert [one.outcome for one in found.limits] == [LimitOutcome.HELD, LimitOutcome.HELD, LimitOutcome.BROKEN]
    others = Benchmarks(benchmarks=(Benchmark(name="Sort", measures={"allocs": counted(2)}),))
    report = replace(bench_report({}), benchmarks=others)
    found = compared(legs[0], Upload(name="more", reports=(report,)), limits=("Sort time < 150 ns",))
    assert [one.outcome for one in found.limits] == [LimitOutcome.HELD]


def test_a_unit_told_otherwise_is_the_same_unit():
    """Microseconds on one side and nanoseconds on the other; bytes are no time, and so it is new."""
    base = measure(times(0.001), "us/op")
    found = of(compared(beside({"Sort": STEADY}, {"Sort": base})), "Sort")
    assert (found.standing, found.unit, found.base) == (Standing.OK, "ns/op", pytest.approx(100.1))
    other = compared(beside({"Sort": STEADY}, {"Sort": measure(STEADY, "B/op")}))
    assert [one.standing for one in other.measures] == [Standing.NEW]


def test_base_reports_of_another_commit_are_not_compared_with():
    """They may be of anything; it is said."""
    found = compared(beside({"Sort": times(1.2)}, {"Sort": STEADY}, base_sha="c" * 40))
    assert (found.layout, found.not_paired) == (None, NotPaired.OTHER_BASE)
    assert of(found, "Sort").standing is Standing.NEW


def test_new_removed_and_renamed():
    """A renamed benchmark is compared with its old name, its variants too; what is gone is said."""
    head = {"New": STEADY, "Fresh": STEADY, "Map": STEADY, "Tree/size=1": times(1.5)}
    base = {"Old": STEADY, "Gone": STEADY, "Map": STEADY, "Wood/size=1": STEADY}
    found = compared(beside(head, base), renamed={"Old": "New", "Wood": "Tree"})
    assert {one.name: (one.standing, one.was) for one in found.measures} == {
        "Tree/size=1": (Standing.REGRESSED, "Wood/size=1"),
        "Gone": (Standing.REMOVED, None),
        "New": (Standing.OK, "Old"),
        "Map": (Standing.OK, None),
        "Fresh": (Standing.NEW, None),
    }


def test_a_name_that_is_still_measured_was_not_renamed():
    """Else a copy could stand in for what became slow."""
    found = compared(beside({"Old": times(2), "New": STEADY}, {"Old": STEADY}), renamed={"Old": "New"})
    assert {one.name: one.standing for one in found.measures} == {"Old": Standing.REGRESSED, "New": Standing.NEW}


# --- counted measures --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "base", "standing", "change"),
    [
        ([10], [10], Standing.OK, 0.0),
        ([11], [10], Standing.REGRESSED, 0.1),
        ([104], [100], Standing.OK, 0.04),
        ([105], [100], Standing.REGRESSED, 0.05),
        ([9], [10], Standing.IMPROVED, -0.1),
        ([1], [0], Standing.REGRESSED, None),
        ([0], [1], Standing.IMPROVED, -1.0),
        ([10, 10, 12], [10, 10, 10], Standing.INCONCLUSIVE, 0.0),
    ],
)
def test_what_is_counted_is_compared_as_it_is(head: list[float], base: list[float], standing: Standing, change: float):
    """One sample is enough, and nothing has to confirm it."""
    found = of(compared(beside({"Sort": counted(*head)}, {"Sort": counted(*base)})), "Sort")
    assert (found.standing, found.rule, found.change) == (standing, Rule.EXACT, change)
    assert found.confirmation is Confirmation.NOT_ASKED


def test_a_few_bytes_are_an_average_over_others():
    """No allocator gives out fewer than 8; kB count as bytes."""
    for unit, few, many in (("B/op", 7.0, 8.0), ("kB/op", 0.007, 0.008)):
        for amount, standing in ((few, Standing.OK), (many, Standing.REGRESSED)):
            sides = counted(amount, unit=unit), counted(0, unit=unit)
            assert of(compared(beside({"Sort": sides[0]}, {"Sort": sides[1]})), "Sort").standing is standing


def test_times_without_any_noise_are_compared_as_they_are_and_confirmed():
    """A clock too coarse shows the same number each time; a zero has no logarithm and only this rule."""
    found = of(compared(beside({"Sort": [13.0] * 6}, {"Sort": [12.0] * 6})), "Sort")
    assert (found.standing, found.rule, found.confirmation) == (Standing.REGRESSED, Rule.EXACT, Confirmation.NOT_RUN)
    assert of(compared(beside({"Sort": [0.0] * 6}, {"Sort": [0.0] * 6})), "Sort").standing is Standing.OK
    assert of(compared(beside({"Sort": [0.0, 1.0]}, {"Sort": [0.0, 2.0]})), "Sort").standing is Standing.UNGATED


@pytest.mark.parametrize(
    ("head", "base", "confirmation"),
    [
        ((120, 120), (100, 100), Confirmation.NOT_ASKED),
        ((120, 122), (100, 100), Confirmation.NOT_RUN),
        ((120, 120), (90, 100), Confirmation.NOT_RUN),
        ((120,), (100,), Confirmation.NOT_RUN),
        ((200,), (100, 101, 102, 100, 101), Confirmation.NOT_ASKED),
    ],
)
def test_a_count_that_varies_is_confirmed_like_a_time(
    head: tuple[float, ...], base: tuple[float, ...], confirmation: Confirmation
):
    """What a pool or a goroutine allocates is noise; three rounds a side differ by accident in one of twenty cases."""
    now, then = ({"Sort": counted(*side, unit="B/op")} for side in (head, base))
    found = of(compared(beside(now, then)), "Sort")
    assert (found.standing, found.confirmation) == (Standing.REGRESSED, confirmation)
    before = records(*({"Sort": counted(value, unit="B/op")} for value in base))
    found = of(compared(alone(now), base=before), "Sort")
    assert (found.standing, found.confirmation) == (Standing.REGRESSED, confirmation)


# --- confirmation ------------------------------------------------------------------------------------------------


SLOWER = beside({"Sort": times(1.2), "Map": STEADY}, {"Sort": STEADY, "Map": STEADY})


@pytest.mark.parametrize(
    ("second", "confirmation"),
    [
        ((), Confirmation.NOT_RUN),
        ((beside({"Sort": times(1.2)}, {"Sort": STEADY}, confirms=True),), Confirmation.AGREED),
        ((beside({"Sort": STEADY}, {"Sort": STEADY}, confirms=True),), Confirmation.DENIED),
        ((beside({"Map": times(1.2)}, {"Map": STEADY}, confirms=True),), Confirmation.NOT_RUN),
        ((beside({"Sort": times(1.2)}, {"Sort": STEADY}, confirms=True, job="bench"),), Confirmation.NOT_RUN),
        ((beside({"Sort": times(1.2)}, {"Sort": STEADY}, confirms=True, base_sha="c" * 40),), Confirmation.NOT_RUN),
        (
            (beside({"Sort": times(1.2)}, {"Sort": STEADY}, Layout.SEPARATE, confirms=True),),
            Confirmation.NOT_RUN,
        ),
    ],
    ids=["absent", "agrees", "denies", "other benchmark", "same job", "other base", "two runners"],
)
def test_a_second_run_has_its_say(second: tuple[Upload, ...], confirmation: Confirmation):
    """In another job, of the same commits, side by side; it has no say on what did not regress."""
    found = compared(SLOWER, *second)
    assert (of(found, "Sort").standing, of(found, "Sort").confirmation) == (Standing.REGRESSED, confirmation)
    assert (of(found, "Map").standing, of(found, "Map").confirmation) == (Standing.OK, Confirmation.NOT_ASKED)


def test_the_second_run_is_asked_about_what_was_flagged_alone():
    """Its family is the one flagged benchmark: five samples are enough there, and new regressions of it are none."""
    second = beside(
        {"Sort": times(1.2)[:5], "Map": times(3)[:5]}, {"Sort": STEADY[:5], "Map": STEADY[:5]}, confirms=True
    )
    found = compared(SLOWER, second)
    assert of(found, "Sort").confirmation is Confirmation.AGREED
    assert of(found, "Map").standing is Standing.OK


def test_the_second_run_knows_old_names_too():
    """A renamed benchmark has its old name on the base in both runs."""
    runs = [beside({"New": times(1.2)}, {"Old": STEADY}, confirms=confirms) for confirms in (False, True)]
    found = of(compared(*runs, renamed={"Old": "New"}), "New")
    assert (found.standing, found.confirmation) == (Standing.REGRESSED, Confirmation.AGREED)


def test_a_policy_may_ask_for_no_second_run():
    """Then the first is believed."""
    assert of(compared(SLOWER, confirm=False), "Sort").confirmation is Confirmation.NOT_ASKED


# --- history -----------------------------------------------------------------------------------------------------


def test_a_head_out_of_line_regressed_and_waits_for_a_second_run():
    """30 records with 1 % of noise, and 20 % slower."""
    found = compared(alone({"Sort": [120.0]}), base=records(*history(30)))
    one = of(found, "Sort")
    assert (one.standing, one.rule, one.confirmation) == (Standing.REGRESSED, Rule.HISTORY, Confirmation.NOT_RUN)
    assert (one.change, found.records, found.layout) == (pytest.approx(0.2, abs=0.01), 30, None)


@pytest.mark.parametrize(
    ("second", "confirmation"),
    [
        (beside({"Sort": times(1.2)}, {"Sort": STEADY}, confirms=True), Confirmation.AGREED),
        (beside({"Sort": STEADY}, {"Sort": STEADY}, confirms=True), Confirmation.DENIED),
    ],
)
def test_a_head_out_of_line_is_confirmed_side_by_side(second: Upload, confirmation: Confirmation):
    """The second run measures both, and is the better witness."""
    found = compared(alone({"Sort": [120.0]}), second, base=records(*history(30)))
    assert of(found, "Sort").confirmation is confirmation


def test_a_second_run_of_the_head_alone_is_held_to_history_as_well():
    """In another job, on the same kind of machine."""
    again = Upload(
        name="bench",
        job="confirm",
        run_id=7,
        reports=(bench_report({"Sort": [121.0]}),),
        bench=BenchRun(layout=Layout.SEPARATE, base_sha=BASE, confirms=True),
    )
    found = compared(alone({"Sort": [120.0]}), again, base=records(*history(30)))
    assert of(found, "Sort").confirmation is Confirmation.AGREED


def test_a_head_in_line_is_ok_and_a_faster_one_improved():
    """By the same history."""
    for time, standing in ((100.0, Standing.OK), (80.0, Standing.IMPROVED)):
        assert of(compared(alone({"Sort": [time]}), base=records(*history(30))), "Sort").standing is standing


def test_a_step_that_was_meant_does_not_hide_the_next():
    """Main became 15 % faster twelve runs ago: back to where it was is a regression, and the base is the new level."""
    past = records(*history(12, scale=0.85), *history(30, seed=2))
    found = of(compared(alone({"Sort": [100.0]}), base=past), "Sort")
    assert (found.standing, found.samples) == (Standing.REGRESSED, (1, 12))
    assert found.base == pytest.approx(85, rel=0.01)


def test_a_level_too_young_is_inconclusive():
    """Nine runs since the step: one more is needed before it judges."""
    past = records(*history(9, scale=0.5), *history(30, seed=2))
    found = of(compared(alone({"Sort": [100.0]}), base=past), "Sort")
    assert (found.standing, found.samples, found.needs) == (Standing.INCONCLUSIVE, (1, 9), 10)


def test_another_kind_of_machine_is_not_compared_with():
    """The records are of another processor; it is said, and nothing is judged."""
    past = records(*history(30), machine="cpu EPYC 7763")
    found = compared(alone({"Sort": [200.0]}, cpu="Xeon 8370C"), base=past)
    assert (found.machines_differ, found.records) == (True, 0)
    assert (of(found, "Sort").standing, of(found, "Sort").rule) == (Standing.INCONCLUSIVE, Rule.NONE)
    same = compared(alone({"Sort": [200.0]}, cpu="EPYC 7763"), base=past)
    assert (same.machines_differ, of(same, "Sort").standing) == (False, Standing.REGRESSED)


def test_a_slow_runner_slows_the_whole_suite_and_is_taken_out():
    """Ten benchmarks 4 % slower, one of them 30 %: this one regressed, and by how much all moved is said."""
    source = random.Random(3)
    names = [f"B{number}" for number in range(10)]

    def run(runner: float) -> dict[str, list[float]]:
        return {name: [100 * runner * source.lognormvariate(0, 0.01)] for name in names}

    past = records(*(run(source.lognormvariate(0, 0.04)) for _ in range(30)))
    head = run(1.04) | {"B0": [135.0]}
    found = compared(alone(head), base=past)
    assert [one.name for one in found.measures if one.standing is Standing.REGRESSED] == ["B0"]
    assert found.shift == pytest.approx(0.04, abs=0.03)


def test_a_suite_that_slowed_as_a_whole_is_not_called_ok():
    """All ten are 30 % slower than ever: a slow runner or a slow change, and one run cannot tell."""
    names = [f"B{number}" for number in range(10)]
    source = random.Random(3)
    past = [{name: [100 * source.lognormvariate(0, 0.01)] for name in names} for _ in range(30)]
    found = compared(alone(dict.fromkeys(names, (130.0,))), base=records(*past))
    assert {one.standing for one in found.measures} == {Standing.INCONCLUSIVE}
    assert found.shift == pytest.approx(0.3, abs=0.02)


def test_what_is_counted_is_compared_with_the_newest_record():
    """One record is enough; from another machine it shows no regression."""
    head = {"Sort": counted(12)}
    for machine, standing in (("", Standing.REGRESSED), ("other", Standing.INCONCLUSIVE)):
        past = records({"Sort": counted(10)}, {"Sort": counted(20)}, machine=machine)
        found = of(compared(alone(head), base=past), "Sort")
        assert (found.standing, found.rule) == (standing, Rule.EXACT)


def test_a_benchmark_that_main_measures_and_the_head_does_not_is_removed():
    """By the newest record; a renamed one is not."""
    past = records({"Sort": [100.0], "Old": [100.0]}, {"Sort": [100.0], "Ancient": [1.0]})
    found = compared(alone({"Sort": [100.0], "New": [100.0]}), base=past, renamed={"Old": "New"})
    assert of(found, "New").was == "Old"
    assert {one.name for one in found.measures} == {"Sort", "New"}
    gone = compared(alone({"Sort": [100.0]}), base=past)
    assert of(gone, "Old").standing is Standing.REMOVED


def test_nothing_anywhere_is_no_comparison():
    """Benchmarks on either side are one, if only to say that the head has none."""
    assert compare_benchmarks(evidence(), (), None, BenchmarkRules()) is None
    assert compare_benchmarks(evidence(), (), Baseline(sha=BASE), BenchmarkRules()) is None
    found = compared(base=records({"Sort": [100.0]}))
    assert (found.reports, of(found, "Sort").standing) == (0, Standing.REMOVED)


# --- limits, and what is kept ------------------------------------------------------------------------------------


def test_limits_are_judged_on_the_head_of_the_first_run():
    """Neither the base nor the confirming run counts."""
    second = beside({"Sort": times(9)}, {"Sort": STEADY}, confirms=True)
    first = beside({"Sort": STEADY}, {"Sort": times(7)})
    found = compared(first, second, limits=("Sort time < 200ns", "Sort time < 50ns"))
    assert [one.outcome for one in found.limits] == [LimitOutcome.HELD, LimitOutcome.BROKEN]


def test_a_push_leaves_medians_and_by_how_much_it_differs_from_its_parent():
    """As a logarithm of head over base, whichever is better; what is counted leaves no ratio."""
    seen = Evidence(
        head_sha=HEAD, tested_sha=HEAD, base=Base(rule=BaseRule.PREVIOUS, wanted=BASE, sha=None), base_ref="main"
    )
    rate = measure(times(1.1), "op/s", Direction.HIGHER)
    upload = beside(
        {"Sort": times(1.1), "Rate": rate, "Mem": counted(3, 3, 5)},
        {"Sort": STEADY, "Rate": measure(STEADY, "op/s", Direction.HIGHER), "Mem": counted(3)},
    )
    kept = bench_record(seen, (upload,))
    assert kept is not None
    assert (kept.sha, kept.machine, kept.layout) == (HEAD, "runner", Layout.INTERLEAVED)
    assert {one.name: one.measures["time"].samples for one in kept.benchmarks.benchmarks} == {
        "Sort": (pytest.approx(110.11),),
        "Rate": (pytest.approx(110.11),),
        "Mem": (3.0,),
    }
    assert kept.ratios == {("", name, "time"): pytest.approx(0.0953, abs=1e-3) for name in ("Sort", "Rate")}
    assert bench_record(seen, ()) is None


def test_what_pushes_left_is_history():
    """Twelve records of the project's own making judge the thirteenth."""
    seen = evidence()
    kept = [bench_record(seen, (alone(suite, cpu="EPYC"),)) for suite in history(12)]
    past = Baseline(sha=BASE, benchmarks=tuple(one for one in kept if one))
    assert of(compared(alone({"Sort": [130.0]}, cpu="EPYC"), base=past), "Sort").standing is Standing.REGRESSED


# --- laws --------------------------------------------------------------------------------------------------------


@given(NOISY, NOISY)
@settings(max_examples=25, deadline=None)
def test_swapping_the_sides_turns_the_finding(head: list[float], base: list[float]):
    """A regression one way is an improvement the other way."""
    turned = {Standing.REGRESSED: Standing.IMPROVED, Standing.IMPROVED: Standing.REGRESSED}
    one = of(compared(beside({"Sort": head}, {"Sort": base})), "Sort").standing
    other = of(compared(beside({"Sort": base}, {"Sort": head})), "Sort").standing
    assert turned.get(one, Standing.OK) is turned.get(other, Standing.OK) or turned.get(one) is other


@given(NOISY, NOISY, SCALES)
@settings(max_examples=25, deadline=None)
def test_another_unit_changes_nothing(head: list[float], base: list[float], scale: float):
    """Ratios are without one."""
    plain, scaled = (
        of(compared(beside({"Sort": times(each, head)}, {"Sort": times(each, base)})), "Sort") for each in (1.0, scale)
    )
    assert plain.standing is scaled.standing
    assert plain.p == pytest.approx(scaled.p)
    assert plain.change == pytest.approx(scaled.change, abs=1e-9)


@given(NOISY, NOISY, st.floats(1.01, 3))
@settings(max_examples=25, deadline=None)
def test_a_slower_head_never_looks_better(head: list[float], base: list[float], slower: float):
    """Neither does a regression vanish nor an improvement appear."""
    order = [Standing.IMPROVED, Standing.OK, Standing.INCONCLUSIVE, Standing.REGRESSED]
    before = of(compared(beside({"Sort": head}, {"Sort": base})), "Sort")
    after = of(compared(beside({"Sort": times(slower, head)}, {"Sort": base})), "Sort")
    assert after.standing is not Standing.OK or before.standing is not Standing.REGRESSED
    if before.standing is Standing.REGRESSED:
        assert after.standing is Standing.REGRESSED
    if after.standing is Standing.IMPROVED:
        assert before.standing is Standing.IMPROVED
    assert before.standing in order


HOSTILE = [
    [5e-324, 1.7e308],
    [1.7e308] * 10,
    [5e-324] * 10,
    [0.0] * 10,
    [-1.0, -2.0],
    [float(number + 1) for number in range(1000)],
    [1.0],
]


@pytest.mark.parametrize("unit", ["ns/op", "h", "B/op", "", "%"])
@pytest.mark.parametrize("exact", [False, True])
def test_no_numbers_break_it(unit: str, exact: bool):
    """The smallest and the largest, zero and below, one and a thousand, on every side and in any unit."""
    for head in HOSTILE:
        for base in HOSTILE:
            sides = [
                Measure(unit=each, direction=Direction.LOWER, samples=tuple(samples), exact=exact)
                for each, samples in ((unit, head), (unit, base))
            ]
            for upload in (beside({"Sort": sides[0]}, {"Sort": sides[1]}), alone({"Sort": sides[0]})):
                found = compared(upload, base=records(*[{"Sort": sides[1]}] * 12))
                for one in found.measures:
                    figures = (one.head, one.base, one.change, one.low, one.high, one.visible, one.p)
                    assert all(figure is None or abs(figure) < float("inf") for figure in figures)


def test_a_report_of_the_base_alone_removes_everything():
    """The head's benchmarks did not run."""
    upload = Upload(
        name="bench",
        reports=(bench_report({"Sort": STEADY}, Side.BASE),),
        bench=BenchRun(layout=Layout.INTERLEAVED, base_sha=BASE),
    )
    found = compared(upload)
    assert (found.reports, of(found, "Sort").standing) == (0, Standing.REMOVED)


def test_reports_without_benchmarks_are_none():
    """Other evidence in the same upload is not counted."""
    plain = Report(path="lcov.info", format="lcov", digest="0" * 64)
    upload = alone({"Sort": STEADY})
    both = Upload(name="bench", job="bench", reports=(plain, *upload.reports))
    assert compared(both).reports == 1
