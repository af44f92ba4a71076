"""One run of one Go test, and what can be said of it alone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import msgspec

from bot.core.model.suites import BAD, Outcome
from bot.core.parse.suites.go_output import Told, what_failed, why_skipped

MOST_SLASHES = 64
"""How deep subtests are looked into."""

_LONGEST_TIME = 1 << 32  # seconds
_NOTHING = Told()


class Attempt(msgspec.Struct, gc=False, eq=False):
    """One run of one test: *outcome* is ``None`` until it ended, *inline* what a result says that stands behind other
    output on its line, *contested* whether two results disagree, *era* how many tests had been started when it ended.
    *parted* is true if it has subtests. *errors* is what Go itself marks as the message of a failure.

    A struct because there is one for each test of a report: it is the cheapest to make, and is not garbage collected
    (a test knows its parent, and nobody its children).
    """

    name: str
    parent: Attempt | None = None
    outcome: Outcome | None = None
    inline: Outcome | None = None
    elapsed: float | None = None
    output: list[str] | None = None
    errors: list[str] | None = None
    contested: bool = False
    era: int = 0
    parted: bool = False
    bad_child: bool = False


@lru_cache(maxsize=4096)
def microseconds(seconds: float | None) -> int | None:
    """*seconds* as Go writes them, to the microsecond; ``None`` for what is no length of time."""
    if seconds is None or not 0 <= seconds <= _LONGEST_TIME:
        return None
    return round(seconds * 1_000_000)


def parent_of(test: str, tests: Mapping[str, Attempt]) -> Attempt | None:
    """Which of *tests* the subtest *test* is a part of; names of subtests may hold slashes of their own."""
    for _ in range(MOST_SLASHES):
        test, slash, _ = test.rpartition("/")
        if not slash:
            break
        parent = tests.get(test)
        if parent is not None:
            parent.parted = True
            return parent
    return None


def is_benchmark(attempt: Attempt) -> bool:
    return attempt.name.startswith("Benchmark")


def tell_parents(attempt: Attempt) -> None:
    parent = attempt.parent
    while parent is not None and not parent.bad_child:
        parent.bad_child = True
        parent = parent.parent


def counts(attempt: Attempt) -> bool:
    """A test with subtests is a case of its own only where it was skipped, or failed although none of them did."""
    if attempt.outcome in BAD:
        return not attempt.bad_child
    return not attempt.parted or attempt.outcome is Outcome.SKIPPED


def told_of(attempt: Attempt) -> Told:
    if attempt.outcome is Outcome.PASSED or attempt.output is None:
        return _NOTHING
    if attempt.outcome is Outcome.SKIPPED:
        return Told(message=why_skipped(attempt.output))
    return what_failed(attempt.output, attempt.errors or ())
