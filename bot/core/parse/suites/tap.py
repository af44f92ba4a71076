"""TAP, the Test Anything Protocol, versions 12 to 14: https://testanything.org/tap-version-14-specification.html.

A plan that is not kept, a missing plan and ``Bail out!`` are failures, each by a synthetic case. Subtests are counted
once: a test point that sums up others is a case only where it failed and none of them did.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.core.model.errors import ReportError
from bot.core.model.suites import BAD, LONGEST_DETAIL, LONGEST_MESSAGE, Case, Outcome, Suites
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.suites.transcript import transcript

MOST_POINTS = 250_000
_DEEPEST = 32
_MOST_LINES = 100
_MOST_COMMENTS = 3
_LONGEST_NAME = 4096

_START = re.compile(r"TAP version 1[2-4]\s*\Z")
_PLAN = re.compile(r"1\.\.(\d{1,9})\s*(?:#\s*(.*))?\Z")
_POINT = re.compile(r"(not )?ok\b(?:\s+(\d{1,9}))?(?:\s+-)?(?:\s+(.*))?\Z")
_DIRECTIVE = re.compile(r"(?:^|\s)#\s*(skip|todo)\S*\s*(.*)\Z", re.IGNORECASE)
_TIME = re.compile(r"\s*#\s*time=(\d{1,12}(?:\.\d{1,9})?)(ms|s)\s*\Z")
_FIELD = re.compile(r"\s*'?(message|error|duration_ms|location|file|line)'?:\s*(.*?)\s*\Z")
_BLOCK = re.compile(r"[|>][-+]?\Z")
_LOCATION = re.compile(r"(.*?):(\d{1,8})(?::\d{1,8})?\Z")
_SKIP = re.compile(r"skip\S*\s*", re.IGNORECASE)
_TIMED = re.compile(r"(.*) in (\d{1,9})(ms|s)\Z")  # by bats
_PERL = re.compile(r"at (\S+) line (\d{1,8})\.\Z")
_BATS = re.compile(r"\((?:in test file|from function .* in file|in file) (\S+), line (\d{1,8})\)?,?\Z")


@dataclass(slots=True)
class _Point:
    """One test point, with the points of its subtests."""

    name: str
    number: int
    outcome: Outcome
    message: str = ""
    duration_us: int | None = None
    comments: list[str] = field(default_factory=list[str])
    said: list[str] = field(default_factory=list[str])
    fields: dict[str, str] = field(default_factory=dict[str, str])
    parts: list[_Point] = field(default_factory=list["_Point"])
    synthetic: bool = False


@dataclass(slots=True)
class _Level:
    """The points at one depth that no point has summed up yet, and the plan for them."""

    points: list[_Point] = field(default_factory=list[_Point])
    planned: int | None = None
    reason: str = ""  # why the plan is to run none


def parse_tap(intake: Intake) -> Parsed:
    """The test points of a file in TAP."""
    tap = Tap()
    for lines in transcript(intake):
        for line in lines:
            tap.line(line)
    return Parsed(format="tap", suites=tap.suites())


class Tap:
    """Hears TAP line by line; lines of nobody's are left."""

    def __init__(self) -> None:
        self._levels = [_Level()]
        self._last: _Point | None = None
        self._yaml = ""  # the indentation of an open block, with its marker
        self._awaits = ""  # the field whose value stands on the next line
        self._points = 0

    @property
    def points(self) -> int:
        """How many test points there were."""
        return self._points

    @staticmethod
    def begins_with(line: str) -> bool:
        """Whether *line* is how a TAP stream begins: its version, or a plan."""
        return _START.match(line) is not None or _PLAN.match(line) is not None

    def line(self, line: str) -> None:
        bare = line.lstrip(" ")
        depth = (len(line) - len(bare)) // 4
        if self._yaml:
            self._diagnosis(line, bare)
        elif bare.startswith("---") and bare.rstrip() == "---" and self._last is not None:
            self._yaml = line[: len(line) - len(bare)] + "..."
        elif depth > _DEEPEST:
            return
        elif bare.startswith(("ok", "not ok")) and (point := _POINT.match(bare)):
            self._point(point, depth)
        elif bare.startswith("1..") and (plan := _PLAN.match(bare)):
            self._level(depth).planned = int(plan[1])
            self._level(depth).reason = _SKIP.sub("", plan[2] or "")
            self._last = None
        elif bare.startswith("Bail out!"):
            self._add(
                _Point("(bail out)", 0, Outcome.ERRORED, message=bare[9:].strip() or "bail out", synthetic=True), 0
            )
        elif bare.startswith("#") and self._last is not None and not bare.startswith("# Subtest"):
            self._comment(bare[1:].removeprefix(" "))

    def suites(self) -> Suites:
        """All that was heard. Raises ``ReportError`` where that is nothing."""
        if not self._points and self._levels[0].planned is None:
            raise ReportError("it has neither a plan nor a test point")
        while len(self._levels) > 1:
            self._fold(None)
        top = self._levels[0]
        _take_times(top.points)
        points = [*top.points, *_unkept(top, whole=True)]
        cases = tuple(_Cases().of(points))
        return Suites(cases=cases, suites=tuple(dict.fromkeys(case.suite for case in cases)))

    # --- points --------------------------------------------------------------------------------------------------

    def _level(self, depth: int) -> _Level:
        while len(self._levels) <= depth:
            self._levels.append(_Level())
        return self._levels[depth]

    def _point(self, found: re.Match[str], depth: int) -> None:
        while len(self._levels) > depth + 2:
            self._fold(None)
        failed, number, rest = found.groups()
        text = rest or ""
        time = _TIME.search(text)
        text = text[: time.start()] if time else text
        directive = _DIRECTIVE.search(text)
        name = (text[: directive.start()] if directive else text).strip().replace("\\#", "#").replace("\\\\", "\\")
        outcome = Outcome.FAILED if failed else Outcome.PASSED
        if directive and (failed or directive[1].lower() == "skip"):
            outcome = Outcome.SKIPPED
        point = _Point(name, int(number or len(self._level(depth).points) + 1), outcome)
        point.message = directive[2] if directive else ""
        point.duration_us = _microseconds(time[1], 1000 if time[2] == "ms" else 1_000_000) if time else None
        self._add(point, depth)

    def _add(self, point: _Point, depth: int) -> None:
        self._points += 1
        if self._points > MOST_POINTS:
            raise ReportError(f"the report has more than {MOST_POINTS} test points")
        self._level(depth).points.append(point)
        if len(self._levels) == depth + 2:
            self._fold(point)
        self._last = point

    def _fold(self, point: _Point | None) -> None:
        """The deepest level ended: its points are parts of *point*, or of none that was told."""
        ended = self._levels.pop()
        parts = [*ended.points, *_unkept(ended, whole=point is None)]
        if point is None:
            self._levels[-1].points += [_Point("(subtests)", 0, Outcome.PASSED, parts=parts)] if parts else []
        else:
            point.parts = parts

    # --- what is said of them ------------------------------------------------------------------------------------

    def _diagnosis(self, line: str, bare: str) -> None:
        if line.rstrip() == self._yaml:
            self._yaml = self._awaits = ""
            return
        if self._last is None or len(self._last.said) >= _MOST_LINES:
            return
        self._last.said.append(bare)
        if self._awaits:
            self._last.fields.setdefault(self._awaits, bare.strip())
            self._awaits = ""
        elif found := _FIELD.match(line):
            if _BLOCK.match(found[2]):
                self._awaits = found[1]
            else:
                self._last.fields.setdefault(found[1], found[2].strip("'\""))

    def _comment(self, text: str) -> None:
        point = self._last
        if point is None or point.outcome not in BAD or len(point.said) >= _MOST_LINES:
            return
        point.said.append(text)
        text = text.strip()
        if place := _BATS.match(text) or _PERL.match(text):
            point.fields.setdefault("file", place[1])
            point.fields.setdefault("line", place[2])
        elif text and not text.startswith(("Failed ", "Looks like ")) and len(point.comments) < _MOST_COMMENTS:
            point.comments.append(text)


class _Cases:
    """Test points as cases; where two of one suite have one name, the later ones are told apart by their numbers."""

    def __init__(self) -> None:
        self._names: set[tuple[str, str]] = set()

    def of(self, points: list[_Point], suite: str = "") -> Iterator[Case]:
        for point in points:
            failed_within = False
            if point.parts:
                within = f"{suite} > {point.name}" if suite else point.name
                for case in self.of(point.parts, within[:_LONGEST_NAME]):
                    failed_within = failed_within or case.bad
                    yield case
            if not point.parts or (point.outcome in BAD and not failed_within):
                yield self._case(point, suite)

    def _case(self, point: _Point, suite: str) -> Case:
        name = (point.name or str(point.number))[: _LONGEST_NAME - 12]
        if (suite, name) in self._names:
            name = f"{name} #{point.number}"
        self._names.add((suite, name))
        file, line = _place(point.fields)
        fields = point.fields
        told = fields.get("message") or fields.get("error") or ", ".join(point.comments)
        message = told if point.outcome in BAD else ""
        return Case(
            suite=suite,
            name=name,
            outcome=point.outcome,
            duration_us=point.duration_us or _microseconds(point.fields.get("duration_ms", ""), 1000),
            message=(message or point.message)[:LONGEST_MESSAGE],
            detail="\n".join(point.said)[:LONGEST_DETAIL] if point.outcome in BAD else "",
            file=file,
            line=line,
            synthetic=point.synthetic,
        )


def _unkept(level: _Level, *, whole: bool) -> list[_Point]:
    """The synthetic point of a plan that was not kept, if so. Where the *whole* stream ends, there has to be a plan."""
    ran = sum(not point.synthetic for point in level.points)
    if level.planned == 0 and not ran and not whole:
        return []  # the point that sums them up says that they were skipped
    if level.planned == 0 and not ran:
        return [_Point("(plan)", 0, Outcome.SKIPPED, message=level.reason, synthetic=True)]
    if level.planned is None:
        message = f"ran {ran} without a plan: the output may be cut short" if whole else ""
    else:
        message = f"planned {level.planned}, ran {ran}" if ran != level.planned else ""
    return [_Point("(plan)", 0, Outcome.ERRORED, message=message, synthetic=True)] if message else []


def _take_times(points: list[_Point]) -> None:
    """Where every name ends by how long it took, that is no part of the name."""
    times = [(point, _TIMED.match(point.name)) for point in points if not point.synthetic]
    if all(time for _, time in times):
        for point, time in times:
            if time is not None:
                point.name = time[1]
                point.duration_us = _microseconds(time[2], 1000 if time[3] == "ms" else 1_000_000)


def _place(fields: dict[str, str]) -> tuple[str, int | None]:
    location = _LOCATION.match(fields.get("location", ""))
    file, line = (location[1], location[2]) if location else (fields.get("file", ""), fields.get("line", ""))
    number = int(line) if re.fullmatch(r"[0-9]{1,8}", line) else 0
    return file[:_LONGEST_NAME], number if 1 <= number <= 10_000_000 else None


def _microseconds(number: str, unit: int) -> int | None:
    return round(float(number) * unit) if re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{1,20})?", number) else None
