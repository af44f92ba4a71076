"""What is said of linters' and scanners' findings, and of jobs that must succeed."""

from __future__ import annotations

from bot.core.model.comparison import FindingsComparison, FindingScope
from bot.core.model.findings import Finding
from bot.core.model.verdict import FindingsAllowed, JobsFailed, JobsMissing, JobsSucceeded, TooManyFindings
from bot.core.render import units
from bot.core.render.escape import Voice
from bot.core.render.gaps import Words
from bot.core.render.listing import Cell, Foreign, Listing
from bot.core.render.naming import NAMED, and_so_many_more, first_of

_COUNTED = {
    FindingScope.NEW: "new finding",
    FindingScope.ADDED: "finding",
    FindingScope.ALL: "finding",
}
_WHERE = {FindingScope.NEW: "", FindingScope.ADDED: " on added lines", FindingScope.ALL: ""}


def findings_words(reason: FindingsAllowed | TooManyFindings, voice: Voice) -> Words:
    """Why the gate ``lint`` came out as it did, as far as findings go."""
    match reason:
        case FindingsAllowed(counted=counted, allowed=allowed, total=total, scope=scope):
            what = f"{units.count(counted, _COUNTED[scope])}{_WHERE[scope]}" if counted else f"No {_COUNTED[scope]}"
            where = _WHERE[scope] if not counted else ""
            room = f", {units.integer(allowed)} allowed" if counted else ""
            rest = f" ({units.integer(total)} in all)" if total > counted else ""
            return Words(f"{what}{where}{room}{rest}.")
        case TooManyFindings(findings=findings, allowed=allowed, scope=scope):
            rules = list(dict.fromkeys(finding.rule for finding in findings))
            return Words(
                f"{units.count(len(findings), _COUNTED[scope])}{_WHERE[scope]}, {units.integer(allowed)} allowed: "
                f"{first_of(rules, voice)}.",
            )


def jobs_words(reason: JobsSucceeded | JobsFailed | JobsMissing, voice: Voice) -> Words:
    """Why a gate that rests on jobs came out as it did."""
    match reason:
        case JobsSucceeded(names=names):
            return Words(f"{first_of(names, voice)} succeeded.")
        case JobsFailed(jobs=jobs):
            said = ", ".join(f"{voice.name(name)} ({voice.clause(conclusion)})" for name, conclusion in jobs[:NAMED])
            more = and_so_many_more(len(jobs) - NAMED)
            return Words(
                f"{units.count(len(jobs), 'step' if voice.local else 'job')} did not succeed: {said}{more}.",
                "Correct it, and run it again.",
            )
        case JobsMissing(names=names):
            return Words(
                f"No run has a job that is called {first_of(names, voice)}.",
                f"Write {voice.name('jobs')} in the policy as the workflow names them.",
            )


def findings_line(found: FindingsComparison) -> str:
    """One line for everybody."""
    counted = f"{units.count(len(found.counted), _COUNTED[found.scope])}{_WHERE[found.scope]}"
    rest = [f"{units.differing(len(found.findings), found.base)} in all"]
    if found.fixed:
        rest.append(f"{units.integer(found.fixed)} fixed")
    return f"{counted}; {', '.join(rest)}"


def findings_listings(found: FindingsComparison) -> list[Listing]:
    """The findings that count."""
    title = {
        FindingScope.NEW: "New findings",
        FindingScope.ADDED: "Findings on added lines",
        FindingScope.ALL: "Findings",
    }
    listing = Listing(
        title=title[found.scope],
        header=("Where", "Rule", "Finding"),
        rows=[_row(finding) for finding in found.counted],
        what="finding",
        label=units.count(len(found.counted), _COUNTED[found.scope]),
        urgent=True,
    )
    return [listing] if listing.rows else []


def _row(finding: Finding) -> tuple[Cell, ...]:
    at = f"{finding.path}:{units.integer(finding.line)}" if finding.line else finding.path
    where: Cell = Foreign(text=at, path=finding.path, line=finding.line) if at else "no file"
    tool: tuple[str | Foreign, ...] = (" of ", Foreign(text=finding.tool)) if finding.tool else ()
    return (
        where,
        (Foreign(text=finding.rule), *tool),
        (f"{finding.level}: ", Foreign(text=" ".join(finding.message.split()), clause=True)),
    )
