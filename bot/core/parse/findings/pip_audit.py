"""pip-audit's JSON: an object with its dependencies, or the list of these alone (before 2.4). Each vulnerability is an
error of no file; a dependency that could not be audited is a note: a project's own package never can.

https://github.com/pypa/pip-audit#usage
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct, field

from bot.core.model.errors import ReportError
from bot.core.model.findings import Finding, Level
from bot.core.parse.findings.tell import finding, parsed
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.typed_json import read_json

FORMAT = "pip-audit"
SKIPPED = "skipped-dependency"


class _Vulnerability(Struct, frozen=True):
    id: str
    description: str = ""
    fix_versions: list[str] = field(default_factory=list[str])


class _Dependency(Struct, frozen=True):
    name: str
    version: str = ""
    vulns: list[_Vulnerability] = field(default_factory=list[_Vulnerability])
    skip_reason: str = ""


class _Report(Struct, frozen=True):
    dependencies: list[_Dependency]


_REPORT = msgspec.json.Decoder(_Report | list[_Dependency])


def parse_pip_audit(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for what is not whole, and where nothing was audited."""
    report = read_json(intake, _REPORT, producer=FORMAT)
    dependencies = report.dependencies if isinstance(report, _Report) else report
    if not dependencies:
        raise ReportError("pip-audit looked at no dependency")
    return parsed(FORMAT, (one for dependency in dependencies for one in _findings(dependency)), FORMAT)


def _findings(dependency: _Dependency) -> Iterator[Finding]:
    if dependency.skip_reason:
        yield finding("", SKIPPED, f"{dependency.name}: {dependency.skip_reason}", Level.NOTE, tool=FORMAT)
    for found in dependency.vulns:
        fixed = f"fixed in {', '.join(found.fix_versions)}" if found.fix_versions else "no fix is known"
        about = next(iter(found.description.strip().splitlines()), "")
        text = f"{dependency.name} {dependency.version}: {fixed}. {about}"
        yield finding("", found.id, text, Level.ERROR, tool=FORMAT, url=f"https://osv.dev/vulnerability/{found.id}")
