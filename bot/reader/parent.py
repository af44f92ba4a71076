"""The ``Reader`` port: one limited child for each artifact, a few at a time.

Whatever the child does, the answer is an upload: one that did not finish carries a problem that says why, beside
the reports that were read before, so it can never pass for a whole one.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from asyncio import StreamReader
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import msgspec

from bot.core.model.errors import Problem
from bot.core.model.evidence import Upload
from bot.flows.ports import ReadUpload
from bot.reader import frames
from bot.reader.limits import DEFAULT, Limits, Task
from bot.reader.understand import Reading

log = logging.getLogger(__name__)

_CHILD = "import sys; sys.path.extend(sys.argv[2:]); from bot.reader.child import main; main(sys.argv[1])"
_NEEDED = ("bot", "lxml", "msgspec")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    """What a child said before it ended. *why* is the reason if it did not end well."""

    output: bytearray
    why: str | None


class ChildReader:
    """Reads archives in limited children, at most one for each processor at a time.

    A child costs 0.1 s of CPU to start. It inherits the open archive and nothing else: no environment, no other
    descriptor, no working directory.
    """

    def __init__(self, limits: Limits = DEFAULT, *, program: str = _CHILD) -> None:
        """*program* is what the child runs: Python text, given the task (JSON) and the import roots as arguments."""
        self._limits = limits
        self._program = program
        self._turn = asyncio.Semaphore(os.cpu_count() or 1)

    async def read_archive(self, path: Path, *, name: str, run_id: int, run_attempt: int) -> ReadUpload:
        """What the artifact at *path* holds. Never raises for what is in it."""
        async with self._turn:
            answer = await self._ask(path, name)
        return await asyncio.to_thread(_understood, answer, Upload(name=name, run_id=run_id, run_attempt=run_attempt))

    async def _ask(self, path: Path, name: str) -> _Answer:
        task = msgspec.json.encode(Task(name=name, limits=self._limits, parent=os.getpid())).decode()
        archive = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", "-X", "utf8", "-c", self._program, task, *_import_roots()),
                stdin=archive,
                stdout=PIPE,
                stderr=PIPE,
                env={"PATH": os.defpath},
                cwd="/",
                start_new_session=True,
            )
        finally:
            os.close(archive)
        try:
            return await self._listen(process)
        finally:
            await _end(process)

    async def _listen(self, process: Process) -> _Answer:
        """The child's whole answer, or as much of it as its limits allow."""
        if process.stdout is None or process.stderr is None:
            raise RuntimeError("the child was started without pipes")
        output, complaints = bytearray(), bytearray()
        try:
            async with asyncio.timeout(self._limits.wall):
                await asyncio.gather(
                    _keep(process.stdout, output, self._limits.output),
                    _keep(process.stderr, complaints, self._limits.complaints),
                )
                status = await process.wait()
        except TimeoutError:
            return _Answer(output=output, why=f"reading it took more than {self._limits.wall:g} s")
        if complaints:
            log.warning("a reader complained: %r", bytes(complaints[-2000:]))
        return _Answer(output=output, why=self._why(status))

    def _why(self, status: int) -> str | None:
        """What an exit *status* says, ``None`` for a good end."""
        if status == 0:
            return None
        if status == -signal.SIGXCPU:
            return f"reading it took more than {self._limits.cpu} s of CPU"
        if status == -signal.SIGKILL:
            return "the reader was killed while reading it, as the system does when memory runs out"
        return f"the reader broke down while reading it (exit status {status})"


def _import_roots() -> list[str]:
    """The folders from which the child imports: those of this package and of the two libraries that parsers need."""
    roots: dict[str, None] = {}
    for package in _NEEDED:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise RuntimeError(f"the reader needs {package}, which is not installed")
        roots[str(Path(spec.origin).parent.parent)] = None
    return list(roots)


async def _keep(stream: StreamReader, into: bytearray, limit: int) -> None:
    """Read *stream* to its end, and keep the first *limit* bytes of it."""
    while block := await stream.read(1 << 16):
        into += block[: limit - len(into)]


async def _end(process: Process) -> None:
    """See *process* and all that it may have started to their end, and its pipes closed."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    for stream in (process.stdout, process.stderr):
        while stream is not None and await stream.read(1 << 16):
            pass
    await process.wait()


def _understood(answer: _Answer, upload: Upload) -> ReadUpload:
    """The frames of *answer* as an upload; whatever is wrong with them becomes a problem of the file being read."""
    read = Reading(upload)
    why = answer.why
    try:
        for frame in frames.unpack(answer.output):
            read.take(frame)
    except (ValueError, RecursionError) as error:
        log.warning("a reader answered what it should not: %r", error)
        why = "the reader answered what it should not while reading it"
    if why is None and not read.finished:
        why = "it holds more than a reader may answer"
    if why is not None:
        read.problems.append(Problem(path=read.path, reason=why))
    return read.whole()
