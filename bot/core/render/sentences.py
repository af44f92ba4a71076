"""Every sentence that covgate says of a judgement: facts in, words out. Each is short, says what is so, and what to do.

A sentence writes names and foreign words through the *voice* of the place that it goes to (``escape.Voice``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.core.model.coverage import Tally
from bot.core.model.errors import Problem
from bot.core.model.evidence import Gap
from bot.core.model.policy import Mode
from bot.core.model.verdict import (
    BelowTarget,
    BrokenPolicy,
    Complete,
    Conclusion,
    DetectorOff,
    Dropped,
    FindingsAllowed,
    GateResult,
    Incomplete,
    Inconclusive,
    JobsFailed,
    JobsMissing,
    JobsSucceeded,
    LeftReport,
    LimitsBroken,
    MeetsTarget,
    NoDiff,
    NoneCame,
    NoRaces,
    NoRegression,
    NotComparable,
    NothingCoverable,
    NothingToJudge,
    NotMeasured,
    PartialDiff,
    RacesFound,
    Ratcheted,
    Regressed,
    SmallPatch,
    TestsFailed,
    TestsFlaky,
    TestsPassed,
    TooManyFindings,
    TooManyMissed,
    Unconfirmed,
    Unreadable,
)
from bot.core.render import units
from bot.core.render.benchmarks import benchmark_words
from bot.core.render.escape import MARKDOWN, Voice
from bot.core.render.findings import findings_words, jobs_words
from bot.core.render.gaps import Words, gap_words
from bot.core.render.naming import NAMED, and_so_many_more, first_of
from bot.core.render.suites import suites_words

EVIDENCE = "evidence"
PATCH = "coverage/patch"
BRANCHES = "coverage/branches"
COMPONENT = "coverage/component:"
FLAG = "coverage/flag:"


def explain(gate: GateResult, voice: Voice) -> Words:  # noqa: C901, PLR0911, PLR0912 -- one line a reason, none missing
    """Why *gate* came out as it did."""
    match gate.reason:
        case MeetsTarget():
            return _meets_target(gate)
        case BelowTarget():
            return _below_target(gate)
        case Dropped() as reason:
            return _dropped(gate, reason)
        case Ratcheted() as reason:
            return _ratcheted(gate, reason)
        case TooManyMissed() as reason:
            return _too_many_missed(reason)
        case SmallPatch() as reason:
            return _small_patch(reason, voice)
        case NothingToJudge() as reason:
            return _nothing_to_judge(gate, reason, voice)
        case NothingCoverable():
            return Words("Only files that no tool can cover changed.")
        case NotMeasured():
            return _not_measured(gate, voice)
        case Incomplete() as reason:
            return _incomplete(reason.gaps, voice)
        case Unreadable() as reason:
            return _unreadable(reason.problems, voice)
        case LeftReport() as reason:
            return _left_report(reason.paths, voice)
        case PartialDiff() as reason:
            return _partial_diff(gate, reason.paths, voice)
        case NoDiff():
            return _no_diff(voice)
        case Complete() as reason:
            return _complete(reason)
        case BrokenPolicy() as reason:
            return _broken_policy(reason.problem, voice)
        case NoneCame() as reason:
            return _none_came(gate, reason, voice)
        case TestsPassed() | TestsFailed() | TestsFlaky() | NoRaces() | RacesFound() | DetectorOff() as reason:
            return suites_words(reason, voice)
        case FindingsAllowed() | TooManyFindings() as reason:
            return findings_words(reason, voice)
        case JobsSucceeded() | JobsFailed() | JobsMissing() as reason:
            return jobs_words(reason, voice)
        case (
            LimitsBroken() | Regressed() | Unconfirmed() | NotComparable() | Inconclusive() | NoRegression()
        ) as reason:
            return benchmark_words(reason, voice)


def message(gate: GateResult, voice: Voice) -> str:
    """The whole explanation, in one line."""
    words = explain(gate, voice)
    return f"Report only: {words.whole}" if would_fail(gate) else words.whole


def alike(gates: Iterable[GateResult], voice: Voice) -> list[tuple[Words, list[GateResult]]]:
    """*gates* in their order, those together that say the same: missing evidence holds up all that rest on it."""
    groups: dict[Words, list[GateResult]] = {}
    for gate in gates:
        groups.setdefault(explain(gate, voice), []).append(gate)
    return list(groups.items())


def named(gates: Sequence[GateResult], voice: Voice) -> str:
    """The first few gates by name, and how many more."""
    return first_of([gate.gate for gate in gates], voice)


def would_fail(gate: GateResult) -> bool:
    """Judged a failure, and held back because the policy only asks for a report."""
    return gate.judged is Conclusion.FAILURE and gate.conclusion is Conclusion.NEUTRAL


def outcome(gate: GateResult) -> str:
    """A gate's outcome in a word or two."""
    if would_fail(gate):
        return "would fail"
    return {
        Conclusion.SUCCESS: "passed",
        Conclusion.FAILURE: "failed",
        Conclusion.NEUTRAL: "would pass" if gate.judged is Conclusion.SUCCESS else "not judged",
        Conclusion.PENDING: "pending",
        Conclusion.ACTION_REQUIRED: "action required",
    }[gate.conclusion]


def title(gate: GateResult, voice: Voice) -> str:
    """What a gate is called at the start of a sentence."""
    if gate.gate.startswith(COMPONENT):
        return f"Coverage gate of {voice.name(gate.gate.removeprefix(COMPONENT))}"
    if gate.gate.startswith(FLAG):
        return f"Coverage gate of flag {voice.name(gate.gate.removeprefix(FLAG))}"
    known = {
        "coverage/project": "Coverage gate",
        PATCH: "Patch coverage gate",
        BRANCHES: "Branch coverage gate",
        "tests": "Test gate",
        "races": "Race gate",
        "lint": "Lint gate",
        "build": "Build gate",
        "benchmarks": "Benchmark gate",
        EVIDENCE: "Evidence gate",
        "policy": "Policy gate",
    }
    return known.get(gate.gate, f"Gate {voice.name(gate.gate)}")


def counted(gate: GateResult) -> str:
    """What a gate's tally counts, in the plural."""
    return "new lines" if gate.gate == PATCH else units.metric(gate.metric)


def level(gate: GateResult) -> str:
    """``94.90% (949/1000) of statements``."""
    return _level(gate, gate.tally or Tally())


def _level(gate: GateResult, tally: Tally) -> str:
    return f"{units.measured(tally, gate.target)} of {counted(gate)}" if tally.total else units.NOTHING


def _more(gate: GateResult, number: int) -> str:
    """``1 more statement``, ``2 more new lines``."""
    noun = units.units(number, gate.metric).split(" ", 1)
    return f"{noun[0]} more {'new ' if gate.gate == PATCH else ''}{noun[1]}"


# --- targets and drops -------------------------------------------------------------------------------------------


def _meets_target(gate: GateResult) -> Words:
    goal = "" if gate.target is None else f", target {units.goal(gate.target)}"
    unjudged = " The drop is not judged: no baseline yet." if gate.no_baseline else ""
    return Words(f"{level(gate)}{goal}.{unjudged}")


def _below_target(gate: GateResult) -> Words:
    goal = "" if gate.target is None else f", below the target of {units.goal(gate.target)}"
    return Words(f"{level(gate)}{goal}.", f"Cover {_more(gate, gate.needed or 0)}.")


def _dropped(gate: GateResult, reason: Dropped) -> Words:
    before, after = units.moved(reason.before, reason.after)
    fallen = units.drop(reason.before, reason.after, reason.max_drop)
    spared = "" if gate.tally in {None, reason.after} else " Code that the change deleted is not counted as lost."
    return Words(
        f"Fell by {fallen}, from {before} ({units.fraction(reason.before)}) to {after} "
        f"({units.fraction(reason.after)}) of {counted(gate)}; a drop of {units.goal(reason.max_drop)} is allowed."
        f"{spared}",
        f"Cover {_more(gate, to_regain(reason))}.",
    )


def to_regain(reason: Dropped) -> int:
    """How many more units bring the drop back to what is allowed."""
    before = reason.before.ratio
    return 0 if before is None else reason.after.needed(before - reason.max_drop)


def _ratcheted(gate: GateResult, reason: Ratcheted) -> Words:
    goal = "" if gate.target is None else f" of {units.goal(gate.target)}"
    return Words(
        f"{level(gate)}, {held(gate, reason)} ({units.measured(reason.before)}). "
        f"Below the target{goal}: until it is reached, only a drop fails."
    )


def held(gate: GateResult, reason: Ratcheted) -> str:
    """How a gate that has not reached its target stands to the base."""
    before, after = reason.before.ratio or 0, gate.tally.ratio or 0 if gate.tally else 0
    return "not lower than the base" if after >= before else "lower than the base, as far as is allowed"


def _too_many_missed(reason: TooManyMissed) -> Words:
    return Words(
        f"{units.count(reason.missed, 'new line')} missed; {units.integer(reason.allowed)} allowed.",
        f"Cover {units.count(reason.missed - reason.allowed, 'more new line')}.",
    )


def _small_patch(reason: SmallPatch, voice: Voice) -> Words:
    return Words(
        f"{units.count(reason.lines, 'new line')} measured: fewer than {units.integer(reason.min_lines)} are shown, "
        f"not judged ({voice.name('min_lines')})."
    )


# --- nothing there -----------------------------------------------------------------------------------------------


def _nothing_to_judge(gate: GateResult, reason: NothingToJudge, voice: Voice) -> Words:
    if gate.gate.startswith(COMPONENT):
        return Words("No file of the repository belongs here.", f"Check its {voice.name('paths')} in the policy.")
    if reason.unreported:
        paths = reason.unreported
        return Words(
            f"No new line is measured: {units.count(len(paths), 'changed file')} {_is_or_are(paths)} in no report "
            f"({first_of(paths, voice)}).",
            f"Measure what can be covered; the rest goes under {voice.name('coverage.ignore')}.",
        )
    if gate.gate == PATCH:
        return Words("No new line is measured, so there is nothing to judge.")
    return Words("Nothing is measured, so there is nothing to judge.")


def _not_measured(gate: GateResult, voice: Voice) -> Words:
    if gate.gate == BRANCHES:
        step = f"Measure them, or take {voice.name('coverage.branches')} out of the policy."
        return Words("No report holds branches.", step)
    if gate.gate.startswith(COMPONENT):
        step = f"Check its {voice.name('paths')} against the names in the reports."
        return Words("No report measures a file of this component.", step)
    if gate.metric is None:
        step = "Add a coverage report to what the workflow uploads."
        if voice.local:
            step = f"Run the tests under a coverage tool, or switch it off: {voice.name('coverage: {mode: off}')}."
        return Words("No report measures coverage.", step)
    step = f"Add a report that does, or choose another {voice.name('coverage.metric')}."
    return Words(f"No report counts {units.metric(gate.metric)}.", step)


_KINDS = {
    "tests": ("test results", "Have the workflow upload what the tests report."),
    "races": ("test results", "Have the workflow upload what the tests report."),
    "lint": ("findings and no outcome of a linter", "Have the workflow upload the linter's report, a clean one too."),
    "build": ("outcome of a build", "Name the build's jobs in the policy, or its outcome in the upload step."),
    "benchmarks": ("benchmark", "Have the workflow upload what the benchmarks report."),
}


def _none_came(gate: GateResult, reason: NoneCame, voice: Voice) -> Words:
    what, step = _KINDS.get(gate.gate, (f"report for {voice.name(gate.gate)}", ""))
    if voice.local:
        step = f"Run them with {voice.name('covgate run')}, or name their reports with {voice.name('--report')}."
    before = ", though the base had some" if reason.on_base else ""
    return Words(f"No {what} came{before}.", step)


def _left_report(paths: Sequence[str], voice: Voice) -> Words:
    return Words(
        f"{units.count(len(paths), 'file')} that the base measured {_is_or_are(paths)} in no report now: "
        f"{first_of(paths, voice)}.",
        f"See whether a job did not upload; what shall not be measured goes under {voice.name('coverage.ignore')}.",
    )


def _partial_diff(gate: GateResult, paths: Sequence[str], voice: Voice) -> Words:
    what = "which findings are new cannot be told" if gate.gate == "lint" else "the patch cannot be judged whole"
    return Words(
        f"The diff leaves out {units.count(len(paths), 'file')}, so {what}: {first_of(paths, voice)}.",
        f"Make the change smaller, or judge it in the workflow with {voice.name('covgate check')}, where git makes "
        "the diff.",
    )


def _no_diff(voice: Voice) -> Words:
    return Words(
        "There is no diff, so no patch to judge.",
        f"Name a base ({voice.name('--base')}) or a diff ({voice.name('--diff')}).",
    )


def _is_or_are(things: Sequence[object]) -> str:
    return "is" if len(things) == 1 else "are"


# --- evidence ----------------------------------------------------------------------------------------------------


def _complete(reason: Complete) -> Words:
    return Words(f"{units.count(reason.reports, 'report')} in {units.count(reason.uploads, 'upload')}, read whole.")


def _unreadable(problems: Sequence[Problem], voice: Voice) -> Words:
    shown = "; ".join(problem_words(problem, voice) for problem in problems[:NAMED])
    return Words(
        _stopped(
            f"{units.count(len(problems), 'report')} cannot be read: {shown}{and_so_many_more(len(problems) - NAMED)}"
        ),
        "Nothing of it is counted. Have the job write it whole, and run it again.",
    )


def problem_words(problem: Problem, voice: Voice) -> str:
    """``coverage.xml line 3: the report ends in the middle of a record``."""
    line = f" line {units.integer(problem.line)}" if problem.line else ""
    return f"{voice.name(problem.path)}{line}: {voice.clause(problem.reason)}"


def _stopped(words: str) -> str:
    """With a full stop, unless foreign words brought an end of their own."""
    return words if words.endswith((".", "?")) else f"{words}."


def _broken_policy(problem: Problem, voice: Voice) -> Words:
    return Words(
        _stopped(f"The policy cannot be used: {problem_words(problem, voice)}"),
        "Correct it on the base branch; nothing is judged until then.",
    )


def _incomplete(gaps: Sequence[Gap], voice: Voice) -> Words:
    said = [gap_words(gap, voice) for gap in gaps[:NAMED]]
    facts = " ".join(words.fact for words in said) or "Reports are still expected."
    rest = f" And {units.count(len(gaps) - NAMED, 'more gap')}." if len(gaps) > NAMED else ""
    return Words(facts + rest, " ".join(dict.fromkeys(words.step for words in said if words.step)))


# --- modes and notices -------------------------------------------------------------------------------------------


def no_policy(voice: Voice, *, preview: bool) -> str:
    """There is no policy file on the base branch, so nothing is enforced."""
    if preview:
        return (
            "The base branch has no policy yet. This is how the one that the change brings would judge it; "
            "it applies once merged."
        )
    return (
        "No policy yet, so this is a report and blocks nothing. To enforce it, add "
        f"{voice.name('.github/covgate.yml')} with {voice.name('version: 1')} to the base branch."
    )


def report_only(mode: Mode, voice: Voice) -> str:
    """The policy itself says that nothing is to be blocked."""
    return f"The policy says {voice.name(f'mode: {mode}')}: this blocks nothing."


def policy_edited(voice: Voice) -> str:
    return (
        f"This change edits {voice.name('.github/covgate.yml')}. It is judged by the base branch's policy; "
        "the edit applies once merged."
    )


def unjudged(sections: Sequence[str], voice: Voice) -> str:
    """The policy asks for more than this version does; silence would look like a pass."""
    names = ", ".join(voice.name(section) for section in sections)
    return f"Written in the policy and not judged by this version of covgate: {names}."


# --- answers to commands -----------------------------------------------------------------------------------------


def help_text() -> str:
    """What ``/covgate help`` answers."""
    return (
        "covgate judges this pull request by the policy of its base branch.\n\n"
        "- `/recheck` reads everything anew and judges again (the author, or triage permission and above)\n"
        "- `/covgate help` shows this\n\n"
        "A command stands on a line of its own, outside quotes and code."
    )


def unknown_command(name: str) -> str:
    asked = f"{MARKDOWN.name('/covgate ' + name)} is no command" if name else "That is no command"
    return f"{asked}; {MARKDOWN.name('/covgate help')} lists them."


def incomplete_command(name: str, missing: str) -> str:
    return f"{MARKDOWN.name('/covgate ' + name)} lacks its {MARKDOWN.name(missing)}; nothing was changed."


def unserved_command(name: str) -> str:
    """A command of the contract that this version does not carry out: a refusal, never silence."""
    return f"{MARKDOWN.name('/covgate ' + name)} is not served by this version of covgate; nothing was changed."


def recheck_refused(user: str) -> str:
    return (
        f"{MARKDOWN.name('/recheck')} is for the author of the pull request and for those with triage permission or "
        f"more; {MARKDOWN.name(user)} has neither, as far as GitHub tells."
    )


def could_not_judge(reason: str) -> tuple[str, str]:
    """Title and summary of the check run where GitHub refused covgate something that it needs."""
    summary = (
        f"GitHub refused something that covgate needs: {MARKDOWN.name(reason)}.\n\n"
        "Check that the App is installed here with the permissions that it asks for, then comment "
        f"{MARKDOWN.name('/recheck')}."
    )
    return "covgate could not judge this commit", summary


def superseded() -> tuple[str, str]:
    """Title and summary of a check run that never concluded and has a newer one in its place."""
    return "Superseded", "A newer check run of covgate on this commit stands in its place."
