"""What deliveries tell of a repository itself: its name, its default branch, and whether everybody may see it.

A delivery may be old, or come again, and what it says of who may see the repository was true then. That a private
one is public is believed of the forge alone, asked now; where it cannot be asked, nobody is shown anything.
"""

from __future__ import annotations

import logging
from dataclasses import replace

from bot.core.model.commit import Repo
from bot.flows.edges import Edges
from bot.flows.ports import ForgeError

log = logging.getLogger(__name__)


class Repositories:
    """Keeps what the deliveries of one batch tell. A forge that is away is asked once in it: the others wait behind."""

    def __init__(self, edges: Edges) -> None:
        self._edges = edges
        self._away = False

    async def heard_of(self, told: Repo) -> None:
        """A delivery about something else names the repository."""
        known = await self._edges.history.repo(told.id)
        if known is not None and known.private and not told.private:
            await self.changed(told)
        else:
            await self._edges.history.remember_repo(told)

    async def changed(self, told: Repo) -> None:
        """A delivery about the repository itself, or one that contradicts what is known."""
        now = None if self._away else await self._asked(told)
        if now is None:
            await self._edges.history.remember_repo(replace(told, private=True))
        else:
            await self._edges.history.remember_repo(now, visible=not now.private)

    async def _asked(self, told: Repo) -> Repo | None:
        try:
            return await self._edges.forge.repository(told)
        except ForgeError as error:
            self._away = error.retryable
            log.warning("%s is kept as private, for GitHub does not tell: %s", told.full_name, error)
            return None
