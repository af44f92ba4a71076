"""``covgate read``: what each file is and what it holds."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.terminal import Progress, give

if TYPE_CHECKING:
    from bot.core.model.evidence import Report


def read(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Report files, whatever their names.")],
    json: Annotated[bool, typer.Option("--json", help="Exact integers and line ranges, for scripts.")] = False,
) -> int:
    """Say what each file is and what it holds; nothing is judged.

    A file that cannot be believed is named on standard error, the others are read all the same, and the status is 2.
    """
    from bot.core.model.errors import ReportError
    from bot.core.render.escape import terminal
    from bot.workspace.reports import read_report

    reports: list[Report] = []
    refused: list[str] = []
    with Progress() as progress:
        for path in files:
            progress.say(f"reading {path}")
            try:
                reports.append(read_report(path, str(path)))
            except ReportError as error:
                refused.append(str(error))
    give(_as_json(reports) if json else _as_text(reports), None)
    for reason in refused:
        print(f"covgate: {terminal(reason, 2000)}", file=sys.stderr)
    return 2 if refused else 0


def _as_json(reports: Sequence[Report]) -> str:
    from bot.core.render.read_json import render_read

    return render_read(reports)


def _as_text(reports: Sequence[Report]) -> str:
    from bot.core.render.read_text import render_read_text

    return render_read_text(reports)
