"""How long something took, as reports write it: to the microsecond, and never by way of a floating-point number."""

from __future__ import annotations

import re
from decimal import Decimal

LONGEST_DURATION = 1 << 53
"""In microseconds: what every reader of JSON holds exactly, and more than 285 years."""

_MOST_KNOWN = 50_000
_LONGEST_TEXT = 40
_SECONDS = re.compile(r"\s*(\d{1,15}|\d{0,15}\.\d{0,20})(?:[eE]([+-]?\d{1,2}))?\s*s?\s*", re.ASCII)
_GROUPED = re.compile(r"\s*([1-9]\d{0,2}(?:,\d{3})+)(\.\d{1,9})?\s*", re.ASCII)
_DECIMAL_COMMA = re.compile(r"\s*(\d{1,15}),(\d{1,9})\s*", re.ASCII)
_CLOCK = re.compile(r"\s*(?:(\d{1,6})\.)?(\d{1,3}):(\d{1,2}):(\d{1,2}(?:\.\d{1,9})?)\s*", re.ASCII)


class Durations(dict[str, int | None]):
    """``microseconds`` by their texts: those of one report repeat, so each is understood once."""

    def __missing__(self, seconds: str) -> int | None:
        found = microseconds(seconds)
        if len(self) < _MOST_KNOWN:
            self[seconds] = found
        return found


def microseconds(seconds: str) -> int | None:
    """The microseconds of ``1.5``, ``1,234.5`` (grouped by commas, as surefire does) or ``0,5`` (a decimal comma, as
    some locales make it); ``None`` for what is no duration, such as a negative one.
    """
    if len(seconds) > _LONGEST_TEXT:
        return None
    if found := _GROUPED.fullmatch(seconds):
        return _whole(Decimal(found[1].replace(",", "") + (found[2] or "")))
    if found := _DECIMAL_COMMA.fullmatch(seconds):
        return _whole(Decimal(f"{found[1]}.{found[2]}"))
    found = _SECONDS.fullmatch(seconds)
    if found is None or found[1] == ".":
        return None
    return _whole(Decimal(f"{found[1] or 0}e{found[2] or 0}"))


def clock(text: str) -> int | None:
    """The microseconds of ``[days.]hours:minutes:seconds``, as .NET writes a ``TimeSpan``; else ``None``."""
    found = _CLOCK.fullmatch(text) if len(text) <= _LONGEST_TEXT else None
    if found is None:
        return None
    days, hours, minutes, seconds = found.groups()
    return _whole(((int(days or 0) * 24 + int(hours)) * 60 + int(minutes)) * 60 + Decimal(seconds))


def _whole(seconds: Decimal) -> int | None:
    duration = round(seconds * 1_000_000)
    return duration if duration <= LONGEST_DURATION else None
