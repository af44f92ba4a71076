"""npm's audit, of npm 6 (``advisories``) and later (``vulnerabilities``). Each advisory is one finding of no file,
however many packages it reaches through others: critical and high are errors, moderate a warning, low and info notes.

https://docs.npmjs.com/cli/commands/npm-audit
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct, field

from bot.core.model.errors import ReportError
from bot.core.model.findings import Finding
from bot.core.parse.findings.tell import finding, level_of, parsed
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.typed_json import read_json

FORMAT = "npm-audit"


class _Advisory(Struct, frozen=True):
    title: str
    severity: str
    name: str = ""
    module_name: str = ""
    url: str = ""
    range: str = ""
    vulnerable_versions: str = ""


class _Package(Struct, frozen=True):
    via: list[_Advisory | str]


class _Failure(Struct, frozen=True):
    code: str | None = None
    summary: str = ""


class _Report(Struct, frozen=True):
    vulnerabilities: dict[str, _Package] = field(default_factory=dict[str, _Package])
    advisories: dict[str, _Advisory] = field(default_factory=dict[str, _Advisory])
    error: _Failure | None = None
    message: str = ""


_DECODER = msgspec.json.Decoder(_Report)


def parse_npm_audit(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for what is not whole, and where npm could not audit."""
    report = read_json(intake, _DECODER, producer="npm audit")
    if report.error is not None:
        reason = report.error.summary or report.message or report.error.code or "it does not say why"
        raise ReportError(f"npm could not audit: {reason[:200]}")
    return parsed(FORMAT, _findings(report), FORMAT)


def _findings(report: _Report) -> Iterator[Finding]:
    told: set[_Advisory] = set()
    advisories = [via for package in report.vulnerabilities.values() for via in package.via]
    for said in (*advisories, *report.advisories.values()):
        if isinstance(said, str) or said in told:
            continue
        told.add(said)
        name, versions = said.name or said.module_name, said.range or said.vulnerable_versions
        rule = said.url.rstrip("/").rpartition("/")[2] or name
        yield finding("", rule, f"{name} {versions}: {said.title}", level_of(said.severity), tool=FORMAT, url=said.url)
