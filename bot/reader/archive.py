"""A zip archive, read and never extracted: no name in it becomes a path on our disk.

The reader is our own because a lenient one is the weakness: Python's ``zipfile`` builds every directory entry before
a caller can count them, believes the directory where the local header disagrees, and before 3.11.8 took overlapping
entries (CVE-2024-0450). Here the end record is read first, the directory is bounded before it is parsed, and whatever
two readers could understand differently is refused. What real uploads hold is read: ``actions/upload-artifact``
streams its zips (sizes in data descriptors behind the bytes) and writes a folder as an empty entry without a slash.

Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, sections 4.3.7, 4.3.12 and 4.3.16.
"""

from __future__ import annotations

import os
import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from unicodedata import category, normalize

from bot.core.model.errors import ReportError
from bot.reader.limits import Limits

# Versions, times and internal attributes are skipped.
_END = struct.Struct("<4s4H2IH")
_ENTRY = struct.Struct("<4s4x2H4x3I4H2x2I")
_LOCAL = struct.Struct("<4s2x2H4x3I2H")
_END_SIGNATURE, _ENTRY_SIGNATURE, _LOCAL_SIGNATURE = b"PK\5\6", b"PK\1\2", b"PK\3\4"
_ZIP64_LOCATOR = b"PK\6\7"
_LONGEST_COMMENT = 0xFFFF
_STORED, _DEFLATED = 0, 8
_UNREADABLE = 1 << 0 | 1 << 5 | 1 << 6 | 1 << 13  # encrypted, patch data, strongly encrypted, headers masked
_STREAMED = 1 << 3  # CRC and sizes of the local header stand behind the data
_UTF8 = 1 << 11
_IN_ZIP64_FIELD = (0xFFFFFFFF, 0xFFFFFFFF)  # some writers reserve 64 bits before they know that 32 are enough
_BLOCK = 256 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One regular file of an archive. *start* is where its *packed* bytes begin; *size* is what they inflate to."""

    name: str
    deflated: bool
    crc: int
    packed: int
    size: int
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One line of the central directory, as it stands there."""

    raw_name: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    mode: int
    offset: int


class Archive:
    """The members of an open zip, in the directory's order. Their bytes are inflated as they are asked for."""

    def __init__(self, descriptor: int, limits: Limits) -> None:
        """Read the directory of the zip in *descriptor*. Raises ``ReportError`` if it is not plainly whole."""
        self._descriptor = descriptor
        self._limits = limits
        self.members = self._directory(os.fstat(descriptor).st_size)

    def blocks(self, member: Member) -> Iterator[bytes]:
        """The inflated bytes of *member*, in blocks. Raises ``ReportError`` where they are not what the directory
        says: a caller who reads to the end has bytes whose length and CRC-32 are right.
        """
        count = crc = 0
        for block in self._inflated(member) if member.deflated else self._stored(member):
            count += len(block)
            if count > member.size:
                raise ReportError("it inflates to more bytes than the archive declares", path=member.name)
            if count > self._limits.ratio_from and count > self._limits.ratio * member.packed:
                raise ReportError(f"it inflates to more than {self._limits.ratio} times its size", path=member.name)
            crc = zlib.crc32(block, crc)
            if block:
                yield block
        if count != member.size:
            raise ReportError("it inflates to fewer bytes than the archive declares", path=member.name)
        if crc != member.crc:
            raise ReportError("its bytes are damaged: the checksum differs", path=member.name)

    def _stored(self, member: Member) -> Iterator[bytes]:
        end = member.start + member.packed
        for offset in range(member.start, end, _BLOCK):
            yield self._at(offset, min(_BLOCK, end - offset), of=member.name)

    def _inflated(self, member: Member) -> Iterator[bytes]:
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            for packed in self._stored(member):
                yield inflate.decompress(packed, _BLOCK)
                while inflate.unconsumed_tail:
                    yield inflate.decompress(inflate.unconsumed_tail, _BLOCK)
            while not inflate.eof and (rest := inflate.decompress(b"", _BLOCK)):
                yield rest
        except zlib.error:
            raise ReportError("its compressed bytes are damaged", path=member.name) from None
        if not inflate.eof or inflate.unused_data:
            raise ReportError("its compressed bytes do not end where the archive says", path=member.name)

    def _at(self, offset: int, size: int, *, of: str = "") -> bytes:
        """Exactly *size* bytes from *offset*, which belong to the member *of*."""
        data = os.pread(self._descriptor, size, offset)
        if len(data) != size:
            raise ReportError("the archive ends in the middle of it", path=of)
        return data

    def _directory(self, length: int) -> tuple[Member, ...]:
        if length > self._limits.archive:
            raise ReportError(f"the archive is over {self._limits.archive >> 20} MiB")
        count, size, offset = self._end_record(length)
        entries = list(_entries(self._at(offset, size), count))
        names = [_checked_name(entry, self._limits.name) for entry in entries]
        _no_twins(names)
        for entry, name in zip(entries, names, strict=True):
            _check_kind(entry, name, self._limits)
        if sum(entry.size for entry in entries) > self._limits.total:
            raise ReportError(f"its files are over {self._limits.total >> 20} MiB in all")
        members = [self._member(entry, name) for entry, name in zip(entries, names, strict=True)]
        _no_overlap(entries, members, offset)
        return tuple(member for member in members if not member.name.endswith("/"))

    def _end_record(self, length: int) -> tuple[int, int, int]:
        """(entries, bytes of the directory, its offset) by the end record, which must close the file."""
        tail_start = max(0, length - _END.size - _LONGEST_COMMENT - len(_ZIP64_LOCATOR) - 16)
        tail = self._at(tail_start, length - tail_start)
        at = tail.rfind(_END_SIGNATURE)
        if at < 0 or len(tail) - at < _END.size:
            raise ReportError("it is not a whole zip archive: the end record is missing")
        _, disk, first_disk, here, count, size, offset, comment = _END.unpack_from(tail, at)
        if tail[max(0, at - 20) :].startswith(_ZIP64_LOCATOR) or count == 0xFFFF or 0xFFFFFFFF in (size, offset):
            raise ReportError("it is a zip64 archive, which no upload of reports needs")
        if disk or first_disk or here != count:
            raise ReportError("it is one part of a split archive")
        if at + _END.size + comment != len(tail):
            raise ReportError("bytes follow the end of the archive")
        if offset + size != tail_start + at:
            raise ReportError("the directory is not where the end record says: bytes stand before or behind it")
        if count > self._limits.entries or size > self._limits.directory:
            raise ReportError(f"the archive holds more than {self._limits.entries} files")
        return count, size, offset

    def _member(self, entry: _Entry, name: str) -> Member:
        """*entry* with the place of its bytes, its local header compared with the directory."""
        signature, flags, method, crc, packed, size, name_length, extra = _LOCAL.unpack(
            self._at(entry.offset, _LOCAL.size, of=name)
        )
        if signature != _LOCAL_SIGNATURE:
            raise ReportError("it is not where the archive's directory says", path=name)
        raw_name = self._at(entry.offset + _LOCAL.size, name_length, of=name)
        told = crc == entry.crc and (packed, size) in {(entry.packed, entry.size), _IN_ZIP64_FIELD}
        streamed = flags & _STREAMED and entry.flags & _STREAMED
        if (method, raw_name) != (entry.method, entry.raw_name) or flags & _UNREADABLE or not (told or streamed):
            raise ReportError("its local header and the archive's directory disagree", path=name)
        return Member(
            name=name,
            deflated=method == _DEFLATED,
            crc=entry.crc,
            packed=entry.packed,
            size=entry.size,
            start=entry.offset + _LOCAL.size + name_length + extra,
        )


def _entries(directory: bytes, count: int) -> Iterator[_Entry]:
    """The *count* entries that fill *directory* exactly."""
    at = 0
    for _ in range(count):
        if len(directory) - at < _ENTRY.size:
            raise ReportError("the archive's directory is cut short")
        fields = _ENTRY.unpack_from(directory, at)
        signature, flags, method, crc, packed, size, name, extra, comment, disk, attributes, offset = fields
        end = at + _ENTRY.size + name + extra + comment
        if signature != _ENTRY_SIGNATURE or end > len(directory) or disk:
            raise ReportError("the archive's directory is damaged")
        yield _Entry(
            raw_name=directory[at + _ENTRY.size : at + _ENTRY.size + name],
            flags=flags,
            method=method,
            crc=crc,
            packed=packed,
            size=size,
            mode=attributes >> 16,
            offset=offset,
        )
        at = end
    if at != len(directory):
        raise ReportError("the archive's directory holds more than its entries")


def _checked_name(entry: _Entry, longest: int) -> str:
    """The name of *entry*, relative and plain: shown to people and matched with the manifest, never opened."""
    raw = entry.raw_name
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        if entry.flags & _UTF8:
            raise ReportError("a file name in the archive is not UTF-8", path=ascii(raw)) from None
        name = raw.decode("cp437")  # what a name without the UTF-8 flag is by the standard
    if len(raw) > longest:
        raise ReportError(f"a file name in the archive is over {longest} bytes", path=name[:80])
    if any(category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in name):
        raise ReportError("a file name in the archive holds control or direction characters", path=ascii(name))
    parts = name.removesuffix("/").split("/")
    if "\\" in name or ":" in name or any(part in {"", ".", ".."} for part in parts):
        raise ReportError("a file name in the archive is not a plain relative path", path=name)
    return name


def _check_kind(entry: _Entry, name: str, limits: Limits) -> None:
    """Only regular files and folders, stored or deflated, of a bounded size."""
    if entry.flags & _UNREADABLE:
        raise ReportError("it is encrypted", path=name)
    if entry.method not in {_STORED, _DEFLATED}:
        raise ReportError(f"it is compressed by method {entry.method}, not stored or deflated", path=name)
    folder = name.endswith("/")
    if stat.S_IFMT(entry.mode) not in {0, stat.S_IFDIR if folder else stat.S_IFREG}:
        raise ReportError("it is not a regular file", path=name)
    if 0xFFFFFFFF in (entry.packed, entry.size, entry.offset):
        raise ReportError("it is a zip64 entry, which no upload of reports needs", path=name)
    if entry.size > limits.member:
        raise ReportError(f"it is over {limits.member >> 20} MiB", path=name)
    if (entry.method == _STORED and entry.packed != entry.size) or (folder and entry.size):
        raise ReportError("its sizes in the archive contradict each other", path=name)


def _no_twins(names: list[str]) -> None:
    """No name twice, nor two that some file system takes for one."""
    seen: set[str] = set()
    for name in names:
        key = normalize("NFC", name).casefold()
        if key in seen:
            raise ReportError("the archive holds this name twice", path=name)
        seen.add(key)


def _no_overlap(entries: list[_Entry], members: list[Member], directory: int) -> None:
    """Each entry's bytes are its own, and the first begins the file."""
    end = 0
    for entry, member in sorted(zip(entries, members, strict=True), key=lambda pair: pair[0].offset):
        if end == 0 and entry.offset:
            raise ReportError("bytes stand before the first entry of the archive")
        if entry.offset < end:
            raise ReportError("its bytes overlap those of another entry", path=member.name)
        end = member.start + member.packed
    if end > directory:
        raise ReportError("the last entry runs into the archive's directory")
