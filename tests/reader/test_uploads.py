"""An artifact as the service reads it: what the collecting action uploaded, or what a workflow uploads anyway."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import resource
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bot.core.model.coverage import Metric, Tally
from bot.core.model.errors import Problem
from bot.core.model.evidence import Upload
from bot.flows.ports import Claims, ReadUpload
from bot.reader.contents import contents
from bot.reader.frames import pack, unpack
from bot.reader.limits import DEFAULT, Limits
from bot.reader.parent import ChildReader
from bot.reader.understand import Reading
from tests.reader.zips import Entry, archive_of
from tests.workspace.repositories import Repository

ROOT = Path(__file__).parents[2]
PROFILE = b"mode: set\nexample.org/m/f.go:1.1,2.2 2 1\nexample.org/m/f.go:3.1,4.2 1 0\n"
CUT = PROFILE[:-5]
HEAD, TESTED = "a" * 40, "b" * 40

Artifact = Callable[[bytes], Path]
pytestmark = pytest.mark.integration


NAME = "covgate-test-0-1"
Read = Callable[[Path], Awaitable[ReadUpload]]


async def in_child(path: Path, limits: Limits = DEFAULT) -> ReadUpload:
    """As the service reads it."""
    return await ChildReader(limits).read_archive(path, name=NAME, run_id=7, run_attempt=2)


async def here(path: Path) -> ReadUpload:
    """The same code without the child around it: nothing in it rests on being confined."""
    descriptor = os.open(path, os.O_RDONLY)
    reading = Reading(Upload(name=NAME, run_id=7, run_attempt=2))
    try:
        for frame in unpack(b"".join(map(pack, contents(descriptor, NAME, DEFAULT)))):
            reading.take(frame)
    finally:
        os.close(descriptor)
    assert reading.finished
    return reading.whole()


@pytest.fixture(params=[in_child, here], ids=["in a child", "here"])
def read(request: pytest.FixtureRequest) -> Read:
    """Both ways to read an artifact, which must not differ."""
    return request.param


def zipped(files: dict[str, bytes]) -> bytes:
    return archive_of(*(Entry(name=name.encode(), data=data) for name, data in files.items()))


def upload(manifest: dict[str, Any] | None = None, **files: bytes) -> bytes:
    """An upload of one report, with a manifest changed by *manifest* and *files* added."""
    told = {
        "version": 1,
        "job": "test",
        "name": "test (3.12)",
        "flags": ["unit"],
        "index": 1,
        "total": 3,
        "run_id": 7,
        "run_attempt": 1,
        "head_sha": HEAD,
        "tested_sha": TESTED,
        "tested_parents": ["c" * 40, HEAD],
        "root": "/home/runner/work/x/x",
        "race": True,
        "outcomes": {"build": "success"},
        "modules": {"example.org/m": "."},
        "reports": [
            {"file": "reports/0-c.out", "name": "c.out", "sha256": hashlib.sha256(PROFILE).hexdigest()},
        ],
        "a key of later versions": {"deep": [1, 2]},
    }
    told |= manifest or {}
    return zipped({"manifest.json": json.dumps(told).encode(), "reports/0-c.out": PROFILE, **files})


def collected(repository: Repository, merge: str, head: str) -> dict[str, bytes]:
    """What the action's own script gathers in *repository*, for a pull request's run."""
    event = repository.path.parent / "event.json"
    event.write_text(json.dumps({"pull_request": {"head": {"sha": head}}}))
    into = repository.path.parent / "collected"
    env = {
        "COLLECT_INTO": str(into),
        "GITHUB_WORKSPACE": str(repository.path),
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_SHA": merge,
        "GITHUB_JOB": "test",
        "GITHUB_RUN_ID": "7",
        "GITHUB_RUN_ATTEMPT": "2",
    }
    script = ROOT / "actions" / "collect" / "collect.py"
    subprocess.run([sys.executable, script], env=os.environ | env, check=True, capture_output=True)
    return {path.relative_to(into).as_posix(): path.read_bytes() for path in into.rglob("*") if path.is_file()}


async def test_an_upload_of_the_collecting_action_is_read(
    repository: Repository, artifact: Artifact, read: Read
) -> None:
    """Collected in a checkout of a merge commit, as a pull request's run has it."""
    base = repository.commit({"go.mod": "module example.org/m\n", "ü.txt": "x"})
    repository.branch("topic")
    head = repository.commit({"f.go": "package m\n"})
    repository.git("checkout", "--quiet", "main")
    repository.commit({"other.go": "package m\n"})
    merge = repository.merge("topic")
    repository.write("coverage.out", PROFILE)
    got = await read(artifact(zipped(collected(repository, merge, head))))
    assert got.upload.problems == ()
    assert got.claims is not None
    assert (got.claims.head_sha, got.claims.tested_sha, got.claims.run_id) == (head, merge, 7)
    assert got.claims.tested_parents[1] == head != base
    assert got.tracked == {"go.mod", "ü.txt", "f.go", "other.go"}
    assert got.upload.modules == {"example.org/m": "."}
    assert got.upload.root == str(repository.path)
    [report] = got.upload.reports
    assert (report.path, report.coverage.native) == ("coverage.out", Tally(2, 3))


async def test_an_upload_as_github_stores_it_is_read(read: Read) -> None:
    """Collected and zipped by the code that a workflow runs."""
    got = await read(ROOT / "tests" / "samples" / "archives" / "actions-artifact-6.2.1" / "artifact.zip")
    [report] = got.upload.reports
    assert (report.path, report.coverage.native, got.upload.problems) == ("coverage.out", Tally(1, 2), ())
    assert got.tracked == {"f.go", "go.mod"}
    assert got.upload.ignored == ("notes", "notes/ü.txt", "reports")


async def test_a_manifest_describes_and_claims(artifact: Artifact, read: Read) -> None:
    """All that the contract lists; keys of later versions are left alone."""
    got = await read(artifact(upload()))
    one = got.upload
    assert (one.name, one.job, one.flags, one.index, one.total) == ("test (3.12)", "test", ("unit",), 1, 3)
    assert (one.root, one.race, one.outcomes) == ("/home/runner/work/x/x", True, {"build": "success"})
    assert (one.run_id, one.run_attempt) == (7, 2)  # GitHub's, whatever the manifest says
    assert got.claims == Claims(
        head_sha=HEAD, tested_sha=TESTED, tested_parents=("c" * 40, HEAD), run_id=7, run_attempt=1
    )
    [report] = one.reports
    assert (report.path, report.format, report.coverage.metric) == ("c.out", "go-cover", Metric.STATEMENTS)
    assert report.digest == hashlib.sha256(PROFILE).hexdigest()
    assert (one.problems, one.ignored, got.tracked) == ((), (), None)


WRONG = {
    "a version of later times": ({"version": 2}, "the manifest is of version 2, not 1"),
    "no version that is a number": ({"version": "1"}, "the manifest cannot be read: Expected `int`, got `str`"),
    "no commit": ({"head_sha": "main"}, "the manifest cannot be read"),
    "an address for a commit": ({"tested_sha": "../" + "a" * 37}, "the manifest cannot be read"),
    "reports of another shape": ({"reports": [1]}, "the manifest cannot be read"),
    "a number below nothing": ({"run_id": -1}, "the manifest cannot be read"),
    "a text without end": ({"job": "x" * 5000}, "the manifest cannot be read"),
}


@pytest.mark.parametrize(("wrong", "reason"), WRONG.values(), ids=WRONG)
async def test_a_manifest_that_is_wrong_is_a_problem(
    artifact: Artifact, wrong: dict[str, Any], reason: str, read: Read
) -> None:
    """And nothing of the upload counts: what it measured is not known."""
    got = await read(artifact(upload(wrong)))
    assert (got.upload.reports, got.claims) == ((), None)
    [problem] = got.upload.problems
    assert problem.path == "manifest.json"
    assert problem.reason.startswith(reason)


async def test_a_manifest_that_is_cut_short_is_a_problem(artifact: Artifact, read: Read) -> None:
    """It is known by the folder that lies beside it."""
    got = await read(artifact(zipped({"manifest.json": b'{"version": 1, "repo', "reports/0-c.out": PROFILE})))
    assert [problem.path for problem in got.upload.problems] == ["manifest.json"]
    assert got.upload.reports == ()


async def test_only_what_the_manifest_lists_is_read(artifact: Artifact, read: Read) -> None:
    """And each report must be the one that it describes."""
    good = {"file": "reports/0-c.out", "name": "c.out", "sha256": hashlib.sha256(PROFILE).hexdigest()}
    reports = [
        good,
        {**good, "name": "again.out"},
        {"file": "reports/1-d.out", "name": "d.out", "sha256": "0" * 64},
        {"file": "reports/gone.out", "name": "gone.out", "sha256": "0" * 64},
        {"file": "reports/log", "name": "log", "sha256": "0" * 64},
    ]
    files = {"reports/1-d.out": PROFILE, "reports/log": b"hello", "reports/2-unlisted.out": PROFILE, "x": b"x"}
    got = await read(artifact(upload({"reports": reports}, **files)))
    assert [report.path for report in got.upload.reports] == ["c.out"]
    assert got.upload.problems == (
        Problem(path="again.out", reason="the manifest lists it twice"),
        Problem(path="d.out", reason="its bytes are not those that the manifest describes"),
        Problem(path="gone.out", reason="the manifest lists it, and the archive does not hold it"),
    )
    assert got.upload.ignored == ("log", "reports/2-unlisted.out", "x")


async def test_a_plain_artifact_is_read_by_content(artifact: Artifact, read: Read) -> None:
    """Names say nothing; what is no report is listed and left; what is a broken one is a problem of its own."""
    files = {
        "deep/er/any-name": PROFILE,
        "coverage/index.html": b"<!doctype html>",
        "log.txt": b"hello\n",
        "empty.log": b"",
        "picture.png": b"\x89PNG\r\n\x1a\n" + bytes(3_000_000),
        "inner.zip": zipped({"c.out": PROFILE}),
        "broken.out": CUT,
        "manifest.json": b'{"version": 3, "name": "a browser extension"}',
    }
    got = await read(artifact(zipped(files)))
    assert [report.path for report in got.upload.reports] == ["deep/er/any-name"]
    assert [problem.path for problem in got.upload.problems] == ["broken.out"]
    assert set(got.upload.ignored) == set(files) - {"deep/er/any-name", "broken.out"}
    assert got.upload.name == "covgate-test-0-1"
    assert got.claims is None


async def test_an_empty_report_is_a_problem(artifact: Artifact, read: Read) -> None:
    """A tool that crashed leaves one behind."""
    got = await read(artifact(zipped({"coverage.out": b"", "lcov.info": b"", "stderr.log": b""})))
    assert [problem.path for problem in got.upload.problems] == ["coverage.out", "lcov.info"]
    assert got.upload.ignored == ("stderr.log",)


async def test_a_report_under_its_name_that_is_destroyed_is_a_problem(artifact: Artifact, read: Read) -> None:
    """What calls itself a coverage report and is nothing known is not just another file."""
    got = await read(artifact(zipped({"coverage.xml": bytes(100), "lcov.info": b"Segmentation fault\n"})))
    assert [problem.path for problem in got.upload.problems] == ["coverage.xml", "lcov.info"]


@pytest.mark.parametrize("data", [b'{"message":"Not Found"}', b"<html>expired</html>", b"", b"PK", b"\0" * 5000])
async def test_T14_what_is_no_archive_is_refused(artifact: Artifact, data: bytes, read: Read) -> None:
    """An error page in place of an artifact."""
    got = await read(artifact(data))
    assert [problem.path for problem in got.upload.problems] == ["covgate-test-0-1"]


async def test_a_report_that_was_uploaded_as_it_is_is_read(artifact: Artifact, read: Read) -> None:
    """``archive: false`` of ``actions/upload-artifact`` 7 uploads one file without a zip around it."""
    got = await read(artifact(PROFILE))
    assert [report.coverage.native for report in got.upload.reports] == [Tally(2, 3)]
    got = await read(artifact(CUT))
    assert [problem.path for problem in got.upload.problems] == ["covgate-test-0-1"]


async def test_a_refused_archive_is_one_problem(artifact: Artifact, read: Read) -> None:
    """It bears the name of the member that is to blame."""
    got = await read(artifact(zipped({"../evil": PROFILE, "good.out": PROFILE})))
    assert got.upload.reports == ()
    assert got.upload.problems == (
        Problem(path="../evil", reason="a file name in the archive is not a plain relative path"),
    )


TRACKED = {
    "by NUL": (b"a b\0\xff\0c\nd\0", {"a b", "\\xff", "c\nd"}),
    "by line": (b"a b\nc\n", {"a b", "c"}),
    "none": (b"", set[str]()),
}


@pytest.mark.parametrize(("names", "tracked"), TRACKED.values(), ids=TRACKED)
async def test_the_list_of_tracked_files(artifact: Artifact, names: bytes, tracked: set[str], read: Read) -> None:
    """However its names end."""
    got = await read(artifact(upload({"tracked": "tracked.txt.gz"}, **{"tracked.txt.gz": gzip.compress(names)})))
    assert (got.tracked, got.upload.problems) == (tracked, ())


UNTRACKED = {
    "a bomb": (gzip.compress(bytes(80 << 20)), "it inflates to more than"),
    "too many": (gzip.compress(b"".join(b"%d\n" % n for n in range(200_001))), "it lists more than 200000 files"),
    "cut short": (gzip.compress(b"abc\n" * 100)[:-9], "its compressed bytes are cut short"),
    "two in one": (gzip.compress(b"abc") * 2, "its compressed bytes are cut short or followed by others"),
    "something else": (b"hello", "its compressed bytes are damaged"),
}


@pytest.mark.parametrize(("data", "reason"), UNTRACKED.values(), ids=UNTRACKED)
async def test_T14_a_list_of_tracked_files_that_cannot_be_read_is_a_problem(
    artifact: Artifact, data: bytes, reason: str, read: Read
) -> None:
    """Without costing the reports."""
    got = await read(artifact(upload({"tracked": "tracked.txt.gz"}, **{"tracked.txt.gz": data})))
    assert len(got.upload.reports) == 1
    [problem] = got.upload.problems
    assert problem.path == "tracked.txt.gz"
    assert problem.reason.startswith(reason)


async def test_T13_a_report_that_takes_too_much_memory_is_a_problem(artifact: Artifact) -> None:
    """The others are read all the same."""
    wide = b"mode: set\n" + b"".join(b"example.org/m/f%d.go:1.1,9999999.2 2 1\n" % n for n in range(400))
    tight = msgspec.structs.replace(DEFAULT, memory=250 << 20)
    got = await in_child(artifact(zipped({"wide.out": wide, "good.out": PROFILE})), tight)
    assert [problem.path for problem in got.upload.problems] == ["wide.out"]
    assert [report.path for report in got.upload.reports] == ["good.out"]


async def test_T15_a_report_that_takes_too_long_is_a_problem(artifact: Artifact) -> None:
    """What was read before it is kept."""
    slow = b"mode: set\n" + b"".join(b"f.go:%d.1,%d.9 2 1\n" % (n, n) for n in range(1, 1_500_000))
    quick = msgspec.structs.replace(DEFAULT, cpu=1)
    got = await in_child(artifact(zipped({"good.out": PROFILE, "slow.out": slow})), quick)
    assert got.upload.problems == (Problem(path="slow.out", reason="reading it took more than 1 s of CPU"),)
    assert [report.path for report in got.upload.reports] == ["good.out"]


async def test_a_child_starts_fast(artifact: Artifact) -> None:
    """A quarter of a second of CPU at most: what is not needed is not imported."""
    path = artifact(zipped({"good.out": PROFILE}))
    await in_child(path)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    await in_child(path)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 0.25


async def test_a_name_in_the_old_dos_encoding_is_read(artifact: Artifact, read: Read) -> None:
    """Nothing has to be loaded for it once the child is confined."""
    got = await read(artifact(archive_of(Entry(name=b"\x81.out", data=PROFILE))))
    assert [report.path for report in got.upload.reports] == ["ü.out"]
