"""gosec's JSON. HIGH is an error, MEDIUM a warning, LOW a note. Files that Go could not load are errors of the tool:
what is in them was not looked at. What ``#nosec`` suppresses is no finding.

https://github.com/securego/gosec#output-formats
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct, field

from bot.core.model.errors import ReportError
from bot.core.model.findings import Finding
from bot.core.parse.findings.tell import finding, level_of, parsed, tool_error, whole_number
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.typed_json import Number, read_json

FORMAT = "gosec"


class _Weakness(Struct, frozen=True):
    url: str = ""


class _Suppression(Struct, frozen=True):
    kind: str = ""


class _Issue(Struct, frozen=True):
    severity: str
    rule_id: str
    details: str
    file: str
    line: str
    column: str = ""
    cwe: _Weakness | None = None
    nosec: bool = False
    suppressions: list[_Suppression] | None = None


class _Broken(Struct, frozen=True):
    error: str
    line: Number | None = None


class _Stats(Struct, frozen=True):
    files: Number | None = None
    found: Number = 0


class _Report(Struct, frozen=True, rename="pascal"):
    issues: list[_Issue] | None
    golang_errors: dict[str, list[_Broken]] | None = field(name="Golang errors", default=None)
    stats: _Stats = _Stats()


_DECODER = msgspec.json.Decoder(_Report)


def parse_gosec(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for what is not whole, counts more than it lists, or is of no
    file.
    """
    report = read_json(intake, _DECODER, producer="gosec")
    issues = report.issues or []
    if report.stats.found > len(issues):
        raise ReportError(f"it counts {report.stats.found} issues and lists {len(issues)}")
    if report.stats.files == 0 and not issues and not report.golang_errors:
        raise ReportError("gosec looked at no file")
    return parsed(FORMAT, _findings(report, issues), FORMAT)


def _findings(report: _Report, issues: list[_Issue]) -> Iterator[Finding]:
    for path, errors in (report.golang_errors or {}).items():
        for broken in errors:
            yield tool_error(FORMAT, broken.error, path, broken.line)
    for issue in issues:
        if issue.nosec or issue.suppressions:
            continue
        first, _, last = issue.line.partition("-")  # one line, or the first and the last
        yield finding(
            issue.file,
            issue.rule_id,
            issue.details,
            level_of(issue.severity),
            line=whole_number(first, "line number"),
            end_line=whole_number(last, "line number"),
            column=whole_number(issue.column, "column"),
            tool=FORMAT,
            url=issue.cwe.url if issue.cwe else "",
        )
