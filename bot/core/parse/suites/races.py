"""Data races, wherever they stand in what a program printed: Go's detector and ThreadSanitizer.

Go's report: https://go.dev/doc/articles/race_detector. ThreadSanitizer's:
https://github.com/google/sanitizers/wiki/ThreadSanitizerReportFormat. Other lines may stand between those of a report
where several tests print at once, and a report may be cut short: what was seen until then is kept.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable

from bot.core.model.suites import Access, Frame, Race, united

MOST_RACES = 10_000
_MOST_FRAMES = 32
_MOST_ACCESSES = 8
_MOST_STRANGE = 200  # lines of others within one report
_LONGEST = 4096

_GO_START = "WARNING: DATA RACE"
_GO_END = "=================="
_GO_ACCESS = re.compile(r"([A-Z][a-z]*(?: [a-z]+){0,3}) (?:of size \d+ )?at 0x[0-9a-f]+ by .*:\Z")
_GO_FUNCTION = re.compile(r"  (\S.*?)(?:\(\))?\Z")
_GO_PLACE = re.compile(r"      (\S.*):(\d{1,7})(?: \+0x[0-9a-f]+)?\Z")
_GO_OWN = re.compile(r"(?:runtime|sync|testing|internal|reflect)(?:/[\w/]+)?\.")
_GO_FOUND = re.compile(r"Found (\d{1,9}) data race\(s\)\Z")
_GO_BLAMED = re.compile(r"testing\.go:\d+: race detected (?:during|outside)\b")

_TSAN_START = re.compile(r"WARNING: ThreadSanitizer: (?:[^:]* )?race\b")
_TSAN_ACCESS = re.compile(r"  ([A-Z][a-z]*(?: [a-z]+){0,3}) of size \d+ at 0x[0-9a-f]+ by .*:\Z")
_TSAN_FRAME = re.compile(r"    #\d+ (.+?) ([^\s()]+)(?: \([^()]*\))*\Z")
_TSAN_PLACE = re.compile(r"(.*?):(\d{1,7})(?::\d+)?\Z")
_TSAN_OWN = re.compile(r"std::|__tsan|__interceptor|operator (?:new|delete)|(?:mem|str)[a-z]+\Z")
_TSAN_END = re.compile(r"SUMMARY: ThreadSanitizer|=+\Z")

_CTEST = re.compile(r"\d+: ")


def find_races(text: str, *, suite: str = "", case: str = "") -> tuple[Race, ...]:
    """The races that *text* reports, each once. *suite* and *case* are where it was printed."""
    finder = RaceFinder()
    for line in text.splitlines() if tells_of_races(text) else ():
        finder.line(line, case)
    return united(finder.ended(suite))


def tells_of_races(text: str) -> bool:
    """Whether *text* may hold a line that a report begins with: a quick look that is wrong to one side only."""
    return "RACE" in text or "race" in text or "ThreadSanitizer" in text


class RaceFinder:
    """Hears what one process printed, line by line. While ``within`` a report it wants every line; else those alone
    that ``tells_of_races`` may be true of.
    """

    def __init__(self) -> None:
        self._report: _Report | None = None
        self._races: list[Race] = []
        self._case = ""
        self._reported = 0  # by Go's detector
        self._found = 0  # as Go counted them when the process ended
        self._blamed = False

    @property
    def within(self) -> bool:
        return self._report is not None

    @property
    def any(self) -> bool:
        """Whether there was any sign of a race since the last ``ended``."""
        return bool(self._reported or self._found or self._blamed or self._races)

    def line(self, text: str, case: str = "") -> None:
        """*text* is one line, printed while *case* ran."""
        text = text[:_LONGEST].rstrip()
        bare = text.lstrip()
        if bare == _GO_START:
            self._begin(_GoReport(), case)
            self._reported += 1
        elif _TSAN_START.search(text):
            self._begin(_TsanReport(), case)
        elif found := _GO_FOUND.match(bare):
            self._found += int(found[1])
        elif _GO_BLAMED.match(bare):
            self._blamed = True
        elif self._report is not None and not self._report.takes(text):
            self._finish()

    def ended(self, suite: str = "") -> list[Race]:
        """The process has ended: its races, in order, *suite* being what ran in it. Where Go says that there was one
        but no report is to be seen, one without frames stands for it.
        """
        self._finish()
        unseen = max(self._found - self._reported, int(self._blamed and not self._reported))
        races = [
            Race(detector=race.detector, accesses=race.accesses, suite=suite[:_LONGEST], case=race.case)
            for race in self._races
        ]
        if unseen > 0:
            races.append(Race(detector="go", accesses=(), suite=suite[:_LONGEST], count=min(unseen, 1 << 32)))
        self._races, self._reported, self._found, self._blamed = [], 0, 0, False
        return races

    def _begin(self, report: _Report, case: str) -> None:
        self._finish()
        self._report, self._case = report, case

    def _finish(self) -> None:
        if self._report is not None and len(self._races) < MOST_RACES:
            self._races.append(self._report.race(self._case[:_LONGEST]))
        self._report = None


class _Report(ABC):
    """One report as far as it was heard: for each access its kind and its frames."""

    detector: str
    own: re.Pattern[str]  # functions of the language's run time

    def __init__(self) -> None:
        self._accesses: list[tuple[str, list[Frame]]] = []
        self._in_access = False
        self._strange = 0

    @abstractmethod
    def takes(self, line: str) -> bool:
        """Whether the report goes on after *line*."""

    def race(self, case: str) -> Race:
        accesses = tuple(
            Access(kind=kind, frames=tuple(_from_the_users(frames, self.own))) for kind, frames in self._accesses
        )
        return Race(detector=self.detector, accesses=accesses, case=case)

    def _access(self, kind: str) -> None:
        self._in_access = len(self._accesses) < _MOST_ACCESSES
        if self._in_access:
            self._accesses.append((kind, []))

    def _frame(self, function: str, file: str, line: int) -> None:
        if self._in_access and len(self._accesses[-1][1]) < _MOST_FRAMES:
            self._accesses[-1][1].append(Frame(function=function[:_LONGEST], file=file[:_LONGEST], line=line))

    def _goes_on(self) -> bool:
        self._strange += 1
        return self._strange <= _MOST_STRANGE


class _GoReport(_Report):
    detector = "go"
    own = _GO_OWN

    def __init__(self) -> None:
        super().__init__()
        self._function = ""

    def takes(self, line: str) -> bool:
        if line == _GO_END:
            return False
        if access := _GO_ACCESS.match(line):
            self._access(access[1])
        elif place := _GO_PLACE.match(line):
            if self._function:
                self._frame(self._function, place[1], int(place[2]))
            self._function = ""
        elif function := _GO_FUNCTION.match(line):
            self._function = function[1]
        elif line.startswith("Goroutine ") and line.endswith(":"):
            self._in_access = False
        elif line:
            return self._goes_on()
        return True


class _TsanReport(_Report):
    detector = "tsan"
    own = _TSAN_OWN

    def takes(self, line: str) -> bool:
        line = _CTEST.sub("", line, count=1)
        if _TSAN_END.match(line):
            return False
        if access := _TSAN_ACCESS.match(line):
            self._access(access[1])
        elif frame := _TSAN_FRAME.match(line):
            place = _TSAN_PLACE.match(frame[2])
            self._frame(frame[1], place[1] if place else frame[2], int(place[2]) if place else 0)
        elif line.startswith("  ") and line.endswith(":"):
            self._in_access = False
        elif line:
            return self._goes_on()
        return True


def _from_the_users(frames: list[Frame], own: re.Pattern[str]) -> Iterable[Frame]:
    """*frames* from the first that is no run time's; all of them if there is none."""
    first = next((at for at, frame in enumerate(frames) if not own.match(frame.function)), 0)
    return frames[first:]
