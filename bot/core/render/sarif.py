"""Findings as SARIF 2.1.0, the format that code scanning, editors and other tools read.

One run a tool. The same findings in the same order give the same bytes. Relative paths hang on ``%SRCROOT%``, the root
of the repository. A result's fingerprint is made of its tool, rule, file and message, and of which of equal ones it is:
lines above it may come and go.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from bot.core.model.findings import Finding

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
VERSION = "2.1.0"
FINGERPRINT = "covgateFinding/v1"
ROOT = "%SRCROOT%"

_UNNAMED = "covgate"  # a driver must have a name, and the report named none
_PLAIN = re.compile(r"[^A-Za-z0-9._~/!$&'()*+,;=@-]")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")


def render_sarif(findings: Sequence[Finding], *, tools: Iterable[str] = ()) -> str:
    """*findings* as one log. *tools* that found nothing have a run without results, which says that they ran."""
    by_tool: dict[str, list[Finding]] = {tool or _UNNAMED: [] for tool in tools}
    for finding in findings:
        by_tool.setdefault(finding.tool or _UNNAMED, []).append(finding)
    if not by_tool:
        by_tool[_UNNAMED] = []
    runs = [_run(tool, by_tool[tool]) for tool in sorted(by_tool)]
    return json.dumps({"$schema": SCHEMA, "version": VERSION, "runs": runs}, indent=2) + "\n"


def _run(tool: str, findings: list[Finding]) -> dict[str, Any]:
    urls: dict[str, str] = {}
    for finding in findings:
        urls[finding.rule] = urls.get(finding.rule) or finding.url
    places = {rule: place for place, rule in enumerate(sorted(filter(None, urls)))}
    rules = [{"id": rule, "helpUri": urls[rule]} if urls[rule] else {"id": rule} for rule in places]
    alike: Counter[tuple[str, str, str]] = Counter()
    results: list[dict[str, Any]] = []
    for finding in findings:
        key = finding.path, finding.rule, finding.message
        results.append(_result(finding, places, _fingerprint(tool, *key, str(alike[key]))))
        alike[key] += 1
    return {"tool": {"driver": {"name": tool, "rules": rules}}, "results": results}


def _result(finding: Finding, places: dict[str, int], fingerprint: str) -> dict[str, Any]:
    result: dict[str, Any] = {"level": finding.level.value}
    if finding.rule:
        result |= {"ruleId": finding.rule, "ruleIndex": places[finding.rule]}
    result["message"] = {"text": finding.message or finding.rule or finding.level.value}
    if finding.path:
        result["locations"] = [{"physicalLocation": _place(finding)}]
    return result | {"partialFingerprints": {FINGERPRINT: fingerprint}}


def _place(finding: Finding) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": _artifact(finding.path)}
    if finding.line is not None:
        region = {"startLine": finding.line}
        if finding.column:
            region["startColumn"] = finding.column
        if finding.end_line is not None:
            region["endLine"] = finding.end_line
        place["region"] = region
    return place


def _artifact(path: str) -> dict[str, str]:
    if _DRIVE.match(path):
        return {"uri": f"file:///{path[0]}:{_encoded(path[2:].replace(chr(92), '/'))}"}
    if path.startswith("/"):
        return {"uri": f"file://{_encoded(path)}"}
    return {"uri": _encoded(path.removeprefix("./")), "uriBaseId": ROOT}


def _encoded(path: str) -> str:
    return _PLAIN.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode(errors="replace")), path)


def _fingerprint(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:32]
