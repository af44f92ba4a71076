"""What an artifact holds, as frames: the manifest and its reports, or every file of a plain artifact by content.

Each report is parsed as its bytes are inflated. A broken one costs only itself; the others are still told.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable, Iterator

from msgspec import structs

from bot.core.model.errors import ReportError, UnknownFormat
from bot.core.model.evidence import Report, Side
from bot.core.model.suites import Suites
from bot.core.model.wire import encode
from bot.core.parse.report import parse_report
from bot.core.parse.wreckage import is_wreckage
from bot.reader.archive import Archive, Member
from bot.reader.frames import (
    NOT_UNICODE,
    TOO_MUCH,
    Broken,
    Described,
    Finished,
    Frame,
    Ignored,
    Opened,
    Parsed,
    Tracked,
)
from bot.reader.limits import Limits
from bot.reader.manifest import FOLDER, NAME, Manifest, is_manifest, parse_manifest

_ZIP = b"PK"
_BLOCK = 256 << 10
_GZIP = 16 + zlib.MAX_WBITS
_LONGEST_REASON = 1000
_HEAD = 256


def contents(descriptor: int, name: str, limits: Limits) -> Iterator[Frame]:
    """Everything in the artifact *name* that is open at *descriptor*, ``Finished`` at its end."""
    yield Opened(name)
    try:
        if os.pread(descriptor, len(_ZIP), 0) == _ZIP:
            yield from _archived(Archive(descriptor, limits), limits)
        else:
            yield from _bare(descriptor, name, limits)
    except ReportError as error:
        yield _broken(error, name)
    yield Finished()


def _archived(archive: Archive, limits: Limits) -> Iterator[Frame]:
    members = {member.name: member for member in archive.members}
    described = members.get(NAME)
    if described is not None:
        data = _whole(archive, described, limits.manifest)
        if is_manifest(data) or any(name.startswith(FOLDER) for name in members):
            yield from _collected(archive, members, parse_manifest(data), limits)
            return
    for member in archive.members:
        yield from _report(member.name, archive.blocks(member), limits)


def _collected(archive: Archive, members: dict[str, Member], manifest: Manifest, limits: Limits) -> Iterator[Frame]:
    """An upload of the collecting action: what its manifest lists, no more."""
    yield Described(manifest)
    listed = {NAME, manifest.tracked}
    for report in manifest.reports:
        member = members.get(report.file)
        if report.file in listed:
            yield Broken(report.name, "the manifest lists it twice", None)
        elif member is None:
            yield Broken(report.name, "the manifest lists it, and the archive does not hold it", None)
        else:
            blocks = archive.blocks(member)
            yield from _report(report.name, blocks, limits, digest=report.sha256, side=report.side)
        listed.add(report.file)
    if manifest.tracked is not None:
        yield from _tracked(archive, members.get(manifest.tracked), manifest.tracked, limits)
    for name in members.keys() - listed:
        yield Ignored(name)


def _bare(descriptor: int, name: str, limits: Limits) -> Iterator[Frame]:
    """A file that was uploaded as it is, as ``archive: false`` of ``actions/upload-artifact`` does."""
    size = os.fstat(descriptor).st_size
    if size == 0:
        raise ReportError("it is empty")
    if size > limits.archive:
        raise ReportError(f"it is over {limits.archive >> 20} MiB")
    blocks = (os.pread(descriptor, _BLOCK, offset) for offset in range(0, size, _BLOCK))
    for frame in _report(name, blocks, limits):
        if isinstance(frame, Ignored):
            raise ReportError("it is neither a zip archive nor a report of a known format")
        yield frame


class _Source:
    """Blocks on their way to a parser. *head* is how they began."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = blocks
        self.head = b""

    def __iter__(self) -> Iterator[bytes]:
        for block in self._blocks:
            self.head = self.head or block[:_HEAD]
            yield block


def _report(
    path: str, blocks: Iterator[bytes], limits: Limits, *, digest: str | None = None, side: Side = Side.HEAD
) -> Iterator[Frame]:
    """One report from its bytes. *digest* is the SHA-256 that it must have."""
    yield Opened(path)
    source = _Source(blocks)
    try:
        report = parse_report(path, source)
        if digest is not None and report.digest != digest:
            raise ReportError("its bytes are not those that the manifest describes")
        yield _parsed(report, side, limits)
    except UnknownFormat as error:
        yield _broken(error, path) if is_wreckage(path, source.head) else Ignored(path)
    except ReportError as error:
        yield _broken(error, path)
    except UnicodeEncodeError:
        yield Broken(path, NOT_UNICODE, None)
    except MemoryError:
        yield Broken(path, TOO_MUCH, None)


def _parsed(report: Report, side: Side, limits: Limits) -> Parsed:
    return Parsed(
        path=report.path,
        format=report.format,
        digest=report.digest,
        roots=list(report.roots),
        side=side,
        coverage=None if report.coverage is None else encode(report.coverage),
        suites=None if report.suites is None else _bounded(report.suites, limits.texts),
        benchmarks=report.benchmarks,
        findings=report.findings,
    )


def _bounded(suites: Suites, most: int) -> Suites:
    """*suites* with what its cases say up to *most* characters; the others keep their outcome and say nothing."""
    for at, case in enumerate(suites.cases):
        most -= len(case.message) + len(case.detail)
        if most < 0:
            silent = (structs.replace(case, message="", detail="") for case in suites.cases[at:])
            return structs.replace(suites, cases=(*suites.cases[:at], *silent))
    return suites


def _broken(error: ReportError, path: str) -> Broken:
    problem = error.at(path)
    return Broken(problem.path, problem.reason[:_LONGEST_REASON], problem.line)


def _whole(archive: Archive, member: Member, limit: int) -> bytes:
    if member.size > limit:
        raise ReportError(f"it is over {limit >> 20} MiB", path=member.name)
    return b"".join(archive.blocks(member))


def _tracked(archive: Archive, member: Member | None, name: str, limits: Limits) -> Iterator[Frame]:
    """The names in a gzipped list, one a line, or each ended by NUL as ``git ls-files -z`` writes them."""
    yield Opened(name)
    try:
        if member is None:
            raise ReportError("the manifest names it, and the archive does not hold it")
        data = _gunzipped(archive.blocks(member), limits.tracked)
        names = data.split(b"\0" if b"\0" in data else b"\n")
        if len(names) > limits.tracked_names:
            raise ReportError(f"it lists more than {limits.tracked_names} files")
        yield Tracked([name.decode("utf-8", "backslashreplace") for name in names if name])
    except ReportError as error:
        yield _broken(error, name)


def _gunzipped(blocks: Iterable[bytes], limit: int) -> bytes:
    """The single gzip member in *blocks*, at most *limit* bytes inflated."""
    inflate = zlib.decompressobj(_GZIP)
    data = bytearray()
    try:
        for block in blocks:
            data += inflate.decompress(block, limit + 1 - len(data))
            if inflate.unconsumed_tail or len(data) > limit:
                raise ReportError(f"it inflates to more than {limit >> 20} MiB")
    except zlib.error:
        raise ReportError("its compressed bytes are damaged") from None
    if not inflate.eof or inflate.unused_data:
        raise ReportError("its compressed bytes are cut short or followed by others")
    return bytes(data)
