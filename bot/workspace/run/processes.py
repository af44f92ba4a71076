"""Commands as processes that can always be ended: each leads a group, and the whole group goes with it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import BinaryIO

_GRACE = 2.0  # seconds between asking a process to end and ending it
_MEASURING = ("COVERAGE_PROCESS_", "COV_CORE_")  # how our own measurement would reach into the project's


class Stopped(Exception):
    """The run is being ended: no more commands are begun."""


class TimedOut(Exception):
    """A command took longer than it may."""


class NoSuchTool(Exception):
    """The program *name* is not on this machine, or cannot be run."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Processes:
    """Every command that runs now; of any number of threads. None may take longer than *timeout* seconds."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self._lock = Lock()
        self._alive: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def run(
        self,
        words: tuple[str, ...],
        folder: Path,
        log: BinaryIO,
        *,
        output: Path | None = None,
        env: Mapping[str, str] | None = None,
        given: bytes = b"",
    ) -> int:
        """Run a command in *folder* to its end and give its exit status. What it says goes to *log*, its standard
        output to the end of the file *output* where there is one. Raises ``TimedOut``, ``NoSuchTool`` or ``Stopped``.
        """
        with ExitStack() as stack:
            source = stack.enter_context(TemporaryFile())
            source.write(given)
            source.seek(0)
            out = log if output is None else stack.enter_context(output.open("ab"))
            process = self._start(words, folder, (source, out, log), env or {})
            try:
                return process.wait(self.timeout)
            except subprocess.TimeoutExpired:
                raise TimedOut from None
            finally:
                _end_group(process)
                with self._lock:
                    self._alive.discard(process)
                    stopped = self._stopped
                if stopped:
                    raise Stopped

    def stop(self) -> None:
        """End every command with all that it started, and begin no other."""
        with self._lock:
            self._stopped = True
            alive = list(self._alive)
        for process in alive:
            _signal(process, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE
        while time.monotonic() < deadline and any(process.poll() is None for process in alive):
            time.sleep(0.02)
        for process in alive:
            _signal(process, signal.SIGKILL)

    def _start(
        self, words: tuple[str, ...], folder: Path, files: tuple[BinaryIO, BinaryIO, BinaryIO], env: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._stopped:
                raise Stopped
            try:
                process = subprocess.Popen(  # noqa: S603 (the project's own commands, on its people's machine)
                    words,
                    cwd=folder,
                    env={**environment(), **env},
                    stdin=files[0],
                    stdout=files[1],
                    stderr=files[2],
                    start_new_session=True,
                )
            except OSError:
                raise NoSuchTool(words[0]) from None
            self._alive.add(process)
            return process


def environment() -> dict[str, str]:
    """Our own environment, as the project's commands see it."""
    return {name: value for name, value in os.environ.items() if not name.startswith(_MEASURING)}


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """End what is left of a command: itself, where it took too long, and whatever it left running."""
    if process.poll() is None:
        _signal(process, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
    _signal(process, signal.SIGKILL)
    process.wait()


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # it is gone, all of it
        os.killpg(process.pid, number)
