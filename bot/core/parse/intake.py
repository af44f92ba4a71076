"""The bytes of one report on their way in: read in blocks, counted, hashed, and cut at line ends."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Protocol, runtime_checkable

from bot.core.model.errors import ReportError

HEAD = 4096
"""How much of a file decides what it is."""

BLOCK = 256 << 10
LONGEST_LINE = 64 << 10
LARGEST = 256 << 20

UTF8_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@runtime_checkable
class Readable(Protocol):
    """A binary file, a ``BytesIO``, a member of an archive: at most *size* bytes a call, none at the end."""

    def read(self, size: int, /) -> bytes: ...


Source = Readable | Iterable[bytes]
"""Where a report's bytes come from: something to read, or its blocks one after the other."""


class Intake:
    """A report's bytes, once. *head* is its beginning; after ``blocks`` or ``texts`` is exhausted, *digest* is the
    SHA-256 of all of it, a byte order mark included.
    """

    def __init__(self, source: Source) -> None:
        self._hash = hashlib.sha256()
        self._rest = _blocks(source)
        self.head = b""
        while len(self.head) < HEAD and (block := next(self._rest, b"")):
            self.head += block

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def blocks(self, *, limit: int = LARGEST) -> Iterator[bytes]:
        """All bytes. Raises ``ReportError`` past *limit* of them."""
        size = 0
        block = self.head
        while block:
            size += len(block)
            if size > limit:
                raise ReportError(f"the report is over {limit >> 20} MiB")
            self._hash.update(block)
            yield block
            block = next(self._rest, b"")

    def whole(self, *, limit: int) -> bytes:
        """All bytes at once, without a byte order mark, for formats that cannot be read in parts."""
        return b"".join(self.blocks(limit=limit)).removeprefix(UTF8_MARK)

    def texts(self) -> Iterator[tuple[int, bytes]]:
        """(number of the first line, whole lines): text in pieces of about a block. Every line end is a line feed, the
        last one left out; a byte order mark is gone. Raises ``ReportError`` for a line over ``LONGEST_LINE`` bytes.
        """
        number = 1
        for text in self._whole_lines():
            lines = text.replace(b"\r\n", b"\n") if b"\r" in text else text
            yield number, lines.removesuffix(b"\r")
            number += lines.count(b"\n") + 1

    def _whole_lines(self) -> Iterator[bytes]:
        carried = b""
        mark = len(UTF8_MARK) if self.head.startswith(UTF8_MARK) else 0
        for block in self.blocks():
            end = block.rfind(b"\n")
            if end >= 0:
                yield b"".join((carried, memoryview(block)[mark:end]))
                carried = block[end + 1 :]
            else:
                carried += block[mark:]
            mark = 0
            if len(carried) > LONGEST_LINE:
                raise ReportError(f"a line is over {LONGEST_LINE >> 10} KiB")
        if carried:
            yield carried


def _blocks(source: Source) -> Iterator[bytes]:
    if isinstance(source, Readable):
        while block := source.read(BLOCK):
            yield block
    else:
        yield from filter(None, source)
