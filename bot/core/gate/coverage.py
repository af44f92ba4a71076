"""The gates ``coverage/*``: the project, the patch, branches alone, and components.

All arithmetic is on integers and fractions: a tally reaches its target if and only if
``covered >= target * total``. ``docs/gates.md`` works an example of each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from bot.core.gate.combine import in_mode
from bot.core.model.commit import BaseRule
from bot.core.model.comparison import CoverageComparison
from bot.core.model.coverage import NOTHING, Metric, Tally
from bot.core.model.evidence import Evidence
from bot.core.model.globs import matches
from bot.core.model.policy import (
    Component,
    CoverageRules,
    MetricChoice,
    Mode,
    PatchRule,
    ProjectRule,
    UntilReached,
    modes,
)
from bot.core.model.verdict import (
    BelowTarget,
    Complete,
    Conclusion,
    Dropped,
    GateResult,
    LeftReport,
    MeetsTarget,
    NoDiff,
    NothingToJudge,
    NotMeasured,
    PartialDiff,
    Ratcheted,
    Reason,
    SmallPatch,
    TooManyMissed,
)

_Judgement = tuple[Conclusion, Reason]
_FAILED, _PASSED, _UNJUDGED = Conclusion.FAILURE, Conclusion.SUCCESS, Conclusion.NEUTRAL


def judge_coverage(
    evidence: Evidence, coverage: CoverageComparison, rules: CoverageRules, *, mode: Mode, standing: GateResult
) -> tuple[GateResult, ...]:
    """Every coverage gate that is not switched off. *standing* is the evidence gate's result: numbers from evidence
    that is incomplete or cannot be read are not judged, they share its outcome.
    """
    project, patch = rules_onto(rules, evidence.base_ref)
    judge = _Judge(
        evidence=evidence,
        coverage=coverage,
        rules=rules,
        project=project,
        patch=patch,
        mode=modes(mode, rules.mode),
        unheard=None if isinstance(standing.reason, Complete | LeftReport) else (standing.judged, standing.reason),
    )
    gates = (*judge.project_gates(), judge.patch_gate(), *judge.branch_gates(), *judge.component_gates())
    return tuple(gate for gate in gates if gate.mode is not Mode.OFF)


def rules_onto(rules: CoverageRules, base_ref: str) -> tuple[ProjectRule, PatchRule]:
    """The rules for changes onto the branch *base_ref*: the first glob of ``coverage.bases`` that matches it changes
    the keys that it writes, and leaves the others as they are.
    """
    override = next((override for glob, override in rules.bases.items() if matches(glob, base_ref)), None)
    project = override.project if override else None
    patch = override.patch if override else None
    return (
        rules.project.model_copy(update=_written(project)) if project else rules.project,
        rules.patch.model_copy(update=_written(patch)) if patch else rules.patch,
    )


def _written(rule: ProjectRule | PatchRule) -> dict[str, object]:
    return {name: getattr(rule, name) for name in rule.model_fields_set}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judge:
    """What all the gates are judged from. *unheard* is the outcome that they share where no number is judged."""

    evidence: Evidence
    coverage: CoverageComparison
    rules: CoverageRules
    project: ProjectRule
    patch: PatchRule
    mode: Mode
    unheard: _Judgement | None

    def project_gates(self) -> Iterator[GateResult]:
        """One a metric; one without a metric where nothing was measured or judged."""
        name, mode = "coverage/project", modes(self.mode, self.project.mode)
        if self.unheard or not self.coverage.projects:
            yield _unheard(name, mode, self.project.target, self.unheard or (_FAILED, NotMeasured()))
            return
        for project in self.coverage.projects:
            level = _Level(
                head=project.head, base=project.base, deleted=project.delta.deleted if project.delta else NOTHING
            )
            yield level.result(name, mode, self.project, project.metric)

    def component_gates(self) -> Iterator[GateResult]:
        """One a component and metric. A component that the repository holds and that no report measures fails."""
        for component, measured in zip(self.rules.components, self.coverage.components, strict=True):
            name, mode = f"coverage/component:{component.name}", modes(self.mode, component.mode)
            rule = _component_rule(component, self.project)
            priority = component.priority.value if component.priority else None
            if self.unheard or not measured.head:
                absent = (_FAILED, NotMeasured()) if measured.exists else (_UNJUDGED, NothingToJudge())
                yield _unheard(name, mode, rule.target, self.unheard or absent, priority=priority)
                continue
            for metric in sorted(measured.head):
                level = _Level(
                    head=measured.head[metric],
                    base=measured.base.get(metric),
                    deleted=measured.deleted.get(metric, NOTHING),
                )
                yield level.result(name, mode, rule, metric, priority=priority)

    def branch_gates(self) -> Iterator[GateResult]:
        """Branch arms of all files together: an arm is an arm in any language."""
        if self.rules.branches is None:
            return
        rule, name = self.rules.branches, "coverage/branches"
        mode = modes(self.mode, rule.mode)
        if self.unheard:
            yield _unheard(name, mode, rule.target, self.unheard)
            return
        arms = sum((one.tally(Metric.BRANCHES) for one in self.coverage.head.values()), NOTHING)
        level = _Level(head=arms, base=None, deleted=NOTHING)
        yield replace(level.result(name, mode, ProjectRule(target=rule.target), Metric.BRANCHES), no_baseline=False)

    def patch_gate(self) -> GateResult:
        name, mode = "coverage/patch", modes(self.mode, self.patch.mode)
        unheard = self.unheard or self._no_patch()
        if unheard or self.coverage.patch is None:
            return _unheard(name, mode, self.patch.target, unheard or (_FAILED, NoDiff()))
        strict = self.rules.metric is MetricChoice.CODECOV
        tally = self.coverage.patch.strict_tally if strict else self.coverage.patch.tally
        judged, reason = _judge_patch(tally, self.patch)
        return GateResult(
            gate=name,
            conclusion=in_mode(judged, mode),
            judged=judged,
            reason=reason,
            mode=mode,
            metric=Metric.LINES,
            tally=tally,
            target=self.patch.target,
        )

    def _no_patch(self) -> _Judgement | None:
        """Why there is no whole patch to count. A first commit has no diff, and a push is no one's proposal."""
        if self.coverage.patch is None:
            proposed = self.evidence.base.rule not in (BaseRule.NONE, BaseRule.PREVIOUS)
            return _FAILED if proposed else _UNJUDGED, NoDiff()
        measured = self.coverage.head.values()
        unseen = tuple(path for path in self.coverage.missing_hunks if any(path in one.files for one in measured))
        if unseen:
            return _FAILED, PartialDiff(paths=unseen)
        if not self.coverage.patch.files:
            unreported = self.coverage.unreported
            return _UNJUDGED if unreported else _PASSED, NothingToJudge(unreported=unreported)
        return None


def _judge_patch(tally: Tally, rule: PatchRule) -> _Judgement:
    if tally.total < rule.min_lines:
        return _UNJUDGED, SmallPatch(lines=tally.total, min_lines=rule.min_lines)
    if tally.needed(rule.target):
        return _FAILED, BelowTarget()
    if rule.max_missed_lines is not None and tally.missed > rule.max_missed_lines:
        return _FAILED, TooManyMissed(missed=tally.missed, allowed=rule.max_missed_lines)
    return _PASSED, MeetsTarget()


def _component_rule(component: Component, project: ProjectRule) -> ProjectRule:
    """The component's own keys, and the project's for those that it does not write."""
    return ProjectRule(
        target=project.target if component.target is None else component.target,
        max_drop=project.max_drop if component.max_drop is None else component.max_drop,
        until_reached=component.until_reached or project.until_reached,
    )


def _unheard(
    gate: str, mode: Mode, target: Fraction, judgement: _Judgement, *, priority: str | None = None
) -> GateResult:
    """A gate that has no number to judge."""
    judged, reason = judgement
    return GateResult(
        gate=gate,
        conclusion=in_mode(judged, mode),
        judged=judged,
        reason=reason,
        mode=mode,
        target=target,
        priority=priority,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """A total, that of the base (``None`` without one), and what the change deleted of the latter."""

    head: Tally
    base: Tally | None
    deleted: Tally

    def result(
        self, gate: str, mode: Mode, rule: ProjectRule, metric: Metric, *, priority: str | None = None
    ) -> GateResult:
        judged, reason = self._judgement(rule)
        return GateResult(
            gate=gate,
            conclusion=in_mode(judged, mode),
            judged=judged,
            reason=reason,
            mode=mode,
            metric=metric,
            tally=self.head if self.head.total else None,
            target=rule.target,
            base=self.base,
            priority=priority,
            no_baseline=self.base is None,
        )

    def _judgement(self, rule: ProjectRule) -> _Judgement:
        """Against the target and the base. Without a base the target alone judges, ratchet or not."""
        if not self.head.total:
            return _FAILED, NotMeasured()
        dropped = self._drop(rule.max_drop)
        if not self.head.needed(rule.target):
            return (_FAILED, dropped) if dropped else (_PASSED, MeetsTarget())
        if rule.until_reached is UntilReached.FAIL or self.base is None or not self.base.total:
            return _FAILED, BelowTarget()
        return (_FAILED, dropped) if dropped else (_PASSED, Ratcheted(before=self.base))

    def _drop(self, max_drop: Fraction) -> Dropped | None:
        """The drop, if it is more than *max_drop*. What the change deleted is put back first: it is not lost."""
        if self.base is None or not self.base.ratio:
            return None
        wanted = self.base.ratio - max_drop
        after = min(self.head, self.head + self.deleted, key=lambda tally: tally.needed(wanted))
        if not after.needed(wanted):
            return None
        return Dropped(before=self.base, after=after, max_drop=max_drop)
