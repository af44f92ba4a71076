"""GitLab's code quality report, a part of Code Climate's format: a list of issues. blocker, critical and major are
errors, minor is a warning, info a note; an issue without a severity is a warning.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from bot.core.model.findings import Finding, Level
from bot.core.parse.findings.tell import finding, level_of, parsed
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.typed_json import Number, read_json

FORMAT = "code-quality"


class _Lines(Struct, frozen=True):
    begin: Number
    end: Number | None = None


class _Place(Struct, frozen=True):
    line: Number
    column: Number | None = None


class _Span(Struct, frozen=True):
    begin: _Place
    end: _Place | None = None


class _Location(Struct, frozen=True):
    path: str
    lines: _Lines | None = None
    positions: _Span | None = None


class _Issue(Struct, frozen=True):
    description: str
    location: _Location
    check_name: str = ""
    severity: str | None = None


_DECODER = msgspec.json.Decoder(list[_Issue])


def parse_code_quality(intake: Intake) -> Parsed:
    """The issues in *intake*. Raises ``ReportError`` for what is not whole or not such a report."""
    return parsed(FORMAT, map(_finding, read_json(intake, _DECODER, producer="a code quality tool")))


def _finding(issue: _Issue) -> Finding:
    place = issue.location
    line = end = column = None
    if place.lines is not None:
        line, end = place.lines.begin, place.lines.end
    elif place.positions is not None:
        line, column = place.positions.begin.line, place.positions.begin.column
        end = place.positions.end.line if place.positions.end else None
    level = level_of(issue.severity) if issue.severity else Level.WARNING
    return finding(place.path, issue.check_name, issue.description, level, line=line, end_line=end, column=column)
