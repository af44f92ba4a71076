"""Percentiles of raw samples, where there are enough of them to have one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_RANKS = {"p50": 500, "p95": 950, "p99": 990, "p999": 999}


def percentiles(values: Sequence[float]) -> Iterator[tuple[str, float]]:
    """(``p50`` | ``p95`` | ``p99`` | ``p999``, that percentile of *values*) by nearest rank: the smallest value that as
    many are no greater than. Only those that are no mere maximum: of p99 there must be 100 values.
    """
    ordered = sorted(values)
    count = len(ordered)
    for name, mille in _RANKS.items():
        if count * (1000 - mille) >= 1000:
            yield name, ordered[-(-count * mille // 1000) - 1]
