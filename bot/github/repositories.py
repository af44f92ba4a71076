"""A repository as GitHub knows it now."""

from __future__ import annotations

from dataclasses import replace

from bot.core.model.commit import Repo
from bot.flows.ports import NotFound
from bot.github.answers import FullRepository
from bot.github.client import Client, item


async def repository(client: Client, repo: Repo) -> Repo:
    """*repo* as it is now, under whatever name. Raises ``NotFound`` where its name has passed to another one."""
    found = item(await client.get(repo, ""), FullRepository)
    if found.id != repo.id:
        raise NotFound(f"{repo.full_name} is another repository now")
    return replace(
        repo,
        owner=found.owner.login,
        name=found.name,
        private=found.private,
        default_branch=found.default_branch,
    )
