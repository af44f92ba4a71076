"""The statistics that benchmarks are judged by, beside scipy's and what benchstat publishes."""

import math
import random
from fractions import Fraction
from itertools import combinations
from statistics import median

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from bot.core.compare.shifts import MOST_REPLICATES, middle, replicates, shift, spread
from bot.core.compare.significance import MOST_EXACT, critical_u, fewest_samples, holm, mann_whitney, upper_tail

NAMES = {"greater": "greater", "less": "less", "two_sided": "two-sided"}
SAMPLES = st.lists(st.integers(0, 9), min_size=1, max_size=7)
SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def drawn(seed: int, first: int, second: int) -> tuple[list[float], list[float]]:
    """Two samples of these sizes, the first a little larger."""
    source = random.Random(seed)
    return [source.random() + 0.1 for _ in range(first)], [source.random() for _ in range(second)]


def rank_sum(first: np.ndarray, second: np.ndarray, axis: int) -> np.ndarray:
    ranks = stats.rankdata(np.concatenate([first, second], axis=axis), axis=axis)
    return ranks[..., : first.shape[axis]].sum(axis=axis)


@pytest.mark.parametrize("sizes", [(1, 1), (2, 7), (4, 4), (5, 5), (6, 6), (10, 10), (3, 25), (17, 12), (30, 30)])
def test_without_ties_it_is_scipys_exact_test(sizes: tuple[int, int]):
    """To 1e-12, on each side and both."""
    for seed in range(5):
        first, second = drawn(seed, *sizes)
        ours = mann_whitney(first, second)
        for name, theirs in NAMES.items():
            expected = stats.mannwhitneyu(first, second, alternative=theirs, method="exact").pvalue
            assert getattr(ours, name) == pytest.approx(expected, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("sizes", [(2, 3), (4, 4), (5, 3), (6, 6)])
def test_with_ties_it_is_scipys_permutation_test(sizes: tuple[int, int]):
    """To 1e-12, over every arrangement of the rank sum."""
    for seed in range(3):
        first, second = ([round(one * 3) for one in side] for side in drawn(seed, *sizes))
        ours = mann_whitney(first, second)
        for name, theirs in NAMES.items():
            expected = stats.permutation_test(
                (first, second), rank_sum, alternative=theirs, n_resamples=np.inf, vectorized=True
            ).pvalue
            assert getattr(ours, name) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("ties", [False, True])
def test_large_samples_are_scipys_normal_approximation(ties: bool):
    """Above 60 values: corrected for ties and continuity, and close to the exact probability."""
    first, second = drawn(3, 40, 35)
    if ties:
        first, second = ([round(one * 20) for one in side] for side in (first, second))
    ours = mann_whitney(first, second)
    for name in ("greater", "less"):
        expected = stats.mannwhitneyu(first, second, alternative=name, method="asymptotic").pvalue
        assert getattr(ours, name) == pytest.approx(expected, rel=1e-12)
    if not ties:
        assert ours.greater == pytest.approx(
            stats.mannwhitneyu(first, second, alternative="greater", method="exact").pvalue, abs=2e-3
        )


def test_a_thousand_equal_values_tell_nothing():
    """No spread, no division by it."""
    assert mann_whitney([1.0] * 500, [1.0] * 500).two_sided == 1.0
    assert mann_whitney([1.0] * 5, [1.0] * 5).two_sided == 1.0


@pytest.mark.parametrize(("size", "smallest"), [(4, 0.0286), (5, 0.0079), (6, 0.0022)])
def test_the_smallest_p_is_the_one_benchstat_publishes(size: int, smallest: float):
    """Two samples that do not overlap, of 4, 5 and 6 a side."""
    assert round(mann_whitney(range(size), range(size, 2 * size)).two_sided, 4) == smallest


def test_benchstats_example_of_encoding_is_significant():
    """The example of benchstat's documentation: ten runs of each, apart but for nothing, p=0.000 n=10."""
    old = [1.7, 1.69, 1.72, 1.71, 1.73, 1.74, 1.71, 1.7, 1.73, 1.76]
    new = [1.42, 1.41, 1.43, 1.4, 1.44, 1.42, 1.43, 1.41, 1.45, 1.44]
    assert f"{mann_whitney(new, old).two_sided:.3f}" == "0.000"
    assert mann_whitney(new, old).less < 2e-5


def test_how_many_samples_a_suite_needs():
    """The table of docs/gates.md: measures, and samples a side."""
    table = {1: 3, 5: 5, 10: 5, 20: 6, 50: 7, 100: 7, 200: 8, 500: 8, 1000: 9}
    assert {measures: fewest_samples(measures, 0.05) for measures in table} == table


@given(SAMPLES, SAMPLES)
@settings(max_examples=40, deadline=None)
def test_swapping_the_sides_swaps_the_probabilities(first: list[int], second: list[int]):
    """And their overlap is the probability of the arrangement itself."""
    one, other = mann_whitney(first, second), mann_whitney(second, first)
    assert (one.greater, one.less) == (other.less, other.greater)
    assert one.greater + one.less > 1 - 1e-12


@given(SAMPLES, SAMPLES)
@settings(max_examples=25, deadline=None)
def test_the_probability_is_what_counting_every_arrangement_gives(first: list[int], second: list[int]):
    """By brute force, in fractions."""
    both = [*first, *second]

    def wins(chosen: tuple[int, ...]) -> Fraction:
        rest = [at for at in range(len(both)) if at not in chosen]
        return sum(
            (Fraction((both[a] > both[b]) * 2 + (both[a] == both[b]), 2) for a in chosen for b in rest), Fraction()
        )

    seen = wins(tuple(range(len(first))))
    every = [wins(chosen) for chosen in combinations(range(len(both)), len(first))]
    assert mann_whitney(first, second).greater == float(Fraction(sum(one >= seen for one in every), len(every)))


@given(SHARES)
@settings(max_examples=40)
def test_holms_correction_keeps_the_order_and_never_lowers(shares: list[float]):
    """Adjusted probabilities are monotone in the given ones, at least as large, and at most 1."""
    adjusted = holm(shares)
    assert all(before <= after <= 1 for before, after in zip(shares, adjusted, strict=True))
    pairs = sorted(zip(shares, adjusted, strict=True))
    assert [after for _, after in pairs] == sorted(after for _, after in pairs)


def test_holms_correction_by_hand():
    """0.01, 0.04, 0.03 of three: times 3, times 2, and not below the one before."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.06, 0.06))
    assert holm([]) == ()


@given(SAMPLES, SAMPLES)
@settings(max_examples=40, deadline=None)
def test_the_shift_is_the_median_difference_and_lies_in_its_bounds(first: list[int], second: list[int]):
    """Every difference counted, and swapping the sides turns the sign."""
    found, turned = shift(first, second), shift(second, first)
    assert found.estimate == median(one - other for one in first for other in second) == -turned.estimate
    if found.low is not None and found.high is not None:
        assert found.low <= found.estimate <= found.high
        assert (found.low, found.high) == (-(turned.high or 0.0), -(turned.low or 0.0))


def test_the_bounds_hold_the_true_shift_as_often_as_they_say():
    """The bounds of 5 and 5 are the third differences from the ends: 95 % and a little more by the null distribution."""
    found = shift([1.0, 2.0, 3.0, 4.0, 5.0], [0.1, 0.2, 0.3, 0.4, 0.5])
    assert (found.low, found.high) == (found.differences[2], found.differences[-3])
    assert critical_u(5, 5, 0.025) == 23
    assert 1 - 2 * upper_tail(5, 5)[23] >= 0.95 > 1 - 2 * upper_tail(5, 5)[22]


def test_too_few_samples_have_no_bounds():
    """Of 3 and 3 no interval reaches 95 %."""
    found = shift([1.0, 2.0, 3.0], [1.0, 2.0, 3.0])
    assert (found.low, found.high, found.visible(0.01)) == (None, None, None)


@pytest.mark.parametrize("alpha", [0.05, 0.0025])
def test_the_visible_shift_is_the_least_that_would_be_significant(alpha: float):
    """A head moved to just above it is significant, and just below it is not."""
    head, base = drawn(5, 10, 10)
    found = shift(head, base)
    visible = found.visible(alpha)
    assert visible is not None
    for more, significant in ((1e-9, True), (-1e-9, False)):
        moved = [value - found.estimate + visible + more for value in head]
        assert (mann_whitney(moved, base).greater <= alpha) is significant


def test_the_median_of_the_largest_numbers_is_a_number():
    """Their sum is not."""
    assert middle([1.7e308, 1.7e308]) == 1.7e308
    assert middle([3.0, 1.0, 2.0]) == 2.0
    assert middle([1.0, 2.0]) == 1.5


def test_the_spread_of_a_normal_sample_is_its_standard_deviation():
    """And scipy's scaled median absolute deviation; outliers do not move it."""
    sample = [*stats.norm.ppf(np.linspace(0.001, 0.999, 999)), *[50.0] * 20]
    assert spread(sample) == pytest.approx(1.0, abs=0.05)
    assert spread(sample) == pytest.approx(stats.median_abs_deviation(sample, scale=1 / 1.4826), rel=1e-12)


def test_many_samples_are_reduced_to_medians_of_neighbours():
    """A thousand of one process are thirty witnesses, every sample in one of them, and both sides are still exact."""
    reduced = replicates([float(number) for number in range(1000)])
    assert len(reduced) == MOST_REPLICATES
    assert 2 * MOST_REPLICATES <= MOST_EXACT
    assert reduced == tuple(sorted(reduced))
    assert math.isclose(sum(reduced) / len(reduced), 499.5, rel_tol=1e-3)
    assert replicates((1.0, 2.0)) == (1.0, 2.0)
