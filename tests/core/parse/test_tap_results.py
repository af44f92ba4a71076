"""TAP as three producers write it, and plans that are not kept."""

import pytest

from bot.core.model.suites import Case, Outcome, Suites
from tests.core.parse.reading import SAMPLES, read, read_file

PASSED, FAILED, ERRORED, SKIPPED = Outcome.PASSED, Outcome.FAILED, Outcome.ERRORED, Outcome.SKIPPED


def told(text: str) -> Suites:
    report = read(text)
    assert report.format == "tap"
    assert report.suites is not None
    return report.suites


def cases(name: str) -> dict[tuple[str, str], Case]:
    report = read_file(SAMPLES / "tap" / name)
    assert report.format == "tap"
    assert report.suites is not None
    return {case.key: case for case in report.suites.cases}


def outcomes(found: dict[tuple[str, str], Case]) -> dict[tuple[str, str], tuple[Outcome, str]]:
    return {key: (case.outcome, case.message) for key, case in found.items()}


def test_nodes_own_test_runner():
    """Suites are counted by their tests, a parent that failed by itself as well; diagnostics tell why and where."""
    found = cases("node.tap")
    assert outcomes(found) == {
        ("", "adds"): (PASSED, ""),
        ("", "fails"): (FAILED, "the sum is wrong"),
        ("", "skipped"): (SKIPPED, "needs a database"),
        ("", "to do"): (SKIPPED, "not written yet"),
        ("cart", "is empty"): (PASSED, ""),
        ("cart > with goods", "sums up # prices"): (FAILED, "Expected values to be loosely deep-equal:"),
        ("cart > with goods", "can be emptied"): (PASSED, ""),
        ("parent fails by itself", "its part passes"): (PASSED, ""),
        ("", "parent fails by itself"): (FAILED, "after its parts"),
    }
    failed = found["", "fails"]
    assert (failed.file, failed.line) == ("/home/runner/work/shop/shop.test.js", 5)
    assert failed.duration_us == 429


def test_perls_test_more():
    """The plan at the end, tests without names, a to-do that fails, a subtest that is skipped as a whole."""
    expected = {
        ("", "adds"): (PASSED, ""),
        ("", "fails"): (FAILED, ""),
        ("", "3"): (PASSED, ""),
        ("", "4"): (SKIPPED, "needs a database"),
        ("", "to do"): (SKIPPED, "not written yet"),
        ("cart", "is empty"): (PASSED, ""),
        ("cart", "sums up"): (FAILED, ""),
        ("", "7"): (SKIPPED, "no display"),
    }
    assert outcomes(cases("perl-shop.tap")) == expected
    merged = cases("perl-shop-2and1.tap")
    assert outcomes(merged) == {**expected, ("", "fails"): (FAILED, "got: '2', expected: '3'")}
    assert (merged["", "fails"].file, merged["", "fails"].line) == ("shop.t", 3)


def test_bats():
    """How long each took stands behind its name, and is no part of it."""
    found = cases("bats.tap")
    assert outcomes(found) == {
        ("", "adds"): (PASSED, ""),
        ("", "fails"): (FAILED, "`[ $((1 + 1)) -eq 3 ]' failed, some output"),
        ("", "skipped"): (SKIPPED, "needs a database"),
    }
    assert (found["", "fails"].file, found["", "fails"].line) == ("shop.bats", 4)
    assert found["", "adds"].duration_us == 2_000


@pytest.mark.parametrize(
    ("name", "synthetic"),
    [
        ("perl-short.tap", {"(plan)": (ERRORED, "planned 5, ran 3")}),
        (
            "perl-bail.tap",
            {"(bail out)": (ERRORED, "the database is gone"), "(plan)": (ERRORED, "planned 3, ran 1")},
        ),
        ("perl-none.tap", {"(plan)": (SKIPPED, "not on this system")}),
    ],
)
def test_a_plan_that_is_not_kept_is_a_case(name: str, synthetic: dict[str, tuple[Outcome, str]]):
    """Programs that ended early, gave up, or ran nothing on purpose."""
    found = cases(name)
    assert {case.name: (case.outcome, case.message) for case in found.values() if case.synthetic} == synthetic
    assert all(case.outcome is PASSED for case in found.values() if not case.synthetic)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("TAP version 14\nok 1 - a\n", "ran 1 without a plan: the output may be cut short"),
        ("1..1\nok 1\nok 2\n", "planned 1, ran 2"),
        ("1..4\n", "planned 4, ran 0"),
    ],
)
def test_a_plan_that_is_missing_or_exceeded_is_an_error(text: str, message: str):
    """Nobody knows then what did not run."""
    assert [(case.outcome, case.message) for case in told(text).cases if case.synthetic] == [(ERRORED, message)]


def test_a_subtests_own_plan_is_kept_too():
    """Its point may say that it is fine all the same."""
    suites = told("TAP version 14\n    1..3\n    ok 1 - a\nok 1 - sub\n1..1\n")
    assert [(case.key, case.message) for case in suites.cases if case.bad] == [(("sub", "(plan)"), "planned 3, ran 1")]


def test_names_that_come_twice_are_told_apart_by_their_numbers():
    """In TAP two test points of one name are two tests."""
    suites = told("1..3\nok 1 - same\nnot ok 2 - same\nok 3 - same # time=12.5ms\n")
    assert [(case.name, case.outcome, case.duration_us) for case in suites.cases] == [
        ("same", PASSED, None),
        ("same #2", FAILED, None),
        ("same #3", PASSED, 12_500),
    ]


def test_hostile_tap_ends_within_bounds():
    """Endless numbers, nesting, names and diagnostics."""
    deep = "".join(f"{' ' * 4 * depth}ok 1 - level\n" for depth in reversed(range(200)))
    text = f"TAP version 14\n{deep}ok {'9' * 50} - x\nok 2 - {'n' * 60_000}\n  ---\n{'  a: b' * 9_000}\n  ...\n1..{'9' * 9}\n"
    suites = told(text)
    assert all(len(case.name) <= 4_096 and len(case.suite) <= 4_096 for case in suites.cases)
    assert suites.cases[-1].outcome is ERRORED


def test_subtests_that_nothing_sums_up_are_not_lost():
    """The output ends within them."""
    suites = told("TAP version 14\n1..1\n    ok 1 - a\n    not ok 2 - b\n")
    assert {case.name for case in suites.cases if case.bad} == {"b", "(plan)"}


def test_diagnostics_in_blocks_and_of_tests_that_passed():
    """The first line of a block is the message; what a test that passed says is not kept."""
    suites = told("1..2\nok 1 - a\n# fine\nnot ok 2 - b\n  ---\n  message: |-\n    no luck\n    at all\n  ...\n")
    assert [(case.message, case.detail) for case in suites.cases] == [
        ("", ""),
        ("no luck", "message: |-\nno luck\nat all"),
    ]
