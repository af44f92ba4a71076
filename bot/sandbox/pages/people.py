"""What the pages say of people, times and names, as plain values for the templates."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from bot.sandbox.records import Repo, User

_HUES = 6
_CUT = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An account: *letter* and *hue* (0 to 5) stand in for its picture."""

    name: str
    bot: bool
    letter: str
    hue: int


def person(user: User) -> Person:
    """*user* as shown; a bot's login loses its ``[bot]``, for the badge says it."""
    name = user.login.removesuffix("[bot]")
    return Person(name=name, bot=user.kind == "Bot", letter=name[:1].upper(), hue=user.id % _HUES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time, for machines and for people."""

    iso: str
    words: str


def moment(at: datetime) -> Moment:
    utc = at.astimezone(UTC)
    return Moment(iso=utc.isoformat(timespec="seconds"), words=utc.strftime("%d %b %Y, %H:%M UTC"))


def visible(name: str) -> str:
    """A path as text: bytes that are no UTF-8 become the replacement character, and what has no shape of its own
    (control, format and bidirectional characters) is spelled out.
    """
    decoded = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(f"\\u{ord(c):04x}" if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp") else c for c in decoded)


def href(repo: Repo, *parts: str) -> str:
    """The address of a page of *repo* on this site; slashes inside *parts* stay."""
    path = "/".join([repo.full_name, *parts])
    return "/" + quote(path, safe="/", encoding="utf-8", errors="surrogateescape")


def first_line(text: str, *, most: int = 100) -> str:
    """The subject of a commit message."""
    line = text.partition("\n")[0]
    return line if len(line) <= most else line[:most] + _CUT
