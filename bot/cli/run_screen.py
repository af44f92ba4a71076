"""What is seen while suites run: on a terminal a line for each step that runs, elsewhere a line when one ends."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from bot.core.model.run import StepResult
from bot.core.render.run_text import round_ended, step_began, step_ended, step_running, steps_ended
from bot.workspace.run.steps import Step

_ENOUGH = 3  # parts of a step that are done before it is guessed how long the others take


@dataclass(slots=True)
class _Running:
    began: float
    done: int = 0
    total: int = 0

    def left(self, now: float) -> int | None:
        """Microseconds to the end, as the parts so far have it."""
        if self.done < _ENOUGH:
            return None
        return int((now - self.began) / self.done * (self.total - self.done) * 1_000_000)


class RunScreen:
    """A listener of a run. All that it shows goes to standard error."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._live: Live | None = None
        self._stack = ExitStack()
        self._running: dict[str, _Running] = {}
        self._steps = self._ended = 0
        self._spinner = Spinner("dots")

    def __enter__(self) -> Self:
        if self._console.is_terminal and not self._console.is_dumb_terminal:
            live = Live(console=self._console, auto_refresh=False, transient=True)
            self._live = self._stack.enter_context(live)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stack.close()

    def planned(self, steps: int) -> None:
        self._steps = steps

    def began(self, step: Step) -> None:
        self._running[step.title] = _Running(time.monotonic())
        if self._live is None:
            print(step_began(step.title, step.shown, step.rounds), file=sys.stderr, flush=True)
        self.tick()

    def ended(self, result: StepResult) -> None:
        self._running.pop(result.title, None)
        self._ended += 1
        if self._live is None:
            print(step_ended(result), file=sys.stderr, flush=True)
        else:
            coloured = self._console.color_system is not None and not self._console.no_color
            self._live.console.print(Text.from_ansi(step_ended(result, colour=coloured)))
        self.tick()

    def advanced(self, step: Step, done: int, total: int) -> None:
        running = self._running.get(step.title)
        if running is not None:
            running.done, running.total = done, total

    def rounded(self, step: Step, number: int) -> None:
        if self._live is None:
            print(round_ended(step.title, number, step.rounds), file=sys.stderr, flush=True)

    def tick(self) -> None:
        if self._live is not None:
            lines = [self._line(title, one) for title, one in list(self._running.items())]
            self._live.update(Group(*lines, self._whole()))
            self._live.refresh()

    def _whole(self) -> Table:
        """How many steps have ended."""
        line = Table.grid(padding=(0, 1))
        bar = ProgressBar(total=self._steps or 1, completed=self._ended, width=40)
        line.add_row(bar, steps_ended(self._ended, self._steps))
        return line

    def _line(self, title: str, running: _Running) -> Table:
        now = time.monotonic()
        text = step_running(
            title, int((now - running.began) * 1_000_000), running.done, running.total, running.left(now)
        )
        line = Table.grid(padding=(0, 1))
        bar = [ProgressBar(total=running.total, completed=running.done, width=24)] if running.total else []
        line.add_row(self._spinner, Text(text), *bar)
        return line
