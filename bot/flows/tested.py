"""Which commit did CI test, and what is it compared with? Answered from the forge's commits, not from artifacts.

GitHub Actions tests the merge of a pull request with its base, so the base of a fair comparison is that merge's
first parent: comparing with the fork point blames the change for what the base branch did since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.model.commit import Base, BaseRule, PullRequest, Repo
from bot.core.model.evidence import Awaited, Gap
from bot.flows.edges import Edges
from bot.flows.ports import Commit, NotFound
from bot.flows.subjects import Subject
from bot.flows.uploads import Received

OLDEST_BASELINE = 100
"""How many commits back a baseline may lie before it is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """The commit that the *received* uploads measured, and the commit before the change. ``gaps`` are uploads that
    measured something else. *tree* is the tested commit's where it is a merge, ``None`` where it is the head itself.
    *vouched* tells that GitHub names the merge as its own: anybody may push a commit with the right parents.
    """

    sha: str
    rule: BaseRule
    before: str
    received: tuple[Received, ...] = ()
    gaps: tuple[Gap, ...] = ()
    tree: str | None = None
    vouched: bool = True


async def tested(edges: Edges, repo: Repo, subject: Subject, head_sha: str, received: Sequence[Received]) -> Tested:
    """Settle on one tested commit, of those that uploads claim and the forge confirms: the merge with the base
    branch's present tip before older ones, and later runs before earlier ones.
    """
    claimed = {one.claims.tested_sha: one.run.id for one in received if one.gap is None and one.claims}
    gaps = tuple(one.gap for one in received if one.gap)
    if not claimed:
        return replace(await _unclaimed(edges, repo, subject, head_sha, received), gaps=gaps)
    newest_first = sorted(claimed, key=lambda sha: claimed[sha], reverse=True)
    found = [await _confirmed(edges, repo, subject, head_sha, sha) for sha in newest_first]
    confirmed = [one for one in found if one is not None]
    tip = subject.pull.base_sha if subject.pull else None
    chosen = next((one for one in confirmed if one.before == tip), confirmed[0] if confirmed else None)
    if chosen is None:
        chosen = await _of_head(edges, repo, subject, head_sha)
    strays = [sha for sha in newest_first if sha != chosen.sha]
    foreign = {sha for sha in strays if not await _is_twin(edges, repo, head_sha, sha)}
    return replace(
        chosen, received=_of_commit(received, chosen.sha if confirmed else ""), gaps=gaps + _strays(received, foreign)
    )


async def _is_twin(edges: Edges, repo: Repo, head_sha: str, sha: str) -> bool:
    """Whether *sha* is the head itself or some merge of it: another pull request of the same head was tested."""
    if sha == head_sha:
        return True
    try:
        return (await edges.forge.commit(repo, sha)).parents[1:] == (head_sha,)
    except NotFound:
        return False


def _of_commit(received: Sequence[Received], sha: str) -> tuple[Received, ...]:
    """Uploads that measured *sha* or do not say."""
    sound = (one for one in received if one.gap is None)
    return tuple(one for one in sound if one.claims is None or one.claims.tested_sha == sha)


def _strays(received: Sequence[Received], shas: set[str]) -> tuple[Gap, ...]:
    """A gap for each upload that measured one of *shas*: no commit of this change."""
    return tuple(
        Gap(awaited=Awaited.OTHER_COMMIT, subject=one.upload.name, expired=True)
        for one in received
        if one.gap is None and one.claims is not None and one.claims.tested_sha in shas
    )


async def _confirmed(edges: Edges, repo: Repo, subject: Subject, head_sha: str, sha: str) -> Tested | None:
    """*sha* as the tested commit, if the forge says it is the head, or a merge of the head into the base branch."""
    if sha == head_sha:
        return await _of_head(edges, repo, subject, head_sha)
    if subject.pull is None:
        return None
    try:
        commit = await edges.forge.commit(repo, sha)
    except NotFound:
        return None
    return await _of_merge(edges, repo, subject.pull, head_sha, commit)


async def _of_merge(edges: Edges, repo: Repo, pull: PullRequest, head_sha: str, merge: Commit) -> Tested | None:
    if len(merge.parents) != 2 or merge.parents[1] != head_sha:
        return None
    parent = merge.parents[0]
    if not await _was_the_base(edges, repo, pull, head_sha, parent):
        return None
    vouched = merge.sha == pull.merge_sha
    return Tested(sha=merge.sha, rule=BaseRule.MERGE_PARENT, before=parent, tree=merge.tree, vouched=vouched)


async def _was_the_base(edges: Edges, repo: Repo, pull: PullRequest, head_sha: str, parent: str) -> bool:
    """Whether *parent* was the tip of the base branch at some time since the head left it."""
    if parent == pull.base_sha:
        return True
    try:
        on_branch = await edges.forge.merge_base(repo, pull.base_ref, parent) == parent
        fork_point = await edges.forge.merge_base(repo, pull.base_ref, head_sha)
        return on_branch and await edges.forge.merge_base(repo, parent, fork_point) == fork_point
    except NotFound:
        return False


async def _of_head(edges: Edges, repo: Repo, subject: Subject, head_sha: str) -> Tested:
    if subject.pull is not None:
        before = await edges.forge.merge_base(repo, subject.base_ref, head_sha)
        return Tested(sha=head_sha, rule=BaseRule.MERGE_BASE, before=before)
    parents = (await edges.forge.commit(repo, head_sha)).parents
    if not parents:
        return Tested(sha=head_sha, rule=BaseRule.NONE, before="")
    return Tested(sha=head_sha, rule=BaseRule.PREVIOUS, before=parents[0])


async def _unclaimed(edges: Edges, repo: Repo, subject: Subject, head_sha: str, received: Sequence[Received]) -> Tested:
    """Plain artifacts name no commit. A pull request's run tested GitHub's merge of it, where that is still there."""
    counted = tuple(one for one in received if one.gap is None)
    merge = subject.pull.merge_sha if subject.pull else None
    if merge and any(one.run.event == "pull_request" for one in counted):
        found = await _confirmed(edges, repo, subject, head_sha, merge)
        if found is not None:
            return replace(found, received=counted)
    return replace(await _of_head(edges, repo, subject, head_sha), received=counted)


async def base_of(edges: Edges, repo: Repo, rule: BaseRule, before: str) -> Base:
    """The commit to compare with: *before* where it has data, else its nearest ancestor that has."""
    none = Base(rule=rule, wanted=before, sha=None)
    if not before:
        return none
    if await edges.history.recorded(repo.id, [before]) is not None:
        return Base(rule=rule, wanted=before, sha=before)
    ancestors = [sha for sha in await edges.forge.ancestors(repo, before, limit=OLDEST_BASELINE) if sha != before]
    nearest = await edges.history.recorded(repo.id, ancestors)
    if nearest is None:
        return none
    return Base(rule=BaseRule.ANCESTOR, wanted=before, sha=nearest, distance=ancestors.index(nearest) + 1)
