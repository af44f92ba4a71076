"""Unified diffs into line numbers: git's in every dress, and plain ``diff -u``.

Formats: https://git-scm.com/docs/diff-format and
https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html.
A hunk is as long as its header says, whatever its content looks like. Lines end at LF alone: form feeds, U+2028 and
carriage returns are content. What cannot be read exactly is refused.
"""

from __future__ import annotations

import re
from itertools import compress

from bot.core.model.diff import Change, Diff, FileDiff
from bot.core.model.errors import DiffError
from bot.core.model.lines import HIGHEST_LINE, NO_LINES, Lines
from bot.core.parse.diff_names import file_name, same_name, text_of, unquoted, without_prefixes

_HEADS = re.compile(rb"^@@ -(\d{1,10})(?:,(\d{1,10}))? \+(\d{1,10})(?:,(\d{1,10}))? @@", re.MULTILINE)
_HUNKS = re.compile(rb"[@ +\-\\\r]*")
_ONE_HUNK = re.compile(rb"@?[ +\-\\\r]*")
_INDEX = re.compile(rb"([0-9a-f]+)\.\.([0-9a-f]+)(?: (\d{6}))?$")
_BINARY = re.compile(rb"Binary files (.+) and (.+) differ\r?$")
_SUBMODULE = re.compile(
    rb"Submodule (.+?) (?:[0-9a-f]{7,64}\.{2,3}[0-9a-f]{7,64}(?: \([^()]*\))?:?|contains \w+ content)\r?$"
)
_GITLINK = b" 160000"
_EMPTY_BLOBS = (  # SHA-1 and SHA-256
    b"e69de29bb2d1d6434b8b29ae775ad8c2e48c5391",
    b"473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813",
)
_COMBINED = "a combined diff of a merge cannot be read exactly; make it against one parent"

# The first bytes of a hunk's lines as digits, one a line of the old or of the new file: 1 for changed, 0 for context.
# A carriage return is an empty context line of a diff whose own lines end in CRLF.
_OLD, _NOT_OLD = bytes.maketrans(b"- \r", b"100"), b"+\\"
_NEW, _NOT_NEW = bytes.maketrans(b"+ \r", b"100"), b"-\\"
_IS_HEAD = bytes(byte == ord("@") for byte in range(256))
_NO_NEWLINE = ord("\\")

_Head = tuple[bytes, bytes, bytes, bytes]  # first line and number of lines, old and new; no number means one


def parse_diff(data: bytes) -> Diff:
    """The files that *data* changes, by new path, with the lines added and deleted exactly as git counts them.

    Empty *data* is a change of nothing. Names that are not UTF-8 come with backslash escapes. Raises ``DiffError``,
    with the line, for combined diffs of merges, unmerged files, hunks shorter or longer than they say, a file that
    comes twice (several patches in a row), lines beyond ``HIGHEST_LINE``, and text that is no diff at all.
    """
    scan = _Scan(data)
    while scan.at < len(scan.lines):
        scan.step()
    scan.close()
    if not scan.files and data.strip():
        raise DiffError("the text holds no diff", line=1)
    return Diff(files=scan.files)


class _File:
    """What is known of one file so far. Names are bytes without prefixes, ``None`` while unknown. *added* and *deleted*
    hold a digit for every line from 0 to the last that a hunk told of: 1 where it is.
    """

    def __init__(self, line: int, name: bytes | None) -> None:
        self.line = line
        self.old = self.new = name
        self.change = Change.MODIFIED
        self.added = bytearray(b"0")
        self.deleted = bytearray(b"0")
        self.announced = False  # "---" and "+++" have come
        self.hunks = False
        self.owed = 0  # the line that says that hunks follow, 0 for none
        self.excused = False  # a rename or a change of mode need not be followed by any
        self.binary = False
        self.submodule = False

    def note(self, line: bytes, number: int) -> None:
        """One of git's lines between ``diff --git`` and ``---``."""
        word, _, rest = line.partition(b" ")
        if word in (b"rename", b"copy"):
            self._renamed(rest, Change.RENAMED if word == b"rename" else Change.COPIED)
        elif word == b"index":
            self._index(rest, number)
        elif line.startswith((b"new file mode", b"deleted file mode")):
            self.change = Change.ADDED if word == b"new" else Change.DELETED
            self.submodule = rest.endswith(_GITLINK)
        elif line.startswith(b"old mode"):
            self.excused = True

    def _renamed(self, rest: bytes, change: Change) -> None:
        side, _, name = rest.partition(b" ")
        self.change, self.excused = change, True
        if side in (b"from", b"old"):
            self.old = unquoted(name)
        else:
            self.new = unquoted(name)

    def _index(self, rest: bytes, number: int) -> None:
        found = _INDEX.match(rest)
        if found is None:
            return
        before, after, mode = found.groups(b"")
        self.submodule = self.submodule or _GITLINK.endswith(mode or b"?")
        nothing = not before.strip(b"0") or not after.strip(b"0")
        empty = any(blob.startswith((before, after)) for blob in _EMPTY_BLOBS)
        if before != after and not (nothing and empty):
            self.owed = number

    def announce(self, old: bytes | None, new: bytes | None, number: int) -> None:
        """``---`` and ``+++``, ``None`` for ``/dev/null``. They come only where hunks follow."""
        self.announced, self.owed, self.excused = True, number, False
        if self.old is None or self.new is None:
            self.old, self.new = without_prefixes(old, new)
        if old is None:
            self.change = Change.ADDED
        elif new is None:
            self.change = Change.DELETED

    def finished(self) -> FileDiff:
        if self.owed and not (self.hunks or self.binary or self.submodule or self.excused):
            raise DiffError("the diff ends before the file's hunks", line=self.owed)
        if self.old is None or self.new is None:
            raise DiffError("the header does not say which file this is", line=self.line)
        lineless = self.binary or self.submodule
        path = text_of(self.old if self.change is Change.DELETED else self.new)
        return FileDiff(
            path=path,
            old_path=text_of(self.old) if self.change in (Change.RENAMED, Change.COPIED) else path,
            change=self.change,
            added=NO_LINES if lineless else Lines(int(self.added[::-1], 2)),
            deleted=NO_LINES if lineless else Lines(int(self.deleted[::-1], 2)),
            binary=self.binary,
            submodule=self.submodule,
        )


def _put(digits: bytearray, start: int, piece: bytes, line: int) -> None:
    """Continue *digits* with *piece*, whose first line is *start*, of the file whose header is at *line*."""
    if not len(digits) <= start <= HIGHEST_LINE:
        raise _misplaced(digits, start, line)
    digits += b"0" * (start - len(digits)) + piece


def _misplaced(digits: bytearray, start: int, line: int) -> DiffError:
    wrong = "overlap or go backwards" if start < len(digits) else "lie beyond the end of any source file"
    return DiffError(f"the file's hunks {wrong}", line=line)


class _Scan:
    """A cursor over the lines, the file that it is in, and the files behind it."""

    def __init__(self, data: bytes) -> None:
        self.lines = data.split(b"\n")
        if not self.lines[-1]:
            self.lines.pop()
        self.kinds = b"".join([line[:1] for line in self.lines])
        if len(self.kinds) != len(self.lines):
            self.kinds = b"".join([line[:1] or b" " for line in self.lines])
        self.at = 0
        self.git = False  # the file's header is git's, not that of a plain diff
        self.bulk = True
        self.file: _File | None = None
        self.files: dict[str, FileDiff] = {}

    def step(self) -> None:
        """Read what begins at the cursor: a file's header, a line of it, hunks, or text between files."""
        line = self.lines[self.at]
        if line.startswith(b"@@"):
            self._hunks(line)
        elif line.startswith(b"diff "):
            self._header(line)
        elif line.startswith(b"--- ") and self._next().startswith(b"+++ "):
            self._announcement(line)
        else:
            self._other(line)
            self.at += 1

    def close(self) -> None:
        """The file that was being read is over."""
        if self.file is None:
            return
        file = self.file.finished()
        present = self.files.get(file.path)
        self.files[file.path] = file if present is None else _joined(present, file, self.file.line)
        self.file = None

    def _open(self, name: bytes | None, *, git: bool) -> _File:
        self.close()
        self.git = git
        self.file = _File(self.at + 1, name)
        return self.file

    def _next(self) -> bytes:
        return self.lines[self.at + 1] if self.at + 1 < len(self.lines) else b""

    def _header(self, line: bytes) -> None:
        """``diff --git a/NAME b/NAME`` begins a file; ``diff -u OLD NEW`` says nothing that ``---`` does not."""
        if line.startswith((b"diff --cc ", b"diff --combined ")):
            raise DiffError(_COMBINED, line=self.at + 1)
        if line.startswith(b"diff --git "):
            self._open(same_name(line[11:].removesuffix(b"\r")), git=True)
        else:
            self.close()
        self.at += 1

    def _announcement(self, line: bytes) -> None:
        file = self.file
        if file is None or not self.git or file.announced:
            file = self._open(None, git=False)
        file.announce(file_name(line[4:]), file_name(self._next()[4:]), self.at + 1)
        self.at += 2

    def _other(self, line: bytes) -> None:
        """A line of git's header, a file without lines, or text between files; never the rest of a hunk."""
        if line.startswith((b"Binary files ", b"GIT binary patch")):
            self._binary(line)
        elif (found := _SUBMODULE.match(line)) is not None:
            self._open(found[1], git=True).submodule = True
        elif line.startswith(b"* Unmerged path "):
            raise DiffError("the diff is of a merge with conflicts; resolve them first", line=self.at + 1)
        elif self.file is not None and self.git and not self.file.hunks:
            self.file.note(line.removesuffix(b"\r"), self.at + 1)
        elif self.file is not None and line[:1] in (b" ", b"+", b"-") and line.rstrip() != b"--":  # a mail's signature
            raise DiffError("the hunk above is longer than its header says", line=self.at + 1)

    def _binary(self, line: bytes) -> None:
        found = _BINARY.match(line)
        if self.git and self.file is not None:
            self.file.binary = True
        elif found is not None:
            file = self._open(None, git=False)
            file.announce(file_name(found[1]), file_name(found[2]), self.at + 1)
            file.binary = True

    def _hunks(self, line: bytes) -> None:
        """All hunks that follow in a row, read in bulk: twice as fast as line by line."""
        if line.startswith(b"@@@"):
            raise DiffError(_COMBINED, line=self.at + 1)
        file = self.file
        if file is None or not file.announced:
            raise DiffError("the hunk belongs to no file", line=self.at + 1)
        file.hunks = True
        kinds, heads = self._heads()
        if not self.git:
            _appear_or_vanish(file, *heads[0])
        even = _take_even(file, heads, kinds)
        if even < len(heads):
            self._uneven_hunk(file, heads[even], kinds.split(b"@")[: even + 2])
        else:
            self.at += len(kinds)

    def _heads(self) -> tuple[bytes, list[_Head]]:
        """The first bytes of all lines that may belong to the hunks at the cursor, and the hunks' headers."""
        found = (_HUNKS if self.git and self.bulk else _ONE_HUNK).match(self.kinds, self.at)
        kinds = found[0] if found else b""
        lines = list(compress(self.lines[self.at : self.at + len(kinds)], kinds.translate(_IS_HEAD)))
        heads: list[_Head] = _HEADS.findall(b"\n".join(lines))
        if len(heads) != len(lines):
            wrong = next(line for line in lines if not _HEADS.match(line))
            raise DiffError("the hunk's header cannot be read", line=self.lines.index(wrong, self.at) + 1)
        return kinds, heads

    def _uneven_hunk(self, file: _File, head: _Head, kinds: list[bytes]) -> None:
        """A hunk that is cut short, or followed by lines that only look like more of it: the last of *kinds*."""
        self.at += sum(map(len, kinds[:-1])) + len(kinds) - 2
        old, new = int(head[1] or 1), int(head[3] or 1)
        body = _shortened(kinds[-1], old, new, self.at + 1)
        if old:
            _put(file.deleted, int(head[0]), body.translate(_OLD, _NOT_OLD), file.line)
        if new:
            _put(file.added, int(head[2]), body.translate(_NEW, _NOT_NEW), file.line)
        self.at += 1 + len(body)
        self.bulk = False  # lest what lies behind is read in bulk again for every such hunk


def _take_even(file: _File, heads: list[_Head], kinds: bytes) -> int:
    """Take hunks as long as each has just the lines that it says; gives how many were taken."""
    olds, news = kinds.translate(_OLD, _NOT_OLD).split(b"@")[1:], kinds.translate(_NEW, _NOT_NEW).split(b"@")[1:]
    deleted, added = file.deleted, file.added
    taken = 0
    for (old_start, old_size, new_start, new_size), old, new in zip(heads, olds, news, strict=True):
        if len(old) != (int(old_size) if old_size else 1) or len(new) != (int(new_size) if new_size else 1):
            break
        if old:  # _put twice, without its calls: there are many thousand hunks
            start = int(old_start)
            if not len(deleted) <= start <= HIGHEST_LINE:
                raise _misplaced(deleted, start, file.line)
            deleted += b"0" * (start - len(deleted))
            deleted += old
        if new:
            start = int(new_start)
            if not len(added) <= start <= HIGHEST_LINE:
                raise _misplaced(added, start, file.line)
            added += b"0" * (start - len(added))
            added += new
        taken += 1
    return taken


def _shortened(kinds: bytes, old: int, new: int, line: int) -> bytes:
    """*kinds* up to where the hunk has its lines. Raises ``DiffError`` if it never has."""
    olds = news = 0
    for index, kind in enumerate(kinds):
        if olds == old and news == new and kind != _NO_NEWLINE:
            return kinds[:index]
        olds += kind not in _NOT_OLD
        news += kind not in _NOT_NEW
    if olds == old and news == new:
        return kinds
    raise DiffError(f"the hunk should hold {old} old and {new} new lines but holds {olds} and {news}", line=line)


def _appear_or_vanish(file: _File, old_start: bytes, old: bytes, new_start: bytes, new: bytes) -> None:
    """``diff -N`` names a missing file like the present one, and says ``-0,0`` or ``+0,0``."""
    if (int(old_start), old) == (0, b"0"):
        file.change = Change.ADDED
    elif (int(new_start), new) == (0, b"0"):
        file.change = Change.DELETED


def _joined(first: FileDiff, second: FileDiff, line: int) -> FileDiff:
    """Two entries of one path: git tells a change of type (a file became a link) as a deletion and an addition."""
    if first.submodule and second.submodule:
        return second
    if first.change is not Change.DELETED or second.change is not Change.ADDED:
        raise DiffError("the file comes twice; give one diff of the whole change, not one a commit", line=line)
    return FileDiff(
        path=first.path,
        old_path=first.path,
        change=Change.MODIFIED,
        added=second.added,
        deleted=first.deleted,
        binary=first.binary or second.binary,
        submodule=first.submodule or second.submodule,
    )
