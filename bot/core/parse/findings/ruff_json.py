"""Ruff's JSON. Each finding is an error unless it says another severity, as Ruff has it in its SARIF; one without a
code is a file that is no Python.

https://docs.astral.sh/ruff/settings/#output-format
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from bot.core.model.findings import Finding
from bot.core.parse.findings.tell import finding, level_of, parsed
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.typed_json import Number, read_json

FORMAT = "ruff"


class _Place(Struct, frozen=True):
    row: Number
    column: Number


class _Diagnostic(Struct, frozen=True):
    filename: str | None
    message: str
    code: str | None = None
    location: _Place | None = None
    end_location: _Place | None = None
    severity: str = "error"
    url: str | None = None


_DECODER = msgspec.json.Decoder(list[_Diagnostic])


def parse_ruff(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for what is not whole or not such a report."""
    return parsed(FORMAT, map(_finding, read_json(intake, _DECODER, producer="Ruff")), FORMAT)


def _finding(said: _Diagnostic) -> Finding:
    return finding(
        said.filename or "",
        said.code or "invalid-syntax",
        said.message,
        level_of(said.severity),
        line=said.location.row if said.location else None,
        end_line=said.end_location.row if said.end_location else None,
        column=said.location.column if said.location else None,
        tool=FORMAT,
        url=said.url,
    )
