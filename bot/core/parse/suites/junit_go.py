"""What is peculiar to JUnit reports of Go tests, as gotestsum and go-junit-report write them.

Every test with subtests is a case there, beside these; and a package that failed although none of its tests did, or
that was not built, is a case of its own under a made-up name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from msgspec.structs import replace

from bot.core.model.suites import BAD, Case, Outcome
from bot.core.parse.suites.go_cases import PACKAGE
from bot.core.parse.suites.go_output import panic_of, place_in_trace, what_failed

_DEEPEST = 32
_EMPTY = frozenset({"Failed", "Error"})
"""Messages that say nothing: every failure has them."""
_MADE_UP = frozenset({"TestMain", "Failure", "[build failed]", "[setup failed]", "#1"})
_MOST_LINES = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GoSays:
    """What the output of a failed test tells: *panicked* is true if it did not come to its end."""

    message: str
    file: str
    line: int | None
    panicked: bool


def what_go_says(message: str, text: str, test: str) -> GoSays:
    """What *text*, the output of the failed *test*, says of why and where; else what its *message* says of why."""
    lines = [
        line
        for line in text.splitlines(keepends=True)[:_MOST_LINES]
        if not line.startswith("=== ") and not line.lstrip().startswith("--- ")
    ]
    panic = next((panic for line in lines if (panic := panic_of(line)) is not None), None)
    if panic is None:
        told = what_failed(lines)
        first = next((line.strip() for line in lines if line.strip()), "")
        said = told.message or first or ("" if message in _EMPTY else message)
        return GoSays(message=said, file=told.file, line=told.line, panicked=False)
    place = place_in_trace([line.rstrip("\n") for line in lines], test)
    return GoSays(message=panic, file=place[0] if place else "", line=place[1] if place else None, panicked=True)


def of_go(cases: Iterable[Case]) -> list[Case]:
    """*cases* with each subtest counted once: a test with subtests stays only where it failed although none of
    them did, or was skipped. What it said of a panic goes to the subtest that failed within it.
    """
    listed = [_named(case) for case in cases]
    parents: set[tuple[str, str]] = set()
    failing: dict[tuple[str, str], Case] = {}  # by their parents, the last each
    for case in listed:
        for above in _above(case):
            parents.add(above)
            if case.bad:
                failing[above] = case
    panics = {
        failing[case.suite, case.name].key: case
        for case in listed
        if case.outcome is Outcome.ERRORED and (case.suite, case.name) in failing
    }
    return [
        _explained(case, panics.get(case.key))
        for case in listed
        if case.key not in parents
        or case.outcome is Outcome.SKIPPED
        or (case.outcome in BAD and case.key not in failing)
    ]


def _named(case: Case) -> Case:
    """*case*, under the name that a package itself has if it stands for one."""
    if case.name not in _MADE_UP or not case.bad:
        return case
    return replace(case, name=PACKAGE, outcome=Outcome.ERRORED, synthetic=True)


def _above(case: Case) -> list[tuple[str, str]]:
    """The keys of the tests that *case* may be a subtest of."""
    above: list[tuple[str, str]] = []
    end = case.name.find("/")
    while end >= 0 and len(above) < _DEEPEST:
        above.append((case.suite, case.name[:end]))
        end = case.name.find("/", end + 1)
    return above


def _explained(case: Case, parent: Case | None) -> Case:
    if parent is None or case.message:
        return case
    return replace(
        case, outcome=parent.outcome, message=parent.message, detail=parent.detail, file=parent.file, line=parent.line
    )
