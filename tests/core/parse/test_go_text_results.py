"""What ``go test`` prints, with and without ``-v``, alone and within the log of a job."""

import pytest

from bot.core.model.suites import Case, Outcome, Suites
from tests.core.parse.reading import SAMPLES, read, read_file

PASSED, FAILED, ERRORED, SKIPPED = Outcome.PASSED, Outcome.FAILED, Outcome.ERRORED, Outcome.SKIPPED
GOROUTINE = "\ngoroutine 7 [running]:\nexample.com/p.TestB(0x1)\n\t/x/p/b_test.go:12 +0x1d\n"


def told(text: str, name: str = "test.log") -> Suites:
    report = read(text, name)
    assert report.format == "go-test-text"
    assert report.suites is not None
    return report.suites


def outcomes(suites: Suites) -> dict[tuple[str, str], Outcome]:
    return {case.key: case.outcome for case in suites.cases}


def only(suites: Suites) -> Case:
    (case,) = suites.cases
    return case


def test_without_v_each_package_is_told_by_what_it_printed():
    """A real run of Go over packages that fail in every way: names of failed tests, and packages for the rest."""
    report = read_file(SAMPLES / "go-test" / "everything.log")
    assert report.suites is not None
    found = outcomes(report.suites)
    assert {key[0].rpartition("/")[2]: outcome for key, outcome in found.items() if key[1] == "(package)"} == {
        "forged": PASSED,
        "swallowed": PASSED,  # it ended with status 0: go test prints nothing of what failed
        "racy": PASSED,
        "elsewhere": ERRORED,
        "exits": ERRORED,
        "setup": ERRORED,
        "initpanic": ERRORED,
        "broken": ERRORED,
        "user": ERRORED,
        "vetted": ERRORED,
        "missing": ERRORED,
    }
    assert {key[1]: outcome for key, outcome in found.items() if key[1] != "(package)"} == {
        "TestTable/dup": FAILED,
        "TestTable/dup#01": FAILED,
        "TestAlone": FAILED,
        "FuzzText/seed#1": FAILED,
        "Example_number": FAILED,
        "TestPanics/inner": ERRORED,
        "TestHangs/first": ERRORED,
        "TestHangs/second": ERRORED,
    }


def test_a_passed_package_without_v_is_one_case():
    """It says that it passed, cached or not, and not what passed in it; where nothing ran there is no case."""
    suites = told(
        "ok  \texample.com/p\t0.012s\tcoverage: 12.3% of statements\n"
        "ok  \texample.com/q\t(cached)\n"
        "ok  \texample.com/r\t0.001s [no tests to run]\n"
        "?   \texample.com/s\t[no test files]\n"
        "\texample.com/t\t\tcoverage: 0.0% of statements\n"
    )
    assert [(case.key, case.outcome, case.duration_us, case.synthetic) for case in suites.cases] == [
        (("example.com/p", "(package)"), PASSED, 12_000, True),
        (("example.com/q", "(package)"), PASSED, None, True),
    ]
    assert {package.rpartition("/")[2] for package in suites.suites} == set("pqrst")


def test_a_passed_package_with_v_is_its_tests_alone():
    """Nothing is invented beside them."""
    text = "=== RUN   TestA\n--- PASS: TestA (0.50s)\nPASS\ncoverage: 1.0% of statements\nok  \texample.com/p\t0.512s\n"
    case = only(told(text))
    assert (case.key, case.outcome, case.duration_us) == (("example.com/p", "TestA"), PASSED, 500_000)


@pytest.mark.parametrize("ended", ["build failed", "setup failed"])
def test_a_package_that_did_not_build_is_a_case(ended: str):
    """With the compiler's first words and their place, wherever they stood."""
    text = f"# example.com/p [example.com/p.test]\np/a.go:3:14: undefined: thing\n\tp/b.go:1: other\nFAIL\texample.com/p [{ended}]\nFAIL\n"
    case = only(told("go: downloading example.com/dep v1.0.0\n" + text))
    assert (case.outcome, case.message, case.file, case.line) == (ERRORED, "undefined: thing", "p/a.go", 3)


def test_the_one_complaint_of_another_package_is_why_a_package_did_not_build():
    """A package that needs a broken one has no words of its own."""
    case = only(told("# example.com/dep\ndep.go:1:2: syntax error\nFAIL\texample.com/p [build failed]\n"))
    assert (case.suite, case.message) == ("example.com/p", "syntax error")


def test_what_a_test_prints_is_no_result():
    """Lines that look like results of tests that were never started, ended long ago, or of whole packages."""
    suites = told(
        "=== RUN   TestA\n--- PASS: TestA (0.00s)\n"
        "=== RUN   TestB\n"
        "--- FAIL: TestNotReal (0.00s)\n    --- PASS: TestB/never (0.00s)\n--- FAIL: TestA (0.00s)\n"
        "PASS\nok  \texample.com/other\t0.1s\n"
        '{"Time":"2026-01-01T00:00:00Z","Action":"fail","Package":"example.com/p","Test":"TestA"}\n'
        "--- PASS: TestB (0.00s)\nPASS\nok  \texample.com/p\t0.1s\n"
    )
    assert outcomes(suites) == {("example.com/p", "TestA"): PASSED, ("example.com/p", "TestB"): PASSED}


def test_a_process_that_says_passed_and_ends_did_not_pass():
    """The package's own word is the last."""
    suites = told(
        "=== RUN   TestA\n--- PASS: TestA (0.00s)\nPASS\nok  \texample.com/p\t0.1s\nexit status 3\nFAIL\texample.com/p\t0.1s\n"
    )
    assert outcomes(suites)["example.com/p", "(package)"] is ERRORED


def test_without_v_a_printed_failure_counts_only_where_its_package_failed():
    """Nobody can tell it from a real one there; where the package passed everybody can."""
    printed = "--- FAIL: TestNotReal (0.00s)\n"
    assert outcomes(told(f"{printed}ok  \texample.com/p\t0.1s\n")) == {("example.com/p", "(package)"): PASSED}
    assert outcomes(told(f"{printed}FAIL\nFAIL\texample.com/p\t0.1s\n")) == {("example.com/p", "TestNotReal"): FAILED}


def test_a_result_behind_other_output_is_read():
    """A test that prints no line end."""
    text = "=== RUN   TestA\nno line end--- SKIP: TestA (0.00s)\nPASS\nok  \texample.com/p\t0.1s\n"
    assert outcomes(told(text)) == {("example.com/p", "TestA"): SKIPPED}


def test_a_panic_is_that_of_the_test_that_ran():
    """With its place in that test, and without what the run time adds to its words."""
    text = f"=== RUN   TestA\n--- PASS: TestA (0.00s)\n=== RUN   TestB\npanic: boom [recovered]\n\tpanic: boom\n{GOROUTINE}"
    found = told(f"{text}FAIL\texample.com/p\t0.1s\n").cases[-1]
    assert (found.name, found.outcome, found.message) == ("TestB", ERRORED, "panic: boom")
    assert (found.file, found.line) == ("/x/p/b_test.go", 12)


def test_tests_beside_one_that_panicked_did_not_come_to_their_end():
    """They are no failures of their own, and no successes."""
    text = f"=== RUN   TestA\n=== PAUSE TestA\n=== RUN   TestB\npanic: boom\n{GOROUTINE}FAIL\texample.com/p\t0.1s\n"
    assert {case.name: case.message for case in told(text).cases} == {
        "TestA": "it did not come to its end: panic: boom",
        "TestB": "panic: boom",
    }


def test_a_printed_panic_is_no_panic():
    """A test may print the word and pass; the one that failed then failed by its own reasons."""
    text = "=== RUN   TestA\npanic: just words\n--- PASS: TestA (0.00s)\n=== RUN   TestB\n    b_test.go:3: no\n--- FAIL: TestB (0.00s)\n"
    found = {case.name: (case.outcome, case.message) for case in told(f"{text}FAIL\nFAIL\texample.com/p\t0.1s\n").cases}
    assert found == {"TestA": (PASSED, ""), "TestB": (FAILED, "no")}


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("=== RUN   TestA\n--- PASS: TestA (0.00s)\n=== RUN   TestB\n", ("TestB", "it did not come to its end")),
        (
            "=== RUN   TestA\n--- PASS: TestA (0.00s)\n",
            ("(package)", "its result is missing: the output ends before it"),
        ),
    ],
)
def test_a_log_that_was_cut_short_is_no_success(text: str, last: tuple[str, str]):
    """A job that was cancelled, a disk that was full: the package never said how it ended."""
    found = told(text).cases[-1]
    assert (found.name, found.message, found.outcome) == (*last, ERRORED)


@pytest.mark.parametrize(("word", "expected"), [("PASS", [PASSED]), ("FAIL", [PASSED, ERRORED])])
def test_a_test_binary_on_its_own_ends_by_its_word(word: str, expected: list[Outcome]):
    """Nobody prints the package's name after it."""
    suites = told(f"=== RUN   TestA\n--- PASS: TestA (0.00s)\n{word}\n")
    assert [case.outcome for case in suites.cases] == expected


STAMP = "2026-01-02T03:04:05.1234567Z "
LOG = "##[group]Run go test -v ./...\n\x1b[36;1mgo test -v ./...\x1b[0m\n=== RUN   TestA\n    a_test.go:3: no\n--- FAIL: TestA (0.00s)\nFAIL\nFAIL\texample.com/p\t0.1s\nFAIL\n##[error]Process completed with exit code 1.\n"


@pytest.mark.parametrize("prefix", ["", STAMP, f"test\tRun go test\t{STAMP}"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_downloaded_job_log_is_read_without_its_stamps_and_colours(prefix: str, mark: str):
    """As GitHub and its command line hand it out, with either line end."""
    lines = [f"{prefix}{line}" for line in LOG.splitlines()]
    case = only(told(mark + "\r\n".join(lines) + "\r\n"))
    assert (case.key, case.outcome, case.message, case.line) == (("example.com/p", "TestA"), FAILED, "no", 3)


def test_results_deep_within_a_log_are_found():
    """A megabyte of something else comes first, and a line too long to keep."""
    noise = "".join(f"step {number} of the build, nothing to see\n" for number in range(20_000))
    case = only(
        told(
            f"{noise}{'x' * 300_000}\n{noise}=== RUN   TestA\n--- PASS: TestA (0.00s)\nPASS\nok  \texample.com/p\t0.1s\n"
        )
    )
    assert (case.name, case.outcome) == ("TestA", PASSED)


def test_events_within_a_log_are_read_as_events():
    """``go test -json`` in a job's log."""
    events = '{"Time":"2026-01-02T03:04:05Z","Action":"run","Package":"p","Test":"TestA"}\n{"Time":"2026-01-02T03:04:05Z","Action":"pass","Package":"p","Test":"TestA","Elapsed":0.1}\n{"Time":"2026-01-02T03:04:05Z","Action":"pass","Package":"p","Elapsed":0.1}\n'
    noise = "setting up\n" * 1_000
    report = read("".join(f"{STAMP}{line}\n" for line in (noise + events).splitlines()), "job.log")
    assert report.format == "go-test-json"
    assert report.suites is not None
    assert outcomes(report.suites) == {("p", "TestA"): PASSED}


def test_two_runs_in_one_log_are_two_looks():
    """The second is no second try: nothing but the failed test would have run then."""
    run = "=== RUN   TestA\n--- {}: TestA (0.00s)\n=== RUN   TestB\n--- PASS: TestB (0.00s)\n{}\n"
    text = run.format("FAIL", "FAIL\nFAIL\texample.com/p\t0.1s") + run.format("PASS", "PASS\nok  \texample.com/p\t0.1s")
    found = {case.name: case for case in told(text).cases}
    assert (found["TestA"].outcome, found["TestA"].attempts) == (FAILED, (FAILED, PASSED))


def test_lines_of_other_kinds_are_output():
    """Attributes and artifacts of newer versions, results of benchmarks, a heading that only looks like one."""
    suites = told(
        "=== RUN   TestA\n=== ATTR  TestA key value\n=== SUM of all ===\n    a_test.go:3: no\n"
        "--- BENCH: BenchmarkA-2\n--- FAIL: TestA (0.00s)\nFAIL\nFAIL\texample.com/p\t0.1s\n"
    )
    assert (only(suites).message, only(suites).outcome) == ("no", FAILED)
