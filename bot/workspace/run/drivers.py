"""Lint by tools without a format of their own for machines, through diff-quality's drivers.

diff-cover's drivers know how each tool is called, which exit statuses are no failure, and how its lines read. They are
used for that alone: which lines are new is our own diff's business, and a run of a tool is a process of ours, so that
it can be ended. A rule, a column and a level are what a message begins or ends with, where it looks like one.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Protocol, cast

from diff_cover.diff_quality_tool import (  # pyright: ignore[reportMissingTypeStubs] (it has no types)
    QUALITY_DRIVERS,  # pyright: ignore[reportUnknownVariableType] (as above)
)
from diff_cover.violationsreporters.base import RegexBasedDriver  # pyright: ignore[reportMissingTypeStubs] (as above)

from bot.core.model.errors import CovgateError
from bot.core.model.findings import LONGEST_MESSAGE, Finding, Findings, Level
from bot.core.render.sarif import render_sarif
from bot.workspace.run.project import Project
from bot.workspace.run.steps import Command, Translate

GO_VET = "go vet"
_LONGEST_NAME = 4096
_ONE_AT_A_TIME = Lock()
_LAST_LINE = 10_000_000
_OPENING = re.compile(r"(?:(\d{1,7}): )?(?:(fatal error|error|warning|note|style|info): )?(.*)", re.DOTALL)
_LEVELS = {
    "fatal error": Level.ERROR,
    "error": Level.ERROR,
    "note": Level.NOTE,
    "style": Level.NOTE,
    "info": Level.NOTE,
}
_RULE = re.compile(r"\[?([A-Z]{1,5}\d{1,5})\b[\](:]*")
_TRAILING_RULE = re.compile(r"\[(-W[\w-]{1,60}(?=\])|[a-zA-Z][\w-]{1,60}(?=\]\Z))")  # clang shows code after its own
_NO_RULE = {GO_VET: "vet"}
_UNNAMED = "unnamed"  # the rule of a finding whose tool names none, as `go vet` and pyflakes do


class Violation(Protocol):
    """One finding of a driver: *line* counts from 1."""

    @property
    def line(self) -> int: ...
    @property
    def message(self) -> str: ...


class Driver(Protocol):
    """The part of ``diff_cover.violationsreporters.base.QualityDriver`` that is used here."""

    @property
    def name(self) -> str: ...
    @property
    def supported_extensions(self) -> Sequence[str]: ...
    @property
    def command(self) -> Sequence[str]: ...
    @property
    def exit_codes(self) -> Sequence[int] | None: ...
    @property
    def output_stderr(self) -> bool: ...
    def parse_reports(self, reports: Sequence[str], /) -> Mapping[str, Sequence[Violation]]: ...


def _drivers() -> Mapping[str, Driver]:
    vet = RegexBasedDriver(
        name=GO_VET,
        supported_extensions=["go"],
        command=["go", "vet"],
        expression=r"^(?:vet: )?([^:\s]+\.go):(\d+):(?:\d+:)? (.*)$",
        command_to_check_install=["go", "version"],
        exit_codes=[0, 1],
    )
    return cast("Mapping[str, Driver]", {**QUALITY_DRIVERS, GO_VET: vet})


DRIVERS = _drivers()
"""Drivers by the name that diff-quality has for them, and one for ``go vet``."""


def driver_commands(
    names: Iterable[str],
    project: Project,
    paths: Collection[str],
    *,
    beside: Path | None = None,
    only_if_needed: bool = False,
) -> tuple[Command, ...]:
    """The first of the drivers *names* whose tool is in the folder *beside* or on the path, over those of *paths* that
    it is for; none where there is no tool. Without a file to look at, a clean report is made all the same, unless
    *only_if_needed*.
    """
    for name in names:
        driver = DRIVERS[name]
        wanted = sorted(path for path in paths if Path(path).suffix.lstrip(".") in driver.supported_extensions)
        tool = _tool(driver.command[0], beside)
        if tool is not None and (wanted or not only_if_needed):
            return (driver_command(driver, tool, project, wanted),)
    return ()


def _tool(name: str, beside: Path | None) -> str | None:
    """How the program *name* is called: as itself where it is on the path alone."""
    own = None if beside is None else shutil.which(name, path=str(beside))
    return own or (name if shutil.which(name) is not None else None)


def driver_command(driver: Driver, tool: str, project: Project, paths: Sequence[str]) -> Command:
    """The command that runs *driver*, whose program is *tool*, over *paths* and turns what it says into SARIF."""
    redirect = "2>&1 >/dev/null" if driver.output_stderr else ""
    run = ("/bin/sh", "-c", f'exec "$@" {redirect}', "sh", tool, *driver.command[1:], *(f"./{path}" for path in paths))
    return Command(
        words=run if paths else ("/bin/sh", "-c", ":"),
        output=f"{driver.name}.sarif",
        accepted=tuple(driver.exit_codes or (0,)),
        translate=translation(driver.name, project.root, project.root),
    )


def translation(name: str, folder: Path, root: Path) -> Translate:
    """What turns a file with the output of the driver *name*, which ran in *folder*, into SARIF in its place. A tool
    that failed and told no finding is not believed: it did not look.
    """

    def translate(file: Path, status: int) -> None:
        text = file.read_bytes().decode("utf-8", "replace")
        findings = findings_of(DRIVERS[name], text, folder, root)
        if status and not findings.findings:
            raise CovgateError(f"{name} ended with status {status} and named no line")
        file.write_text(render_sarif(findings.findings, tools=findings.tools), encoding="utf-8")

    return translate


def findings_of(driver: Driver, output: str, folder: Path, root: Path) -> Findings:
    """What *driver* reads in *output*, with paths from *root*."""
    with _ONE_AT_A_TIME, contextlib.chdir(folder):  # drivers make names relative to the current folder
        said = driver.parse_reports([output])
    found = [
        _finding(driver, _from_root(name, folder, root), violation)
        for name, violations in sorted(said.items())
        for violation in sorted(violations, key=lambda one: (one.line, one.message))
    ]
    return Findings(findings=tuple(found), tools=(driver.name,))


def _from_root(name: str, folder: Path, root: Path) -> str:
    path = Path(os.path.normpath(folder / name))
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else name


def _finding(driver: Driver, path: str, violation: Violation) -> Finding:
    said = _OPENING.match(" ".join(violation.message.split()))
    column, level, message = said.groups() if said else (None, None, "")
    rule = _RULE.match(message) or _TRAILING_RULE.search(message)
    return Finding(
        path=path[:_LONGEST_NAME],
        rule=rule[1] if rule else _NO_RULE.get(driver.name, _UNNAMED),
        message=message[:LONGEST_MESSAGE],
        line=violation.line if 1 <= violation.line <= _LAST_LINE else None,
        level=_LEVELS.get(level or "", Level.WARNING),
        column=int(column) if column else None,
        tool=driver.name,
    )
