"""Cases that passed are read many at once: what stands beside them, or in them, must not change what they come to."""

import pytest

from tests.core.parse.suite_reading import case, junit

PLAIN = '<testcase classname="c" name="{}" time="0.5"/>'


@pytest.mark.parametrize("more", ['assertions="3"', 'timestamp="2026-01-01T00:00:00Z" assertions="0"', 'owner="me"'])
def test_attributes_that_say_nothing_change_nothing(more: str):
    """Counts of assertions are phpunit's, the date of each test is nextest's."""
    assert case(attributes=f'classname="c" name="n" time="1" {more}') == case()


def test_cases_that_need_a_closer_look_keep_their_place_among_plain_ones():
    """One with a status, one with a file, one without a name and one that failed, between three that passed."""
    odd = (
        '<testcase classname="c" name="status" time="0.5" status="skipped"/>'
        '<testcase classname="c" name="file" time="0.5" file="tests/c.py" line="7"/>'
        '<testcase classname="c" name="" time="0.5"/>'
        '<testcase classname="c" name="failed" time="0.5"><failure message="no"/></testcase>'
    )
    found = junit(PLAIN.format("first") + odd + PLAIN.format("last") + "<testcase/>").cases
    assert [(one.suite, one.name, one.outcome) for one in found] == [
        ("c", "first", "passed"),
        ("c", "status", "skipped"),
        ("c", "file", "passed"),
        ("c", "#1", "passed"),
        ("c", "failed", "failed"),
        ("c", "last", "passed"),
        ("s", "#2", "passed"),
    ]
    assert (found[2].file, found[2].line) == ("tests/c.py", 7)
    assert {one.duration_us for one in found[:-1]} == {500_000}


def test_a_long_name_is_cut_among_plain_cases():
    """Its neighbours are as they were."""
    long = "n" * 5_000
    first, cut, last = junit("".join(map(PLAIN.format, ("first", long, "last")))).cases
    assert (first.name, last.name) == ("first", "last")
    assert len(cut.name) == 4096
    assert cut.name.endswith("…")


def test_text_around_elements_is_nobodys():
    """What stands between elements, and behind an element within a text, belongs to no failure."""
    inner = "blank <failure>told<system-out>printed</system-out>lost</failure> blank <error>why</error> end"
    found = case(inner)
    assert (found.outcome, found.detail, found.message) == ("errored", "", "why")
