"""Lines of the tested merge as the head numbers them, for links and annotations.

A merge without conflicts brings the same added lines in the same order as the head has them, only elsewhere: the
k-th added line of a file there is the k-th here. Where the counts differ the two are not the same lines, and none is
named rather than a wrong one.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.core.model.diff import Diff
from bot.core.model.lines import NO_LINES, Lines


def renumbered(tested: Diff, head: Diff) -> Callable[[str, Lines], Lines]:
    """What maps added lines of a path from *tested* (base to merge) to *head* (merge base to head)."""

    def to_head(path: str, lines: Lines) -> Lines:
        there, here = tested.files.get(path), head.files.get(path)
        if there is None or here is None or len(there.added) != len(here.added):
            return NO_LINES
        pairs = zip(there.added, here.added, strict=True)
        return Lines.of(to for at, to in pairs if at in lines)

    return to_head
