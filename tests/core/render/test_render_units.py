"""A number that is shown never contradicts the judgement beside it."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from inline_snapshot import snapshot

from bot.core.model.coverage import Metric, Tally
from bot.core.render import units

counts = st.integers(0, 10**8)
targets = st.integers(0, 10**6).map(lambda n: Fraction(n, 10**6))


@st.composite
def tallies(draw: st.DrawFn) -> Tally:
    total = draw(st.integers(1, 10**8))
    return Tally(draw(st.integers(0, total)), total)


def shown(text: str) -> Fraction:
    """What a percentage reads as."""
    return Fraction(text.removesuffix("%")) / 100


@pytest.mark.parametrize(
    ("covered", "total", "said"),
    [
        (949, 1000, "94.90%"),
        (1999, 2000, "99.95%"),
        (9495, 10000, "94.95%"),
        (94999999, 100000000, "94.99%"),
        (19999, 20000, "99.99%"),
        (19, 20, "95.00%"),
        (20, 20, "100%"),
        (0, 7, "0%"),
        (1, 100000, "0.00%"),
        (2, 3, "66.66%"),
        (0, 0, "nothing measured"),
    ],
)
def test_a_level_is_rounded_down(covered: int, total: int, said: str):
    """Two decimals, never flattering; 100% and 0% only where it is exactly that."""
    assert units.percent(Tally(covered, total)) == said


@pytest.mark.parametrize(
    ("covered", "total", "target", "said"),
    [
        (95125, 100000, "95.125", "95.125%"),
        (951251, 1000000, "95.125", "95.125%"),
        (951249, 1000000, "95.125", "95.12%"),
        (19, 20, "95", "95.00%"),
        (94999999, 100000000, "95", "94.99%"),
        (1, 3, "33.33", "33.33%"),
    ],
)
def test_a_level_that_reaches_its_target_shows_it(covered: int, total: int, target: str, said: str):
    """More decimals where two would put a passing number below its target."""
    assert units.percent(Tally(covered, total), Fraction(target) / 100) == said


@given(tallies(), targets)
def test_the_shown_number_agrees_with_the_conclusion(tally: Tally, target: Fraction):
    """Passing numbers read as at least the target shown, failing ones as less."""
    passes = tally.covered >= target * tally.total
    assert (shown(units.percent(tally, target)) >= shown(units.goal(target))) == passes


@given(tallies())
def test_a_hundred_is_a_hundred(tally: Tally):
    """``100%`` stands for all, ``0%`` for none, and nothing else does."""
    assert (units.percent(tally) == "100%") == (tally.covered == tally.total)
    assert (units.percent(tally) == "0%") == (tally.covered == 0)


@given(tallies(), tallies(), targets)
def test_levels_that_differ_read_as_different(before: Tally, after: Tally, target: Fraction):
    """In the right order, with the same number of decimals unless one is whole; equal ones read as equal."""
    old, new = (shown(text) for text in units.moved(before, after, target))
    rise = Fraction(after.covered, after.total) - Fraction(before.covered, before.total)
    assert (new > old, new < old) == (rise > 0, rise < 0)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (Tally(21, 31), Tally(23, 33), "+1.96 points"),
        (Tally(940, 990), Tally(949, 1000), "-0.05 points"),
        (Tally(1, 3), Tally(100000001, 300000000), "+<0.01 points"),
        (Tally(50, 100), Tally(4999999, 10000000), "-<0.01 points"),
        (Tally(1, 2), Tally(2, 4), "unchanged"),
        (Tally(1, 2), Tally(2, 2), "+50.00 points"),
        (Tally(2, 2), Tally(0, 2), "-100.00 points"),
        (Tally(0, 20000), Tally(1, 20000), "+<0.01 points"),
        (Tally(1, 20000), Tally(0, 20000), "-0.01 points"),
    ],
)
def test_a_change_is_signed_and_never_hidden(before: Tally, after: Tally, said: str):
    """To the nearest hundredth, half of one to the worse side; a change that is not zero never reads as zero."""
    assert units.change(before, after) == said


@given(tallies(), tallies(), targets)
def test_a_drop_beyond_what_is_allowed_reads_so(before: Tally, after: Tally, allowed: Fraction):
    """The number of points exceeds the allowance exactly where the drop does."""
    assume(before.ratio is not None and after.ratio is not None)
    fallen = (before.ratio or 0) - (after.ratio or 0)
    points = Fraction(units.drop(before, after, allowed).removesuffix(" points")) / 100
    assert (points > shown(units.goal(allowed))) == (fallen > allowed)


@given(tallies(), targets)
def test_a_gap_is_there_where_units_are_missing(tally: Tally, target: Fraction):
    """``none`` exactly where the target is reached, and never a gap of nothing."""
    text = units.gap(tally, target)
    assert (text == "none") == (tally.covered >= target * tally.total)
    assert not text.startswith("0.00%")


@pytest.mark.parametrize(
    ("target", "said"),
    [("95", "95%"), ("99.95", "99.95%"), ("0", "0%"), ("100", "100%"), ("99.999999", "99.999999%"), ("0.5", "0.5%")],
)
def test_a_target_is_shown_as_it_was_written(target: str, said: str):
    """Exactly, with no decimals added."""
    assert units.goal(Fraction(target) / 100) == said


def test_a_target_that_no_decimal_can_write_is_shown_as_a_fraction():
    """Only code can make one; it is still exact."""
    assert units.goal(Fraction(1, 3)) == "1/3"


def test_counts_speak_english():
    """One thing, several things, none."""
    said = [units.count(number, "file") for number in (0, 1, 2)]
    said += [units.units(1, metric) for metric in Metric] + [units.units(2, metric) for metric in Metric]
    said += [units.metric(Metric.STATEMENTS_AND_BRANCHES), units.metric(None), units.count_more(1, "range")]
    said += [units.signed(3), units.signed(-3), units.signed(0), units.line_ranges([(3, 3), (10, 12)])]
    said += [
        units.anchor(3, 3),
        units.anchor(10, 12),
        units.gap(Tally(60, 100), Fraction(1)),
        units.gap(Tally(), Fraction(1)),
    ]
    assert said == snapshot(
        [
            "0 files",
            "1 file",
            "2 files",
            "1 line",
            "1 statement",
            "1 branch",
            "1 statement or branch",
            "2 lines",
            "2 statements",
            "2 branches",
            "2 statements or branches",
            "statements and branches",
            "lines",
            "and 1 more range",
            "+3",
            "-3",
            "0",
            "3, 10-12",
            "L3",
            "L10-L12",
            "40.00% (40)",
            "-",
        ]
    )
