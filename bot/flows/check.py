"""Judge one head commit and say so: gather, evaluate, publish, record.

Level, not edge: the job reads the truth anew each time, so duplicates, reordering and losses change nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from bot.core.evaluate import broken_policy, evaluate
from bot.core.model.commit import Repo
from bot.core.model.comparison import Project
from bot.core.model.policy import Mode
from bot.core.model.verdict import Conclusion, Evaluation
from bot.flows.answer import answer_check, answer_comment, answer_page
from bot.flows.edges import Edges
from bot.flows.failpoints import failpoint
from bot.flows.gather import Case, gather
from bot.flows.ports import ForgeError
from bot.flows.publish import has_comment, publish_check, publish_comment
from bot.flows.receive import check_job
from bot.flows.subjects import subjects

log = logging.getLogger(__name__)

_STRICTEST = (
    Conclusion.ACTION_REQUIRED,
    Conclusion.FAILURE,
    Conclusion.PENDING,
    Conclusion.NEUTRAL,
    Conclusion.SUCCESS,
)


async def check(edges: Edges, repo_id: int, head_sha: str) -> None:
    """Bring the check run, the comments and the history of *head_sha* to where they should be now."""
    failpoint("check.started")
    repo = await edges.history.repo(repo_id)
    if repo is None:
        return  # uninstalled since: no further call
    runs = await edges.forge.runs(repo, head_sha)
    cases = [
        await gather(edges, repo, subject, head_sha, runs) for subject in await subjects(edges, repo, head_sha, runs)
    ]
    failpoint("check.gathered")
    judged = [(case, _judge(case)) for case in cases]
    failpoint("check.evaluated")
    if not judged:
        return  # a branch nobody asks about
    await _publish(edges, repo, judged)
    await _record(edges, repo, judged)
    await _come_back(edges, repo, head_sha, cases)
    for case, evaluation in judged:
        await _comment(edges, repo, case, evaluation)
    failpoint("check.finished")


def _judge(case: Case) -> Evaluation:
    if case.rules.problem is not None:
        return broken_policy(case.evidence, case.rules.problem)
    return evaluate(
        case.evidence,
        case.baseline,
        case.diff,
        case.rules.policy,
        policy_sha256=case.rules.sha256,
        policy_commit=case.rules.commit,
    )


def strictest(judged: Sequence[tuple[Case, Evaluation]]) -> tuple[Case, Evaluation]:
    """One check run stands on a commit, however many pull requests share it: the hardest verdict is its."""
    return min(judged, key=lambda one: _STRICTEST.index(one[1].verdict.conclusion))


async def _publish(edges: Edges, repo: Repo, judged: Sequence[tuple[Case, Evaluation]]) -> None:
    case, hardest = strictest(judged)
    await publish_check(edges, repo, answer_check(edges, repo, case, hardest))
    await edges.history.publish(repo.id, answer_page(edges, repo, case, hardest))


async def _comment(edges: Edges, repo: Repo, case: Case, evaluation: Evaluation) -> None:
    """Comment where the policy wants it. A pending verdict is said by the check run alone, until a comment exists."""
    pull, policy = case.subject.pull, case.rules.policy
    silent = policy.mode is Mode.OFF or policy.comment.when == "never"
    if pull is None or silent or (pull.draft and not policy.comment.drafts):
        return
    if not await has_comment(edges, repo, pull.number) and not _worth_a_comment(case, evaluation):
        return
    if not await _is_current(edges, repo, pull.number, pull.head_sha):
        return  # pushed to meanwhile: the newer head's job speaks
    try:
        await publish_comment(edges, repo, pull, answer_comment(edges, repo, case, evaluation))
    except ForgeError as error:
        if error.retryable:
            raise
        log.warning("no comment on #%d: %s", pull.number, error)  # locked, say; the check run has spoken


def _worth_a_comment(case: Case, evaluation: Evaluation) -> bool:
    """Whether a first comment is due: ``actionable`` waits for a failure, a drop or a missed line."""
    conclusion, coverage = evaluation.verdict.conclusion, evaluation.coverage
    if conclusion is Conclusion.PENDING:
        return False
    if case.rules.policy.comment.when == "always" or conclusion is not Conclusion.SUCCESS:
        return True
    missed = coverage is not None and coverage.patch is not None and coverage.patch.miss > 0
    return missed or any(_fell(project) for project in (coverage.projects if coverage else ()))


def _fell(project: Project) -> bool:
    before, after = project.base.ratio if project.base else None, project.head.ratio
    return before is not None and after is not None and after < before


async def _is_current(edges: Edges, repo: Repo, number: int, head_sha: str) -> bool:
    """Whether no delivery has told of a newer head meanwhile."""
    tracked = await edges.history.pull(repo.id, number)
    return tracked is None or tracked.head_sha == head_sha


async def _record(edges: Edges, repo: Repo, judged: Sequence[tuple[Case, Evaluation]]) -> None:
    """A push to a base branch, measured whole, is what later changes are compared with."""
    for case, evaluation in judged:
        kept = evaluation.kept
        if case.subject.is_push and kept is not None and _is_whole(case, evaluation):
            failpoint("record.before")
            await edges.history.record_baseline(
                repo.id, baseline=kept, branch=case.subject.base_ref, at=case.measured_at or edges.clock.now()
            )
            failpoint("record.done")
            waiting = await edges.history.waiting(repo.id, case.evidence.head_sha)
            await edges.jobs.want([check_job(repo.id, head_sha) for head_sha in waiting])


def _is_whole(case: Case, evaluation: Evaluation) -> bool:
    """Whether everything that was expected came and was read: a part is nobody's baseline."""
    found = evaluation.coverage
    broken = any(upload.problems for upload in case.evidence.uploads)
    in_part = found is not None and (found.problems or found.left)
    return not (case.evidence.gaps or broken or in_part)


async def _come_back(edges: Edges, repo: Repo, head_sha: str, cases: Sequence[Case]) -> None:
    """Ask to be woken when a deadline passes: no webhook tells that."""
    due = [case.due for case in cases if case.due is not None]
    if due:
        seconds = max((min(due) - edges.clock.now()) / timedelta(seconds=1), 0) + 1
        await edges.jobs.want([check_job(repo.id, head_sha)], delay=seconds)
