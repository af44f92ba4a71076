"""The repository's rules, as ``.github/covgate.yml`` writes them. The defaults here are the published defaults.

pydantic stands here because a policy file is untrusted text; ``parse/policy.py`` reads YAML into these models and
gives every error its line. Scalars arrive as text, so that ``99.95%`` stays exactly that. Messages of ``ValueError``
are clauses that follow the key's name ("is not a percentage; ...").
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag, WithJsonSchema
from pydantic_core import PydanticCustomError

from bot.core.model.limits import parse_limit


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


# --- scalars: text in, exact values out --------------------------------------------------------------------------


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


def target(value: object) -> Fraction:
    """A percentage to be reached. A bare number between 0 and 1 is refused: who writes 0.95 may mean 95%."""
    ratio = percentage(value)
    if not isinstance(value, Fraction) and 0 < ratio < Fraction(1, 100) and "%" not in str(value):
        raise ValueError("could mean a share or a percentage; write it with a % sign")
    return ratio


def duration(value: object) -> int:
    """``15m``, ``2h`` or ``90s`` into seconds, at most 24 hours. An integer, which no file brings, is seconds."""
    if isinstance(value, int):
        return value
    text = str(value).strip().lower()
    unit = {"s": 1, "m": 60, "h": 3600}.get(text[-1:], 0)
    if not unit or not (text[:-1].isascii() and text[:-1].isdecimal()) or len(text) > 8:
        raise ValueError("is not a duration; write it as 90s, 15m or 2h")
    seconds = int(text[:-1]) * unit
    if seconds > 24 * 3600:
        raise ValueError("is over 24h")
    return seconds


def whole(value: object) -> int:
    """A whole number of at most a million, written in plain digits."""
    text = str(value).strip()
    if isinstance(value, bool) or not (text.isascii() and text.isdecimal()) or len(text) > 9 or int(text) > 1_000_000:
        raise ValueError("is not a whole number from 0 to 1000000")
    return int(text)


def flag(value: object) -> bool:
    """``true`` or ``false``, and nothing that merely looks like it."""
    if isinstance(value, bool):
        return value
    known = {"true": True, "false": False}.get(str(value).strip().lower())
    if known is None:
        raise ValueError("is neither true nor false")
    return known


def limit(value: str) -> str:
    """One benchmark limit: a name, perhaps a measure, ``<``, ``<=``, ``>`` or ``>=``, a number and its unit."""
    return parse_limit(value).text


_PERCENT: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "pattern": r"^\s*\d{1,3}(\.\d+)?\s*%?\s*$"},
        {"type": "number", "minimum": 0, "maximum": 100},
    ]
}
Percent = Annotated[Fraction, BeforeValidator(percentage), WithJsonSchema(_PERCENT)]
Target = Annotated[Fraction, BeforeValidator(target), WithJsonSchema(_PERCENT)]
Seconds = Annotated[
    int, BeforeValidator(duration), WithJsonSchema({"type": "string", "pattern": r"^\s*\d{1,7}[smhSMH]\s*$"})
]
Whole = Annotated[int, Field(ge=0, le=1_000_000), BeforeValidator(whole)]
Flag = Annotated[bool, BeforeValidator(flag)]
Glob = Annotated[str, Field(min_length=1, max_length=512)]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
Command = Annotated[str, Field(min_length=1, max_length=10_000)]
Limit = Annotated[str, AfterValidator(limit)]


def _auto_or_list(value: object) -> str:
    return "auto" if value == "auto" else "list"


Workflows = Annotated[
    Annotated[Literal["auto"], Tag("auto")]
    | Annotated[Annotated[tuple[Glob, ...], Field(min_length=1, max_length=100)], Tag("list")],
    Discriminator(_auto_or_list),
]


class Section(BaseModel):
    """A mapping of the policy file: unknown keys are errors, values never change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


# --- coverage ----------------------------------------------------------------------------------------------------


class ProjectRule(Section):
    """``coverage.project``: the whole measurement. *max_drop* is how far it may fall, in points as a ratio."""

    mode: Mode | None = None
    target: Target = Field(default=percentage("95%"), json_schema_extra={"default": "95%"})
    max_drop: Percent = Field(default=percentage("0%"), json_schema_extra={"default": "0%"})
    until_reached: UntilReached = UntilReached.FAIL


class PatchRule(Section):
    """``coverage.patch``: the lines that the change adds."""

    mode: Mode | None = None
    target: Target = Field(default=percentage("95%"), json_schema_extra={"default": "95%"})
    min_lines: Whole = 0
    max_missed_lines: Whole | None = None


class BranchRule(Section):
    """``coverage.branches``: branch arms alone, beside the project gate. Off unless written."""

    mode: Mode | None = None
    target: Target


class Component(Section):
    """One entry of ``coverage.components``: files selected by globs, with a target of their own."""

    name: Name
    paths: Annotated[tuple[Glob, ...], Field(min_length=1, max_length=200)]
    target: Target | None = None  # None: the project's
    max_drop: Percent | None = None
    until_reached: UntilReached | None = None
    priority: Priority | None = None
    mode: Mode | None = None


class FlagRule(Section):
    """One entry of ``coverage.flags``: the uploads that bear a flag. *carry* ``auto`` keeps the last measurement of
    a flag whose paths the change does not touch.
    """

    paths: Annotated[tuple[Glob, ...], Field(max_length=200)] = ()
    workflows: Annotated[tuple[Glob, ...], Field(max_length=100)] = ()
    target: Target | None = None  # None: the project's
    max_drop: Percent | None = None
    until_reached: UntilReached | None = None
    carry: Literal["auto", "never"] = "auto"
    mode: Mode | None = None


class PathRule(Section):
    """One entry of ``coverage.paths``: a prefix as reports write it, and what stands there in the repository."""

    from_: Annotated[str, Field(alias="from", min_length=1, max_length=1024)]
    to: Annotated[str, Field(max_length=1024)] = ""


class BaseOverride(Section):
    """One entry of ``coverage.bases``: other rules for base branches that match its glob."""

    project: ProjectRule | None = None
    patch: PatchRule | None = None


def _named_once(components: tuple[Component, ...]) -> tuple[Component, ...]:
    """A gate is named by its component, so two of one name cannot be told apart."""
    seen: set[str] = set()
    for index, component in enumerate(components):
        if component.name in seen:
            raise PydanticCustomError("named_twice", "names a component twice", {"at": (index, "name")})
        seen.add(component.name)
    return components


class CoverageRules(Section):
    mode: Mode | None = None
    metric: MetricChoice = MetricChoice.NATIVE
    project: ProjectRule = Field(default_factory=ProjectRule)
    patch: PatchRule = Field(default_factory=PatchRule)
    branches: BranchRule | None = None
    ignore: Annotated[tuple[Glob, ...], Field(max_length=500)] = ()
    bases: Annotated[Mapping[Glob, BaseOverride], Field(max_length=100)] = {}
    components: Annotated[tuple[Component, ...], Field(max_length=200), AfterValidator(_named_once)] = ()
    flags: Annotated[Mapping[Glob, FlagRule], Field(max_length=100)] = {}
    paths: Annotated[tuple[PathRule, ...], Field(max_length=100)] = ()


# --- tests, lint, build, benchmarks ------------------------------------------------------------------------------


class TestsRule(Section):
    """``tests``: every reported test passes. *races*: what a data race does; *flaky*: what a test does that both
    failed and passed on the same commit. *race_detector* names, by globs, the artifacts whose Go tests ran with
    ``-race``, where they have no manifest that says so.
    """

    __test__ = False  # for pytest, which collects classes by this prefix

    mode: Mode | None = None
    races: Literal["forbid", "report", "off"] = "forbid"
    flaky: Literal["forbid", "report", "off"] = "report"
    race_detector: Annotated[tuple[Glob, ...], Field(max_length=100)] = ()


class LintRule(Section):
    """``lint``: at most *max_new* findings of at least *level* that *scope* counts: ``new`` ones are not on the base
    (without a baseline: on added lines), ``added`` ones stand on lines that the change adds. *jobs* are workflow jobs,
    by name, that must succeed.
    """

    mode: Mode | None = None
    max_new: Whole = 0
    scope: Literal["new", "added", "all"] = "new"
    level: Literal["error", "warning", "note"] = "note"
    jobs: Annotated[tuple[Name, ...], Field(max_length=100)] = ()


class BuildRule(Section):
    """``build``: workflow jobs, by name, that must succeed."""

    mode: Mode | None = None
    jobs: Annotated[tuple[Name, ...], Field(max_length=100)] = ()


class BenchmarkRules(Section):
    """``benchmarks``: regressions of at least *min_effect*, confirmed by a second run if *confirm*; *limits* are
    absolute; *renamed* maps an old name to the new one.
    """

    mode: Mode | None = None
    min_effect: Percent = Field(default=percentage("5%"), json_schema_extra={"default": "5%"})
    confirm: Flag = True
    limits: Annotated[tuple[Limit, ...], Field(max_length=200)] = ()
    renamed: Annotated[Mapping[Name, Name], Field(max_length=500)] = {}


# --- the whole ---------------------------------------------------------------------------------------------------


class EvidenceRules(Section):
    """``evidence``: where reports come from, and how long they are waited for."""

    workflows: Workflows = "auto"
    artifacts: Annotated[tuple[Glob, ...], Field(min_length=1, max_length=100)] = ("covgate-*",)
    deadline: Seconds = Field(default=duration("15m"), json_schema_extra={"default": "15m"})


class CommentRules(Section):
    """``comment``: when covgate comments on a pull request, and whether on drafts too."""

    when: Literal["always", "actionable", "never"] = "always"
    drafts: Flag = False


class Policy(Section):
    """A whole policy. ``Policy()`` is what ``version: 1`` alone means."""

    version: Annotated[Literal[1], BeforeValidator(whole)] = 1
    extends: Literal["org"] | None = None
    mode: Mode = Mode.ENFORCE
    coverage: CoverageRules = Field(default_factory=CoverageRules)
    tests: TestsRule = Field(default_factory=TestsRule)
    lint: LintRule = Field(default_factory=LintRule)
    build: BuildRule = Field(default_factory=BuildRule)
    benchmarks: BenchmarkRules = Field(default_factory=BenchmarkRules)
    evidence: EvidenceRules = Field(default_factory=EvidenceRules)
    comment: CommentRules = Field(default_factory=CommentRules)
    checks: Literal["single", "per_gate"] = "single"
    run: Annotated[Mapping[Name, Command], Field(max_length=50)] = {}


def modes(*given: Mode | None) -> Mode:
    """The mode in force: the mildest of those given, outermost first."""
    order: Sequence[Mode] = (Mode.ENFORCE, Mode.REPORT, Mode.OFF)
    return max((mode for mode in given if mode is not None), key=order.index, default=Mode.ENFORCE)


SECTIONS = ("coverage", "tests", "lint", "build", "benchmarks")
"""The sections of a policy that judge a change."""


def only_sections(policy: Policy, kept: Collection[str]) -> Policy:
    """*policy* with every section but those *kept* switched off."""
    off = {name: getattr(policy, name).model_copy(update={"mode": Mode.OFF}) for name in SECTIONS if name not in kept}
    return policy.model_copy(update=off)


def unjudged_sections(policy: Policy) -> tuple[str, ...]:
    """The keys that the policy file itself wrote and that this version of covgate does not judge, in the file's
    published order. Flags that are all switched ``off`` are not among them; ``run`` is for people's machines and never
    judges.
    """
    flags = any(rule.mode is not Mode.OFF for rule in policy.coverage.flags.values())
    return (
        *(("extends",) if policy.extends else ()),
        *(("coverage.flags",) if flags else ()),
        *(("checks",) if policy.checks != "single" else ()),
    )
