"""What docs/gates.md says of benchmarks is what the code does."""

import re
from itertools import chain
from pathlib import Path

import pytest

from bot.core.compare.paired_rule import ALPHA
from bot.core.compare.significance import fewest_samples, mann_whitney
from bot.core.model.evidence import Layout
from bot.core.model.regression import Standing
from tests.core.benching import STEADY, beside, compared, of
from tests.simulation.noise import QUIET, TYPICAL
from tests.simulation.tables import simulate

PAGE = (Path(__file__).parents[2] / "docs" / "gates.md").read_text()
SECTION = PAGE[PAGE.index("\n## `benchmarks`") : PAGE.index("\n## `evidence`")]


def samples(cell: str) -> tuple[float, ...]:
    return tuple(map(float, cell.split()))


def test_the_table_of_needed_samples_is_right():
    """Each column."""
    rows = [re.findall(r"\d+", line) for line in SECTION.splitlines() if line.startswith(("| measures", "| samples"))]
    measures, needed = ([int(cell) for cell in row] for row in rows)
    assert len(measures) == 9
    assert needed == [fewest_samples(each, ALPHA) for each in measures]


def test_the_example_is_worked_right():
    """Its samples give its figures, in a suite of as many as it says."""
    rows = {
        name: (samples(base), samples(head))
        for name, base, head in re.findall(r"\| `(\w+)` \| (.+) \| (.+) \|", SECTION)
    }
    others = {f"B{number}": STEADY for number in range(18)}
    found = compared(
        beside(
            others | {name: head for name, (_, head) in rows.items()},
            others | {name: base for name, (base, _) in rows.items()},
        )
    )
    parse, print_ = of(found, "Parse"), of(found, "Print")
    assert (parse.standing, print_.standing) == (Standing.REGRESSED, Standing.INCONCLUSIVE)
    base, head = rows["Parse"]
    figures = [
        mann_whitney(head, base).greater,
        parse.p,
        *(1 + (one or 0) for one in (parse.change, parse.low, parse.high)),
    ]
    assert figures == [pytest.approx(each, abs=6e-4) for each in (0.0011, 0.0216, 1.111, 1.079, 1.141)]
    figures = [1 + (one or 0) for one in (print_.change, print_.low, print_.high, print_.visible)]
    assert figures == [pytest.approx(each, abs=6e-4) for each in (1.005, 0.940, 1.068, 1.091)]


def test_the_tables_are_of_the_rules_that_are_simulated():
    """Every row of the page is a rule of the script, in its order."""
    said = re.findall(r"^\| (.+?) \| \d.*$", SECTION[SECTION.index("How often it is wrong") :], re.MULTILINE)
    ran = chain.from_iterable(simulate((1, QUIET, layout)) for layout in (*Layout, None))
    assert said == [name for name, _ in ran]


def test_the_rule_neither_cries_wolf_nor_sleeps():
    """Of 60 pull requests with typical noise, side by side: no false alarm, and nine in ten slow by 10 % are found."""
    shares = dict(simulate((60, TYPICAL, Layout.INTERLEAVED)))["**covgate**"]
    assert shares[0] == 0
    assert all(found > 0.9 for found in shares[1:])
