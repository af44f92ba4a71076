"""What evidence is still owed for a head, and since when. Pure: runs, uploads and the time in, gaps out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.model.evidence import Awaited, Gap, Upload
from bot.core.model.globs import matches_any
from bot.core.model.policy import EvidenceRules
from bot.flows.ports import Run

LONGEST_WAIT = timedelta(hours=24)
"""However long a runner is queued, nobody waits for a verdict longer than this."""

_BROUGHT_NOTHING = ("cancelled", "skipped", "timed_out", "startup_failure", "stale", "neutral")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """*runs* are those that may bring reports; *done_at* is when the last of them completed, ``None`` before that.
    *due* is the next moment at which waiting alone changes something.
    """

    runs: tuple[Run, ...]
    gaps: tuple[Gap, ...]
    done_at: datetime | None
    due: datetime | None


def relevant(runs: Sequence[Run], rules: EvidenceRules, *, pushed: bool) -> tuple[Run, ...]:
    """The runs of a head that count: of the workflows that the policy names (or any), and of the push for a branch,
    of the pull request where there are such, else of the push that the branch of a pull request was.
    """
    named = [run for run in runs if rules.workflows == "auto" or matches_any(rules.workflows, run.path)]
    of_push = tuple(run for run in named if run.event == "push")
    of_pull = tuple(run for run in named if run.event == "pull_request")
    return of_push if pushed else of_pull or of_push


def expect(
    runs: Sequence[Run], uploads: Sequence[Upload], rules: EvidenceRules, *, first_seen: datetime, now: datetime
) -> Expectation:
    """The gaps in *uploads*, given the relevant *runs*. A gap is expired once its deadline has passed."""
    deadline = timedelta(seconds=rules.deadline)
    if not runs:
        due = first_seen + min(deadline, LONGEST_WAIT)
        return _waiting((), [Gap(awaited=Awaited.NOTHING_RAN, expired=now >= due)], due, now)
    running = [run for run in runs if run.status != "completed" or run.conclusion == "action_required"]
    if running:
        due = first_seen + LONGEST_WAIT
        return _waiting(runs, [_unfinished(run, expired=now >= due) for run in running], due, now)
    done_at = max(run.updated_at for run in runs)
    due = done_at + deadline
    gaps = _missing(runs, uploads, expired=now >= due)
    return Expectation(runs=tuple(runs), gaps=tuple(gaps), done_at=done_at, due=due if gaps and now < due else None)


def _waiting(runs: Sequence[Run], gaps: list[Gap], due: datetime, now: datetime) -> Expectation:
    return Expectation(runs=tuple(runs), gaps=tuple(gaps), done_at=None, due=due if now < due else None)


def _unfinished(run: Run, *, expired: bool) -> Gap:
    if run.status == "waiting" or run.conclusion == "action_required":
        return Gap(awaited=Awaited.APPROVAL, subject=run.name)  # a person must act: no clock runs
    return Gap(awaited=Awaited.RUNNING, subject=run.name, expired=expired)


def _missing(runs: Sequence[Run], uploads: Sequence[Upload], *, expired: bool) -> list[Gap]:
    """Every run has completed: what did not come?"""
    gaps = [
        Gap(awaited=Awaited.RUN_FAILED, subject=f"{run.name} ({run.conclusion})", expired=expired)
        for run in runs
        if run.conclusion in _BROUGHT_NOTHING and not any(upload.run_id == run.id for upload in uploads)
    ]
    gaps += [
        Gap(awaited=Awaited.EMPTY_ARTIFACT, subject=upload.name, expired=expired)
        for upload in uploads
        if not upload.reports and not upload.problems and not upload.ignored
    ]
    gaps += [Gap(awaited=Awaited.SHARD_MISSING, subject=shard, expired=expired) for shard in _missing_shards(uploads)]
    if not any(upload.reports or upload.problems for upload in uploads) and not gaps:
        names = ", ".join(sorted({run.name for run in runs}))
        gaps.append(Gap(awaited=Awaited.NO_ARTIFACT, subject=names, expired=expired))
    return gaps


def _missing_shards(uploads: Sequence[Upload]) -> list[str]:
    """``job 3/4`` for each matrix leg whose manifest siblings say that it exists and that brought nothing."""
    legs: dict[tuple[int, str], tuple[int, set[int]]] = {}
    for upload in uploads:
        if upload.job and upload.total > 1:
            total, seen = legs.get((upload.run_id, upload.job), (0, set[int]()))
            legs[upload.run_id, upload.job] = (max(total, upload.total), seen | {upload.index})
    return [
        f"{job} {index + 1}/{total}"
        for (_, job), (total, seen) in sorted(legs.items())
        for index in range(min(total, 1000))
        if index not in seen
    ]
