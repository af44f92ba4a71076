"""Logs of jobs: whatever evidence is in them, and none where there is none."""

from io import BytesIO
from time import process_time

import pytest

from bot.core.model.errors import UnknownFormat
from bot.core.model.suites import Outcome
from bot.core.parse.report import parse_report
from tests.core.parse.reading import read

RACE = "==================\nWARNING: DATA RACE\nRead at 0x00c000018238 by goroutine 8:\n  main.run()\n      /x/main.go:3 +0x1\n==================\n"
BENCHMARKS = "goos: linux\ngoarch: amd64\npkg: example.com/p\nBenchmarkA-2 \t 1000\t 12.5 ns/op\n"
NOISE = "".join(f"2026/01/01 line {number}\n" for number in range(1_000))


@pytest.mark.parametrize(
    "text", [NOISE, "[INFO] Scanning for projects...\n[INFO] BUILD SUCCESS\n", "ok\nFAIL\n1..\n", "\n"]
)
def test_a_text_without_evidence_is_no_report(text: str):
    """It is left, as a file that nobody asked for."""
    with pytest.raises(UnknownFormat):
        parse_report("notes.txt", BytesIO(text.encode()))


@pytest.mark.parametrize("text", ["", "{}\n", "<a/>", "a\0b=== RUN   TestA\n"])
def test_what_is_no_text_is_not_searched(text: str):
    """Nothing, JSON, XML and binaries have readers of their own or none."""
    with pytest.raises(UnknownFormat):
        parse_report("notes.bin", BytesIO(text.encode()))


@pytest.mark.parametrize("before", ["", NOISE, "[INFO] Starting\n"])
def test_a_race_is_found_in_any_log(before: str):
    """A server that was built with -race and driven by tests in another language."""
    report = read(before + RACE + NOISE)
    assert report.format == "log"
    assert report.suites is not None
    assert [race.accesses[0].frames[0].function for race in report.suites.races] == ["main.run"]
    assert report.suites.cases == ()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "failure",
    [
        "=== RUN   TestA\n--- FAIL: TestA (0.00s)\nFAIL\nFAIL\texample.com/p\t0.01s\n",
        '{"Action":"run","Package":"p","Test":"T"}\n{"Action":"fail","Package":"p","Test":"T"}\n{"Action":"fail","Package":"p"}\n',
    ],
)
def test_what_powershell_redirects_is_read(encoding: str, failure: str):
    """It writes UTF-16 under a mark: a failure in it is no file to pass over. Noise in it still is."""
    found = read("\ufeff".encode(encoding) + (NOISE * 20 + failure).encode(encoding)).suites
    assert found is not None
    assert [case.outcome for case in found.cases] == ["failed"]
    with pytest.raises(UnknownFormat):
        parse_report("notes.txt", BytesIO("\ufeff".encode(encoding) + NOISE.encode(encoding)))


@pytest.mark.parametrize(
    "said",
    [
        "go: go.mod requires go >= 1.99 (running go 1.27.3; GOTOOLCHAIN=local)",
        "go: errors parsing go.mod:\ngo.mod:3: invalid go version 'abc': must match format 1.23.0",
        "go: go.mod file not found in current directory or any parent directory; see 'go help modules'",
        "go: -race requires cgo; enable cgo by setting CGO_ENABLED=1",
        "go: inconsistent vendoring in /tmp/m:",
    ],
)
@pytest.mark.parametrize("before", ["", "go: downloading example.com/q v1.0.0\n", "ok  \texample.com/p\t0.1s\n"])
def test_a_go_command_that_came_to_no_package_failed(said: str, before: str):
    """One leg of a matrix whose Go is too old tested nothing, though its step may be green behind a pipe."""
    found = read(f"{before}{said}\n").suites
    assert found is not None
    assert [(case.suite, case.outcome, case.message) for case in found.cases if case.bad] == [
        ("go", Outcome.ERRORED, said.partition("\n")[0])
    ]


def test_what_the_go_command_fetches_is_no_result():
    """It says so of each module, and warns; a test may print that it failed."""
    fetched = "go: downloading example.com/q v1.0.0\ngo: finding module\ngo: warning: it matched no packages\n"
    with pytest.raises(UnknownFormat):
        read(fetched)
    printed = "=== RUN   TestA\ngo: go.mod requires go >= 1.99 (running go 1.27.3)\n--- PASS: TestA (0.00s)\nPASS\n"
    found = read(f"{printed}ok  \texample.com/p\t0.1s\n").suites
    assert found is not None
    assert [(case.name, case.outcome) for case in found.cases] == [("TestA", Outcome.PASSED)]


def test_a_package_that_fails_behind_events_is_a_failed_case():
    """Two commands append to one file: events first, which say what the file is, and then what is meant for people."""
    events = "".join(
        f'{{"Action":"{action}","Package":"example.com/p"{test}}}\n'
        for action, test in (("run", ',"Test":"TestA"'), ("pass", ',"Test":"TestA"'), ("pass", ""))
    )
    text = "=== RUN   TestB\n--- FAIL: TestB (0.00s)\nFAIL\nFAIL\texample.com/q\t0.01s\nFAIL\n"
    for many in (1, 100):  # more events than are looked at to say what the file is
        found = read(events * many + text).suites
        assert found is not None
        assert [(case.suite, case.bad) for case in found.cases] == [("example.com/p", False), ("example.com/q", True)]


def test_benchmarks_in_a_log_are_measures():
    """Alone, a run of benchmarks is no run of tests: a package that passed in it is no passed test."""
    report = read(f"{NOISE}{BENCHMARKS}PASS\nok  \texample.com/p\t0.1s\n")
    assert report.format == "go-bench"
    assert report.benchmarks is not None
    assert report.suites is None


def test_a_package_that_fails_beside_benchmarks_is_a_failed_case():
    """What was measured is kept, and the failure is not lost."""
    report = read(f"{BENCHMARKS}PASS\nok  \texample.com/p\t0.1s\nFAIL\texample.com/q [build failed]\nFAIL\n")
    assert report.format == "go-test-text"
    assert report.benchmarks is not None
    assert report.suites is not None
    assert [(case.suite, case.outcome) for case in report.suites.cases] == [("example.com/q", Outcome.ERRORED)]


def test_a_race_beside_benchmarks_is_kept():
    """The package may even pass."""
    report = read(f"{BENCHMARKS}{RACE}PASS\nok  \texample.com/p\t0.1s\n")
    assert report.format == "go-bench"
    assert report.suites is not None
    assert [race.suite for race in report.suites.races] == ["example.com/p"]


def test_tap_in_a_log_is_read():
    """A plan in a line of its own begins it."""
    report = read(f"{NOISE}TAP version 13\n1..2\nok 1 - adds\nnot ok 2 - fails\n")
    assert report.format == "tap"
    assert report.suites is not None
    assert [case.outcome for case in report.suites.cases] == [Outcome.PASSED, Outcome.FAILED]


def test_a_hostile_log_ends_within_bounds():
    """Control characters, broken encodings, endless lines and nesting, numbers beyond reason."""
    text = (
        b"=== RUN   TestA\n\x1b[31m\xff\xfe\x1b]0;title\x07 \x00 \r\n"
        b"--- FAIL: TestA (99999999999999999999999s)\n"
        + b"    " * 10_000
        + b"--- FAIL: TestA (1.5s)\n"
        + b"x" * 700_000
        + b"\nFound 99999999999999999999999 data race(s)\npanic: "
        + b"y" * 70_000
        + b"\ngoroutine 1 [running]:\n"
        + b"\t/a.go:99999999999999999999 +0x1\n" * 3_000
        + b"FAIL\tp\t0.1s\n"
    )
    report = parse_report("job.log", BytesIO(text))
    assert report.suites is not None
    assert [case.outcome for case in report.suites.cases] == [Outcome.ERRORED]
    assert len(report.suites.cases[0].message) <= 1_000


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"=== RUN   Test{n}\n--- PASS: Test{n} (0.00s)\n" for n in range(5_000))
        + "=== RUN   TestOpen\n"
        + "PASS\nok  \tp\t0.1s\n" * 5_000,
        "".join(f"--- PASS: Test{n} (0.00s)\n" for n in range(5_000))
        + 'PASS\n{ "Action":"x"\n' * 5_000
        + "ok  \tp\t0.1s\n",
        f"=== RUN   Test{'/' * 60_000}\n" * 200 + "--- FAIL: x (0s)\n" * 5_000 + "FAIL\tp\t0.1s\n",
        "TAP version 14\n1..5000\n" + "".join(f"    ok {n} - a\nok {n} - b\n" for n in range(5_000)),
    ],
)
def test_a_log_that_is_made_to_take_long_does_not(text: str):
    """Neither many open tests, nor many results of none, nor names of slashes make the work grow faster than the log."""
    began = process_time()
    assert read(text, "job.log").suites is not None
    assert process_time() - began < 2
