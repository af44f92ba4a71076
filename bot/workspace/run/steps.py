"""What a run does: steps, each some commands in one folder of the checkout."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

BUILD, LINT, UNIT, RACE, INTEGRATION, COVERAGE, BENCHMARK = SUITES = (
    *("build", "lint", "unit", "race", "integration", "coverage", "benchmark"),
)
"""The suites that every project may have, in the order in which they run."""

Translate = Callable[[Path, int], None]
"""Turns the file with a command's output into a report, in its place; the number is the command's exit status."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command. What it prints goes to the step's log, or its standard output into the file *output* of the step's
    reports. *accepted* are the exit statuses that are no failure; *always* runs it although one before it failed.
    *given* is its standard input. *events* is true if *output* is what ``go test -json`` prints. *translate* is called
    after it ended with such a status, and raises ``CovgateError`` where the output says nothing that can be believed.
    """

    words: tuple[str, ...]
    output: str | None = None
    accepted: tuple[int, ...] = (0,)
    always: bool = False
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    given: bytes = b""
    events: bool = False
    translate: Translate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Some commands that answer for *suites*, in *folder*. Into *reports* they write what is gathered.

    *own* is true for a command of the policy's: its reports are looked for in the checkout, and what it printed may be
    one. *beside* is true where it may run beside others of that kind: nothing is timed by it, and it changes nothing
    that they read. *race* is true if its tests run under a race detector. *rounds* is how often its benchmarks run on
    each of two sides, 0 if on one side alone; then *shown* is what runs them there. *note* is a clause on what it
    cannot do here.
    """

    suites: tuple[str, ...]
    title: str
    folder: Path
    reports: Path
    commands: tuple[Command, ...]
    own: bool = False
    beside: bool = False
    race: bool = False
    rounds: int = 0
    note: str = ""

    @property
    def shown(self) -> str:
        """Its first command, as people would write it; empty where it has none."""
        if not self.commands:
            return ""
        words = self.commands[0].words
        return words[-1] if self.own else " ".join(words)

    @property
    def slug(self) -> str:
        """The step's title as a file name."""
        return slug(self.title)


def slug(title: str) -> str:
    """A step's *title* as the name of a file or a folder."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in title)


def shell(text: str) -> tuple[str, ...]:
    """The words that run *text* as a workflow's step with ``shell: bash`` would: a failure within a pipe is one."""
    bash = shutil.which("bash")
    return (bash, "--noprofile", "--norc", "-eo", "pipefail", "-c", text) if bash else ("/bin/sh", "-ec", text)
