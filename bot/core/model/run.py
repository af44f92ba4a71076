"""A run of a project's own suites on one's own machine: its steps, and how each of them ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Ending(StrEnum):
    """How a step ended."""

    SUCCESS = "success"
    FAILURE = "failure"  # a command of it ended with another status than 0
    TIMED_OUT = "timed_out"  # a command of it ran for too long and was ended
    NO_TOOL = "no_tool"  # a program that it needs is not on this machine
    NOT_DONE = "not_done"  # the run was interrupted before or while it ran


@dataclass(frozen=True, slots=True, kw_only=True)
class StepResult:
    """What came of one step. *suites* are those that it answers for, *status* the exit status of the command that
    failed (negative: the signal that ended it), *tool* the program that is not there, *limit_s* the time that a
    command may take, *log* the file with what the commands said, *reports* how many report files it brought. *note*
    is a clause on what else should be known.
    """

    title: str
    suites: tuple[str, ...]
    ending: Ending
    duration_us: int = 0
    status: int | None = None
    tool: str = ""
    limit_s: int = 0
    log: str = ""
    reports: int = 0
    note: str = ""
