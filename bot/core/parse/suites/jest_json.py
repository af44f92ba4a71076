"""Jest's JSON (``--json``), which Vitest writes too (``--reporter=json``). A suite is a test file, a name the full one.

A file that failed without a failed test did not run: a case of its own, in error. ``invocations`` says how often a test
was run until it passed or was given up. pending, todo and disabled are skipped.

https://jestjs.io/docs/configuration#testresultsprocessor-string
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec import Struct, field

from bot.core.model.suites import Case, Outcome
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.suites.json_case import Duration, case, listed, milliseconds, parsed, tried
from bot.core.parse.typed_json import Number, read_json

FORMAT = "jest-json"

_Status = Literal["passed", "failed", "pending", "skipped", "todo", "disabled", "focused"]
_OUTCOMES: dict[_Status, Outcome] = {"passed": Outcome.PASSED, "focused": Outcome.PASSED, "failed": Outcome.FAILED}


class _Place(Struct, frozen=True):
    line: Number


class _Assertion(Struct, frozen=True, rename="camel"):
    full_name: str
    status: _Status
    duration: Duration | None = None
    failure_messages: list[str] | None = None
    invocations: Number | None = None
    retry_reasons: list[str] | None = None
    location: _Place | None = None


class _File(Struct, frozen=True, rename="camel"):
    name: str
    status: str
    message: str = ""
    assertion_results: list[_Assertion] = field(default_factory=list[_Assertion])


class _Report(Struct, frozen=True, rename="camel"):
    test_results: list[_File]
    success: bool = True
    num_total_tests: Number = 0
    num_failed_tests: Number = 0
    was_interrupted: bool | None = None


_DECODER = msgspec.json.Decoder(_Report)


def parse_jest(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for what is not whole, or counts more than it lists."""
    report = read_json(intake, _DECODER, producer="Jest")
    tests = [test for file in report.test_results for test in file.assertion_results]
    listed("tests", report.num_total_tests, len(tests))
    listed("failed tests", report.num_failed_tests, sum(test.status == "failed" for test in tests))
    cases = [one for file in report.test_results for one in _cases(file)]
    if report.was_interrupted or not (report.success or any(one.bad for one in cases)):
        reason = "it was interrupted" if report.was_interrupted else "the runner says that it failed"
        cases.append(case("", "the run", Outcome.ERRORED, message=reason, synthetic=True))
    return parsed(FORMAT, cases, (file.name for file in report.test_results))


def _cases(file: _File) -> Iterator[Case]:
    for test in file.assertion_results:
        yield _case(file.name, test)
    if file.status == "failed" and not any(test.status == "failed" for test in file.assertion_results):
        reason = file.message or "the file failed, and none of its tests did"
        yield case(file.name, "the file", Outcome.ERRORED, message=reason, file=file.name, synthetic=True)


def _case(file: str, test: _Assertion) -> Case:
    outcome = _OUTCOMES.get(test.status, Outcome.SKIPPED)
    text = "\n".join(test.failure_messages or ()) if outcome is Outcome.FAILED else ""
    message, _, _ = text.partition("\n    at ")
    failed = max((test.invocations or 1) - 1, len(test.retry_reasons or ()))
    return case(
        file,
        test.full_name,
        outcome,
        duration_us=milliseconds(test.duration),
        attempts=tried(failed, outcome),
        message=message,
        detail=text,
        file=file,
        line=test.location.line if test.location else None,
    )
