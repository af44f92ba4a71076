"""The rules of other tools, as their sources have them, each for slower is worse: which benchmarks they would flag.

github-action-benchmark 1.22 compares one value with the last one. Bencher 0.6 bounds one value by a history.
benchstat tests two sides. Values are plain, not logarithms; a row is a benchmark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy import stats

Flags = np.ndarray
OfHistory = Callable[[np.ndarray, np.ndarray], Flags]  # values of the head (suite), of the base branch (runs, suite)
OfSides = Callable[[np.ndarray, np.ndarray], Flags]  # samples of the head and of the base (suite, samples)


def last_value(ratio: float) -> OfHistory:
    return lambda head, past: head > ratio * past[-1]


def percentage(share: float) -> OfHistory:
    return lambda head, past: head > (1 + share) * past.mean(axis=0)


def z_score(level: float) -> OfHistory:
    return lambda head, past: head > past.mean(axis=0) + stats.norm.ppf(level) * past.std(axis=0, ddof=1)


def t_test(level: float) -> OfHistory:
    def flags(head: np.ndarray, past: np.ndarray) -> Flags:
        count = len(past)
        scale = past.std(axis=0, ddof=1) * np.sqrt(1 + 1 / count)
        return head > past.mean(axis=0) + stats.t.ppf(level, count - 1) * scale

    return flags


def log_normal(level: float) -> OfHistory:
    return lambda head, past: z_score(level)(np.log(head), np.log(past))


def quartiles(times: float) -> OfHistory:
    def flags(head: np.ndarray, past: np.ndarray) -> Flags:
        low, middle, high = np.quantile(past, (0.25, 0.5, 0.75), axis=0)
        return head > middle + times * (high - low)

    return flags


def first_sample(ratio: float) -> OfSides:
    """github-action-benchmark where both sides ran in one job: of several lines it takes the first."""
    return lambda head, base: head[:, 0] > ratio * base[:, 0]


def benchstat(head: np.ndarray, base: np.ndarray) -> Flags:
    p = stats.mannwhitneyu(head, base, axis=1, method="exact").pvalue
    return (p < 0.05) & (np.median(head, axis=1) > np.median(base, axis=1))


def welch(head: np.ndarray, base: np.ndarray) -> Flags:
    p = stats.ttest_ind(head, base, axis=1, equal_var=False).pvalue
    return (p < 0.05) & (head.mean(axis=1) > base.mean(axis=1))


OF_HISTORY: Mapping[str, OfHistory] = {
    "github-action-benchmark 110%": last_value(1.1),
    "github-action-benchmark 150%": last_value(1.5),
    "github-action-benchmark 200% (its default)": last_value(2.0),
    "Bencher percentage 10%": percentage(0.1),
    "Bencher z 0.977": z_score(0.977),
    "Bencher t 0.99": t_test(0.99),
    "Bencher log-normal 0.99": log_normal(0.99),
    "Bencher IQR 2": quartiles(2.0),
}

OF_SIDES: Mapping[str, OfSides] = {
    "github-action-benchmark 110%": first_sample(1.1),
    "benchstat p < 0.05": benchstat,
    "Welch's t p < 0.05": welch,
}
