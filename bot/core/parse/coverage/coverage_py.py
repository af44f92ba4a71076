"""coverage.py's JSON report: formats 1 (which does not name itself) to 3, with or without branches.

What counts is what ``coverage report`` counts: statements, and with ``branch = true`` the ways on from a line as well.
The report is read whole, because JSON's last ``files`` replaces one before; so the totals must agree with the files.

https://coverage.readthedocs.io/en/latest/commands/cmd_json.html
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from bot.core.model.coverage import NOTHING, Arms, Coverage, FileCoverage, Metric, Tally
from bot.core.model.errors import ReportError
from bot.core.model.lines import HIGHEST_LINE, Lines
from bot.core.parse.coverage.arms import Arm, SharedArms
from bot.core.parse.coverage.ledger import Ledger, checked_name
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed

FORMAT = "coverage.py-json"
LARGEST = 64 << 20

_Count = Annotated[int, Meta(ge=0, le=1 << 32)]
_Line = Annotated[int, Meta(ge=0, le=HIGHEST_LINE)]
_Arc = tuple[_Line, Annotated[int, Meta(ge=-HIGHEST_LINE, le=HIGHEST_LINE)]]  # below 0: it leaves the code object


class _Summary(Struct, frozen=True):
    covered_lines: _Count
    num_statements: _Count
    num_branches: _Count = 0
    covered_branches: _Count = 0

    @property
    def statements(self) -> Tally:
        return Tally(self.covered_lines, self.num_statements)

    @property
    def branches(self) -> Tally:
        return Tally(self.covered_branches, self.num_branches)


class _Region(Struct, frozen=True):
    summary: _Summary
    start_line: _Line | None = None


class _File(Struct, frozen=True):
    executed_lines: list[_Line]
    missing_lines: list[_Line]
    summary: _Summary
    excluded_lines: list[_Line] = []
    executed_branches: list[_Arc] = []
    missing_branches: list[_Arc] = []
    functions: dict[str, _Region] = {}


class _Meta(Struct, frozen=True):
    branch_coverage: bool


class _Report(Struct, frozen=True):
    meta: _Meta
    files: dict[str, _File]
    totals: _Summary


DECODER = msgspec.json.Decoder(_Report)
_BYTE = re.compile(r"\(byte (\d+)\)")


def parse_coverage_py(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError`` for JSON that is broken, of another shape, or at odds with its own
    totals.
    """
    report = _decoded(intake.whole(limit=LARGEST))
    ledger, shared = Ledger(), SharedArms()
    for path, file in report.files.items():
        ledger.add(checked_name(path), _file(path, file, shared))
    metric = Metric.STATEMENTS_AND_BRANCHES if report.meta.branch_coverage else Metric.STATEMENTS
    coverage = ledger.coverage(metric)
    _agree(coverage, report.totals)
    return Parsed(format=FORMAT, coverage=coverage)


def _decoded(data: bytes) -> _Report:
    try:
        return DECODER.decode(data)
    except RecursionError:
        raise ReportError("its JSON is nested too deep") from None
    except msgspec.ValidationError as error:
        raise ReportError(f"it is not what coverage.py writes: {error}") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        found = _BYTE.search(str(error))
        end = int(found[1]) if found else len(data)
        raise ReportError(f"it is not whole JSON: {error}", line=data.count(b"\n", 0, end) + 1) from None


def _file(path: str, file: _File, shared: SharedArms) -> FileCoverage:
    arms = _arms(file, shared)
    executed, missed = _statements(path, file, arms)
    return FileCoverage(
        measured=executed | missed,
        executed=executed,
        excluded=Lines.of(file.excluded_lines),
        arms=arms | _unlisted(path, file.summary.branches, arms),
        functions={
            name if region.start_line is None else f"{region.start_line}:{name}": region.summary.covered_lines > 0
            for name, region in file.functions.items()
            if name and region.summary.num_statements
        },
    )


def _statements(path: str, file: _File, arms: Container[int]) -> tuple[Lines, Lines]:
    """(statements that ran, statements that did not), as many of each as the file's summary counts.

    Up to 7.13.0, ``executed_lines`` held what ran and is no statement: excluded lines, which are listed, and docstrings
    of modules and classes, which are not. Their number is known, and what they look like: see ``_docstrings``.
    """
    missed, _ = Lines.of_marked(file.missing_lines, ())
    executed, _ = Lines.of_marked(file.executed_lines, ())
    executed -= Lines.of(file.excluded_lines) | missed
    counted = file.summary.statements
    surplus = len(executed) - counted.covered
    if surplus < 0 or len(missed) != counted.missed:
        raise ReportError(f"{path} counts other statements than it lists")
    if surplus:
        likely = (line for line in _docstrings(executed, executed | missed) if line not in arms)
        executed -= Lines.of(islice(likely, surplus))
    return executed, missed


def _docstrings(executed: Lines, measured: Lines) -> Iterator[int]:
    """Lines of *executed*, those first that look like docstrings: the first of all, or one right behind a line (its
    ``class``) that follows two empty ones, with nothing measured behind it. Two imports at the top look so, too.
    """
    ran, known = executed.bits, measured.bits
    top = known & -known
    after_class = (ran & ~(known << 1) & ~(known << 2)) << 1
    alike = ran & ~(known >> 1)
    likely = Lines(alike & top) | (Lines(alike & after_class) - Lines.of(islice(measured, 3)))
    yield from likely
    yield from executed - likely


def _arms(file: _File, shared: SharedArms) -> dict[int, Arms]:
    ways: dict[int, list[Arm]] = {}
    for arcs, taken in ((file.executed_branches, True), (file.missing_branches, False)):
        for line, to in arcs:
            arm = _way(to - line if to > 0 else to + line, to > 0, taken)
            present = ways.get(line)
            if present is None:
                ways[line] = [arm]
            else:
                present.append(arm)
    return shared.of(ways)


@lru_cache(1 << 16)
def _way(far: int, within: bool, taken: bool) -> Arm:
    """A way on, named by how *far* it leads, or how far above begins what it leaves: so most lines' ways are alike."""
    return (f"{far:+}" if within else f"exit {far}"), taken


def _unlisted(path: str, counted: Tally, arms: Mapping[int, Arms]) -> dict[int, Arms]:
    """What is counted and not listed: the arms that ``# pragma: no branch`` exempts, as taken; before 6.3, all."""
    listed = sum((found.tally for found in arms.values()), NOTHING)
    total, covered = counted.total - listed.total, counted.covered - listed.covered
    if not 0 <= covered <= total:
        raise ReportError(f"{path} counts other branches than it lists")
    return {0: Arms(total=total, covered=covered)} if total else {}


def _agree(coverage: Coverage, totals: _Summary) -> None:
    """Refuse *totals* that are not the sum of the files: then some of these are not here."""
    for metric, said in ((Metric.STATEMENTS, totals.statements), (Metric.BRANCHES, totals.branches)):
        found = coverage.tally(metric)
        if found != said:
            sums = f"its files add up to {found.covered} of {found.total} {metric}"
            raise ReportError(f"{sums}, its totals say {said.covered} of {said.total}")
