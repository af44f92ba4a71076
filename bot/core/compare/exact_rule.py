"""The rule for what is counted and not timed: allocations, bytes, instructions. No statistics."""

from __future__ import annotations

from fractions import Fraction
from math import inf, isfinite

from bot.core.compare.bench_sides import Pair
from bot.core.compare.shifts import middle
from bot.core.model.benchmarks import Direction, Measure
from bot.core.model.quantities import unit_of
from bot.core.model.regression import MeasureComparison, Rule, Standing

_CONSTANT = 5  # as many equal samples are no accident
_LEAST_BYTES = Fraction(8)
"""Fewer than the smallest block of any allocator: an average over what ran beside the benchmark, not its own."""


def is_counted(pair: Pair) -> bool:
    return pair.head.exact and pair.base.exact


def is_constant(pair: Pair) -> bool:
    """Whether neither side shows any noise at all."""
    return all(len(one.samples) >= _CONSTANT and len(set(one.samples)) == 1 for one in (pair.head, pair.base))


def judge_exactly(pair: Pair, *, min_effect: Fraction) -> MeasureComparison:
    """Worse is what is worse in its best run than the base in its worst, by *min_effect* of that or more."""
    head, base = _costs(pair.head), _costs(pair.base)
    before, after = middle(pair.base.samples), middle(pair.head.samples)
    return MeasureComparison(
        group=pair.key[0],
        name=pair.key[1],
        measure=pair.key[2],
        unit=pair.head.unit,
        direction=pair.head.direction,
        standing=_standing(head, base, min_effect, _noise(pair.head.unit)),
        rule=Rule.EXACT,
        head=after,
        base=before,
        samples=(len(pair.head.samples), len(pair.base.samples)),
        change=_change(after, before, pair.head.direction),
        was=pair.was,
    )


def _change(after: float, before: float, direction: Direction) -> float | None:
    """How much worse, by the base; ``None`` where that is nothing and has no multiple."""
    if after == before:
        return 0.0
    worse = (after - before) / abs(before) if before else inf
    return (worse if direction is Direction.LOWER else -worse) if isfinite(worse) else None


def _costs(measure: Measure) -> tuple[Fraction, Fraction]:
    """The best and the worst sample, as costs: less is better."""
    sign = 1 if measure.direction is Direction.LOWER else -1
    costs = [sign * Fraction(sample) for sample in measure.samples]
    return min(costs), max(costs)


def _standing(
    head: tuple[Fraction, Fraction], base: tuple[Fraction, Fraction], min_effect: Fraction, noise: Fraction
) -> Standing:
    if _is_worse(head[0], base[1], min_effect, noise):
        return Standing.REGRESSED
    if _is_worse(base[0], head[1], min_effect, noise):
        return Standing.IMPROVED
    return Standing.INCONCLUSIVE if _is_worse(head[1], base[0], min_effect, noise) else Standing.OK


def _is_worse(cost: Fraction, than: Fraction, min_effect: Fraction, noise: Fraction) -> bool:
    return cost > than and cost - than >= max(abs(than) * min_effect, noise)


def _noise(unit: str) -> Fraction:
    known = unit_of(unit)
    return _LEAST_BYTES / known.scale if known.dimension == "bytes" else Fraction(0)
