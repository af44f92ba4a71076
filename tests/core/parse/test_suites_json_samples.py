"""What real test runners write in JSON is read as they meant it (tests/samples/json-test-results.md)."""

from collections import Counter

import pytest

from bot.core.model.suites import Case, Outcome
from tests.core.parse.reading import SAMPLES, corpus_file, read_file

FAILED, PASSED, ERRORED = Outcome.FAILED, Outcome.PASSED, Outcome.ERRORED

RESULTS = {
    # of each file its format, its suites, and how many cases passed, failed, were in error, were skipped
    "mocha/all.json": ("mocha", 1, 2, 1, 2, 2),
    "jest/all.json": ("jest-json", 3, 2, 2, 1, 2),
    "jest/clean.json": ("jest-json", 1, 1, 0, 0, 4),
    "vitest/all.json": ("jest-json", 2, 2, 1, 1, 2),
    "playwright/tests.json": ("playwright", 1, 3, 1, 1, 1),
    "playwright/not-loaded.json": ("playwright", 1, 0, 0, 1, 0),
    "rspec/all.json": ("rspec", 1, 1, 1, 1, 2),
    "rspec/load-error.json": ("rspec", 0, 0, 0, 1, 0),
    "pytest-json/all.json": ("pytest-json", 1, 4, 1, 1, 2),
    "pytest-json/not-collected.json": ("pytest-json", 1, 0, 0, 1, 0),
    "pytest-json/rerun.json": ("pytest-json", 1, 1, 1, 0, 0),
    "ctrf/mocha.json": ("ctrf", 1, 2, 3, 0, 2),
    "ctrf/pytest.json": ("ctrf", 1, 4, 2, 0, 2),
    "ctrf/pytest-rerun.json": ("ctrf", 1, 1, 1, 0, 0),
    "libtest/all.json": ("libtest", 0, 1, 1, 0, 1),
    "libtest/crash.json": ("libtest", 0, 0, 0, 1, 0),
    "libtest/empty.json": ("libtest", 0, 0, 0, 0, 0),
}

FLICKERS = {
    "mocha/all.json": ("Shop flickers", (FAILED, PASSED)),
    "jest/all.json": ("flickers", (FAILED, PASSED)),
    "playwright/tests.json": ("Shop > flickers [one]", (FAILED, PASSED)),
    "pytest-json/rerun.json": ("test_flickers", (FAILED, PASSED)),
    "ctrf/mocha.json": ("Shop flickers", (FAILED, PASSED)),
    "ctrf/pytest-rerun.json": ("test_flaky.py::test_flickers", (FAILED, PASSED)),
}


def named(name: str, case: str) -> Case:
    (found,) = (one for one in read_file(SAMPLES / name).suites.cases if one.name == case)
    return found


@pytest.mark.parametrize("name", RESULTS)
def test_results_are_known_and_counted(name: str):
    """Format, suites, and how many cases of each outcome."""
    found = read_file(SAMPLES / name)
    outcomes = Counter(one.outcome for one in found.suites.cases)
    counts = [outcomes[outcome] for outcome in (PASSED, FAILED, ERRORED, Outcome.SKIPPED)]
    assert (found.format, len(found.suites.suites), *counts) == RESULTS[name]


@pytest.mark.parametrize("name", FLICKERS)
def test_a_second_try_is_an_attempt(name: str):
    """A test that failed and then passed has passed, and is flaky."""
    case, attempts = FLICKERS[name]
    found = named(name, case)
    assert (found.outcome, found.attempts, found.flaky) == (PASSED, attempts, True)


def test_every_sample_is_in_the_table():
    """A sample that no row reads would prove nothing."""
    folders = {name.split("/", 1)[0] for name in RESULTS}
    files = (path.relative_to(SAMPLES).as_posix() for folder in folders for path in (SAMPLES / folder).iterdir())
    assert set(files) == set(RESULTS)


def test_a_hook_that_throws_is_an_error():
    """Mocha lists it among the failures alone, not among the tests."""
    found = named("mocha/all.json", 'Shop Basket "before each" hook for "holds"')
    assert (found.outcome, found.message) == (ERRORED, "no basket")


def test_mocha_tells_an_assertion_from_another_exception():
    """What was expected has failed; what was thrown is an error."""
    assert named("mocha/all.json", "Shop counts").outcome is FAILED
    assert named("mocha/all.json", "Shop throws").outcome is ERRORED


@pytest.mark.parametrize("name", ["jest/all.json", "vitest/all.json"])
def test_a_file_that_did_not_run_is_an_error(name: str):
    """It has no test that could fail; the case of its own says why."""
    found = named(name, "the file")
    assert (found.outcome, found.synthetic) == (ERRORED, True)
    assert "Cannot find module './nowhere'" in found.message


def test_a_failure_has_its_message_and_its_place():
    """Colours are washed out."""
    found = named("jest/all.json", "Shop counts")
    assert found.message == "Error: expect(received).toBe(expected) // Object.is equality\n\nExpected: 3\nReceived: 2"
    assert (found.line, found.suite, found.file) == (4, found.file, "/home/runner/work/sample/sample/t/a.test.js")
    assert "at Object.toBe (" in found.detail
    unmet = named("rspec/all.json", "Shop counts")
    assert (unmet.message, unmet.line) == ("expected: 3\n     got: 2\n\n(compared using ==)", 3)
    panic = named("libtest/all.json", "tests::counts")
    assert panic.message == "assertion `left == right` failed\n  left: 2\n right: 3"


def test_durations_are_microseconds():
    """Milliseconds of Mocha and Jest, seconds of pytest, RSpec and Rust."""
    assert named("jest/clean.json", "Shop sells").duration_us == 2000
    assert named("pytest-json/rerun.json", "test_flickers").duration_us == 285
    assert named("libtest/all.json", "tests::counts").duration_us == 63260
    assert named("jest/all.json", "Shop waits").duration_us is None


def test_a_playwright_test_that_hangs_is_an_error():
    """One that fails as it should has passed."""
    found = named("playwright/tests.json", "Shop > hangs [one]")
    assert (found.outcome, found.attempts, found.message) == (
        ERRORED,
        (ERRORED, ERRORED),
        "Test timeout of 200ms exceeded.",
    )
    assert named("playwright/tests.json", "Shop > fails as it should [one]").outcome is PASSED


def test_expected_failures_of_pytest_are_skipped():
    """As its own JUnit XML has them; an error in a fixture is an error."""
    assert named("pytest-json/all.json", "test_known").outcome is Outcome.SKIPPED
    assert named("pytest-json/all.json", "test_better").outcome is PASSED
    held = named("pytest-json/all.json", "test_holds")
    assert (held.outcome, held.message, held.line) == (ERRORED, "RuntimeError: no basket", 11)


def test_a_crash_leaves_its_test_in_error():
    """The binary ended in the middle of it."""
    assert named("libtest/crash.json", "crashes").message == "it did not come to its end"


@pytest.mark.parametrize(
    ("name", "format_", "counts"),
    [
        ("dart/publish-unit-t__tests.json", "dart", (16, 1, 2, 1)),
        ("mocha/publish-unit-t__tests.json", "mocha", (2, 1, 1, 1)),
    ],
)
def test_the_corpus_counts_as_its_neighbour_does(name: str, format_: str, counts: tuple[int, ...]):
    """Passed, failed, in error and skipped, as publish-unit-test-result expects them."""
    found = read_file(corpus_file(name))
    outcomes = Counter(one.outcome for one in found.suites.cases)
    assert found.format == format_
    assert tuple(outcomes[outcome] for outcome in (PASSED, FAILED, ERRORED, Outcome.SKIPPED)) == counts


def test_darts_suites_are_its_files():
    """Four of them, and the file of a test is a path."""
    found = read_file(corpus_file("dart/publish-unit-t__tests.json")).suites
    assert len(found.suites) == 4
    assert all(one.suite in found.suites for one in found.cases)
    failed = next(one for one in found.cases if one.outcome is FAILED)
    assert failed.file.startswith("/home/runner/work/")
    assert failed.line is not None
