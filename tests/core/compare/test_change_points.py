"""Where the base branch changed its level."""

import random
from math import log1p

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.compare.change_points import change_points, last_level


def noise(count: int, seed: int, deviation: float = 0.02) -> list[float]:
    source = random.Random(seed)
    return [source.gauss(0, deviation) for _ in range(count)]


def stepped(*levels: tuple[int, float], seed: int = 1) -> list[float]:
    """So many points at each level."""
    values = noise(sum(count for count, _ in levels), seed)
    return [value + level for value, level in zip(values, [one for n, one in levels for _ in range(n)], strict=True)]


def test_a_step_is_found_where_it_is():
    """20 % slower after 30 points, and back after 15 more."""
    assert change_points(stepped((30, 0.0), (15, log1p(0.2)), (15, 0.0))) == (30, 45)


@pytest.mark.parametrize(("after", "found"), [(1, ()), (2, ()), (3, (30,)), (4, (30,))])
def test_three_points_make_a_level(after: int, found: tuple[int, ...]):
    """Two could be accidents, whatever their size."""
    assert change_points(stepped((30, 0.0), (after, log1p(1.0)))) == found


def test_a_step_too_small_to_mislead_is_left():
    """Certain, and 2 %."""
    values = [value / 20 for value in noise(60, 2)]
    assert change_points([value + (0.02 if at >= 30 else 0) for at, value in enumerate(values)]) == ()


def test_noise_alone_rarely_has_levels():
    """At most one change in 2,000 points."""
    assert sum(len(change_points(noise(50, seed))) for seed in range(40)) <= 1


def test_only_the_last_points_of_a_long_series_are_looked_at():
    """Indices are those of the whole series."""
    assert change_points(stepped((200, 0.5), (40, 0.0), (20, log1p(0.3)))) == (240,)


@pytest.mark.parametrize("series", [[], [1.0], [1.0, 2.0], [1.0] * 50])
def test_short_and_constant_series_have_none(series: list[float]):
    """And no error."""
    assert change_points(series) == ()
    assert last_level(series) == series


def test_the_last_level_is_what_follows_the_last_step():
    """Of two steps, the later."""
    series = stepped((20, 0.0), (20, -0.2), (12, 0.3))
    assert last_level(series) == series[40:]


@given(st.lists(st.floats(-1, 1), max_size=40), st.floats(-5, 5))
@settings(max_examples=25, deadline=None)
def test_another_unit_and_the_other_direction_change_at_the_same_places(series: list[float], scale: float):
    """A unit moves all logarithms together; the other direction turns them."""
    rounded = [round(value, 3) for value in series]
    moved = [round(value + round(scale, 3), 3) for value in rounded]
    assert change_points(moved, least=0.0301) == change_points(rounded, least=0.0301)
    assert change_points([-value for value in rounded]) == change_points(rounded)
