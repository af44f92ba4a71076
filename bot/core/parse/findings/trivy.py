"""Trivy's JSON: vulnerabilities, misconfigurations that fail, and secrets. CRITICAL and HIGH are errors, MEDIUM a
warning, LOW and UNKNOWN notes. A vulnerability belongs to the file that names the package, without a line.

https://trivy.dev/latest/docs/configuration/reporting/#json
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from bot.core.model.findings import Finding
from bot.core.parse.findings.tell import finding, level_of, parsed
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.typed_json import Number, read_json

FORMAT = "trivy"


class _Vulnerability(Struct, frozen=True, rename="pascal"):
    vulnerability_id: str = msgspec.field(name="VulnerabilityID")
    severity: str
    pkg_name: str = ""
    installed_version: str = ""
    fixed_version: str = ""
    title: str = ""
    primary_url: str = msgspec.field(name="PrimaryURL", default="")


class _Cause(Struct, frozen=True, rename="pascal"):
    start_line: Number | None = None
    end_line: Number | None = None


class _Misconfiguration(Struct, frozen=True, rename="pascal"):
    id: str = msgspec.field(name="ID")
    severity: str
    status: str = "FAIL"
    title: str = ""
    message: str = ""
    primary_url: str = msgspec.field(name="PrimaryURL", default="")
    cause_metadata: _Cause = _Cause()


class _Secret(Struct, frozen=True, rename="pascal"):
    rule_id: str = msgspec.field(name="RuleID")
    severity: str
    title: str = ""
    start_line: Number | None = None
    end_line: Number | None = None


class _Result(Struct, frozen=True, rename="pascal"):
    target: str
    vulnerabilities: list[_Vulnerability] | None = None
    misconfigurations: list[_Misconfiguration] | None = None
    secrets: list[_Secret] | None = None


class _Report(Struct, frozen=True, rename="pascal"):
    results: list[_Result] | None = None


_DECODER = msgspec.json.Decoder(_Report)


def parse_trivy(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for what is not whole or not such a report."""
    results = read_json(intake, _DECODER, producer="Trivy").results or []
    return parsed(FORMAT, (one for result in results for one in _findings(result)), FORMAT)


def _findings(result: _Result) -> Iterator[Finding]:
    for weak in result.vulnerabilities or ():
        fixed = f"fixed in {weak.fixed_version}" if weak.fixed_version else "no fix is known"
        text = f"{weak.pkg_name} {weak.installed_version}: {weak.title or weak.vulnerability_id}, {fixed}"
        level = level_of(weak.severity)
        yield finding(result.target, weak.vulnerability_id, text, level, tool=FORMAT, url=weak.primary_url)
    for said in result.misconfigurations or ():
        if said.status == "FAIL":
            yield finding(
                result.target,
                said.id,
                said.message or said.title,
                level_of(said.severity),
                line=said.cause_metadata.start_line,
                end_line=said.cause_metadata.end_line,
                tool=FORMAT,
                url=said.primary_url,
            )
    for secret in result.secrets or ():
        first, last = secret.start_line, secret.end_line
        level = level_of(secret.severity)
        yield finding(result.target, secret.rule_id, secret.title, level, line=first, end_line=last, tool=FORMAT)
