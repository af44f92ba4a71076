"""Steps, done: in order, with what may run beside each other side by side, and everything ended if the run is."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from bot.core.model.errors import CovgateError
from bot.core.model.run import Ending, StepResult
from bot.workspace.run.log import note_output
from bot.workspace.run.processes import NoSuchTool, Processes, Stopped, TimedOut
from bot.workspace.run.steps import Command, Step

_TICK = 0.1  # seconds between two looks at what runs; the screen is redrawn as often
_MOST_BESIDE = 4


class Listener(Protocol):
    """Who is told what happens. All but ``advanced`` are called from the thread that called ``perform``."""

    def planned(self, steps: int) -> None:
        """There are *steps* to do."""
        ...

    def began(self, step: Step) -> None: ...
    def ended(self, result: StepResult) -> None: ...
    def advanced(self, step: Step, done: int, total: int) -> None:
        """A step that can count its work has done *done* of *total* parts; called from any thread."""
        ...

    def rounded(self, step: Step, number: int) -> None:
        """Round *number* of a step's benchmarks, from 1, is measured; called from any thread."""
        ...

    def tick(self) -> None:
        """Time has passed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """Where a step runs: its processes, its *log* and what hears how far it is: of each part, and of each round."""

    processes: Processes
    log: BinaryIO
    advanced: Callable[[int, int], None]
    rounded: Callable[[int], None]

    def begin(self, words: Iterable[str], mark: str = "") -> None:
        """Note in the log, on one line, that a command begins."""
        line = " ".join(" ".join(words).split())
        self.log.write(f"$ {mark}{line}\n".encode("utf-8", "backslashreplace"))
        self.log.flush()


Work = Callable[[Step, Room], str]
"""Does a step's work and gives a note on it. Raises ``Failed``, ``TimedOut``, ``NoSuchTool`` or ``Stopped``."""


class Failed(Exception):
    """A command ended with a *status* that is a failure; or *note* says what else is wrong."""

    def __init__(self, status: int | None, note: str = "") -> None:
        super().__init__(note)
        self.status = status
        self.note = note


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """How steps are done: *work* does one, its log goes into the folder *logs*."""

    processes: Processes
    logs: Path
    listener: Listener
    work: Work

    def together(self, steps: Sequence[Step]) -> list[StepResult]:
        """Do *steps* side by side and give their results, in their order. If this is interrupted, by whatever
        exception, everything that runs is ended first.
        """
        most = min(_MOST_BESIDE, os.cpu_count() or 1)
        with ThreadPoolExecutor(max_workers=most) as pool:
            try:
                for step in steps:
                    self.listener.began(step)
                futures = [pool.submit(self._do, step) for step in steps]
                self._watch(futures)
            except BaseException:
                self.processes.stop()
                raise
        return [future.result() for future in futures]

    def _watch(self, futures: Iterable[Future[StepResult]]) -> None:
        left = set(futures)
        while left:
            done, left = wait(left, timeout=_TICK)
            for future in done:
                self.listener.ended(future.result())
            self.listener.tick()

    def _do(self, step: Step) -> StepResult:
        began = time.monotonic()
        ending, status, tool, note = Ending.SUCCESS, None, "", ""
        log = self.logs / f"{step.slug}.log"
        with log.open("ab") as out:
            try:
                note = self.work(step, self._room(step, out))
            except Failed as failed:
                ending, status, note = Ending.FAILURE, failed.status, failed.note
            except TimedOut:
                ending = Ending.TIMED_OUT
            except NoSuchTool as missing:
                ending, tool = Ending.NO_TOOL, missing.name
            except Stopped:
                ending = Ending.NOT_DONE
        return StepResult(
            title=step.title,
            suites=step.suites,
            ending=ending,
            duration_us=int((time.monotonic() - began) * 1_000_000),
            status=status,
            tool=tool,
            limit_s=int(self.processes.timeout),
            log=log.name,
            note="; ".join(filter(None, (note, step.note))),
        )

    def _room(self, step: Step, log: BinaryIO) -> Room:
        return Room(
            processes=self.processes,
            log=log,
            advanced=lambda done, total: self.listener.advanced(step, done, total),
            rounded=lambda number: self.listener.rounded(step, number),
        )


def stages(steps: Iterable[Step]) -> list[list[Step]]:
    """*steps* in order, grouped: neighbours that may run beside each other are together, every other is alone."""
    grouped: list[list[Step]] = []
    for step in steps:
        if step.beside and grouped and grouped[-1][-1].beside:
            grouped[-1].append(step)
        else:
            grouped.append([step])
    return grouped


def do_commands(step: Step, room: Room) -> str:
    """The work of a step that is made of commands: each in turn, until one fails."""
    failed: Failed | TimedOut | None = None
    for command in step.commands:
        if failed is None or command.always:
            try:
                _do_command(step, command, room)
            except (Failed, TimedOut) as error:
                failed = failed or error
    if failed is not None:
        raise failed
    return ""


def _do_command(step: Step, command: Command, room: Room) -> None:
    room.begin(command.words)
    step.reports.mkdir(parents=True, exist_ok=True)
    output = None if command.output is None else step.reports / command.output
    try:
        status = room.processes.run(
            command.words, step.folder, room.log, output=output, env=command.env, given=command.given
        )
    finally:
        if output is not None:
            note_output(output, room.log, events=command.events)
            if command.translate is None and not output.stat().st_size:
                output.unlink()  # it said nothing, which is no report
    if status not in command.accepted:
        raise Failed(status)
    if command.translate is not None and output is not None:
        try:
            command.translate(output, status)
        except CovgateError as error:
            output.unlink()
            raise Failed(status, str(error)) from None
