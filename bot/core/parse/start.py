"""How a file begins: all that is looked at to say what it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.core.parse.intake import HEAD, UTF8_MARK, Intake
from bot.core.parse.markup import Opening, opening_of
from bot.core.parse.outline import Outline, outline
from bot.core.parse.parsed import Parsed

Parser = Callable[[Intake], Parsed]


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The first 4 KiB of the file *path*: *head* without a byte order mark, *opening* if it is XML, *outline* if it is
    JSON. Names lie, so *path* decides only between readings of the same bytes.
    """

    path: str
    head: bytes
    opening: Opening | None
    outline: Outline | None


def start_of(path: str, head: bytes) -> Start:
    head = head[:HEAD]
    opening = opening_of(head)
    return Start(
        path=path,
        head=head.removeprefix(UTF8_MARK),
        opening=opening,
        outline=None if opening is not None else outline(head),
    )
