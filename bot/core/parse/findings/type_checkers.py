"""mypy's JSON (``--output json``, an object a line) and pyright's (``--outputjson``). Severities are what they say;
pyright counts lines and columns from 0, mypy columns.

https://mypy.readthedocs.io/en/stable/command_line.html#cmdoption-mypy-output
https://github.com/microsoft/pyright/blob/main/docs/command-line.md#json-output
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from bot.core.model.errors import ReportError
from bot.core.model.findings import Finding
from bot.core.parse.findings.tell import TOOL_ERROR, finding, level_of, parsed
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.typed_json import Number, decoded, lines_of, read_json

MYPY = "mypy"
PYRIGHT = "pyright"


class _Message(Struct, frozen=True):
    file: str
    line: Number
    message: str
    severity: str
    column: Number | None = None
    code: str | None = None


class _Place(Struct, frozen=True):
    line: Number
    character: Number


class _Range(Struct, frozen=True):
    start: _Place
    end: _Place


class _Diagnostic(Struct, frozen=True):
    file: str
    severity: str
    message: str
    range: _Range | None = None
    rule: str = ""


class _Summary(Struct, frozen=True, rename="camel"):
    files_analyzed: Number | None = None


class _Report(Struct, frozen=True, rename="camel"):
    general_diagnostics: list[_Diagnostic]
    summary: _Summary = _Summary()


_LINE = msgspec.json.Decoder(_Message)
_REPORT = msgspec.json.Decoder(_Report)


def parse_mypy(intake: Intake) -> Parsed:
    """The messages in *intake*, one a line. Raises ``ReportError`` for a line that is none."""
    lines = (decoded(text, _LINE, producer=MYPY, line=number) for number, text in lines_of(intake))
    return parsed(MYPY, map(_of_mypy, lines), MYPY)


def parse_pyright(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for what is not whole, and where no file was checked."""
    report = read_json(intake, _REPORT, producer=PYRIGHT)
    if report.summary.files_analyzed == 0 and not report.general_diagnostics:
        raise ReportError("pyright looked at no file")
    return parsed(PYRIGHT, map(_of_pyright, report.general_diagnostics), PYRIGHT)


def _of_mypy(said: _Message) -> Finding:
    return finding(
        said.file,
        said.code or TOOL_ERROR,
        said.message,
        level_of(said.severity),
        line=said.line,
        column=None if said.column is None else said.column + 1,
        tool=MYPY,
    )


def _of_pyright(said: _Diagnostic) -> Finding:
    place = said.range
    return finding(
        said.file,
        said.rule,
        said.message,
        level_of(said.severity),
        line=place.start.line + 1 if place else None,
        end_line=place.end.line + 1 if place else None,
        column=place.start.character + 1 if place else None,
        tool=PYRIGHT,
    )
