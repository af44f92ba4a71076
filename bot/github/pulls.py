"""Pull requests, and what people may do in a repository."""

from __future__ import annotations

from urllib.parse import quote

from bot.core.model.commit import PullRequest, Repo
from bot.flows.ports import NotFound, TooLarge
from bot.github.answers import Permission, Pull, PullFile
from bot.github.client import Client, item

GHOST = "ghost"
"""GitHub's stand-in for a deleted account."""

MOST_FILES = 3000
"""GitHub lists no more files of a pull request: https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files"""

_ROLES = ("admin", "maintain", "write", "triage", "read", "none")


async def pull_request(client: Client, repo: Repo, number: int) -> PullRequest:
    return _pull(repo, item(await client.get(repo, f"/pulls/{number}"), Pull))


async def open_pulls_of(client: Client, repo: Repo, *, head_owner: str, head_ref: str) -> list[PullRequest]:
    """Open pull requests from *head_owner*'s branch *head_ref*; asking by commit finds none from forks."""
    params: dict[str, str | int] = {"state": "open", "head": f"{head_owner}:{head_ref}"}
    return [_pull(repo, pull) for pull in await client.pages(repo, "/pulls", Pull, params=params)]


async def files_of(client: Client, repo: Repo, number: int) -> list[PullFile]:
    """Every changed file. Raises ``TooLarge`` where there may be more than GitHub lists."""
    files = await client.pages(repo, f"/pulls/{number}/files", PullFile)
    if len(files) >= MOST_FILES:
        raise TooLarge(f"pull request {number} changes more files than the {MOST_FILES} that GitHub lists")
    return files


async def permission(client: Client, repo: Repo, user: str) -> str:
    """none, read, triage, write, maintain or admin. A role that an organisation made counts as what it is based on."""
    try:
        answer = await client.get(repo, f"/collaborators/{quote(user, safe='')}/permission")
    except NotFound:
        return "none"
    found = item(answer, Permission)
    return next((role for role in (found.role_name, found.permission) if role in _ROLES), "none")


def _pull(repo: Repo, pull: Pull) -> PullRequest:
    """Raises ``NotFound`` where the repository's name has passed to another one: names change hands, ids do not."""
    if pull.base.repo is None or pull.base.repo.id != repo.id:
        raise NotFound(f"{repo.full_name} is another repository now")
    return PullRequest(
        number=pull.number,
        head_sha=pull.head.sha,
        head_ref=pull.head.ref,
        head_repo_id=pull.head.repo.id if pull.head.repo else None,
        base_sha=pull.base.sha,
        base_ref=pull.base.ref,
        author=pull.user.login if pull.user else GHOST,
        draft=pull.draft,
        open=pull.state == "open",
        merge_sha=pull.merge_commit_sha if pull.state == "open" else None,
        comments=pull.comments,
    )
