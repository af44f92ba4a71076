"""Numbers as reports write them: many at once at the speed of C, one odd one exactly."""

from __future__ import annotations

import re

import msgspec

from bot.core.model.errors import ReportError
from bot.core.model.lines import HIGHEST_LINE

DIGITS = b"0123456789"

_COUNT = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE][+-]?[0-9]{1,3})?")
_LINE = re.compile(r"[0-9]{1,18}")
_LONGEST = 64
_HIDDEN_LINE = 0xFEEFEE  # .NET's compilers give it to code that belongs to no line
_read_integers = msgspec.json.Decoder(list[int]).decode


def integers(text: bytes) -> list[int]:
    """The whole numbers in *text*, separated by commas; none if it holds anything else (a sign, a decimal, a leading
    zero, more than 64 bits): then they are read one by one.
    """
    if b"-" in text:
        return []
    try:
        return _read_integers(b"[" + text + b"]")
    except msgspec.DecodeError:
        return []


def ran(count: str) -> bool:
    """Whether *count* says that something ran. Counters overflow, so a negative count is none; some tools write
    decimals, or more than 64 bits. Raises ``ReportError`` for what is no number.
    """
    found = _COUNT.fullmatch(count) if len(count) <= _LONGEST else None
    if found is None:
        raise ReportError(f"{count[:_LONGEST]!r} is not a count")
    sign, whole, decimals = found.groups()
    return not sign and any(digit != "0" for digit in whole + (decimals or ""))


def line_number(text: str) -> int:
    """The line that *text* names; 0 where that is no line of a file. Raises ``ReportError`` for what cannot be one."""
    number = int(text) if _LINE.fullmatch(text) else -1
    if number == _HIDDEN_LINE:
        return 0
    if not 0 <= number <= HIGHEST_LINE:
        raise ReportError(f"{text[:_LONGEST]!r} is not a line number")
    return number
