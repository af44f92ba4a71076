"""The parts of a comment, each as Markdown, empty where there is nothing to say. Sentences come from ``sentences``,
numbers from ``units``; foreign text passes ``escape``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from operator import itemgetter

from bot.core.model.comparison import CoverageComparison, Delta, Indirect, PatchFile, Project
from bot.core.model.coverage import Tally, tally_of
from bot.core.model.errors import Problem
from bot.core.model.lines import Lines
from bot.core.model.policy import Priority
from bot.core.model.verdict import BelowTarget, Conclusion, Evaluation, GateResult, Incomplete, Verdict
from bot.core.render import units
from bot.core.render.context import CommentContext, at_lines
from bot.core.render.escape import MARKDOWN, TABLE, cell, code
from bot.core.render.gaps import Words, gap_words
from bot.core.render.glance import glance
from bot.core.render.headline import blocking, pending
from bot.core.render.kinds import listings
from bot.core.render.limits import Limits
from bot.core.render.listing import as_section
from bot.core.render.lists import Section, and_more, bullets, headed, link, table, tabled
from bot.core.render.sentences import (
    COMPONENT,
    alike,
    explain,
    level,
    named,
    outcome,
    problem_words,
    would_fail,
)
from bot.core.render.uncovered import Range, ranges_of, uncovered_files


def commit(sha: str, context: CommentContext) -> str:
    """A short SHA, linked."""
    return link(code(sha[:7]), context.commit_url(sha))


# --- above the fold ----------------------------------------------------------------------------------------------


def failing(verdict: Verdict, limits: Limits, context: CommentContext) -> str:
    """The gates that fail: a table of those that are a matter of numbers, which fits a phone, then why each of the
    others does, and what to do.
    """
    gates = blocking(verdict) or [gate for gate in verdict.gates if would_fail(gate)]
    short = [gate for gate in gates if isinstance(gate.reason, BelowTarget)]
    long = alike((gate for gate in gates if not isinstance(gate.reason, BelowTarget)), MARKDOWN)
    short_table = tabled(("Gate", "Now", "Needs"), short, limits.gates, _short_row, "gate", context)
    said = bullets(long, limits.gates, _said, "gate", context)
    return "\n\n".join(filter(None, [short_table, said]))


def _short_row(gate: GateResult) -> tuple[str, str, str]:
    goal = "" if gate.target is None else f"{units.goal(gate.target)} = "
    return gate_name(gate), level(gate), f"{goal}{units.integer(gate.needed or 0)} more"


def _said(group: tuple[Words, Sequence[GateResult]]) -> str:
    words, gates = group
    return f"{named(gates, MARKDOWN)}: {words.fact}" + (f" **{words.step}**" if words.step else "")


def gate_name(gate: GateResult) -> str:
    """The gate in a table's first column, where its whole name would push the others off a phone's screen."""
    kind, name = split_name(gate)
    return f"{kind} {cell(name)}".strip()


def split_name(gate: GateResult) -> tuple[str, str]:
    """``("component", NAME)`` or ``("flag", NAME)``; every other gate has no kind and its whole name."""
    kind, _, name = gate.gate.removeprefix("coverage/").partition(":")
    return (kind, name) if name and kind in {"component", "flag"} else ("", gate.gate)


def waiting_list(verdict: Verdict, limits: Limits, context: CommentContext) -> str:
    """What is still expected, each thing once."""
    gaps = [gap for gate in pending(verdict) if isinstance(gate.reason, Incomplete) for gap in gate.reason.gaps]
    said = list(dict.fromkeys(gap_words(gap, MARKDOWN).whole for gap in gaps))
    return headed("Still expected", bullets(said, limits.names, str, "thing", context))


def urgent_lists(evaluation: Evaluation, limits: Limits, context: CommentContext) -> list[str]:
    """Failed tests, races, findings and regressions."""
    sha = evaluation.verdict.inputs.head_sha
    found = [as_section(one, limits.urgent, sha, context) for one in listings(evaluation) if one.urgent]
    return [headed(section.title, section.body) for section in found]


def uncovered_list(evaluation: Evaluation, limits: Limits, context: CommentContext) -> str:
    """New lines that are not covered, as linked ranges, by file."""
    coverage, head = evaluation.coverage, evaluation.verdict.inputs.head_sha
    if coverage is None:
        return ""

    def write(item: tuple[str, PatchFile]) -> str:
        path, file = item
        url = context.blob_url(head, path)
        found, left = ranges_of(path, file, coverage, context, most=limits.ranges)
        return f"{link(code(path), url)}: {_linked_ranges(found, left, url, context)}"

    files = uncovered_files(coverage)
    return headed("Uncovered new lines", bullets(files, limits.patch_files, write, "file", context))


def _linked_ranges(found: Sequence[Range], left: int, url: str | None, context: CommentContext) -> str:
    def write(one: Range) -> str:
        return link(units.line_range(one.first, one.last), at_lines(url, one.first, one.last))

    missed = ", ".join(write(one) for one in found if not one.partial)
    partial = ", ".join(write(one) for one in found if one.partial)
    more = and_more(left, "line", context, shown=len(found)) if left else ""
    return "; ".join(filter(None, [missed, f"partly {partial}" if partial else "", more]))


# --- folded away -------------------------------------------------------------------------------------------------


def sections(evaluation: Evaluation, limits: Limits, context: CommentContext) -> list[Section]:
    """Everything else, in reading order."""
    verdict, coverage = evaluation.verdict, evaluation.coverage
    found = [all_gates(verdict, limits, context), components(verdict, limits, context)]
    if coverage is not None:
        found += [
            why_it_moved(coverage),
            changed_files(coverage, limits, context),
            indirect(coverage, verdict, limits, context),
            *(_names(words, label, names, limits, context) for words, label, names in file_lists(coverage)),
            problems(coverage, limits, context),
        ]
    sha = verdict.inputs.head_sha
    found += [as_section(one, limits.details, sha, context) for one in listings(evaluation) if not one.urgent]
    found.append(what_was_read(evaluation, limits, context))
    return [section for section in found if section.body]


def file_lists(coverage: CoverageComparison) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Lists of files that somebody should look at: (what they are, in short, the names)."""
    return (
        ("Changed files in no report", "in no report", coverage.unreported),
        ("Files that left the reports", "left the reports", coverage.left),
        ("Files whose changes the diff leaves out", "not in the diff", coverage.missing_hunks),
        ("Report paths that fit no file here", "fit no file", coverage.unmatched),
    )


def all_gates(verdict: Verdict, limits: Limits, context: CommentContext) -> Section:
    """Every gate, failing ones first, and those that nobody asks for."""
    header = ("Gate", "Result", "Now", "Target:")
    body = tabled(header, ranked_gates(verdict), limits.gates, _gate_row, "gate", context)
    others = f"Not configured: {', '.join(verdict.not_configured)}." if verdict.not_configured and body else ""
    said = "\n\n".join(filter(None, [body, others]))
    return Section(title="All gates", body=said, label=units.count(len(verdict.gates), "gate"))


def ranked_gates(verdict: Verdict) -> list[GateResult]:
    """Failing ones first, else in the verdict's order."""
    return sorted(verdict.gates, key=lambda gate: _RANKS.get(gate.conclusion, len(_RANKS)))


_RANKS = {conclusion: rank for rank, conclusion in enumerate((Conclusion.ACTION_REQUIRED, Conclusion.FAILURE))}


def _gate_row(gate: GateResult) -> tuple[str, ...]:
    return (
        gate_name(gate),
        outcome(gate),
        _now(gate),
        glance(gate)[1] if gate.target is None else units.goal(gate.target),
    )


def _now(gate: GateResult) -> str:
    """The level, or why there is none; what fails or is awaited has been said above the fold."""
    if gate.tally:
        return level(gate)
    said_above = gate.conclusion not in {Conclusion.SUCCESS, Conclusion.NEUTRAL} or would_fail(gate)
    return glance(gate)[0] if said_above else explain(gate, TABLE).fact


_URGENCY = {priority.value: rank for rank, priority in enumerate(Priority)}


def component_gates(verdict: Verdict) -> list[GateResult]:
    """The components' gates, most urgent first, then furthest from the target."""
    found = [gate for gate in verdict.gates if gate.gate.startswith(COMPONENT)]
    return sorted(found, key=lambda gate: (_URGENCY.get(gate.priority or "", len(_URGENCY)), -(gate.needed or 0)))


def components(verdict: Verdict, limits: Limits, context: CommentContext) -> Section:
    """Each component's coverage, target and gap, the most urgent first."""
    gates = component_gates(verdict)
    header = ("Component", "Current:", "Target:", "Gap:", "Priority")
    body = tabled(header, gates, limits.gates, _component_row, "component", context)
    return Section(title="Components", body=body, label=units.count(len(gates), "component"))


def _component_row(gate: GateResult) -> tuple[str, ...]:
    tally = gate.tally or Tally()
    return (
        cell(gate.gate.removeprefix(COMPONENT)),
        units.measured(tally, gate.target),
        units.DASH if gate.target is None else units.goal(gate.target),
        units.DASH if gate.target is None else units.gap(tally, gate.target),
        gate.priority or units.DASH,
    )


def why_it_moved(coverage: CoverageComparison) -> Section:
    """The difference of each total, in parts that add up exactly."""
    tables = [_delta_table(project, project.delta) for project in coverage.projects if project.delta is not None]
    return Section(title="Why the total moved", body="\n\n".join(tables), label="why the total moved")


def _delta_table(project: Project, delta: Delta) -> str:
    before, after = units.moved(delta.base, delta.head)
    rows = [
        ("Base", units.integer(delta.base.covered), units.integer(delta.base.total), before),
        *((name, units.signed(covered), units.signed(total), "") for name, covered, total in delta_parts(delta)),
        ("Head", units.integer(delta.head.covered), units.integer(delta.head.total), after),
    ]
    return table(("", "Covered:", f"{units.metric(project.metric).capitalize()}:", "Coverage:"), rows)


def delta_parts(delta: Delta) -> tuple[tuple[str, int, int], ...]:
    """What leads from the base's pair to the head's: (what, change of covered, change of total)."""
    before, after = delta.elsewhere_before, delta.elsewhere_after
    return (
        ("Deleted lines", -delta.deleted.covered, -delta.deleted.total),
        ("Untouched lines", after.covered - before.covered, after.total - before.total),
        ("Added lines", delta.added.covered, delta.added.total),
    )


def changed_files(coverage: CoverageComparison, limits: Limits, context: CommentContext) -> Section:
    """Each changed, measured file: its new lines and the whole of it."""
    ranked = patch_files(coverage)

    def write(item: tuple[str, PatchFile]) -> tuple[str, ...]:
        path, file = item
        return cell(path), units.measured(new_lines(file)), units.integer(len(file.miss)), whole_file(path, coverage)

    header = ("File", "New lines:", "Missed:", "Whole file:")
    body = tabled(header, ranked, limits.files, write, "file", context)
    return Section(title="Changed files", body=body, label=units.count(len(ranked), "changed file"))


def patch_files(coverage: CoverageComparison) -> list[tuple[str, PatchFile]]:
    """The patch's files, most missed first."""
    files = list(coverage.patch.files.items()) if coverage.patch else []
    return sorted(files, key=lambda item: (-len(item[1].miss), item[0]))


def new_lines(file: PatchFile) -> Tally:
    covered = len(file.hit) + len(file.partial)
    return Tally(covered, covered + len(file.miss))


def whole_file(path: str, coverage: CoverageComparison) -> str:
    """The file's own coverage in the metric that measures it."""
    for metric, measurement in coverage.head.items():
        file = measurement.files.get(path)
        if file is not None:
            return units.measured(tally_of(file, metric))
    return units.DASH


def indirect(coverage: CoverageComparison, verdict: Verdict, limits: Limits, context: CommentContext) -> Section:
    """Lines that the change did not touch and whose fate changed, as the tested tree numbers them."""
    ranked = sorted(coverage.indirect.items(), key=lambda item: (-len(item[1].newly_missed), item[0]))

    def write(item: tuple[str, Indirect]) -> str:
        path, file = item
        fates = (("newly missed", file.newly_missed), ("newly covered", file.newly_hit))
        parts = [f"{words} {_plain_ranges(lines, limits, context)}" for words, lines in fates if lines]
        return f"{link(code(path), context.blob_url(verdict.inputs.head_sha, path))}: {'; '.join(parts)}"

    body = bullets(ranked, limits.indirect, write, "file", context)
    said = f"indirect changes in {units.count(len(ranked), 'file')}"
    return Section(title=indirect_title(verdict), body=body, label=said)


def indirect_title(verdict: Verdict) -> str:
    numbered = "" if verdict.inputs.tested_sha == verdict.inputs.head_sha else " (numbered as in the tested commit)"
    return f"Indirect changes: lines that the change did not touch{numbered}"


def _plain_ranges(lines: Lines, limits: Limits, context: CommentContext) -> str:
    shown = list(islice(lines.ranges(), limits.ranges))
    left = len(lines) - sum(last - first + 1 for first, last in shown)
    more = and_more(left, "line", context, shown=len(shown)) if left else ""
    return ", ".join(filter(None, [units.line_ranges(shown), more]))


def _names(title: str, label: str, names: Sequence[str], limits: Limits, context: CommentContext) -> Section:
    body = bullets(names, limits.names, code, "file", context)
    return Section(title=title, body=body, label=f"{units.integer(len(names))} {label}")


def problems(coverage: CoverageComparison, limits: Limits, context: CommentContext) -> Section:
    def write(problem: Problem) -> str:
        return problem_words(problem, MARKDOWN)

    body = bullets(coverage.problems, limits.names, write, "problem", context)
    return Section(title="Problems", body=body, label=units.count(len(coverage.problems), "problem"))


def what_was_read(evaluation: Evaluation, limits: Limits, context: CommentContext) -> Section:
    """What the verdict was made of, and what was left aside."""

    def write(report: tuple[str, str, str]) -> tuple[str, ...]:
        path, digest, kind = report
        return cell(path), cell(kind), cell(digest[:12])

    read = sorted(evaluation.verdict.inputs.reports, key=itemgetter(0, 1))
    listed = tabled(("Report", "Format", "SHA-256"), read, limits.names, write, "report", context)
    others = "\n".join(
        f"- {words}: {_inline(names, limits, context)}" for words, names in beside_reports(evaluation) if names
    )
    body = "\n\n".join(filter(None, [listed, others]))
    return Section(title="What was read", body=body, label=units.count(len(read), "report"))


def beside_reports(evaluation: Evaluation) -> tuple[tuple[str, tuple[str, ...]], ...]:
    verdict, coverage = evaluation.verdict, evaluation.coverage
    return (
        ("Set aside for a richer report of the same run", coverage.set_aside if coverage else ()),
        ("Uploads", verdict.uploads),
        ("Files in the uploads that are no reports", verdict.ignored),
    )


def _inline(names: Sequence[str], limits: Limits, context: CommentContext) -> str:
    shown = [code(name) for name in names[: limits.names]]
    left = len(names) - len(shown)
    return ", ".join([*shown, *([and_more(left, "file", context, shown=len(shown))] if left else [])])
