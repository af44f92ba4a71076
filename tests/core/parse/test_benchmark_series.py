"""What holds for the samples of every format: their number, their units, their names."""

import pytest

from bot.core.model.benchmarks import MOST_SAMPLES
from bot.core.model.errors import ReportError
from bot.core.parse.benchmarks import series as limits
from bot.core.parse.benchmarks.percentiles import percentiles
from bot.core.parse.benchmarks.series import Series, kind
from bot.core.parse.report import parse_report


def test_too_many_samples_are_thinned_evenly():
    """From the first to the last run, in their order."""
    series = Series()
    series.add("x", "time", kind("s"), map(float, range(10 * MOST_SAMPLES)))
    samples = series.benchmarks().benchmarks[0].measures["time"].samples
    assert samples == tuple(map(float, range(0, 10 * MOST_SAMPLES, 10)))


def test_a_tool_that_picks_a_new_unit_for_each_run_is_understood():
    """The first unit is kept; another dimension under one name is refused."""
    series = Series()
    series.add("x", "time", kind("us"), [999.0])
    series.add("x", "time", kind("ms"), [1.5])
    assert series.benchmarks().benchmarks[0].measures["time"].samples == (999.0, 1500.0)
    with pytest.raises(ReportError, match="'x' has 'time' in two units"):
        series.add("x", "time", kind("B"), [1.0])


@pytest.mark.parametrize("name", ["", "  ", "x" * 4097, "a\ud800"])
def test_a_name_is_text_of_some_length(name: str):
    """What no other part of the program could carry is refused here."""
    with pytest.raises(ReportError):
        Series().add(name, "time", kind("s"), [1.0])


def test_the_number_of_measures_is_bounded():
    """A hostile file cannot fill the memory through one benchmark."""
    series = Series()
    for number in range(limits.MOST_MEASURES):
        series.add("x", f"m{number}", kind("s"), [1.0])
    with pytest.raises(ReportError, match=f"more than {limits.MOST_MEASURES} measures"):
        series.add("x", "one more", kind("s"), [1.0])


def test_the_number_of_benchmarks_is_bounded():
    """So it cannot through many."""
    line = '{"name":"%d","unit":"s","value":1}'
    text = "[" + ",".join(line % number for number in range(limits.MOST_BENCHMARKS + 1)) + "]"
    with pytest.raises(ReportError, match=f"more than {limits.MOST_BENCHMARKS} benchmarks"):
        parse_report("x", [text.encode()])


def test_a_percentile_needs_a_value_beyond_it():
    """By nearest rank: of a hundred values the 99th is p99, and there is no p999."""
    values = [float(number) for number in range(100, 0, -1)]
    assert dict(percentiles(values)) == {"p50": 50.0, "p95": 95.0, "p99": 99.0}
    assert dict(percentiles(values[:19])) == {"p50": 91.0}
    assert dict(percentiles([1.0])) == {}
    assert dict(percentiles([float(number) for number in range(1, 1001)]))["p999"] == 999.0
