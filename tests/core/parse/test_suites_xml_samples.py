"""JUnit reports of real runners, as their READMEs say that they were made."""

import pytest

from tests.core.parse.reading import SAMPLES, read_file
from tests.core.parse.suite_reading import figures, suites

JUNIT = SAMPLES / "junit"
COUNTS = {
    # pytest counts a test that erred in its tear-down twice: as passed or failed, and as an error. Here the worst counts.
    "pytest/pytest.xml": (5 - 1, 1 + 1, 4 - 1, 3),
    "pytest/pytest-xunit1.xml": (5 - 1, 1 + 1, 4 - 1, 2),
    "unittest/xmlrunner.xml": (1, 1, 2, 1),
    "jest/jest.xml": (1, 1, 2, 0),
    "jest/jest-suite-errors.xml": (1, 1, 2, 2),
    "vitest/vitest.xml": (2, 2, 3, 0),
    "mocha/mocha.xml": (2, 0, 3, 0),
    "node/node.xml": (1, 2, 1, 0),
    "ctest/ctest.xml": (1, 2, 2, 1),
}


@pytest.mark.parametrize(("name", "expected"), COUNTS.items(), ids=list(COUNTS))
def test_each_runner_is_counted(name: str, expected: tuple[int, int, int, int]):
    """(passed, skipped, failed, errored), as the runner printed it."""
    found = read_file(JUNIT / name).suites
    assert found is not None
    mine = figures(found)
    assert (mine["tests_succ"], mine["tests_skip"], mine["tests_fail"], mine["tests_error"]) == expected


PLACES = {
    "pytest/pytest.xml": {"test_fail": ("test_shop.py", 11), "test_broken": ("test_broken.py", 1)},
    "pytest/pytest-xunit1.xml": {"test_fail": ("test_shop.py", 11), "test_skip": ("test_shop.py", 14)},
    "unittest/xmlrunner.xml": {"test_fails": ("test_unit.py", 4), "test_parts (n=1)": ("test_unit.py", 10)},
    "jest/jest.xml": {"price fails": ("/home/runner/work/shop/shop/price.test.js", 4)},
    "vitest/vitest.xml": {"price > fails": ("v/price.test.mjs", 5)},
    "mocha/mocha.xml": {"price throws": ("m/price.js", 5)},
    "node/node.xml": {"fails": ("/home/runner/work/shop/shop/price.test.mjs", 5)},
}


@pytest.mark.parametrize(("name", "expected"), PLACES.items(), ids=list(PLACES))
def test_each_failure_has_its_place(name: str, expected: dict[str, tuple[str, int]]):
    """Where it failed rather than where it is declared, as the report names it."""
    found = suites((JUNIT / name).read_bytes())
    places = {case.name: (case.file, case.line) for case in found.cases}
    assert {case: places[case] for case in expected} == expected


def test_a_module_that_cannot_be_imported_says_why():
    """The message of pytest itself says only that it was not collected."""
    found = suites((JUNIT / "pytest/pytest.xml").read_bytes())
    assert found.cases[0].message == "ModuleNotFoundError: No module named 'nothing_here'"


def test_a_test_that_ctest_could_not_start_is_no_skipped_one():
    """CTest writes both alike, but calls the one failed."""
    found = {case.name: case for case in suites((JUNIT / "ctest/ctest.xml").read_bytes()).cases}
    assert found["missing"].outcome == "errored"
    assert found["missing"].message == "Unable to find executable"
    assert found["skips"].outcome == found["disabled"].outcome == "skipped"
