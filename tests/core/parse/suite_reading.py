"""Reports of tests in a line each, for tests of their parsers."""

from __future__ import annotations

from collections import Counter

from bot.core.model.suites import Case, Suites
from tests.core.parse.reading import read


def suites(text: str | bytes) -> Suites:
    """What the report that is written so says of tests."""
    found = read(text).suites
    assert found is not None
    return found


def junit(inner: str, suite: str = 'name="s"') -> Suites:
    """What a JUnit report of one suite with these elements says."""
    return suites(f"<testsuites><testsuite {suite}>{inner}</testsuite></testsuites>")


def case(inner: str = "", attributes: str = 'classname="c" name="n" time="1"') -> Case:
    """The only case of such a report."""
    (only,) = junit(f"<testcase {attributes}>{inner}</testcase>").cases
    return only


def figures(found: Suites) -> dict[str, int]:
    """Counts under the names that the corpus has for them; a run is an attempt."""
    by_outcome = Counter(case.outcome.value for case in found.cases)
    return {
        "tests": len(found.cases),
        "tests_succ": by_outcome["passed"],
        "tests_skip": by_outcome["skipped"],
        "tests_fail": by_outcome["failed"],
        "tests_error": by_outcome["errored"],
        "runs": sum(len(case.attempts) or 1 for case in found.cases),
    }


def ends(found: Suites) -> dict[str, str]:
    """The outcomes by the names of the cases."""
    return {case.name: case.outcome.value for case in found.cases}
