"""One file's records in an LCOV tracefile: what each says, and what they come to."""

from __future__ import annotations

import re
from functools import lru_cache

from bot.core.model.coverage import NOTHING, Arms, FileCoverage
from bot.core.model.errors import ReportError
from bot.core.model.lines import NO_LINES, Lines
from bot.core.parse.counts import line_number, ran
from bot.core.parse.coverage.arms import Arm, SharedArms

_LINE = re.compile(r"([0-9]+),([^,]+)(?:,.*)?")
_BRANCH = re.compile(r"([0-9]+),e?([^,]+),(.+),([^,]+)")
_FUNCTION = re.compile(r"([0-9]+),(?:([0-9]+),)?(.*)")
_PAIR = re.compile(r"([^,]+),(.*)")
_SUM = re.compile(r"[0-9]{1,15}")
_ARC = re.compile(r"jump to (?:line \d|the function exit)|exit (?:the module|class )|return from function ")
"""How coverage.py names the ways on from a line: https://github.com/coveragepy/coveragepy/blob/main/coverage/parser.py"""


class Section:
    """The records of one file so far. *by_coverage_py* says whether they are such as only coverage.py writes."""

    def __init__(self, path: str, shared: SharedArms) -> None:
        self.path = path
        self.by_coverage_py = False
        self._shared = shared
        self._measured = self._executed = NO_LINES
        self._odd: dict[int, bool] = {}  # lines that were read one by one, and whether they ran
        self._arms: dict[int, list[Arm]] = {}
        self._starts: dict[str, str] = {}  # a function's name, or its index in lcov 2 -> its first line
        self._names: dict[str, str] = {}
        self._called: dict[str, bool] = {}
        self._declared: dict[str, int] = {}

    def lines(self, numbers: list[int]) -> None:
        """Take many DA records: *numbers* are lines and counts by turns."""
        measured, executed = Lines.of_marked(numbers[::2], numbers[1::2])
        self._measured |= measured
        self._executed |= executed

    def branches(self, numbers: list[int]) -> None:
        """Take many BRDA records: *numbers* are lines, blocks, branches and counts by turns."""
        arms = self._arms
        for line, arm in zip(
            numbers[::4], map(_arm, numbers[1::4], numbers[2::4], map(bool, numbers[3::4])), strict=True
        ):
            present = arms.get(line)
            if present is None:
                arms[line] = [arm]
            else:
                present.append(arm)

    def record(self, kind: str, rest: str) -> None:
        """Take the record *kind* ``:`` *rest*. Raises ``ReportError`` if it does not say what it should."""
        match kind:
            case "DA":
                self._line(*_matched(_LINE, kind, rest))
            case "BRDA":
                self._branch(*_matched(_BRANCH, kind, rest))
            case "FN":
                line, end, name = _matched(_FUNCTION, kind, rest)
                self._starts[name] = line
                self._call(name, name)
                # Only coverage.py tells the functions behind the sums of the lines.
                self.by_coverage_py = self.by_coverage_py or (bool(end) and "LH" in self._declared)
            case "FNDA":
                count, name = _matched(_PAIR, kind, rest)
                self._call(name, name, count)
            case "FNL":
                index, lines = _matched(_PAIR, kind, rest)
                self._starts[index] = lines.partition(",")[0]
            case "FNA":
                index, called = _matched(_PAIR, kind, rest)
                count, name = _matched(_PAIR, kind, called)
                self._call(index, name, count)
            case "LF" | "LH" | "BRF" | "BRH":
                self._declared[kind] = int(rest) if _SUM.fullmatch(rest) else 0
            case _:
                pass  # sums, conditions and what later versions may add: nothing that is counted here

    def coverage(self) -> FileCoverage:
        """All of it. Raises ``ReportError`` for a section that declares lines and lists none."""
        measured, executed = Lines.of_marked(list(self._odd), self._odd.values())
        measured, executed = measured | self._measured, executed | self._executed
        if self._declared.get("LF") and not measured:
            raise ReportError(f"{self.path} declares {self._declared['LF']} lines and lists none")
        arms = self._shared.of(self._arms)
        if self.by_coverage_py:
            arms |= self._unlisted(arms)
        return FileCoverage(
            measured=measured,
            executed=executed,
            arms=arms,
            functions={self._identity(key): called for key, called in self._called.items()},
        )

    def _line(self, line: str, count: str) -> None:
        number = line_number(line)
        self._odd[number] = ran(count) or self._odd.get(number, False)

    def _branch(self, line: str, block: str, branch: str, taken: str) -> None:
        self.by_coverage_py = self.by_coverage_py or _ARC.match(branch) is not None
        arm = f"{block},{branch}", taken != "-" and ran(taken)
        self._arms.setdefault(line_number(line), []).append(arm)

    def _unlisted(self, arms: dict[int, Arms]) -> dict[int, Arms]:
        """coverage.py counts the ways that ``# pragma: no branch`` exempts, as taken, and lists them nowhere."""
        listed = sum((each.tally for each in arms.values()), NOTHING)
        total = self._declared.get("BRF", 0) - listed.total
        covered = self._declared.get("BRH", 0) - listed.covered
        return {0: Arms(total=total, covered=covered)} if 0 <= covered <= total and total else {}

    def _call(self, key: str, name: str, count: str = "0") -> None:
        self._names.setdefault(key, name)
        self._called[key] = ran(count) or self._called.get(key, False)

    def _identity(self, key: str) -> str:
        start, name = self._starts.get(key), self._names[key]
        return name if start is None else f"{start}:{name}"


@lru_cache(1 << 16)
def _arm(block: int, branch: int, taken: bool) -> Arm:
    return f"{block},{branch}", taken


def _matched(pattern: re.Pattern[str], kind: str, rest: str) -> tuple[str, ...]:
    found = pattern.fullmatch(rest)
    if found is None:
        raise ReportError(f"'{kind}:{rest[:80]}' is not what {kind} records hold")
    return found.groups()
