"""Shapes of JSON results that the samples do not show, by hand from the formats' pages; broken and hostile ones."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.core.model.errors import ReportError
from bot.core.model.suites import LONGEST_MESSAGE, Case, Outcome
from bot.core.parse.report import parse_report
from tests.core.parse.reading import SAMPLES, read, refusal

FAILED, PASSED, ERRORED, SKIPPED = Outcome.FAILED, Outcome.PASSED, Outcome.ERRORED, Outcome.SKIPPED


def cases(value: Any) -> list[Case]:
    return list(read(value if isinstance(value, str) else json.dumps(value)).suites.cases)


def ctrf(*tests: dict[str, Any], **summary: int) -> dict[str, Any]:
    counts = {"tests": len(tests), "passed": 0, "failed": 0, "skipped": 0, "pending": 0, "other": 0} | summary
    return {"reportFormat": "CTRF", "results": {"tool": {"name": "x"}, "summary": counts, "tests": list(tests)}}


def events(*lines: dict[str, Any], done: bool | None = True) -> str:
    """A run of Dart's test runner."""
    first = {"protocolVersion": "0.1.1", "runnerVersion": "1.25.0", "pid": 1, "type": "start", "time": 0}
    suite = {"suite": {"id": 0, "platform": "vm", "path": "test/a_test.dart"}, "type": "suite", "time": 0}
    last = [{"success": done, "type": "done", "time": 99}] if done is not None else []
    return "\n".join(json.dumps(event) for event in (first, suite, *lines, *last)) + "\n"


def started(number: int, **more: Any) -> dict[str, Any]:
    return {
        "test": {"id": number, "name": f"t{number}", "suiteID": 0, "groupIDs": []} | more,
        "type": "testStart",
        "time": 10,
    }


def ended(number: int, result: str = "success", **more: Any) -> dict[str, Any]:
    base = {"testID": number, "result": result, "skipped": False, "hidden": False, "type": "testDone", "time": 35}
    return base | more


def test_hidden_tests_of_dart_do_not_count():
    """Unless they failed: then a file could not be loaded."""
    assert cases(events(started(1), ended(1, hidden=True), started(2), ended(2)))[0].name == "t2"
    broken = {"testID": 1, "error": "cannot load", "stackTrace": "", "isFailure": False, "type": "error", "time": 3}
    (one,) = cases(events(started(1), broken, ended(1, "error", hidden=True), done=False))
    assert (one.outcome, one.message, one.suite) == (ERRORED, "cannot load", "test/a_test.dart")


def test_a_test_of_dart_has_its_place_in_its_own_file():
    """The root of a test that another file declares."""
    place = {"url": "package:checks/all.dart", "line": 7, "root_url": "file:///w/a%20b_test.dart", "root_line": 12}
    (one,) = cases(events(started(1, **place), ended(1)))
    assert (one.file, one.line, one.duration_us) == ("/w/a b_test.dart", 12, 25_000)


def test_flutters_own_events_and_other_lines_are_passed_over():
    """They stand between the runner's."""
    noise = '[{"event":"test.startedProcess","params":{}}]\nBuilding...\n'
    assert (
        len(
            cases(
                "Downloading...\n"
                + events(started(1)).replace('{"success"', noise + json.dumps(ended(1)) + '\n{"success"')
            )
        )
        == 1
    )


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (events(started(1), ended(1), done=None), "it ends before the run is done"),
        (events(ended(1)), "test 1 is done and never started"),
        (events(started(1), ended(1) | {"result": None}), "test 1 is done without a result"),
        (events(started(1), ended(1, "other")), "it is not what Dart's test runner writes: Invalid enum value 'other'"),
    ],
)
def test_a_run_of_dart_that_is_not_whole_is_refused(text: str, reason: str):
    """What did not end may have failed."""
    assert refusal(text).reason.startswith(reason)


def test_a_run_of_dart_that_failed_is_never_green():
    """A test that was never done is in error; a failed run without any is one of its own."""
    (torn,) = cases(events(started(1), done=False))
    assert (torn.outcome, torn.message) == (ERRORED, "it did not come to its end")
    _, failed = cases(events(started(1), ended(1), done=False))
    assert (failed.outcome, failed.synthetic) == (ERRORED, True)


def test_ctrf_has_five_statuses():
    """What is none of the first four is never green."""
    statuses = ["passed", "failed", "skipped", "pending", "other"]
    found = cases(ctrf(*({"name": name, "status": name, "duration": 1.5} for name in statuses)))
    assert [one.outcome for one in found] == [PASSED, FAILED, SKIPPED, SKIPPED, ERRORED]
    assert {one.duration_us for one in found} == {1500}


@pytest.mark.parametrize(
    ("said", "suite"),
    [({"suite": "a"}, "a"), ({"suite": ["a", "b"]}, "a > b"), ({"filePath": "x.js"}, "x.js"), ({}, "")],
)
def test_ctrf_names_suites_in_two_shapes(said: dict[str, Any], suite: str):
    """A text, a list, or nothing: then the file."""
    assert cases(ctrf({"name": "t", "status": "passed", "duration": 1} | said))[0].suite == suite


@pytest.mark.parametrize(
    ("said", "attempts"),
    [
        ({"retries": 2}, (FAILED, FAILED, PASSED)),
        ({"flaky": True}, (FAILED, PASSED)),
        ({"retries": 1, "retryAttempts": [{"attempt": 1, "status": "failed"}]}, (FAILED, PASSED)),
        (
            {"retries": 1, "retryAttempts": [{"attempt": 1, "status": "other"}, {"attempt": 2, "status": "passed"}]},
            (ERRORED, PASSED),
        ),
        ({"retries": 0, "flaky": False}, ()),
        ({"retries": 1 << 40}, (FAILED,) * 100 + (PASSED,)),
    ],
)
def test_ctrf_tells_of_tries(said: dict[str, Any], attempts: tuple[Outcome, ...]):
    """One by one, by their number, or only that there were any."""
    assert cases(ctrf({"name": "t", "status": "passed", "duration": 1} | said))[0].attempts == attempts


def test_a_report_that_counts_more_than_it_lists_is_cut():
    """Of every format that counts."""
    jest = {"numFailedTestSuites": 0, "numTotalTests": 3, "testResults": [], "success": True}
    mocha = {"stats": {"suites": 1, "tests": 2, "passes": 2, "pending": 0, "failures": 0}, "tests": []}
    rspec = {"version": "3.12", "examples": [], "summary": {"example_count": 4, "failure_count": 0}, "summary_line": ""}
    report = {"created": 1, "exitcode": 0, "root": "/", "summary": {"total": 5}, "tests": []}
    reasons = [refusal(json.dumps(value)).reason for value in (ctrf(tests=1), jest, mocha, rspec, report)]
    assert reasons == [
        "it counts 1 tests and lists 0",
        "it counts 3 tests and lists 0",
        "it counts 2 tests and lists 0",
        "it counts 4 examples and lists 0",
        "it counts 5 tests and lists 0",
    ]


def test_a_failed_run_of_jest_is_never_green():
    """Interrupted, or failed for what is no test."""
    base = {"numFailedTestSuites": 0, "numTotalTests": 0, "testResults": [], "success": True}
    assert cases(base) == []
    assert cases(base | {"wasInterrupted": True})[0].message == "it was interrupted"
    assert cases(base | {"success": False})[0].message == "the runner says that it failed"


def test_a_run_of_pytest_that_was_broken_off_is_never_green():
    """By its exit status."""
    report = {"created": 1, "exitcode": 3, "root": "/", "summary": {"total": 0}, "tests": []}
    assert cases(report)[0].message == "pytest ended with status 3"
    assert cases(report | {"exitcode": 5}) == []


def test_rust_suites_may_be_unfinished_or_fail_without_a_test():
    """Nextest names them; another suite's beginning ends one that has no end."""
    begin = {"type": "suite", "event": "started", "test_count": 1, "nextest": {"crate": "shop", "test_binary": "api"}}
    test = [{"type": "test", "event": "started", "name": "a"}, {"type": "test", "event": "ok", "name": "a"}]
    end = {"type": "suite", "event": "failed", "passed": 1, "failed": 0}
    text = "\n".join(json.dumps(event) for event in (begin, *test, end, begin, *test, begin, *test))
    found = cases("   Compiling shop\n" + text)
    assert [(one.suite, one.name, one.outcome) for one in found] == [
        ("shop::api", "a", PASSED),
        ("shop::api", "the suite", ERRORED),
    ] + [("shop::api", "a", PASSED), ("shop::api", "the suite", ERRORED)] * 2
    missing = "\n".join(json.dumps(event) for event in (begin | {"test_count": 9}, *test, end))
    assert refusal(missing).reason == "it counts 9 tests and lists 1"


def test_a_mocha_test_may_fail_under_the_name_of_a_pending_one():
    """Names are not unique: each failure is told once."""
    failing = {"title": "a", "fullTitle": "a", "err": {"message": "m", "actual": "1", "expected": "2"}}
    resting = {"title": "a", "fullTitle": "a", "err": {}}
    stats = {"suites": 1, "tests": 2, "passes": 0, "pending": 1, "failures": 1}
    value = {"stats": stats, "tests": [failing, resting], "pending": [resting], "failures": [failing], "passes": []}
    assert [one.outcome for one in cases(value)] == [FAILED, SKIPPED]


@pytest.mark.parametrize(
    "name",
    [
        "mocha/all.json",
        "jest/all.json",
        "vitest/all.json",
        "playwright/tests.json",
        "rspec/all.json",
        "pytest-json/all.json",
        "ctrf/mocha.json",
    ],
)
def test_results_that_are_cut_are_refused(name: str):
    """Wherever they end."""
    data = (SAMPLES / name).read_bytes().rstrip()
    for cut in (len(data) // 2, len(data) - 1):
        with pytest.raises(ReportError) as caught:
            parse_report(Path(name).name, iter([data[:cut]]))
        assert caught.value.line == data[:cut].rstrip().count(b"\n") + 1


@pytest.mark.parametrize(
    ("test", "reason"),
    [
        ({"duration": 1e300}, "it is not what a CTRF reporter writes: Expected `float` <= "),
        ({"line": 1 << 50}, "1125899906842624 is not a line of any file"),
        ({"name": None}, "it is not what a CTRF reporter writes: Expected `str`, got `null`"),
        ({"status": "green"}, "it is not what a CTRF reporter writes: Invalid enum value 'green'"),
    ],
)
def test_what_no_runner_writes_is_refused(test: dict[str, Any], reason: str):
    """Numbers beyond any run, other types, outcomes that nobody knows."""
    assert refusal(json.dumps(ctrf({"name": "t", "status": "passed", "duration": 1} | test))).reason.startswith(reason)


def test_texts_are_cut_and_a_clock_may_go_back():
    """A bounded case, however long its parts."""
    long = {
        "name": "n" * 9000,
        "status": "failed",
        "duration": -5,
        "message": "m" * 9000,
        "trace": "t" * 9000,
        "line": 0,
    }
    (one,) = cases(ctrf(long))
    assert (len(one.name), len(one.message), len(one.detail)) == (4096, LONGEST_MESSAGE, 4000)
    assert (one.duration_us, one.line) == (None, None)


def test_rust_tests_that_are_slow_or_torn():
    """A warning that a test is slow is no result; a suite may close over one that never ended."""
    lines = [
        {"type": "suite", "event": "started", "test_count": 2},
        {"type": "test", "event": "started", "name": "slow"},
        {"type": "test", "event": "timeout", "name": "slow"},
        {"type": "test", "event": "ok", "name": "slow"},
        {"type": "test", "event": "started", "name": "torn"},
        {"type": "suite", "event": "failed", "passed": 1, "failed": 1},
        {"type": "suite", "event": "started", "test_count": 0},
        {"type": "suite", "event": "failed", "passed": 0, "failed": 0},
        {"type": "report", "total_time": 1.0},
    ]
    found = cases("\n".join(map(json.dumps, lines)))
    assert [(one.name, one.outcome, one.synthetic) for one in found] == [
        ("slow", PASSED, False),
        ("torn", ERRORED, False),
        ("the suite", ERRORED, True),
    ]


def test_other_json_with_mochas_totals_is_not_taken_for_it():
    """Mochawesome has the same totals above other lists."""
    stats = {"suites": 1, "tests": 1, "passes": 1, "pending": 0, "failures": 0}
    assert refusal(json.dumps({"stats": stats, "results": [{"suites": []}]})).reason
