"""How much of everything is shown, so that a text fits where it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

COMMENT_BYTES = 60_000
"""What a comment is built to. GitHub refuses a body over 65,536 characters; bytes, counted here, are never fewer."""

CHECK_BYTES = 60_000
"""The same for a check run's summary and for its text, each within GitHub's 65,535 characters."""

SUMMARY_BYTES = 1_000_000
"""A job summary may hold 1 MiB.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many entries each part shows before it says "and N more"."""

    files: int  # the table of all changed files
    indirect: int  # files with indirect changes
    patch_files: int  # files with uncovered new lines
    ranges: int  # line ranges of one file
    names: int  # any other list
    gates: int  # rows of the tables of gates
    urgent: int  # failed tests, races, findings, regressions: rows of each
    details: int  # rows of any other table of tests or benchmarks


_ROOMY = Limits(files=300, indirect=200, patch_files=200, ranges=50, names=100, gates=100, urgent=50, details=30)


def _steps() -> Iterator[Limits]:
    """From the richest to the barest: what is dropped first is missed least."""
    limits = _ROOMY
    for files in (300, 100, 30, 0):
        limits = replace(limits, files=files)
        yield limits
    for indirect in (100, 30, 0):
        limits = replace(limits, indirect=indirect)
        yield limits
    for patch_files in (100, 50, 20):
        limits = replace(limits, patch_files=patch_files)
        yield limits
    for details, urgent in ((10, 20), (0, 10)):
        limits = replace(limits, details=details, urgent=urgent)
        yield limits
    yield replace(limits, ranges=10, names=10)
    yield Limits(files=0, indirect=0, patch_files=20, ranges=3, names=3, gates=10, urgent=5, details=0)
    yield Limits(files=0, indirect=0, patch_files=5, ranges=1, names=1, gates=3, urgent=2, details=0)


_LADDER = tuple(_steps())
LEAST = Limits(files=0, indirect=0, patch_files=0, ranges=0, names=0, gates=0, urgent=0, details=0)


def fit(render: Callable[[Limits], str], *, within: int, ladder: Sequence[Limits] = _LADDER) -> str:
    """The richest text of *render* that takes at most *within* bytes of UTF-8, found in a few tries. Where none does,
    ``LEAST`` is taken as it comes: it holds a bounded number of bounded sentences.
    """
    best = render(ladder[0])
    if len(best.encode()) <= within:
        return best
    best, low, high = "", 1, len(ladder)
    while low < high:
        middle = (low + high) // 2
        text = render(ladder[middle])
        if len(text.encode()) <= within:
            best, high = text, middle
        else:
            low = middle + 1
    return best or render(LEAST)


def roomier(factor: int) -> tuple[Limits, ...]:
    """The ladder for a place with *factor* times the room, before the usual one."""
    most = Limits(
        files=_ROOMY.files * factor,
        indirect=_ROOMY.indirect * factor,
        patch_files=_ROOMY.patch_files * factor,
        ranges=_ROOMY.ranges,
        names=_ROOMY.names * factor,
        gates=_ROOMY.gates * factor,
        urgent=_ROOMY.urgent * factor,
        details=_ROOMY.details * factor,
    )
    return (most, *_LADDER)
