"""What ``covgate run`` says: its steps as they go, a table of them in the end, and what is missing if it is stopped."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.model.run import Ending, StepResult
from bot.core.render import units
from bot.core.render.escape import terminal

_LONGEST_COMMAND = 100
_LONGEST_NAME = 100
_LONGEST_NOTE = 300
_NAMES = 10
_WORDS = {
    Ending.SUCCESS: "passed",
    Ending.FAILURE: "failed",
    Ending.TIMED_OUT: "timed out",
    Ending.NO_TOOL: "not run",
    Ending.NOT_DONE: "stopped",
}
_COLOURS = {
    Ending.SUCCESS: "32",
    Ending.FAILURE: "31",
    Ending.TIMED_OUT: "31",
    Ending.NO_TOOL: "31",
    Ending.NOT_DONE: "33",
}
_HEADER = ("Result", "Step", "Time", "Reports")


def step_began(title: str, command: str, rounds: int = 0) -> str:
    """Where output is not a terminal: one line when a step begins. *rounds* is how often it runs on each of two sides,
    0 for a step that has no sides.
    """
    shown = f": {terminal(command, _LONGEST_COMMAND)}" if command else ""
    turns = f" ({units.count(rounds, 'round')} of base and head in turns)" if rounds else ""
    return f"running {_named(title)}{turns}{shown}"


def round_ended(title: str, number: int, rounds: int) -> str:
    """Likewise, one line when round *number* of a step's benchmarks is measured on both sides."""
    return f"measured {_named(title)}: round {units.integer(number)} of {units.integer(rounds)}"


def step_running(title: str, microseconds: int, done: int, total: int, left: int | None) -> str:
    """A step that runs: how long it has, and how far it is where it can tell. *left* are microseconds to its end."""
    counted = f", {units.integer(done)} of {units.integer(total)}" if total else ""
    about = f", about {units.duration(left)} left" if left is not None else ""
    return f"{_named(title)}  {units.duration(microseconds)}{counted}{about}"


def steps_ended(ended: int, steps: int) -> str:
    """How far the whole run is."""
    return f"{units.integer(ended)} of {units.count(steps, 'step')}"


def step_ended(result: StepResult, *, colour: bool = False) -> str:
    """One line when a step has ended."""
    return (
        f"{_painted(result, colour=colour)} {_named(result.title)} ({units.duration(result.duration_us)}){_why(result)}"
    )


def render_run(results: Sequence[StepResult], folder: str, *, notes: Sequence[str] = (), colour: bool = False) -> str:
    """The table of all steps, why those that did not pass did not, *notes* on what was not run, and where everything
    lies.
    """
    rows = [_HEADER, *(_cells(result) for result in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    if colour:
        for at, result in enumerate(results, 1):
            word = _WORDS[result.ending]
            lines[at] = _painted(result, colour=True) + lines[at][len(word) :]
    reasons = [
        f"- {_named(result.title)}{_why(result)}; {_log(result, folder)}"
        for result in results
        if result.ending is not Ending.SUCCESS or result.note
    ] + [f"- {terminal(note, _LONGEST_NOTE)}" for note in notes]
    whole = sum(result.duration_us for result in results)
    where = (
        f"{units.count(len(results), 'step')} in {units.duration(whole)}; reports and logs are in {terminal(folder)}"
    )
    return "\n".join([*lines, *([""] if reasons else []), *reasons, "", where]) + "\n"


def interrupted(missing: Sequence[str], kept: str | None) -> str:
    """What is said of a run that was stopped: the steps that did not end. *kept* is where an earlier run's results
    still are.
    """
    named = ", ".join(_named(title) for title in missing[:_NAMES])
    more = f" {units.count_more(len(missing) - _NAMES, 'step')}" if len(missing) > _NAMES else ""
    lacking = f"not done: {named}{more}" if missing else "every step was done, and nothing was judged"
    left = f"the results in {terminal(kept)} are of an earlier run" if kept is not None else "nothing is left behind"
    return f"interrupted; {lacking}; {left}"


def _cells(result: StepResult) -> tuple[str, ...]:
    reports = units.integer(result.reports) if result.reports else units.DASH
    return _WORDS[result.ending], _named(result.title), units.duration(result.duration_us), reports


def _why(result: StepResult) -> str:
    """Why it did not pass, and its note, as clauses after a colon; empty for nothing."""
    clauses = [_reason(result), terminal(result.note, _LONGEST_NOTE)]
    said = ", ".join(clause for clause in clauses if clause)
    return f": {said}" if said else ""


def _reason(result: StepResult) -> str:
    match result.ending:
        case Ending.FAILURE if result.status is not None and result.status < 0:
            return f"a command was ended by signal {units.integer(-result.status)}"
        case Ending.FAILURE if result.status:
            return f"a command ended with status {units.integer(result.status)}"
        case Ending.TIMED_OUT:
            return f"a command took longer than {units.duration(result.limit_s * 1_000_000)}"
        case Ending.NO_TOOL:
            return f"{terminal(result.tool, _LONGEST_NAME)} is not on this machine"
        case Ending.NOT_DONE:
            return "it did not come to its end"
        case _:
            return ""


def _log(result: StepResult, folder: str) -> str:
    return f"its log is {terminal(folder)}/logs/{terminal(result.log, _LONGEST_NAME)}"


def _named(title: str) -> str:
    return terminal(title, _LONGEST_NAME)


def _painted(result: StepResult, *, colour: bool) -> str:
    word = _WORDS[result.ending]
    return f"\x1b[{_COLOURS[result.ending]}m{word}\x1b[0m" if colour else word
