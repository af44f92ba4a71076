"""Tables and lists before they are Markdown, a terminal's text or a page: own words and foreign ones told apart.

A kind of evidence says once what it has to say; each medium writes it through its own voice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.core.render import units
from bot.core.render.context import CommentContext, at_lines
from bot.core.render.escape import DATA, TABLE, TERMINAL, Voice
from bot.core.render.lists import Section, and_more, link, table


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    """A text that is not ours: a name, or (*clause*) words in a sentence. *path* and *line* are where it leads to in
    the repository, where that is known.
    """

    text: str
    clause: bool = False
    path: str = ""
    line: int | None = None

    def said(self, voice: Voice) -> str:
        return voice.clause(self.text) if self.clause else voice.name(self.text)


Cell = str | Foreign | tuple["str | Foreign", ...]
"""Own words, foreign words, or both in turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A titled table. *header* is as in ``table``; *what* is one row, in the singular; *label* says in short what there
    is; *lead* is a sentence before it. *urgent* ones stand above the fold.
    """

    title: str
    header: tuple[str, ...]
    rows: Sequence[tuple[Cell, ...]]
    what: str
    label: str = ""
    lead: str = ""
    urgent: bool = False


def written(cell: Cell, voice: Voice, link_to: Callable[[str, Foreign], str] | None = None) -> str:
    """*cell* in *voice*; *link_to* makes a link of what leads somewhere."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, Foreign):
        said = cell.said(voice)
        return link_to(said, cell) if link_to is not None and cell.path else said
    return "".join(written(part, voice, link_to) for part in cell)


# --- Markdown ----------------------------------------------------------------------------------------------------


def as_section(listing: Listing, most: int, sha: str, context: CommentContext) -> Section:
    """*listing* as Markdown, at most *most* rows of it, its places linked at the commit *sha*."""

    def link_to(said: str, place: Foreign) -> str:
        url = context.blob_url(sha, place.path)
        return link(said, at_lines(url, place.line, place.line) if place.line else url)

    rows = [tuple(written(cell, TABLE, link_to) for cell in row) for row in listing.rows[:most]]
    left = len(listing.rows) - len(rows)
    parts = [
        listing.lead,
        table(listing.header, rows) if rows else "",
        and_more(left, listing.what, context, shown=len(rows)) if left else "",
    ]
    return Section(title=listing.title, body="\n\n".join(filter(None, parts)), label=listing.label)


# --- a terminal --------------------------------------------------------------------------------------------------


def as_lines(listing: Listing, most: int) -> list[str]:
    """*listing* for a terminal: its title, then a row a line, indented, in columns."""
    if not listing.rows and not listing.lead:
        return []
    rows = [tuple(written(cell, TERMINAL) for cell in row) for row in listing.rows[:most]]
    header = tuple(name.removesuffix(":") for name in listing.header)
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    padded = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (header, *rows))
    left = len(listing.rows) - len(rows)
    return [
        f"{listing.title}:",
        *([f"  {listing.lead}"] if listing.lead else []),
        *(f"  {line}".rstrip() for line in (padded if rows else ())),
        *([f"  {units.count_more(left, listing.what)}"] if left else []),
    ]


# --- a page ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCell:
    """One cell of a page's table: *text* with a *url* where it leads to the repository; *number* sets it right."""

    text: str
    url: str | None
    number: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTable:
    """A listing for the page's template, which quotes what it places."""

    title: str
    lead: str
    header: Sequence[tuple[str, bool]]
    rows: Sequence[Sequence[PageCell]]
    rest: str


def as_page(listing: Listing, most: int, sha: str, context: CommentContext) -> PageTable:
    numbers = [name.endswith(":") for name in listing.header]

    def cell(content: Cell, *, number: bool) -> PageCell:
        place = _place(content)
        url = context.blob_url(sha, place.path) if place else None
        if place and place.line:
            url = at_lines(url, place.line, place.line)
        return PageCell(text=written(content, DATA), url=url, number=number)

    left = len(listing.rows) - most
    return PageTable(
        title=listing.title,
        lead=listing.lead,
        header=[(name.removesuffix(":"), number) for name, number in zip(listing.header, numbers, strict=True)],
        rows=[
            [cell(content, number=number) for content, number in zip(row, numbers, strict=True)]
            for row in listing.rows[:most]
        ],
        rest=units.count_more(left, listing.what) if left > 0 else "",
    )


def _place(content: Cell) -> Foreign | None:
    """Where a cell leads: the first of its parts that has a place."""
    parts = content if isinstance(content, tuple) else (content,)
    return next((part for part in parts if isinstance(part, Foreign) and part.path), None)
