"""CTRF, the common test report format. A suite is what the report says it is, its parts joined by `` > ``, or else the
test's file. ``pending`` is skipped; ``other`` is what the report could not call by any other name, and never green.

Attempts are those listed; where only their number is said, those before the last failed; a ``flaky`` pass alone says
that one did.

https://ctrf.io/docs/specification/overview
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec import Struct, field

from bot.core.model.suites import Case, Outcome
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.suites.json_case import MOST_ATTEMPTS, Duration, case, listed, milliseconds, parsed, tried
from bot.core.parse.typed_json import Number, read_json

FORMAT = "ctrf"

_Status = Literal["passed", "failed", "skipped", "pending", "other"]
_OUTCOMES: dict[_Status, Outcome] = {
    "passed": Outcome.PASSED,
    "failed": Outcome.FAILED,
    "skipped": Outcome.SKIPPED,
    "pending": Outcome.SKIPPED,
    "other": Outcome.ERRORED,
}


class _Attempt(Struct, frozen=True):
    status: _Status


class _Test(Struct, frozen=True, rename="camel"):
    name: str
    status: _Status
    duration: Duration | None = None
    suite: str | list[str] | None = None
    message: str | None = None
    trace: str | None = None
    raw_status: str | None = None
    file_path: str | None = None
    line: Number | None = None
    retries: Number = 0
    flaky: bool | None = None
    retry_attempts: list[_Attempt] = field(default_factory=list[_Attempt])

    @property
    def place(self) -> str:
        if not self.suite:
            return self.file_path or ""
        return self.suite if isinstance(self.suite, str) else " > ".join(self.suite)


class _Summary(Struct, frozen=True):
    tests: Number
    passed: Number = 0
    failed: Number = 0
    skipped: Number = 0
    pending: Number = 0
    other: Number = 0


class _Results(Struct, frozen=True):
    summary: _Summary
    tests: list[_Test]


class _Report(Struct, frozen=True):
    results: _Results


_DECODER = msgspec.json.Decoder(_Report)


def parse_ctrf(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for what is not whole, or counts more than it lists."""
    results = read_json(intake, _DECODER, producer="a CTRF reporter").results
    listed("tests", results.summary.tests, len(results.tests))
    for status, declared in (("failed", results.summary.failed), ("other", results.summary.other)):
        listed(f"tests that are {status}", declared, sum(test.status == status for test in results.tests))
    return parsed(FORMAT, _cases(results.tests))


def _cases(tests: list[_Test]) -> Iterator[Case]:
    for test in tests:
        outcome = _OUTCOMES[test.status]
        yield case(
            test.place,
            test.name,
            outcome,
            duration_us=milliseconds(test.duration),
            attempts=_attempts(test, outcome),
            message=test.message or (test.raw_status or "" if outcome is Outcome.ERRORED else ""),
            detail=test.trace or "",
            file=test.file_path or "",
            line=test.line,
        )


def _attempts(test: _Test, outcome: Outcome) -> tuple[Outcome, ...]:
    if test.retry_attempts:
        earlier = [_OUTCOMES[attempt.status] for attempt in test.retry_attempts[:MOST_ATTEMPTS]]
        last = () if len(earlier) > test.retries > 0 and earlier[-1] is outcome else (outcome,)
        return (*earlier, *last)
    if test.retries > 0:
        return tried(test.retries, outcome)
    return tried(1, outcome) if test.flaky and outcome is Outcome.PASSED else ()
