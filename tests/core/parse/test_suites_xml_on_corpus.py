"""Every XML report of tests in the corpus, counted as the corpus says: what the tools or another reader counted."""

import json
import os
from pathlib import Path

import pytest

from tests.core.parse.reading import corpus_file, read_file, refusal
from tests.core.parse.suite_reading import figures, suites

FOLDERS = ("junit/", "nunit/", "xunit/", "trx/")
FORMATS = {"junit": "junit", "nunit": "nunit2", "xunit": "xunit", "trx": "trx"}
OTHERWISE = {
    # The other reader counts the rows of a theory as one test; Fixie itself, in the file, counts each: so do we.
    "xunit/publish-unit-t__fixie.xml": {"tests": 7, "tests_succ": 3},
}
CORRUPT = "junit/publish-unit-t__corrupt-xml.xml"


def counted() -> dict[str, dict[str, int]]:
    """What the corpus says of each file; nothing where there is no corpus."""
    manifest = Path(os.environ.get("COVGATE_CORPUS", "")) / "MANIFEST.json"
    if "COVGATE_CORPUS" not in os.environ or not manifest.is_file():
        return {}
    return {
        entry["file"]: oracle["figures"]
        for entry in json.loads(manifest.read_text())
        if entry["file"].startswith(FOLDERS)
        for oracle in entry["oracle"]
        if "tests" in oracle["figures"]
    }


@pytest.mark.parametrize(("name", "said"), counted().items(), ids=list(counted()))
def test_each_report_is_counted_as_the_corpus_says(name: str, said: dict[str, int]):
    """Tests by outcome, and runs: a repeated case is one test."""
    report = read_file(corpus_file(name))
    assert report.format == FORMATS[name.split("/", 1)[0]]
    assert report.suites is not None
    mine = figures(report.suites)
    assert mine == {key: said[key] for key in mine} | OTHERWISE.get(name, {})


def test_the_corrupt_report_is_refused():
    """It ends in the middle of a case."""
    assert "well-formed" in refusal(corpus_file(CORRUPT).read_bytes()).reason


PRINTED = {
    "pairs/py-click/head/junit.xml": (589, 22, 0),
    "pairs/py-humanize/head/junit.xml": (572, 0, 0),
    "pairs/py-tabulate/head/junit.xml": (247, 37, 0),
    "pairs/js-github-action-benchmark/head/junit.xml": (201, 0, 1),
    "pairs/go-reviewdog/base/gotestsum.junit.xml": (28, 0, 0),
    "pairs/go-reviewdog/head/gotestsum.junit.xml": (29, 0, 0),
}


@pytest.mark.parametrize(("name", "expected"), PRINTED.items(), ids=list(PRINTED))
def test_real_projects(name: str, expected: tuple[int, int, int]):
    """(passed, skipped, failed) as their suites' own totals say."""
    found = read_file(corpus_file(name)).suites
    assert found is not None
    mine = figures(found)
    assert (mine["tests_succ"], mine["tests_skip"], mine["tests_fail"]) == expected
    assert found.toolchain == ("go" if "gotestsum" in name else "")


def test_gotestsums_parents_panics_and_packages():
    """A failed subtest counts once, without its parents; a package that was not built is a case of its own."""
    found = suites(corpus_file("go/gotestsum127.junit.xml").read_bytes())
    bad = {(case.suite.rpartition("/")[2], case.name): case for case in found.cases if case.bad}
    assert set(bad) == {
        ("buildfail", "(package)"),
        ("exit", "TestExits"),
        ("fuzzy", "FuzzRev/seed#0"),
        ("panics", "TestPanics/inner"),
        ("sub", "TestTable/dup"),
        ("sub", "TestTable/dup#01"),
        ("sub", "TestDeep/l1/l2/l3"),
        ("timeout", "TestHangs"),
    }
    assert bad["buildfail", "(package)"].synthetic
    assert bad["panics", "TestPanics/inner"].message == "panic: assignment to entry in nil map"
    assert bad["timeout", "TestHangs"].message == "panic: test timed out after 5s"
    dup = bad["sub", "TestTable/dup"]
    assert (dup.file, dup.line, dup.message) == ("sub_test.go", 8, 'dup fails: "dup" | pipe')
    assert [case.message for case in found.cases if case.name == "TestSkipped"] == ["not on CI: needs etcd"]
