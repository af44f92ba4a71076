"""How far is one sample from another? The shift of Hodges and Lehmann with its exact interval, on logarithms.

A shift of logarithms is a ratio: 0.0953 is 10 % more. Definitions: Hodges and Lehmann, "Estimates of Location Based on
Rank Tests", Annals of Mathematical Statistics 34 (1963).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite
from statistics import median

from bot.core.compare.significance import critical_u

MOST_REPLICATES = 30
"""Samples of one side that a test looks at; with two sides of as many it is still exact."""
_TO_SIGMA = 1.4826  # times the median absolute deviation, of a normal distribution


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """By how much the first sample exceeds the second: the median of all differences, and the bounds that hold it
    with 95 %, ``None`` where the samples are too few to bound anything. *differences* are all of them, sorted.
    """

    estimate: float
    low: float | None
    high: float | None
    differences: tuple[float, ...]
    sizes: tuple[int, int]

    def visible(self, alpha: float) -> float | None:
        """The smallest shift that samples with this noise would have shown as significant at *alpha*: this one, and
        what would have to be added to every value of the first for the test to say so.
        """
        least = critical_u(*self.sizes, alpha)
        return None if least is None else self.estimate - self.differences[len(self.differences) - least]

    def without(self, common: float) -> Shift:
        """This shift less *common*, which every value of the first has."""
        return Shift(
            estimate=self.estimate - common,
            low=None if self.low is None else self.low - common,
            high=None if self.high is None else self.high - common,
            differences=tuple(difference - common for difference in self.differences),
            sizes=self.sizes,
        )


def shift(first: Sequence[float], second: Sequence[float]) -> Shift:
    """Neither is empty. The bounds come from the distribution without ties, which is the wider one."""
    differences = sorted(one - other for one in first for other in second)
    outside = critical_u(len(first), len(second), 0.025)
    skipped = None if outside is None else len(differences) - outside
    return Shift(
        estimate=median(differences),
        low=None if skipped is None else differences[skipped],
        high=None if skipped is None else differences[len(differences) - 1 - skipped],
        differences=tuple(differences),
        sizes=(len(first), len(second)),
    )


def middle(values: Sequence[float]) -> float:
    """The median. Of the largest numbers too, whose sum is none."""
    found = median(values)
    if isfinite(found):
        return found
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half - 1] / 2 + ordered[half] / 2


def spread(values: Sequence[float]) -> float:
    """The standard deviation as the median absolute deviation tells it: a half of the values may be outliers."""
    middle = median(values)
    return _TO_SIGMA * median(abs(value - middle) for value in values)


def replicates(samples: Sequence[float]) -> tuple[float, ...]:
    """At most ``MOST_REPLICATES`` values: medians of runs of consecutive samples. More samples than that come from
    few processes, and neighbours in one process are no independent witnesses.
    """
    if len(samples) <= MOST_REPLICATES:
        return tuple(samples)
    edges = [len(samples) * part // MOST_REPLICATES for part in range(MOST_REPLICATES + 1)]
    return tuple(middle(samples[start:end]) for start, end in pairwise(edges))
