"""Playwright's JSON (``--reporter=json``): suites within suites, specs, and of each a test for every project with the
results of its tries. A suite is the file, a name the titles from there on, with the project where there is one.

A test is what its status says: expected and flaky have passed, unexpected has failed, or is in error where its last try
timed out or was interrupted. Errors outside of any test are cases of their own.

https://playwright.dev/docs/api/class-testcase
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec import Struct, field

from bot.core.model.suites import Case, Outcome
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.suites.json_case import MOST_ATTEMPTS, Duration, case, listed, milliseconds, parsed
from bot.core.parse.typed_json import Number, read_json

FORMAT = "playwright"
_OUTCOMES = {"failed": Outcome.FAILED, "timedOut": Outcome.ERRORED, "interrupted": Outcome.ERRORED}


class _Place(Struct, frozen=True):
    file: str = ""
    line: Number | None = None


class _Error(Struct, frozen=True):
    message: str = ""
    stack: str = ""
    location: _Place | None = None


class _Result(Struct, frozen=True):
    status: Literal["passed", "failed", "timedOut", "skipped", "interrupted"] | None = None
    duration: Duration | None = None
    error: _Error | None = None


class _Test(Struct, frozen=True, rename="camel"):
    status: Literal["skipped", "expected", "unexpected", "flaky"]
    expected_status: str = "passed"
    project_name: str = ""
    results: list[_Result] = field(default_factory=list[_Result])


class _Spec(Struct, frozen=True):
    title: str
    tests: list[_Test]
    file: str = ""
    line: Number | None = None


class _Suite(Struct, frozen=True):
    title: str
    file: str = ""
    specs: list[_Spec] = field(default_factory=list[_Spec])
    suites: list[_Suite] = field(default_factory=list["_Suite"])


class _Stats(Struct, frozen=True):
    expected: Number = 0
    skipped: Number = 0
    unexpected: Number = 0
    flaky: Number = 0


class _Report(Struct, frozen=True):
    suites: list[_Suite]
    errors: list[_Error] = field(default_factory=list[_Error])
    stats: _Stats = _Stats()


_DECODER = msgspec.json.Decoder(_Report)
_NO_ERROR, _NO_RESULT, _NO_PLACE = _Error(), _Result(), _Place()


def parse_playwright(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for what is not whole, or counts more than it lists."""
    report = read_json(intake, _DECODER, producer="Playwright")
    cases = [one for suite in report.suites for one in _cases(suite, ())]
    stats = report.stats
    listed("tests", stats.expected + stats.skipped + stats.unexpected + stats.flaky, len(cases))
    for error in report.errors:
        place = error.location or _NO_PLACE
        cases.append(
            case(
                place.file,
                "outside of any test",
                Outcome.ERRORED,
                message=error.message,
                detail=error.stack,
                file=place.file,
                line=place.line,
                synthetic=True,
            )
        )
    return parsed(FORMAT, cases, (suite.file for suite in report.suites))


def _cases(suite: _Suite, titles: tuple[str, ...]) -> Iterator[Case]:
    inner = titles if suite.title == suite.file else (*titles, suite.title)
    for spec in suite.specs:
        for test in spec.tests:
            yield _case(spec, test, " > ".join((*inner, spec.title)), spec.file or suite.file)
    for one in suite.suites:
        yield from _cases(one, inner)


def _case(spec: _Spec, test: _Test, name: str, file: str) -> Case:
    attempts = tuple(_attempt(result, test.expected_status) for result in test.results[:MOST_ATTEMPTS])
    last = test.results[-1] if test.results else _NO_RESULT
    match test.status:
        case "expected" | "flaky":
            outcome = Outcome.PASSED
        case "skipped":
            outcome = Outcome.SKIPPED
        case _:
            outcome = attempts[-1] if attempts and attempts[-1] is Outcome.ERRORED else Outcome.FAILED
    told = next((result.error for result in reversed(test.results) if result.error), _NO_ERROR)
    place = told.location or _NO_PLACE
    return case(
        file,
        f"{name} [{test.project_name}]" if test.project_name else name,
        outcome,
        duration_us=milliseconds(last.duration),
        attempts=attempts,
        message=told.message,
        detail=told.stack,
        file=place.file or file,
        line=place.line or spec.line,
    )


def _attempt(result: _Result, expected: str) -> Outcome:
    if result.status == "skipped":
        return Outcome.SKIPPED
    if result.status == expected:
        return Outcome.PASSED
    return _OUTCOMES.get(result.status or "interrupted", Outcome.FAILED)
