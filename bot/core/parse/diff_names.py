"""File names in the headers of diffs: prefixes, quotes, spaces, time stamps.

git quotes a name as a C string when it holds control characters, quotes, backslashes or (``core.quotePath``) bytes
over 127, and puts a TAB behind a name with spaces after ``---`` and ``+++``. GNU diff puts a time stamp there.
"""

from __future__ import annotations

import re

_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-3][0-7]{2}|.)", re.DOTALL)
_NAMED_ESCAPES = {b"a": b"\a", b"b": b"\b", b"t": b"\t", b"n": b"\n", b"v": b"\v", b"f": b"\f", b"r": b"\r"}
_PREFIXES = (b"a/", b"b/", b"c/", b"i/", b"o/", b"w/", b"1/", b"2/")  # diff.mnemonicPrefix, and --no-index
_LONGEST_HEADER = 20_000  # two names of PATH_MAX, every byte of them quoted, are shorter


def text_of(name: bytes) -> str:
    """*name* as text; bytes that are not UTF-8 as backslash escapes."""
    return name.decode("utf-8", "backslashreplace")


def unquoted(name: bytes) -> bytes:
    """*name*, decoded if it is a C string."""
    found = _QUOTED.fullmatch(name)
    return name if found is None else _ESCAPE.sub(_unescaped, found[1])


def _unescaped(found: re.Match[bytes]) -> bytes:
    escape = found[1]
    return bytes([int(escape, 8)]) if len(escape) == 3 else _NAMED_ESCAPES.get(escape, escape)


def file_name(rest: bytes) -> bytes | None:
    """The name after ``---`` or ``+++``, its prefix kept; ``None`` for ``/dev/null``."""
    name = unquoted(rest.removesuffix(b"\r").partition(b"\t")[0])
    return None if name == b"/dev/null" else name


def same_name(names: bytes) -> bytes | None:
    """The one name in ``a/NAME b/NAME``, whatever the prefixes, or without any; ``None`` where both differ (a rename,
    which says its names again) or cannot be told apart.
    """
    if names.startswith(b'"') or names.endswith(b'"'):
        return _same_quoted_name(names)
    if len(names) > _LONGEST_HEADER:
        return None
    middle = len(names) // 2  # where a name of any number of spaces is cut right if both prefixes are as long
    spaces = sorted((at for at, byte in enumerate(names) if byte == ord(" ")), key=lambda at: abs(at - middle))
    found = (same(names[:at], names[at + 1 :]) for at in spaces)
    return next((name for name in found if name is not None), None)


def _same_quoted_name(names: bytes) -> bytes | None:
    found = _QUOTED.match(names)
    split = found.end() if found else names.find(b' "')
    if split < 0 or names[split : split + 1] != b" ":
        return None
    return same(unquoted(names[:split]), unquoted(names[split + 1 :]))


def same(left: bytes, right: bytes) -> bytes | None:
    """What both name once their first folder, the prefix, is gone; both as they are where they are equal."""
    if left == right:
        return left
    tail = left.partition(b"/")[2]
    return tail if tail and tail == right.partition(b"/")[2] else None


def without_prefixes(old: bytes | None, new: bytes | None) -> tuple[bytes | None, bytes | None]:
    """The names after ``---`` and ``+++`` as the repository has them. A missing side is named like the other."""
    if old is None or new is None:
        one = old if new is None else new
        name = None if one is None else _without_prefix(one)
        return name, name
    name = same(old, new)
    return (name, name) if name is not None else (_without_prefix(old), _without_prefix(new))


def _without_prefix(name: bytes) -> bytes:
    return name[2:] if name.startswith(_PREFIXES) else name
