"""Sets of lines are Python's sets, in a fraction of the room."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.lines import HIGHEST_LINE, NO_LINES, Lines

NUMBERS = st.frozensets(st.integers(1, 200))
FAR = st.frozensets(
    st.one_of(st.integers(1, 200), st.integers(5000, 5200), st.integers(HIGHEST_LINE - 9, HIGHEST_LINE))
)


@given(FAR)
def test_a_set_holds_its_numbers_in_order(numbers: frozenset[int]):
    """However far they lie, and however they are asked for."""
    lines = Lines.of(numbers)
    assert list(lines) == sorted(numbers)
    assert (len(lines), bool(lines), lines.last) == (len(numbers), bool(numbers), max(numbers, default=0))
    assert all(number in lines for number in numbers)
    assert Lines.from_bytes(lines.to_bytes()) == lines


@given(NUMBERS, NUMBERS)
def test_sets_combine_as_pythons_do(first: frozenset[int], second: frozenset[int]):
    """Union, intersection, difference, equality, membership."""
    one, two = Lines.of(first), Lines.of(second)
    assert set(one | two) == first | second
    assert set(one & two) == first & second
    assert set(one - two) == first - second
    assert (one == two) == (first == second)
    assert all((number in one) == (number in first) for number in range(-1, 202))


@given(NUMBERS)
def test_ranges_are_runs_of_neighbours(numbers: frozenset[int]):
    """They cover the set, in order, with a gap between any two."""
    ranges = list(Lines.of(numbers).ranges())
    assert {number for first, last in ranges for number in range(first, last + 1)} == numbers
    assert all(end + 1 < start for (_, end), (start, _) in pairwise(ranges))


SPANS = st.tuples(
    st.one_of(st.integers(1, 60), st.integers(4000, 4200), st.integers(9000, 9100)), st.integers(-9, 5000)
)


@given(st.lists(SPANS, max_size=12))
def test_a_union_of_spans_is_the_union_of_each(spans: list[tuple[int, int]]):
    """Short ones and long ones, near and far; one that ends before it starts is empty."""
    firsts = [first for first, _ in spans]
    lasts = [max(first + more, 0) for first, more in spans]
    expected = NO_LINES
    for first, last in zip(firsts, lasts, strict=True):
        expected |= Lines.span(first, last)
    assert Lines.of_spans(firsts, lasts) == expected


def test_a_span_that_ends_far_before_it_starts_is_empty():
    """Generated Go code has such blocks."""
    assert Lines.of_spans([5000, 2], [3, 4]) == Lines.of([2, 3, 4])


MARKED = st.lists(st.tuples(st.one_of(st.integers(0, 80), st.integers(6000, 6100)), st.integers(0, 2)), max_size=20)


@given(MARKED)
def test_marked_numbers_make_two_sets(marked: list[tuple[int, int]]):
    """All of them and those with a mark, whatever repeats; 0 is no line."""
    every, those = Lines.of_marked([number for number, _ in marked], [mark for _, mark in marked])
    assert every == Lines.of({number for number, _ in marked} - {0})
    assert those == Lines.of({number for number, mark in marked if mark} - {0})


@pytest.mark.parametrize("number", [-1, HIGHEST_LINE + 1, 1 << 40])
def test_a_number_that_no_file_has_is_no_line(number: int):
    """It is refused before it costs memory."""
    with pytest.raises(ValueError, match="no file has a line"):
        Lines.of_marked([1, number], [1, 1])
