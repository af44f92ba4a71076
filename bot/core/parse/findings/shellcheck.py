"""ShellCheck's JSON (``json``, a list, and ``json1``, an object with comments) and hadolint's, which is alike: its
codes are texts where ShellCheck's are numbers. error, warning, and info and style, which are notes.

https://github.com/koalaman/shellcheck/blob/master/shellcheck.1.md
https://github.com/hadolint/hadolint#cli
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from bot.core.model.findings import Finding
from bot.core.parse.findings.tell import finding, level_of, parsed
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.typed_json import Number, read_json

FORMAT = "shellcheck"
HADOLINT_FORMAT = "hadolint"


class _Comment(Struct, frozen=True, rename="camel"):
    file: str
    level: str
    code: Number | str
    message: str
    line: Number
    column: Number | None = None
    end_line: Number | None = None


class _Report(Struct, frozen=True):
    comments: list[_Comment]


_LIST = msgspec.json.Decoder(list[_Comment])
_REPORT = msgspec.json.Decoder(_Report)


def parse_shellcheck(intake: Intake) -> Parsed:
    """The list in *intake*. Raises ``ReportError`` for what is not whole or not such a report."""
    comments = read_json(intake, _LIST, producer="ShellCheck")
    tool = HADOLINT_FORMAT if any(isinstance(said.code, str) for said in comments) else FORMAT
    return parsed(tool, (_finding(said, tool) for said in comments), tool)


def parse_shellcheck_json1(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for what is not whole or not such a report."""
    comments = read_json(intake, _REPORT, producer="ShellCheck").comments
    return parsed(FORMAT, (_finding(said, FORMAT) for said in comments), FORMAT)


def _finding(said: _Comment, tool: str) -> Finding:
    return finding(
        said.file,
        said.code if isinstance(said.code, str) else f"SC{said.code}",
        said.message,
        level_of(said.level),
        line=said.line,
        end_line=said.end_line,
        column=said.column,
        tool=tool,
    )
