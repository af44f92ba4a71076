"""Benchmark formats, by small files of the project's own: what each measure is, and what is refused."""

import io
import json

import pytest

from bot.core.model.benchmarks import Benchmark, Direction, Measure
from bot.core.model.evidence import Report
from bot.core.model.suites import Outcome
from bot.core.parse.report import parse_report
from tests.core.parse.reading import SAMPLES, refusal

LOWER, HIGHER, UNKNOWN = Direction.LOWER, Direction.HIGHER, Direction.UNKNOWN


def sample(path: str) -> Report:
    with (SAMPLES / path).open("rb") as file:
        return parse_report(path, file)


def found(path: str) -> dict[tuple[str, str], dict[str, Measure]]:
    """The measures of each benchmark in a sample."""
    report = sample(path)
    assert report.benchmarks is not None
    return {benchmark.key: benchmark.measures for benchmark in report.benchmarks.benchmarks}


def only(path: str) -> Benchmark:
    report = sample(path)
    assert report.benchmarks is not None
    (benchmark,) = report.benchmarks.benchmarks
    return benchmark


def gated(measures: dict[str, Measure]) -> set[str]:
    return {name for name, measure in measures.items() if measure.gated}


FORMATS = {
    "go-bench/cpus.txt": ("go-bench", 4),
    "pytest-benchmark/report.json": ("pytest-benchmark", 3),
    "google-benchmark/repetitions.json": ("google-benchmark", 3),
    "google-benchmark/aggregates.json": ("google-benchmark", 2),
    "google-benchmark/one-error.json": ("google-benchmark", 3),
    "hyperfine/two-commands.json": ("hyperfine", 4),
    "criterion/stdout.txt": ("criterion", 2),
    "criterion/messages.ndjson": ("criterion", 1),
    "criterion/target/criterion/fib/10/new/estimates.json": ("criterion", 1),
    "criterion/target/criterion/fib/10/new/sample.json": ("criterion", 1),
    "libtest-bench/cargo.txt": ("libtest-bench", 2),
    "jmh/modes.json": ("jmh", 1),
    "k6/handle-summary.json": ("k6", 9),
    "k6/summary-export.json": ("k6", 4),
    "benchmarkdotnet/two-jobs.json": ("benchmarkdotnet", 2),
    "catch2/console.txt": ("catch2", 2),
    "benchmarkjs/cycles.txt": ("benchmark.js", 2),
    "vitest-bench/report.json": ("vitest-bench", 2),
    "vitest-bench/tinybench.json": ("tinybench", 2),
    "bmf/mixed.json": ("bmf", 2),
    "custom-benchmark/entries.json": ("custom-benchmark", 4),
    "custom-benchmark/data.js": ("gh-pages-benchmark", 2),
    "benchmark-ips/entries.json": ("benchmark-ips", 1),
}


@pytest.mark.parametrize("path", FORMATS)
def test_each_format_is_known_by_its_content(path: str):
    """The name of the file says nothing; every benchmark in it is counted."""
    with (SAMPLES / path).open("rb") as file:
        report = parse_report(path if path.startswith("criterion/target") else "anything", file)
    assert report.benchmarks is not None
    assert (report.format, len(report.benchmarks.benchmarks)) == FORMATS[path]


def test_a_process_of_pytest_gives_one_median():
    """Its rounds are no independent samples; they give percentiles where there are enough, 120 for p99 and not p999."""
    report = found("pytest-benchmark/report.json")
    total = report["test_speed.py", "test_sum"]
    assert total["time"] == Measure(unit="s", direction=LOWER, samples=(1.5303998225135728e-06,))
    assert set(total) == {"time", "mean", "min", "max", "p50", "p95", "p99"}
    assert gated(total) == {"time"}
    assert set(report["test_speed.py", "test_sort[10]"]) == {"time", "mean", "min", "max", "p50"}


def test_repetitions_of_google_benchmark_are_samples_and_aggregates_are_not():
    """Counters of the user's own have no known direction."""
    copy = found("google-benchmark/repetitions.json")["", "Copy/8"]
    assert {name: (measure.unit, measure.direction, len(measure.samples)) for name, measure in copy.items()} == {
        "time": ("us", LOWER, 3),
        "cpu_time": ("us", LOWER, 3),
        "bytes_per_second": ("B/s", HIGHER, 3),
        "rows": ("", UNKNOWN, 3),
    }
    assert gated(copy) == {"time"}
    assert len(found("google-benchmark/aggregates.json")["", "Copy/8"]["time"].samples) == 1


def test_a_benchmark_that_stopped_with_an_error_is_an_errored_case():
    """It has no measure; without the case, nobody would miss it."""
    report = sample("google-benchmark/one-error.json")
    assert report.suites is not None
    (case,) = report.suites.cases
    assert (case.name, case.outcome, case.message) == ("Broken", Outcome.ERRORED, "no device")


def test_every_run_of_hyperfine_is_a_sample_and_a_failing_command_is_none():
    """A parameter that a command does not show is in its name."""
    report = found("hyperfine/two-commands.json")
    assert [name for _, name in report] == ["true (n=1)", "sleep 0.001", "true (n=2)", "sleep 0.002"]
    assert len(report["", "sleep 0.001"]["time"].samples) == 6
    assert refusal((SAMPLES / "hyperfine/failing.json").read_bytes()).reason == (
        "the command 'false' failed with exit status 1"
    )


def test_criterion_prints_its_estimate_between_its_bounds():
    """The change to an earlier run is not a measurement; a long name stands on a line of its own."""
    report = found("criterion/stdout.txt")
    assert report["", "fib 10"]["time"] == Measure(unit="ns", direction=LOWER, samples=(118.31,))
    long = report["", "sum of many bytes/iterator/1024"]
    assert long["time"] == Measure(unit="µs", direction=LOWER, samples=(1.0211,))
    assert long["throughput"] == Measure(unit="MiB/s", direction=HIGHER, samples=(956.39,), gated=False)


def test_folders_name_what_criterion_left_on_disk():
    """Each way of reading it finds the same benchmark; the copies of earlier runs are not read."""
    folder = "criterion/target/criterion/fib/10"
    read = [only("criterion/messages.ndjson"), only(f"{folder}/new/estimates.json"), only(f"{folder}/new/sample.json")]
    assert [(each.name, each.measures["time"].samples) for each in read] == [
        ("fib/10", (118.31,)),
        ("fib/10", (118.31,)),
        ("fib/10", (118.6,)),  # 11900/100, 23640/200, 35400/300 and 47600/400 have their median there
    ]
    for old in ("base", "change"):
        text = (SAMPLES / folder / old / "estimates.json").read_bytes()
        assert "earlier run" in refusal(text, f"{folder}/{old}/estimates.json").reason


def test_forks_of_jmh_are_samples_and_its_modes_are_measures():
    """One median a fork; of a single fork its iterations; the unit knows which way is better."""
    sort = only("jmh/modes.json")
    assert sort.key == ("org.example.Sort", "sort (size=10)")
    assert sort.measures["time"] == Measure(unit="us/op", direction=LOWER, samples=(2.2, 2.7))
    assert sort.measures["throughput"] == Measure(unit="ops/ms", direction=HIGHER, samples=(390.0, 400.0, 410.0))
    assert sort.measures["time (sample)"].samples == (2.0, 2.0)
    assert sort.measures["p999"].samples == (9.0,)
    assert gated(sort.measures) == {"time", "throughput", "time (sample)"}


def test_k6_is_judged_by_its_95th_percentile():
    """Both shapes say the same of what they share; parts of a request and tagged metrics are only shown."""
    whole, flat = found("k6/handle-summary.json"), found("k6/summary-export.json")
    duration = whole["", "http_req_duration"]
    assert (
        duration["p95"] == flat["", "http_req_duration"]["p95"] == Measure(unit="ms", direction=LOWER, samples=(40.5,))
    )
    assert duration["p999"].samples == (201.5,)
    assert gated(duration) == {"p95"}
    assert whole["", "http_reqs"]["rate"] == flat["", "http_reqs"]["rate"]
    assert whole["", "http_req_failed"]["rate"] == flat["", "http_req_failed"]["rate"]
    assert {name: measures["rate"].direction for (_, name), measures in whole.items() if "rate" in measures} == {
        "http_reqs": HIGHER,
        "http_req_failed": LOWER,
        "checks": HIGHER,
        "data_received": UNKNOWN,
    }
    assert not gated(whole["", "http_req_duration{expected_response:true}"])
    assert not gated(whole["", "http_req_waiting"])


def test_jobs_of_benchmarkdotnet_are_told_apart_without_their_random_names():
    """The iterations are samples, allocated bytes are exact; one without statistics did not run."""
    report = found("benchmarkdotnet/two-jobs.json")
    first, second = "Sort(N: 10) [Job(Runtime=.NET 8.0)]", "Sort(N: 10) [Job(Runtime=.NET 9.0)]"
    assert list(report) == [("Sample.Sorting", first), ("Sample.Sorting", second)]
    sort = report["Sample.Sorting", first]
    assert sort["time"].samples == (20.5, 21.5, 22.5)
    assert sort["bytes"] == Measure(unit="B", direction=LOWER, samples=(64.0,), exact=True)
    suites = sample("benchmarkdotnet/two-jobs.json").suites
    assert suites is not None
    assert [(case.name, case.outcome) for case in suites.cases] == [("Crash", Outcome.ERRORED)]


def test_a_name_that_catch2_wraps_is_put_together():
    """Over as many lines as its table needed; its test case is the group."""
    long = "a name that is so long that the reporter of Catch2 wraps it over two lines of its table"
    assert found("catch2/console.txt") == {
        ("Fibonacci", "fib 10"): {"time": Measure(unit="ns", direction=LOWER, samples=(193.106,))},
        ("Fibonacci", long): {"time": Measure(unit="us", direction=LOWER, samples=(2.06367,))},
    }


def test_vitest_and_tinybench_have_a_median_and_percentiles():
    """Milliseconds; the rate restates the time."""
    bench = found("vitest-bench/report.json")["fib.bench.js > fib", "recursive 10"]
    assert bench["time"] == Measure(unit="ms", direction=LOWER, samples=(0.00040099999998233216,))
    assert gated(bench) == {"time"}
    assert {"p75", "p99", "p995", "p999", "throughput"} <= set(bench)
    assert found("vitest-bench/tinybench.json")["", "fib 10"]["time"].samples == (0.0003909999999933689,)


def test_bencher_format_knows_its_own_measures_only():
    """Nobody knows which way warmth is better."""
    report = found("bmf/mixed.json")
    assert report["", "encode"]["latency"] == Measure(unit="ns", direction=LOWER, samples=(88.5,))
    assert report["", "encode"]["throughput"] == Measure(unit="ops/s", direction=HIGHER, samples=(5.55,))
    assert report["", "decode"]["file-size"].exact
    assert report["", "decode"]["Warmth"] == Measure(unit="", direction=UNKNOWN, samples=(3.5,), gated=False)


def test_hits_of_caches_have_no_better_way():
    """What is read from a cache and no more from memory adds to them."""
    names = ("Instructions", "L1 Hits", "l2-hits", "LL Hits", "RAM Hits")
    made = json.dumps({"encode": {name: {"value": 10} for name in names}}).encode()
    report = parse_report("bmf.json", io.BytesIO(made))
    assert report.benchmarks is not None
    directions = [one.direction for one in report.benchmarks.benchmarks[0].measures.values()]
    assert directions == [LOWER, UNKNOWN, UNKNOWN, UNKNOWN, LOWER]


def test_custom_entries_go_by_their_unit_and_history_by_its_tool():
    """Free memory is no cost; the newest entry of each suite is read."""
    entries = {
        name: next(iter(measures.items())) for (_, name), measures in found("custom-benchmark/entries.json").items()
    }
    assert {name: (measure, is_.direction) for name, (measure, is_) in entries.items()} == {
        "startup": ("time", LOWER),
        "requests": ("throughput", HIGHER),
        "free memory": ("bytes", UNKNOWN),
        "score": ("value", UNKNOWN),
    }
    history = found("custom-benchmark/data.js")
    assert history["Speed", "BenchmarkA"]["time"].samples == (250.0,)
    assert history["Scores", "score"]["value"].direction is HIGHER


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"results": [], "x": {"command": 1}}', None),
        ('{"machine_info": {"python_implementation": "CPython"}, "benchmarks": []}', "it holds no benchmark"),
        ('{"context": {"num_cpus": 2}, "benchmarks": []}', "it holds no benchmark"),
        ('{"files": [{"groups": []}]}', "it holds no benchmark"),
        ('{"HostEnvironmentInfo": {}, "Benchmarks": []}', "it holds no benchmark"),
        ('window.BENCHMARK_DATA = {"entries": {}}', "it holds no benchmark"),
        ('{"results": [{"command": "x", "median": -1, "times": [-1.0]}]}', "'x' took -1.0 's', which is less than no time"),
        ('[{"name": "x", "unit": "ms", "value": "fast"}]', "'x' has the value 'fast', which is no number"),
        ('[{"name": "x", "unit": "ms", "value": "nan"}]', "'x' has nan 'ms', which is no number"),
        ('[{"name": " ", "unit": "ms", "value": 1}]', "a benchmark has no name"),
        ('[{"name": "\\ud800", "unit": "ms", "value": 1}]', None),
        ('{"a": {"latency": {"value": 1e999}}}', None),
        ('{"a": {"latency": {"value": NaN}}}', None),
        ('{"a": {"latency": {"value": 1}}, "b": ', None),
        ('{"context": {"num_cpus": 2}, "benchmarks": [{"name": "x", "real_time": ' + "9" * 400 + "}]}", None),
        ('{"context": {"num_cpus": 2}, "benchmarks": [{"name": "x", "time_unit": "ns"}]}', "'x' has no 'real_time'"),
        ('[{"jmhVersion": "1", "benchmark": "a.b", "mode": "avgt", "primaryMetric": {"score": "NaN", "scoreUnit": "s/op"}}]', "'b' has a measurement that is no number"),
        ('{"metrics": {"http_reqs": {"count": 1e999}}}', None),
        ('{"context": {"num_cpus": 2, "x": ' + "[" * 5000 + "]" * 5000 + '}, "benchmarks": []}', None),
        ("test a ... bench: 1.2.3 ns/iter (+/- 1)", "'1.2.3' is not a number"),
        ("test a ... bench: 12 ns/iter (+/- 1)\ntest b ... FAILED", "'b' failed"),
        ("        time:   [1 ns 2 ns 3 ns]", "an estimate has no benchmark's name before it"),
        ("a x 12 ops/sec ±1% (3 runs sampled)\nb: TypeError: no\n", "'b' failed: 'TypeError: no'"),
        ("test a ... bench: soon\ntest b ... bench: 1 (", "it holds no benchmark"),
        ('{"files": [{"groups": [{"fullName": "g", "benchmarks": [{"name": "x", "samples": []}]}]}]}', "'x' was not measured"),
        ('[{"name": "x", "cycles": 3, "ips": null}]', "'x' was not measured"),
        ('{"sampling_mode": "Flat", "iters": [0], "times": [1]}', "'x' has not one time for every count of iterations"),
        ('{"reason": "benchmark-complete", "id": "x"}', "'x' was not measured"),
        ('{"reason": "group-complete"}', "it holds no benchmark"),
        ('{"context": {"num_cpus": 2}, "benchmarks": [{"name": "x", "error_occurred": true, "error_message": "no"}]}', "'x' did not run: 'no'"),
        ('{"HostEnvironmentInfo": {}, "Benchmarks": [{"FullName": "x", "Statistics": null}]}', "'x' has no statistics: it did not run"),
        ('{"results": [{"command": "x", "median": 1, "exit_codes": [0, null]}]}', "the command 'x' was ended by a signal"),
    ],
)  # fmt: skip
def test_what_cannot_be_believed_is_refused(text: str, reason: str | None):
    """Nothing measured, nothing sensible measured, or not whole: one clear reason, and never another exception."""
    refused = refusal(text, "target/criterion/x/new/sample.json")
    assert reason is None or refused.reason == reason


@pytest.mark.parametrize("rest", ["", "\n" + "." * 79 + "\n", "\n" + "=" * 79 + "\n"])
def test_a_benchmark_of_catch2_without_its_mean_did_not_run(rest: str):
    """It threw: the table ends, or goes on with something else."""
    rule = "-" * 79
    table = f"{rule}\nCase\n{rule}\nbenchmark name   samples   iterations   est run time\nmean\n{rule}\n"
    row = "fib 10        100    208    7.1968 ms"
    assert refusal(table + row + rest).reason.startswith("'fib 10' was not measured")
    assert refusal(f"{table}{row}\n  an exception of type Broken\n").reason.startswith("'fib 10' was not measured")


def test_folders_must_say_what_criterion_measured():
    """Its files alone do not; the one that says it has no measurement, and is left aside."""
    estimates = (SAMPLES / "criterion/target/criterion/fib/10/new/estimates.json").read_bytes()
    assert "keep target/criterion/ as it is" in refusal(estimates, "estimates.json").reason
    identity = (SAMPLES / "criterion/target/criterion/fib/10/new/benchmark.json").read_bytes()
    assert type(refusal(identity)).__name__ == "UnknownFormat"


def test_a_refusal_in_text_has_its_line():
    """The line where it went wrong."""
    assert refusal("\ntest a ... bench: 12 ns/iter (+/- 1)\ntest b ... FAILED\n").line == 3


def test_json_that_merely_looks_alike_is_no_report():
    """Generic shapes are claimed only where everything fits."""
    for text in (
        '{"package": {"version": {"value": 1, "unit": "x"}}}',
        '[{"name": "x", "value": 1, "other": 2}]',
        '{"metrics": {"coverage": 1}}',
        '{"results": [{"id": 1}]}',
    ):
        assert type(refusal(text)).__name__ == "UnknownFormat", text


@pytest.mark.parametrize(
    "start",
    [
        "test a ... bench: 12 ns/iter (+/- 1)",
        "a   time:   [1 ns 2 ns 3 ns]",
        "fib x 12 ops/sec \N{PLUS-MINUS SIGN}1% (3 runs sampled)",
    ],
)
@pytest.mark.timeout(5)
def test_long_lines_take_no_time(start: str):
    """Lines are cut at their marks, rather than searched by patterns that go back and forth."""
    spaces = " " * 60_000
    lines = (
        f"test a{spaces}b ... bench:",
        f"a{spaces}time: [1 ns",
        f"{spaces}a x 1{spaces} ops/sec",
        f"a: {'a' * 60_000}",
    )
    report = parse_report("x", ["\n".join((start, *lines * 20)).encode()])
    assert report.benchmarks is not None
