"""Outcomes, findings and benchmarks as history keeps them: back as they were, and nothing else believed."""

from __future__ import annotations

from contextlib import suppress
from math import inf, nan
from string import printable
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.model.benchmarks import Benchmark, Benchmarks, Direction, Measure
from bot.core.model.evidence import BenchRecord, Layout
from bot.core.model.findings import Finding, Level
from bot.core.model.suites import Outcome
from bot.core.model.wire import (
    decode_findings,
    decode_outcomes,
    decode_record,
    encode_findings,
    encode_outcomes,
    encode_record,
)

if TYPE_CHECKING:
    from collections.abc import Callable

TEXT = st.text(printable + "äß\u2028", max_size=8)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
OUTCOMES = st.dictionaries(st.tuples(TEXT, TEXT), st.sampled_from(Outcome), max_size=6)
FINDINGS = st.lists(
    st.builds(
        Finding,
        path=TEXT,
        rule=TEXT,
        message=TEXT,
        level=st.sampled_from(Level),
        line=st.none() | st.integers(1, 10_000_000),
        tool=TEXT,
    ),
    max_size=4,
).map(tuple)
MEASURES = st.builds(
    Measure, unit=TEXT, direction=st.sampled_from(Direction), samples=st.lists(NUMBERS, max_size=4).map(tuple)
)
RECORDS = st.builds(
    BenchRecord,
    sha=TEXT,
    machine=TEXT,
    layout=st.none() | st.sampled_from(Layout),
    ratios=st.dictionaries(st.tuples(TEXT, TEXT, TEXT), NUMBERS, max_size=3),
    benchmarks=st.builds(
        Benchmarks,
        benchmarks=st.lists(
            st.builds(Benchmark, name=TEXT, group=TEXT, measures=st.dictionaries(TEXT, MEASURES, max_size=2)),
            max_size=3,
        ).map(tuple),
    ),
)


@settings(max_examples=40)
@given(OUTCOMES, FINDINGS, RECORDS)
def test_what_is_kept_comes_back_as_it_was(
    outcomes: dict[tuple[str, str], Outcome], findings: tuple[Finding, ...], record: BenchRecord
) -> None:
    """To the last case, finding and sample; equal outcomes are equal bytes, in whatever order they came."""
    assert decode_outcomes(encode_outcomes(outcomes)) == outcomes
    assert encode_outcomes(dict(reversed(outcomes.items()))) == encode_outcomes(outcomes)
    assert decode_findings(encode_findings(findings)) == findings
    assert decode_record(encode_record(record)) == record


@settings(max_examples=40)
@given(RECORDS, st.data())
def test_changed_bytes_are_refused_or_another_record(record: BenchRecord, data: st.DataObject) -> None:
    """Never anything but a ``ValueError``."""
    whole = encode_record(record)
    at = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:at] + bytes([data.draw(st.integers(0, 255))]) + whole[at + 1 :]
    with suppress(ValueError):
        assert isinstance(decode_record(changed), BenchRecord)


@pytest.mark.parametrize("number", [nan, inf, -inf])
@pytest.mark.parametrize("where", ["sample", "ratio"])
def test_what_is_no_number_is_refused(number: float, where: str) -> None:
    """MessagePack can say it, and no clock does."""
    samples = (1.0, number) if where == "sample" else (1.0,)
    ratios = {("", "Collect", "time"): number} if where == "ratio" else {}
    time = Measure(unit="ns/op", direction=Direction.LOWER, samples=samples)
    benchmarks = Benchmarks(benchmarks=(Benchmark(name="Collect", measures={"time": time}),))
    with pytest.raises(ValueError, match="no number"):
        decode_record(encode_record(BenchRecord(sha="a", benchmarks=benchmarks, ratios=ratios)))


@pytest.mark.parametrize(
    ("decode", "value"),
    [
        (decode_outcomes, {"pkg": {"TestOne": "perhaps"}}),
        (decode_outcomes, {"pkg": {"T" * 5000: "passed"}}),
        (decode_outcomes, [["pkg", "TestOne", "passed"]]),
        (decode_findings, [["a.go", "rule", "m" * 1001]]),
        (decode_findings, [["a.go", "rule", "message", "error", 0]]),
        (decode_record, ["a" * 40, "", None, [], [[["Collect", {"time": ["ns", "sideways", [1.0]]}]]]]),
        (decode_record, ["a" * 40, "", None, [], [[["Collect", {"time": ["ns", "lower", [1.0] * 1001]}]]]]),
    ],
)
def test_another_shape_is_refused(decode: Callable[[bytes], object], value: object) -> None:
    """Unknown words, texts over their limits, lines that no file has, too many samples."""
    with pytest.raises(ValueError):  # noqa: PT011 - every refusal of the decoder is one
        decode(msgspec.msgpack.encode(value))
