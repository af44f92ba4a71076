"""Go's cover profiles: ``go test -coverprofile``, ``go tool covdata textfmt``, and several of them in one file.

A line is ``FILE:LINE.COLUMN,LINE.COLUMN STATEMENTS COUNT``, and the first says the mode (set, count or atomic). Tests
of several packages that cover the same code (``-coverpkg``) write the same block again and again; it ran if it ran in
any of them. Whether a block ran means the same in every mode, so profiles of different modes may follow each other.

Lines are taken by the run, all lines in a row of one file, because each step is then one call for some hundred lines.

https://github.com/golang/go/blob/master/src/cmd/vendor/golang.org/x/tools/cover/profile.go
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import compress
from operator import itemgetter, not_

from bot.core.model.coverage import Blocks, FileCoverage, Metric
from bot.core.model.errors import ReportError
from bot.core.model.lines import HIGHEST_LINE, NO_LINES, Lines
from bot.core.parse.counts import DIGITS, integers
from bot.core.parse.coverage.ledger import Ledger, file_name
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed

FORMAT = "go-cover"

MODE = re.compile(rb"mode: (?:set|count|atomic)")
BLOCK = re.compile(rb"([0-9]{1,8})\.[0-9]{1,9},([0-9]{1,8})\.[0-9]{1,9} [0-9]{1,9} [0-9]{1,20}")

_COMMAS = bytes.maketrans(b". \n", b",,,")
_SHAPE = b".,.  \n"  # what is left of a block without its digits
_BUT_A_DIGIT = itemgetter(slice(None, -2))  # a block without a count under ten
_MOST_STATEMENTS = 999_999_999  # of one block; Go itself has 24 bits for it

_Columns = tuple[list[int], list[int], list[int], list[int]]
"""First lines, last lines, statements and counts of some blocks."""


class _File:
    """What a profile says of one file, run by run. Nearly every profile says it once, and each block in it once."""

    __slots__ = ("executed", "measured", "repeats", "texts")

    def __init__(self) -> None:
        self.texts: list[tuple[bytes, bytes]] = []
        self.repeats = False
        self.measured = self.executed = NO_LINES

    def add(self, blocks: list[bytes], columns: _Columns) -> None:
        """Take *blocks* with what stands in them."""
        firsts, lasts, statements, counts = columns
        missed = list(map(not_, counts))
        self.texts.append((b"\n".join(compress(blocks, counts)), b"\n".join(compress(blocks, missed))))
        self.repeats = self.repeats or len(self.texts) > 1 or len(frozenset(blocks)) < len(blocks)
        if not all(statements):  # an empty block measures no line
            firsts, lasts, counts, missed = (
                list(compress(each, statements)) for each in (firsts, lasts, counts, missed)
            )
        executed = Lines.of_spans(list(compress(firsts, counts)), list(compress(lasts, counts)))
        self.executed |= executed
        self.measured |= executed | Lines.of_spans(list(compress(firsts, missed)), list(compress(lasts, missed)))

    def coverage(self) -> FileCoverage:
        blocks = self._merged() if self.repeats else Blocks.of_texts(*self.texts[0])
        return FileCoverage(measured=self.measured, executed=self.executed, blocks=blocks)

    def _merged(self) -> Blocks:
        hit = frozenset(block for text, _ in self.texts if text for block in text.split(b"\n"))
        miss = frozenset(block for _, text in self.texts if text for block in text.split(b"\n")) - hit
        if len({block[: block.rindex(b" ")] for block in hit | miss}) < len(hit) + len(miss):
            raise ReportError("a block comes with two numbers of statements: profiles of different sources are mixed")
        return Blocks(hit, miss)


def parse_go_cover(intake: Intake) -> Parsed:
    """The profile in *intake*. Raises ``ReportError`` with the line for the first that Go would not have written."""
    files: dict[bytes, _File] = {}
    for number, text in intake.texts():
        if number == 1 and not MODE.match(text):
            raise ReportError("the profile does not begin with its mode", line=1)
        for at, prefix, rests in _runs(text):
            if prefix:
                _take(files.setdefault(prefix, _File()), rests, number + at)
            elif rests[0].strip() and not MODE.fullmatch(rests[0].rstrip()):
                raise ReportError("neither a mode nor a block of a Go profile", line=number + at)
    ledger = Ledger()
    for prefix, file in files.items():
        ledger.add(file_name(prefix[:-1]), file.coverage())
    return Parsed(format=FORMAT, coverage=ledger.coverage(Metric.STATEMENTS))


def _runs(text: bytes) -> Iterator[tuple[int, bytes, list[bytes]]]:
    """Lines in a row that begin with the same file name and colon: (index of the first, that prefix, what follows it
    on each line). A line of no file comes alone, with an empty prefix.

    Profiles are written file by file, so the end of a run is searched by halves, and then proven.
    """
    lines = text.split(b"\n")
    at = offset = 0
    while at < len(lines):
        prefix = lines[at][: lines[at].rfind(b":") + 1]
        if prefix in (b"", b"mode:"):
            yield at, b"", [lines[at]]
            at, offset = at + 1, offset + len(lines[at]) + 1
            continue
        end = _end_of_run(lines, at, prefix)
        rests = list(map(itemgetter(slice(len(prefix), None)), lines[at:end]))
        proof = prefix + (b"\n" + prefix).join(rests)
        if not text.startswith(proof, offset):
            end = next(index for index in range(at, end) if not lines[index].startswith(prefix))
            del rests[end - at :]
            proof = prefix + (b"\n" + prefix).join(rests)
        yield at, prefix, rests
        at, offset = end, offset + len(proof) + 1


def _end_of_run(lines: list[bytes], at: int, prefix: bytes) -> int:
    """Where the run of *prefix* that begins *at* probably ends: some line between may still be of another file."""
    step = 1
    while at + step < len(lines) and lines[at + step].startswith(prefix):
        step *= 2
    end = min(at + step, len(lines))
    return bisect_left(lines, x=True, lo=at, hi=end, key=lambda line: not line.startswith(prefix))


def _take(file: _File, rests: list[bytes], number: int) -> None:
    """Add to *file* the blocks of a run whose first line is *number*."""
    text = b"\n".join(rests)
    numbers = integers(text.translate(_COMMAS))
    columns = numbers[::6], numbers[2::6], numbers[4::6], numbers[5::6]
    if not numbers or text.translate(None, DIGITS) != (_SHAPE * len(rests))[:-1] or not _bounded(columns):
        numbers = _one_by_one(rests, number)
        columns = numbers[::6], numbers[2::6], numbers[4::6], numbers[5::6]
    if max(columns[3]) < 10:
        file.add(list(map(_BUT_A_DIGIT, rests)), columns)
    else:
        file.add([rest[: rest.rindex(b" ")] for rest in rests], columns)


def _bounded(columns: _Columns) -> bool:
    firsts, lasts, statements, _ = columns
    positive = all(firsts) and all(lasts)
    return positive and max(firsts) <= HIGHEST_LINE >= max(lasts) and max(statements) <= _MOST_STATEMENTS


def _one_by_one(rests: list[bytes], number: int) -> list[int]:
    """The same for runs with something odd in them: a count of more than 64 bits, or what no block can hold."""
    numbers: list[int] = []
    for at, rest in enumerate(rests):
        found = BLOCK.fullmatch(rest)
        if found is None or not all(1 <= int(line) <= HIGHEST_LINE for line in found.groups()):
            shown = rest[:100].decode(errors="replace")
            raise ReportError(f"{shown!r} is not a block of a Go profile", line=number + at)
        numbers += map(int, rest.translate(_COMMAS).split(b","))
    return numbers
