"""What linters, analysers and scanners found."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

LONGEST_MESSAGE = 1_000

Name = Annotated[str, Meta(max_length=4096)]
Line = Annotated[int, Meta(ge=1, le=10_000_000)]


class Level(StrEnum):
    """How bad a finding is, by its own tool; what a tool calls by other names is mapped (docs/formats.md)."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Finding(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """One finding. *path* is as the report writes it until it is mapped, empty where the finding is of no file;
    *line* is ``None`` where it is of the whole file. *rule* is the tool's own name for what is wrong.
    """

    path: Name
    rule: Name
    message: Annotated[str, Meta(max_length=LONGEST_MESSAGE)]
    level: Level = Level.WARNING
    line: Line | None = None
    end_line: Line | None = None
    column: Annotated[int, Meta(ge=0, le=10_000_000)] | None = None
    tool: Name = ""
    url: Name = ""


class Findings(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """All that one report found, in its order; a clean report has none. *tools* are those that ran, where it says."""

    findings: tuple[Finding, ...]
    tools: tuple[Name, ...] = ()
