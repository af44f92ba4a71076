"""Shapes of reports that the samples do not show, written by hand from what the tools say that they write."""

import json
from typing import Any

import pytest

from bot.core.model.errors import UnknownFormat
from bot.core.model.findings import Finding, Level
from tests.core.parse.reading import read, refusal


def found(value: Any, name: str = "report.json") -> list[Finding]:
    text = value if isinstance(value, str) else json.dumps(value)
    return list(read(text, name).findings.findings)


def governed(*messages: dict[str, Any], level: str = "symbol") -> str:
    """A stream of govulncheck's, pretty-printed as it does."""
    config = {"config": {"protocol_version": "v1.0.0", "scanner_name": "govulncheck", "scan_level": level}}
    return "\n".join(json.dumps(message, indent=2) for message in (config, *messages))


@pytest.mark.parametrize("name", ["ruff.json", "out/eslint-report.json", "golint.json", "gl-code-quality-report.json"])
def test_an_empty_list_is_clean_under_a_linters_name(name: str):
    """It says nothing else of who wrote it."""
    assert found("[]\n", name) == []


@pytest.mark.parametrize("name", ["data.json", "report.json", "coverage.json", "results.json"])
def test_an_empty_list_of_nobody_is_no_report(name: str):
    """Otherwise any empty list would make the lint gate green."""
    assert refusal("[]", name).reason


def test_a_list_that_is_not_empty_is_not_clean_for_its_name():
    """``[1]`` under a linter's name is no report of that linter."""
    assert refusal("[1]", "ruff.json").reason


def test_golangci_and_gosec_are_told_apart():
    """Both list their findings under ``Issues``."""
    assert read('{"Issues": [], "Report": {}}').format == "golangci-lint"
    assert read('{"Golang errors": {}, "Issues": [], "Stats": {"files": 1, "found": 0}}').format == "gosec"


@pytest.mark.parametrize("code", ["null", '"invalid-syntax"'])
def test_ruff_calls_a_file_that_is_no_python_an_error(code: str):
    """Old versions give it no code."""
    text = f"""[{{"code": {code}, "filename": "a.py", "location": {{"row": 2, "column": 1}},
        "end_location": {{"row": 2, "column": 1}}, "message": "SyntaxError", "noqa_row": null, "url": null}}]"""
    (one,) = found(text)
    assert (one.rule, one.level, one.line) == ("invalid-syntax", Level.ERROR, 2)


def test_rdjson_has_severities_by_name_and_number():
    """A diagnostic without one takes its result's; without any it is a warning."""
    severities: list[Any] = ["ERROR", "WARNING", "INFO", "UNKNOWN_SEVERITY", 1, 2, 3, None]
    diagnostics = [{"message": "m", "location": {"path": "a"}, "severity": severity} for severity in severities]
    levels = [one.level.value for one in found({"diagnostics": diagnostics, "severity": "INFO"})]
    assert levels == ["error", "warning", "note", "note", "error", "warning", "note", "note"]
    bare = found({"source": {"name": "x", "url": ""}, "diagnostics": [{"message": "m", "location": {"path": "a"}}]})
    assert [(one.level, one.tool) for one in bare] == [(Level.WARNING, "x")]


def test_rdjsonl_is_a_diagnostic_a_line():
    """Each with its own source."""
    one = {"message": "m", "location": {"path": "a.go", "range": {"start": {"line": 3}}}, "severity": "ERROR"}
    lines = "\n".join(json.dumps(one | {"source": {"name": name}}) for name in ("vet", "staticcheck"))
    report = read(lines + "\n", "x.rdjsonl")
    assert (report.format, report.findings.tools) == ("rdjsonl", ("vet", "staticcheck"))
    assert [(one.path, one.line, one.end_line) for one in report.findings.findings] == [("a.go", 3, None)] * 2


def test_eslint_may_have_no_place_or_rule():
    """Line 0 is none; a rule of none that is not fatal is a directive that suppresses nothing."""
    message = {"ruleId": None, "severity": 1, "message": "unused directive", "line": 0, "column": 0}
    (one,) = found([{"filePath": "a.js", "messages": [message], "errorCount": 0, "warningCount": 1}])
    assert (one.rule, one.line, one.column, one.level) == ("", None, None, Level.WARNING)


def test_eslint_that_counts_more_than_it_lists_is_cut():
    """A file's own counts are the proof."""
    text = json.dumps([{"filePath": "a.js", "messages": [], "errorCount": 2, "warningCount": 1}])
    assert refusal(text).reason == "a.js counts 3 messages and lists 0"


def test_checkstyle_has_severities_and_exceptions():
    """An info is a note, ignore is no finding; a file that could not be checked is an error."""
    errors = "".join(
        f'<error line="{line}" severity="{severity}" message="&lt;m&gt;" source="s"/>'
        for line, severity in enumerate(("error", "warning", "info", "ignore"), 1)
    )
    text = (
        f'<?xml version="1.0"?><checkstyle version="10.0"><file name="A.java">{errors}'
        "<exception><![CDATA[cannot parse]]></exception></file></checkstyle>"
    )
    got = [(one.line, one.level.value, one.rule, one.message) for one in found(text)]
    assert got == [
        (1, "error", "s", "<m>"),
        (2, "warning", "s", "<m>"),
        (3, "note", "s", "<m>"),
        (None, "error", "tool-error", "cannot parse"),
    ]


def test_a_checkstyle_error_needs_a_file_and_a_line_that_is_one():
    """Both are told with their place in the report."""
    assert refusal('<checkstyle><error line="1"/></checkstyle>').reason == "an error outside of any file"
    text = '<checkstyle>\n<file name="a">\n<error line="one"/></file></checkstyle>'
    assert (refusal(text).reason, refusal(text).line) == ("'one' is not a line number", 3)


def test_eslints_junit_are_findings():
    """The text of a failure says line, column and severity; a file that cannot be parsed is an error."""
    text = """<?xml version="1.0" encoding="utf-8"?>
<testsuites>
<testsuite package="org.eslint" time="0" tests="2" errors="2" name="/work/a.js">
<testcase time="0" name="org.eslint.semi" classname="/work/a"><failure message="Missing semicolon."><![CDATA[line 5, col 12, Warning - Missing semicolon. (semi)]]></failure></testcase>
<testcase time="0" name="org.eslint.unknown" classname="/work/a"><error message="Parsing error"><![CDATA[line 1, col 3, Error - Parsing error]]></error></testcase>
</testsuite>
</testsuites>"""
    got = [(one.path, one.line, one.column, one.rule, one.level.value, one.tool) for one in found(text)]
    assert got == [
        ("/work/a.js", 5, 12, "semi", "warning", "eslint"),
        ("/work/a.js", 1, 3, "unknown", "error", "eslint"),
    ]


def test_tests_in_junit_are_no_findings():
    """Only a linter's own package makes them so."""
    report = read('<testsuite name="s" package="org.rufflike"><testcase name="a" classname="b"/></testsuite>')
    assert report.findings is None
    assert len(report.suites.cases) == 1


def test_pip_audit_writes_an_object_or_a_list():
    """A vulnerability is an error, with the versions that mend it."""
    vulnerable = {
        "name": "jinja2",
        "version": "2.10",
        "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.10.1"], "aliases": [], "description": "Escapes.\nMore."}],
    }
    clean = {"name": "flask", "version": "2.2", "vulns": []}
    for value in ({"dependencies": [clean, vulnerable], "fixes": []}, [clean, vulnerable]):
        (one,) = found(value)
        assert (one.rule, one.level, one.message) == ("PYSEC-1", Level.ERROR, "jinja2 2.10: fixed in 2.10.1. Escapes.")
    assert refusal('{"dependencies": [], "fixes": []}').reason == "pip-audit looked at no dependency"


def test_npm_tells_an_advisory_once():
    """However many packages it reaches; those alone have no finding of their own."""
    advisory = {
        "source": 1,
        "name": "minimist",
        "title": "Prototype pollution",
        "url": "https://github.com/advisories/GHSA-x",
        "severity": "critical",
        "range": "<0.2.4",
    }
    packages = {
        "minimist": {"name": "minimist", "severity": "critical", "via": [advisory]},
        "mkdirp": {"name": "mkdirp", "severity": "critical", "via": ["minimist", advisory]},
    }
    (one,) = found({"auditReportVersion": 2, "vulnerabilities": packages, "metadata": {}})
    assert (one.rule, one.level, one.message) == ("GHSA-x", Level.ERROR, "minimist <0.2.4: Prototype pollution")
    old = {
        "title": "ReDoS",
        "severity": "moderate",
        "module_name": "ms",
        "vulnerable_versions": "<2",
        "url": "https://x/1",
    }
    (one,) = found({"actions": [], "advisories": {"46": old}, "muted": [], "metadata": {}})
    assert (one.rule, one.level, one.message) == ("1", Level.WARNING, "ms <2: ReDoS")


def test_govulncheck_tells_only_calls_as_errors():
    """Where it did not look for calls, nobody knows: a warning."""
    imported = {"finding": {"osv": "GO-1", "trace": [{"module": "m", "version": "v1", "package": "m/p"}]}}
    assert [one.level for one in found(governed(imported))] == [Level.NOTE]
    assert [one.level for one in found(governed(imported, level="module"))] == [Level.WARNING]
    binary = {
        "finding": {"osv": "GO-1", "trace": [{"module": "m", "package": "m/p", "function": "F", "receiver": "*T"}]}
    }
    (one,) = found(governed(imported, binary))
    assert (one.level, one.path, one.message) == (Level.ERROR, "", "GO-1: calls m/p.T.F; m, no fix is known")


def test_govulncheck_that_scanned_nothing_is_refused():
    """A program that does not build leaves the configuration alone."""
    assert refusal(governed()).reason == "it ends behind its configuration: nothing was scanned"
    clean = governed({"progress": {"message": "Checking the code against the vulnerabilities..."}})
    assert found(clean) == []


def test_govulncheck_is_cut_where_it_is_cut():
    """With the line of the message that has no end."""
    whole = governed({"progress": {"message": "x"}}, {"finding": {"osv": "GO-1", "trace": [{"module": "m"}]}})
    error = refusal(whole[:-5])
    assert error.reason.startswith("it is not whole JSON")
    assert error.line == whole.count("\n") + 1 - 2


def test_golangci_with_log_lines_keeps_the_lines_of_its_file():
    """What stands before the report counts."""
    text = 'level=info msg="x"\n{"Issues":[{"FromLinter":"a","Text":"b","Pos":{"Line":"one"}}],"Report":{}}\n'
    error = refusal(text)
    assert error.line == 2
    assert error.reason.startswith("it is not what golangci-lint writes: Expected `int`, got `str`")


def test_gosec_that_looked_at_nothing_is_refused():
    """And one that counts more than it lists."""
    nothing = {"Golang errors": {}, "Issues": [], "Stats": {"files": 0, "found": 0}}
    assert refusal(json.dumps(nothing)).reason == "gosec looked at no file"
    cut = {"Golang errors": {}, "Issues": None, "Stats": {"files": 3, "found": 2}}
    assert refusal(json.dumps(cut)).reason == "it counts 2 issues and lists 0"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"version": "1", "generalDiagnostics": [], "summary": {"filesAnalyzed": 0}}, "pyright looked at no file"),
        ({"messages": [], "statistics": {"messageTypeCount": {}, "modulesLinted": 0}}, "Pylint looked at no module"),
        ({"errors": [], "generated_at": "x", "metrics": {"_totals": {}}, "results": []}, "Bandit looked at no file"),
    ],
)
def test_a_checker_that_looked_at_nothing_is_refused(value: Any, reason: str):
    """Clean is what was looked at and found in order."""
    assert refusal(json.dumps(value)).reason == reason


def test_mypy_says_what_it_cannot_do():
    """A message without a code is of mypy itself or of syntax; a note stays one."""
    base = {"file": "a.py", "line": 3, "column": 4, "message": "m", "hint": None}
    lines = [base | {"code": "misc", "severity": "error"}, base | {"code": None, "severity": "note", "line": -1}]
    got = found("\n".join(json.dumps(line) for line in lines))
    assert [(one.rule, one.level.value, one.line, one.column) for one in got] == [
        ("misc", "error", 3, 5),
        ("tool-error", "note", None, 5),
    ]


def test_code_quality_has_places_in_two_shapes():
    """Lines, or positions with columns."""
    issue = {"description": "d", "check_name": "c", "fingerprint": "f", "severity": "blocker"}
    lines = {"path": "a.rb", "lines": {"begin": 3, "end": 4}}
    positions = {"path": "b.rb", "positions": {"begin": {"line": 5, "column": 6}, "end": {"line": 7, "column": 1}}}
    got = found([issue | {"location": lines}, issue | {"location": positions, "severity": None}])
    assert [(one.path, one.line, one.end_line, one.column, one.level.value) for one in got] == [
        ("a.rb", 3, 4, None, "error"),
        ("b.rb", 5, 7, 6, "warning"),
    ]


def test_stylelint_errors_without_a_list_are_told():
    """Older versions list broken sources apart from warnings, or only say that there was an error."""
    torn = {"line": 2, "column": 1, "text": "Unclosed block", "stylelintType": "parseError"}
    sources = [
        {"source": "a.css", "warnings": [], "parseErrors": [torn], "errored": True, "invalidOptionWarnings": []},
        {"source": "b.css", "warnings": [], "errored": True, "invalidOptionWarnings": [{"text": "no such option"}]},
        {"source": None, "warnings": [], "errored": True},
    ]
    got = [(one.path, one.line, one.rule, one.message) for one in found(sources)]
    assert got == [
        ("a.css", 2, "tool-error", "Unclosed block"),
        ("", None, "tool-error", "no such option"),
        ("", None, "tool-error", "it says that the file has errors and lists none"),
    ]


def test_lines_of_pylint_are_no_report_among_other_lines():
    """A job's log may hold them beside test results, and belongs to whoever reads logs."""
    lines = "a.py:1: [C0114(missing-module-docstring), ] Missing module docstring\n"
    assert read(lines * 2, "pylint.txt").format == "pylint"
    assert isinstance(refusal(f"Run pylint\n{lines}done\n", "job.log"), UnknownFormat)


def test_golangci_may_have_its_keys_in_another_order():
    """As a tool that sorts or edits JSON leaves them."""
    issue = {"FromLinter": "errcheck", "Text": "t", "Pos": {"Filename": "a.go", "Line": 3, "Column": 1}}
    assert [one.rule for one in found({"Report": {"Linters": []}, "Issues": [issue]})] == ["errcheck"]


def test_semgrep_that_could_not_read_a_rule_is_not_clean():
    """A file that it read in part is a warning of its own; what the source ignores is no finding."""
    errors = [{"level": level, "message": level, "path": "a.py"} for level in ("warn", "error")]
    place = {"line": 1, "col": 1}
    ignored = {"check_id": "r", "path": "a.py", "start": place, "end": place}
    ignored |= {"extra": {"message": "m", "severity": "ERROR", "is_ignored": True}}
    (one,) = found({"version": "1", "results": [ignored], "errors": errors, "paths": {"scanned": ["a.py"]}})
    assert (one.rule, one.message, one.path) == ("tool-error", "error", "a.py")


def test_a_line_that_no_file_has_is_told_with_its_place():
    """In reports of lines and of elements."""
    lines = refusal("a.py:1: [E501] x\na.py:99999999: [E501] y\nb.py:1: [E501] z\n")
    assert (lines.reason, lines.line) == ("99999999 is not a line of any file", 2)
    junit = """<testsuites name="ruff"><testsuite name="a.py" package="org.ruff">
        <testcase name="org.ruff.E501" line="99999999"><failure message="m"/></testcase></testsuite></testsuites>"""
    assert (refusal(junit).reason, refusal(junit).line) == ("'99999999' is not a line number", 2)


def test_a_place_without_a_line_is_the_whole_file():
    """An issue of the code quality format, a finding of govulncheck without a trace."""
    (one,) = found([{"description": "d", "check_name": "c", "location": {"path": "a.rb"}}])
    assert (one.path, one.line) == ("a.rb", None)
    assert refusal(governed({"finding": {"osv": "GO-1", "trace": []}})).reason == "a finding without a trace"
