"""What every parser gives back."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.model.benchmarks import Benchmarks
from bot.core.model.coverage import Coverage
from bot.core.model.findings import Findings
from bot.core.model.suites import Suites


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """One report as read. *format* is its published name (``docs/formats.md``), *roots* are as in ``Report``. One file
    may hold several kinds of evidence: a log of ``go test -bench`` has test results and benchmarks.
    """

    format: str
    coverage: Coverage | None = None
    suites: Suites | None = None
    benchmarks: Benchmarks | None = None
    findings: Findings | None = None
    roots: tuple[str, ...] = ()
