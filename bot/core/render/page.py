"""What the report page shows, as values that a template only places: sentences, numbers and links made here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import Generic, TypeVar

from bot.core.model.comparison import CoverageComparison, PatchFile, Project
from bot.core.model.coverage import Metric, Tally, tally_of
from bot.core.model.verdict import Conclusion, Evaluation, GateResult, Verdict
from bot.core.render import units
from bot.core.render.comment import notes
from bot.core.render.context import CommentContext, at_lines
from bot.core.render.escape import DATA, verbatim
from bot.core.render.headline import base_words, headline, patch_line, since_line
from bot.core.render.kinds import kind_lines, listings
from bot.core.render.listing import PageTable, as_page
from bot.core.render.sections import (
    beside_reports,
    component_gates,
    delta_parts,
    file_lists,
    indirect_title,
    new_lines,
    patch_files,
    ranked_gates,
    split_name,
    whole_file,
)
from bot.core.render.sentences import COMPONENT, message, outcome, problem_words
from bot.core.render.uncovered import Range, ranges_of, uncovered_files

_MOST = 2000  # entries of one list: a page of that length still opens
_MOST_RANGES = 200
_NAME = 300

_S = TypeVar("_S")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Link:
    text: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Listed(Generic[_T]):
    """Some entries, and in *rest* how many more there are."""

    items: Sequence[_T]
    rest: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRow:
    """*kind* is set for gates of which there are many (``component``); *name* is then the one meant."""

    kind: str
    name: str
    result: str
    tone: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """*covered* of *total* is drawn as a bar."""

    name: Link
    now: str
    covered: str
    total: str
    missed: str = ""
    whole: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentRow:
    name: str
    now: str
    covered: str
    total: str
    target: str
    gap: str
    priority: str


@dataclass(frozen=True, slots=True)
class RangeLink:
    link: Link
    partial: bool


@dataclass(frozen=True, slots=True)
class UncoveredFile:
    name: Link
    ranges: Sequence[RangeLink]
    more: str


@dataclass(frozen=True, slots=True)
class IndirectFile:
    name: Link
    words: str


@dataclass(frozen=True, slots=True)
class Moved:
    metric: str
    rows: Sequence[tuple[str, str, str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    repository: str
    repository_url: str
    commit: Link | None
    conclusion: str
    headline: str
    lines: Sequence[Line]
    notes: Sequence[str]
    gates: Sequence[GateRow]
    urgent: Sequence[PageTable]
    components: Sequence[ComponentRow]
    uncovered: Listed[UncoveredFile]
    moved: Sequence[Moved]
    changed: Listed[FileRow]
    details: Sequence[PageTable]
    indirect: Listed[IndirectFile]
    indirect_title: str
    lists: Sequence[Listed[str]]
    files: Listed[FileRow]
    reports: Listed[tuple[str, str, str]]
    footer: str


def page_of(evaluation: Evaluation, context: CommentContext) -> Page:
    verdict, coverage = evaluation.verdict, evaluation.coverage
    files = _Files(verdict.inputs.head_sha, context)
    head = verdict.inputs.head_sha
    return Page(
        repository=verbatim(context.repository),
        repository_url=context.repository_url,
        commit=Link(verbatim(head[:7]), context.commit_url(head)),
        conclusion=verdict.conclusion.value,
        headline=headline(verdict, DATA),
        lines=[*_lines(verdict, coverage), *(Line(kind, words) for kind, words in kind_lines(evaluation))],
        notes=notes(verdict, context, DATA),
        gates=[_gate(gate) for gate in ranked_gates(verdict)],
        urgent=[as_page(one, _MOST, head, context) for one in listings(evaluation) if one.urgent],
        details=[as_page(one, _MOST, head, context) for one in listings(evaluation) if not one.urgent],
        components=[_component(gate) for gate in component_gates(verdict)],
        uncovered=files.uncovered(coverage),
        moved=[_moved(project) for project in coverage.projects if project.delta] if coverage else (),
        changed=files.changed(coverage),
        indirect=files.indirect(coverage),
        indirect_title=indirect_title(verdict),
        lists=_lists(evaluation),
        files=files.measured(coverage),
        reports=_listed(sorted(verdict.inputs.reports, key=itemgetter(0, 1)), _report, "report"),
        footer=_footer(verdict),
    )


def _listed(things: Iterable[_S], write: Callable[[_S], _T], what: str, *, title: str = "") -> Listed[_T]:
    everything = list(things)
    left = len(everything) - _MOST
    rest = units.count_more(left, what) if left > 0 else ""
    return Listed([write(thing) for thing in everything[:_MOST]], rest, title)


def _name(name: str) -> str:
    return verbatim(name, _NAME)


def _lines(verdict: Verdict, coverage: CoverageComparison | None) -> list[Line]:
    patch, since = patch_line(verdict, coverage), since_line(verdict, coverage)
    said = [Line("Patch", patch)] if patch else []
    if coverage is not None:
        base = base_words(verdict.inputs.base, lambda sha: verbatim(sha[:7]))
        said.append(Line("Base", base + (f": {since}" if since else "")))
    return said


_TONES = {
    Conclusion.SUCCESS: "passed",
    Conclusion.FAILURE: "failed",
    Conclusion.ACTION_REQUIRED: "failed",
    Conclusion.PENDING: "waits",
}


def _gate(gate: GateResult) -> GateRow:
    kind, name = split_name(gate)
    return GateRow(
        kind=kind,
        name=verbatim(name),
        result=outcome(gate),
        tone=_TONES.get(gate.conclusion, "calm"),
        words=message(gate, DATA),
    )


def _component(gate: GateResult) -> ComponentRow:
    tally = gate.tally or Tally()
    return ComponentRow(
        name=verbatim(gate.gate.removeprefix(COMPONENT)),
        now=units.measured(tally, gate.target),
        covered=units.integer(tally.covered),
        total=units.integer(tally.total) if tally.total else "",
        target=units.DASH if gate.target is None else units.goal(gate.target),
        gap=units.DASH if gate.target is None else units.gap(tally, gate.target),
        priority=gate.priority or units.DASH,
    )


def _moved(project: Project) -> Moved:
    delta = project.delta
    if delta is None:
        return Moved(units.metric(project.metric), ())
    before, after = units.moved(delta.base, delta.head)
    parts = [(name, units.signed(covered), units.signed(total), "") for name, covered, total in delta_parts(delta)]
    first = ("Base", units.integer(delta.base.covered), units.integer(delta.base.total), before)
    last = ("Head", units.integer(delta.head.covered), units.integer(delta.head.total), after)
    return Moved(units.metric(project.metric), [first, *parts, last])


def _range(url: str | None, found: Range) -> Link:
    return Link(units.line_range(found.first, found.last), at_lines(url, found.first, found.last))


@dataclass(frozen=True, slots=True)
class _Files:
    """Files as rows, linked to *head*."""

    head: str
    context: CommentContext

    def link(self, path: str) -> Link:
        return Link(_name(path), self.context.blob_url(self.head, path))

    def uncovered(self, coverage: CoverageComparison | None) -> Listed[UncoveredFile]:
        if coverage is None:
            return Listed(())

        def write(item: tuple[str, PatchFile]) -> UncoveredFile:
            name = self.link(item[0])
            found, left = ranges_of(*item, coverage, self.context, most=_MOST_RANGES)
            more = units.count_more(left, "line") if left else ""
            return UncoveredFile(name, [RangeLink(_range(name.url, one), one.partial) for one in found], more)

        return _listed(uncovered_files(coverage), write, "file")

    def changed(self, coverage: CoverageComparison | None) -> Listed[FileRow]:
        if coverage is None:
            return Listed(())

        def write(item: tuple[str, PatchFile]) -> FileRow:
            path, file = item
            missed = units.integer(len(file.miss))
            return self._row(path, new_lines(file), missed=missed, whole=whole_file(path, coverage))

        return _listed(patch_files(coverage), write, "file")

    def indirect(self, coverage: CoverageComparison | None) -> Listed[IndirectFile]:
        if coverage is None:
            return Listed(())

        def write(path: str) -> IndirectFile:
            file = coverage.indirect[path]
            fates = (("newly missed", file.newly_missed), ("newly covered", file.newly_hit))
            said = [
                f"{words} {units.line_ranges(list(islice(lines.ranges(), _MOST_RANGES)))}"
                for words, lines in fates
                if lines
            ]
            return IndirectFile(self.link(path), "; ".join(said))

        return _listed(sorted(coverage.indirect), write, "file")

    def measured(self, coverage: CoverageComparison | None) -> Listed[FileRow]:
        """Every measured file, by its own metric, least covered first."""
        if coverage is None:
            return Listed(())
        found = [
            (path, metric, tally_of(file, metric))
            for metric, measurement in coverage.head.items()
            for path, file in measurement.files.items()
        ]
        found.sort(key=lambda item: (item[2].ratio or 0, -item[2].missed, item[0]))

        def write(item: tuple[str, Metric, Tally]) -> FileRow:
            return self._row(item[0], item[2])

        return _listed(found, write, "file", title=units.count(len(found), "measured file"))

    def _row(self, path: str, tally: Tally, *, missed: str = "", whole: str = "") -> FileRow:
        return FileRow(
            name=self.link(path),
            now=units.measured(tally),
            covered=units.integer(tally.covered),
            total=units.integer(tally.total) if tally.total else "",
            missed=missed,
            whole=whole,
        )


def _lists(evaluation: Evaluation) -> list[Listed[str]]:
    """Plain lists of names, those that are empty left out."""
    coverage = evaluation.coverage
    named: list[tuple[str, Sequence[str]]] = []
    if coverage is not None:
        named += [(words, names) for words, _, names in file_lists(coverage)]
        named.append(("Problems", [problem_words(problem, DATA) for problem in coverage.problems]))
    named += beside_reports(evaluation)
    return [_listed(names, _name, "name", title=title) for title, names in named if names]


def _report(report: tuple[str, str, str]) -> tuple[str, str, str]:
    path, digest, kind = report
    return _name(path), verbatim(kind), verbatim(digest)


def _footer(verdict: Verdict) -> str:
    inputs = verdict.inputs
    said = [f"Judged {verbatim(inputs.head_sha)}"]
    if inputs.tested_sha != inputs.head_sha:
        said.append(f"as tested in {verbatim(inputs.tested_sha)}")
    if inputs.policy_sha256:
        said.append(f"by the policy with SHA-256 {verbatim(inputs.policy_sha256)}")
    return ", ".join(said)
