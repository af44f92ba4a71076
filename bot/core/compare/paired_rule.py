"""The rule for both sides measured beside each other: is the head slower for certain, and by enough to count?

On logarithms, turned so that more is worse. A measure regressed if the exact one-sided Mann-Whitney test says so at
5 % after Holm's correction for the whole suite, and the Hodges-Lehmann ratio is at least the least effect that counts,
and at least 3.5 standard deviations of what equal trees were seen to differ by, where that was learnt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import expm1, log, log1p
from statistics import median

from bot.core.compare.bench_sides import Key, Pair
from bot.core.compare.exact_rule import is_constant, is_counted, judge_exactly
from bot.core.compare.shifts import Shift, middle, replicates, shift, spread
from bot.core.compare.significance import fewest_samples, holm, least_p, mann_whitney
from bot.core.model.benchmarks import Direction, Measure
from bot.core.model.evidence import BenchRecord, Layout
from bot.core.model.regression import MeasureComparison, Rule, Standing

ALPHA = 0.05
SIGMAS = 3.5
"""How many standard deviations of the noise between equal trees a change must exceed."""
ENOUGH_RATIOS = 10
"""Comparisons of equal trees from which their noise is learnt."""
ENOUGH_BENCHMARKS = 8
"""Benchmarks from which what they all have in common is told from what one of them does."""

MOST_SHIFT = 700.0
"""What a number still holds as a ratio: the largest is e**709."""

_NORMAL_95 = 1.96
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """How far equal trees differ, by measure: standard deviations of log ratios. *learnt_from* is how many
    comparisons the best known measure has.
    """

    sigmas: Mapping[Key, float]
    learnt_from: int


NO_NOISE = Noise(sigmas={}, learnt_from=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """*common* is how much worse the whole suite is, as a logarithm, taken out of every measure; 0: nothing was."""

    measures: tuple[MeasureComparison, ...]
    common: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """What all timed measures of one comparison are tested by. *family* is how many they are, *common* what is taken
    out of each, *trusted* whether the layout alone lets a difference be believed.
    """

    family: int
    common: float
    effect: float
    sigmas: Mapping[Key, float]
    trusted: bool

    def standing(self, look: _Look) -> Standing:
        """The first that applies."""
        least = self.least(look.pair.key)
        sizes = look.moved.sizes
        if least_p(*sizes) * self.family > ALPHA or not (self.trusted or look.pair.key in self.sigmas):
            return Standing.INCONCLUSIVE
        if look.worse <= ALPHA and look.moved.estimate >= least - _ROUNDING:
            return Standing.REGRESSED
        if look.better <= ALPHA and look.moved.estimate <= _ROUNDING - least:
            return Standing.IMPROVED
        high = self.bounds(look)[1]
        below = high is not None and high < self.effect and self.common < self.effect
        return Standing.OK if below else Standing.INCONCLUSIVE

    def least(self, key: Key) -> float:
        """The smallest shift that counts."""
        return max(self.effect, SIGMAS * self.sigmas.get(key, 0.0))

    def bounds(self, look: _Look) -> tuple[float | None, float | None]:
        """The 95 % bounds: those of the samples, or what equal trees differ by, whichever is wider."""
        moved, noise = look.moved, _NORMAL_95 * self.sigmas.get(look.pair.key, 0.0)
        if moved.low is None or moved.high is None:
            return None, None
        return min(moved.low, moved.estimate - noise), max(moved.high, moved.estimate + noise)

    def visible(self, look: _Look) -> float | None:
        shown = look.moved.visible(ALPHA / self.family)
        return None if shown is None else max(shown, self.least(look.pair.key))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """One timed measure under test. *worse* and *better* are its probabilities, adjusted for the suite."""

    pair: Pair
    moved: Shift
    worse: float
    better: float


def learn_noise(records: Iterable[BenchRecord], layout: Layout) -> Noise:
    """From what pushes to the base branch measured in the same *layout*. Most of them changed no speed; those that
    did are outliers to the median. Between two runners, what a whole suite has in common is the runners' difference.
    """
    found = dict[Key, list[float]]()
    for record in records:
        if record.layout is layout:
            common = common_shift(record.ratios) if layout is Layout.SEPARATE else 0.0
            for key, ratio in record.ratios.items():
                found.setdefault(key, []).append(ratio - common)
    enough = {key: ratios for key, ratios in found.items() if len(ratios) >= ENOUGH_RATIOS}
    return Noise(
        sigmas={key: spread(ratios) for key, ratios in enough.items()},
        learnt_from=max((len(ratios) for ratios in enough.values()), default=0),
    )


def judge_pairs(pairs: Sequence[Pair], *, layout: Layout, min_effect: Fraction, noise: Noise = NO_NOISE) -> Judged:
    """Every pair by the rule that fits it; the timed ones are tested together. Two runners differ by themselves:
    in that *layout* nothing is called a regression without *noise* that was learnt.
    """
    sorted_by = {rule: [pair for pair in pairs if rule_of(pair, layout) is rule] for rule in Rule}
    tested, common = _test(sorted_by[Rule.PAIRED], layout, float(min_effect), noise)
    exact = (judge_exactly(pair, min_effect=min_effect) for pair in sorted_by[Rule.EXACT])
    return Judged(measures=(*tested, *exact, *(shown(pair) for pair in sorted_by[Rule.NONE])), common=common)


def rule_of(pair: Pair, layout: Layout) -> Rule:
    """Which rule compares *pair*. What is not positive has no logarithm, and is only shown unless it is exact."""
    if not pair.judged:
        return Rule.NONE
    if is_counted(pair) or (is_constant(pair) and layout is not Layout.SEPARATE):
        return Rule.EXACT
    return Rule.PAIRED if is_timed(pair) else Rule.NONE


def is_positive(measure: Measure) -> bool:
    return min(measure.samples) > 0


def is_timed(pair: Pair) -> bool:
    """Whether logarithms of *pair* can be compared, and are worth it."""
    return pair.judged and not is_counted(pair) and is_positive(pair.head) and is_positive(pair.base)


def log_ratio(pair: Pair) -> float:
    """By how much the head exceeds the base, as a logarithm, whichever is better."""
    moved = shift(costs(pair.head), costs(pair.base)).estimate
    return moved if pair.head.direction is Direction.LOWER else -moved


def costs(measure: Measure) -> tuple[float, ...]:
    """The logarithms of its samples, turned so that more is worse, as many as a test looks at."""
    sign = 1 if measure.direction is Direction.LOWER else -1
    return tuple(sign * log(sample) for sample in replicates(measure.samples))


def common_shift(shifts: Mapping[Key, float]) -> float:
    """What all benchmarks have in common, the median; 0 where they are too few to tell."""
    return median(shifts.values()) if len({key[:2] for key in shifts}) >= ENOUGH_BENCHMARKS else 0.0


def as_change(moved: float | None) -> float | None:
    """A shift of logarithms as a ratio minus one, within what a number holds."""
    return None if moved is None else expm1(min(moved, MOST_SHIFT))


def shown(pair: Pair) -> MeasureComparison:
    """Both sides without a judgement."""
    return MeasureComparison(
        group=pair.key[0],
        name=pair.key[1],
        measure=pair.key[2],
        unit=pair.head.unit,
        direction=pair.head.direction,
        standing=Standing.UNGATED,
        head=middle(pair.head.samples),
        base=middle(pair.base.samples),
        samples=(len(pair.head.samples), len(pair.base.samples)),
        was=pair.was,
    )


def _test(
    pairs: Sequence[Pair], layout: Layout, min_effect: float, noise: Noise
) -> tuple[list[MeasureComparison], float]:
    """All timed pairs, and what they have in common where two runners measured them."""
    moved = [shift(costs(pair.head), costs(pair.base)) for pair in pairs]
    estimates = {pair.key: one.estimate for pair, one in zip(pairs, moved, strict=True)}
    common = common_shift(estimates) if layout is Layout.SEPARATE else 0.0
    trial = _Trial(
        family=len(pairs),
        common=common,
        effect=log1p(min_effect),
        sigmas=noise.sigmas,
        trusted=layout is not Layout.SEPARATE,
    )
    return [_compared(look, trial) for look in _looks(pairs, moved, common)], common


def _looks(pairs: Sequence[Pair], moved: Sequence[Shift], common: float) -> list[_Look]:
    tests = [mann_whitney([cost - common for cost in costs(pair.head)], costs(pair.base)) for pair in pairs]
    worse, better = holm([test.greater for test in tests]), holm([test.less for test in tests])
    return [
        _Look(pair=pair, moved=one.without(common), worse=more, better=less)
        for pair, one, more, less in zip(pairs, moved, worse, better, strict=True)
    ]


def _compared(look: _Look, trial: _Trial) -> MeasureComparison:
    low, high = trial.bounds(look)
    too_few = least_p(*look.moved.sizes) * trial.family > ALPHA
    return replace(
        shown(look.pair),
        standing=trial.standing(look),
        rule=Rule.PAIRED,
        change=as_change(look.moved.estimate),
        low=as_change(low),
        high=as_change(high),
        p=look.worse if look.moved.estimate >= 0 else look.better,
        visible=as_change(trial.visible(look)),
        needs=fewest_samples(trial.family, ALPHA) if too_few else None,
    )
