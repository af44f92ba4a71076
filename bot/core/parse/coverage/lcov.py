"""LCOV tracefiles of lcov 1 and 2, llvm-cov, istanbul, grcov, coverage.py and many others.

A file's records stand between ``SF:`` and ``end_of_record``. The same file may come again (each test has a section of
its own), and so may a line or a branch within a section: what ran in any of them ran. DA and BRDA are read, and FN,
FNDA, FNL and FNA for functions; the sums that a section declares are not believed, and conditions (MCDC) not read.

Lines are the native metric, as in ``lcov --summary``. coverage.py's tracefiles are told by what only they hold and
count as coverage.py does: statements, with branches where there are any.

Records of a kind mostly stand in a row, so a row of them is read at once; what is odd is read one by one.

https://github.com/linux-test-project/lcov/blob/master/man/geninfo.1
"""

from __future__ import annotations

import re

from bot.core.model.coverage import Metric
from bot.core.model.errors import ReportError
from bot.core.model.lines import HIGHEST_LINE
from bot.core.parse.counts import DIGITS, integers
from bot.core.parse.coverage.arms import SharedArms
from bot.core.parse.coverage.lcov_section import Section
from bot.core.parse.coverage.ledger import Ledger, file_name
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed

FORMAT = "lcov"
COVERAGE_PY_FORMAT = "coverage.py-lcov"

_FILE, _END = b"\nSF:", b"\nend_of_record"
_LINES, _BRANCHES = b"\nDA:", b"\nBRDA:"
_RECORD = re.compile(r"([A-Z][A-Z0-9_]*):(.*)")


def parse_lcov(intake: Intake) -> Parsed:
    """The tracefile in *intake*. Raises ``ReportError`` with the line for a record that does not say what it should,
    and for a file's records without an end.
    """
    tracefile = _Tracefile()
    for number, text in intake.texts():
        tracefile.take(text, number)
    return tracefile.parsed()


class _Tracefile:
    """A tracefile so far. Text is taken in pieces that end anywhere between two lines."""

    def __init__(self) -> None:
        self._ledger = Ledger()
        self._arms = SharedArms()
        self._section: Section | None = None
        self._number = 1  # of the line that is being read
        self._awaits_file = False  # a test was named
        self._names_tests = self._by_coverage_py = self._branches = False

    def take(self, text: bytes, number: int) -> None:
        """Read *text*, whose first line is *number*."""
        self._number = number
        first, *others = (b"\n" + text).split(_END)
        self._records(first)
        for other in others:
            after, line_end, records = other.partition(b"\n")
            if after.strip():
                raise ReportError("text follows end_of_record", line=self._number)
            self._close()
            self._number += 1
            self._records(line_end + records)

    def parsed(self) -> Parsed:
        """What was read. Raises ``ReportError`` if the last file's records have no end."""
        if self._section is not None:
            raise ReportError(f"it ends within the records of {self._section.path}", line=self._number - 1)
        if self._awaits_file:
            raise ReportError("it ends between the name of a test and that of a file", line=self._number - 1)
        if not self._by_coverage_py or self._names_tests:
            return Parsed(format=FORMAT, coverage=self._ledger.coverage(Metric.LINES))
        metric = Metric.STATEMENTS_AND_BRANCHES if self._branches else Metric.STATEMENTS
        return Parsed(format=COVERAGE_PY_FORMAT, coverage=self._ledger.coverage(metric))

    def _records(self, records: bytes) -> None:
        """Read *records*, each behind its line feed; afterwards the number is that of the line behind them."""
        end = self._number + records.count(b"\n")
        if self._section is None:
            records = self._opened(records)
        if self._section is not None:
            if _FILE in records:
                self._number += records[: records.index(_FILE)].count(b"\n")
                raise ReportError(f"the records of {self._section.path} have no end_of_record", line=self._number)
            for record in _without_rows(self._section, records).split(b"\n"):
                if record and not record.isspace():
                    self._record(self._section, record, records)
        self._number = end

    def _opened(self, records: bytes) -> bytes:
        """Open the section that begins in *records*, if one does, and return what follows its ``SF:``."""
        before, found, after = records.partition(_FILE)
        for line in before.split(b"\n")[1:]:
            if line.strip() and not line.startswith((b"TN:", b"#")):
                raise ReportError(f"{_shown(line)!r} belongs to no file", line=self._number)
            if line.startswith(b"TN:"):
                self._names_tests = self._awaits_file = True
            self._number += 1
        if found:
            name, line_end, after = after.partition(b"\n")
            try:
                self._section, self._awaits_file = Section(file_name(name), self._arms), False
            except ReportError as error:
                raise ReportError(error.reason, line=self._number) from None
            self._number += 1
            return line_end + after
        return b""

    def _record(self, section: Section, record: bytes, records: bytes) -> None:
        """Take one *record* of those in *records*."""
        try:
            found = _RECORD.fullmatch(record.decode("utf-8", "backslashreplace").rstrip())
            if found is not None:
                section.record(found[1], found[2])
                self._names_tests = self._names_tests or found[1] == "TN"
            elif not record.startswith(b"#"):
                raise ReportError(f"{_shown(record)!r} is not a record of a tracefile")
        except ReportError as error:
            at = records.find(b"\n" + record)
            raise ReportError(error.reason, line=self._number + records[:at].count(b"\n")) from None

    def _close(self) -> None:
        """End the section. An end_of_record without any is harmless."""
        if self._section is not None:
            try:
                file = self._section.coverage()
            except ReportError as error:
                raise ReportError(error.reason, line=self._number) from None
            self._ledger.add(self._section.path, file)
            self._by_coverage_py = self._by_coverage_py or self._section.by_coverage_py
            self._branches = self._branches or bool(file.arms)
            self._section = None


def _without_rows(section: Section, records: bytes) -> bytes:
    """Give the rows of lines and branches in *records* to *section*, and return the others."""
    numbers, records = _row(records, _LINES, 2)
    if numbers:
        section.lines(numbers)
    numbers, records = _row(records, _BRANCHES, 4)
    if numbers:
        section.branches(numbers)
    return records


def _row(records: bytes, tag: bytes, fields: int) -> tuple[list[int], bytes]:
    """(the numbers of all records *tag*, the other records), or no numbers and all records if there is anything else
    than *fields* plain numbers in one of them.
    """
    first = records.find(tag)
    if first < 0:
        return [], records
    end = records.find(b"\n", records.rfind(tag) + 1)
    end = len(records) if end < 0 else end
    numbers = _numbers(records[first + len(tag) : end], tag, fields)
    if numbers:
        return numbers, records[:first] + records[end:]
    lines = records.split(b"\n")
    row = [line[len(tag) - 1 :] for line in lines if line.startswith(tag[1:])]
    numbers = _numbers(tag.join(row), tag, fields)
    return numbers, b"\n".join(line for line in lines if not line.startswith(tag[1:])) if numbers else records


def _numbers(row: bytes, tag: bytes, fields: int) -> list[int]:
    """The numbers in a *row* of records, without the tag of the first, or none if it holds anything else."""
    if b"-" in row:  # a branch that was never come to
        row = (row + b"\n").replace(b",-\n", b",0\n")[:-1]
    commas = b"," * (fields - 1)
    left = row.translate(None, DIGITS)
    more, odd = divmod(len(left) - len(commas), len(tag) + len(commas))
    if odd or left != commas + (tag + commas) * more:
        return []
    numbers = integers(row.replace(tag, b","))
    return [] if numbers and max(numbers[::fields]) > HIGHEST_LINE else numbers


def _shown(line: bytes) -> str:
    return line[:80].decode(errors="replace")
