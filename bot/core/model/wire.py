"""Evidence as bytes: what the limited child hands to its parent, and what history keeps.

MessagePack by msgspec, typed on the way in: bytes of another shape, with hostile numbers or too deep are refused. Every
``decode`` raises ``ValueError`` for what its ``encode`` did not write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Annotated

import msgspec
from msgspec import Meta

from bot.core.model.benchmarks import Benchmarks
from bot.core.model.coverage import Arms, Blocks, Coverage, FileCoverage, Metric
from bot.core.model.evidence import BenchRecord, Layout
from bot.core.model.findings import Finding
from bot.core.model.lines import HIGHEST_LINE, Lines
from bot.core.model.suites import Name, Outcome

_Count = Annotated[int, Meta(ge=0, le=1 << 32)]
_Line = Annotated[int, Meta(ge=0, le=HIGHEST_LINE)]
_BLOCKS = re.compile(rb"(?:\d{1,7}\.\d{1,9},\d{1,7}\.\d{1,9} \d{1,9}(?:\n(?!\Z)|\Z))*")


class _WireArms(msgspec.Struct, array_like=True, frozen=True):
    known: list[str]
    taken: list[str]
    total: _Count
    covered: _Count
    open: list[str] | None


class _WireFile(msgspec.Struct, array_like=True, frozen=True):
    measured: bytes
    executed: bytes
    excluded: bytes
    arms: dict[_Line, _WireArms]
    functions: dict[str, bool]
    hit_blocks: bytes | None
    missed_blocks: bytes | None


class _WireCoverage(msgspec.Struct, array_like=True, frozen=True):
    version: int
    metric: Metric
    files: dict[str, _WireFile]


class _WireRecord(msgspec.Struct, array_like=True, frozen=True):
    sha: Name
    machine: Name
    layout: Layout | None
    ratios: list[tuple[Name, Name, Name, float]]
    benchmarks: Benchmarks


VERSION = 1
_decoder = msgspec.msgpack.Decoder(_WireCoverage)

_outcomes = msgspec.msgpack.Decoder(dict[Name, dict[Name, Outcome]])
_findings = msgspec.msgpack.Decoder(tuple[Finding, ...])
_record = msgspec.msgpack.Decoder(_WireRecord)


def encode(coverage: Coverage) -> bytes:
    """*coverage* as bytes; equal measurements give equal bytes."""
    files = {path: _file_out(coverage.files[path]) for path in sorted(coverage.files)}
    return msgspec.msgpack.encode(_WireCoverage(VERSION, coverage.metric, files))


def decode(data: bytes) -> Coverage:
    """The measurement in *data*. Raises ``ValueError`` for anything that ``encode`` did not write."""
    wire = _decoder.decode(data)  # msgspec.ValidationError and DecodeError are ValueErrors
    if wire.version != VERSION:
        raise ValueError(f"a measurement of version {wire.version}, not {VERSION}")
    return Coverage(metric=wire.metric, files={path: _file_in(file) for path, file in wire.files.items()})


def _file_out(file: FileCoverage) -> _WireFile:
    return _WireFile(
        measured=file.measured.to_bytes(),
        executed=file.executed.to_bytes(),
        excluded=file.excluded.to_bytes(),
        arms={line: _arms_out(file.arms[line]) for line in sorted(file.arms)},
        functions={name: file.functions[name] for name in sorted(file.functions)},
        hit_blocks=None if file.blocks is None else b"\n".join(sorted(file.blocks.hit)),
        missed_blocks=None if file.blocks is None else b"\n".join(sorted(file.blocks.miss)),
    )


def _arms_out(arms: Arms) -> _WireArms:
    opened = None if arms.open is None else sorted(arms.open)
    return _WireArms(sorted(arms.known), sorted(arms.taken), arms.total, arms.covered, opened)


def _file_in(file: _WireFile) -> FileCoverage:
    if file.hit_blocks is not None and file.missed_blocks is not None:
        return FileCoverage.of_blocks(Blocks(_blocks_in(file.hit_blocks), _blocks_in(file.missed_blocks)))
    measured, executed = _lines_in(file.measured), _lines_in(file.executed)
    if executed - measured:
        raise ValueError("lines that ran and were not measured")
    return FileCoverage(
        measured=measured,
        executed=executed,
        excluded=_lines_in(file.excluded),
        arms={line: _arms_in(arms) for line, arms in file.arms.items()},
        functions=file.functions,
    )


def _arms_in(arms: _WireArms) -> Arms:
    known, taken = frozenset(arms.known), frozenset(arms.taken)
    if not taken <= known:
        raise ValueError("branches that were taken and are not known")
    return Arms(known, taken, arms.total, arms.covered, None if arms.open is None else frozenset(arms.open))


def _blocks_in(data: bytes) -> frozenset[bytes]:
    if not _BLOCKS.fullmatch(data):
        raise ValueError("blocks that no Go profile has")
    return frozenset(data.split(b"\n")) if data else frozenset()


def _lines_in(data: bytes) -> Lines:
    if len(data) > HIGHEST_LINE // 8 + 1:
        raise ValueError("a line set beyond any source file")
    return Lines.from_bytes(data)


# --- what history keeps of the other kinds ---------------------------------------------------------------------------


def encode_outcomes(outcomes: Mapping[tuple[str, str], Outcome]) -> bytes:
    """What each test case, by (suite, name), came to; equal outcomes give equal bytes."""
    suites: dict[str, dict[str, Outcome]] = {}
    for (suite, name), outcome in sorted(outcomes.items()):
        suites.setdefault(suite, {})[name] = outcome
    return msgspec.msgpack.encode(suites)


def decode_outcomes(data: bytes) -> dict[tuple[str, str], Outcome]:
    suites = _outcomes.decode(data)
    return {(suite, name): outcome for suite, cases in suites.items() for name, outcome in cases.items()}


def encode_uploads(uploads: Iterable[tuple[str, str]]) -> bytes:
    """(workflow, name) of *uploads*, sorted."""
    return msgspec.msgpack.encode(sorted(uploads))


def decode_uploads(data: bytes) -> frozenset[tuple[str, str]]:
    return frozenset(msgspec.msgpack.decode(data, type=list[tuple[str, str]]))


def encode_findings(findings: Iterable[Finding]) -> bytes:
    """*findings* in their order."""
    return msgspec.msgpack.encode(tuple(findings))


def decode_findings(data: bytes) -> tuple[Finding, ...]:
    return _findings.decode(data)


def encode_record(record: BenchRecord) -> bytes:
    """One run of benchmarks, with what is known of where and how it was measured."""
    ratios = [(*key, ratio) for key, ratio in sorted(record.ratios.items())]
    return msgspec.msgpack.encode(_WireRecord(record.sha, record.machine, record.layout, ratios, record.benchmarks))


def decode_record(data: bytes) -> BenchRecord:
    wire = _record.decode(data)
    if not all(isfinite(ratio) for *_, ratio in wire.ratios):
        raise ValueError("a ratio that is no number")
    return BenchRecord(
        sha=wire.sha,
        benchmarks=measured(wire.benchmarks),
        machine=wire.machine,
        layout=wire.layout,
        ratios={(group, name, measure): ratio for group, name, measure, ratio in wire.ratios},
    )


def measured(benchmarks: Benchmarks) -> Benchmarks:
    """*benchmarks* if all their samples are finite: MessagePack has infinities and NaN, and no measurement does."""
    measures = (measure for benchmark in benchmarks.benchmarks for measure in benchmark.measures.values())
    if not all(isfinite(sample) for measure in measures for sample in measure.samples):
        raise ValueError("a sample that is no number")
    return benchmarks
