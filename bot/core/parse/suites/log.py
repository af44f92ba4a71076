"""A text that no format claims: the log of a job, perhaps with test results, benchmarks or data races in it."""

from __future__ import annotations

from bot.core.model.errors import UnknownFormat
from bot.core.model.suites import Suites, united
from bot.core.parse.intake import UTF16_MARKS, Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.start import Start
from bot.core.parse.suites.go_text import GoText
from bot.core.parse.suites.tap import Tap
from bot.core.parse.suites.transcript import transcript

_SIGNS = (
    b"=== RUN",
    b"ok  ",
    b"FAIL",
    b".go:",
    b"go: ",
    b"RACE",
    b"ThreadSanitizer",
    b"race(s)",
    b'"Action":"',
    b"Benchmark",
    b"TAP version",
    b"1..",
)
"""What a piece of a log holds none of tells nothing, unless something began before it."""


def may_be_log(start: Start) -> bool:
    """Whether the file is text that is worth reading to its end. What looks like JSON is, if more follows: a log may
    well begin with ``[INFO]``. PowerShell writes what it redirects in UTF-16.
    """
    if start.opening is None and start.head.startswith(UTF16_MARKS):
        return True
    if start.opening is not None or b"\0" in start.head:
        return False
    return start.outline is None or (start.outline.ended and b"\n" in start.head.strip())


def parse_log(intake: Intake, *, unknown: UnknownFormat) -> Parsed:
    """What a log tells. Raises *unknown* for a text without any sign of a test, a benchmark or a race."""
    go = GoText()
    tap = Tap()
    speaks_tap = False

    def wanted(piece: bytes) -> bool:
        return go.waiting or speaks_tap or any(sign in piece for sign in _SIGNS)

    for lines in transcript(intake, wanted):
        for line in lines:
            speaks_tap = speaks_tap or tap.begins_with(line)
            if speaks_tap:
                tap.line(line)
            go.line(line)
    return _parsed(go, tap if tap.points else None, unknown)


def _parsed(go: GoText, tap: Tap | None, unknown: UnknownFormat) -> Parsed:
    found, benchmarks = go.tell()
    suites = found.suites()
    if tap is not None and not suites.cases:
        return Parsed(format="tap", suites=_together(tap.suites(), suites), benchmarks=benchmarks)
    if suites.cases or (found.packages and benchmarks is None):
        return Parsed(format="go-test-json" if go.events else "go-test-text", suites=suites, benchmarks=benchmarks)
    if benchmarks is not None:
        return Parsed(format="go-bench", suites=suites if suites.races else None, benchmarks=benchmarks)
    if suites.races:
        return Parsed(format="log", suites=suites)
    raise unknown


def _together(tap: Suites, go: Suites) -> Suites:
    return Suites(cases=tap.cases, races=united(go.races), toolchain=go.toolchain, suites=tap.suites)
