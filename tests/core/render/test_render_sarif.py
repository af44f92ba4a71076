"""Findings out as SARIF: whole, the same bytes each time, and read back as what they were."""

import json
from typing import Any

import jsonschema
import pytest

from bot.core.model.findings import Finding, Level
from bot.core.render.sarif import render_sarif
from tests.core.parse.reading import SAMPLES, read, read_file

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
POSITIVE = {"type": "integer", "minimum": 1}
REQUIRED: dict[str, Any] = {
    # what the schema of SARIF 2.1.0 demands of the parts that are written here
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "additionalProperties": False,
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {
                            "driver": {
                                "type": "object",
                                "required": ["name"],
                                "additionalProperties": False,
                                "properties": {
                                    "name": {"type": "string", "minLength": 1},
                                    "rules": {
                                        "type": "array",
                                        "uniqueItems": True,
                                        "items": {
                                            "type": "object",
                                            "required": ["id"],
                                            "additionalProperties": False,
                                            "properties": {"id": {"type": "string"}, "helpUri": {"type": "string"}},
                                        },
                                    },
                                },
                            }
                        },
                    },
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message"],
                            "additionalProperties": False,
                            "properties": {
                                "ruleId": {"type": "string", "minLength": 1},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": TEXT,
                                "partialFingerprints": {
                                    "type": "object",
                                    "additionalProperties": {"type": "string"},
                                },
                                "locations": {
                                    "type": "array",
                                    "items": {
                                        "type": "object",
                                        "additionalProperties": False,
                                        "properties": {
                                            "physicalLocation": {
                                                "type": "object",
                                                "required": ["artifactLocation"],
                                                "additionalProperties": False,
                                                "properties": {
                                                    "artifactLocation": {
                                                        "type": "object",
                                                        "required": ["uri"],
                                                        "additionalProperties": False,
                                                        "properties": {
                                                            "uri": {
                                                                "type": "string",
                                                                "pattern": r"^(?:[!#-;=?-Z_a-z~]|%[0-9A-F]{2})+$",
                                                            },
                                                            "uriBaseId": {"const": "%SRCROOT%"},
                                                        },
                                                    },
                                                    "region": {
                                                        "type": "object",
                                                        "required": ["startLine"],
                                                        "additionalProperties": False,
                                                        "properties": {
                                                            "startLine": POSITIVE,
                                                            "startColumn": POSITIVE,
                                                            "endLine": POSITIVE,
                                                        },
                                                    },
                                                },
                                            }
                                        },
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}


def finding(path: str = "src/a.py", **more: Any) -> Finding:
    base = {"rule": "R1", "message": "wrong", "level": Level.WARNING, "tool": "scan"}
    return Finding(path=path, **base | more)


def rendered(*findings: Finding) -> dict[str, Any]:
    value = json.loads(render_sarif(findings))
    jsonschema.validate(value, REQUIRED)
    return value


def results(*findings: Finding) -> list[dict[str, Any]]:
    return [result for run in rendered(*findings)["runs"] for result in run["results"]]


def fingerprints(*findings: Finding) -> list[str]:
    return [result["partialFingerprints"]["covgateFinding/v1"] for result in results(*findings)]


@pytest.mark.parametrize(
    "sample",
    [
        "ruff/found.json",
        "sarif/eslint.sarif",
        "pylint/found.json2",
        "golangci-lint/v1.txt",
        "gosec/found.json",
        "govulncheck/symbol.json",
        "trivy/found.json",
        "hadolint/found.json",
    ],
)
def test_what_is_written_is_read_back(sample: str):
    """Every finding with all that it says, by whatever tool."""
    found = read_file(SAMPLES / sample).findings.findings
    rendered(*found)
    assert read(render_sarif(found), "out.sarif").findings.findings == found


@pytest.mark.parametrize(
    "path",
    ["a b.py", "ä/ö.py", "100%.py", "a:b/c.py", "#1?.py", "/work/a b.py", "C:/work/a b.py", 'q"<>.py', "[id].tsx"],
)
def test_a_path_survives_its_uri(path: str):
    """Whatever its characters."""
    (one,) = read(render_sarif([finding(path)])).findings.findings
    assert one.path == path
    rendered(finding(path))


def test_relative_paths_hang_on_the_repository():
    """Absolute ones do not."""
    relative, absolute = (
        result["locations"][0]["physicalLocation"]["artifactLocation"]
        for result in results(finding("a.py"), finding("/a.py"))
    )
    assert relative == {"uri": "a.py", "uriBaseId": "%SRCROOT%"}
    assert absolute == {"uri": "file:///a.py"}


def test_a_region_is_only_where_there_is_a_line():
    """And a place only where there is a file."""
    whole, nowhere, exact = results(finding(), finding(""), finding(line=3, column=4, end_line=5))
    assert "region" not in whole["locations"][0]["physicalLocation"]
    assert "locations" not in nowhere
    region = exact["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 3, "startColumn": 4, "endLine": 5}


def test_each_tool_has_a_run():
    """Sorted by name, its rules once each, with their pages; findings keep their order."""
    findings = (
        finding(tool="b", rule="R2"),
        finding(tool="a", rule="", message=""),
        finding(tool="b", rule="R1", url="https://example.com/R1"),
        finding(tool="b", rule="R2", line=9),
    )
    first, second = rendered(*findings)["runs"]
    assert first["tool"]["driver"] == {"name": "a", "rules": []}
    assert first["results"][0]["message"] == {"text": "warning"}
    assert second["tool"]["driver"]["rules"] == [{"id": "R1", "helpUri": "https://example.com/R1"}, {"id": "R2"}]
    assert [(one["ruleId"], one["ruleIndex"]) for one in second["results"]] == [("R2", 1), ("R1", 0), ("R2", 1)]


def test_tools_that_found_nothing_are_told():
    """A log without a run would say that nothing ran."""
    runs = json.loads(render_sarif([], tools=["ruff", "mypy"]))["runs"]
    assert [(run["tool"]["driver"]["name"], run["results"]) for run in runs] == [("mypy", []), ("ruff", [])]
    assert read(render_sarif([])).findings.findings == ()


def test_a_fingerprint_outlives_moved_lines():
    """It changes with the file, the rule, the message and the tool, and tells equal findings apart."""
    assert fingerprints(finding(line=3)) == fingerprints(finding(line=30, column=2))
    others = [
        finding(),
        finding("b.py"),
        finding(rule="R2"),
        finding(message="other"),
        finding(tool="other"),
        finding(),
    ]
    assert len(set(fingerprints(*others))) == len(others)


def test_the_same_findings_give_the_same_bytes():
    """Whenever they are rendered."""
    findings = [finding(line=line, tool=tool) for line in range(1, 5) for tool in ("b", "a")]
    assert render_sarif(findings, tools=["x"]) == render_sarif(list(findings), tools=["x"])
    assert render_sarif(findings).endswith("}\n")
