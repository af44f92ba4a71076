"""A measurement as bytes: back as it was, the same bytes for the same measurement, and nothing else believed."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.coverage import Coverage
from bot.core.model.wire import decode, encode
from tests.core.model.measurements import COVERAGES, PAIRS_AND_MORE


@given(COVERAGES)
def test_a_measurement_comes_back_as_it_was(coverage: Coverage):
    """Lines, branches of all degrees, functions and blocks."""
    again = decode(encode(coverage))
    assert again == coverage
    assert again.native == coverage.native


@given(PAIRS_AND_MORE)
def test_equal_measurements_are_equal_bytes(three: list[Coverage]):
    """However they were put together."""
    first, second, third = three
    assert encode((first | second) | third) == encode(third | (second | first))


@given(COVERAGES, st.data())
def test_changed_bytes_are_refused_or_another_measurement(coverage: Coverage, data: st.DataObject):
    """Never anything but a ``ValueError``."""
    whole = encode(coverage)
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    with suppress(ValueError):
        assert isinstance(decode(changed), Coverage)


@given(st.binary(max_size=60))
def test_other_bytes_are_refused(data: bytes):
    """Random ones are no measurement."""
    with pytest.raises(ValueError):  # noqa: PT011 - every refusal of the decoder is one
        decode(data)
