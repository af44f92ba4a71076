"""The lines of a job's log, as they were before terminals and services added to them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator

from bot.core.parse.intake import LONGEST_LINE, UTF8_MARK, UTF16_MARKS, Intake

_ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\^_])")
_STAMP = r"(?:[^\t\n]{0,200}\t[^\t\n]{0,200}\t)?\ufeff?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z ?"
"""What GitHub writes before every line of a downloaded log, and ``gh run view --log`` before that."""

_STAMPED = re.compile(r"\s*" + _STAMP)
_STAMPS = re.compile("^" + _STAMP, re.MULTILINE)


def transcript(intake: Intake, wanted: Callable[[bytes], bool] = lambda _: True) -> Iterator[list[str]]:
    """The lines of *intake*, in pieces of about a block, without time stamps, colours and line ends. Bytes that are not
    UTF-8, or UTF-16 under its mark, are replaced; of a line over ``LONGEST_LINE`` bytes the beginning is kept. Pieces
    that are not *wanted* are left out.
    """
    stamped: bool | None = None
    for piece in _pieces(intake):
        if stamped is None:
            stamped = _STAMPED.match(piece[:1024].decode("utf-8", "replace")) is not None
        if wanted(piece):
            yield _cleaned(piece.decode("utf-8", "replace"), stamped=stamped)


def _cleaned(text: str, *, stamped: bool) -> list[str]:
    if stamped:
        text = _STAMPS.sub("", text)
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").removesuffix("\r")
    return text.split("\n")


def _pieces(intake: Intake) -> Iterator[bytes]:
    """Whole lines, the last line feed left out."""
    carried = b""
    mark = len(UTF8_MARK) if intake.head.startswith(UTF8_MARK) else 0
    for block in _blocks(intake):
        end = block.rfind(b"\n")
        if end >= 0:
            first = block.find(b"\n")
            yield (carried + block[mark:first])[:LONGEST_LINE] + block[first:end] if carried else block[mark:end]
            carried = block[end + 1 :]
        elif len(carried) < LONGEST_LINE:
            carried += block[mark:]
        mark = 0
    if carried:
        yield carried[:LONGEST_LINE]


def _blocks(intake: Intake) -> Iterator[bytes]:
    """The bytes of *intake*; UTF-16 as UTF-8, without its mark."""
    if not intake.head.startswith(UTF16_MARKS):
        yield from intake.blocks()
        return
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
    for block in intake.blocks():
        yield decoder.decode(block).encode()
    yield decoder.decode(b"", final=True).encode()
