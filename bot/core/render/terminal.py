"""The verdict in a terminal: a headline, a table of gates, and what to do. No line begins with foreign text, which a
workflow's runner could take for a command.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.core.model.comparison import CoverageComparison
from bot.core.model.verdict import Conclusion, Evaluation, GateResult, Verdict
from bot.core.render import units
from bot.core.render.comment import notes
from bot.core.render.context import CommentContext
from bot.core.render.escape import TERMINAL, terminal
from bot.core.render.glance import glance
from bot.core.render.headline import base_words, headline, patch_line, since_line
from bot.core.render.kinds import kind_lines, listings
from bot.core.render.listing import as_lines
from bot.core.render.sections import file_lists, ranked_gates
from bot.core.render.sentences import alike, explain, level, message, named, outcome
from bot.core.render.uncovered import ranges_of, uncovered_files

_FILES = 50
_URGENT = 50
_ALSO = ("measure", "limit")  # of all tables that are not urgent, those that a terminal shows too
_RANGES = 50
_NAMES = 10
_COLOURS = {
    Conclusion.SUCCESS: "32",
    Conclusion.FAILURE: "31",
    Conclusion.NEUTRAL: "36",
    Conclusion.PENDING: "33",
    Conclusion.ACTION_REQUIRED: "31",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One gate: *cells* are result, gate, now, target, next step, all escaped for a terminal."""

    conclusion: Conclusion
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalReport:
    """A verdict as lines and rows, ready to print. Every text is escaped; colours are the printer's."""

    conclusion: Conclusion
    headline: str
    lines: tuple[str, ...]
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    beside: tuple[str, ...]
    reasons: tuple[str, ...]
    urgent: tuple[str, ...]
    uncovered: tuple[str, ...]
    files: tuple[str, ...]
    notes: tuple[str, ...]


def terminal_report(evaluation: Evaluation, context: CommentContext) -> TerminalReport:
    verdict, coverage = evaluation.verdict, evaluation.coverage
    return TerminalReport(
        conclusion=verdict.conclusion,
        headline=headline(verdict, TERMINAL),
        lines=tuple(_lines(evaluation)),
        header=("Result", "Gate", "Now", "Target"),
        rows=tuple(_row(gate) for gate in ranked_gates(verdict)),
        beside=tuple(_beside(verdict)),
        reasons=tuple(_reasons(verdict)),
        urgent=tuple(_urgent(evaluation)),
        uncovered=tuple(_uncovered(evaluation, context)),
        files=tuple(_lists(coverage)) if coverage else (),
        notes=tuple(notes(verdict, context, TERMINAL)),
    )


def render_terminal(evaluation: Evaluation, context: CommentContext, *, colour: bool = False) -> str:
    """The report as text. *colour* puts ANSI colours on results and the headline."""
    report = terminal_report(evaluation, context)
    paint = _painted if colour else _unpainted
    parts = [
        paint(report.headline, report.conclusion),
        "\n".join(report.lines),
        "\n".join(_table(report, paint)),
        "\n".join(report.beside),
        "\n".join(report.reasons),
        *report.urgent,
        "\n".join(report.uncovered),
        "\n".join(report.files),
        "\n".join(f"Note: {note}" for note in report.notes),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _lines(evaluation: Evaluation) -> list[str]:
    verdict, coverage = evaluation.verdict, evaluation.coverage
    patch, since = patch_line(verdict, coverage), since_line(verdict, coverage)
    said = [f"Patch: {patch}"] if patch else []
    if coverage is not None:
        base = base_words(verdict.inputs.base, lambda sha: terminal(sha[:7]))
        said.append(f"Base: {base}" + (f": {since}" if since else ""))
    said += [f"{kind}: {line}" for kind, line in kind_lines(evaluation)]
    return said


def _row(gate: GateResult) -> Row:
    now, goal = glance(gate)
    if gate.tally:
        now = level(gate)
    if gate.target is not None:
        goal = units.goal(gate.target)
    return Row(conclusion=gate.conclusion, cells=(outcome(gate), terminal(gate.gate), now, goal))


def _beside(verdict: Verdict) -> list[str]:
    """What was judged by, and what was not: silence would look like a pass."""
    read = [f"{terminal(path)} ({terminal(kind)})" for path, _, kind in sorted(verdict.inputs.reports)]
    more = [units.count_more(len(read) - _NAMES, "report")] if len(read) > _NAMES else []
    said = [f"Read: {', '.join([*read[:_NAMES], *more])}"] if read else []
    others = ", ".join(verdict.not_configured)
    return [*said, f"Not configured, and nothing of it was read: {others}"] if others else said


def _reasons(verdict: Verdict) -> list[str]:
    """What the table alone leaves to be said, gates that say the same together."""
    wanted = [gate for gate in verdict.gates if gate.judged is not Conclusion.SUCCESS or explain(gate, TERMINAL).step]
    return [f"- {named(gates, TERMINAL)}: {message(gates[0], TERMINAL)}" for _, gates in alike(wanted, TERMINAL)]


def _urgent(evaluation: Evaluation) -> list[str]:
    """Failed tests, races, findings, and every measure of benchmarks that were compared: a table each, in columns."""
    shown = (one for one in listings(evaluation) if one.urgent or one.what in _ALSO)
    return ["\n".join(as_lines(one, _URGENT)) for one in shown]


def _uncovered(evaluation: Evaluation, context: CommentContext) -> list[str]:
    coverage = evaluation.coverage
    files = uncovered_files(coverage)
    if coverage is None or not files:
        return []
    said = ["Uncovered new lines:"]
    for path, file in files[:_FILES]:
        found, left = ranges_of(path, file, coverage, context, most=_RANGES)
        missed = units.line_ranges([(one.first, one.last) for one in found if not one.partial])
        partial = units.line_ranges([(one.first, one.last) for one in found if one.partial])
        more = units.count_more(left, "line") if left else ""
        parts = filter(None, [missed, f"partly {partial}" if partial else "", more])
        said.append(f"  - {terminal(path)}: {'; '.join(parts)}")
    beyond = len(files) - _FILES
    return [*said, f"  {units.count_more(beyond, 'file')}"] if beyond > 0 else said


def _lists(coverage: CoverageComparison) -> list[str]:
    """Files that somebody should look at, a line each kind."""
    said: list[str] = []
    for words, _, names in file_lists(coverage):
        more = [units.count_more(len(names) - _NAMES, "file")] if len(names) > _NAMES else []
        if names:
            said.append(f"{words}: {', '.join([*map(terminal, names[:_NAMES]), *more])}")
    return said


def _table(report: TerminalReport, paint: Callable[[str, Conclusion], str]) -> list[str]:
    rows: Sequence[tuple[str, ...]] = [report.header, *(row.cells for row in report.rows)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    for cells, row in zip(padded[1:], report.rows, strict=True):
        cells[0] = paint(cells[0], row.conclusion)
    return ["  ".join(cells).rstrip() for cells in padded] if report.rows else []


def _painted(text: str, conclusion: Conclusion) -> str:
    return f"\x1b[{_COLOURS[conclusion]}m{text}\x1b[0m"


def _unpainted(text: str, _: Conclusion) -> str:
    return text
