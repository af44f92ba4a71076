"""A child may do what it likes: the parent answers with an upload that says why it is not whole."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import psutil
import pytest

from bot.core.model.coverage import Arms, Blocks, Coverage, FileCoverage, Metric
from bot.core.model.errors import Problem
from bot.core.model.lines import Lines
from bot.core.model.wire import encode
from bot.flows.ports import ReadUpload
from bot.reader.frames import Finished, Frame, Ignored, Opened, Parsed, pack
from bot.reader.limits import DEFAULT
from bot.reader.parent import ChildReader

pytestmark = pytest.mark.integration
QUICK = msgspec.structs.replace(DEFAULT, cpu=1, wall=1.5, output=1 << 20)
DIGEST = "0" * 64


async def answer_of(program: str, artifact: Callable[[bytes], Path], *frames: Frame | bytes) -> ReadUpload:
    """What the parent makes of a child that says *frames*, which are its artifact, and then runs *program*."""
    said = b"".join(frame if isinstance(frame, bytes) else pack(frame) for frame in frames)
    repeat = "import sys, os, time; sys.stdout.buffer.write(sys.stdin.buffer.read()); sys.stdout.flush(); "
    reader = ChildReader(QUICK, program=repeat + program)
    return await reader.read_archive(artifact(said), name="artifact", run_id=7, run_attempt=2)


def coverage(path: str = "a.py") -> Coverage:
    return Coverage(metric=Metric.LINES, files={path: FileCoverage(measured=Lines.of([1, 2]), executed=Lines.of([1]))})


PARSED = Parsed("coverage.info", "lcov", DIGEST, [], encode(coverage()))


async def test_what_a_child_reads_arrives_whole(artifact: Callable[[bytes], Path]) -> None:
    """Reports, and files that are none, under the name and run that GitHub gave."""
    read = await answer_of("", artifact, Opened("coverage.info"), PARSED, Ignored("log.txt"), Finished())
    assert [(report.path, report.coverage) for report in read.upload.reports] == [("coverage.info", coverage())]
    assert (read.upload.name, read.upload.run_id, read.upload.run_attempt) == ("artifact", 7, 2)
    assert read.upload.ignored == ("log.txt",)
    assert read.upload.problems == ()
    assert read.claims is None


MISDEEDS = {
    "spins": ("\nwhile True: pass", "reading it took more than 1"),
    "sleeps": ("time.sleep(60)", "reading it took more than 1.5 s"),
    "breaks down": ("1 / 0", "the reader broke down while reading it (exit status 1)"),
    "kills itself": ("os.kill(os.getpid(), 9)", "the reader was killed while reading it"),
    "stops early": ("sys.exit(0)", "it holds more than a reader may answer"),
    "floods": ("\nwhile True: sys.stdout.buffer.write(bytes(1 << 16))", "the reader answered what it should not"),
    "complains": ("\nwhile True: sys.stderr.write('x' * 65536)", "reading it took more than"),
    "closes its output": ("os.close(1); time.sleep(60)", "reading it took more than 1.5 s"),
}


@pytest.mark.parametrize(("then", "reason"), MISDEEDS.values(), ids=MISDEEDS)
async def test_T15_a_child_that_misbehaves_costs_only_what_it_did_not_read(
    artifact: Callable[[bytes], Path], then: str, reason: str
) -> None:
    """The report before is kept; the one it was at is a problem, so the upload never passes for whole."""
    limited = "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 2)); "
    started = time.monotonic()
    read = await answer_of(limited + then, artifact, Opened("coverage.info"), PARSED, Opened("evil.xml"))
    assert time.monotonic() - started < 10
    assert [report.path for report in read.upload.reports] == ["coverage.info"]
    [problem] = read.upload.problems
    assert problem.path == "evil.xml"
    assert problem.reason.startswith(reason)


LIES = {
    "no frame": b"hello, world",
    "no message": (5).to_bytes(4, "big") + b"\xc1\xc1\xc1\xc1\xc1",
    "a frame of no known kind": (8).to_bytes(4, "big") + msgspec.msgpack.encode(["other!"]),
    "a wrong type": (len(x := msgspec.msgpack.encode(["opened", 7]))).to_bytes(4, "big") + x,
    "a deep message": (5000).to_bytes(4, "big") + b"\x91" * 5000,
    "a frame that never ends": (1 << 31).to_bytes(4, "big") + b"\x91",
    "a measurement of garbage": Parsed("x", "lcov", DIGEST, [], b"garbage"),
    "a measurement that runs too deep": Parsed("x", "lcov", DIGEST, [], b"\x91" * 100_000),
    "a digest that is none": pack(Parsed("x", "lcov", DIGEST, [], b"")).replace(b"0" * 64, b"z" * 64),
    "a line set beyond any file": Parsed(
        "x",
        "lcov",
        DIGEST,
        [],
        encode(Coverage(metric=Metric.LINES, files={"a": FileCoverage(measured=Lines(1 << 80_000_000))})),
    ),
    "lines that ran and were not measured": Parsed(
        "x",
        "lcov",
        DIGEST,
        [],
        encode(Coverage(metric=Metric.LINES, files={"a": FileCoverage(executed=Lines.of([3]))})),
    ),
    "a branch that is less than nothing": Parsed(
        "x",
        "lcov",
        DIGEST,
        [],
        encode(Coverage(metric=Metric.LINES, files={"a": FileCoverage(arms={3: Arms(total=-1)})})),
    ),
    "a Go block as long as the universe": Parsed(
        "x",
        "go-cover",
        DIGEST,
        [],
        encode(
            Coverage(
                metric=Metric.STATEMENTS,
                files={"a": FileCoverage(blocks=Blocks(hit=frozenset([b"1.1,99999999999.1 1"])))},
            )
        ),
    ),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
async def test_T15_a_child_that_lies_is_not_believed(artifact: Callable[[bytes], Path], lie: Frame | bytes) -> None:
    """The child is trusted no more than the archive that it opened."""
    read = await answer_of("", artifact, Opened("coverage.info"), PARSED, Opened("evil.xml"), lie, Finished())
    assert [report.path for report in read.upload.reports] == ["coverage.info"]
    assert [problem.path for problem in read.upload.problems] == ["evil.xml"]


async def test_T15_a_child_inherits_nothing(
    artifact: Callable[[bytes], Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No secret of the environment, no open file of ours, no folder of ours to stand in."""
    monkeypatch.setenv("COVGATE_PRIVATE_KEY", "secret")
    secret = os.open(tmp_path / "secret", os.O_RDWR | os.O_CREAT)
    os.set_inheritable(secret, True)
    tell = (
        "import json, os, sys; from base64 import b64encode; told = json.dumps({'env': dict(os.environ),"
        " 'files': sorted(os.listdir('/proc/self/fd')), 'cwd': os.getcwd(), 'own': os.getsid(0) == os.getpid(),"
        " 'mode': os.get_inheritable(0), 'safe': [sys.flags.isolated, sys.flags.no_site]});"
    )
    size = "body = bytes([0x92, 0xa7]) + b'ignored' + bytes([0xda]) + len(told).to_bytes(2, 'big') + told.encode();"
    say = "sys.stdout.buffer.write(len(body).to_bytes(4, 'big') + body)"
    try:
        read = await answer_of(tell + size + say, artifact)
    finally:
        os.close(secret)
    told = json.loads(read.upload.ignored[0])
    assert set(told["env"]) <= {"PATH", "LC_CTYPE"}
    assert told["files"] == ["0", "1", "2", "3"]  # 3 is the listing itself
    assert told["cwd"] == "/"
    assert told["own"] is True
    assert told["safe"] == [1, 1]


async def test_no_process_is_left_when_a_reading_is_cancelled(artifact: Callable[[bytes], Path]) -> None:
    """A service that stops takes its children along."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    reading = asyncio.create_task(answer_of("import time; time.sleep(60)", artifact))
    await asyncio.sleep(0.5)
    born = {child.pid for child in psutil.Process().children()} - before
    assert born
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert not born & {child.pid for child in psutil.Process().children()}


async def test_no_more_children_than_processors_at_a_time(artifact: Callable[[bytes], Path]) -> None:
    """The others wait for their turn, and their time begins with it."""
    path = artifact(b"bytes")
    reader = ChildReader(QUICK, program="import time; time.sleep(0.5)")
    started = time.monotonic()
    reading = [
        asyncio.create_task(reader.read_archive(path, name="x", run_id=1, run_attempt=1))
        for _ in range(2 * (os.cpu_count() or 1))
    ]
    await asyncio.sleep(0.3)
    assert len(psutil.Process().children()) <= (os.cpu_count() or 1)
    assert {(await one).upload.problems for one in reading} == {
        (Problem(path="x", reason="it holds more than a reader may answer"),)
    }
    assert time.monotonic() - started >= 1


def test_a_child_dies_with_its_parent(tmp_path: Path) -> None:
    """Even if the parent is killed and can do nothing about it."""
    (tmp_path / "a").write_bytes(b"x")
    child = (
        "import sys, time; sys.path.extend(sys.argv[2:]); from bot.reader.confine import confine;"
        "import msgspec; from bot.reader.limits import Task; task = msgspec.json.decode(sys.argv[1], type=Task);"
        "confine(task.limits, parent=task.parent); time.sleep(60)"
    )
    parent = (
        "import asyncio, sys; from pathlib import Path; from bot.reader.parent import ChildReader;"
        f"asyncio.run(ChildReader(program={child!r}).read_archive(Path(sys.argv[1]), name='', run_id=1, run_attempt=1))"
    )
    with subprocess.Popen([sys.executable, "-c", parent, tmp_path / "a"], cwd=Path(__file__).parents[2]) as process:
        deadline = time.monotonic() + 20
        while not (born := psutil.Process(process.pid).children()) and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.5)
        process.send_signal(signal.SIGKILL)
    gone, alive = psutil.wait_procs(born, timeout=5)
    assert gone
    assert not alive
