"""Benchmarks: named measures with their samples, and the machine that took them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

Name = Annotated[str, Meta(max_length=4096)]

MOST_SAMPLES = 1_000
"""Of one measure; a producer that writes more is reduced to what is independent (a median a process run)."""


class Direction(StrEnum):
    """Which way is better. What is not known is shown and never gated."""

    LOWER = "lower"
    HIGHER = "higher"
    UNKNOWN = "unknown"


class Measure(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """One quantity of a benchmark, in the unit that the report wrote. *samples* are finite numbers, one for each
    independent run that the report tells apart.

    *exact* is true for what is counted rather than timed (allocations, instructions, sizes): it is compared without
    statistics. *gated* is false for what only restates another measure of the same benchmark (a mean beside a median,
    a percentile of the same rounds): it is shown, can be limited, and is never tested for a regression.
    """

    unit: Name
    direction: Direction
    samples: Annotated[tuple[float, ...], Meta(max_length=MOST_SAMPLES)]
    exact: bool = False
    gated: bool = True


class Benchmark(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One benchmark. *group* is what its *name* is unique in (a package, a file, a class), empty where the format has
    none; *measures* by name: ``time``, ``bytes``, ``allocs``, ``throughput``, ``p95``, or the producer's own.
    """

    name: Name
    measures: dict[Name, Measure]
    group: Name = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.group, self.name


class Benchmarks(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """All that one report measured. *machine* is what it says of where (``cpu``, ``os``, ``arch``, ``cores``): two
    runs are compared by history only on machines of one kind.
    """

    benchmarks: tuple[Benchmark, ...]
    machine: dict[Name, Name] = {}


def joined(first: Measure, second: Measure) -> Measure:
    """Two runs of one measure as one, at most ``MOST_SAMPLES`` of their samples."""
    return msgspec.structs.replace(first, samples=(first.samples + second.samples)[:MOST_SAMPLES])
