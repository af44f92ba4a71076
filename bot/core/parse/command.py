"""Comment text to commands: a line of its own that GitHub shows as plain text.

What GitHub shows as a quotation, as code (fenced, indented, inline) or not at all (HTML comments) commands nothing,
so quoting a command or writing about one never runs it. Where Markdown's nesting makes the reading uncertain, the
line is left alone: a command that is not run can be given again, one that was not meant cannot be taken back.
Rules: https://spec.commonmark.org/0.31.2/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.core.model.command import Accept, Command, Help, IncompleteCommand, Override, Recheck, UnknownCommand

MOST_COMMANDS = 5
"""Commands of one comment beyond this many are not read."""

_COMMAND = re.compile(r" {0,3}/(?P<name>recheck|covgate)(?P<rest>\s.*)?", re.IGNORECASE)
_FENCE = re.compile(r"(?P<lead>.*?)(?P<mark>`{3,}|~{3,})(?P<info>.*)")
_CONTAINER = re.compile(r"(?:[ \t]*(?:[-+*]|\d{1,9}[.)])(?=[ \t]))*[ \t]*")
_QUOTED = re.compile(r"(?:[ \t]*(?:[-+*]|\d{1,9}[.)])[ \t])*[ \t]*>")
_INDENTED = re.compile(r"(?: {4}| {0,3}\t)")
_HIDDEN = re.compile(r"<(?:(?P<comment>!--)|(?P<tag>pre|code|blockquote|script|style|textarea)\b)", re.IGNORECASE)
_LISTED = re.compile(r"[ \t]*(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)")
_TAG = re.compile(r"[ \t]*</?[a-z!?]", re.IGNORECASE)
_SPAN = re.compile(r"(?<![\\`])(`+)(?!`).+?(?<!`)\1(?!`)")
_TICKS = re.compile(r"`+")
_FIRST_WORD = re.compile(r'\s*(?:"(?P<quoted>[^"]+)"|(?P<plain>\S+))\s*(?P<rest>.*)', re.DOTALL)


_UNCERTAIN = "?"
"""In place of a mark: from here on nothing is taken for a command."""


def parse_commands(body: str) -> list[Command]:
    """The commands that *body* gives, in order, five at most. A bare ``/word`` of another bot is none of ours."""
    found: list[Command] = []
    for lines in _regions(body):
        spans = _open_spans(lines)
        for at, line in enumerate(lines):
            match = _COMMAND.fullmatch(line.text) if line.shown else None
            command = _command(match["name"].lower(), match["rest"] or "") if match else None
            if command is not None and not any(first < at < last for first, last in spans):
                found.append(command)
    return found[:MOST_COMMANDS]


def _command(name: str, rest: str) -> Command | None:
    if name == "recheck":
        return None if rest.strip() else Recheck()
    word, rest = _split(rest)
    match word.lower():
        case "help":
            return Help()
        case "override":
            return _with_reason(word, "GATE", rest)
        case "accept":
            return _with_reason(word, "BENCHMARK", rest)
        case _:
            return UnknownCommand(name=word)


def _with_reason(word: str, what: str, rest: str) -> Override | Accept | IncompleteCommand:
    subject, reason = _split(rest)
    if not subject or not reason:
        return IncompleteCommand(name=word.lower(), missing="REASON" if subject else what)
    return Override(gate=subject, reason=reason) if what == "GATE" else Accept(benchmark=subject, reason=reason)


def _split(text: str) -> tuple[str, str]:
    """The first word, which may stand in double quotes, and what follows it."""
    match = _FIRST_WORD.fullmatch(text)
    return (match["quoted"] or match["plain"], match["rest"].strip()) if match else ("", "")


class _Line(NamedTuple):
    text: str
    shown: bool  # as plain text, where no code span holds it


def _regions(body: str) -> Iterator[list[_Line]]:
    """Neighbouring lines with no blank line or fenced code between them: no code span reaches beyond."""
    region: list[_Line] = []
    for line in _lines(body):
        if line is not None:
            region.append(line)
        elif region:
            yield region
            region = []
    if region:
        yield region


def _lines(body: str) -> Iterator[_Line | None]:
    """Every line of *body*; ``None`` for blank ones and those of fenced code."""
    fence = ""  # the mark that opened the code block we are in
    hidden: re.Pattern[str] | None = None  # what ends the hidden text we are in
    quoted = False  # the last line was quoted: a line that follows directly still belongs to the quotation
    listed = False  # a list was seen: an indented fence may belong to an item of it
    tagged = False  # HTML stands in this region: a fence in it may be text
    for line in body.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if fence == _UNCERTAIN:
            yield _Line(line, shown=False) if line.strip() else None
        elif fence:
            fence = "" if _closes(line, fence) else fence
            yield None
        elif fence := _opens(line, certain=hidden is None and not tagged, listed=listed):
            quoted = False
            yield _Line(line, shown=False) if fence == _UNCERTAIN else None
        else:
            bare = hidden is None and not _HIDDEN.search(line)
            hidden = _hidden_after(line, hidden)
            quoted = bool(line.strip()) and (quoted or _QUOTED.match(line) is not None)
            fence = _UNCERTAIN if quoted and hidden else ""
            tagged = bool(line.strip()) and (tagged or _TAG.match(line) is not None)
            listed = listed or _LISTED.match(line) is not None
            yield _Line(line, shown=bare and not quoted) if line.strip() else None


def _opens(line: str, *, certain: bool, listed: bool) -> str:
    """The mark of a fenced code block that begins here; empty where none does, ``_UNCERTAIN`` where that depends on
    which list item or hidden text it stands in: their end may be its end.
    """
    match = _FENCE.fullmatch(line)
    if match is None or _CONTAINER.fullmatch(match["lead"]) is None:
        return ""
    if match["mark"][0] == "`" and "`" in match["info"]:
        return ""
    outermost = match["lead"] in ("", " ") or (not listed and match["lead"] in ("  ", "   "))
    return match["mark"] if certain and outermost else _UNCERTAIN


def _closes(line: str, fence: str) -> bool:
    mark = line.strip(" \t")
    return bool(mark) and len(mark) >= len(fence) and not mark.strip(fence[0]) and not _INDENTED.match(line)


def _hidden_after(line: str, hidden: re.Pattern[str] | None) -> re.Pattern[str] | None:
    """What must be met to end the text that is hidden, or shown as code, when *line* ends; *hidden*: when it began."""
    line = _SPAN.sub("", line)
    start = 0
    while True:
        if hidden is not None:
            end = hidden.search(line, start)
            if end is None:
                return hidden
            start = end.end()
        opening = _HIDDEN.search(line, start)
        if opening is None:
            return None
        start, hidden = opening.end(), _end_of(opening)


def _end_of(opening: re.Match[str]) -> re.Pattern[str]:
    return re.compile("-->" if opening["comment"] else rf"</{opening['tag']}\s*>", re.IGNORECASE)


def _open_spans(lines: list[_Line]) -> list[tuple[int, int]]:
    """(first, last) line of each width of backticks that stand unpaired in their own line: a code span may run from
    one such line to another, and which pairs do is left open.
    """
    spans: dict[int, tuple[int, int]] = {}
    for at, line in enumerate(lines):
        for ticks in _TICKS.finditer(_SPAN.sub("", line.text)):
            width = ticks.end() - ticks.start()
            spans[width] = (spans.get(width, (at, at))[0], at)
    return list(spans.values())
