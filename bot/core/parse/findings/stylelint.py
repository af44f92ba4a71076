"""Stylelint's JSON: a list of sources with their warnings. A source that could not be parsed has parse errors, which
are errors whatever else it says.

https://stylelint.io/user-guide/options/#formatter
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct, field

from bot.core.model.findings import Finding, Level
from bot.core.parse.findings.tell import TOOL_ERROR, finding, level_of, parsed, tool_error
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.typed_json import Number, read_json

FORMAT = "stylelint"


class _Warning(Struct, frozen=True, rename="camel"):
    text: str
    rule: str = ""
    severity: str = "error"
    line: Number | None = None
    column: Number | None = None
    end_line: Number | None = None
    url: str | None = None


class _Option(Struct, frozen=True):
    text: str


class _Source(Struct, frozen=True, rename="camel"):
    source: str | None
    warnings: list[_Warning]
    errored: bool | None = None
    parse_errors: list[_Warning] = field(default_factory=list[_Warning])
    invalid_option_warnings: list[_Option] = field(default_factory=list[_Option])


_DECODER = msgspec.json.Decoder(list[_Source])


def parse_stylelint(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for what is not whole or not such a report."""
    sources = read_json(intake, _DECODER, producer="Stylelint")
    return parsed(FORMAT, (one for source in sources for one in _findings(source)), FORMAT)


def _findings(source: _Source) -> Iterator[Finding]:
    path = source.source or ""
    for said in source.parse_errors:
        yield tool_error(FORMAT, said.text, path, said.line)
    for option in source.invalid_option_warnings:
        yield tool_error(FORMAT, option.text)
    for said in source.warnings:
        yield finding(
            path,
            said.rule or TOOL_ERROR,
            said.text,
            level_of(said.severity),
            line=said.line,
            end_line=said.end_line,
            column=said.column,
            tool=FORMAT,
            url=said.url,
        )
    told = any(said.severity == "error" for said in source.warnings)
    if source.errored and not (told or source.parse_errors or source.invalid_option_warnings):
        yield finding(path, TOOL_ERROR, "it says that the file has errors and lists none", Level.ERROR, tool=FORMAT)
