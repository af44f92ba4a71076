"""Semgrep's JSON. ERROR, CRITICAL and HIGH are errors, WARNING and MEDIUM warnings, INFO and LOW notes. What its errors
call an error is one of the tool: a rule or a file was not looked at.

https://semgrep.dev/docs/semgrep-appsec-platform/json-and-sarif
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct, field

from bot.core.model.errors import ReportError
from bot.core.model.findings import Finding, Level
from bot.core.parse.findings.tell import finding, level_of, parsed, tool_error
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.typed_json import Number, read_json

FORMAT = "semgrep"


class _Place(Struct, frozen=True):
    line: Number
    col: Number


class _Extra(Struct, frozen=True):
    message: str
    severity: str = "WARNING"
    is_ignored: bool | None = None


class _Result(Struct, frozen=True):
    check_id: str
    path: str
    start: _Place
    end: _Place
    extra: _Extra


class _Error(Struct, frozen=True):
    level: str = "error"
    message: str = ""
    path: str | None = None


class _Paths(Struct, frozen=True):
    scanned: list[str] | None = None


class _Report(Struct, frozen=True):
    results: list[_Result]
    errors: list[_Error] = field(default_factory=list[_Error])
    paths: _Paths = _Paths()


_DECODER = msgspec.json.Decoder(_Report)


def parse_semgrep(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for what is not whole, and where no file was scanned."""
    report = read_json(intake, _DECODER, producer="Semgrep")
    if not (report.paths.scanned or report.results or report.errors) and report.paths.scanned is not None:
        raise ReportError("Semgrep looked at no file")
    return parsed(FORMAT, _findings(report), FORMAT)


def _findings(report: _Report) -> Iterator[Finding]:
    for error in report.errors:
        if level_of(error.level) is Level.ERROR:
            yield tool_error(FORMAT, error.message, error.path or "")
    for said in report.results:
        if not said.extra.is_ignored:
            yield finding(
                said.path,
                said.check_id,
                said.extra.message,
                level_of(said.extra.severity),
                line=said.start.line,
                end_line=said.end.line,
                column=said.start.col,
                tool=FORMAT,
            )
