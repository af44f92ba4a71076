"""flake8's JSON, by its plugin flake8-json: the violations of each file. It has no severities: each is a warning,
except that a file is no Python (E9), which is an error.

https://github.com/PyCQA/flake8-json
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from bot.core.model.findings import Finding, Level
from bot.core.parse.findings.tell import finding, parsed
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.typed_json import Number, read_json

FORMAT = "flake8"


class _Violation(Struct, frozen=True):
    code: str
    filename: str
    line_number: Number
    text: str
    column_number: Number | None = None


_DECODER = msgspec.json.Decoder(dict[str, list[_Violation]])


def parse_flake8(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for what is not whole or not such a report."""
    files = read_json(intake, _DECODER, producer="flake8")
    return parsed(FORMAT, (_finding(said) for violations in files.values() for said in violations), FORMAT)


def _finding(said: _Violation) -> Finding:
    return finding(
        said.filename,
        said.code,
        said.text,
        Level.ERROR if said.code.startswith("E9") else Level.WARNING,
        line=said.line_number,
        column=said.column_number,
        tool=FORMAT,
    )
