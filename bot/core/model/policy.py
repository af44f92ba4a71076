"""The repository's rules, as ``.github/covgate.yml`` writes them. The defaults here are the published defaults.

pydantic stands here because a policy file is untrusted text; ``parse/policy.py`` reads YAML into these models and
gives every error its line. Scalars arrive as text, so that ``99.95%`` stays exactly that.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema


class Mode(StrEnum):
    ENFORCE = "enforce"
    REPORT = "report"  # judged and shown, never fails the check
    OFF = "off"  # not judged, not shown


class UntilReached(StrEnum):
    """What a project below its target is held to."""

    FAIL = "fail"
    RATCHET = "ratchet"  # only a drop fails


class MetricChoice(StrEnum):
    NATIVE = "native"
    LINES = "lines"
    STATEMENTS = "statements"
    BRANCHES = "branches"
    CODECOV = "codecov"  # lines, and a partial line is not a hit


class Priority(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


def percentage(value: object) -> Fraction:
    """``"95%"``, ``"95"``, ``"99.95 %"`` or a number into a ratio from 0 to 1, exactly."""
    if isinstance(value, Fraction):
        return value
    text = str(value).strip().removesuffix("%").strip()
    if not text or len(text) > 20 or not all(part.isdecimal() and part.isascii() for part in text.split(".", 1)):
        raise ValueError("is not a percentage; write it as 95% or 99.5%")
    ratio = Fraction(text) / 100
    if ratio > 1:
        raise ValueError("is over 100%")
    return ratio


def duration(value: object) -> int:
    """``15m``, ``2h`` or ``90s`` into seconds, at most 24 hours."""
    text = str(value).strip().lower()
    unit = {"s": 1, "m": 60, "h": 3600}.get(text[-1:], 0)
    if not unit or not (text[:-1].isascii() and text[:-1].isdecimal()) or len(text) > 8:
        raise ValueError("is not a duration; write it as 90s, 15m or 2h")
    seconds = int(text[:-1]) * unit
    if seconds > 24 * 3600:
        raise ValueError("is over 24h")
    return seconds


_PERCENT = r"^\s*\d{1,3}(\.\d+)?\s*%?\s*$"
Percent = Annotated[
    Fraction,
    BeforeValidator(percentage),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": _PERCENT}, {"type": "number", "minimum": 0, "maximum": 100}]}
    ),
]
Seconds = Annotated[int, BeforeValidator(duration), WithJsonSchema({"type": "string", "pattern": r"^\d+[smh]$"})]
Glob = Annotated[str, Field(min_length=1, max_length=512)]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class Section(BaseModel):
    """A mapping of the policy file: unknown keys are errors, values never change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class ProjectRule(Section):
    """``coverage.project``: the whole measurement. *max_drop* is how far it may fall, in points as a ratio."""

    mode: Mode | None = None
    target: Percent = Fraction(95, 100)
    max_drop: Percent = Fraction(0)
    until_reached: UntilReached = UntilReached.FAIL


class PatchRule(Section):
    """``coverage.patch``: the lines that the change adds."""

    mode: Mode | None = None
    target: Percent = Fraction(95, 100)
    min_lines: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    max_missed_lines: Annotated[int, Field(ge=0, le=1_000_000)] | None = None


class BranchRule(Section):
    """``coverage.branches``: branch arms alone, beside the project gate. Off unless written."""

    mode: Mode | None = None
    target: Percent


class Component(Section):
    """One entry of ``coverage.components``: files selected by globs, with a target of their own."""

    name: Name
    paths: Annotated[tuple[Glob, ...], Field(min_length=1, max_length=200)]
    target: Percent | None = None  # None: the project's
    max_drop: Percent | None = None
    until_reached: UntilReached | None = None
    priority: Priority | None = None
    mode: Mode | None = None


class PathRule(Section):
    """One entry of ``coverage.paths``: a prefix as reports write it, and what stands there in the repository."""

    from_: Annotated[str, Field(alias="from", min_length=1, max_length=1024)]
    to: Annotated[str, Field(max_length=1024)] = ""


class BaseOverride(Section):
    """One entry of ``coverage.bases``: other rules for base branches that match its glob."""

    project: ProjectRule | None = None
    patch: PatchRule | None = None


class CoverageRules(Section):
    mode: Mode | None = None
    metric: MetricChoice = MetricChoice.NATIVE
    project: ProjectRule = ProjectRule()
    patch: PatchRule = PatchRule()
    branches: BranchRule | None = None
    ignore: Annotated[tuple[Glob, ...], Field(max_length=500)] = ()
    bases: Annotated[dict[Glob, BaseOverride], Field(max_length=100)] = {}
    components: Annotated[tuple[Component, ...], Field(max_length=200)] = ()
    paths: Annotated[tuple[PathRule, ...], Field(max_length=100)] = ()


class EvidenceRules(Section):
    """``evidence``: where reports come from, and how long they are waited for."""

    workflows: Literal["auto"] | Annotated[tuple[Glob, ...], Field(max_length=100)] = "auto"
    artifacts: Annotated[tuple[Glob, ...], Field(min_length=1, max_length=100)] = ("covgate-*",)
    deadline: Seconds = 15 * 60


class CommentRules(Section):
    when: Literal["always", "actionable", "never"] = "always"
    drafts: bool = False


class Policy(Section):
    """A whole policy. ``Policy()`` is what ``version: 1`` alone means."""

    version: Literal[1] = 1
    mode: Mode = Mode.ENFORCE
    coverage: CoverageRules = CoverageRules()
    evidence: EvidenceRules = EvidenceRules()
    comment: CommentRules = CommentRules()


def modes(*given: Mode | None) -> Mode:
    """The mode in force: the mildest of those given, outermost first."""
    order: Sequence[Mode] = (Mode.ENFORCE, Mode.REPORT, Mode.OFF)
    return max((mode for mode in given if mode is not None), key=order.index, default=Mode.ENFORCE)
