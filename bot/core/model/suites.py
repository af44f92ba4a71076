"""Test results: cases with their outcomes, and the data races that were reported beside them.

Structs of msgspec rather than dataclasses: a report may hold a million cases, and they travel to the parent process
and into history as they are (``bot.core.model.wire``).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

LONGEST_MESSAGE = 1_000
LONGEST_DETAIL = 4_000
"""How many characters of a failure's message and of the output around it are kept."""

Name = Annotated[str, Meta(max_length=4096)]
Line = Annotated[int, Meta(ge=1, le=10_000_000)]
Microseconds = Annotated[int, Meta(ge=0, le=1 << 53)]


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"  # an assertion did not hold
    ERRORED = "errored"  # it did not come to its end: an exception, a panic, a timeout, a package that does not build
    SKIPPED = "skipped"


BAD = frozenset({Outcome.FAILED, Outcome.ERRORED})


class Case(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """One test case. *suite* is what its *name* is unique in (a package, a class, a file).

    *attempts* are the outcomes of every run of it in order, where there was more than one; *outcome* is what they come
    to: the last where the producer says that a failure was tried again, else the worst. *synthetic* is true for a case
    that no test has: its suite failed although none of its tests did. *file* and *line* are where it failed, as the
    report names them.
    """

    suite: Name
    name: Name
    outcome: Outcome
    duration_us: Microseconds | None = None
    attempts: tuple[Outcome, ...] = ()
    message: Annotated[str, Meta(max_length=LONGEST_MESSAGE)] = ""
    detail: Annotated[str, Meta(max_length=LONGEST_DETAIL)] = ""
    file: Name = ""
    line: Line | None = None
    synthetic: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """What tells this case from every other of one run."""
        return self.suite, self.name

    @property
    def bad(self) -> bool:
        return self.outcome in BAD

    @property
    def flaky(self) -> bool:
        """Whether its attempts disagree: it both passed and failed on one tree."""
        return Outcome.PASSED in self.attempts and not BAD.isdisjoint(self.attempts)


class Frame(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """One place in a stack: *file* as the detector wrote it."""

    function: Name
    file: Name
    line: Annotated[int, Meta(ge=0, le=10_000_000)]


class Access(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One of the two sides of a race: *kind* as the detector calls it (``Write``, ``Previous read``), with the
    innermost frames first.
    """

    kind: Name
    frames: Annotated[tuple[Frame, ...], Meta(max_length=32)]


class Race(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One data race, however often it was reported (*count*). *suite* and *case* are where the report stood in the
    output: tests run side by side, so that may be an innocent one. *detector* is ``go`` or ``tsan``.
    """

    detector: Name
    accesses: Annotated[tuple[Access, ...], Meta(max_length=8)]
    suite: Name = ""
    case: Name = ""
    count: Annotated[int, Meta(ge=1, le=1 << 32)] = 1

    @property
    def key(self) -> tuple[tuple[str, str, int], ...]:
        """What makes two reports one race: where each side stood, whichever came first."""
        tops = [access.frames[0] for access in self.accesses[:2] if access.frames]
        return tuple(sorted((top.function, top.file, top.line) for top in tops))


class Suites(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """All that one report says of tests, its cases in the order in which they ended.

    *toolchain* is ``go`` where Go ran the tests, which has a race detector; else empty. *suites* are the names of all
    suites that ran, those without a case included.
    """

    cases: tuple[Case, ...]
    races: tuple[Race, ...] = ()
    toolchain: Name = ""
    suites: tuple[Name, ...] = ()


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome that several runs of one case come to, where none of them was a second try."""
    ran = set(outcomes)
    order = (Outcome.ERRORED, Outcome.FAILED, Outcome.PASSED)
    return next((outcome for outcome in order if outcome in ran), Outcome.SKIPPED)


def united(races: Iterable[Race]) -> tuple[Race, ...]:
    """*races* with each told once, in their order; counts add up. One that has no frames is like no other."""
    found: dict[object, Race] = {}
    for number, race in enumerate(races):
        key: object = race.key or number
        known = found.get(key)
        found[key] = race if known is None else msgspec.structs.replace(known, count=known.count + race.count)
    return tuple(found.values())
