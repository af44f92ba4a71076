"""The lines of ``go test -bench``: repeats, units, processors, and benchmarks that print."""

from collections.abc import Iterable

import pytest

from bot.core.model.benchmarks import Benchmarks, Direction, Measure
from bot.core.model.errors import ReportError
from bot.core.parse.benchmarks.go_bench import GoBench
from tests.core.parse.reading import SAMPLES


def heard(lines: Iterable[str], package: str = "") -> Benchmarks | None:
    bench = GoBench()
    for line in lines:
        bench.line(line, package)
    return bench.result()


def only(*lines: str) -> dict[str, Measure]:
    """The measures of the one benchmark in *lines*."""
    found = heard(lines)
    assert found is not None
    (benchmark,) = found.benchmarks
    return benchmark.measures


def names(*lines: str) -> list[str]:
    found = heard(lines)
    assert found is not None
    return [benchmark.name for benchmark in found.benchmarks]


def test_repetitions_are_samples_and_units_are_measures():
    """A real run of ``-count 3``: percentiles and own units beside the time, the failed and the skipped are absent."""
    found = heard((SAMPLES / "go-bench" / "repeated.txt").read_text().split("\n"))
    assert found is not None
    assert found.machine == {"os": "linux", "arch": "amd64", "cpu": "AMD EPYC", "cores": "2"}
    assert [benchmark.key for benchmark in found.benchmarks] == [
        ("example.com/speed", "BenchmarkJoin/size=2_words"),
        ("example.com/speed", "BenchmarkJoin/size=20_words"),
        ("example.com/speed", "BenchmarkTalkative"),
    ]
    join, talkative = found.benchmarks[0].measures, found.benchmarks[2].measures
    lower, higher, unknown = Direction.LOWER, Direction.HIGHER, Direction.UNKNOWN
    assert join == {
        "time": Measure(unit="ns/op", direction=lower, samples=(39.98, 52.76, 39.39)),
        "throughput": Measure(unit="MB/s", direction=higher, samples=(50.02, 37.9, 50.78), gated=False),
        "p99-ns": Measure(unit="p99-ns/op", direction=lower, samples=(25.0, 25.0, 25.0)),
        "widgets": Measure(unit="widgets/op", direction=unknown, samples=(3.0, 3.0, 3.0), gated=False),
        "bytes": Measure(unit="B/op", direction=lower, samples=(8.0, 8.0, 8.0), exact=True),
        "allocs": Measure(unit="allocs/op", direction=lower, samples=(1.0, 1.0, 1.0), exact=True),
    }
    assert talkative["time"].samples == (72.79, 84.72, 83.08)


def test_processors_stay_in_the_names_where_they_tell_benchmarks_apart():
    """A real run of ``-cpu 1,2``: with one processor there is no suffix."""
    found = heard((SAMPLES / "go-bench" / "cpus.txt").read_text().split("\n"))
    assert found is not None
    join = "BenchmarkJoin/size="
    assert [each.name for each in found.benchmarks] == [
        f"{join}2_words",
        f"{join}2_words-2",
        f"{join}20_words",
        f"{join}20_words-2",
    ]
    assert "cores" not in found.machine


def test_a_common_suffix_is_the_processors():
    """Also where a name ends in a number of its own; packages are looked at one by one."""
    assert names("BenchmarkA/n-10-8 1 2 ns/op", "BenchmarkB-8 1 2 ns/op") == ["BenchmarkA/n-10", "BenchmarkB"]
    assert names("BenchmarkA/n-10 1 2 ns/op", "BenchmarkB 1 2 ns/op") == ["BenchmarkA/n-10", "BenchmarkB"]
    two = ("pkg: a", "BenchmarkA-8 1 2 ns/op", "pkg: b", "BenchmarkA-4 1 2 ns/op")
    found = heard(two)
    assert found is not None
    assert [each.key for each in found.benchmarks] == [("a", "BenchmarkA"), ("b", "BenchmarkA")]


def test_the_package_that_printed_a_line_is_its_group():
    """``go test -json`` says it of every line, whatever a ``pkg:`` line said before."""
    found = heard(["pkg: other", "BenchmarkA 1 2 ns/op"], package="example.com/mine")
    assert found is not None
    assert found.benchmarks[0].group == "example.com/mine"


def test_metadata_says_which_way_a_unit_is_better_and_whether_it_is_counted():
    """As benchfmt has it: for the whole file, wherever the line stands."""
    measures = only(
        "BenchmarkA 100 1 ns/op 7 widgets/op 3 misses",
        "Unit widgets/op better=higher assume=exact",
        "Unit misses better=lower",
    )
    assert (measures["widgets"].direction, measures["widgets"].exact, measures["widgets"].gated) == (
        Direction.HIGHER,
        True,
        True,
    )
    assert measures["misses"].direction is Direction.LOWER


def test_throughput_is_gated_where_it_restates_nothing():
    """A benchmark that reports only its rate is judged by it."""
    assert only("BenchmarkA 100 12.5 MB/s")["throughput"].gated


def test_two_units_never_share_a_measure():
    """``B/op`` and a unit called ``bytes`` are two."""
    measures = only("BenchmarkA 1 2 B/op 3 bytes 4 time 5 ns/op")
    assert {name: measure.unit for name, measure in measures.items()} == {
        "bytes": "B/op",
        "bytes'": "bytes",
        "time": "ns/op",
        "time'": "time",
    }


@pytest.mark.parametrize(
    "line",
    [
        "--- FAIL: BenchmarkA",
        "--- BENCH: BenchmarkA-8",
        "BenchmarkA --- SKIP",
        "BenchmarkA",
        "BenchmarkA-8   \t",
        "Benchmarking 100 5 ns/op",
        "BenchmarkA 100 5 ns/op trailing",
        "BenchmarkA 100 5",
        "BenchmarkA many 5 ns/op",
        "    BenchmarkA 100 5 ns/op",
        "BenchmarkA: 100 tests in 5 s",
        "cpu: 200m",
        "ok  \texample.com/a\t0.1s",
        "BenchmarkA " + "1 " * 100_000,
    ],
)
def test_what_is_no_result_measures_nothing(line: str):
    """Logs are full of lines that look alike."""
    bench = GoBench()
    assert not bench.line(line)
    assert bench.result() is None


def test_a_benchmark_that_ended_has_no_late_numbers():
    """What comes behind a verdict belongs to no benchmark that printed before."""
    assert heard(["BenchmarkA-2 \thello", "--- FAIL: BenchmarkA-2", "   100\t 5 ns/op"]) is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("BenchmarkA 100 NaN ns/op", "'BenchmarkA' has nan 'ns/op', which is no number"),
        ("BenchmarkA 100 +Inf widgets", "'BenchmarkA' has inf 'widgets', which is no number"),
        ("BenchmarkA 100 1e999 ns/op", "'BenchmarkA' has inf 'ns/op', which is no number"),
        ("BenchmarkA 100 -1 ns/op", "'BenchmarkA' took -1.0 'ns/op', which is less than no time"),
    ],
)
def test_what_cannot_have_been_measured_is_refused(line: str, reason: str):
    """Infinity is no measurement, and no code takes less than no time; a custom delta may be negative."""
    with pytest.raises(ReportError) as refused:
        GoBench().line(line)
    assert refused.value.reason == reason
    assert only("BenchmarkA 100 1 ns/op -5 delta")["delta"].samples == (-5.0,)
