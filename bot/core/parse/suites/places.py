"""Where a test failed, as the stack or the message of its failure says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from bot.core.model.lines import HIGHEST_LINE

_MOST_LINES = 400
_LONGEST_LINE = 2_000
_MOST_KNOWN = 1_024  # frames: the stacks of one report share most of theirs
_PLACE = re.compile(r"((?:[A-Za-z]:)?[^:]+\.[A-Za-z]\w{0,9}):(\d{1,8})(?::.*)?")
_NUMBER = re.compile(r"(?:line |:)\d")
_PYTHON = re.compile(r"File \"([^\"]+)\", line (\d{1,8})")
_OTHERS = re.compile(
    r"(?:^|[/\\])(?:node_modules|site-packages|dist-packages|vendor|node:internal|lib/python[\d.]+)[/\\]"
)

Place = tuple[str, int]


def place_of(text: str, suite: str, file: str = "") -> Place | None:
    """The (file, line) at which a case of *suite* failed, *file* being the one that declares it if that is known:
    where that file is named; else where the suite is, in the same breath or as the path; else the one file that is
    named at all. Names are as they are written in *text*; ``None`` if it names none, or several and no such.
    """
    first: Place | None = None
    several = False
    for line, place in _places(text):
        if is_same_file(place[0], file) or _is_of(suite, line, place[0]):
            return place
        several = several or (first is not None and place[0] != first[0])
        first = first or place
    return None if several else first


def _places(text: str) -> Iterator[tuple[str, Place]]:
    for line in text.split("\n", _MOST_LINES)[:_MOST_LINES]:
        if (":" in line or "line " in line) and len(line) <= _LONGEST_LINE and _NUMBER.search(line):
            place = _place(line.strip())
            if place is not None:
                yield line, place


@lru_cache(maxsize=_MOST_KNOWN)
def _place(line: str) -> Place | None:
    """The place that *line* names: ``FILE:LINE`` in front, behind or in brackets, or as .NET or Python do."""
    before, is_dotnet, number = line.rpartition(":line ")
    if is_dotnet:
        file = before.rpartition(" in ")[2]
    elif found := _PYTHON.match(line):
        file, number = found.groups()
    else:
        is_frame = line.startswith(("at ", "\N{HEAVY RIGHT-POINTING ANGLE QUOTATION MARK ORNAMENT} "))
        word = line.rpartition(" ")[2] if is_frame else line.partition(" ")[0]
        found = _PLACE.fullmatch(word.rpartition("(")[2].rstrip(")").removeprefix("file://"))
        if found is None:
            return None
        file, number = found.groups()
    if not (number.isascii() and number.isdigit() and len(number) <= 8) or _OTHERS.search(file):
        return None
    return (file, int(number)) if file and 0 < int(number) <= HIGHEST_LINE else None


def is_same_file(name: str, file: str) -> bool:
    """Whether *file* may be what *name* names, from the root of a folder in its path or in full."""
    if not file:
        return False
    name, file = name.replace("\\", "/"), file.replace("\\", "/")
    return name == file or file.endswith("/" + name) or name.endswith("/" + file)


def _is_of(suite: str, line: str, name: str) -> bool:
    """Whether the frame *line* is one of the class *suite*, or the file *name* is its module."""
    if not suite:
        return False
    if suite in line and (f" {suite}." in line or f"\t{suite}." in line or f" {suite}$" in line):
        return True
    module = _module(name)
    if len(module) <= 1 or module not in suite:
        return False
    return suite == module or suite.startswith(module + ".") or suite.endswith("." + module)


@lru_cache(maxsize=_MOST_KNOWN)
def _module(file: str) -> str:
    return file.rpartition(".")[0].replace("\\", "/").replace("/", ".")
