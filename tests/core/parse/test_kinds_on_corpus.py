"""Every real report of tests, benchmarks and findings: told apart, counted, and equal to what its oracle says."""

import os
from pathlib import Path

import pytest

from tests.tools.corpus_table import Row, rows

CORPUS = os.environ.get("COVGATE_CORPUS", "")
ROWS = list(rows(Path(CORPUS))) if CORPUS else []
DIFFERS = {
    "xunit/publish-unit-t__fixie.xml": {"tests": 7, "passed": 3, "failed": 3, "skipped": 1},  # the file's own totals
}


@pytest.mark.skipif(not CORPUS, reason="COVGATE_CORPUS names no folder")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.file)
def test_every_report_is_counted_as_its_oracle_counts_it(row: Row):
    """Each holds something; where a neighbour says how much, it is that, or there is a reason in docs/formats.md."""
    assert row.counted
    if row.file in DIFFERS:
        assert DIFFERS[row.file].items() <= row.counted.items()
    else:
        assert row.agrees


@pytest.mark.skipif(not CORPUS, reason="COVGATE_CORPUS names no folder")
def test_nothing_was_left_out():
    """The kinds that are there: as many files of each as were looked through."""
    kinds = [kind for row in ROWS for kind in ("tests", "benchmarks", "findings") if kind in row.counted]
    assert [kinds.count(kind) for kind in ("tests", "benchmarks", "findings")] == [56, 24, 5]
