"""Units: what they count, exactly how large they are, and which way is better."""

from fractions import Fraction

import pytest

from bot.core.model.benchmarks import Direction
from bot.core.model.quantities import direction_of, unit_of

TIME, BYTES, RATE = "time", "bytes", "rate"


@pytest.mark.parametrize(
    ("unit", "dimension", "scale"),
    [
        ("ns/op", TIME, Fraction(1, 10**9)),
        ("ns/iter", TIME, Fraction(1, 10**9)),
        ("ns/GC", TIME, Fraction(1, 10**9)),
        ("\N{MICRO SIGN}s", TIME, Fraction(1, 10**6)),
        ("\N{GREEK SMALL LETTER MU}s/op", TIME, Fraction(1, 10**6)),
        ("us", TIME, Fraction(1, 10**6)),
        ("ms", TIME, Fraction(1, 1000)),
        ("s", TIME, 1),
        ("sec/op", TIME, 1),
        ("min", TIME, 60),
        ("p99-ns/op", TIME, Fraction(1, 10**9)),
        ("p50-latency-ms", TIME, Fraction(1, 1000)),
        ("B/op", BYTES, 1),
        ("KiB", BYTES, 1024),
        ("MB", BYTES, 10**6),
        ("Megabytes", BYTES, 10**6),
        ("peak-RSS-bytes", BYTES, 1),
        ("MB/s", "bytes/s", 10**6),
        ("KiB/s", "bytes/s", 1024),
        ("GiB/sec", "bytes/s", 2**30),
        ("Mb/s", "bits/s", 10**6),
        ("Gbps", "bits/s", 10**9),
        ("Mbit/s", "bits/s", 10**6),
        ("req/s", RATE, 1),
        ("requests per second", RATE, 1),
        ("iter/sec", RATE, 1),
        ("ops/ms", RATE, 1000),
        ("ops/min", RATE, Fraction(1, 60)),
        ("Melem/s", RATE, 10**6),
        ("krps", RATE, 1000),
        ("k req/s", RATE, 1000),
        ("Mtokens/s", RATE, 10**6),
        ("messages/s", RATE, 1),
        ("M/s", RATE, 10**6),
        ("H/s", RATE, 1),
        ("MH/s", RATE, 10**6),
        ("MBps", "bytes/s", 10**6),
        ("million ops/s", "million ops/s", 1),
        ("kwidgets/s", "kwidgets/s", 1),
        ("widgets/s", RATE, 1),
        ("1/s", RATE, 1),
        ("hz", RATE, 1),
        ("%", "ratio", Fraction(1, 100)),
        ("ms/s", "ratio", Fraction(1, 1000)),
        ("", "count", 1),
        ("allocs/op", "allocs", 1),
        ("widgets", "widgets", 1),
        ("M", "m", 1),
    ],
)
def test_a_unit_counts_something_and_is_exactly_so_large(unit: str, dimension: str, scale: Fraction | int):
    """Each spelling has one dimension and one exact scale; a capital M alone is no minute, and Mb are bits."""
    assert (unit_of(unit).dimension, unit_of(unit).scale) == (dimension, scale)


@pytest.mark.parametrize(
    ("direction", "units"),
    [
        (Direction.LOWER, ("ns/op", "ms", "s", "B/op", "allocs/op", "KiB", "p99-ns", "instructions", "errors/s")),
        (Direction.HIGHER, ("ops/s", "MB/s", "req/s", "rps", "iter/sec", "Mbps", "hz", "Melem/s", "million ops/s")),
        (Direction.UNKNOWN, ("", "%", "points", "widgets/op", "ratio", "x", "auxMetricUnits")),
    ],
)
def test_the_unit_says_which_way_is_better_or_nothing_does(direction: Direction, units: tuple[str, ...]):
    """Less time and memory, more of anything a second unless it is a loss; of the rest nothing is claimed."""
    assert {unit: direction_of(unit) for unit in units} == dict.fromkeys(units, direction)


def test_a_tenth_of_a_second_is_a_hundred_milliseconds():
    """No rounding stands between a limit and a measure."""
    assert Fraction("0.1") * unit_of("s").scale == 100 * unit_of("ms").scale


@pytest.mark.parametrize("unit", ["\0", "/", "//s", " / ", "-" * 500, "\ud800", "%/%", "b/b/b", "s/s"])
def test_any_text_is_some_unit(unit: str):
    """What reports call a unit may be anything; it never fails, and a zero scale never comes of it."""
    assert unit_of(unit).scale > 0
    assert direction_of(unit) in Direction
