"""Benchmark runs in a line each. A suite is a mapping of names to samples in nanoseconds, or to a whole measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.core.compare.benchmarks import compare_benchmarks
from bot.core.model.benchmarks import Benchmark, Benchmarks, Direction, Measure
from bot.core.model.evidence import Baseline, BenchRecord, BenchRun, Layout, Report, Side, Upload
from bot.core.model.policy import BenchmarkRules
from bot.core.model.regression import BenchmarkComparison, MeasureComparison
from tests.core.making import BASE, evidence

Suite = Mapping[str, Sequence[float] | Measure]

STEADY = (100.0, 101.3, 99.1, 100.7, 98.9, 100.2, 101.1, 99.6, 100.4, 99.8)
"""Ten samples around 100 that spread by 1 %."""


def times(scale: float, samples: Sequence[float] = STEADY) -> tuple[float, ...]:
    """*samples*, each *scale* times as long."""
    return tuple(sample * scale for sample in samples)


def measure(samples: Sequence[float], unit: str = "ns/op", direction: Direction = Direction.LOWER) -> Measure:
    return Measure(unit=unit, direction=direction, samples=tuple(samples))


def counted(*samples: float, unit: str = "allocs/op") -> Measure:
    return Measure(unit=unit, direction=Direction.LOWER, samples=samples, exact=True)


def measured(suite: Suite, machine: Mapping[str, str] | None = None) -> Benchmarks:
    made = {name: one if isinstance(one, Measure) else measure(one) for name, one in suite.items()}
    return Benchmarks(
        benchmarks=tuple(Benchmark(name=name, measures={"time": one}) for name, one in made.items()),
        machine=dict(machine or {}),
    )


def bench_report(suite: Suite, side: Side = Side.HEAD, path: str = "bench.txt", **machine: str) -> Report:
    return Report(path=path, format="go-bench", digest="0" * 64, benchmarks=measured(suite, machine), side=side)


def beside(
    head: Suite,
    base: Suite,
    layout: Layout = Layout.INTERLEAVED,
    *,
    base_sha: str = BASE,
    confirms: bool = False,
    job: str | None = None,
) -> Upload:
    """An upload of the benchmark action: both sides in one job, named so that a confirming one is another."""
    return Upload(
        name="bench",
        job=job if job is not None else "confirm" if confirms else "bench",
        run_id=7,
        reports=(bench_report(head), bench_report(base, Side.BASE, "base/bench.txt")),
        bench=BenchRun(layout=layout, base_sha=base_sha, rounds=10, machine="runner", confirms=confirms),
    )


def alone(head: Suite, **machine: str) -> Upload:
    """A report that no base was measured beside."""
    return Upload(name="bench", job="bench", run_id=7, reports=(bench_report(head, **machine),))


def records(*suites: Suite, machine: str = "") -> Baseline:
    """What pushes to the base branch left, the newest first."""
    return Baseline(
        sha=BASE, benchmarks=tuple(BenchRecord(sha=BASE, benchmarks=measured(one), machine=machine) for one in suites)
    )


def compared(*uploads: Upload, base: Baseline | None = None, **rules: object) -> BenchmarkComparison:
    found = compare_benchmarks(
        evidence(*uploads),
        uploads,
        base,
        BenchmarkRules(**rules),  # pyright: ignore[reportArgumentType] -- any key of benchmarks
    )
    assert found is not None
    return found


def of(comparison: BenchmarkComparison, name: str) -> MeasureComparison:
    """The one measure of the benchmark *name*."""
    (found,) = (one for one in comparison.measures if one.name == name)
    return found
