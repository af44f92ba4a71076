"""Where did a series of measurements change its level? A scan by ranks, split after split.

Every place where the series could be cut in two is tested by the exact rank test; the best cut counts if it is
significant for all of them together and the medians differ enough, and both parts are then searched in turn. A level
must last for some points to be seen, three in most series: two can be an accident.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from bot.core.compare.significance import MOST_EXACT, doubled_ranks, upper_tail

ALPHA = 0.05
LEAST_STEP = 0.03
"""On logarithms: a step of 3 %. What is smaller does not mislead a comparison, and happens all the time."""


def change_points(series: Sequence[float], *, alpha: float = ALPHA, least: float = LEAST_STEP) -> tuple[int, ...]:
    """The first index of every new level, in order. *series* are logarithms, the oldest first; of more than
    ``MOST_EXACT`` values the last count alone.
    """
    skipped = max(0, len(series) - MOST_EXACT)
    return tuple(skipped + at for at in _search(series[skipped:], alpha, least))


def last_level(series: Sequence[float]) -> Sequence[float]:
    """What *series* holds since its last change of level."""
    found = change_points(series)
    return series[found[-1] :] if found else series


def _search(series: Sequence[float], alpha: float, least: float) -> Iterator[int]:
    cut = _best_cut(series, alpha, least)
    if cut is None:
        return
    yield from _search(series[:cut], alpha, least)
    yield cut
    yield from (cut + at for at in _search(series[cut:], alpha, least))


def _best_cut(series: Sequence[float], alpha: float, least: float) -> int | None:
    """The most significant of the cuts that are significant among all, and large enough. The halves are looked at by
    themselves as well: a level that rose and fell again hides in the whole.
    """
    size, half = len(series), (len(series) + 1) // 2
    windows = [series, *((series[start : start + half]) for start in (0, half // 2, size - half))]
    starts = (0, 0, half // 2, size - half)
    found = [
        (p, start + cut)
        for start, window in zip(starts, windows, strict=True)
        for p, cut in _cuts(window)
        if p * sum(len(one) - 1 for one in windows) <= alpha
        and abs(median(window[cut:]) - median(window[:cut])) >= least
    ]
    return min(found)[1] if found else None


def _cuts(series: Sequence[float]) -> Iterator[tuple[float, int]]:
    """For each place, how probable a difference at least as large between both its sides is. Equal values make no
    difference here: without regard to them a cut is only harder to make.
    """
    ranks, doubled_sum = doubled_ranks(series), 0
    for cut in range(1, len(series)):
        doubled_sum += ranks[cut - 1]
        pairs = cut * (len(series) - cut)
        doubled_u = doubled_sum - cut * (cut + 1)
        extreme = max(doubled_u, 2 * pairs - doubled_u) // 2
        yield min(1.0, 2 * upper_tail(cut, len(series) - cut)[extreme]), cut
