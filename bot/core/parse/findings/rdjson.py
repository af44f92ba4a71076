"""reviewdog's diagnostics: one result (rdjson), or a diagnostic a line (rdjsonl).

Severities are ERROR, WARNING and INFO (a note), by name or by their number in the protocol; where a diagnostic has
none, its result's counts, and without one it is a warning.

https://github.com/reviewdog/reviewdog/tree/master/proto/rdf
"""

from __future__ import annotations

import msgspec
from msgspec import Struct, field

from bot.core.model.findings import Finding, Level
from bot.core.parse.findings.tell import finding, parsed
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.typed_json import Number, decoded, lines_of, read_json

FORMAT = "rdjson"
LINES_FORMAT = "rdjsonl"

_LEVELS: dict[str | int, Level] = {
    "ERROR": Level.ERROR,
    "WARNING": Level.WARNING,
    "INFO": Level.NOTE,
    1: Level.ERROR,
    2: Level.WARNING,
    3: Level.NOTE,
}


class _Place(Struct, frozen=True):
    line: Number | None = None
    column: Number | None = None


class _Range(Struct, frozen=True):
    start: _Place = _Place()
    end: _Place | None = None


class _Location(Struct, frozen=True):
    path: str = ""
    range: _Range | None = None


class _Source(Struct, frozen=True):
    name: str = ""


class _Code(Struct, frozen=True):
    value: str = ""
    url: str = ""


class _Diagnostic(Struct, frozen=True):
    message: str
    location: _Location = _Location()
    severity: str | int | None = None
    source: _Source | None = None
    code: _Code | None = None


class _Result(Struct, frozen=True):
    diagnostics: list[_Diagnostic] = field(default_factory=list[_Diagnostic])
    severity: str | int | None = None
    source: _Source | None = None


_RESULT = msgspec.json.Decoder(_Result)
_DIAGNOSTIC = msgspec.json.Decoder(_Diagnostic)
_NO_RESULT = _Result()


def parse_rdjson(intake: Intake) -> Parsed:
    """The result in *intake*. Raises ``ReportError`` for what is not whole or not such a report."""
    result = read_json(intake, _RESULT, producer="reviewdog")
    findings = [_finding(said, result) for said in result.diagnostics]
    return parsed(FORMAT, findings, result.source.name if result.source else "", *(one.tool for one in findings))


def parse_rdjsonl(intake: Intake) -> Parsed:
    """The diagnostics in *intake*, one a line. Raises ``ReportError`` for a line that is none."""
    lines = lines_of(intake)
    said = (decoded(text, _DIAGNOSTIC, producer="reviewdog", line=number) for number, text in lines)
    findings = [_finding(one, _NO_RESULT) for one in said]
    return parsed(LINES_FORMAT, findings, *(one.tool for one in findings))


def _finding(said: _Diagnostic, result: _Result) -> Finding:
    source = said.source or result.source
    severity = said.severity if said.severity not in (None, "UNKNOWN_SEVERITY", 0) else result.severity
    place = said.location.range or _Range()
    return finding(
        said.location.path,
        said.code.value if said.code else "",
        said.message,
        _LEVELS.get(severity, Level.WARNING) if severity is not None else Level.WARNING,
        line=place.start.line,
        end_line=place.end.line if place.end else None,
        column=place.start.column,
        tool=source.name if source else "",
        url=said.code.url if said.code else "",
    )
