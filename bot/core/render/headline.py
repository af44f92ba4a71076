"""The first line of everything: verdict, number, distance. And the two lines below it: the patch, and the base."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from bot.core.model.commit import Base, BaseRule
from bot.core.model.comparison import CoverageComparison, Patch, Project
from bot.core.model.coverage import Tally
from bot.core.model.policy import Mode
from bot.core.model.verdict import (
    BelowTarget,
    Conclusion,
    Dropped,
    GateResult,
    Incomplete,
    JobsFailed,
    MeetsTarget,
    NothingCoverable,
    Ratcheted,
    TestsFailed,
    TooManyMissed,
    Unreadable,
    Verdict,
)
from bot.core.render import units
from bot.core.render.escape import PLAIN, Voice, shortened
from bot.core.render.gaps import gap_words
from bot.core.render.sentences import EVIDENCE, PATCH, explain, held, level, title, to_regain, would_fail

_TITLE_LIMIT = 255  # characters of a check run's title that GitHub keeps


def headline(verdict: Verdict, voice: Voice) -> str:
    """One line, without a full stop: ``Coverage gate failed: 94.90% (949/1000) of statements, needs 95% = 1 more``."""
    match verdict.conclusion:
        case Conclusion.FAILURE:
            return _failed(verdict, voice)
        case Conclusion.PENDING:
            return f"Waiting: {_awaited(verdict, voice)}"
        case Conclusion.ACTION_REQUIRED:
            return _first_fact(blocking(verdict), "The policy cannot be used", voice)
        case Conclusion.SUCCESS:
            return _passed(verdict, voice)
        case Conclusion.NEUTRAL:
            return _neutral(verdict, voice)


def check_title(verdict: Verdict) -> str:
    """The headline as a check run's title."""
    return shortened(headline(verdict, PLAIN), _TITLE_LIMIT)


def blocking(verdict: Verdict) -> list[GateResult]:
    """The gates that fail the check, in the verdict's order."""
    against = {Conclusion.FAILURE, Conclusion.ACTION_REQUIRED}
    return [gate for gate in verdict.gates if gate.conclusion in against]


def pending(verdict: Verdict) -> list[GateResult]:
    return [gate for gate in verdict.gates if gate.conclusion is Conclusion.PENDING]


def brief(gate: GateResult, voice: Voice) -> str:
    """Number and distance, after "failed:"."""
    goal = units.goal(gate.target) if gate.target is not None else ""
    match gate.reason:
        case BelowTarget():
            return f"{level(gate)}, needs {goal} = {units.integer(gate.needed or 0)} more"
        case Dropped() as reason:
            fallen = units.drop(reason.before, reason.after, reason.max_drop)
            return (
                f"{level(gate)}, {fallen} lower than the base, {units.goal(reason.max_drop)} allowed "
                f"= {units.integer(to_regain(reason))} more"
            )
        case TooManyMissed() as reason:
            return (
                f"{units.count(reason.missed, 'new line')} missed, {units.integer(reason.allowed)} allowed "
                f"= {units.integer(reason.missed - reason.allowed)} more"
            )
        case MeetsTarget():
            return f"{level(gate)}, target {goal}" if goal else level(gate)
        case Ratcheted() as reason:
            return f"{level(gate)}, {held(gate, reason)}, target {goal} = {units.integer(gate.needed or 0)} more"
        case _:
            return _bare(explain(gate, voice).fact)


def _lead(gates: Sequence[GateResult]) -> GateResult:
    """The gate that the first line speaks of: one that has a number, the project before others."""
    return next((gate for gate in gates if gate.tally is not None), gates[0])


def _failed(verdict: Verdict, voice: Voice) -> str:
    failing = blocking(verdict)
    if not failing:
        return "Failed"
    lead, first = _cause(failing), failing[0]
    others = [gate for gate in failing if gate is not lead and (gate is first or not _same(gate, first))]
    return f"{title(lead, voice)} failed: {brief(lead, voice)}{_beside(others, pending(verdict))}"


def _cause(failing: Sequence[GateResult]) -> GateResult:
    """The first; but where reports cannot be read because something failed before they were whole, that."""
    first = failing[0]
    if not isinstance(first.reason, Unreadable):
        return first
    return next((gate for gate in failing if isinstance(gate.reason, TestsFailed | JobsFailed)), first)


def _same(gate: GateResult, lead: GateResult) -> bool:
    """Whether *gate* only repeats what *lead* says: it rests on the evidence that is not there."""
    return lead.gate == EVIDENCE and gate.reason == lead.reason


def _awaited(verdict: Verdict, voice: Voice) -> str:
    """The first thing that is awaited, and how many more there are."""
    gaps = dict.fromkeys(
        gap for gate in pending(verdict) if isinstance(gate.reason, Incomplete) for gap in gate.reason.gaps
    )
    if not gaps:
        return _first_fact(pending(verdict), "reports are still expected", voice)
    more = f", {units.count_more(len(gaps) - 1, 'thing')}" if len(gaps) > 1 else ""
    return _bare(gap_words(next(iter(gaps)), voice).fact) + more


def _first_fact(gates: Sequence[GateResult], otherwise: str, voice: Voice) -> str:
    return _bare(explain(gates[0], voice).fact) if gates else otherwise


def _beside(others: Sequence[GateResult], waiting: Sequence[GateResult]) -> str:
    more = f"; {units.count(len(others), 'more gate')} failed" if others else ""
    return more + (f"; {units.count(len(waiting), 'gate')} pending" if waiting else "")


def _bare(sentence: str) -> str:
    return sentence.removesuffix(".")


def _passed(verdict: Verdict, voice: Voice) -> str:
    if any(isinstance(gate.reason, NothingCoverable) for gate in verdict.gates):
        return "Passed: only files that no tool can cover changed"
    if not verdict.gates:
        return "Passed: the policy asks for no gate"
    passed = [gate for gate in verdict.gates if gate.conclusion is Conclusion.SUCCESS]
    lead = _lead(passed or verdict.gates)
    others = [gate for gate in passed if gate is not lead and gate.gate in _KINDS]
    return f"{_together(lead, others, voice)} passed: {brief(lead, voice)}"


_KINDS = {"tests": "tests", "races": "races", "lint": "lint", "build": "build", "benchmarks": "benchmarks"}


def _together(lead: GateResult, others: Sequence[GateResult], voice: Voice) -> str:
    """``Coverage gate``, or ``Coverage, tests, races and lint``, each by its name where others passed beside it."""
    if not others:
        return title(lead, voice)
    first = _KINDS.get(lead.gate, "coverage" if lead.gate.startswith("coverage/") else lead.gate)
    names = [first, *(_KINDS[gate.gate] for gate in others)]
    said = f"{', '.join(names[:-1])} and {names[-1]}"
    return said[0].upper() + said[1:]


def _neutral(verdict: Verdict, voice: Voice) -> str:
    if verdict.mode is Mode.OFF:
        return "Switched off by the policy"
    held_back = [gate for gate in verdict.gates if would_fail(gate)]
    if not held_back and (verdict.mode is Mode.ENFORCE or not verdict.gates):
        return f"Nothing was judged: {_first_fact(verdict.gates, 'the policy asks for no gate', voice)}"
    lead = held_back[0] if held_back else _lead(verdict.gates)
    kept = {Conclusion.SUCCESS: " would pass", Conclusion.FAILURE: " would fail"}.get(lead.judged, "")
    others = [gate for gate in held_back[1:] if not _same(gate, lead)]
    more = f"; {units.count(len(others), 'more gate')} would fail" if others else ""
    name = title(lead, voice)
    return f"Report only: {name[0].lower()}{name[1:]}{kept}: {brief(lead, voice)}{more}"


# --- the patch ---------------------------------------------------------------------------------------------------


def patch_line(verdict: Verdict, coverage: CoverageComparison | None) -> str:
    """What of the lines that the change adds is covered; empty where nothing is known of them."""
    patch = coverage.patch if coverage else None
    if patch is None:
        return ""
    gate = next((gate for gate in verdict.gates if gate.gate == PATCH), None)
    tally = gate.tally if gate and gate.tally else patch.tally
    if not tally.total:
        return "no new line is measured"
    goal = _goal(gate.target, tally) if gate and gate.target is not None else ""
    return f"{units.measured(tally, gate.target if gate else None)} of new lines{goal}{_missed(patch)}"


def _goal(target: Fraction, tally: Tally) -> str:
    needed = tally.needed(target)
    return (
        f", needs {units.goal(target)} = {units.integer(needed)} more" if needed else f", target {units.goal(target)}"
    )


def _missed(patch: Patch) -> str:
    parts = [f"{units.integer(patch.miss)} missed"] if patch.miss else []
    parts += [f"{units.integer(patch.partial)} partly covered"] if patch.partial else []
    return f" ({', '.join(parts)})" if parts else ""


# --- the base ----------------------------------------------------------------------------------------------------


def base_words(base: Base, commit: Callable[[str], str]) -> str:
    """Which commit this is compared with, and why that one. *commit* writes a SHA."""
    if base.sha is None:
        wanted = f" for {commit(base.wanted)}, {_RULES[base.rule]}" if base.wanted else ""
        return f"no baseline yet{wanted}; the drop is not judged"
    if not base.sha:
        return _RULES[base.rule]
    if base.distance:
        older = f"{units.count(base.distance, 'commit')} older than {commit(base.wanted)}, which has none"
        return f"{commit(base.sha)}, the nearest commit with data ({older})"
    return f"{commit(base.sha)}, {_RULES[base.rule]}"


_RULES = {
    BaseRule.MERGE_PARENT: "the first parent of the merge commit that CI tested",
    BaseRule.MERGE_BASE: "where this branch left the base branch",
    BaseRule.ANCESTOR: "where this branch left the base branch",
    BaseRule.PREVIOUS: "the commit before this push",
    BaseRule.EXPLICIT: "the base that was asked for",
    BaseRule.NONE: "the base",
}


def since_line(verdict: Verdict, coverage: CoverageComparison | None) -> str:
    """How each project total moved; empty where there is nothing to compare."""
    targets = {gate.metric: gate.target for gate in verdict.gates if gate.gate == "coverage/project"}
    projects = coverage.projects if coverage else ()
    return "; ".join(_moved(project, targets.get(project.metric)) for project in projects if project.base is not None)


def _moved(project: Project, target: Fraction | None) -> str:
    base, head = project.base or Tally(), project.head
    before, after = units.moved(base, head, target)
    what = units.metric(project.metric)
    if base.ratio == head.ratio:
        return f"unchanged at {after} ({units.fraction(head)}) of {what}"
    levels = f"{before} ({units.fraction(base)}) to {after} ({units.fraction(head)})"
    return f"{levels} of {what}, {units.change(base, head)}"
