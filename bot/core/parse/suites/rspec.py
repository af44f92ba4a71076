"""RSpec's JSON (``--format json``). A suite is the file of its examples, a name the full description.

An example whose expectation was not met has failed; any other exception is an error, and so are errors outside of
examples, which keep whole files from running.

https://rspec.info/features/3-13/rspec-core/formatters/json-formatter/
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec import Struct, field

from bot.core.model.suites import Case, Outcome
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.suites.json_case import Duration, case, listed, parsed, seconds
from bot.core.parse.typed_json import Number, read_json

FORMAT = "rspec"
_UNMET = ("ExpectationNotMetError", "MultipleExpectationsNotMetError", "MockExpectationError")


class _Exception(Struct, frozen=True):
    name: str = field(name="class", default="")
    message: str = ""
    backtrace: list[str] | None = None


class _Example(Struct, frozen=True):
    full_description: str
    status: Literal["passed", "failed", "pending"]
    file_path: str = ""
    line_number: Number | None = None
    run_time: Duration | None = None
    pending_message: str | None = None
    exception: _Exception | None = None


class _Summary(Struct, frozen=True):
    example_count: Number = 0
    failure_count: Number = 0
    errors_outside_of_examples_count: Number = 0


class _Report(Struct, frozen=True):
    examples: list[_Example]
    summary: _Summary
    messages: list[str] = field(default_factory=list[str])


_DECODER = msgspec.json.Decoder(_Report)
_NO_EXCEPTION = _Exception()


def parse_rspec(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for what is not whole, or counts more than it lists."""
    report = read_json(intake, _DECODER, producer="RSpec")
    listed("examples", report.summary.example_count, len(report.examples))
    failed = sum(example.status == "failed" for example in report.examples)
    listed("failures", report.summary.failure_count, failed)
    return parsed(FORMAT, _cases(report))


def _cases(report: _Report) -> Iterator[Case]:
    for example in report.examples:
        error = example.exception or _NO_EXCEPTION
        yield case(
            example.file_path,
            example.full_description,
            _outcome(example),
            duration_us=seconds(example.run_time),
            message=error.message or example.pending_message or "",
            detail="\n".join(error.backtrace or ()),
            file=example.file_path,
            line=example.line_number,
        )
    if report.summary.errors_outside_of_examples_count > 0:
        said = "\n".join(report.messages)
        yield case("", "outside of any example", Outcome.ERRORED, message=said, synthetic=True)


def _outcome(example: _Example) -> Outcome:
    if example.status == "failed":
        unmet = example.exception is not None and example.exception.name.endswith(_UNMET)
        return Outcome.FAILED if unmet else Outcome.ERRORED
    return Outcome.PASSED if example.status == "passed" else Outcome.SKIPPED
