"""Markdown's tables and lists, cut to what fits. What goes in is Markdown already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bot.core.render import units
from bot.core.render.context import CommentContext

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A titled part that is folded away in a comment. *title* is our own words and needs no escaping; *label* is what
    the line that folds everything away says of it.
    """

    title: str
    body: str
    label: str


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A GFM table. A header that ends in a colon is of numbers: its column is set to the right."""
    lines = [
        f"| {' | '.join(name.removesuffix(':') for name in header)} |",
        f"|{'|'.join('-:' if name.endswith(':') else '-' for name in header)}|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    return "\n".join(lines)


def link(text: str, url: str | None) -> str:
    """*text*, already Markdown, linked where there is somewhere to go."""
    return f"[{text}]({url})" if url else text


def and_more(number: int, what: str, context: CommentContext, *, shown: int = 1) -> str:
    """``and 12 more files (full report)``; where none is shown at all, ``12 files (full report)``."""
    full = f" ([full report]({context.report_url}))" if context.report_url else ""
    return f"{units.count_more(number, what) if shown else units.count(number, what)}{full}"


def bullets(items: Sequence[_T], most: int, write: Callable[[_T], str], what: str, context: CommentContext) -> str:
    """A list of at most *most* items, and how many more there are."""
    lines = [f"- {write(item)}" for item in items[:most]]
    left = len(items) - len(lines)
    return "\n".join([*lines, *([f"- {and_more(left, what, context, shown=len(lines))}"] if left else [])])


def tabled(
    header: Sequence[str],
    items: Sequence[_T],
    most: int,
    write: Callable[[_T], Sequence[str]],
    what: str,
    context: CommentContext,
) -> str:
    """A table of at most *most* items, and how many more there are."""
    rows = [write(item) for item in items[:most]]
    left = len(items) - len(rows)
    more = and_more(left, what, context, shown=len(rows)) if left else ""
    return "\n\n".join(filter(None, [table(header, rows) if rows else "", more]))


def headed(words: str, body: str) -> str:
    return f"**{words}**\n\n{body}" if body else ""
