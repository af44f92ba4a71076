"""Benchmarks of real projects and tools: every one found, with the numbers that stand in the files."""

import json
import re

import pytest

from bot.core.model.benchmarks import Benchmarks, Direction
from bot.core.model.evidence import Report
from bot.core.parse.report import parse_report
from tests.core.parse.reading import corpus_file

LOWER, HIGHER, UNKNOWN = Direction.LOWER, Direction.HIGHER, Direction.UNKNOWN

Row = tuple[str, str, float, str, Direction]

TABLE: dict[str, tuple[str, list[Row]]] = {
    "bench/bencher__five.txt": (
        "go-bench",
        [
            ("BenchmarkFib10-8", "time", 325.0, "ns/op", LOWER),
            ("BenchmarkFib20", "time", 40537.123, "ns/op", LOWER),
            ("BenchmarkFib/my_tabled_benchmark_-_10-8", "time", 325.0, "ns/op", LOWER),
            ("BenchmarkFib/my_tabled_benchmark_-_20", "time", 40537.123, "ns/op", LOWER),
            ("BenchmarkFib/my/tabled/benchmark_-_20", "time", 40537.456, "ns/op", LOWER),
        ],
    ),
    "bench/bencher__many.txt": (
        "libtest-bench",
        [
            ("tests::benchmark", "time", 3161.0, "ns/iter", LOWER),
            ("tests::other_benchmark", "time", 3161.0, "ns/iter", LOWER),
            ("tests::last_benchmark", "time", 3161.0, "ns/iter", LOWER),
            ("tests::one_digit", "time", 1.0, "\N{GREEK SMALL LETTER MU}s/iter", LOWER),
            ("tests::two_digit", "time", 22.0, "ms/iter", LOWER),
            ("tests::three_digit", "time", 333.0, "s/iter", LOWER),
        ],
    ),
    "bench/bencher__report_latency.json": (
        "bmf",
        [
            ("tests::benchmark_a", "latency", 3247.0, "ns", LOWER),
            ("tests::benchmark_b", "latency", 3443.0, "ns", LOWER),
            ("tests::benchmark_c", "latency", 3361.0, "ns", LOWER),
        ],
    ),
    "bench/bencher__two.json": (
        "hyperfine",
        [
            ("sleep 0.1", "time", 0.10586876872, "s", LOWER),
            ("sleep 0.2", "time", 0.21231231072000004, "s", LOWER),
        ],
    ),
    "bench/github-action-__benchmarkdotnet.json": (
        "benchmarkdotnet",
        [
            ("Fib10", "time", 24.805462032556534, "ns", LOWER),
            ("Fib20", "time", 51.17876464128494, "ns", LOWER),
        ],
    ),
    "bench/github-action-__benchmarkjs_output.txt": (
        "benchmark.js",
        [
            ("fib(10)", "throughput", 1431759.0, "ops/sec", HIGHER),
            ("fib(20)", "throughput", 12146.0, "ops/sec", HIGHER),
            ("createObjectBuffer with 200 comments", "throughput", 81.61, "ops/sec", HIGHER),
        ],
    ),
    "bench/github-action-__cargo_output.txt": (
        "libtest-bench",
        [("bench_fib_10", "time", 135.0, "ns/iter", LOWER), ("bench_fib_20", "time", 18149.0, "ns/iter", LOWER)],
    ),
    "bench/github-action-__catch2_output_v3.txt": (
        "catch2",
        [
            ("Fibonacci 10", "time", 344.0, "ns", LOWER),
            ("Fibonacci 20", "time", 41.731, "us", LOWER),
            ("Fibonacci~ 5!", "time", 36.0, "ns", LOWER),
            ("Fibonacci-15_bench", "time", 3.789, "us", LOWER),
        ],
    ),
    "bench/github-action-__criterion_output.txt": (
        "libtest-bench",
        [
            ("Create Realm", "time", 329.0, "ns/iter", LOWER),
            ("Symbols (Execution)", "time", 3268.0, "ns/iter", LOWER),
            ("For loop (Execution)", "time", 12314.0, "ns/iter", LOWER),
            ("Fibonacci (Execution)", "time", 1672496.0, "ns/iter", LOWER),
        ],
    ),
    "bench/github-action-__customBiggerIsBetter_output.json": (
        "custom-benchmark",
        [
            ("My Custom Bigger Is Better Benchmark - Throughput", "throughput", 70.0, "req/s", HIGHER),
            ("My Custom Bigger Is Better Benchmark - Free Memory", "bytes", 150.0, "Megabytes", UNKNOWN),
        ],
    ),
    "bench/github-action-__customSmallerIsBetter_output.json": (
        "custom-benchmark",
        [
            ("My Custom Smaller Is Better Benchmark - CPU Load", "value", 50.0, "Percent", UNKNOWN),
            ("My Custom Smaller Is Better Benchmark - Memory Used", "bytes", 100.0, "Megabytes", LOWER),
        ],
    ),
    "bench/github-action-__go_fiber_duplicate_names_output.txt": (
        "go-bench",
        [
            ("BenchmarkAppendMsgitem", "time", 55.76, "ns/op", LOWER),
            ("BenchmarkUnmarshalitem", "throughput", 907.83, "MB/s", HIGHER),
            ("BenchmarkAppendMsgitem", "throughput", 2678.46, "MB/s", HIGHER),
            ("BenchmarkUnmarshalitem", "time", 4.36, "ns/op", LOWER),
        ],
    ),
    "bench/github-action-__go_fiber_output.txt": (
        "go-bench",
        [
            ('Benchmark_Ctx_Accepts/run-[]string{".xml"}', "time", 247.6, "ns/op", LOWER),
            ('Benchmark_Ctx_Accepts/run-[]string{"json",_"xml"}', "time", 307.1, "ns/op", LOWER),
            (
                'Benchmark_Ctx_Accepts/run-[]string{"application/json",_"application/xml"}',
                "time",
                316.1,
                "ns/op",
                LOWER,
            ),
            ("Benchmark_Utils_GetOffer/mime_extension#01", "bytes", 48.0, "B/op", LOWER),
            ("Benchmark_Utils_GetOffer/mime_extension#02", "allocs", 2.0, "allocs/op", LOWER),
            ("Benchmark_Utils_GetOffer/mime_extension#03", "time", 286.3, "ns/op", LOWER),
        ],
    ),
    "bench/github-action-__go_output.txt": (
        "go-bench",
        [
            ("BenchmarkFib10-8", "time", 325.0, "ns/op", LOWER),
            ("BenchmarkFib20", "time", 40537.123, "ns/op", LOWER),
            ("BenchmarkFib/my_tabled_benchmark_-_10-8", "time", 325.0, "ns/op", LOWER),
            ("BenchmarkFib/my_tabled_benchmark_-_20", "time", 40537.123, "ns/op", LOWER),
            ("BenchmarkFib/my/tabled/benchmark_-_20", "time", 40537.456, "ns/op", LOWER),
            ("BenchmarkFib/my/tabled/benchmark_-_20,var1=13,var2=14", "time", 40537.456, "ns/op", LOWER),
            ("BenchmarkFib11-16", "auxMetricUnits", 3.0, "auxMetricUnits", UNKNOWN),
            ("BenchmarkFib22-16", "auxMetricUnits", 4.0, "auxMetricUnits", UNKNOWN),
        ],
    ),
    "bench/github-action-__googlecpp_output.json": (
        "google-benchmark",
        [("fib_10", "time", 214.98980114547953, "ns", LOWER), ("fib_20", "time", 27455.600415007055, "ns", LOWER)],
    ),
    "bench/github-action-__jmh_output.json": (
        "jmh",
        [("wellHelloThere", "throughput", 3376842765.688582, "ops/s", HIGHER)],
    ),
    "bench/github-action-__pytest_output.json": (
        "pytest-benchmark",
        [
            ("test_fib_10", "time", 2.2300000000363696e-05, "s", LOWER),
            ("test_fib_20", "time", 0.0029605825000003083, "s", LOWER),
        ],
    ),
    "c-real/google-benchmark.json": (
        "google-benchmark",
        [
            ("BM_Str", "time", 2.5839634290616904, "ns", LOWER),
            ("BM_N/8", "time", 0.0026372049369672913, "us", LOWER),
            ("BM_N/64", "time", 0.03117264833764417, "us", LOWER),
            ("BM_N/512", "time", 0.4943416704245759, "us", LOWER),
        ],
    ),
    "c-real/hyperfine.json": (
        "hyperfine",
        [("true", "time", 0.003478655, "s", LOWER), ("sleep 0.01", "time", 0.014971940000000001, "s", LOWER)],
    ),
}


def read(name: str) -> Report:
    with corpus_file(name).open("rb") as file:
        return parse_report(name, file)


def measured(name: str) -> Benchmarks:
    found = read(name).benchmarks
    assert found is not None
    return found


@pytest.mark.parametrize("name", TABLE)
def test_every_benchmark_is_found_with_its_number_unit_and_direction(name: str):
    """The first sample of each, as it stands in the file."""
    form, rows = TABLE[name]
    report = read(name)
    assert report.format == form
    assert report.benchmarks is not None
    assert [
        (
            found.name,
            measure,
            found.measures[measure].samples[0],
            found.measures[measure].unit,
            found.measures[measure].direction,
        )
        for found, (_, measure, *_) in zip(report.benchmarks.benchmarks, rows, strict=True)
    ] == rows


@pytest.mark.parametrize("version", ["1.19", "1.27"])
def test_four_runs_of_go_are_four_samples(version: str):
    """Text and JSON of one suite find the same benchmarks; every printed number is there."""
    text, events = measured(f"go/go{version}.bench.txt"), measured(f"go/go{version}.bench.json")
    assert [found.key for found in text.benchmarks] == [found.key for found in events.benchmarks]
    assert {found.group for found in text.benchmarks} == {"example.com/golab/ok"}
    printed = re.findall(r"([\d.]+) ns/op", corpus_file(f"go/go{version}.bench.txt").read_text())
    times = [sample for found in text.benchmarks for sample in found.measures["time"].samples]
    assert times == [float(number) for number in printed]
    assert {len(found.measures["allocs"].samples) for found in text.benchmarks} == {4}


def test_medians_of_pytest_are_those_of_its_own_table():
    """The console's column, in nanoseconds, to its four decimals."""
    table = corpus_file("c-real/pytest-benchmark.txt").read_text()
    said = {
        line.split()[0]: line.split()[9].replace(",", "")
        for line in table.split("\n")
        if line.startswith("test_") and len(line.split()) > 10
    }
    found = {each.name: each.measures["time"].samples for each in measured("c-real/pytest-benchmark.json").benchmarks}
    assert {name: f"{median * 1e9:.4f}" for name, (median,) in found.items()} == said


def test_every_time_of_hyperfine_is_a_sample():
    """As many as its JSON lists."""
    listed = json.loads(corpus_file("c-real/hyperfine.json").read_text())["results"]
    found = measured("c-real/hyperfine.json").benchmarks
    assert [list(each.measures["time"].samples) for each in found] == [result["times"] for result in listed]


def test_the_benchmark_that_failed_is_told():
    """One of the real file's five has no numbers, and says why."""
    report = read("c-real/google-benchmark.json")
    assert report.suites is not None
    assert [(case.name, case.message) for case in report.suites.cases] == [("BM_Err", "no device")]


def test_a_log_without_a_benchmark_measures_nothing():
    """Real runs of `-bench` where the package did not build, or has none."""
    for name in (
        "go-etcd/22869c3.go1.27.bench.txt",
        "go-etcd/d02e337.go1.27.bench.txt",
        "pairs/go-reviewdog/base/bench.txt",
        "pairs/go-reviewdog/head/bench.txt",
    ):
        assert read(name).benchmarks is None
