"""Pylint's reports: ``json`` (a list), ``json2`` (an object with statistics), and lines for people and editors
(``parseable``, and Ruff's ``pylint``).

fatal and error are errors, warning is a warning, convention, refactor and info are notes; in lines, which say no type,
the first letter of the code tells (F and E, W, else a note), and a code of Ruff's is an error as in its other formats.
Columns count from 0 in JSON.

https://pylint.readthedocs.io/en/stable/user_guide/usage/output.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from msgspec import Struct, field

from bot.core.model.errors import ReportError
from bot.core.model.findings import Finding, Level
from bot.core.parse.findings.tell import finding, level_of, parsed, whole_number
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.typed_json import Number, lines_of, read_json

FORMAT = "pylint"
_LINE = re.compile(
    rb"([^\r\n:][^\r\n]{0,4000}?):(\d{1,9}): "
    rb"\[([A-Z]{1,10}\d{1,6}|invalid-syntax)(?:\(([\w-]+)\)[^\]\r\n]*)?\] ([^\r\n]*)"
)
_BETWEEN = re.compile(rb"\*{5,} Module |-{10,}\s*\Z|Your code has been rated at |\s*\Z")
_OF_PYLINT = {"F": Level.ERROR, "E": Level.ERROR, "W": Level.WARNING}


class _Message(Struct, frozen=True, rename="camel"):
    type: str
    path: str
    message: str
    symbol: str = ""
    message_id: str = ""
    old_id: str = field(name="message-id", default="")
    line: Number | None = None
    column: Number | None = None
    end_line: Number | None = None


class _Statistics(Struct, frozen=True, rename="camel"):
    modules_linted: Number | None = None


class _Report(Struct, frozen=True):
    messages: list[_Message]
    statistics: _Statistics = _Statistics()


_LIST = msgspec.json.Decoder(list[_Message])
_REPORT = msgspec.json.Decoder(_Report)


def parse_pylint(intake: Intake) -> Parsed:
    """The list in *intake*. Raises ``ReportError`` for what is not whole or not such a report."""
    return parsed(FORMAT, map(_finding, read_json(intake, _LIST, producer="Pylint")), FORMAT)


def parse_pylint_json2(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for what is not whole, and where no module was looked at."""
    report = read_json(intake, _REPORT, producer="Pylint")
    if report.statistics.modules_linted == 0 and not report.messages:
        raise ReportError("Pylint looked at no module")
    return parsed(FORMAT, map(_finding, report.messages), FORMAT)


def parse_pylint_lines(intake: Intake) -> Parsed:
    """The messages in *intake*, one a line. Raises ``ReportError`` for a line that no file has."""
    return parsed(FORMAT, _of_lines(intake), FORMAT)


def may_be_lines(head: bytes) -> bool:
    """Whether a file that begins with *head* is such lines and nothing else: a job's log may hold much beside them."""
    whole, _, _ = head.rpartition(b"\n")
    lines = whole.splitlines()
    return any(map(_LINE.match, lines)) and all(_LINE.match(line) or _BETWEEN.match(line) for line in lines)


def _finding(said: _Message) -> Finding:
    return finding(
        said.path,
        said.symbol or said.message_id or said.old_id,
        said.message,
        level_of(said.type),
        line=said.line,
        end_line=said.end_line,
        column=None if said.column is None else said.column + 1,
        tool=FORMAT,
    )


def _of_lines(intake: Intake) -> Iterator[Finding]:
    for number, line in lines_of(intake):
        found = _LINE.match(line)
        if found is None:
            continue
        path, at, code, symbol, message = (part.decode(errors="replace") for part in found.groups(b""))
        try:
            level = _OF_PYLINT.get(code[0], Level.NOTE) if symbol else Level.ERROR
            yield finding(path, symbol or code, message, level, line=whole_number(at, "line number"))
        except ReportError as error:
            error.line = number
            raise
