"""``check --format json``: the verdict for scripts. Exact integers and text; the same inputs give the same
bytes, and ``read_result`` gives back what ``result_of`` made.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from bot.core.model.comparison import CoverageComparison, Indirect, Patch, PatchFile, Project
from bot.core.model.coverage import Tally
from bot.core.model.lines import Lines
from bot.core.model.verdict import Evaluation, GateResult, Verdict
from bot.core.render import units
from bot.core.render.escape import DATA, utf8
from bot.core.render.kinds_json import (
    BenchmarksJson,
    FindingsJson,
    SuitesJson,
    benchmarks_json,
    findings_json,
    suites_json,
)
from bot.core.render.sentences import PATCH, message

Ranges = list[tuple[int, int]]


class Counts(msgspec.Struct, frozen=True):
    covered: int
    total: int


class GateJson(msgspec.Struct, frozen=True):
    """*target* is a percentage as the policy writes it (``95%``), *needed* how many more units reach it."""

    gate: str
    conclusion: str
    metric: str | None
    covered: int | None
    total: int | None
    target: str | None
    needed: int | None
    message: str


class ProjectJson(msgspec.Struct, frozen=True):
    covered: int
    total: int
    base: Counts | None


class PatchFileJson(msgspec.Struct, frozen=True):
    """Line ranges in the tested tree's numbering."""

    hit: Ranges
    partial: Ranges
    miss: Ranges


class PatchJson(msgspec.Struct, frozen=True):
    covered: int
    partial: int
    total: int
    files: dict[str, PatchFileJson]


class IndirectJson(msgspec.Struct, frozen=True):
    newly_missed: Ranges
    newly_hit: Ranges


class CoverageJson(msgspec.Struct, frozen=True):
    project: dict[str, ProjectJson]
    patch: PatchJson | None
    indirect: dict[str, IndirectJson]
    unreported: list[str]


class ReportJson(msgspec.Struct, frozen=True):
    path: str
    sha256: str
    format: str


class InputsJson(msgspec.Struct, frozen=True):
    base_sha: str | None
    base_rule: str
    head_sha: str
    policy_sha256: str | None
    reports: list[ReportJson]


class Result(msgspec.Struct, frozen=True):
    """The whole document. *suites*, *benchmarks* and *findings* are ``null`` where nothing of the kind was read."""

    conclusion: str
    gates: list[GateJson]
    coverage: CoverageJson
    inputs: InputsJson
    suites: SuitesJson | None = None
    benchmarks: BenchmarksJson | None = None
    findings: FindingsJson | None = None


def render_json(evaluation: Evaluation) -> str:
    """The document, indented, keys in order, with a newline at its end."""
    return as_json(result_of(evaluation))


def as_json(document: msgspec.Struct) -> str:
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2).decode() + "\n"


def read_result(data: bytes | str) -> Result:
    """A document of ``render_json``. Raises ``msgspec.ValidationError`` for any other shape."""
    return msgspec.json.decode(data, type=Result)


def result_of(evaluation: Evaluation) -> Result:
    verdict = evaluation.verdict
    return Result(
        conclusion=verdict.conclusion.value,
        gates=[_gate(gate) for gate in verdict.gates],
        coverage=_coverage(evaluation.coverage, verdict),
        inputs=_inputs(verdict),
        suites=suites_json(evaluation.suites) if evaluation.suites is not None else None,
        benchmarks=benchmarks_json(evaluation.benchmarks) if evaluation.benchmarks is not None else None,
        findings=findings_json(evaluation.findings) if evaluation.findings is not None else None,
    )


def _gate(gate: GateResult) -> GateJson:
    return GateJson(
        gate=utf8(gate.gate),
        conclusion=gate.conclusion.value,
        metric=gate.metric.value if gate.metric else None,
        covered=gate.tally.covered if gate.tally else None,
        total=gate.tally.total if gate.tally else None,
        target=units.goal(gate.target) if gate.target is not None else None,
        needed=gate.needed,
        message=message(gate, DATA),
    )


def _coverage(coverage: CoverageComparison | None, verdict: Verdict) -> CoverageJson:
    if coverage is None:
        return CoverageJson(project={}, patch=None, indirect={}, unreported=[])
    return CoverageJson(
        project={project.metric.value: _project(project) for project in coverage.projects},
        patch=_patch(coverage.patch, verdict) if coverage.patch is not None else None,
        indirect={utf8(path): _indirect(file) for path, file in coverage.indirect.items()},
        unreported=sorted(map(utf8, coverage.unreported)),
    )


def _project(project: Project) -> ProjectJson:
    base = Counts(project.base.covered, project.base.total) if project.base is not None else None
    return ProjectJson(project.head.covered, project.head.total, base)


def _patch(patch: Patch, verdict: Verdict) -> PatchJson:
    """The patch gate's own count where there is one: the policy's metric decides whether partial lines are covered."""
    tally = _gate_tally(verdict) or patch.tally
    files: Mapping[str, PatchFileJson] = {utf8(path): _file(file) for path, file in patch.files.items()}
    return PatchJson(tally.covered, patch.partial, tally.total, dict(files))


def _gate_tally(verdict: Verdict) -> Tally | None:
    return next((gate.tally for gate in verdict.gates if gate.gate == PATCH), None)


def _file(file: PatchFile) -> PatchFileJson:
    return PatchFileJson(ranges(file.hit), ranges(file.partial), ranges(file.miss))


def _indirect(file: Indirect) -> IndirectJson:
    return IndirectJson(ranges(file.newly_missed), ranges(file.newly_hit))


def _inputs(verdict: Verdict) -> InputsJson:
    inputs = verdict.inputs
    return InputsJson(
        base_sha=inputs.base.sha or None,
        base_rule=inputs.base.rule.value,
        head_sha=inputs.head_sha,
        policy_sha256=inputs.policy_sha256,
        reports=[ReportJson(utf8(path), digest, utf8(kind)) for path, digest, kind in sorted(inputs.reports)],
    )


def ranges(lines: Lines) -> Ranges:
    """``[[first, last], ...]``, ascending."""
    return list(lines.ranges())
