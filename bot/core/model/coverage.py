"""Measured coverage: integer tallies, line sets, and the identities that merging needs.

A file holds what was *measured* and what was *executed*; partial lines are derived. Two measurements of one file
merge by identity (line, Go block, branch arm): union of what was measured, union of what was hit. Merging is
commutative, associative and idempotent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from itertools import compress
from typing import Self

import msgspec

from bot.core.model.lines import NO_LINES, Lines


class Metric(StrEnum):
    """What a tool counts. Different metrics are never added up."""

    LINES = "lines"
    STATEMENTS = "statements"
    BRANCHES = "branches"
    STATEMENTS_AND_BRANCHES = "statements+branches"


@dataclass(frozen=True, slots=True)
class Tally:
    """*covered* of *total*, exact integers, ``0 <= covered <= total``."""

    covered: int = 0
    total: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.covered + other.covered, self.total + other.total)

    @property
    def missed(self) -> int:
        return self.total - self.covered

    @property
    def ratio(self) -> Fraction | None:
        """Covered over total, or ``None`` where nothing was measured: absence is not 100 %."""
        return Fraction(self.covered, self.total) if self.total else None

    def needed(self, target: Fraction) -> int:
        """How many more units must be covered to reach *target* (a ratio, 0 to 1); 0 where it is reached."""
        wanted = target * self.total
        return max(0, -(-wanted.numerator // wanted.denominator) - self.covered)


NOTHING = Tally()


@dataclass(frozen=True, slots=True)
class Arms:
    """The branch arms that leave one line, as far as a format tells them.

    Formats know three degrees: each arm's name and fate (LCOV, coverage.py JSON): *known*, *taken*; the number of
    arms and the names of those never taken (coverage.py XML): *total*, *open*; or a bare count (Cobertura): *total*,
    *covered*. A merge keeps all three (unions, intersection of *open*, maxima) and counts by the best one present.
    """

    known: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()
    total: int = 0
    covered: int = 0
    open: frozenset[str] | None = None

    def __or__(self, other: Arms) -> Arms:
        if self == other:
            return self
        both = self.open is not None and other.open is not None
        return Arms(
            self.known | other.known,
            self.taken | other.taken,
            max(self.total, other.total),
            max(self.covered, other.covered),
            self.open & other.open
            if both and self.open is not None and other.open is not None
            else self.open
            if other.open is None
            else other.open,
        )

    @property
    def tally(self) -> Tally:
        return Tally(*self.counts())

    def counts(self) -> tuple[int, int]:
        """(taken, all): the tally without the cost of one, for the hundred thousands of a report."""
        if self.known:
            return len(self.taken), len(self.known)
        if self.open is not None:
            return self.total - min(len(self.open), self.total), self.total
        return min(self.covered, self.total), self.total


class Blocks:
    """Go's basic blocks of one file, by identity ``"line.col,line.col statements"`` as the profile writes it.

    A block that ran in any profile is in *hit*; *miss* holds the others. Both are disjoint. They are kept as text and
    made into sets when asked for: a million blocks take 20 MB so, and 150 MB as sets.
    """

    __slots__ = ("_hit", "_miss")

    def __init__(self, hit: frozenset[bytes] = frozenset(), miss: frozenset[bytes] = frozenset()) -> None:
        self._hit = b"\n".join(hit)
        self._miss = b"\n".join(miss)

    @classmethod
    def of_texts(cls, hit: bytes, miss: bytes) -> Self:
        """The blocks in two texts of one block a line, in any order; no block is in them twice."""
        blocks = cls()
        blocks._hit, blocks._miss = hit, miss
        return blocks

    @property
    def hit(self) -> frozenset[bytes]:
        return frozenset(self._hit.split(b"\n")) if self._hit else frozenset()

    @property
    def miss(self) -> frozenset[bytes]:
        return frozenset(self._miss.split(b"\n")) if self._miss else frozenset()

    def __or__(self, other: Blocks) -> Blocks:
        hit = self.hit | other.hit
        return Blocks(hit, (self.miss | other.miss) - hit)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Blocks) and self.hit == other.hit and self.miss == other.miss

    def __hash__(self) -> int:
        return hash((self.hit, self.miss))

    def __repr__(self) -> str:
        return f"Blocks(hit={self.hit!r}, miss={self.miss!r})"

    @property
    def statements(self) -> Tally:
        covered = sum(_numbers(self._hit)[4::5])
        return Tally(covered, covered + sum(_numbers(self._miss)[4::5]))

    def crossed(self, lines: Lines, seams: Lines) -> Tally:
        """The statements of those blocks in which one of *lines* lies, or one of *seams* behind the first line."""
        covered = _crossed(self._hit, lines, seams)
        return Tally(covered, covered + _crossed(self._miss, lines, seams))

    def lines(self) -> tuple[Lines, Lines, Lines]:
        """(measured, executed, partial) lines. A block without statements measures nothing."""
        hit, miss = _spans(self._hit), _spans(self._miss)
        return hit | miss, hit, hit & miss


_read_numbers = msgspec.json.Decoder(list[int]).decode  # ten times the speed of int(), block by block
_COMMAS = bytes.maketrans(b". \n", b",,,")


def _numbers(blocks: bytes) -> list[int]:
    """Line, column, line, column and statements of every block, one after the other."""
    return _read_numbers(b"[" + blocks.translate(_COMMAS) + b"]")


def _crossed(blocks: bytes, lines: Lines, seams: Lines) -> int:
    numbers = _numbers(blocks)
    top = max(lines.last, seams.last) + 1  # what the change touches ends here, whatever the report claims to measure
    of_lines, of_seams = lines.running(top + 1), seams.running(top + 1)
    firsts, lasts = numbers[::5], numbers[2::5]
    if max(lasts, default=0) > top:
        firsts, lasts = [min(first, top) for first in firsts], [min(last, top) for last in lasts]
    return sum(
        statements
        for first, last, statements in zip(firsts, lasts, numbers[4::5], strict=True)
        if of_lines[last + 1] > of_lines[first] or of_seams[last + 1] > of_seams[first + 1]
    )


def _spans(blocks: bytes) -> Lines:
    numbers = _numbers(blocks)
    statements = numbers[4::5]
    return Lines.of_spans(list(compress(numbers[::5], statements)), list(compress(numbers[2::5], statements)))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCoverage:
    """One file's measurement. *executed* lies within *measured*; *arms* are keyed by line, and under 0 stand those that
    a report counts without saying where; *functions* map an identity (``"line:name"``, or the name alone) to whether
    it ran. *excluded* lines were taken out by the user (``# pragma: no cover``) where the format says so. *blocks* is
    present for Go alone and rules the rest.
    """

    measured: Lines = NO_LINES
    executed: Lines = NO_LINES
    arms: Mapping[int, Arms] = field(default_factory=dict[int, Arms])
    functions: Mapping[str, bool] = field(default_factory=dict[str, bool])
    excluded: Lines = NO_LINES
    blocks: Blocks | None = None

    @classmethod
    def of_blocks(cls, blocks: Blocks) -> FileCoverage:
        measured, executed, _ = blocks.lines()
        return cls(measured=measured, executed=executed, blocks=blocks)

    @property
    def partial(self) -> Lines:
        """Lines that ran, though not on every way through them."""
        if self.blocks is not None:
            return self.blocks.lines()[2]
        counted = ((line, arms.counts()) for line, arms in self.arms.items())
        open_lines = Lines.of(line for line, (taken, total) in counted if taken < total)
        return open_lines & self.executed

    @property
    def hit(self) -> Lines:
        return self.executed - self.partial

    @property
    def miss(self) -> Lines:
        return self.measured - self.executed

    @property
    def lines(self) -> Tally:
        return Tally(len(self.executed), len(self.measured))

    @property
    def branches(self) -> Tally:
        return tally_of_arms(self.arms.values())

    @property
    def statements(self) -> Tally:
        """Go: the blocks' statements. Elsewhere a statement is the line it starts on."""
        return self.lines if self.blocks is None else self.blocks.statements

    def __or__(self, other: FileCoverage) -> FileCoverage:
        if self.blocks is not None and other.blocks is not None:
            return FileCoverage.of_blocks(self.blocks | other.blocks)
        return FileCoverage(
            measured=self.measured | other.measured,
            executed=self.executed | other.executed,
            arms=_merged_arms(self.arms, other.arms),
            functions={
                name: self.functions.get(name, False) or other.functions.get(name, False)
                for name in self.functions.keys() | other.functions.keys()
            },
            excluded=self.excluded | other.excluded,
        )


def _merged_arms(ours: Mapping[int, Arms], theirs: Mapping[int, Arms]) -> Mapping[int, Arms]:
    if not ours or not theirs:
        return ours or theirs
    merged = dict(ours)
    for line, arms in theirs.items():
        present = merged.get(line)
        merged[line] = arms if present is None else present | arms
    return merged


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """A whole measurement: *files* by path (as the report wrote it, until ``compare.paths`` maps it into the
    repository), counted in the tool's own *metric*. Totals are always recomputed; a report's summary is never believed.
    """

    metric: Metric
    files: Mapping[str, FileCoverage]

    def __or__(self, other: Coverage) -> Coverage:
        """The union of two measurements of the same metric."""
        if self.metric != other.metric:
            raise ValueError(f"{self.metric} and {other.metric} are never added up")
        merged = dict(self.files)
        for path, file in other.files.items():
            present = merged.get(path)
            merged[path] = file if present is None else present | file
        return Coverage(metric=self.metric, files=merged)

    def tally(self, metric: Metric) -> Tally:
        """The total by *metric* over all files."""
        return sum((tally_of(file, metric) for file in self.files.values()), NOTHING)

    @cached_property
    def native(self) -> Tally:
        """The total that the user's own tool prints."""
        return self.tally(self.metric)

    @cached_property
    def functions(self) -> Tally:
        ran = [hit for file in self.files.values() for hit in file.functions.values()]
        return Tally(sum(ran), len(ran))

    def only(self, paths: Iterable[str]) -> Coverage:
        """This measurement of *paths* alone; paths that were not measured are absent."""
        return Coverage(metric=self.metric, files={path: self.files[path] for path in paths if path in self.files})


def tally_of_arms(some: Iterable[Arms]) -> Tally:
    """The sum of *some* lines' arms."""
    counts = [arms.counts() for arms in some]
    return Tally(sum(taken for taken, _ in counts), sum(total for _, total in counts))


def tally_of(file: FileCoverage, metric: Metric) -> Tally:
    """One file's tally by *metric*."""
    match metric:
        case Metric.LINES:
            return file.lines
        case Metric.STATEMENTS:
            return file.statements
        case Metric.BRANCHES:
            return file.branches
        case Metric.STATEMENTS_AND_BRANCHES:
            return file.statements + file.branches


def merged(measurements: Iterable[Coverage]) -> Coverage | None:
    """The union of *measurements* of one metric, ``None`` for none."""
    union: Coverage | None = None
    for measurement in measurements:
        union = measurement if union is None else union | measurement
    return union
