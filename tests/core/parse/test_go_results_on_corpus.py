"""The verdict on each package of a module made to fail in every way, by Go 1.19 and 1.27, as JSON and as text.

The sources are beside the outputs (``go/src``). Where the widely used readers of these files are wrong, the tests say
how: gotestsum's own output on the same files is ``gotestsum.txt`` and ``gotestsum127.txt``; dorny/test-reporter was run
on them for the research of this project.
"""

import re

import pytest

from bot.core.model.evidence import Report
from bot.core.model.suites import Case, Outcome
from tests.core.parse.reading import corpus_file, read_file

PASSED, FAILED, ERRORED, SKIPPED = Outcome.PASSED, Outcome.FAILED, Outcome.ERRORED, Outcome.SKIPPED
NO_BUILD = 'cannot use "no" (untyped string constant) as int value in return statement'

VERDICTS: dict[str, dict[str, tuple[Outcome, str]]] = {
    "buildfail": {"(package)": (ERRORED, NO_BUILD)},
    "exit": {"TestExits": (ERRORED, "it did not come to its end")},
    "fuzzy": {"FuzzRev/seed#0": (FAILED, "too long"), "FuzzRev/seed#1": (PASSED, "")},
    "ok": {"TestMax": (PASSED, ""), "TestPrintsFakeResult": (PASSED, ""), "ExampleMax": (PASSED, "")},
    "panics": {
        "TestBefore": (PASSED, ""),
        "TestPanics/inner": (ERRORED, "panic: assignment to entry in nil map"),
    },
    "races": {"TestRacy": (PASSED, ""), "TestClean": (PASSED, "")},
    "skip": {"TestSkipped": (SKIPPED, "not on CI: needs etcd"), "TestLogged": (PASSED, "")},
    "sub": {
        "TestTable/a": (PASSED, ""),
        "TestTable/b_with_space": (PASSED, ""),
        "TestTable/c/slash": (PASSED, ""),
        "TestTable/#00": (PASSED, ""),
        "TestTable/dup": (FAILED, 'dup fails: "dup" | pipe'),
        "TestTable/dup#01": (FAILED, 'dup fails: "dup" | pipe'),
        "TestTable/ünï": (PASSED, ""),
        "TestTable/<x>&\"'|`": (PASSED, ""),
        "TestDeep/l1/l2/l3": (FAILED, ""),
    },
    "timeout": {"TestFast": (PASSED, ""), "TestHangs": (ERRORED, "panic: test timed out after 5s")},
}
RACED = (FAILED, "race detected during execution of test")


def verdicts(report: Report) -> dict[str, dict[str, tuple[Outcome, str]]]:
    """(outcome, message) by package and test."""
    found: dict[str, dict[str, tuple[Outcome, str]]] = {}
    for case in cases(report):
        found.setdefault(case.suite.removeprefix("example.com/golab/"), {})[case.name] = case.outcome, case.message
    return found


def cases(report: Report) -> tuple[Case, ...]:
    assert report.suites is not None
    return report.suites.cases


@pytest.mark.parametrize("package", VERDICTS)
@pytest.mark.parametrize("version", ["1.19", "1.27"])
def test_each_package_is_judged_by_its_events(version: str, package: str):
    """Every test of every package has the outcome that its source gives it, whichever version wrote the events.

    gotestsum is wrong of three: it fails ``ok`` of Go 1.19 twice over, by the ``TestNotReal`` that a test printed and by
    a ``TestMax`` whose result stands behind other output on its line; it reads no ``buildfail`` of Go 1.19 at all, and
    it counts ``TestTable``, ``TestDeep/l1`` and the like beside the subtests that they failed by. dorny/test-reporter
    stops at the first line of Go 1.19's file, which is no JSON, and calls a package that was not built a success.
    """
    found = verdicts(read_file(corpus_file(f"go/go{version}.test.json")))
    expected = dict(VERDICTS[package])
    if package == "buildfail" and version == "1.19":
        expected = {"(package)": (ERRORED, "build failed")}  # the compiler's words went to standard error
    assert found[package] == expected
    assert set(found) == set(VERDICTS)


@pytest.mark.parametrize("version", ["1.19", "1.27"])
def test_a_log_comes_to_the_same_verdicts_as_the_events(version: str):
    """``go test -v -race`` of the same module, as text, differs in nothing but the race that was looked for."""
    found = verdicts(read_file(corpus_file(f"go/go{version}.race-v.log")))
    assert found == {**VERDICTS, "races": {"TestRacy": RACED, "TestClean": (PASSED, "")}}


@pytest.mark.parametrize("name", ["go1.19.race.json", "go1.27.race.json", "go1.19.race-v.log", "go1.27.race-v.log"])
def test_a_race_is_told_by_its_frames_and_blames_only_the_test_that_go_failed(name: str):
    """One race, both sides in r.go:10; its test failed by Go's own word, the clean one beside it did not."""
    report = read_file(corpus_file(f"go/{name}"))
    assert report.suites is not None
    (race,) = report.suites.races
    assert (race.suite, race.case) == ("example.com/golab/races", "TestRacy")
    assert [(access.kind, access.frames[0].function, access.frames[0].line) for access in race.accesses] == [
        ("Read", "example.com/golab/races.Count.func1", 10),
        ("Previous write", "example.com/golab/races.Count.func1", 10),
    ]
    assert verdicts(report)["races"] == {"TestRacy": RACED, "TestClean": (PASSED, "")}


@pytest.mark.parametrize("name", ["go1.19.bench.json", "go1.27.bench.json", "go1.19.bench.txt", "go1.27.bench.txt"])
def test_a_run_of_benchmarks_is_no_run_of_tests(name: str):
    """Four benchmarks, of which the JSON of both versions breaks lines in two; no test is made of them."""
    report = read_file(corpus_file(f"go/{name}"))
    assert report.benchmarks is not None
    assert [benchmark.name for benchmark in report.benchmarks.benchmarks] == [
        "BenchmarkMax",
        "BenchmarkMB",
        "BenchmarkSub/n=1/x_y",
        "BenchmarkSub/n=10/x_y",
    ]
    assert report.suites is None


def test_where_a_failure_was_is_told_as_go_names_it():
    """The line of an assertion, of a compiler's complaint, of the frame that panicked and of the one that hung."""
    found = {case.name: (case.file, case.line) for case in cases(read_file(corpus_file("go/go1.27.test.json")))}
    assert found["FuzzRev/seed#0"] == ("f_test.go", 5)
    assert found["(package)"] == ("buildfail/b.go", 3)
    assert found["TestPanics/inner"] == ("/home/runner/work/golab/golab/panics/p_test.go", 6)
    assert found["TestHangs"] == ("/home/runner/work/golab/golab/timeout/t_test.go", 6)


FIRST_CUSTOMERS = {  # (cases, errored, skipped) of the first customer's files
    "22869c3.go1.27.test.json": (25, 2, 0),
    "22869c3.go1.27.test-v.log": (25, 2, 0),
    "828c05a.go1.19.gopath.test.json": (11, 6, 0),
    "828c05a.go1.19.gopath.test_output.log": (11, 6, 0),
    "d02e337.go1.27.test.json": (3, 3, 0),
    "d02e337.go1.27.test-v.log": (3, 3, 0),
    "repo__test_output.log": (72, 10, 0),
    "repo__test_run.log": (326, 9, 74),
}


@pytest.mark.parametrize("name", FIRST_CUSTOMERS)
def test_the_first_customers_files_are_read_without_touching_its_workflow(name: str):
    """Plain logs that begin with downloads and compilers' complaints: each package that did not build is a case."""
    found = cases(read_file(corpus_file(f"go-etcd/{name}")))
    errored = [case for case in found if case.outcome is ERRORED]
    assert (len(found), len(errored), sum(case.outcome is SKIPPED for case in found)) == FIRST_CUSTOMERS[name]
    assert all(case.synthetic and case.message for case in errored)


@pytest.mark.parametrize("name", ["repo__test_output.log", "repo__test_run.log"])
def test_every_result_in_a_log_is_counted_once(name: str):
    """The cases of a log are its result lines, those that sum up subtests left out: an independent count."""
    path = corpus_file(f"go-etcd/{name}")
    told = re.findall(r"--- (?:PASS|SKIP|FAIL): (\S+) \(", path.read_text())
    leaves = [name for name in told if not any(other.startswith(f"{name}/") for other in told)]
    assert sorted(case.name for case in cases(read_file(path)) if not case.synthetic) == sorted(leaves)


def test_without_v_a_passed_package_is_one_case_and_a_failed_one_its_failed_tests():
    """Only ``ok`` and ``--- FAIL`` lines: ten packages passed, nine tests failed, one panicked, one hung."""
    found = cases(read_file(corpus_file("go-etcd/repo__coverage_test-output.txt")))
    by_outcome = {outcome: [case for case in found if case.outcome is outcome] for outcome in Outcome}
    assert {case.name for case in by_outcome[PASSED]} == {"(package)"}
    assert [len(by_outcome[outcome]) for outcome in (PASSED, FAILED, ERRORED)] == [10, 9, 5]
    assert [(case.name, case.message) for case in by_outcome[ERRORED] if not case.synthetic] == [
        (
            "TestClientConfigSecret_Constructor/GetClientConfig_-_Secret_with_CA_Only",
            "panic: runtime error: invalid memory address or nil pointer dereference",
        ),
        ("TestPatterns_Comprehensive/NewDistributedLock", "panic: test timed out after 5m0s"),
    ]
