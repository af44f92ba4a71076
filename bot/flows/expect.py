"""What evidence is still owed for a head, and since when. Pure: runs, uploads and the time in, gaps out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.model.evidence import Awaited, Gap, Upload
from bot.core.model.globs import matches_any
from bot.core.model.policy import EvidenceRules, Mode, Policy, modes
from bot.flows.ports import Run

LONGEST_WAIT = timedelta(hours=24)
"""However long a runner is queued, nobody waits for a verdict longer than this."""

_CUT_SHORT = ("cancelled", "timed_out", "startup_failure", "stale")
_SKIPPED = "skipped"
_DID_NOTHING = (_SKIPPED, "neutral")


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """*runs* are those that may bring reports; *done_at* is when the last of them completed, ``None`` before that.
    *due* is the next moment at which waiting alone changes something.
    """

    runs: tuple[Run, ...]
    gaps: tuple[Gap, ...]
    done_at: datetime | None
    due: datetime | None


def asks_for_reports(policy: Policy) -> bool:
    """Whether a run that brings no report at all leaves something open: coverage is judged unless it is switched off,
    tests, findings and benchmarks where the policy writes of them. Outcomes of jobs need no report.
    """
    written = policy.model_fields_set
    asked = [policy.coverage.mode]
    asked += [policy.tests.mode] if "tests" in written else []
    asked += [policy.benchmarks.mode] if "benchmarks" in written else []
    asked += [policy.lint.mode] if "lint" in written and not policy.lint.jobs else []
    return any(modes(policy.mode, mode) is not Mode.OFF for mode in asked)


def relevant(runs: Sequence[Run], rules: EvidenceRules, *, event: str) -> tuple[Run, ...]:
    """The runs of a head that count: of the workflows that the policy names (or any), started by *event*; for a pull
    request without runs of its own, those of the push that its branch was. Of one workflow, a run that was cut short
    gives way to a later one that was not, and one that was skipped to any that was not.
    """
    named = [run for run in runs if rules.workflows == "auto" or matches_any(rules.workflows, run.path)]
    started = [run for run in named if run.event == event]
    if event == "pull_request" and not started:
        started = [run for run in named if run.event == "push"]
    return tuple(run for run in started if not _superseded(run, started))


def _superseded(run: Run, runs: Sequence[Run]) -> bool:
    """Concurrency groups cancel a run when the next of its workflow begins. Runs of a draft are skipped before it is
    ready for review, those that a label starts after others.
    """
    others = [one for one in runs if one.path == run.path and one.id != run.id]
    if run.conclusion == _SKIPPED:
        return any(one.conclusion != _SKIPPED for one in others)
    later = (one for one in others if one.id > run.id and one.conclusion != _SKIPPED)
    return run.conclusion in _CUT_SHORT and any(one.conclusion not in _CUT_SHORT for one in later)


def expect(
    runs: Sequence[Run],
    uploads: Sequence[Upload],
    rules: EvidenceRules,
    *,
    first_seen: datetime,
    now: datetime,
    reports: bool = True,
) -> Expectation:
    """The gaps in *uploads* (the last attempts), given the relevant *runs*. A gap is expired once its deadline has
    passed. Without *reports* none are asked for (``asks_for_reports``); those that come are to be whole all the same.
    """
    deadline = timedelta(seconds=rules.deadline)
    if not runs:
        due = first_seen + min(deadline, LONGEST_WAIT)
        return _waiting((), [Gap(awaited=Awaited.NOTHING_RAN, expired=now >= due)], due, now)
    running = [run for run in runs if run.status != "completed" or run.conclusion == "action_required"]
    if running:
        due = max(first_seen, *(run.updated_at for run in running)) + LONGEST_WAIT
        return _waiting(runs, [_unfinished(run, expired=now >= due) for run in running], due, now)
    done_at = max(run.updated_at for run in runs)
    due = done_at + deadline
    late = now >= due
    gaps = _missing(runs, uploads, rules, expired=late) if reports else _partial(runs, uploads, expired=late)
    return Expectation(runs=tuple(runs), gaps=tuple(gaps), done_at=done_at, due=due if gaps and now < due else None)


def _waiting(runs: Sequence[Run], gaps: list[Gap], due: datetime, now: datetime) -> Expectation:
    return Expectation(runs=tuple(runs), gaps=tuple(gaps), done_at=None, due=due if now < due else None)


def _unfinished(run: Run, *, expired: bool) -> Gap:
    if run.status == "waiting" or run.conclusion == "action_required":
        return Gap(awaited=Awaited.APPROVAL, subject=run.name)  # a person must act: no clock runs
    return Gap(awaited=Awaited.RUNNING, subject=run.name, expired=expired)


def vanished(
    runs: Sequence[Run], uploads: Sequence[Upload], before: Collection[tuple[str, str]], *, late: bool
) -> tuple[Gap, ...]:
    """Uploads of failed *runs* that the base had (*before*: workflow and name) and that did not come: a leg that died
    before its upload leaves no other trace where there is no manifest. Names that change with every run, of which none
    is the same, say nothing.
    """
    failed = {run.path for run in runs if run.conclusion == "failure"}
    known = {(workflow, name) for workflow, name in before if workflow in failed}
    came = {(upload.workflow, upload.name) for upload in uploads}
    if not known & came:
        return ()
    names = sorted(name for _, name in known - came)
    return tuple(Gap(awaited=Awaited.SHARD_MISSING, subject=name, expired=late) for name in names)


def _missing(runs: Sequence[Run], uploads: Sequence[Upload], rules: EvidenceRules, *, expired: bool) -> list[Gap]:
    """Every run has completed: what did not come?

    A run that was cut short may have brought a part only. One that was skipped matters if the policy names its
    workflow, or if no other brought anything.
    """
    brought = _brought(uploads)
    idle_matters = rules.workflows != "auto" or not brought
    short = [run for run in runs if run.conclusion in _CUT_SHORT or (idle_matters and run.conclusion in _DID_NOTHING)]
    gaps = _failed(short, expired=expired)
    gaps += [
        Gap(awaited=Awaited.EMPTY_ARTIFACT, subject=upload.name, expired=expired)
        for upload in uploads
        if not (upload.reports or upload.problems or upload.ignored or upload.outcomes)
    ]
    gaps += _missing_shards(uploads, expired=expired)
    if not brought and not gaps:
        names = ", ".join(sorted({run.name for run in runs}))
        gaps.append(Gap(awaited=Awaited.NO_ARTIFACT, subject=names, expired=expired))
    return gaps


def _partial(runs: Sequence[Run], uploads: Sequence[Upload], *, expired: bool) -> list[Gap]:
    """What did not come of reports that nobody asks for: no part of them is taken for the whole."""
    if not _brought(uploads):
        return []
    short = [run for run in runs if run.conclusion in _CUT_SHORT]
    return _failed(short, expired=expired) + _missing_shards(uploads, expired=expired)


def _failed(runs: Sequence[Run], *, expired: bool) -> list[Gap]:
    return [Gap(awaited=Awaited.RUN_FAILED, subject=f"{run.name} ({run.conclusion})", expired=expired) for run in runs]


def _brought(uploads: Sequence[Upload]) -> bool:
    return any(upload.reports or upload.problems for upload in uploads)


def _missing_shards(uploads: Sequence[Upload], *, expired: bool) -> list[Gap]:
    """A gap ``job 3/4`` for each matrix leg whose manifest siblings say that it exists and that brought nothing."""
    legs: dict[tuple[int, str], tuple[int, set[int]]] = {}
    for upload in uploads:
        if upload.job and upload.total > 1:
            total, seen = legs.get((upload.run_id, upload.job), (0, set[int]()))
            legs[upload.run_id, upload.job] = (max(total, upload.total), seen | {upload.index})
    return [
        Gap(awaited=Awaited.SHARD_MISSING, subject=f"{job} {index + 1}/{total}", expired=expired)
        for (_, job), (total, seen) in sorted(legs.items())
        for index in range(min(total, 1000))
        if index not in seen
    ]
