"""What is said of every kind of evidence but coverage, in one order everywhere: tests, lint, benchmarks."""

from __future__ import annotations

from collections.abc import Iterator

from bot.core.model.verdict import Evaluation
from bot.core.render.benchmarks import benchmark_listings, benchmarks_line
from bot.core.render.findings import findings_line, findings_listings
from bot.core.render.listing import Listing
from bot.core.render.suites import suites_listings, tests_line


def kind_lines(evaluation: Evaluation) -> Iterator[tuple[str, str]]:
    """(kind, one line of it) for each that was read."""
    if evaluation.suites is not None:
        yield "Tests", tests_line(evaluation.suites)
    if evaluation.findings is not None:
        yield "Lint", findings_line(evaluation.findings)
    if evaluation.benchmarks is not None:
        yield "Benchmarks", benchmarks_line(evaluation.benchmarks)


def listings(evaluation: Evaluation) -> list[Listing]:
    """Every table of every kind, none of them empty."""
    found: list[Listing] = []
    if evaluation.suites is not None:
        found += suites_listings(evaluation.suites)
    if evaluation.findings is not None:
        found += findings_listings(evaluation.findings)
    if evaluation.benchmarks is not None:
        found += benchmark_listings(evaluation.benchmarks)
    return found
