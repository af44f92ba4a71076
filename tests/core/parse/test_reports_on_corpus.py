"""Real reports of many tools: the totals are those that the producing tool printed, to the unit.

The known exceptions are listed with their reasons in ``docs/formats.md``.
"""

import json
import re
from typing import Any

import pytest

from bot.core.model.coverage import Metric, Tally
from bot.core.model.errors import UnknownFormat
from bot.core.model.evidence import Report
from tests.core.parse.reading import corpus_file, read_file, refusal

PYTHON_SIDES = [
    f"pairs/{pair}/{side}" for pair in ("py-click", "py-humanize", "py-tabulate") for side in ("base", "head")
]
GO_SIDES = ["pairs/go-reviewdog/base", "pairs/go-reviewdog/head"]
JS_SIDES = ["pairs/js-github-action-benchmark/base", "pairs/js-github-action-benchmark/head"]


def tally(report: Report, metric: Metric) -> tuple[int, int]:
    found = report.coverage.tally(metric)
    return found.covered, found.total


def percent(found: Tally) -> str:
    """As Go prints it: one digit, rounded half to even on the binary number."""
    return f"{100 * found.covered / found.total:.1f}%"


def manifest(name: str) -> list[dict[str, Any]]:
    """What is known of the corpus file *name*: a list of ``how`` and ``figures``."""
    entries = json.loads(corpus_file("MANIFEST.json").read_text())
    return next(entry["oracle"] for entry in entries if entry["file"] == name)


@pytest.mark.parametrize("name", ["coverage.json", "coverage.xml", "coverage.lcov"])
@pytest.mark.parametrize("side", PYTHON_SIDES)
def test_coverage_pys_totals_come_from_each_of_its_formats(side: str, name: str):
    """Statements, branches and both together are what ``coverage json`` printed, whichever file is read."""
    totals = json.loads(corpus_file(f"{side}/coverage.json").read_text())["totals"]
    report = read_file(corpus_file(f"{side}/{name}"))
    statements, branches = totals["covered_lines"], totals["covered_branches"]
    assert report.coverage.metric == Metric.STATEMENTS_AND_BRANCHES
    assert tally(report, Metric.STATEMENTS) == (statements, totals["num_statements"])
    assert tally(report, Metric.BRANCHES) == (branches, totals["num_branches"])
    assert report.coverage.native == Tally(statements + branches, totals["num_statements"] + totals["num_branches"])


@pytest.mark.parametrize("side", PYTHON_SIDES)
def test_coverage_pys_formats_agree_line_by_line(side: str):
    """JSON, XML and LCOV of one run name the same files and give each the same hit, partial and missed lines."""
    reports = [read_file(corpus_file(f"{side}/coverage.{kind}")) for kind in ("json", "xml", "lcov")]
    first, *others = [
        {path: (file.hit, file.partial, file.miss) for path, file in report.coverage.files.items()}
        for report in reports
    ]
    assert all(other == first for other in others)


@pytest.mark.parametrize("name", ["coverage.out", "coverage-atomic.out"])
@pytest.mark.parametrize("side", GO_SIDES)
def test_go_statements_are_those_of_go_tool_cover(side: str, name: str):
    """The sums of statements, and the percentage that ``go tool cover -func`` printed."""
    report = read_file(corpus_file(f"{side}/{name}"))
    figures = manifest(f"{side}/{name}")[0]["figures"]
    assert tally(report, Metric.STATEMENTS) == (figures["covered"], figures["statements"])
    printed = corpus_file(f"{side}/{name.replace('.out', '.func.txt')}").read_text().split()[-1]
    assert percent(report.coverage.native) == printed


@pytest.mark.parametrize("side", JS_SIDES)
@pytest.mark.parametrize("name", ["lcov.info", "cobertura-coverage.xml"])
def test_istanbuls_lines_and_functions_come_from_both_of_its_formats(side: str, name: str):
    """Lines and functions are those of its own summary."""
    total = json.loads(corpus_file(f"{side}/coverage-summary.json").read_text())["total"]
    report = read_file(corpus_file(f"{side}/{name}"))
    assert tally(report, Metric.LINES) == (total["lines"]["covered"], total["lines"]["total"])
    assert report.coverage.functions == Tally(total["functions"]["covered"], total["functions"]["total"])


@pytest.mark.parametrize("side", JS_SIDES)
def test_istanbuls_branches_come_from_its_lcov(side: str):
    """Its Cobertura leaves out branches on lines without a statement; its LCOV has them all."""
    total = json.loads(corpus_file(f"{side}/coverage-summary.json").read_text())["total"]["branches"]
    assert tally(read_file(corpus_file(f"{side}/lcov.info")), Metric.BRANCHES) == (total["covered"], total["total"])


GO_FILES = [
    "go/go1.19.cov.out",
    "go/go1.19.race.cov.out",
    "go/go1.27.cov.out",
    "go/go1.27.race.cov.out",
    "go-etcd/22869c3.go1.27.cov-set.out",
    "go-etcd/22869c3.go1.27.coverage.out",
    "go-etcd/d02e337.go1.27.cov-set.out",
    "go-etcd/d02e337.go1.27.coverage.out",
    "gocover/octocov__coverage.out",
    "gocover/grcov__go.out",
] + [
    f"go-etcd/repo__{name}.out"
    for name in (
        "coverage",
        "coverage_api-coverage",
        "coverage_baseline",
        "coverage_coverage-current",
        "coverage_coverage-final",
        "coverage_coverage",
        "coverage_etcd-enhanced",
        "coverage_etcdctl_after",
        "coverage_etcdctl_final",
        "coverage_final",
        "coverage_k8s_after",
        "coverage_k8s_before",
        "coverage_monitor-coverage",
        "coverage_monitor-new",
        "coverage_progress",
        "coverage_quick",
        "coverage_short",
        "pkg_controllers_util_coverage",
    )
]


@pytest.mark.parametrize("name", GO_FILES)
def test_go_profiles_have_the_sums_of_their_blocks(name: str):
    """Each block once, covered if it ran in any line that names it."""
    report = read_file(corpus_file(name))
    figures = manifest(name)[0]["figures"]
    assert report.coverage.native == Tally(figures["covered"], figures["statements"])
    blocks = sum(len(file.blocks.hit) + len(file.blocks.miss) for file in report.coverage.files.values() if file.blocks)
    assert blocks == figures.get("blocks", figures.get("unique_blocks"))


def test_a_profile_without_blocks_measures_nothing():
    """It is well-formed, so it is read; that nothing was measured is for the gates to judge."""
    report = read_file(corpus_file("go-etcd/repo__coverage_etcdctl_after.out"))
    assert report.coverage.files == {}
    assert report.coverage.native.ratio is None


LCOV_FILES = [
    "lcov/octocov__lcov.info",
    "lcov/ReportGenerato__lcov.info",
    "lcov/grcov__1494603973-2977-7.info",
    "lcov/grcov__empty_line.info",
    "lcov/diff_cover__real_typescript_coverage.lcov",
]


@pytest.mark.parametrize("name", LCOV_FILES)
def test_tracefiles_have_the_totals_of_lcovs_summary(name: str):
    """Lines and branches as ``lcov --summary`` counted them."""
    (summary,) = [each["figures"] for each in manifest(name) if each["how"].endswith("--summary")]
    found = {
        kind: (int(hit), int(total))
        for kind, hit, total in re.findall(r"(lines|branches)\.+: \S+ \((\d+) of (\d+)", summary)
    }
    report = read_file(corpus_file(name))
    assert tally(report, Metric.LINES) == found["lines"]
    assert tally(report, Metric.BRANCHES) == found.get("branches", (0, 0))


def test_a_tracefile_cut_off_in_a_record_is_refused():
    """The tool drops the second of its two files without a word and prints 30 of 32 lines."""
    error = refusal(corpus_file("lcov/grcov__invalid_DA_record.info").read_bytes())
    assert (error.line, "DA:590" in error.reason) == (479, True)


@pytest.mark.parametrize(
    ("name", "lines", "branches"),
    [
        ("c-real/lcov.info", (5, 6), (12, 24)),  # lcov-summary.txt
        ("c-real/llvm-cov.lcov", (7, 8), (8, 14)),  # llvm-cov-report.txt
        ("c-real/gcovr-cobertura.xml", (5, 5), (12, 22)),  # its own root
        ("cobertura/ReportGenerato__Cobertura2.1.1.xml", (24, 36), (1, 4)),  # its own root
        ("cobertura/ReportGenerato__Cobertura_coverlet.xml", (156, 255), (9, 14)),  # its own root
        ("cobertura/ReportGenerato__Cobertura_Swift.xml", (1, 2), (0, 0)),  # its own root; it lists no branch
        ("cobertura/diff_cover__dotnet_coverage.xml", (9, 12), (0, 0)),  # its own root
        ("cobertura/octocov__coverage.xml", (7706, 7712), (0, 0)),  # octocov's test
        ("cobertura/ReportGenerato__Cobertura_altcover.xml", (116, 174), (7, 10)),  # 182 listed, 8 of them twice
        ("cobertura/ReportGenerato__Cobertura_CPPCoverage.xml", (0, 2), (0, 0)),
        ("cobertura/diff_cover__unicode_coverage.xml", (5, 10), (0, 0)),
    ],
)
def test_native_tools_figures(name: str, lines: tuple[int, int], branches: tuple[int, int]):
    """What the producing tool printed, or the report's own root says where nothing contradicts it."""
    report = read_file(corpus_file(name))
    assert (tally(report, Metric.LINES), tally(report, Metric.BRANCHES)) == (lines, branches)


@pytest.mark.parametrize(
    ("name", "files", "path", "coverable"),
    [
        ("lcov/ReportGenerato__lcov.info", 15, "C:\\temp\\AbstractClass.cs", 20),
        ("cobertura/ReportGenerato__Cobertura2.1.1.xml", 7, "test/AbstractClass.java", 3),
    ],
)
def test_files_are_those_that_reportgenerator_finds(name: str, files: int, path: str, coverable: int):
    """From the tests of ReportGenerator: how many files, and the coverable lines of one of them."""
    report = read_file(corpus_file(name))
    assert len(report.coverage.files) == files
    assert len(report.coverage.files[path].measured) == coverable


@pytest.mark.parametrize(
    "name",
    [
        "clover/octocov__coverage_path.xml",
        "jacoco/ReportGenerato__JaCoCo0.8.3.xml",
        "opencover/ReportGenerato__OpenCover.xml",
        "dotcover/ReportGenerato__dotCover.xml",
        "scoverage/ReportGenerato__scoverage.xml",
        "simplecov/octocov__resultset.json",
        "covdir/grcov__test_covdir.json",
        "gcov-text/ReportGenerato__main.cpp.gcov",
        "c-real/llvm-cov.json",
        "pairs/js-github-action-benchmark/head/coverage-final.json",
        "pairs/js-github-action-benchmark/head/coverage-summary.json",
        "pairs/js-github-action-benchmark/head/clover.xml",
        "pairs/py-click/head/dotcoverage.sqlite",
        "pairs/py-click/head/coverage-report.txt",
        "webhooks/_schema.json",
    ],
)
def test_other_formats_are_told_apart(name: str):
    """What is no report of a format that is read here is named so, and never half read."""
    assert isinstance(refusal(corpus_file(name).read_bytes(), name), UnknownFormat)
