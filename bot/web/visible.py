"""Which repository an address names, and whether everybody may see it."""

from __future__ import annotations

from starlette.requests import Request

from bot.core.model.commit import Repo
from bot.flows.ports import History

NOBODY = 0
"""No repository has this id: the store is asked the same questions about it as about any other."""


async def visible(history: History, request: Request) -> Repo | None:
    """The public repository that the address names; ``None`` for a private one, as for none."""
    owner, name = (askable(request.path_params[part], "owner") for part in ("owner", "repo"))
    repo = await history.repo_named(owner, name)
    return None if repo is None or repo.private else repo


def askable(text: str, otherwise: str) -> str:
    """*text* where a store can be asked about it: databases refuse a NUL, and no name holds control characters."""
    return text if text.isprintable() and len(text) <= 255 else otherwise
