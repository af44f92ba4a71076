"""Events of ``go test -json``: what a run comes to, by real runs of Go 1.27 and by events written one by one."""

import json

import pytest

from bot.core.model.suites import LONGEST_DETAIL, LONGEST_MESSAGE, Case, Outcome, Suites
from tests.core.parse.reading import SAMPLES, read, read_file, refusal

PASSED, FAILED, ERRORED, SKIPPED = Outcome.PASSED, Outcome.FAILED, Outcome.ERRORED, Outcome.SKIPPED
PACKAGE = "example.com/p"


def sample(name: str) -> Suites:
    suites = read_file(SAMPLES / "go-test" / name).suites
    assert suites is not None
    return suites


def told(*events: dict[str, object] | str) -> Suites:
    """What a file of these *events*, all of one package, comes to; a text is a line that is no event."""
    lines = [
        event if isinstance(event, str) else json.dumps({"Time": "2026-01-01T00:00:00Z", "Package": PACKAGE} | event)
        for event in events
    ]
    report = read("\n".join(lines) + "\n")
    assert report.format == "go-test-json"
    assert report.suites is not None
    return report.suites


def run(test: str, end: str = "", *output: str, elapsed: float = 0.0) -> list[dict[str, object]]:
    """The events of one *test* that prints *output* and ends so, or never."""
    events: list[dict[str, object]] = [{"Action": "run", "Test": test}]
    events += [{"Action": "output", "Test": test, "Output": f"{line}\n"} for line in output]
    return [*events, {"Action": end, "Test": test, "Elapsed": elapsed}] if end else events


def package(end: str, *output: str) -> list[dict[str, object]]:
    lines: list[dict[str, object]] = [{"Action": "output", "Output": f"{line}\n"} for line in output]
    return [*lines, {"Action": end, "Elapsed": 1.5}]


def outcomes(suites: Suites) -> dict[str, Outcome]:
    return {case.name: case.outcome for case in suites.cases}


def by_package(suites: Suites) -> dict[str, dict[str, tuple[Outcome, str]]]:
    found: dict[str, dict[str, tuple[Outcome, str]]] = {}
    for case in suites.cases:
        found.setdefault(case.suite.removeprefix("example.com/lab/"), {})[case.name] = case.outcome, case.message
    return found


def only(suites: Suites) -> Case:
    (case,) = suites.cases
    return case


PANIC = "panic: assignment to entry in nil map"
HUNG = "panic: test timed out after 2s"
EVERYTHING: dict[str, dict[str, tuple[Outcome, str]]] = {
    "parallel": {
        "TestTable/one": (PASSED, ""),
        "TestTable/two_words": (PASSED, ""),
        "TestTable/a/slash": (PASSED, ""),
        "TestTable/#00": (PASSED, ""),
        "TestTable/dup": (FAILED, "got 4"),
        "TestTable/dup#01": (FAILED, "got 5"),
        "TestTable/ünï_<&>": (PASSED, ""),
        "TestAlone/passes": (PASSED, ""),
        "TestAlone": (FAILED, "the parent alone failed"),
        "TestSkips": (SKIPPED, "needs a database"),
        "FuzzText/seed#0": (PASSED, ""),
        "FuzzText/seed#1": (FAILED, '"far too long" is too long'),
        "Example_number": (FAILED, ""),
        "Example_text": (PASSED, ""),
    },
    "forged": {"TestHonest": (PASSED, ""), "TestForger": (PASSED, ""), "TestPretender": (PASSED, "")},
    "panics": {"TestBefore": (PASSED, ""), "TestPanics/fine": (PASSED, ""), "TestPanics/inner": (ERRORED, PANIC)},
    "panics/elsewhere": {"TestWaits": (ERRORED, "panic: in a goroutine")},
    "timeout": {"TestFast": (PASSED, ""), "TestHangs/first": (ERRORED, HUNG), "TestHangs/second": (ERRORED, HUNG)},
    "exits": {"TestExits": (ERRORED, "it did not come to its end")},
    "setup": {"(package)": (ERRORED, "the package failed although none of its tests did: cannot reach the database")},
    "initpanic": {"(package)": (ERRORED, PANIC)},
    "swallowed": {"TestFails": (FAILED, "the status is lost")},
    "broken": {"(package)": (ERRORED, 'cannot use "no" (untyped string constant) as int value in return statement')},
    "user": {"(package)": (ERRORED, 'cannot use "no" (untyped string constant) as int value in return statement')},
    "vetted": {"(package)": (ERRORED, 'fmt.Printf format %d has arg "text" of wrong type string')},
    "missing": {"(package)": (ERRORED, "no required module provides package example.com/nowhere/at/all")},
}


@pytest.mark.parametrize("name", EVERYTHING)
def test_every_way_to_fail_has_its_verdict(name: str):
    """A real run of Go over packages that fail in every way that there is, and over some that only seem to."""
    assert by_package(sample("everything.json"))[name] == EVERYTHING[name]


def test_a_log_with_v_comes_to_the_same():
    """``go test -v`` over the same packages; it does not say which of two packages broke the build of a third."""
    found = by_package(sample("everything-v.log"))
    assert found.pop("user") == {"(package)": (ERRORED, "build failed")}
    assert found == {name: cases for name, cases in EVERYTHING.items() if name != "user"}


def test_packages_without_tests_are_named_among_the_suites():
    """Nothing ran in them, and they are not forgotten."""
    suites = sample("everything.json")
    assert {"example.com/lab/none", "example.com/lab/empty"} <= set(suites.suites)
    assert suites.toolchain == "go"


@pytest.mark.parametrize("name", ["forged-fail.json", "forged-fail-v.log"])
def test_a_test_cannot_say_that_it_or_another_passed_or_failed(name: str):
    """Who prints that it passed, and fails, failed; who prints that all passed, and ends the process, did not pass;
    and no test fails because another one says so.
    """
    found = by_package(sample(name))
    assert found["forged"]["TestPretender"] == (FAILED, "it failed")
    assert found["forged"]["TestHonest"] == (PASSED, "")
    assert "TestNotReal" not in found["forged"]
    assert [outcome for outcome, _ in found["forged/quiet"].values() if outcome is ERRORED] == [ERRORED]


@pytest.mark.parametrize("name", ["late-race.json", "late-race-v.log"])
def test_a_race_after_the_tests_fails_the_package_and_no_test(name: str):
    """All tests passed, the package did not: dorny/test-reporter calls this a success."""
    suites = sample(name)
    assert outcomes(suites) == {"TestStarts": PASSED, "(package)": ERRORED}
    assert suites.cases[-1].synthetic
    assert suites.cases[-1].message == "a data race was reported outside of its tests"
    (race,) = suites.races
    assert {access.frames[0].function for access in race.accesses} == {
        "example.com/lab/late.TestStarts.func1",
        "example.com/lab/late.TestMain",
    }


@pytest.mark.parametrize("name", ["exitcode0-race.json", "exitcode0-race-v.log"])
def test_a_race_is_seen_where_go_was_told_to_pass_all_the_same(name: str):
    """Under GORACE=exitcode=0 the package passes; the race is there."""
    suites = sample(name)
    assert outcomes(suites) == {"TestStarts": PASSED}
    assert len(suites.races) == 1


@pytest.mark.parametrize("name", ["racy-benchmark.json", "racy-benchmark-v.log"])
def test_a_race_in_a_benchmark_fails_the_benchmark(name: str):
    """Go writes no time for it, and no case is made of the benchmark that is fine."""
    suites = sample(name)
    case = only(suites)
    assert (case.name, case.outcome, case.duration_us) == ("BenchmarkRacy", FAILED, None)
    assert [race.case for race in suites.races] == ["BenchmarkRacy"]


@pytest.mark.parametrize("name", ["racy-subtest.json", "racy-subtest-v.log"])
def test_two_races_of_one_test_are_two(name: str):
    """They differ in their frames; the subtest beside them passed."""
    suites = sample(name)
    assert outcomes(suites) == {"TestInSubtest/clean": PASSED, "TestInSubtest/racy": FAILED}
    assert [race.case for race in suites.races] == ["TestInSubtest/racy"] * 2


@pytest.mark.parametrize("name", ["count2.json", "count2-v.log"])
def test_runs_within_one_run_are_attempts_and_the_worst_counts(name: str):
    """``-count=2`` is no second try: a test that failed once failed."""
    found = {case.name: case for case in sample(name).cases}
    assert found["TestSecondTime"].outcome is FAILED
    assert found["TestSecondTime"].attempts == (FAILED, PASSED)
    assert found["TestSecondTime"].message == "not the first time"
    assert found["TestAlways"].attempts == (PASSED, PASSED)


def test_a_second_try_of_what_failed_counts():
    """As gotestsum's ``--rerun-fails`` makes one: the last outcome, all attempts, the message of the failure."""
    found = {case.name: case for case in sample("rerun.json").cases}
    tried = found["TestNeedsSwitch/off"]
    assert (tried.outcome, tried.attempts, tried.flaky) == (PASSED, (FAILED, PASSED), True)
    assert tried.message == "the switch is off"
    assert outcomes(sample("rerun.json")) == {
        "TestNeedsSwitch/off": PASSED,
        "TestNeedsSwitch/any": PASSED,
        "TestOther": PASSED,
    }


def test_a_second_run_of_everything_mends_nothing():
    """Nobody said that it was a second try."""
    found = {case.name: case for case in sample("two-runs.json").cases}
    assert (found["TestNeedsSwitch/off"].outcome, found["TestOther"].attempts) == (FAILED, (PASSED, PASSED))


def test_a_run_that_was_cut_short_cannot_be_mended_by_a_second_try():
    """After the panic further tests were never started: that the one which panicked now passes says nothing of them."""
    suites = told(
        {"Action": "start"},
        *run("TestA", "", "panic: no", "", "goroutine 7 [running]:"),
        *package("fail"),
        {"Action": "start"},
        *run("TestA", "pass"),
        *package("pass", "PASS"),
    )
    assert outcomes(suites) == {"TestA": ERRORED}


def test_a_test_that_failed_by_itself_and_then_passed_with_its_subtests_passed():
    """It failed before it could start them; in the second try it is no case of its own."""
    suites = told(
        *run("TestA", "fail", "    a_test.go:3: no connection"),
        *package("fail"),
        *run("TestA"),
        *run("TestA/one", "pass"),
        {"Action": "pass", "Test": "TestA"},
        *package("pass", "PASS"),
    )
    assert outcomes(suites) == {"TestA": PASSED, "TestA/one": PASSED}


def test_tests_and_benchmarks_of_one_run_are_both_read():
    """The benchmarks are measures, and no cases."""
    report = read_file(SAMPLES / "go-test" / "benchmarks.json")
    assert report.suites is not None
    assert report.benchmarks is not None
    assert outcomes(report.suites) == {"TestNothing": PASSED}
    assert [benchmark.name for benchmark in report.benchmarks.benchmarks] == ["BenchmarkRacy", "BenchmarkClean"]


@pytest.mark.parametrize(("elapsed", "duration"), [(0.003, 3_000), (5.006, 5_006_000), (0.29, 290_000), (0, 0)])
def test_times_are_exact_to_the_microsecond(elapsed: float, duration: int):
    """Whatever a binary fraction makes of them."""
    assert only(told(*run("TestA", "pass", elapsed=elapsed), *package("pass"))).duration_us == duration


@pytest.mark.parametrize("elapsed", [-1, 1e300])
def test_a_time_that_cannot_be_is_none(elapsed: float):
    """The result stands."""
    case = only(told(*run("TestA", "pass", elapsed=elapsed), *package("pass")))
    assert (case.outcome, case.duration_us) == (PASSED, None)


def test_a_failure_is_told_by_what_go_marks_as_its_message():
    """What the test only logged before it is no reason."""
    error = {"Action": "output", "Test": "TestA", "Output": "    a_test.go:9: 3 apples\n", "OutputType": "error"}
    case = only(
        told(
            *run("TestA", "", "    a_test.go:7: expected weather"),
            error,
            {"Action": "fail", "Test": "TestA"},
            *package("fail"),
        )
    )
    assert (case.message, case.file, case.line) == ("3 apples", "a_test.go", 9)
    assert "expected weather" in case.detail


def test_without_marks_the_first_line_that_tells_of_a_failure_is_its_message():
    """Older versions of Go print logs and errors alike."""
    case = only(
        told(
            *run(
                "TestA", "fail", "    a_test.go:7: starting", "    a_test.go:8: got 1, want 2", "    a_test.go:9: bye"
            ),
            *package("fail"),
        )
    )
    assert (case.message, case.line) == ("got 1, want 2", 8)


def test_an_assertion_librarys_words_stand_below_the_place():
    """As testify writes them."""
    output = [
        "    a_test.go:7: ",
        "        \tError Trace:\t/x/a_test.go:7",
        "        \tError:      \tNot equal: ",
        "\t\t1",
    ]
    assert only(told(*run("TestA", "fail", *output), *package("fail"))).message == "Not equal: 1"


def test_a_flood_of_output_is_cut_to_its_end():
    """The end tells why a test failed."""
    output = [f"line {number} {'x' * 200}" for number in range(5_000)]
    case = only(told(*run("TestA", "fail", *output, f"    a_test.go:1: {'y' * 9_000}"), *package("fail")))
    assert len(case.detail) == LONGEST_DETAIL
    assert len(case.message) == LONGEST_MESSAGE
    assert case.detail.endswith("yyy")


def test_output_in_pieces_is_one_line():
    """A result that Go 1.19 wrote behind other output is that of its test."""
    suites = told(
        {"Action": "run", "Test": "TestA"},
        {"Action": "output", "Test": "TestA", "Output": "no line end--- PASS: TestA (0.25s)\n"},
        *package("pass", "PASS"),
    )
    assert (only(suites).outcome, only(suites).duration_us) == (PASSED, 250_000)


def test_an_unended_test_of_a_passed_package_did_not_pass_unless_go_said_so():
    """A process that ends with status 0 in the middle of a test prints no PASS."""
    assert outcomes(told(*run("TestA"), *package("pass"))) == {"TestA": ERRORED}
    assert outcomes(told(*run("TestA"), *package("pass", "PASS"))) == {"TestA": PASSED}


def test_what_was_never_started_is_no_test():
    """Older versions of Go took a printed line for a result; what followed it was printed by the test that ran."""
    suites = told(
        *run("TestA"),
        {"Action": "output", "Test": "TestNotReal", "Output": "--- FAIL: TestNotReal (0.00s)\n"},
        {"Action": "output", "Test": "TestNotReal", "Output": "    a_test.go:5: got 3\n"},
        {"Action": "fail", "Test": "TestNotReal", "Elapsed": 0},
        {"Action": "fail", "Test": "TestA", "Elapsed": 0},
        *package("fail"),
    )
    assert (only(suites).name, only(suites).message) == ("TestA", "got 3")


def test_without_starts_a_failed_packages_word_decides():
    """Events made of the output of ``go test`` without ``-v`` name failed tests alone, parents before their parts."""
    failures = [{"Action": "fail", "Test": name, "Elapsed": 0.0} for name in ("TestA/b", "TestA")]
    assert outcomes(told(*failures, *package("fail"))) == {"TestA/b": FAILED}
    assert told(*failures, *package("pass")).cases == ()


def test_two_results_of_one_test_are_settled_by_its_package():
    """A test that prints its own failure and passes, in a package that passed, passed."""
    events = [*run("TestA", "fail"), {"Action": "pass", "Test": "TestA", "Elapsed": 0}]
    assert outcomes(told(*events, *package("pass", "PASS"))) == {"TestA": PASSED}
    assert outcomes(told(*events, *package("fail", "FAIL"))) == {"TestA": FAILED}


def test_a_skipped_test_with_subtests_is_still_seen():
    """It may be newly skipped."""
    suites = told(*run("TestA"), *run("TestA/b", "pass"), {"Action": "skip", "Test": "TestA"}, *package("pass", "PASS"))
    assert outcomes(suites) == {"TestA": SKIPPED, "TestA/b": PASSED}


@pytest.mark.parametrize("rest", [[], run("TestB", "pass")])
def test_a_package_without_a_result_failed(rest: list[dict[str, object]]):
    """The file ends before it: what had passed until then is no proof."""
    suites = told({"Action": "start"}, *rest)
    assert suites.cases[-1].synthetic
    assert suites.cases[-1].message == "its result is missing: the output ends before it"


def test_a_package_that_is_started_again_before_its_end_failed():
    """Its first run has no result."""
    suites = told(
        {"Action": "start"}, *run("TestA", "pass"), {"Action": "start"}, *run("TestA", "pass"), *package("pass")
    )
    assert outcomes(suites) == {"TestA": PASSED, "(package)": ERRORED}


def test_a_failed_build_that_no_package_names_is_not_lost():
    """A file may end between the compiler's complaint and the package's result."""
    suites = told(
        '{"ImportPath":"example.com/q [x]","Action":"build-output","Output":"# example.com/q\\n"}',
        '{"ImportPath":"example.com/q [x]","Action":"build-output","Output":"./q.go:4:2: undefined: thing\\n"}',
        '{"ImportPath":"example.com/q [x]","Action":"build-fail"}',
    )
    case = only(suites)
    assert (case.suite, case.message, case.file, case.line) == ("example.com/q", "undefined: thing", "q.go", 4)


def test_lines_of_standard_error_stand_between_events():
    """Downloads, the compiler's words, a package that was not built, application logs in JSON."""
    suites = told(
        "go: downloading example.com/dep v1.0.0",
        "# example.com/q [example.com/q.test]",
        "q/q.go:4:2: undefined: thing",
        *run("TestA", "pass"),
        '{"level": "info", "msg": "served"}',
        '{"Action": 5}',
        "FAIL\texample.com/q [build failed]",
        *package("pass", "PASS"),
    )
    assert [(case.suite, case.outcome, case.message) for case in suites.cases] == [
        (PACKAGE, PASSED, ""),
        ("example.com/q", ERRORED, "undefined: thing"),
    ]


@pytest.mark.parametrize(
    "broken",
    [
        '{"Time":"2026-01-01T00:00:00Z","Action":"outp',
        '{"Action":"pass","Package":"p","Elapsed":1e999}',
        '{"Action":"output","Package":"p","Output":"\\ud800"}',
        '{"Action":"output","Package":' + "[" * 3_000,
    ],
)
def test_an_event_that_is_not_whole_is_told_with_its_line(broken: str):
    """A report that was cut or mixed up is not believed."""
    start = json.dumps({"Action": "start", "Package": PACKAGE})
    error = refusal(f"{start}\n{broken}\n")
    assert error.line == 2
    assert error.reason.startswith("an event that is no whole JSON")


def test_a_name_of_any_length_is_kept_within_bounds():
    """No name is longer than a history holds."""
    assert len(only(told(*run("Test" + "a" * 20_000, "pass"), *package("pass", "PASS"))).name) == 4_096


def test_a_test_that_starts_again_without_an_end_did_not_end():
    """Both runs of it are attempts."""
    case = only(told(*run("TestA"), *run("TestA", "pass"), *package("fail", "FAIL")))
    assert (case.outcome, set(case.attempts)) == (ERRORED, {ERRORED, PASSED})


def test_a_benchmark_that_panics_is_an_errored_case():
    """The one that ran; benchmarks that had their numbers are none."""
    suites = told(
        *run("BenchmarkA", "", "BenchmarkA-2 \t 10\t 5 ns/op"), *run("BenchmarkB", "", "panic: no"), *package("fail")
    )
    assert {case.name: case.message for case in suites.cases} == {"BenchmarkB": "panic: no"}


def test_a_time_out_before_the_first_test_is_that_of_the_package():
    """No test had been started."""
    case = only(told(*package("fail", "panic: test timed out after 1s", "", "goroutine 1 [running]:")))
    assert (case.name, case.message) == ("(package)", "panic: test timed out after 1s")
