"""Hostile archives are refused before anything in them is believed; the ones that real tools write are read."""

from __future__ import annotations

import io
import os
import random
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.core.model.errors import ReportError
from bot.reader.archive import Archive
from bot.reader.limits import DEFAULT, MIB, Limits
from tests.reader.zips import STORED, Entry, archive_of

SAMPLES = Path(__file__).parents[1] / "samples" / "archives"
REPORT = b"mode: set\nexample.org/m/f.go:1.1,2.2 1 1\n"
ZEROS = bytes(2 * MIB)

Artifact = Callable[[bytes], Path]


@contextmanager
def opened(path: Path, limits: Limits = DEFAULT) -> Iterator[Archive]:
    """The archive at *path*."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield Archive(descriptor, limits)
    finally:
        os.close(descriptor)


def everything(path: Path, limits: Limits = DEFAULT) -> dict[str, bytes]:
    """Every member of the archive at *path*, read to its end."""
    with opened(path, limits) as archive:
        return {member.name: b"".join(archive.blocks(member)) for member in archive.members}


def refusal(path: Path, limits: Limits = DEFAULT) -> str:
    """Why the archive at *path* is refused, with the member's name where one is to blame."""
    with pytest.raises(ReportError) as refused:
        everything(path, limits)
    return str(refused.value.at("artifact.zip"))


def by_zipfile(names: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip as Python's library writes it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in names.items():
            archive.writestr(name, data)
    return out.getvalue()


# --- what real tools write ----------------------------------------------------------------------------------------


def test_an_artifact_of_the_upload_action_is_read() -> None:
    """Streamed sizes, a UTF-8 name and folders without a slash, as ``@actions/artifact`` 6.2.1 wrote them."""
    members = everything(SAMPLES / "actions-artifact-6.2.1" / "artifact.zip")
    assert members["reports/0-coverage.out"].startswith(b"mode: set\n")
    assert members["notes/ü.txt"] == b"hello\n"
    assert members["reports"] == members["notes"] == b""


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive_of_python_is_read(artifact: Artifact, method: int) -> None:
    """``zipfile`` writes sizes into the local headers."""
    names = {"a.xml": b"x" * 300_000, "d/é.info": random.Random(1).randbytes(600_000), "d/": b"", "none": b""}
    assert everything(artifact(by_zipfile(names, method))) == {k: v for k, v in names.items() if k != "d/"}


def test_an_archive_streamed_by_python_is_read(artifact: Artifact) -> None:
    """Into a pipe, ``zipfile`` puts the sizes behind the data and reserves 64 bits for them."""

    class Pipe(io.RawIOBase):
        """A file that cannot seek."""

        def __init__(self) -> None:
            self.data = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.data += bytes(memoryview(data))
            return memoryview(data).nbytes

    pipe = Pipe()
    with (
        zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a", "w", force_zip64=True) as member,
    ):
        member.write(REPORT)
    assert everything(artifact(bytes(pipe.data))) == {"a": REPORT}


def test_an_entry_that_reserved_64_bits_is_read(artifact: Artifact) -> None:
    """``force_zip64`` reserves room that a small file never needs."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, archive.open("a", "w", force_zip64=True) as member:
        member.write(REPORT)
    assert everything(artifact(out.getvalue())) == {"a": REPORT}


@pytest.mark.skipif(not shutil.which("zip"), reason="Info-ZIP's zip is not installed")
@pytest.mark.parametrize("streamed", [False, True])
def test_an_archive_of_info_zip_is_read(tmp_path: Path, *, streamed: bool) -> None:
    """Info-ZIP writes folders and extra fields, and into a pipe zip64 fields in the local headers."""
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "cover.out").write_bytes(REPORT)
    (tmp_path / "big.info").write_bytes(REPORT * 9000)
    packed = subprocess.run(
        ["zip", "-qr", "-" if streamed else "a.zip", "d", "big.info"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
    ).stdout
    if streamed:
        (tmp_path / "a.zip").write_bytes(packed)
    assert everything(tmp_path / "a.zip") == {"d/cover.out": REPORT, "big.info": REPORT * 9000}


def test_an_empty_archive_holds_nothing(artifact: Artifact) -> None:
    """No entry is no error: that nothing came is judged elsewhere."""
    assert everything(artifact(archive_of())) == {}


def test_a_comment_at_the_end_is_allowed(artifact: Artifact) -> None:
    """A comment is part of the end record."""
    assert everything(artifact(archive_of(Entry(name=b"a", data=REPORT), comment=b"made by hand"))) == {"a": REPORT}


def test_bytes_come_in_bounded_blocks(artifact: Artifact) -> None:
    """A member is never in memory as a whole."""
    path = artifact(archive_of(Entry(name=b"a", data=random.Random(2).randbytes(3000) * 1000)))
    with opened(path) as archive:
        assert max(map(len, archive.blocks(archive.members[0]))) <= 256 << 10


# --- T14: what must be refused ------------------------------------------------------------------------------------

GOOD = Entry(name=b"ok.xml", data=REPORT)

HOSTILE_NAMES = {
    "climbs": b"../../evil.txt",
    "climbs inside": b"a/../../b.txt",
    "is absolute": b"/abs.txt",
    "names a drive": b"C:\\win.txt",
    "names a drive with a slash": b"C:/win.txt",
    "uses backslashes": b"..\\..\\w.txt",
    "is a dot": b"./a",
    "has an empty part": b"a//b",
    "is empty": b"",
    "is only a slash": b"/",
}


@pytest.mark.parametrize("name", HOSTILE_NAMES.values(), ids=HOSTILE_NAMES)
def test_T14_a_name_that_is_no_plain_path_is_refused(artifact: Artifact, name: bytes) -> None:
    """Zip slip has no way in: such an archive is not read at all."""
    said = refusal(artifact(archive_of(GOOD, Entry(name=name, data=b"x"))))
    assert said.endswith("a file name in the archive is not a plain relative path")


@pytest.mark.parametrize("name", ["nul\0evil.xml", "bell\7", "\u202egnp.xml", "zero\u200bwidth", "a\nb"], ids=ascii)
def test_T14_a_name_that_deceives_the_eye_is_refused(artifact: Artifact, name: str) -> None:
    """NUL, control, direction and zero-width characters have no place in a report's name."""
    assert "control or direction characters" in refusal(artifact(archive_of(GOOD, Entry(name=name.encode()))))


def test_T14_a_name_in_broken_utf8_is_refused_where_utf8_is_promised(artifact: Artifact) -> None:
    """Without the flag such bytes are a name in the old DOS encoding."""
    assert "is not UTF-8" in refusal(artifact(archive_of(Entry(name=b"\xff.xml", flags=1 << 11))))
    assert everything(artifact(archive_of(Entry(name=b"\x81.xml")))) == {"ü.xml": b""}


def test_T14_a_very_long_name_is_refused(artifact: Artifact) -> None:
    """512 bytes are enough for any report's path."""
    assert "over 512 bytes" in refusal(artifact(archive_of(Entry(name=b"x" * 5000))))


@pytest.mark.parametrize("twin", [b"ok.xml", b"OK.XML"])
def test_T14_a_name_that_comes_twice_is_refused(artifact: Artifact, twin: bytes) -> None:
    """Two readers could take either; so could a file system that ignores case."""
    assert refusal(artifact(archive_of(GOOD, Entry(name=twin)))).endswith("the archive holds this name twice")


@pytest.mark.parametrize("mode", [0o120777, 0o010644, 0o140644, 0o020644, 0o060644, 0o040755])
def test_T14_what_is_no_regular_file_is_refused(artifact: Artifact, mode: int) -> None:
    """A link, pipe, socket, device, or a folder that carries bytes."""
    said = refusal(artifact(archive_of(GOOD, Entry(name=b"link", data=b"/etc/passwd", mode=mode))))
    assert said == "link: it is not a regular file"


@pytest.mark.parametrize("flag", [1 << 0, 1 << 6, 1 << 13, 1 << 5])
def test_T14_an_encrypted_or_patched_entry_is_refused(artifact: Artifact, flag: int) -> None:
    """No upload of reports needs it."""
    assert refusal(artifact(archive_of(Entry(name=b"a", data=REPORT, flags=flag)))) == "a: it is encrypted"


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_T14_a_method_that_needs_memory_is_refused(artifact: Artifact, method: int) -> None:
    """330 bytes of bzip2 cost 528 MiB to inflate."""
    assert f"by method {method}" in refusal(artifact(by_zipfile({"coverage.xml": ZEROS}, method)))


def test_T14_a_bomb_is_refused_by_its_declared_size(artifact: Artifact) -> None:
    """Before a byte is inflated."""
    said = refusal(artifact(archive_of(Entry(name=b"coverage.xml", data=ZEROS, size=257 * MIB))))
    assert said == "coverage.xml: it is over 256 MiB"


def test_T14_files_that_are_too_much_together_are_refused(artifact: Artifact) -> None:
    """Each within its limit, all of them over theirs."""
    entries = [Entry(name=b"%d" % number, data=b"x", size=200 * MIB) for number in range(3)]
    assert "512 MiB in all" in refusal(artifact(archive_of(*entries)))


def test_T14_a_bomb_is_refused_by_its_ratio(artifact: Artifact) -> None:
    """A mebibyte is read, then the ratio tells."""
    said = refusal(artifact(archive_of(Entry(name=b"a", data=ZEROS))))
    assert said == "a: it inflates to more than 200 times its size"


@pytest.mark.parametrize(("size", "reason"), [(10, "more bytes than"), (3 * MIB, "fewer bytes than")])
def test_T14_a_lie_about_the_size_is_refused(artifact: Artifact, size: int, reason: str) -> None:
    """The bytes are counted as they come."""
    data = random.Random(3).randbytes(2 * MIB)
    assert reason in refusal(artifact(archive_of(Entry(name=b"a", data=data, size=size))))


def test_T14_entries_that_share_their_bytes_are_refused(artifact: Artifact) -> None:
    """Fifield's bomb: one stream under a thousand names."""
    kernel = Entry(name=b"a", data=bytes(100_000))
    twin = Entry(name=b"a", data=bytes(100_000), packed=b"", size=0, crc=0)
    whole = archive_of(kernel, twin)
    shared = archive_of(kernel, Entry(name=b"b", data=bytes(100_000), at=0, local={"name": b"a"}))
    assert "twice" in refusal(artifact(whole))
    assert refusal(artifact(shared)) == "b: its local header and the archive's directory disagree"


def test_T14_entries_that_overlap_are_refused(artifact: Artifact) -> None:
    """A second local header quoted within the stored bytes of the first."""
    inner = Entry(name=b"b", data=b"inner", method=STORED)
    outer = Entry(name=b"a", data=b"...." + inner.header() + inner.stored, method=STORED)
    hidden = Entry(name=b"b", data=b"inner", method=STORED, at=len(outer.header()) + 4)
    whole = archive_of(outer, hidden)
    assert refusal(artifact(whole)) == "b: its bytes overlap those of another entry"


def test_T14_too_many_entries_are_refused_before_they_are_parsed(artifact: Artifact) -> None:
    """The end record's count is enough to say no."""
    path = artifact(archive_of(*(Entry(name=b"d/%d.xml" % number, method=STORED) for number in range(2001))))
    assert refusal(path) == "artifact.zip: the archive holds more than 2000 files"


def test_T14_a_directory_out_of_proportion_is_refused(artifact: Artifact) -> None:
    """Few entries with names of 64 KiB are many bytes all the same."""
    entries = (Entry(name=b"%d" % number + b"x" * 60_000, method=STORED) for number in range(40))
    assert "more than 2000 files" in refusal(artifact(archive_of(*entries)))


@pytest.mark.parametrize("count", [0, 1, 3])
def test_T14_a_wrong_count_of_entries_is_refused(artifact: Artifact, count: int) -> None:
    """The directory must hold what the end record says, no less and no more."""
    whole = archive_of(GOOD, Entry(name=b"second", data=REPORT), count=count)
    assert "the archive's directory" in refusal(artifact(whole))


def test_T14_bytes_around_the_archive_are_refused(artifact: Artifact) -> None:
    """A reader from the front and one from the back must see the same archive."""
    whole = archive_of(GOOD)
    assert "stand before or behind" in refusal(artifact(b"#!/bin/sh\n" + whole))
    assert "stand before the first entry" in refusal(artifact(archive_of(GOOD, before=b"#!/bin/sh\n")))
    assert "bytes follow the end" in refusal(artifact(whole + b"more"))
    assert "stand before or behind" in refusal(artifact(whole + archive_of(Entry(name=b"other"))))
    assert "bytes follow the end" in refusal(artifact(archive_of(GOOD, comment=b"PK\5\6" + bytes(30))))


def test_T14_a_zip64_archive_is_refused(artifact: Artifact) -> None:
    """Its second set of sizes is one that other readers do not see; 64 MiB never need it."""
    whole = archive_of(GOOD)
    locator = b"PK\6\6" + bytes(52) + b"PK\6\7" + bytes(16)
    for archive in (whole[:-22] + locator + whole[-22:], archive_of(GOOD, count=0xFFFF)):
        assert refusal(artifact(archive)) == "artifact.zip: it is a zip64 archive, which no upload of reports needs"
    entry = Entry(name=b"a", data=REPORT, size=0xFFFFFFFF)
    assert refusal(artifact(archive_of(entry)), Limits(total=1 << 40)).startswith("a: it is a zip64 entry")


LOCAL_LIES = {
    "name": {"name": b"no.xml"},
    "method": {"method": STORED},
    "size": {"size": 7},
    "checksum": {"crc": 7},
    "encryption": {"flags": 1},
    "streaming": {"flags": 8},
}


@pytest.mark.parametrize("lie", LOCAL_LIES.values(), ids=LOCAL_LIES)
def test_T14_a_local_header_that_contradicts_the_directory_is_refused(
    artifact: Artifact, lie: dict[str, object]
) -> None:
    """What two readers understand differently, neither may believe."""
    said = refusal(artifact(archive_of(Entry(name=b"ok.xml", data=REPORT, local=lie))))
    assert said == "ok.xml: its local header and the archive's directory disagree"


def test_T14_damage_is_found(artifact: Artifact) -> None:
    """A flipped bit in stored bytes, in deflated bytes, a cut, another thing altogether."""
    noise = random.Random(4).randbytes(100_000)
    stored = bytearray(by_zipfile({"coverage.xml": noise}, zipfile.ZIP_STORED))
    stored[5000] ^= 1
    assert refusal(artifact(bytes(stored))) == "coverage.xml: its bytes are damaged: the checksum differs"
    deflated = bytearray(archive_of(Entry(name=b"a", data=REPORT * 500)))
    deflated[60] ^= 0xFF
    assert refusal(artifact(bytes(deflated))).startswith("a: its ")
    assert "end record is missing" in refusal(artifact(by_zipfile({"coverage.xml": noise})[:50_000]))
    assert "end record is missing" in refusal(artifact(b"PK\3\4" + bytes(100)))


def test_T14_a_deflated_stream_ends_where_the_archive_says(artifact: Artifact) -> None:
    """Neither cut short nor followed by bytes that nobody reads."""
    good = Entry(name=b"a", data=REPORT * 50)
    for packed in (good.stored[:-3], good.stored + b"hidden"):
        assert "do not end where" in refusal(artifact(archive_of(Entry(name=b"a", data=good.data, packed=packed))))


def test_T14_an_entry_beyond_the_file_is_refused(artifact: Artifact) -> None:
    """An offset into the directory, and one past the end."""
    assert "not where" in refusal(artifact(archive_of(Entry(name=b"a", data=REPORT, at=7))))
    said = refusal(artifact(archive_of(Entry(name=b"a", data=REPORT, at=1 << 30))))
    assert said == "a: the archive ends in the middle of it"
    honest, longer = (len(data).to_bytes(4, "little") * 2 for data in (REPORT, REPORT + bytes(40)))
    grown = archive_of(Entry(name=b"a", data=REPORT, method=STORED)).replace(honest, longer)
    assert "runs into the archive's directory" in refusal(artifact(grown))


def test_T14_an_archive_over_the_download_limit_is_refused(artifact: Artifact) -> None:
    """The size of the file is looked at first."""
    assert refusal(artifact(archive_of(GOOD)), Limits(archive=1 << 6)).startswith("artifact.zip: the archive is over")


def test_T14_any_flipped_byte_is_refused_or_harmless(artifact: Artifact) -> None:
    """Never another content under the same name, never an exception of another kind."""
    whole = archive_of(GOOD, Entry(name=b"dir/two", data=b"second" * 40, flags=8))
    good = everything(artifact(whole))
    chance = random.Random(5)
    for _ in range(1500):
        broken = bytearray(whole)
        broken[chance.randrange(len(whole))] = chance.randrange(256)
        try:
            read = everything(artifact(bytes(broken)))
        except ReportError:
            continue
        assert set(read.values()) <= set(good.values())


def test_a_crc_is_that_of_the_bytes() -> None:
    """The builder of these archives tells the truth unless it is told to lie."""
    assert Entry(name=b"a", data=REPORT).sums()[0] == zlib.crc32(REPORT)
