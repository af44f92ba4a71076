"""Is one sample larger than another? The Mann-Whitney test, exact with and without ties, and Holm's correction.

Only ranks are looked at, so that outliers and the shape of the noise do not matter, and no unit does. Probabilities
are counted in integers and divided once. The definitions are those of Mann and Whitney, "On a Test of Whether one of
Two Random Variables is Stochastically Larger than the Other", Annals of Mathematical Statistics 18 (1947), and Holm,
"A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of Statistics 6 (1979).
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from math import comb, erfc, sqrt

MOST_EXACT = 60
MOST_EXACT_WITH_TIES = 40
"""Both samples together, up to which every arrangement is counted; above, the normal approximation is used, which
corrects for ties and continuity and is then within 0.002. With ties counting takes longer: a millisecond for 40."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RankTest:
    """The probabilities of a rank sum at least as extreme where both samples are of one distribution: *greater* that
    the first is as much larger as it is, *less* that it is as much smaller.
    """

    greater: float
    less: float

    @property
    def two_sided(self) -> float:
        return min(1.0, 2 * min(self.greater, self.less))


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> RankTest:
    """Test *first* against *second*, neither of them empty."""
    ranks = doubled_ranks((*first, *second))
    tied = len(set(ranks)) < len(ranks)
    if len(ranks) > (MOST_EXACT_WITH_TIES if tied else MOST_EXACT):
        return _approximated(ranks, len(first))
    return _with_ties(ranks, len(first)) if tied else _without_ties(sum(ranks[: len(first)]), len(first), len(second))


def doubled_ranks(values: Sequence[float]) -> tuple[int, ...]:
    """Twice the rank of each value, in their order: equal values share the mean of their ranks, which has a half."""
    below, ranks = 0, dict[float, int]()
    for value, count in sorted(Counter(values).items()):
        ranks[value] = 2 * below + count + 1
        below += count
    return tuple(ranks[value] for value in values)


@lru_cache(maxsize=2048)
def upper_tail(first: int, second: int) -> array[float]:
    """For samples of these sizes without ties: the probability of U >= u, for u from 0 to ``first * second``."""
    counts = [1] + [0] * (first * second)
    for size in range(1, first + 1):  # Gauss's binomial coefficient as a polynomial, a factor at a time
        for u in range(len(counts) - 1, second + size - 1, -1):
            counts[u] -= counts[u - second - size]
        for u in range(size, len(counts)):
            counts[u] += counts[u - size]
    total = comb(first + second, first)
    return array("d", (count / total for count in reversed(tuple(accumulate(reversed(counts))))))


@lru_cache(maxsize=2048)
def critical_u(first: int, second: int, alpha: float) -> int | None:
    """The least U of the first sample that is significant at *alpha*, one-sided and without ties; ``None`` where no U
    is: the samples are too few. Above ``MOST_EXACT`` by the normal approximation.
    """
    if first + second <= MOST_EXACT:
        return next((u for u, p in enumerate(upper_tail(first, second)) if p <= alpha), None)
    mean, spread = first * second / 2, sqrt(first * second * (first + second + 1) / 12)
    least = int(mean)
    return next((u for u in range(least, first * second + 1) if _above((u - 0.5 - mean) / spread) <= alpha), None)


def least_p(first: int, second: int) -> float:
    """The smallest one-sided probability that samples of these sizes can have."""
    return 1 / comb(first + second, first)


def fewest_samples(measures: int, alpha: float) -> int:
    """How many samples a side let one of so many *measures* be significant at *alpha* after Holm's correction."""
    size = 1
    while least_p(size, size) * max(measures, 1) > alpha:
        size += 1
    return size


def holm(probabilities: Sequence[float]) -> tuple[float, ...]:
    """Each probability adjusted for all of them: to call those significant that are at most alpha now makes one false
    call or more among them with a probability of at most alpha.
    """
    order = sorted(range(len(probabilities)), key=probabilities.__getitem__)
    raised = (min(1.0, probabilities[at] * (len(order) - step)) for step, at in enumerate(order))
    adjusted = dict(zip(order, accumulate(raised, max), strict=True))
    return tuple(adjusted[at] for at in range(len(order)))


def _without_ties(doubled_sum: int, first: int, second: int) -> RankTest:
    u = doubled_sum // 2 - first * (first + 1) // 2
    tail = upper_tail(first, second)
    return RankTest(greater=tail[u], less=tail[first * second - u])


@lru_cache(maxsize=2048)
def _with_ties(ranks: tuple[int, ...], first: int) -> RankTest:
    """Of all choices of *first* ranks, how many have a sum at least, and at most, that of the ranks given first.

    Each number of ranks chosen has one integer, whose digits, *width* bits each, count the choices of that many by
    their sum: to take one more rank is to shift it. Equal sums never carry, since no count exceeds all choices.
    """
    width = comb(len(ranks), first).bit_length()
    chosen = [1] + [0] * first
    for rank in ranks:
        for size in range(first, 0, -1):
            chosen[size] += chosen[size - 1] << (rank * width)
    digit, counts = (1 << width) - 1, chosen[first]
    seen, total = sum(ranks[:first]) * width, comb(len(ranks), first)
    below = (counts & ((1 << seen) - 1)) % digit  # the sum of its digits: it is less than the greatest digit
    equal = counts >> seen & digit
    return RankTest(greater=(total - below) / total, less=(below + equal) / total)


def _approximated(ranks: tuple[int, ...], first: int) -> RankTest:
    size, second = len(ranks), len(ranks) - first
    u = sum(ranks[:first]) / 2 - first * (first + 1) / 2
    ties = sum(count**3 - count for count in Counter(ranks).values())
    spread = sqrt(first * second / 12 * (size + 1 - ties / (size * (size - 1))))
    if not spread:
        return RankTest(greater=1.0, less=1.0)
    mean = first * second / 2
    return RankTest(greater=_above((u - mean - 0.5) / spread), less=_above((mean - u - 0.5) / spread))


def _above(z: float) -> float:
    """The share of a normal distribution that lies above *z* standard deviations."""
    return erfc(z / sqrt(2)) / 2
