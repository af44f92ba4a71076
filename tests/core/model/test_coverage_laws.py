"""Merging measurements: in any order, any number of times, in any grouping, the same; and it only ever adds."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.coverage import Arms, Blocks, Coverage, FileCoverage, Metric, Tally
from bot.core.model.lines import Lines
from tests.core.model.measurements import (
    ARMS,
    COVERAGES,
    FILES,
    PAIRS_AND_MORE,
    blocks,
    line_files,
    named_arms,
    open_arms,
)

THREE_ARMS = st.tuples(ARMS, ARMS, ARMS)
THREE_FILES = st.tuples(FILES, FILES, FILES)


@given(THREE_ARMS)
def test_arms_merge_in_any_order_and_grouping(arms: tuple[Arms, Arms, Arms]):
    """Of all three degrees, mixed."""
    first, second, third = arms
    assert first | second == second | first
    assert (first | second) | third == first | (second | third)
    assert first | first == first


@given(st.one_of(st.tuples(named_arms(), named_arms()), st.tuples(open_arms(), open_arms())))
def test_merging_arms_of_one_degree_never_uncovers(arms: tuple[Arms, Arms]):
    """What either run took is taken; the total is never below the larger."""
    first, second = arms
    merged = (first | second).tally
    assert merged.total >= max(first.tally.total, second.tally.total)
    assert merged.missed <= first.tally.missed + second.tally.missed
    assert 0 <= merged.covered <= merged.total


def test_complementary_halves_are_whole_where_arms_have_names():
    """A bare count cannot know that: then the better half stands."""
    assert (
        Arms(total=2, covered=1, open=frozenset("a")) | Arms(total=2, covered=1, open=frozenset("b"))
    ).tally == Tally(2, 2)
    ab = frozenset("ab")
    assert (Arms(ab, frozenset("a")) | Arms(ab, frozenset("b"))).tally == Tally(2, 2)
    assert (Arms(total=2, covered=1) | Arms(total=2, covered=1)).tally == Tally(1, 2)


@given(blocks(), blocks(), blocks())
def test_blocks_merge_in_any_order_and_grouping(first: Blocks, second: Blocks, third: Blocks):
    """A block that ran in any profile ran."""
    assert first | second == second | first
    assert (first | second) | third == first | (second | third)
    assert first | first == first
    assert (first | second).hit == first.hit | second.hit
    assert hash(first | second) == hash(second | first)


@given(blocks())
def test_blocks_span_their_lines_and_sum_their_statements(made: Blocks):
    """Beside reading each block for itself."""

    def lines(some: frozenset[bytes]) -> set[int]:
        found: set[int] = set()
        for block in some:
            span, statements = block.decode().split(" ")
            first, last = (int(place.split(".")[0]) for place in span.split(","))
            found |= set(range(first, last + 1)) if statements != "0" else set()
        return found

    measured, executed, partial = made.lines()
    assert set(measured) == lines(made.hit) | lines(made.miss)
    assert (set(executed), set(partial)) == (lines(made.hit), lines(made.hit) & lines(made.miss))
    covered = sum(int(block.split()[1]) for block in made.hit)
    assert made.statements == Tally(covered, covered + sum(int(block.split()[1]) for block in made.miss))


@given(THREE_FILES)
def test_files_merge_in_any_order_and_grouping(files: tuple[FileCoverage, FileCoverage, FileCoverage]):
    """Go's blocks and others' lines, mixed too."""
    first, second, third = files
    assert first | second == second | first
    assert (first | second) | third == first | (second | third)
    assert first | first == first


@given(line_files(), line_files())
def test_a_merged_file_measures_and_runs_what_either_did(first: FileCoverage, second: FileCoverage):
    """Hit, partial and missed lines part what is measured."""
    merged = first | second
    assert merged.measured == first.measured | second.measured
    assert merged.executed == first.executed | second.executed
    assert merged.hit | merged.partial | merged.miss == merged.measured
    assert len(merged.hit) + len(merged.partial) + len(merged.miss) == len(merged.measured)
    assert merged.miss.bits & (first.executed | second.executed).bits == 0


@given(PAIRS_AND_MORE)
def test_measurements_merge_in_any_order_and_grouping(three: list[Coverage]):
    """So uploads may come in any order, and come again."""
    first, second, third = three
    assert first | second == second | first
    assert (first | second) | third == first | (second | third)
    assert first | first == first


@given(COVERAGES, st.sampled_from(Metric))
def test_totals_are_the_sums_of_files(coverage: Coverage, metric: Metric):
    """Within bounds, by every metric, for all files and for some."""
    total = coverage.tally(metric)
    parts = [coverage.only([path]).tally(metric) for path in coverage.files]
    assert (total.covered, total.total) == (sum(p.covered for p in parts), sum(p.total for p in parts))
    assert 0 <= total.covered <= total.total
    assert coverage.native == coverage.tally(coverage.metric)


@given(st.integers(0, 300), st.integers(0, 300), st.fractions(0, 1))
def test_what_is_needed_is_enough_and_no_less_would_do(covered: int, more: int, target: Fraction):
    """Exactly at the target passes."""
    tally = Tally(covered, covered + more)
    needed = tally.needed(target)
    assert Fraction(covered + needed) >= target * tally.total
    assert needed == 0 or Fraction(covered + needed - 1) < target * tally.total


def test_different_metrics_are_never_added_up():
    """Statements of one language and lines of another have no sum."""
    lines, statements = Coverage(metric=Metric.LINES, files={}), Coverage(metric=Metric.STATEMENTS, files={})
    with pytest.raises(ValueError, match="never added up"):
        lines | statements


def test_nothing_measured_has_no_ratio():
    """Absence is not 100 %."""
    assert Coverage(metric=Metric.LINES, files={"a": FileCoverage(measured=Lines())}).native.ratio is None
