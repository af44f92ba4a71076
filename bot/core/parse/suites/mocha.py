"""Mocha's JSON (``--reporter json``). A suite is the file of its tests, a name the full title.

A test whose error says what was expected has failed; any other exception is an error, and so is a hook that threw,
which is in ``failures`` alone. ``currentRetry`` counts the tries that failed before.

https://mochajs.org/next/reporters/json/
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, field

from bot.core.model.suites import Case, Outcome
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.suites.json_case import Duration, case, listed, milliseconds, parsed, tried
from bot.core.parse.typed_json import Number, read_json

FORMAT = "mocha"
_ASSERTION = re.compile(r"[\w.]{0,80}(?:Assertion|Unexpected|Expectation)\w{0,80}Error\b")


class _Stats(Struct, frozen=True):
    tests: Number
    passes: Number
    pending: Number
    failures: Number


class _Error(Struct, frozen=True, rename="camel"):
    message: str | None = None
    stack: str | None = None
    name: str | None = None
    code: str | Number | None = None
    actual: Raw | UnsetType = UNSET
    expected: Raw | UnsetType = UNSET
    error_mode: Raw | UnsetType = UNSET  # of the library "unexpected"

    @property
    def outcome(self) -> Outcome:
        compared = any(said is not UNSET for said in (self.actual, self.expected, self.error_mode))
        named = any(_ASSERTION.match(text or "") for text in (self.name, self.stack))
        return Outcome.FAILED if compared or named or self.code == "ERR_ASSERTION" else Outcome.ERRORED


_NO_ERROR = _Error()


class _Test(Struct, frozen=True, rename="camel"):
    full_title: str
    file: str | None = None
    duration: Duration | None = None
    current_retry: Number = 0
    err: _Error = _NO_ERROR

    @property
    def key(self) -> tuple[str, str]:
        return self.file or "", self.full_title


class _Report(Struct, frozen=True):
    stats: _Stats
    tests: list[_Test]
    pending: list[_Test] = field(default_factory=list[_Test])
    failures: list[_Test] = field(default_factory=list[_Test])


_DECODER = msgspec.json.Decoder(_Report)


def parse_mocha(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for what is not whole, or counts more than it lists."""
    report = read_json(intake, _DECODER, producer="Mocha")
    listed("tests", report.stats.tests, len(report.tests))
    listed("pending tests", report.stats.pending, len(report.pending))
    listed("failures", report.stats.failures, len(report.failures))
    return parsed(FORMAT, _cases(report))


def _cases(report: _Report) -> Iterator[Case]:
    pending = Counter(test.key for test in report.pending)
    failures = Counter(test.key for test in report.failures)
    for test in report.tests:
        if failures[test.key] and (test.err != _NO_ERROR or not pending[test.key]):
            failures[test.key] -= 1
            yield _case(test, test.err.outcome)
        elif test.err != _NO_ERROR:
            yield _case(test, test.err.outcome)
        elif pending[test.key]:
            pending[test.key] -= 1
            yield _case(test, Outcome.SKIPPED)
        else:
            yield _case(test, Outcome.PASSED)
    for test in report.failures:
        if failures[test.key]:  # a hook, which is no test
            failures[test.key] -= 1
            yield _case(test, Outcome.ERRORED)


def _case(test: _Test, outcome: Outcome) -> Case:
    return case(
        test.file or "",
        test.full_title,
        outcome,
        duration_us=milliseconds(test.duration),
        attempts=tried(test.current_retry, outcome),
        message=test.err.message or "",
        detail=test.err.stack or "",
        file=test.file or "",
    )
