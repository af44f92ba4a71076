"""Every kind of evidence through the limited child: what it says is what the parsers say without it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.core.model.benchmarks import Benchmark, Benchmarks, Direction, Measure
from bot.core.model.errors import Problem, ReportError, UnknownFormat
from bot.core.model.evidence import BenchRun, Layout, Report, Side, Upload
from bot.core.model.suites import Case, Outcome, Suites
from bot.core.parse.report import parse_report
from bot.core.parse.wreckage import is_wreckage
from bot.reader.frames import NOT_UNICODE, Broken, Parsed, pack, unpack
from bot.reader.limits import DEFAULT, Limits
from bot.reader.parent import ChildReader
from bot.reader.understand import Reading
from tests.reader.zips import Entry, archive_of

Artifact = Callable[[bytes], Path]
SAMPLES = Path(__file__).parents[1] / "samples"
CORPUS = Path(os.environ.get("COVGATE_CORPUS") or "/nowhere")
LARGEST = 1 << 20
DIGEST = "0" * 64
BASE = "b" * 40


async def read(path: Path, limits: Limits = DEFAULT) -> Upload:
    return (await ChildReader(limits).read_archive(path, name="all", run_id=7, run_attempt=1)).upload


def zipped(files: dict[str, bytes]) -> bytes:
    return archive_of(*(Entry(name=name.encode(), data=data) for name, data in files.items()))


def directly(name: str, data: bytes) -> Report | Problem | None:
    """What the file is without any child: a report, a broken one, or nothing of ours."""
    try:
        return parse_report(name, [data])
    except UnknownFormat as error:
        return error.at(name) if is_wreckage(name, data) else None
    except ReportError as error:
        return error.at(name)


def files_of(*folders: Path) -> dict[str, bytes]:
    """The files below *folders* that are no archives, by number and name."""
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    small = [path for path in paths if path.suffix not in {".zip", ".gz", ".bundle"} and path.stat().st_size < LARGEST]
    return {f"{number}/{path.name}": path.read_bytes() for number, path in enumerate(small)}


@pytest.mark.integration
@pytest.mark.parametrize(
    "folders",
    [
        [SAMPLES],
        [CORPUS / name for name in ("junit", "trx", "nunit", "xunit", "mocha", "dart", "go", "go-etcd")],
        [CORPUS / name for name in ("bench", "lint")],
    ],
    ids=["own samples", "tests of the corpus", "benchmarks and findings of the corpus"],
)
async def test_every_format_reads_in_the_child_as_without_it(folders: list[Path], artifact: Artifact) -> None:
    """Nothing is imported, opened or looked up once its limits have fallen."""
    files = files_of(*folders)
    if not files:
        pytest.skip("COVGATE_CORPUS names no folder with samples")
    upload = await read(artifact(zipped(files)))
    expected = {name: directly(name, data) for name, data in files.items()}
    assert {report.path: report for report in upload.reports} == {
        name: found for name, found in expected.items() if isinstance(found, Report)
    }
    assert set(upload.problems) == {found for found in expected.values() if isinstance(found, Problem)}
    assert set(upload.ignored) == {name for name, found in expected.items() if found is None}


@pytest.mark.integration
async def test_a_manifest_says_how_benchmarks_were_measured(artifact: Artifact) -> None:
    """Both sides of one job: which report is of the base, in which layout, on what machine, and whether it confirms."""
    text = b"pkg: m\nBenchmarkCollect-2 \t 100 \t 12.5 ns/op\n"
    listed: list[dict[str, Any]] = [
        {"file": f"reports/{at}-bench.txt", "name": f"{side}/bench.txt", "sha256": hashlib.sha256(text).hexdigest()}
        for at, side in enumerate(("head", "base"))
    ]
    listed[1]["side"] = "base"
    bench = {"layout": "interleaved", "base_sha": BASE, "rounds": 10, "machine": "cpu x", "confirms": True}
    manifest = {"version": 1, "head_sha": "a" * 40, "reports": listed, "bench": bench}
    files = {"manifest.json": json.dumps(manifest).encode()} | {one["file"]: text for one in listed}
    upload = await read(artifact(zipped(files)))
    assert upload.problems == ()
    assert [(report.path, report.side) for report in upload.reports] == [
        ("head/bench.txt", Side.HEAD),
        ("base/bench.txt", Side.BASE),
    ]
    assert upload.bench == BenchRun(layout=Layout.INTERLEAVED, base_sha=BASE, rounds=10, machine="cpu x", confirms=True)


@pytest.mark.integration
@pytest.mark.parametrize(
    "bench",
    [
        {"layout": "somehow", "base_sha": BASE},
        {"layout": "interleaved", "base_sha": "main"},
        {"layout": "interleaved"},
        {"layout": "interleaved", "base_sha": BASE, "rounds": 0},
        {"layout": "interleaved", "base_sha": BASE, "machine": "x" * 2000},
    ],
)
async def test_a_manifest_that_says_it_wrongly_is_refused(bench: dict[str, object], artifact: Artifact) -> None:
    """By the key that is wrong."""
    manifest = {"version": 1, "head_sha": "a" * 40, "reports": [], "bench": bench}
    upload = await read(artifact(zipped({"manifest.json": json.dumps(manifest).encode()})))
    assert [problem.path for problem in upload.problems] == ["manifest.json"]
    assert "bench" in upload.problems[0].reason


@pytest.mark.integration
async def test_an_artifact_of_today_is_understood_though_pages_and_empty_logs_lie_in_it(artifact: Artifact) -> None:
    """A page, a picture, an empty log are left; an empty report is a report that was destroyed."""
    junit = b'<testsuite name="s" tests="1"><testcase classname="s" name="a"/></testsuite>'
    files = {
        "junit.xml": junit,
        "coverage.html": b"<!DOCTYPE html><html></html>",
        "shot.png": b"\x89PNG\r\n\x1a\n\0\0",
        "test_output.log": b"",
        "integration_output.log": b"\n\n",
        "results/junit.xml": b"",
        "ruff.sarif": b"",
        "bench.txt": b"",
        "cut/junit.xml": junit[:-20],
    }
    upload = await read(artifact(zipped(files)))
    assert [report.path for report in upload.reports] == ["junit.xml"]
    assert {problem.path for problem in upload.problems} == {
        "results/junit.xml",
        "ruff.sarif",
        "bench.txt",
        "cut/junit.xml",
    }
    assert set(upload.ignored) == {"coverage.html", "shot.png", "test_output.log", "integration_output.log"}


@pytest.mark.integration
async def test_many_thousand_cases_that_all_fail_are_told_with_their_outcomes(artifact: Artifact) -> None:
    """What they say is kept up to a limit, for nobody reads it to its end; each keeps its outcome and its name."""
    text = "the database is not there " * 30
    cases = "".join(
        f'<testcase classname="org.example.Suite{number // 100}" name="test{number}"><failure message="{text}"/></testcase>'
        for number in range(30_000)
    )
    report = f'<testsuite name="all">{cases}</testsuite>'.encode()
    upload = await read(artifact(zipped({"junit.xml": report})), Limits(ratio=100_000))
    assert upload.problems == ()
    suites = upload.reports[0].suites
    assert suites is not None
    assert len(suites.cases) == 30_000
    assert {case.outcome for case in suites.cases} == {Outcome.FAILED}
    assert suites.cases[0].message.startswith("the database")
    assert suites.cases[-1].message == ""
    assert suites.cases[-1].name == "test29999"


def test_a_report_that_is_no_text_is_told_as_broken() -> None:
    """A lone surrogate can stand in JSON, and nowhere in Unicode; the reports beside it are told all the same."""
    case = Case(suite="s", name="\ud800", outcome=Outcome.PASSED)
    frame = Parsed("ctrf.json", "ctrf", DIGEST, [], suites=Suites(cases=(case,)))
    assert list(unpack(pack(frame))) == [Broken("ctrf.json", NOT_UNICODE, None)]


def test_T15_a_child_that_tells_of_samples_that_are_no_numbers_is_not_believed() -> None:
    """MessagePack has NaN; statistics have no use for it."""
    time = Measure(unit="ns/op", direction=Direction.LOWER, samples=(float("nan"),))
    frame = Parsed(
        "bench.txt",
        "go-bench",
        DIGEST,
        [],
        benchmarks=Benchmarks(benchmarks=(Benchmark(name="Collect", measures={"time": time}),)),
    )
    (told,) = unpack(pack(frame))
    with pytest.raises(ValueError, match="no number"):
        Reading(Upload(name="all")).take(told)
