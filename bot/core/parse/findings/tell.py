"""What every reader of findings does alike: texts are cut to their limits, numbers are checked to be lines.

The levels of the tools, by the words that they use:

- error: ``error``, ``fatal``, ``blocker``, ``critical``, ``major``, ``high``
- warning: ``warning``, ``warn``, ``medium``, ``moderate``, ``minor``; a word that is not known
- note: ``note``, ``info``, ``information``, ``informational``, ``style``, ``hint``, ``suggestion``, ``convention``,
  ``refactor``, ``low``, ``negligible``, ``none``, ``undefined``, ``unknown``
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.core.model.errors import ReportError
from bot.core.model.findings import LONGEST_MESSAGE, Finding, Findings, Level
from bot.core.model.lines import HIGHEST_LINE
from bot.core.parse.parsed import Parsed

TOOL_ERROR = "tool-error"
"""The rule of what a tool says of itself: that it could not do its work. Never green."""

MOST_FINDINGS = 500_000
LONGEST_NAME = 4096

LEVELS = {
    **dict.fromkeys(("error", "fatal", "blocker", "critical", "major", "high"), Level.ERROR),
    **dict.fromkeys(("warning", "warn", "medium", "moderate", "minor"), Level.WARNING),
    **dict.fromkeys(("note", "info", "information", "informational", "style", "hint", "suggestion"), Level.NOTE),
    **dict.fromkeys(("convention", "refactor", "low", "negligible", "none", "undefined", "unknown"), Level.NOTE),
}
_WEB = re.compile(r"https?://[!-~]+", re.IGNORECASE)
_NUMBER = re.compile(r"-?[0-9]{1,18}")


def level_of(word: str) -> Level:
    """The level that a tool's *word* stands for."""
    return LEVELS.get(word.strip().lower(), Level.WARNING)


def finding(  # noqa: PLR0913 - a finding has so many parts, each by its name
    path: str,
    rule: str,
    message: str,
    level: Level,
    *,
    line: int | None = None,
    end_line: int | None = None,
    column: int | None = None,
    tool: str = "",
    url: str | None = "",
) -> Finding:
    """The finding that a report tells so. A *line* or *column* below 1 is none. Raises ``ReportError`` for a line or a
    path that no file has.
    """
    if len(path) > LONGEST_NAME:
        raise ReportError(f"a path of more than {LONGEST_NAME} characters: {path[:80]!r}")
    first = _position(line, "line")
    last = _position(end_line, "line")
    return Finding(
        path=path,
        rule=rule[:LONGEST_NAME],
        message=cut(message),
        level=level,
        line=first,
        end_line=last if first is not None and last is not None and last >= first else None,
        column=_position(column, "column"),
        tool=tool[:LONGEST_NAME],
        url=url if url and len(url) <= LONGEST_NAME and _WEB.fullmatch(url) else "",
    )


def tool_error(tool: str, message: str, path: str = "", line: int | None = None) -> Finding:
    """The finding that *tool* could not do its work."""
    return finding(path, TOOL_ERROR, message.strip() or "it did not come to its end", Level.ERROR, line=line, tool=tool)


def cut(message: str) -> str:
    """*message* within its limit, the end marked where it is cut."""
    message = message.strip()
    return message if len(message) <= LONGEST_MESSAGE else f"{message[: LONGEST_MESSAGE - 1]}…"


def whole_number(text: str, what: str) -> int | None:
    """The number that *text* writes, ``None`` for an empty one. Raises ``ReportError`` for what is no number."""
    text = text.strip()
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise ReportError(f"{text[:40]!r} is not a {what}")
    return int(text)


def parsed(
    format: str,  # noqa: A002 - as the model names it
    findings: Iterable[Finding],
    *tools: str,
    roots: tuple[str, ...] = (),
) -> Parsed:
    """A report of *findings* by *tools*. Raises ``ReportError`` for more than anyone reads."""
    found: list[Finding] = []
    for one in findings:
        found.append(one)
        if len(found) > MOST_FINDINGS:
            raise ReportError(f"it holds more than {MOST_FINDINGS} findings")
    names = dict.fromkeys(tool[:LONGEST_NAME] for tool in tools if tool)
    return Parsed(format=format, findings=Findings(findings=tuple(found), tools=tuple(names)), roots=roots)


def _position(number: int | None, what: str) -> int | None:
    if number is None or number < 1:
        return None
    if number > HIGHEST_LINE:
        raise ReportError(f"{str(number)[:20]} is not a {what} of any file")
    return number
