"""Reports of real tools on small programs: totals are those that the tools printed beside them."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from bot.core.model.coverage import Metric, Tally
from bot.core.model.errors import ReportError
from bot.core.model.lines import Lines
from bot.core.parse.report import parse_report
from tests.core.parse.reading import SAMPLES, read, read_file

PYTHON = sorted(path.name for path in (SAMPLES / "coverage.py").iterdir())
REPORTS = sorted(
    path
    for kind in ("go-cover", "lcov", "cobertura", "coverage.py")
    for path in (SAMPLES / kind).glob("*/*")
    if path.suffix in {".out", ".info", ".lcov", ".xml"} or path.name == "coverage.json"
)


def sample_name(path: Path) -> str:
    return str(path.relative_to(SAMPLES))


@pytest.mark.parametrize("name", ["set", "count", "atomic", "coverpkg", "covdata"])
def test_go_prints_the_same_percentage(name: str):
    """In every mode, with blocks repeated by ``-coverpkg``, and from a binary's coverage directory."""
    report = read_file(SAMPLES / "go-cover" / name / "coverage.out")
    printed = (SAMPLES / "go-cover" / name / "func.txt").read_text().split()[-1]
    found = report.coverage.native
    assert (report.format, report.coverage.metric) == ("go-cover", Metric.STATEMENTS)
    assert f"{100 * found.covered / found.total:.1f}%" == printed
    assert found.total == 10


def test_a_go_line_is_partial_where_only_one_of_its_blocks_ran():
    """Line 8 opens a block that never ran behind one that did; an empty function measures no line."""
    report = read_file(SAMPLES / "go-cover" / "count" / "coverage.out")
    file = report.coverage.files["example.com/shapes/calc/calc.go"]
    assert file.hit == Lines.of([4, 5, 6, 7, 10])
    assert file.partial == Lines()
    assert 20 not in file.measured


@pytest.mark.parametrize(
    ("name", "lines", "branches"), [("lcov-1.16", (16, 18), (12, 20)), ("gcovr", (16, 18), (12, 20))]
)
def test_lcov_counts_each_line_and_branch_of_a_template_once(
    name: str, lines: tuple[int, int], branches: tuple[int, int]
):
    """As ``lcov --summary`` does, though the tracefile lists both instances."""
    report = read_file(SAMPLES / "lcov" / name / "lcov.info")
    assert report.coverage.native == Tally(*lines)
    assert report.coverage.tally(Metric.BRANCHES) == Tally(*branches)
    summary = (SAMPLES / "lcov" / "lcov-1.16" / "summary.txt").read_text()
    assert re.findall(r"\((\d+) of (\d+) (?:lines|branches)", summary) == [("16", "18"), ("12", "20")]


@pytest.mark.parametrize("tool", ["nyc", "c8"])
@pytest.mark.parametrize(("kind", "name"), [("lcov", "lcov.info"), ("cobertura", "cobertura-coverage.xml")])
def test_javascript_tools_print_the_same_lines(tool: str, kind: str, name: str):
    """A function's first line that is no statement stands among the methods of their Cobertura and counts nowhere."""
    total = json.loads((SAMPLES / kind / tool / "coverage-summary.json").read_text())["total"]["lines"]
    report = read_file(SAMPLES / kind / tool / name)
    assert (report.format, report.coverage.native) == (kind, Tally(total["covered"], total["total"]))


def test_gcovr_counts_a_template_once_for_each_instance_and_covgate_once():
    """Its summary says 19 of 22; by file and line there are 18. See ``docs/formats.md``."""
    report = read_file(SAMPLES / "cobertura" / "gcovr" / "cobertura.xml")
    assert json.loads((SAMPLES / "cobertura" / "gcovr" / "summary.json").read_text())["line_total"] == 22
    assert report.coverage.native == Tally(16, 18)
    assert report.roots == ("/home/runner/work/shapes",)


@pytest.mark.parametrize("name", ["coverage.json", "coverage.xml", "coverage.lcov"])
@pytest.mark.parametrize("version", PYTHON)
def test_coverage_py_prints_the_same_totals(version: str, name: str):
    """Whatever the version: excluded lines, docstrings, exempt branches and all. Its LCOV before 7.6.2 is another's."""
    total = (SAMPLES / "coverage.py" / version / "report.txt").read_text().splitlines()[-1].split()[1:]
    statements, missed = int(total[0]), int(total[1])
    branches = int(total[2]) if version.endswith("branches") else 0
    report = read_file(SAMPLES / "coverage.py" / version / name)
    if name == "coverage.lcov" and version.startswith(("6.", "7.4")):
        assert (report.format, report.coverage.metric) == ("lcov", Metric.LINES)
        return
    assert report.format == f"coverage.py-{name.removeprefix('coverage.')}"
    assert report.coverage.metric == (Metric.STATEMENTS_AND_BRANCHES if branches else Metric.STATEMENTS)
    assert report.coverage.tally(Metric.STATEMENTS) == Tally(statements - missed, statements)
    native = report.coverage.native
    assert native.total == statements + branches
    assert f"{100 * native.covered / native.total:.4f}%" == total[-1]


@pytest.mark.parametrize("version", PYTHON)
def test_coverage_py_names_and_lines_are_the_same_in_json_and_xml(version: str):
    """XML's one source is a folder of the repository and belongs in front of its names."""
    reports = [read_file(SAMPLES / "coverage.py" / version / f"coverage.{kind}") for kind in ("json", "xml")]
    first, second = [
        {path: (file.measured, file.executed) for path, file in report.coverage.files.items()} for report in reports
    ]
    assert first == second
    assert "src/shapes/area.py" in first


@pytest.mark.parametrize("path", REPORTS, ids=sample_name)
def test_a_digest_is_of_all_bytes(path: Path):
    """SHA-256 of the file as it is."""
    assert read_file(path).digest == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("path", [path for path in REPORTS if path.suffix != ".out"], ids=sample_name)
def test_a_report_cut_short_anywhere_is_refused(path: Path):
    """Except behind its last closing mark, where only white space is missing. A Go profile has no such mark."""
    whole = path.read_bytes()
    end = len(whole.rstrip())
    for cut in {*range(0, end, max(1, end // 97)), end - 1}:
        if not whole[:cut].rstrip().endswith(b"end_of_record"):  # nothing tells that another file should follow
            with pytest.raises(ReportError):
                read(whole[:cut], path.name)


@pytest.mark.parametrize("path", REPORTS, ids=sample_name)
def test_line_ends_of_windows_and_a_byte_order_mark_change_nothing(path: Path):
    """Shells of Windows leave both."""
    expected = read_file(path).coverage
    changed = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert read(b"\xef\xbb\xbf" + changed).coverage == expected


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("path", REPORTS, ids=sample_name)
def test_pieces_of_any_size_make_the_same_report(path: Path, size: int):
    """A report is read as it comes over the wire or out of an archive."""
    whole = path.read_bytes()
    pieces = (whole[at : at + size] for at in range(0, len(whole), size))
    assert parse_report(path.name, pieces) == read_file(path)
