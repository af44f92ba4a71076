"""What a file is, by its content; its name only tells whether it was worth a look."""

import gzip
import json
from pathlib import Path

import pytest

from bot.core.model.errors import ReportError, UnknownFormat
from bot.core.parse.coverage import cobertura as cobertura_format
from bot.core.parse.coverage import coverage_py, go_cover, lcov
from bot.core.parse.detect import REPORT_NAMES, Family, detect, looks_like_report
from bot.core.parse.report import PARSERS
from bot.core.parse.wreckage import is_wreckage
from tests.core.parse.reading import SAMPLES, cobertura, refusal

SAMPLE_FAMILIES = [
    (path, family)
    for pattern, family in (
        ("go-cover/*/*.out", Family.GO_COVER),
        ("lcov/*/*.info", Family.LCOV),
        ("coverage.py/*/*.lcov", Family.LCOV),
        ("cobertura/*/*.xml", Family.COBERTURA),
        ("coverage.py/*/*.xml", Family.COBERTURA),
        ("coverage.py/*/coverage.json", Family.COVERAGE_PY),
    )
    for path in sorted(SAMPLES.glob(pattern))
]


@pytest.mark.parametrize(("path", "family"), SAMPLE_FAMILIES, ids=lambda value: getattr(value, "name", str(value)))
def test_a_report_is_known_by_its_first_4_kib(path: Path, family: Family):
    """Real tools' files; what follows the head is not looked at."""
    assert detect(path.read_bytes()[:4096]) == family


@pytest.mark.parametrize(
    ("head", "family"),
    [
        (b"\xef\xbb\xbfmode: atomic\n", Family.GO_COVER),
        (b"a.go:1.2,3.4 5 6\n", Family.GO_COVER),
        (b"\n# by hand\n\r\nTN:\nSF:a\n", Family.LCOV),
        (b"\xef\xbb\xbfSF:a\n", Family.LCOV),
        (b'\n <!-- a --> <!-- b -->\n<coverage lines-valid="1">', Family.COBERTURA),
        (b"<coverage><sources/>", Family.COBERTURA),
        (b'<!DOCTYPE coverage SYSTEM "x>y"><coverage line-rate="1"/>', Family.COBERTURA),
        (b'\r\n {"files": {"a.py": {"executed_lines" : [', Family.COVERAGE_PY),
    ],
)
def test_a_report_may_begin_in_many_ways(head: bytes, family: Family):
    """Byte order marks, comments, blank lines, sorted keys."""
    assert detect(head) == family


OTHERS = {
    "Clover": b'<?xml version="1.0"?><coverage generated="1" clover="3.2.0"><project timestamp="1"><metrics/>',
    "SonarQube's": b'<coverage version="1"><file path="a"><lineToCover lineNumber="1" covered="true"/>',
    "JaCoCo": b'<?xml version="1.0"?><!DOCTYPE report PUBLIC "-//JACOCO//DTD" "report.dtd"><report name="x"/>',
    "a page": b"<!doctype html><html><body>coverage line-rate=</body></html>",
    "Istanbul's JSON": json.dumps({"/a.js": {"path": "/a.js", "statementMap": {}}}).encode(),
    "a JSON list": b"[1]",
    "a configuration": b'{"files": ["a.ts"], "meta": {}}',
    "coverage.py's data": b"SQLite format 3\0" + bytes(100),
    "compressed": gzip.compress(b"mode: set\n"),
    "an archive": b"PK\3\4" + bytes(30),
    "a table": b"Name    Stmts   Miss  Cover\n---\nTOTAL 1 0 100%\n",
    "white space": b" \n\n",
    "NUL bytes": bytes(5000),
    "comments": b"# TN:\n# SF:\n",
    "a log": b"Compiling\nDone in 3.1 s, coverage: 50.0% of statements\n",
    "comments without end": b"<!---->" * 600,
    "a tag without end": b"<!-- -- " + b"<!" * 2000,
    "a DOCTYPE without end": b"<!DOCTYPE " + b"'\"" * 2000,
}


@pytest.mark.parametrize("content", OTHERS.values(), ids=OTHERS)
@pytest.mark.timeout(5)
def test_other_files_are_no_reports(content: bytes):
    """Whatever they are called, and at once."""
    assert isinstance(refusal(content, "coverage.xml"), UnknownFormat)


def test_an_empty_file_is_a_broken_report_if_it_is_called_like_one():
    """Else it is no report at all, such as ``.gitkeep``."""
    broken, other = refusal(b"", "out/lcov.info"), refusal(b"", ".gitkeep")
    assert (broken.reason, other.reason) == ("the file is empty", "the file is empty")
    assert (type(broken), type(other)) == (ReportError, UnknownFormat)


@pytest.mark.parametrize("text", ["mode: set\na.go:1.1,2.2 1 1\n", "TN:\nSF:a\nend_of_record\n"])
def test_utf16_text_is_refused_by_name(text: str):
    """What a redirect in Windows PowerShell makes of a report; no tool of its format reads that."""
    error = refusal(text.encode("utf-16"))
    assert "UTF-16" in error.reason
    assert not isinstance(error, UnknownFormat)


def test_an_error_names_its_file():
    """So that it can be shown as it is."""
    assert str(refusal("mode: set\nPASS\n", "out/c.out")) == "out/c.out:2: neither a mode nor a block of a Go profile"


@pytest.mark.parametrize(
    "name",
    [
        "coverage.out",
        "a/c.out",
        "x.coverprofile",
        "profile.cov",
        "unit-coverage.out",
        "coverage.xml",
        "build/cobertura-coverage.xml",
        "app.cobertura.xml",
        "lcov.info",
        "coverage.lcov",
        "lcov.dat",
        "coverage.json",
        "junit.xml",
        "target/surefire-reports/test-org.example.atest.xml",
        "results.trx",
        "bench.txt",
        "ruff.sarif",
        "golangci-lint.json",
        "test.json",
        "test_output.log",
    ],
)
def test_usual_names_are_worth_a_look(name: str):
    """Anywhere in a checkout."""
    assert looks_like_report(name)


@pytest.mark.parametrize(
    "name", ["package.json", "main.go", "README.md", ".coverage", "test.out", "server.log", "benches.rs"]
)
def test_other_names_are_not(name: str):
    """They may still be named by the user."""
    assert not looks_like_report(name)


@pytest.mark.parametrize("content", [b"", b"nothing of tests\n"])
def test_a_log_promises_nothing(content: bytes):
    """It is looked at for tests; one without any is no report that was destroyed."""
    assert isinstance(refusal(content, "test_output.log"), UnknownFormat)
    assert not is_wreckage("test_output.log", content)


def test_the_page_on_formats_names_each_format_and_glob():
    """``docs/formats.md`` is what users may rely on."""
    page = (Path(__file__).parents[3] / "docs" / "formats.md").read_text()
    formats = [go_cover.FORMAT, lcov.FORMAT, lcov.COVERAGE_PY_FORMAT, cobertura_format.FORMAT]
    formats += [cobertura_format.COVERAGE_PY_FORMAT, coverage_py.FORMAT]
    for name in (*formats, *REPORT_NAMES):
        assert f"`{name}`" in page


def test_every_family_has_a_parser():
    """A format that is told apart is read."""
    assert set(PARSERS) == set(Family)
    assert detect(cobertura().encode()) == Family.COBERTURA
