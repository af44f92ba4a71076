"""What every reader of test results in JSON does alike: texts are cut to their limits, durations made whole numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from bot.core.model.errors import ReportError
from bot.core.model.lines import HIGHEST_LINE
from bot.core.model.suites import LONGEST_DETAIL, LONGEST_MESSAGE, Case, Outcome, Suites
from bot.core.parse.parsed import Parsed

MOST_CASES = 1_000_000
MOST_ATTEMPTS = 100
LONGEST_NAME = 4096

Duration = Annotated[float, Meta(ge=-1e12, le=1e12)]
"""In the report's own unit. Clocks are set back, so one below 0 is no duration rather than an error."""

_PAINT = re.compile(r"\x1b\[[0-9;:]*[A-Za-z]")


def case(  # noqa: PLR0913 - a case has so many parts, each by its name
    suite: str,
    name: str,
    outcome: Outcome,
    *,
    duration_us: int | None = None,
    attempts: tuple[Outcome, ...] = (),
    message: str = "",
    detail: str = "",
    file: str = "",
    line: int | None = None,
    synthetic: bool = False,
) -> Case:
    """The case that a report tells so: colours are washed out, a *line* below 1 is none, and a *detail* that says no
    more than the message is left out. Raises ``ReportError`` for a line that no file has.
    """
    if line is not None and line > HIGHEST_LINE:
        raise ReportError(f"{str(line)[:20]} is not a line of any file")
    message = _PAINT.sub("", message).strip()
    detail = _PAINT.sub("", detail).strip()
    return Case(
        suite=_cut(suite, LONGEST_NAME),
        name=_cut(name, LONGEST_NAME),
        outcome=outcome,
        duration_us=duration_us,
        attempts=attempts if len(attempts) > 1 else (),
        message=_cut(message, LONGEST_MESSAGE),
        detail="" if detail == message else _cut(detail, LONGEST_DETAIL),
        file=_cut(file, LONGEST_NAME),
        line=line if line is not None and line > 0 else None,
        synthetic=synthetic,
    )


def seconds(duration: float | None) -> int | None:
    """The microseconds of so many seconds, ``None`` for no duration."""
    return None if duration is None or duration < 0 else round(duration * 1_000_000)


def milliseconds(duration: float | None) -> int | None:
    """The microseconds of so many milliseconds, ``None`` for no duration."""
    return None if duration is None or duration < 0 else round(duration * 1_000)


def tried(failed: int, last: Outcome) -> tuple[Outcome, ...]:
    """The attempts of a case that failed so often and was tried again until it came to *last*."""
    return (Outcome.FAILED,) * min(max(failed, 0), MOST_ATTEMPTS) + (last,)


def parsed(
    format: str,  # noqa: A002 - as the model names it
    cases: Iterable[Case],
    suites: Iterable[str] = (),
) -> Parsed:
    """A report of *cases* and of the *suites* that ran, those of the cases included. Raises ``ReportError`` for more
    than any run has.
    """
    found: list[Case] = []
    for one in cases:
        found.append(one)
        if len(found) > MOST_CASES:
            raise ReportError(f"it holds more than {MOST_CASES} cases")
    names = dict.fromkeys((*(_cut(name, LONGEST_NAME) for name in suites), *(one.suite for one in found)))
    ran = tuple(name for name in names if name)
    return Parsed(format=format, suites=Suites(cases=tuple(found), suites=ran))


def listed(what: str, declared: int | None, found: int) -> None:
    """Refuse a report that counts more than it lists: the rest is not here."""
    if declared is not None and declared > found:
        raise ReportError(f"it counts {declared} {what} and lists {found}")


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
