"""Static limits: how they are written, what they are found to be of, and exact judgement."""

from fractions import Fraction

import pytest

from bot.core.compare.limits import judge_limits
from bot.core.model.benchmarks import Benchmark, Benchmarks, Measure
from bot.core.model.limits import LimitOutcome, parse_limit
from bot.core.model.quantities import direction_of

HELD, BROKEN = LimitOutcome.HELD, LimitOutcome.BROKEN


def measure(unit: str, *samples: float, gated: bool = True) -> Measure:
    return Measure(unit=unit, direction=direction_of(unit), samples=samples, gated=gated)


def bench(name: str, group: str = "", **measures: Measure) -> Benchmark:
    return Benchmark(name=name, group=group, measures=measures)


def judged(limit: str, *benchmarks: Benchmark) -> list[tuple[str, str, LimitOutcome]]:
    results = judge_limits([parse_limit(limit)], [Benchmarks(benchmarks=benchmarks)])
    return [(result.name, result.measure, result.outcome) for result in results]


@pytest.mark.parametrize(
    ("text", "subject", "sign", "bound", "unit"),
    [
        ("BenchmarkCollect time < 100ms", "BenchmarkCollect time", "<", Fraction(100), "ms"),
        ("throughput > 1000 req/s", "throughput", ">", Fraction(1000), "req/s"),
        ("BenchmarkX  allocs <= 3", "BenchmarkX allocs", "<=", Fraction(3), ""),
        ("hit ratio >= 99.95%", "hit ratio", ">=", Fraction(9995, 100), "%"),
        ("BenchmarkX/size=10_words <0.5 µs", "BenchmarkX/size=10_words", "<", Fraction(1, 2), "µs"),
    ],
)
def test_a_limit_is_a_name_a_comparison_and_a_quantity(text: str, subject: str, sign: str, bound: Fraction, unit: str):
    """Every shape of the published policy, its number exact."""
    limit = parse_limit(text)
    assert (limit.subject, limit.operator, limit.bound, limit.unit) == (subject, sign, bound, unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fast",
        "< 5ms",
        "X = 5ms",
        "X < fast",
        "X < 5 < 6",
        "X < -1",
        "X < 1e9999",
        "X > 1,000 req/s",
        "X > 1_000 req/s",
        "X < 1.000,5 ms",
        "X < 99999999999999999999",
        "X" * 400,
    ],
)
def test_what_is_no_limit_says_how_one_is_written(text: str):
    """The clause follows the key's name in the policy file."""
    with pytest.raises(ValueError, match=r"^is not a limit; write it as"):
        parse_limit(text)


def test_the_median_is_held_to_the_limit_in_any_unit():
    """100 ms is 0.1 s: neither over it nor, for a strict limit, under it."""
    collect = bench("BenchmarkCollect", time=measure("s", 0.3, 0.1, 0.05))
    assert judged("BenchmarkCollect time <= 100ms", collect) == [("BenchmarkCollect", "time", HELD)]
    assert judged("BenchmarkCollect time < 100ms", collect) == [("BenchmarkCollect", "time", BROKEN)]
    assert judged("BenchmarkCollect < 0.1", collect) == [("BenchmarkCollect", "time", BROKEN)]


def test_an_even_number_of_samples_has_its_median_between_two():
    """Exactly between: 0.1 and 0.2 make 0.15."""
    (result,) = judge_limits(
        [parse_limit("X time <= 150ms")], [Benchmarks(benchmarks=(bench("X", time=measure("s", 0.2, 0.1)),))]
    )
    assert (result.value, result.bound, result.unit, result.outcome) == (Fraction(3, 20), Fraction(3, 20), "s", HELD)


@pytest.mark.parametrize(
    ("limit", "names"),
    [
        ("BenchmarkA < 5ms", ["BenchmarkA"]),
        ("pkg/x.BenchmarkA < 5ms", ["BenchmarkA"]),
        ("Benchmark* < 5ms", ["BenchmarkA", "BenchmarkAB", "BenchmarkSub/n=1", "BenchmarkSub/n=2"]),
        ("Bench*=2 < 5ms", ["BenchmarkSub/n=2"]),
        ("pkg*mark*Sub*1 < 5ms", ["BenchmarkSub/n=1"]),
        ("BenchmarkSub time < 5ms", ["BenchmarkSub/n=1", "BenchmarkSub/n=2"]),
        ("test_sort < 5ms", ["test_sort[10]"]),
        ("pkg/x.test_sort time < 5ms", ["test_sort[10]"]),
    ],
)
def test_a_name_is_whole_or_has_stars_or_stands_for_its_variants(limit: str, names: list[str]):
    """Exactly first, so that BenchmarkA is not BenchmarkAB; with the group or without it."""
    all_names = ("BenchmarkA", "BenchmarkAB", "BenchmarkSub/n=1", "BenchmarkSub/n=2", "test_sort[10]")
    benchmarks = [bench(name, "pkg/x", time=measure("ms", 3.0)) for name in all_names]
    assert judged(limit, *benchmarks) == [(name, "time", HELD) for name in names]


def test_a_name_may_hold_spaces_and_end_like_a_measure():
    """The whole subject is a name before its last word is a measure."""
    fib, both = bench("fib 10", time=measure("ns", 80.0)), bench("wall time", time=measure("ns", 90.0))
    assert judged("fib 10 time < 100ns", fib, both) == [("fib 10", "time", HELD)]
    assert judged("wall time < 85ns", fib, both) == [("wall time", "time", BROKEN)]


def test_a_subject_that_no_benchmark_bears_is_a_measure_of_any():
    """Those that have it in another dimension are passed over."""
    api = bench("api", rate=measure("req/s", 900.0))
    copy = bench("copy", throughput=measure("MB/s", 5000.0))
    load = bench("load", throughput=measure("ops/ms", 2.0))
    assert judged("throughput > 1000 req/s", api, copy, load) == [
        ("api", "rate", BROKEN),
        ("load", "throughput", HELD),
    ]


def test_a_floor_without_a_measure_is_on_the_throughput():
    """And a ceiling on the time, though both are there."""
    both = bench("X", time=measure("ns/op", 50.0), throughput=measure("MB/s", 20.0, gated=False))
    assert judged("X > 10 MB/s", both) == [("X", "throughput", HELD)]
    assert judged("X > 10", both) == [("X", "throughput", HELD)]
    assert judged("X < 100", both) == [("X", "time", HELD)]


def test_percentiles_and_counts_are_limited_by_name():
    """A custom unit of Go bears its percentile and its unit in its name; a unit is a name, too."""
    found = bench("BenchmarkX", time=measure("ns/op", 1.0), allocs=measure("allocs/op", 3.0))
    found.measures["p99-ns"] = measure("p99-ns/op", 6_000_000.0)
    assert judged("BenchmarkX p99 < 5ms", found) == [("BenchmarkX", "p99-ns", BROKEN)]
    assert judged("BenchmarkX allocs <= 3", found) == [("BenchmarkX", "allocs", HELD)]
    assert judged("BenchmarkX allocs/op < 3", found) == [("BenchmarkX", "allocs", BROKEN)]


def test_a_trend_of_k6_has_a_time_though_no_measure_bears_that_name():
    """What may be gated of it is meant before what is merely shown."""
    trend = bench("http_req_duration", avg=measure("ms", 12.0, gated=False), p95=measure("ms", 40.0))
    assert judged("http_req_duration time < 50ms", trend) == [("http_req_duration", "p95", HELD)]
    assert judged("http_req_duration avg < 10ms", trend) == [("http_req_duration", "avg", BROKEN)]


def test_a_limit_that_judges_nothing_is_not_kept():
    """A renamed benchmark or a dropped measure never passes in silence, nor does no benchmark at all."""
    only = bench("X", time=measure("ns", 1.0))
    assert judged("Y time < 5ms", only) == [("", "", LimitOutcome.NO_BENCHMARK)]
    assert judged("X p99 < 5ms", only) == [("X", "p99", LimitOutcome.NO_MEASURE)]
    (nothing,) = judge_limits([parse_limit("X time < 5ms")], [])
    assert not nothing.found


def test_other_dimensions_are_not_compared():
    """Bytes are no milliseconds; the result says so and names what was measured."""
    only = bench("X", time=measure("ns", 1.0))
    assert judged("X time < 5MB", only) == [("X", "time", LimitOutcome.OTHER_UNIT)]


def test_stars_are_matched_in_no_time_whatever_they_are():
    """Two hundred stars over a long name: a limit is text from a repository."""
    long = bench("a" * 4000, time=measure("ns", 1.0))
    assert judged("a*" * 95 + "b < 5ns", long) == [("", "", LimitOutcome.NO_BENCHMARK)]


def test_each_report_is_judged_for_itself():
    """Two jobs of a matrix measure one benchmark; the slower one breaks the limit."""
    quick, slow = (Benchmarks(benchmarks=(bench("X", time=measure("ms", value)),)) for value in (1.0, 9.0))
    results = judge_limits([parse_limit("X time < 5ms")], [quick, slow])
    assert [result.outcome for result in results] == [HELD, BROKEN]
