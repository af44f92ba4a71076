"""A gate without a tally in two words: where it stands, and where it should."""

from __future__ import annotations

from bot.core.model.verdict import (
    FindingsAllowed,
    GateResult,
    JobsFailed,
    JobsSucceeded,
    LimitsBroken,
    NoRaces,
    RacesFound,
    Regressed,
    TestsFailed,
    TestsPassed,
    TooManyFindings,
)
from bot.core.render import units


def glance(gate: GateResult) -> tuple[str, str]:  # noqa: PLR0911 -- one line a reason
    """(now, target) as a table shows them; a dash where there is nothing to count."""
    match gate.reason:
        case TestsPassed(counts=counts) | TestsFailed(counts=counts):
            ran = counts.total - counts.skipped
            return f"{units.integer(counts.passed)} of {units.count(ran, 'test')} passed", "all"
        case NoRaces():
            return "no race", "none"
        case RacesFound(races=races):
            return units.count(len(races), "race"), "none"
        case FindingsAllowed(counted=counted, allowed=allowed):
            return units.count(counted, "finding"), _at_most(allowed)
        case TooManyFindings(findings=findings, allowed=allowed):
            return units.count(len(findings), "finding"), _at_most(allowed)
        case JobsSucceeded(names=names):
            return f"{units.integer(len(names))} succeeded", "all"
        case JobsFailed(jobs=jobs):
            return f"{units.integer(len(jobs))} did not succeed", "none"
        case LimitsBroken(limits=limits):
            return f"{units.count(len(limits), 'limit')} not kept", "none"
        case Regressed(measures=measures):
            return f"{units.integer(len(measures))} worse", "none"
        case _:
            return units.DASH, units.DASH


def _at_most(allowed: int) -> str:
    return f"at most {units.integer(allowed)}" if allowed else "none"
