"""Zip archives byte by byte: the ones that no library would write."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field, replace

DEFLATED, STORED = 8, 0


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One entry as it shall stand in both headers. What is ``None`` follows from *data*."""

    name: bytes
    data: bytes = b""
    method: int = DEFLATED
    flags: int = 0
    mode: int = 0o100644
    packed: bytes | None = None  # the bytes in the archive
    size: int | None = None  # what both headers say that they inflate to
    crc: int | None = None
    local: dict[str, object] = field(default_factory=dict)  # what the local header says otherwise
    at: int | None = None  # an offset that the directory says otherwise

    @property
    def stored(self) -> bytes:
        if self.packed is not None:
            return self.packed
        if self.method != DEFLATED:
            return self.data
        deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
        return deflate.compress(self.data) + deflate.flush()

    def sums(self) -> tuple[int, int, int]:
        """(CRC, packed size, size) as the headers say."""
        crc = zlib.crc32(self.data) if self.crc is None else self.crc
        return crc, len(self.stored), len(self.data) if self.size is None else self.size

    def header(self) -> bytes:
        entry = replace(self, **self.local) if self.local else self
        sums = (0, 0, 0) if entry.flags & 8 else entry.sums()
        sizes = struct.pack("<2H", len(entry.name), 0)
        return struct.pack("<4s5H3I", b"PK\3\4", 20, entry.flags, entry.method, 0, 33, *sums) + sizes + entry.name

    def listing(self, offset: int) -> bytes:
        return (
            struct.pack("<4s6H3I", b"PK\1\2", 0x0314, 20, self.flags, self.method, 0, 33, *self.sums())
            + struct.pack("<5H2I", len(self.name), 0, 0, 0, 0, self.mode << 16, offset if self.at is None else self.at)
            + self.name
        )


def archive_of(*entries: Entry, comment: bytes = b"", count: int | None = None, before: bytes = b"") -> bytes:
    """A zip of *entries*, with *before* in front and counted in every offset."""
    body, directory = bytearray(before), bytearray()
    for entry in entries:
        directory += entry.listing(len(body))
        body += entry.header() + entry.stored
        if entry.flags & 8:
            body += struct.pack("<4s3I", b"PK\7\10", *entry.sums())
    number = len(entries) if count is None else count
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, number, number, len(directory), len(body), len(comment))
    return bytes(body + directory + end + comment)
