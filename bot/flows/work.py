"""What a job does, by its kind; and the loop that turns deliveries into jobs."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from bot.core.model.errors import CovgateError
from bot.flows.answer import answer_failure
from bot.flows.check import check
from bot.flows.edges import Edges
from bot.flows.ports import ForgeError, JobKey
from bot.flows.publish import publish_check
from bot.flows.receive import receive
from bot.flows.recheck import command

log = logging.getLogger(__name__)

LOOK_AGAIN = 1.0
"""Seconds between looks at the inbox when nobody wakes the pump: another process may have filled it."""


async def work(edges: Edges, key: JobKey) -> None:
    """Do the job *key*. Raises what the job runner shall judge: retry, or give up and keep the reason."""
    match key.kind:
        case "check":
            try:
                await check(edges, key.repo_id, key.subject)
            except ForgeError as error:
                if not error.retryable:
                    await _say_so(edges, key, error)
                raise
        case "command":
            await command(edges, key.repo_id, key.subject)
        case other:
            raise CovgateError(f"a job of the unknown kind {other!r}, from another version of covgate")


async def _say_so(edges: Edges, key: JobKey, error: ForgeError) -> None:
    """A check that nobody concludes blocks for ever: say that it could not be judged, as far as that can be said."""
    repo = await edges.history.repo(key.repo_id)
    if repo is None:
        return
    try:
        await publish_check(edges, repo, answer_failure(edges, repo, key.subject, error))
    except ForgeError as second:
        log.warning("%s cannot be told why it was not judged: %s", key.subject, second)


class Pump:
    """Takes deliveries from the inbox as long as there are any, then sleeps until woken."""

    def __init__(self, edges: Edges) -> None:
        self._edges = edges
        self._wake = asyncio.Event()

    def wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            self._wake.clear()
            if not await self._pumped():
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), LOOK_AGAIN)

    async def _pumped(self) -> bool:
        try:
            return await receive(self._edges) > 0
        except CovgateError as error:
            log.warning("the inbox cannot be emptied now: %s", error)
            return False
