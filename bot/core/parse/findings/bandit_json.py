"""Bandit's JSON. HIGH is an error, MEDIUM a warning, LOW and UNDEFINED a note. A file that Bandit could not read is an
error of the tool. Columns count from 0.

https://bandit.readthedocs.io/en/latest/formatters/json.html
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Raw, Struct, field

from bot.core.model.errors import ReportError
from bot.core.model.findings import Finding
from bot.core.parse.findings.tell import finding, level_of, parsed, tool_error
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.typed_json import Number, read_json

FORMAT = "bandit"
_TOTALS = "_totals"


class _Error(Struct, frozen=True):
    filename: str
    reason: str


class _Issue(Struct, frozen=True):
    filename: str
    test_id: str
    issue_text: str
    issue_severity: str
    line_number: Number
    col_offset: Number | None = None
    line_range: list[Number] = field(default_factory=list[Number])
    more_info: str | None = None


class _Report(Struct, frozen=True):
    results: list[_Issue]
    errors: list[_Error] = field(default_factory=list[_Error])
    metrics: dict[str, Raw] | None = None


_DECODER = msgspec.json.Decoder(_Report)


def parse_bandit(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for what is not whole, and where no file was looked at."""
    report = read_json(intake, _DECODER, producer="Bandit")
    looked_at = True if report.metrics is None else report.metrics.keys() - {_TOTALS}
    if not (looked_at or report.results or report.errors):
        raise ReportError("Bandit looked at no file")
    return parsed(FORMAT, _findings(report), FORMAT)


def _findings(report: _Report) -> Iterator[Finding]:
    for error in report.errors:
        yield tool_error(FORMAT, error.reason, error.filename)
    for issue in report.results:
        yield finding(
            issue.filename,
            issue.test_id,
            issue.issue_text,
            level_of(issue.issue_severity),
            line=issue.line_number,
            end_line=max(issue.line_range, default=None),
            column=None if issue.col_offset is None else issue.col_offset + 1,
            tool=FORMAT,
            url=issue.more_info,
        )
