"""What linters found in the head, beside what they found in the base, on the repository's paths."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import msgspec

from bot.core.compare.lineage import Lineage
from bot.core.compare.names import KnownNames
from bot.core.compare.paths import Origin, is_foreign, map_paths
from bot.core.model.comparison import FindingsComparison, FindingScope
from bot.core.model.diff import Change, Diff
from bot.core.model.evidence import Baseline, Report, Side, Upload
from bot.core.model.findings import Finding, Findings, Level
from bot.core.model.lines import Lines
from bot.core.model.policy import LintRule, PathRule

_RANK = {Level.ERROR: 0, Level.WARNING: 1, Level.NOTE: 2}
_DIGITS = re.compile(r"[0-9]+")


def compare_findings(
    uploads: Iterable[Upload],
    baseline: Baseline | None,
    diff: Diff | None,
    known: KnownNames,
    rules: LintRule,
    paths: tuple[PathRule, ...] = (),
) -> FindingsComparison | None:
    """All that the head's linters say; ``None`` where no report is of findings. The order of *uploads* does not matter,
    nor whether a report is there twice. *known* are the repository's files, *paths* the policy's rules for names.
    """
    reports = [(report, upload) for upload in uploads for report in upload.reports if report.side is Side.HEAD]
    before = baseline.findings if baseline is not None else None
    known = _with_names_of(before or (), known)
    read = [
        (findings, _mapped(findings, report, upload, known, paths))
        for report, upload in reports
        if (findings := report.findings) is not None
    ]
    if not read:
        return None
    found = _united(mapped for _, mapped in read)
    lineage = Lineage(diff)
    new, gone = (found, ()) if before is None else _unmatched(found, _renamed(before, known, paths), lineage)
    scope = FindingScope(rules.scope)
    if scope is FindingScope.NEW and before is None:
        scope = FindingScope.ADDED
    least = _RANK[Level(rules.level)]
    asked = tuple(one for one in (new if scope is FindingScope.NEW else found) if _RANK[one.level] <= least)
    placed = _placed(asked, diff, lineage, known) if scope is FindingScope.ADDED else _Placed(asked)
    return FindingsComparison(
        findings=found,
        counted=placed.counted,
        scope=scope,
        undecided=placed.undecided,
        without_diff=diff is None,
        tools=tuple(sorted({tool for each, mapped in read for tool in _tools(each, mapped)} - {""})),
        reports=len(read),
        base=None if before is None else len(before),
        fixed=None if before is None else len(gone),
    )


def _tools(read: Findings, mapped: Iterable[Finding]) -> Iterable[str]:
    return (*read.tools, *(finding.tool for finding in mapped))


# --- names -------------------------------------------------------------------------------------------------------


def _with_names_of(findings: Iterable[Finding], known: KnownNames) -> KnownNames:
    """*known*; where that is not every file, with the files that the base's findings are in."""
    if known.complete:
        return known
    names = {finding.path for finding in findings if finding.path and not is_foreign(finding.path)}
    return known if names <= known.names else KnownNames(known.names | names, complete=False)


def _mapped(
    findings: Findings, report: Report, upload: Upload, known: KnownNames, rules: tuple[PathRule, ...]
) -> list[Finding]:
    origin = Origin(root=upload.root, roots=report.roots, modules=upload.modules, rules=rules)
    paths = sorted({finding.path for finding in findings.findings if finding.path})
    return _named(findings.findings, map_paths(paths, known, origin).names)


def _renamed(before: Sequence[Finding], known: KnownNames, rules: tuple[PathRule, ...]) -> list[Finding]:
    """The base's findings. Names that were not understood when they were recorded are looked for again."""
    foreign = sorted({one.path for one in before if is_foreign(one.path) and one.path not in known.names})
    return _named(before, map_paths(foreign, known, Origin(rules=rules)).names)


def _named(findings: Iterable[Finding], names: Mapping[str, str]) -> list[Finding]:
    """*findings* with the paths that *names* gives them; the others keep theirs."""
    return [
        msgspec.structs.replace(one, path=names[one.path]) if names.get(one.path, one.path) != one.path else one
        for one in findings
    ]


# --- each once ---------------------------------------------------------------------------------------------------


def _united(reports: Iterable[Sequence[Finding]]) -> tuple[Finding, ...]:
    """The findings of all *reports*, in order. What several of them tell is the same: as many as the one that has most
    of the same path, line, rule and message.
    """
    most: dict[Hashable, list[Finding]] = {}
    for report in reports:
        alike: defaultdict[Hashable, list[Finding]] = defaultdict(list)
        for finding in report:
            alike[finding.path, finding.line, finding.rule, finding.message].append(finding)
        for key, findings in alike.items():
            known = most.get(key)
            findings.sort(key=_order)
            if known != findings:
                most[key] = findings if known is None else max(known, findings, key=_telling)
    return tuple(sorted((finding for findings in most.values() for finding in findings), key=_order))


def _telling(findings: Sequence[Finding]) -> tuple[object, ...]:
    """More is more; of as many, the worse level, then any order that always decides alike."""
    return len(findings), -min((_RANK[each.level] for each in findings), default=9), [_order(each) for each in findings]


def _order(finding: Finding) -> tuple[str | int, ...]:
    """By place, then by all else that there is."""
    return (
        finding.path,
        finding.line or 0,
        finding.column or 0,
        finding.rule,
        finding.message,
        _RANK[finding.level],
        finding.tool,
        finding.end_line or 0,
        finding.url,
    )


# --- new ones ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Spot:
    """A finding with the path and line that it has, or would have, in the head; no line where that is not known."""

    finding: Finding
    path: str
    line: int | None
    edited: bool = False  # it stands on an added line, or stood on a deleted one


def _unmatched(
    found: Sequence[Finding], before: Sequence[Finding], lineage: Lineage
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """(findings that the base has not, findings of the base that are gone), matched one to one.

    First those at the same place, for lines as the change moved them; then those of one wording anywhere in the file;
    then those of one wording but for its numbers ("too complex (12)"). So moved code brings nothing new, and of two
    that are alike the one that the change touched is the new one.
    """
    heads, bases = _in_head(found, lineage), _in_head_of_base(before, lineage)
    for key in (_by_place, _by_wording, _by_rough_wording):
        heads, bases = _differences(heads, bases, key)
    return tuple(sorted((spot.finding for spot in heads), key=_order)), tuple(spot.finding for spot in bases)


def _by_place(spot: _Spot) -> Hashable:
    return None if spot.edited else (spot.path, spot.finding.rule, _rough(spot.finding.message), spot.line)


def _by_wording(spot: _Spot) -> Hashable:
    return spot.path, spot.finding.rule, spot.finding.message


def _by_rough_wording(spot: _Spot) -> Hashable:
    return spot.path, spot.finding.rule, _rough(spot.finding.message)


@lru_cache(maxsize=65_536)
def _rough(message: str) -> str:
    return _DIGITS.sub("0", message)


def _differences(
    heads: Sequence[_Spot], bases: Sequence[_Spot], key: Callable[[_Spot], Hashable]
) -> tuple[list[_Spot], list[_Spot]]:
    """What is left of both when those of one *key* are paired off, untouched ones first. ``None`` never pairs."""
    there = Counter(key(spot) for spot in bases)
    here: Counter[Hashable] = Counter()
    left: list[_Spot] = []
    for spot in sorted(heads, key=lambda spot: spot.edited):
        wanted = key(spot)
        if wanted is not None and here[wanted] < there[wanted]:
            here[wanted] += 1
        else:
            left.append(spot)
    rest: list[_Spot] = []
    for spot in bases:
        wanted = key(spot)
        if wanted is not None and here[wanted]:
            here[wanted] -= 1
        else:
            rest.append(spot)
    return left, rest


def _in_head(found: Iterable[Finding], lineage: Lineage) -> list[_Spot]:
    spots: list[_Spot] = []
    for one in found:
        edits = lineage.edits(one.path)
        edited = edits is not None and one.line is not None and one.line in edits.added
        spots.append(_Spot(one, one.path, None if lineage.is_unseen(one.path) else one.line, edited))
    return spots


def _in_head_of_base(before: Iterable[Finding], lineage: Lineage) -> list[_Spot]:
    """The base's findings where the head would have them, in order. Those of a file that is gone are like no other."""
    by_file: defaultdict[str, list[Finding]] = defaultdict(list)
    for one in sorted(before, key=_order):
        by_file[one.path].append(one)
    spots: list[_Spot] = []
    for old_path, findings in by_file.items():
        after = lineage.after(old_path)
        path = f"\0{old_path}" if after is None else after
        lines = _moved({one.line for one in findings if one.line}, path, lineage)
        for one in findings:
            line = lines.get(one.line) if one.line else None
            spots.append(_Spot(one, path, line, bool(one.line) and one.line not in lines))
    return spots


def _moved(lines: set[int], path: str, lineage: Lineage) -> Mapping[int, int | None]:
    """Where each of the base's *lines* stands in the head's file *path*. Deleted ones are left out, and ``None`` stands
    where it cannot be known.
    """
    if lineage.is_unseen(path):
        return dict.fromkeys(lines)
    edits = lineage.edits(path)
    if edits is None:
        return {line: line for line in lines}
    kept = Lines.of(lines) - edits.deleted
    return dict(zip(kept, edits.moved(kept), strict=True))


# --- on added lines ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Placed:
    counted: tuple[Finding, ...]
    undecided: tuple[Finding, ...] = ()


def _placed(findings: Iterable[Finding], diff: Diff | None, lineage: Lineage, known: KnownNames) -> _Placed:
    """Those that the change is answerable for: on a line that it adds; of a whole file that it adds; and of no file at
    all, for what has no place cannot be shown to be old. That does not go for mere notes, as a scanner makes of a
    dependency that it passed over. The line of a finding is its first.
    """
    counted: list[Finding] = []
    undecided: list[Finding] = []
    for one in findings:
        if not one.path:
            counted += [one] if one.level is not Level.NOTE else []
        elif diff is None or lineage.is_unseen(one.path):
            undecided.append(one)
        else:
            paths = [path for path in _may_be(one.path, diff, known) if _is_added(one, diff, path)]
            counted += [each for path in paths[:1] for each in _named([one], {one.path: path})]
    return _Placed(tuple(counted), tuple(undecided))


def _may_be(path: str, diff: Diff, known: KnownNames) -> Iterable[str]:
    """The changed files that *path* may be: itself; or, where it fits no file of the repository, those that it ends
    with (it was measured in a folder that nothing tells) and those that end with it (the linter ran in a folder).
    """
    if path in known.names or path in diff.files:
        return (path,)
    foreign, within = is_foreign(path), known.complete
    return [
        name for name in diff.files if (foreign and path.endswith(f"/{name}")) or (within and name.endswith(f"/{path}"))
    ]


def _is_added(finding: Finding, diff: Diff, path: str) -> bool:
    """Whether *finding*, which is in the file *path*, stands on what the change adds."""
    file = diff.files.get(path)
    if file is None or file.change is Change.DELETED:
        return False
    if finding.line is None:
        return file.change in (Change.ADDED, Change.COPIED)
    return finding.line in file.added
