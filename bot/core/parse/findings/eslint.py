"""ESLint's JSON: a list of files with their messages. Severity 2 is an error, 1 a warning; what could not be parsed is
``fatal``, has no rule, and is an error. Messages that the source suppresses stand apart and are no findings.

https://eslint.org/docs/latest/use/formatters/#json
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from bot.core.model.errors import ReportError
from bot.core.model.findings import Finding, Level
from bot.core.parse.findings.tell import TOOL_ERROR, finding, parsed
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.typed_json import Number, read_json

FORMAT = "eslint"


class _Message(Struct, frozen=True, rename="camel"):
    message: str
    severity: Number
    rule_id: str | None = None
    line: Number | None = None
    column: Number | None = None
    end_line: Number | None = None
    fatal: bool | None = None


class _File(Struct, frozen=True, rename="camel"):
    file_path: str
    messages: list[_Message]
    error_count: Number = 0
    warning_count: Number = 0


_DECODER = msgspec.json.Decoder(list[_File])


def parse_eslint(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for what is not whole, or counts more than it lists."""
    return parsed(FORMAT, _findings(read_json(intake, _DECODER, producer="ESLint")), FORMAT)


def _findings(files: list[_File]) -> Iterator[Finding]:
    for file in files:
        counted = file.error_count + file.warning_count
        if counted > len(file.messages):
            raise ReportError(f"{file.file_path[:200]} counts {counted} messages and lists {len(file.messages)}")
        for said in file.messages:
            yield finding(
                file.file_path,
                said.rule_id or (TOOL_ERROR if said.fatal else ""),
                said.message,
                Level.ERROR if said.fatal or said.severity >= 2 else Level.WARNING,
                line=said.line,
                end_line=said.end_line,
                column=said.column,
                tool=FORMAT,
            )
