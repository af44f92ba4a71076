"""Which steps a run has: the policy's own commands, and for what it does not name, what the project shows."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from bot.core.model.errors import CovgateError
from bot.workspace.run.drivers import driver_commands
from bot.workspace.run.go import go_lacks, go_steps
from bot.workspace.run.node import node_lacks, node_steps
from bot.workspace.run.project import Project
from bot.workspace.run.python import python_lacks, python_misses, python_steps
from bot.workspace.run.steps import COVERAGE, LINT, RACE, SUITES, UNIT, Command, Step, shell

_RACE = re.compile(r"(?:^|\s)--?race(?:=(?:true|1))?(?=[\s'\")]|$)")
_GO_TEST = re.compile(r"\bgo\s+test\b")
_NO_COMMAND = re.compile(r"\\\n|(?:^|\s)#[^\n]*")
_BETWEEN = re.compile(r"[;&|\n]")
_ELSEWHERE = ("shellcheck", "clang", "cppcheck", "jshint")  # linters of files that no ecosystem above is for


_UNDONE = {LINT: "no linter for Python was found", UNIT: "no test of Python was run"}


class NothingToRun(CovgateError):
    """What was asked for is neither named by the policy nor found in the project."""


def plan(project: Project, commands: Mapping[str, str], asked: Collection[str]) -> list[Step]:
    """The steps for the suites *asked* for, all that there are for none. *commands* are the policy's ``run``. Raises
    ``NothingToRun``, naming the first suite asked for that there is no way to run.
    """
    everything = not asked
    wanted = {*SUITES, *commands} if everything else set(asked)
    own = [_own(project, name, text) for name, text in commands.items() if name in wanted]
    found = _found(project, wanted - {name for step in own for name in _replaced(step, everything=everything)})
    steps = sorted([*own, *found], key=_order)
    missing = next((name for name in asked if not any(name in step.suites for step in steps)), None)
    if missing is not None:
        raise NothingToRun(
            f"there is nothing here to run for {missing}{_why(project, missing)}; "
            "name its command in the policy, under run:"
        )
    if not steps:
        raise NothingToRun("there is nothing here to run; name the project's commands in the policy, under run:")
    return steps


def _why(project: Project, suite: str) -> str:
    """What was looked for to run *suite*, after a colon; empty for a name that is not one of ours."""
    if suite not in SUITES:
        return ""
    reasons = [lacks(project, suite) for lacks in (go_lacks, python_lacks, node_lacks)]
    said = ", ".join(filter(None, reasons)) or f"no project of Go, Python or Node here has a suite {suite}"
    return f": {said}"


def lacking(project: Project, commands: Mapping[str, str], asked: Collection[str]) -> tuple[str, ...]:
    """A note for each suite of those *asked* for (none: all) that the Python project has no tool for, though steps of
    other kinds may answer for it.
    """
    wanted = [suite for suite in (LINT, UNIT) if (suite in asked or not asked) and suite not in commands]
    notes: list[str] = []
    for suite in wanted:
        why = python_misses(project, suite)
        if why:
            notes.append(f"{_UNDONE[suite]}: {why}; install one, or name a command under run: in the policy")
    return tuple(notes)


def _own(project: Project, name: str, text: str) -> Step:
    return Step(
        suites=(name,),
        title=name,
        folder=project.root,
        reports=project.reports_of(name),
        commands=(Command(words=shell(text)),),
        own=True,
        race=name == RACE or _is_raced(text),
    )


def _is_raced(text: str) -> bool:
    """Whether all that the command *text* tests in Go is under the race detector."""
    commands = _BETWEEN.split(_NO_COMMAND.sub(" ", text))
    tests = [command for command in commands if _GO_TEST.search(command)]
    return all(map(_RACE.search, tests)) if tests else any(map(_RACE.search, commands))


def _replaced(step: Step, *, everything: bool) -> set[str]:
    """The suites that need no step of our choice beside *step*, the policy's own. In a run of everything a unit
    suite is taken to measure coverage too, and one with the race detector on to be the race suite.
    """
    also = {COVERAGE} if everything and UNIT in step.suites else set[str]()
    return {*step.suites, *also, *({RACE} if everything and step.race else ())}


def _found(project: Project, wanted: Collection[str]) -> list[Step]:
    steps = [*go_steps(project, wanted), *python_steps(project, wanted), *node_steps(project, wanted)]
    return [*steps, *(_other_linters(project) if LINT in wanted else ())]


def _other_linters(project: Project) -> list[Step]:
    """Linters of shell, C and JavaScript that are on this machine, where the change has such files."""
    steps: list[Step] = []
    for name in _ELSEWHERE:
        commands = driver_commands((name,), project, project.changed, only_if_needed=True)
        if commands:
            title = f"{LINT} ({name})"
            place = project.reports_of(title)
            steps.append(
                Step(suites=(LINT,), title=title, folder=project.root, reports=place, commands=commands, beside=True)
            )
    return steps


def _order(step: Step) -> int:
    """The policy's own commands may write what others read: where they stand in the order of suites, names of its own
    after all tests and before benchmarks.
    """
    named = [SUITES.index(name) for name in step.suites if name in SUITES]
    return min(named) if named else SUITES.index(COVERAGE)


def changed_files(files: Collection[str], changed: Collection[str], root: Path) -> frozenset[str]:
    """Those of *changed* that are still there."""
    return frozenset(path for path in changed if path in files and (root / path).is_file())
