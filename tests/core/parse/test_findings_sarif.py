"""SARIF 2.1.0: what counts, how bad it is, where it is, and what a tool says of itself."""

import json
from typing import Any

import pytest

from bot.core.model.evidence import Report
from bot.core.model.findings import Finding, Level
from tests.core.parse.reading import read, refusal


def run(*results: dict[str, Any], rules: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    """A run of one tool; a ``driver`` among *more* adds to its driver, ``extensions`` are its extensions."""
    driver = {"name": "scan", "rules": rules or []} | more.pop("driver", {})
    tool = {"driver": driver, "extensions": more.pop("extensions", [])}
    return {"tool": tool, "results": list(results)} | more


def result(**more: Any) -> dict[str, Any]:
    return {"ruleId": "R1", "message": {"text": "wrong"}} | more


def log(*runs: dict[str, Any], version: str = "2.1.0") -> str:
    return json.dumps({"version": version, "runs": list(runs)})


def report(*runs: dict[str, Any]) -> Report:
    return read(log(*runs), "scan.sarif")


def only(*runs: dict[str, Any]) -> Finding:
    (found,) = report(*runs).findings.findings
    return found


def at(uri: str | None = None, base: str | None = None, **more: Any) -> dict[str, Any]:
    """A location in the file *uri*."""
    artifact = {key: value for key, value in (("uri", uri), ("uriBaseId", base)) if value is not None}
    return {"physicalLocation": {"artifactLocation": artifact | more}}


@pytest.mark.parametrize("level", ["error", "warning", "note"])
def test_a_level_of_its_own_counts_first(level: str):
    """Whatever the rule has."""
    rule = {"id": "R1", "defaultConfiguration": {"level": "none"}}
    assert only(run(result(level=level), rules=[rule])).level == level


def test_a_rule_gives_the_level_that_a_result_does_not_say():
    """By the result's rule id, by its index, or through its reference; else it is a warning."""
    rules = [{"id": "R0"}, {"id": "R1", "defaultConfiguration": {"level": "error"}}]
    by_index = {"message": {"text": "wrong"}, "ruleIndex": 1}
    by_reference = {"message": {"text": "wrong"}, "rule": {"id": "R1", "index": 1}}
    for said in (result(), by_index, by_reference):
        found = only(run(said, rules=rules))
        assert (found.rule, found.level) == ("R1", Level.ERROR)
    assert only(run(result(ruleId="R0"), rules=rules)).level is Level.WARNING
    assert only(run(result(ruleId="unknown"), rules=rules)).level is Level.WARNING


def test_the_configuration_of_a_run_overrides_its_rules():
    """A rule that was made an error for this run is one."""
    override = {"descriptor": {"id": "R1"}, "configuration": {"level": "error"}}
    invocation = {"executionSuccessful": True, "ruleConfigurationOverrides": [override]}
    assert only(run(result(), rules=[{"id": "R1"}], invocations=[invocation])).level is Level.ERROR


def test_rules_of_extensions_are_known():
    """By the index of the extension, or by the rule's id alone; a rule below one is of it."""
    extension = {"name": "queries", "rules": [{"id": "Q/1", "defaultConfiguration": {"level": "error"}}]}
    pointed = {"message": {"text": "wrong"}, "rule": {"index": 0, "toolComponent": {"index": 0}}}
    named = {"message": {"text": "wrong"}, "rule": {"index": 0, "toolComponent": {"name": "queries"}}}
    for said in (pointed, named, result(ruleId="Q/1")):
        found = only(run(said, extensions=[extension]))
        assert (found.rule, found.level) == ("Q/1", Level.ERROR)
    below = only(run(result(ruleId="R1/a"), rules=[{"id": "R1", "defaultConfiguration": {"level": "note"}}]))
    assert (below.rule, below.level) == ("R1/a", Level.NOTE)


@pytest.mark.parametrize(
    ("kind", "level"), [("open", "note"), ("review", "note"), ("informational", "note"), ("fail", "warning")]
)
def test_what_is_no_failure_is_a_note(kind: str, level: str):
    """A result that somebody must still look at is shown."""
    assert only(run(result(kind=kind))).level == level


@pytest.mark.parametrize(
    "left_out",
    [
        {"kind": "pass"},
        {"kind": "notApplicable"},
        {"baselineState": "absent"},
        {"suppressions": [{"kind": "inSource"}]},
        {"suppressions": [{"kind": "external", "status": "accepted"}, {"kind": "external", "status": "rejected"}]},
    ],
)
def test_what_does_not_count_is_left_out(left_out: dict[str, Any]):
    """It passed, it is gone, or its suppression was accepted."""
    assert report(run(result(**left_out))).findings.findings == ()


@pytest.mark.parametrize(
    "kept",
    [
        {"suppressions": []},
        {"suppressions": [{"kind": "external", "status": "rejected"}]},
        {"suppressions": [{"kind": "external", "status": "underReview"}]},
        {"baselineState": "unchanged"},
        {"baselineState": "new"},
    ],
)
def test_what_nobody_accepted_counts(kept: dict[str, Any]):
    """A suppression that was rejected, or that nobody has looked at yet, suppresses nothing."""
    assert only(run(result(**kept))).message == "wrong"


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("src/a.c", "src/a.c"),
        ("./src/a.c", "./src/a.c"),
        ("src/with%20space/%C3%A4.c", "src/with space/ä.c"),
        ("file:///home/me/a%2Bb.c", "/home/me/a+b.c"),
        ("file:/home/me/a.c", "/home/me/a.c"),
        ("file://localhost/home/a.c", "/home/a.c"),
        ("file:///C:/work/a.c", "C:/work/a.c"),
        ("file://server/share/a.c", "//server/share/a.c"),
        ("https://example.com/a%20.c", "https://example.com/a%20.c"),
        ("C:\\work\\a.c", "C:\\work\\a.c"),
        ("100%.c", "100%.c"),
    ],
)
def test_uris_are_the_names_of_files(uri: str, path: str):
    """Decoded where they name files, as written where they name something else."""
    assert only(run(result(locations=[at(uri)]))).path == path


def test_a_base_with_a_place_is_a_root():
    """Names stay relative below it; a base within another one is a folder of it."""
    bases = {"ROOT": {"uri": "file:///repo/"}, "SRC": {"uri": "src/", "uriBaseId": "ROOT"}}
    found = report(run(result(locations=[at("a.c", "SRC")]), originalUriBaseIds=bases))
    assert (found.findings.findings[0].path, found.roots) == ("src/a.c", ("/repo/",))


def test_a_base_without_a_place_changes_nothing():
    """``%SRCROOT%`` is where the repository is, wherever that was."""
    for bases in (None, {}, {"%SRCROOT%": {}}, {"%SRCROOT%": {"description": {"text": "the root"}}}):
        found = report(run(result(locations=[at("a.c", "%SRCROOT%")]), originalUriBaseIds=bases))
        assert (found.findings.findings[0].path, found.roots) == ("a.c", ())


def test_below_several_roots_names_are_absolute():
    """A relative name would not say below which root it stands."""
    bases = {"A": {"uri": "file:///a/"}, "B": {"uri": "file:///b"}}
    results = result(locations=[at("x.c", "A")]), result(locations=[at("x.c", "B")])
    found = report(run(*results, originalUriBaseIds=bases))
    assert ([one.path for one in found.findings.findings], found.roots) == (["/a/x.c", "/b/x.c"], ())


def test_a_file_may_be_named_by_its_index():
    """In the run's list of artifacts."""
    artifacts = [{"location": {"uri": "a.c"}}, {"location": {"uri": "b.c"}}]
    assert only(run(result(locations=[at(index=1)]), artifacts=artifacts)).path == "b.c"


def test_the_first_place_in_a_file_counts():
    """A result may have no place at all, or name a function before a file."""
    assert only(run(result())).path == ""
    logical = {"logicalLocations": [{"fullyQualifiedName": "main"}]}
    assert only(run(result(locations=[logical, at("a.c")]))).path == "a.c"


def test_a_region_is_lines_and_a_column():
    """Line 0, which some tools write for none, is none."""
    place = at("a.c")
    place["physicalLocation"]["region"] = {"startLine": 3, "startColumn": 7, "endLine": 5, "endColumn": 1}
    found = only(run(result(locations=[place])))
    assert (found.line, found.column, found.end_line) == (3, 7, 5)
    place["physicalLocation"]["region"] = {"startLine": 0, "charOffset": 12}
    assert only(run(result(locations=[place]))).line is None


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"text": "plain"}, "plain"),
        ({"markdown": "**bold**"}, "**bold**"),
        ({"text": "plain", "markdown": "**bold**"}, "plain"),
        ({"id": "default", "arguments": ["x", "int"]}, "x of type int {0}"),
        ({"id": "global"}, "said by all"),
        ({"text": "{0} and {1}", "arguments": ["this"]}, "this and {1}"),
        ({"text": "as {0} stands"}, "as {0} stands"),
        ({"text": "a [value of the user](1) flows [here](2)"}, "a value of the user flows here"),
        ({"text": "see [the page](https://example.com)"}, "see [the page](https://example.com)"),
        ({"id": "unknown"}, "what the rule is for"),
    ],
)
def test_messages_are_put_together(message: dict[str, Any], text: str):
    """From the result, from its rule with arguments, from the tool's own strings, or from the rule's description."""
    rule = {
        "id": "R1",
        "messageStrings": {"default": {"text": "{0} of type {1} {{0}}"}},
        "shortDescription": {"text": "what the rule is for"},
    }
    driver = {"globalMessageStrings": {"global": {"text": "said by all"}}}
    assert only(run(result(message=message), rules=[rule], driver=driver)).message == text


def test_a_rule_has_a_page():
    """Its help, if that is on the web."""
    for uri, url in (("https://example.com/R1", "https://example.com/R1"), ("javascript:alert(1)", "")):
        assert only(run(result(), rules=[{"id": "R1", "helpUri": uri}])).url == url


def test_several_runs_are_one_report():
    """Each finding with its tool."""
    other = run(result(ruleId="X"), driver={"name": "other"})
    found = report(run(result()), other).findings
    assert found.tools == ("scan", "other")
    assert [(one.tool, one.rule) for one in found.findings] == [("scan", "R1"), ("other", "X")]


def test_a_run_that_did_not_succeed_is_not_clean():
    """With what it says of why, or with its exit status."""
    failed = run(invocations=[{"executionSuccessful": False, "exitCode": 3, "exitCodeDescription": "out of memory"}])
    found = only(failed)
    assert (found.rule, found.level, found.message) == ("tool-error", Level.ERROR, "out of memory with status 3")
    notification = {"message": {"text": "cannot parse"}, "level": "error", "locations": [at("a.c")]}
    torn = run(invocations=[{"executionSuccessful": False, "toolExecutionNotifications": [notification]}])
    assert (only(torn).message, only(torn).path) == ("cannot parse", "a.c")


def test_warnings_of_a_tool_that_succeeded_are_no_findings():
    """Its errors are: what they are of was not analysed."""
    told = [{"message": {"text": text}, "level": text} for text in ("note", "warning", "error")]
    invocation = {"executionSuccessful": True, "toolConfigurationNotifications": told}
    assert only(run(invocations=[invocation])).message == "error"


def test_a_run_without_results_is_not_clean():
    """Unless it says that it succeeded: a tool that found nothing writes an empty list."""
    for nothing in ({"results": None}, {}):
        bare = {"tool": {"driver": {"name": "scan"}}} | nothing
        assert only(bare).rule == "tool-error"
        assert report(bare | {"invocations": [{"executionSuccessful": True}]}).findings.findings == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (log(), "it holds no run of any tool"),
        (log(run(), version="2.0.0"), "it is SARIF '2.0.0'; 2.1.0 is read"),
        ('{"version": "2.1.0", "runs": null, "$schema": "sarif"}', "it holds no run of any tool"),
        (log(run(result(level="bad"))), "it is not what SARIF 2.1.0 writes: Invalid enum value 'bad'"),
        (log(run({"ruleId": "R1"})), "it is not what SARIF 2.1.0 writes: Object missing required field `message`"),
    ],
)
def test_what_is_no_such_log_is_refused(text: str, reason: str):
    """Another version, no run, or what the format does not know."""
    shown = text.replace('"runs": []', '"runs": [], "$schema": "sarif"')
    assert refusal(shown, "scan.sarif").reason.startswith(reason)


def test_results_that_are_kept_elsewhere_are_not_none():
    """A run may have them in files of their own: a log that shows none of these is no clean one."""
    files = {"results": [{"location": {"uri": "scan.results-1.sarif-external-properties"}, "itemCount": 3}]}
    assert "files of their own" in refusal(log(run(externalPropertyFileReferences=files)), "scan.sarif").reason
    assert report(run(externalPropertyFileReferences={"results": [], "taxonomies": []})).findings.findings == ()


def test_bases_within_each_other_end():
    """Two that are each in the other are nowhere."""
    bases = {"A": {"uri": "a/", "uriBaseId": "B"}, "B": {"uri": "b/", "uriBaseId": "A"}}
    text = log(run(result(locations=[at("x.c", "A")]), originalUriBaseIds=bases))
    assert refusal(text).reason == "its base locations stand within each other without end"


def test_a_log_that_begins_with_much_else_is_known_by_its_schema():
    """The results may be far behind the first 4 KiB."""
    begin = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "properties": {"x": "y" * 8192}}
    assert read(json.dumps(begin | json.loads(log(run(result()))))).format == "sarif"
