"""Everything a verdict needs, brought together: the only part of judging that asks and waits."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.core.compare.merge import last_attempts
from bot.core.model.commit import Base, BaseRule, Repo
from bot.core.model.diff import Diff
from bot.core.model.errors import DiffError
from bot.core.model.evidence import Awaited, Baseline, Evidence, Gap, Job, Upload
from bot.core.model.policy import Mode, Policy
from bot.core.parse.diff import parse_diff
from bot.flows.edges import Edges
from bot.flows.expect import Expectation, asks_for_reports, expect, relevant, vanished
from bot.flows.ports import NotFound, Run, TooLarge
from bot.flows.rules import POLICY_PATH, Rules, preview, rules_of
from bot.flows.subjects import Subject
from bot.flows.tested import Tested, base_of, tested
from bot.flows.uploads import receive_uploads

log = logging.getLogger(__name__)

_STILL_COMING = (Awaited.RUNNING, Awaited.APPROVAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One subject, ready to be judged. *due* is when waiting alone would change the verdict. *head_diff* is the
    change as the head numbers its lines, where the tested merge numbers them otherwise.
    """

    subject: Subject
    rules: Rules
    evidence: Evidence
    baseline: Baseline | None
    diff: Diff | None
    head_diff: Diff | None
    due: datetime | None
    measured_at: datetime | None


async def gather(edges: Edges, repo: Repo, subject: Subject, head_sha: str, runs: Sequence[Run]) -> Case:
    """All that is known of *head_sha* for *subject* at this moment."""
    rules = await rules_of(edges, repo, subject.base_ref)
    timer = await edges.history.timer(repo.id, head_sha, now=edges.clock.now())
    wanted = relevant(runs, rules.policy.evidence, event=subject.event)
    waiting = expect(wanted, (), rules.policy.evidence, first_seen=timer.first_seen, now=edges.clock.now())
    if rules.problem is not None or any(gap.awaited in _STILL_COMING for gap in waiting.gaps):
        return await _waiting(edges, repo, subject, rules, head_sha, waiting)
    received = await receive_uploads(edges, repo, wanted, rules.policy.evidence.artifacts)
    commit = await tested(edges, repo, subject, head_sha, received)
    uploads = last_attempts(one.upload for one in commit.received)
    owed = expect(
        wanted,
        uploads,
        rules.policy.evidence,
        first_seen=timer.first_seen,
        now=edges.clock.now(),
        reports=asks_for_reports(rules.policy),
    )
    base = await base_of(edges, repo, commit.rule, commit.before)
    head_diff = await _head_diff(edges, repo, subject, commit, head_sha)
    diff = _whole(await _diff(edges, repo, subject, commit.before, commit.sha), head_diff, commit)
    baseline = await edges.history.baseline(repo.id, [base.sha]) if base.sha else None
    gone, gone_at = _vanished(edges, wanted, uploads, baseline, owed, rules.policy)
    evidence = Evidence(
        head_sha=head_sha,
        tested_sha=commit.sha,
        base=base,
        uploads=uploads,
        gaps=commit.gaps + _without_no_artifact(owed.gaps, commit) + gone,
        tracked=await _tracked(edges, repo, commit),
        policy_changed=diff is not None and POLICY_PATH in _touched(diff),
        base_ref=subject.base_ref,
        jobs=await _jobs(edges, repo, wanted, rules.policy),
    )
    case = Case(
        subject=subject,
        rules=rules,
        evidence=evidence,
        baseline=baseline,
        diff=diff,
        head_diff=head_diff,
        due=owed.due or gone_at,
        measured_at=owed.done_at,
    )
    return await _previewed(edges, repo, case)


async def _waiting(edges: Edges, repo: Repo, subject: Subject, rules: Rules, head_sha: str, owed: Expectation) -> Case:
    """Runs are under way: nothing is opened before the last of them is done. The change is looked at all the same, for
    one of documents alone passes at once.
    """
    branch = subject.base_ref if subject.pull is not None else ""
    newest = await edges.history.newest(repo.id, subject.base_ref)
    base = Base(rule=BaseRule.NONE, wanted="", sha=None)
    evidence = Evidence(head_sha=head_sha, tested_sha=head_sha, base=base, gaps=owed.gaps, base_ref=subject.base_ref)
    return Case(
        subject=subject,
        rules=rules,
        evidence=evidence,
        baseline=await edges.history.baseline(repo.id, [newest]) if newest else None,
        diff=await _diff(edges, repo, subject, branch, head_sha) if rules.problem is None else None,
        head_diff=None,
        due=owed.due,
        measured_at=None,
    )


def _without_no_artifact(gaps: tuple[Gap, ...], commit: Tested) -> tuple[Gap, ...]:
    """Uploads that were refused are named as such; "no upload" beside that would mislead."""
    return tuple(gap for gap in gaps if gap.awaited is not Awaited.NO_ARTIFACT) if commit.gaps else gaps


def _vanished(
    edges: Edges,
    runs: Sequence[Run],
    uploads: Sequence[Upload],
    baseline: Baseline | None,
    owed: Expectation,
    policy: Policy,
) -> tuple[tuple[Gap, ...], datetime | None]:
    """Uploads that the base had and that did not come though their run has failed; and when to ask again for them."""
    if baseline is None or owed.done_at is None:
        return (), None
    due = owed.done_at + timedelta(seconds=policy.evidence.deadline)
    late = edges.clock.now() >= due
    gone = vanished(runs, uploads, baseline.uploads, late=late)
    return gone, due if gone and not late else None


async def _tracked(edges: Edges, repo: Repo, commit: Tested) -> frozenset[str] | None:
    """The repository's files: as the manifests list them, or, for plain artifacts, as the forge does."""
    listed = [one.tracked for one in commit.received if one.tracked is not None]
    if listed:
        return frozenset[str]().union(*listed)
    if not any(one.upload.reports for one in commit.received):
        return None
    return await edges.forge.files(repo, commit.sha)


async def _jobs(edges: Edges, repo: Repo, runs: Sequence[Run], policy: Policy) -> tuple[Job, ...]:
    """The jobs of *runs*, asked for only where the policy judges some: it is a request a run."""
    if not (policy.build.jobs or policy.lint.jobs):
        return ()
    return tuple([job for run in runs for job in await edges.forge.jobs(repo, run)])


def _touched(diff: Diff) -> set[str]:
    return {file.path for file in diff.files.values()} | {file.old_path for file in diff.files.values()}


async def _head_diff(edges: Edges, repo: Repo, subject: Subject, commit: Tested, head_sha: str) -> Diff | None:
    """Asked for only where the merge that CI tested differs from the head, so that its lines may be numbered anew."""
    if subject.pull is None or not _differs(commit):
        return None
    return await _diff(edges, repo, subject, subject.pull.base_ref, head_sha)


def _differs(commit: Tested) -> bool:
    """Whether CI tested a merge whose files are not those of the head."""
    return commit.tree is not None and commit.tree not in {one.run.head_tree for one in commit.received}


def _whole(diff: Diff | None, head_diff: Diff | None, commit: Tested) -> Diff | None:
    """A merge that GitHub does not name as its own may leave out what the head brings: files of which it adds fewer
    lines than the head does count as not told. Where the head's own change cannot be had, nothing of it is believed.
    """
    if diff is None or commit.vouched or not _differs(commit):
        return diff
    if head_diff is None:
        return None
    hidden = {
        path
        for path, file in head_diff.files.items()
        if path not in diff.files or len(diff.files[path].added) < len(file.added)
    }
    return replace(diff, missing=tuple(sorted({*diff.missing, *head_diff.missing, *hidden})))


async def _diff(edges: Edges, repo: Repo, subject: Subject, before: str, sha: str) -> Diff | None:
    """The change, from the commit or branch *before* it to *sha*; ``None`` for a first commit."""
    if not before:
        return None
    try:
        return parse_diff(await edges.forge.diff(repo, before, sha))
    except (NotFound, DiffError) as error:
        log.warning("no diff %s...%s: %s", before, sha, error)
        return None
    except TooLarge:
        if subject.pull is None:
            return None
    try:
        listed = await edges.forge.patch_files(repo, subject.pull.number)
        return replace(parse_diff(listed.diff), missing=listed.missing)
    except (NotFound, DiffError, TooLarge) as error:
        log.warning("no diff of #%d: %s", subject.pull.number, error)
        return None


async def _previewed(edges: Edges, repo: Repo, case: Case) -> Case:
    """A repository without a policy is judged by the one that the change would bring, in report mode. Where the
    operator enforces the defaults, they judge: a head's policy is never more than a preview.
    """
    if case.rules.exists or not case.evidence.policy_changed or edges.default_mode is Mode.ENFORCE:
        return case
    brought = await preview(edges, repo, case.evidence.head_sha)
    if brought is None or brought.problem is not None:
        return case
    mode = edges.default_mode
    return replace(case, rules=replace(brought, policy=brought.policy.model_copy(update={"mode": mode}), exists=False))
