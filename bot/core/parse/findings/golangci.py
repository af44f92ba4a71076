"""golangci-lint's JSON, of its versions 1 and 2. Lines of its log may stand before it and its summary behind it.

An issue without a severity is an error, as golangci-lint has it in its SARIF. ``Report.Error`` says that a linter could
not do its work: a finding of its own, because what it would have found is not there.

https://golangci-lint.run/docs/configuration/file/#output-configuration
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from msgspec import Struct, field

from bot.core.model.findings import Finding, Level
from bot.core.parse.findings.tell import finding, level_of, parsed, tool_error
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.typed_json import LARGEST, Number, decoded, values_of

FORMAT = "golangci-lint"
BEGIN = re.compile(rb'^\{\s*"Issues"\s*:', re.MULTILINE)


class _Position(Struct, frozen=True, rename="pascal"):
    filename: str = ""
    line: Number = 0
    column: Number = 0


class _Range(Struct, frozen=True):
    last: Number = field(name="To", default=0)


class _Issue(Struct, frozen=True, rename="pascal"):
    from_linter: str
    text: str
    pos: _Position
    severity: str = ""
    line_range: _Range | None = None


class _Linter(Struct, frozen=True, rename="pascal"):
    name: str
    enabled: bool = False


class _Report(Struct, frozen=True, rename="pascal"):
    error: str = ""
    linters: list[_Linter] | None = None


class _Output(Struct, frozen=True, rename="pascal"):
    issues: list[_Issue] | None
    report: _Report | None = None


_DECODER = msgspec.json.Decoder(_Output)


def parse_golangci(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError``, with the line, for what is not whole or not such a report."""
    data = intake.whole(limit=LARGEST)
    found = BEGIN.search(data)
    begin = found.start() if found is not None else 0  # another tool has put its keys in another order
    before = data.count(b"\n", 0, begin)
    line, value = next(values_of(data[begin:]))
    output = decoded(value, _DECODER, producer=FORMAT, line=before + line)
    linters = (output.report.linters if output.report else None) or []
    return parsed(FORMAT, _findings(output), FORMAT, *(linter.name for linter in linters if linter.enabled))


def _findings(output: _Output) -> Iterator[Finding]:
    if output.report is not None and output.report.error:
        yield tool_error(FORMAT, output.report.error)
    for issue in output.issues or ():
        yield finding(
            issue.pos.filename,
            issue.from_linter,
            issue.text,
            level_of(issue.severity) if issue.severity else Level.ERROR,
            line=issue.pos.line,
            end_line=issue.line_range.last if issue.line_range else None,
            column=issue.pos.column,
            tool=FORMAT,
        )
