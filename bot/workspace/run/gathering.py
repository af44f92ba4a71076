"""The report files that a run's steps made, gathered below one folder: ``head/`` and ``base/``."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from bot.core.model.errors import ReportError, UnknownFormat
from bot.core.model.evidence import Report, Side
from bot.workspace.coverage_data import DATA_FILE, json_report
from bot.workspace.files import reports_by_name
from bot.workspace.reports import read_report
from bot.workspace.run.steps import Step

Seen = Mapping[Path, tuple[int, int]]
_WORDS = re.compile(r"[^\s=<>|&;()'\"`]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class GatheredFile:
    """A report file at *path*, which the upload calls *name*."""

    path: Path
    name: str
    side: Side


def seen_in(root: Path, steps: Iterable[Step]) -> Seen:
    """When each file that has a report's name, or that a command of the policy's among *steps* names, was last
    written, and how long it is. Nothing is looked for where there is no such command.
    """
    own = [step for step in steps if step.own]
    if not own:
        return {}
    named = (root / word for step in own for word in _WORDS.findall(step.shown))
    seen: dict[Path, tuple[int, int]] = {}
    for path in dict.fromkeys([*reports_by_name(root, ()), *named]):
        with suppress(OSError):  # most words of a command are no file, and some are too long for one
            status = path.stat()
            if S_ISREG(status.st_mode):
                seen[path] = (status.st_mtime_ns, status.st_size)
    return seen


def take_new(steps: Sequence[Step], root: Path, before: Seen, log: Mapping[str, Path]) -> None:
    """Copy what the policy's own commands wrote since *before* to where their reports are gathered. A command that
    wrote no test result, benchmark or finding may have printed them: then its *log* is one, if it is any report.
    """
    new = [path for path, seen in seen_in(root, steps).items() if before.get(path) != seen]
    for step in (step for step in steps if step.own):
        reports = [_copied(path, root, step) for path in sorted(new, key=lambda path: path.name == DATA_FILE)]
        if not any(report is not None and _beyond_coverage(report) for report in reports):
            _take_log(step, log[step.title])


def _copied(path: Path, root: Path, step: Step) -> Report | None:
    """Copy the report at *path*; what is broken too, for it must be judged so, but nothing that is no report."""
    name = path.relative_to(root) if path.is_relative_to(root) else Path(path.name)
    if name.name == DATA_FILE:
        return _reported(path, step.reports / name.parent / "coverage.json")
    to = step.reports / name
    try:
        report = read_report(path, name.as_posix())
    except UnknownFormat:
        return None
    except ReportError:
        report = None
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, to)
    return report


def _reported(data_file: Path, to: Path) -> None:
    """Make a report of coverage.py's data file, unless the command made one itself."""
    if to.parent.exists() and any(to.parent.glob("*coverage*")):
        return
    try:
        report = json_report(data_file)
    except ReportError:
        return  # the sources are not here, or nothing was measured: there is nothing to judge, and the gate says so
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(report)


def _take_log(step: Step, log: Path) -> None:
    text = log.read_bytes().partition(b"\n")[2]  # its first line is the command
    if not text.strip():
        return  # a command that says nothing reports nothing; an empty file would be a broken report
    to = step.reports / f"{step.slug}.txt"
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_bytes(text)
    try:
        read_report(to, to.name)
    except UnknownFormat:
        to.unlink()
    except ReportError:
        return  # a report that is broken, which must be judged so


def _beyond_coverage(report: Report) -> bool:
    return not (report.suites is None and report.benchmarks is None and report.findings is None)


def holds_benchmarks(folder: Path) -> bool:
    """Whether a report below *folder* has any; what is broken counts, for it is judged so."""
    for path in folder.rglob("*"):
        if path.is_file():
            try:
                report = read_report(path, path.name)
            except UnknownFormat:
                continue
            except ReportError:
                return True
            if report.benchmarks is not None:
                return True
    return False


def gathered(staged: Path) -> tuple[GatheredFile, ...]:
    """Every file below *staged*, head first; the data files of coverage.py are left out and removed."""
    found: list[GatheredFile] = []
    for side in Side:
        folder = staged / side
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.name.startswith(DATA_FILE):
                path.unlink()
            elif path.is_file():
                found.append(GatheredFile(path=path, name=path.relative_to(folder).as_posix(), side=side))
    return tuple(found)
