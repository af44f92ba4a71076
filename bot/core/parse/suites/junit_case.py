"""One case of a JUnit report that holds more than its names: what its results come to, and what is told of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.model.lines import HIGHEST_LINE
from bot.core.model.suites import BAD, LONGEST_DETAIL, Case, Outcome, worst
from bot.core.parse.suites.durations import Durations
from bot.core.parse.suites.go_output import why_skipped
from bot.core.parse.suites.json_case import case as told_case
from bot.core.parse.suites.junit_go import what_go_says
from bot.core.parse.suites.places import is_same_file, place_of
from bot.core.parse.suites.roll import MOST_ATTEMPTS

RESULTS = {
    "failure": Outcome.FAILED,
    "error": Outcome.ERRORED,
    "skipped": Outcome.SKIPPED,
    "flakyFailure": Outcome.FAILED,
    "flakyError": Outcome.ERRORED,
    "rerunFailure": Outcome.FAILED,
    "rerunError": Outcome.ERRORED,
}
"""Elements of a case that say how it ended, and what they say."""

_STATUSES = {
    **dict.fromkeys(("failed", "fail", "failure", "broken"), Outcome.FAILED),
    **dict.fromkeys(("error", "errored", "timeout", "timedout"), Outcome.ERRORED),
    **dict.fromkeys(
        ("skipped", "skip", "ignored", "disabled", "notrun", "pending", "todo", "suppressed"), Outcome.SKIPPED
    ),
}
_NOT_COLLECTED = "collection failure"
_PYTEST_ERROR = re.compile(r"^E   (\S.*)", re.MULTILINE)
_HEAD = LONGEST_DETAIL // 4


@dataclass(slots=True)
class Result:
    """An element of ``RESULTS``: its *tag*, its attributes, its whole *text*."""

    tag: str
    message: str = ""
    type: str = ""
    text: str = ""


def case_of(
    suite: str,
    name: str,
    attrib: Mapping[str, str],
    results: list[Result],
    printed: str,
    durations: Durations,
    *,
    dialect: str = "",
    synthetic: bool = False,
) -> Case:
    """The case *name* of *suite* with these attributes, these *results* in it and the last output that it *printed*.
    *dialect* is ``go``, ``pytest`` or neither: Go's failures are what was printed, and pytest counts lines from 0.
    """
    outcome, attempts = _outcome(attrib, results)
    if outcome is Outcome.SKIPPED and _never_started(attrib, results):
        outcome = Outcome.ERRORED
    telling = _telling(results, outcome)
    text = telling.text if telling else ""
    message = telling.message.strip() if telling else ""
    file, line = attrib.get("file", ""), _line(attrib.get("line", ""), first=0 if dialect == "pytest" else 1)
    if outcome in BAD or attempts:
        if dialect == "go":
            go = what_go_says(message, text, name)
            message, file, line = go.message, go.file or file, go.line if go.file else line
            outcome = Outcome.ERRORED if go.panicked else outcome
        elif place := place_of(text or message, suite, file):
            file, line = (file if is_same_file(place[0], file) else place[0]), place[1]
        if message == _NOT_COLLECTED and (error := _PYTEST_ERROR.search(text)) is not None:
            message = error[1]
        text = text.strip() or printed
    elif dialect == "go" and outcome is Outcome.SKIPPED:
        message, text = why_skipped([message]), ""
    return told_case(
        suite,
        name,
        outcome,
        duration_us=durations[attrib.get("time", "")],
        attempts=attempts,
        message=message or ("" if dialect == "go" else _first_line(telling)),
        detail=excerpt(text),
        file=file,
        line=line,
        synthetic=synthetic,
    )


def excerpt(text: str) -> str:
    """*text*, or as much of its beginning and of its end as is kept of a failure."""
    text = text.strip()
    if len(text) <= LONGEST_DETAIL:
        return text
    return f"{text[:_HEAD]}\n…\n{text[_HEAD + 3 - LONGEST_DETAIL :]}"


def _outcome(attrib: Mapping[str, str], results: list[Result]) -> tuple[Outcome, tuple[Outcome, ...]]:
    """The outcome, and the attempts where the report tells of several. Of several results of one run the worst counts.

    A case with a ``flaky`` result and no other passed in the end; one with a ``rerun`` result never did.
    """
    said = _STATUSES.get((attrib.get("status") or attrib.get("result") or "").lower())
    own = [RESULTS[result.tag] for result in results if not _is_attempt(result)]
    own += [said] if said is not None else []
    tried = [RESULTS[result.tag] for result in results if _is_attempt(result)][: MOST_ATTEMPTS - 1]
    if not tried:
        return worst(own) if own else Outcome.PASSED, ()
    if all(result.tag.startswith("flaky") for result in results if _is_attempt(result)) and BAD.isdisjoint(own):
        return Outcome.PASSED, (*tried, Outcome.PASSED)
    attempts = (worst(own), *tried) if own else tuple(tried)
    return worst(attempts), attempts


def _never_started(attrib: Mapping[str, str], results: list[Result]) -> bool:
    """Whether CTest could not run a test, and so calls it failed. It writes such a test as a skipped one, but names no
    property that has it skipped. In its reports each test is its own class.
    """
    if attrib.get("status") != "notrun" or attrib.get("classname") != attrib.get("name"):
        return False
    return any(result.message and not result.message.startswith("SKIP_") for result in results)


def _is_attempt(result: Result) -> bool:
    return result.tag.startswith(("flaky", "rerun"))


def _telling(results: list[Result], outcome: Outcome) -> Result | None:
    """The result that explains *outcome*."""
    return next((result for result in results if RESULTS[result.tag] is outcome), results[0] if results else None)


def _first_line(telling: Result | None) -> str:
    if telling is None:
        return ""
    return telling.text.strip().partition("\n")[0].strip() or telling.type


def _line(text: str, *, first: int) -> int | None:
    number = int(text) + 1 - first if text.isascii() and text.isdigit() and len(text) <= 8 else 0
    return number if 0 < number <= HIGHEST_LINE else None
