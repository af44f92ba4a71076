"""Every report of tests, benchmarks and findings in the folder that ``COVGATE_CORPUS`` names, as a Markdown table: what
it is, what covgate counts in it, and what its producer's neighbours say. ``python -m tests.tools.corpus_table``.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.core.model.errors import ReportError
from bot.core.model.evidence import Report
from bot.core.model.suites import Outcome
from bot.core.parse.report import parse_report

FOLDERS = ("junit", "nunit", "xunit", "trx", "dart", "mocha", "go", "go-etcd", "lint", "bench", "c-real", "pairs")
_FIGURES = {
    "tests": "tests",
    "tests_succ": "passed",
    "tests_fail": "failed",
    "tests_error": "errored",
    "tests_skip": "skipped",
    "runs": "runs",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """*counted* is empty for a file that is refused, whose *format* is the reason; *expected* where nobody says."""

    file: str
    format: str
    counted: Mapping[str, int]
    expected: Mapping[str, int]

    @property
    def agrees(self) -> bool:
        return all(self.counted.get(name) == number for name, number in self.expected.items())


def rows(corpus: Path) -> Iterator[Row]:
    """A row for each file of *corpus* that holds tests, benchmarks or findings, or that the manifest counts tests in."""
    for entry in json.loads((corpus / "MANIFEST.json").read_text()):
        name: str = entry["file"]
        if name.partition("/")[0] not in FOLDERS:
            continue
        expected = _expected(entry)
        row = _row(corpus / name, name, expected)
        if row.counted or expected:
            yield row


def _expected(entry: Mapping[str, object]) -> Mapping[str, int]:
    oracles = entry["oracle"] if isinstance(entry["oracle"], list) else []
    for oracle in oracles:
        figures = oracle["figures"]
        if isinstance(figures, dict) and "tests" in figures:
            return {ours: figures[theirs] for theirs, ours in _FIGURES.items()}
    return {}


def _row(path: Path, name: str, expected: Mapping[str, int]) -> Row:
    try:
        with path.open("rb") as file:
            report = parse_report(path.name, file)
    except ReportError as error:
        return Row(file=name, format=f"refused: {error.reason}", counted={}, expected=expected)
    return Row(file=name, format=report.format, counted=_counted(report), expected=expected)


def _counted(report: Report) -> dict[str, int]:
    counts: dict[str, int] = {}
    if report.suites is not None:
        outcomes = Counter(case.outcome for case in report.suites.cases)
        counts |= {"tests": len(report.suites.cases)} | {outcome.value: outcomes[outcome] for outcome in Outcome}
        counts["runs"] = sum(max(len(case.attempts), 1) for case in report.suites.cases)
        counts["races"] = len(report.suites.races)
    if report.benchmarks is not None:
        counts["benchmarks"] = len(report.benchmarks.benchmarks)
    if report.findings is not None:
        counts["findings"] = len(report.findings.findings)
    return counts


def main() -> None:
    print("| File | Format | covgate | Its oracle |\n|-|-|-|-|")
    for row in rows(Path(os.environ["COVGATE_CORPUS"])):
        counted = ", ".join(f"{number} {name}" for name, number in row.counted.items() if number)
        expected = ", ".join(f"{number} {name}" for name, number in row.expected.items() if number)
        mark = " **differs**" if not row.agrees else ""
        print(f"| `{row.file}` | {row.format} | {counted or '-'} | {expected or '-'}{mark} |")


if __name__ == "__main__":
    main()
