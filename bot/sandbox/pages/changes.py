"""A diff for the eye: numbered rows, with the marks of check runs under the lines that they are about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.sandbox.git import FileChange, Git
from bot.sandbox.pages.people import visible

ROWS_SHOWN = 5000
_HUNK = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """An annotation of a check run. *tone* is bad, wait or calm; *url* leads to the lines."""

    path: str
    lines: str
    last: int
    tone: str
    title: str
    message: str
    url: str


Marks = Mapping[str, Sequence[Mark]]
"""Path as shown -> what was marked there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a diff. *kind* is added, removed, same, hunk (a heading) or remark (of git itself)."""

    kind: str
    old: int | None
    new: int | None
    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A file of a diff; *rows* is empty where there is no text to show, *left* counts the rows left out."""

    path: str
    previous: str | None
    status: str
    additions: int
    deletions: int
    rows: tuple[Row, ...]
    left: int


def changes(git: Git, base: str, head: str, marks: Marks) -> list[Changed]:
    """What *head* changes of *base*, file by file, ``ROWS_SHOWN`` rows in all."""
    room, found = ROWS_SHOWN, list[Changed]()
    for change in git.changes(base, head):
        rows = tuple(_rows(change, marks.get(visible(change.path), ())))
        shown = rows[:room]
        room -= len(shown)
        found.append(
            Changed(
                path=visible(change.path),
                previous=visible(change.previous) if change.previous else None,
                status=change.status,
                additions=change.additions,
                deletions=change.deletions,
                rows=shown,
                left=len(rows) - len(shown),
            )
        )
    return found


def _rows(change: FileChange, marks: Sequence[Mark]) -> Iterator[Row]:
    old = new = 0
    for line in change.patch.split("\n") if change.patch else ():
        sign, text = line[:1], line[1:]
        if sign == "@" and (at := _HUNK.match(line)):
            old, new = int(at[1]), int(at[2])
            yield Row(kind="hunk", old=None, new=None, text=line)
        elif sign == "+":
            yield Row(kind="added", old=None, new=new, text=text, marks=tuple(m for m in marks if m.last == new))
            new += 1
        elif sign == "-":
            yield Row(kind="removed", old=old, new=None, text=text)
            old += 1
        elif sign == "\\":
            yield Row(kind="remark", old=None, new=None, text=line)
        else:
            yield Row(kind="same", old=old, new=new, text=text, marks=tuple(m for m in marks if m.last == new))
            old, new = old + 1, new + 1
