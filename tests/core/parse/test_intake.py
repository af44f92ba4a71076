"""The bytes of a report on their way in: whatever pieces they come in."""

from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.errors import ReportError
from bot.core.parse.intake import HEAD, Intake


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    """With an empty one among them, which is not the end."""
    for at in range(0, len(data), size):
        yield data[at : at + size]
        yield b""


@given(st.lists(st.text("ab\r:", max_size=9)), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.integers(1, 50))
def test_lines_are_whole_and_numbered_however_they_come(lines: list[str], end: str, final: bool, size: int):
    """The last line with or without its end, a byte order mark before the first."""
    lines = [line.rstrip("\r") for line in lines]
    data = b"\xef\xbb\xbf" + (end.join(lines) + end * final).encode()
    intake = Intake(pieces(data, size))
    found: list[str] = []
    for number, text in intake.texts():
        assert number == len(found) + 1
        found += text.decode().split("\n")
    while found and not found[-1]:
        found.pop()
    while lines and not lines[-1]:
        lines.pop()
    assert found == lines
    assert intake.digest == sha256(data).hexdigest()


@given(st.binary(max_size=300), st.integers(1, 60))
def test_the_head_and_the_whole_are_the_same_from_any_source(data: bytes, size: int):
    """A file, its blocks, a member of an archive."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("report", data)
    with ZipFile(packed).open("report") as member:
        for source in (BytesIO(data), pieces(data, size), member):
            intake = Intake(source)
            assert intake.head[:HEAD] == data[:HEAD]
            assert intake.whole(limit=1000) == data.removeprefix(b"\xef\xbb\xbf")
            assert intake.digest == sha256(data).hexdigest()


def test_a_report_over_its_limit_is_refused():
    """Before all of it is there."""
    endless = iter(lambda: b"x" * 1000, None)
    with pytest.raises(ReportError, match="over 1 MiB"):
        Intake(endless).whole(limit=1 << 20)
