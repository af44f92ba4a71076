"""Repair what was missed: ask the forge which deliveries never arrived, and have them sent again."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from bot.flows.edges import Edges
from bot.flows.ports import ForgeError

log = logging.getLogger(__name__)

KEPT = timedelta(days=3)
"""How long github.com can send a delivery again."""

EVERY = timedelta(minutes=10)

_OVERLAP = timedelta(minutes=5)


async def reconcile(edges: Edges, *, within: timedelta) -> int:
    """Have every delivery of the last *within* that never arrived sent again. Gives how many."""
    lost = await edges.forge.lost_deliveries(since=edges.clock.now() - within)
    for delivery_id in lost:
        await edges.forge.redeliver(delivery_id)
    if lost:
        log.info("%d lost deliveries were asked for again", len(lost))
    return len(lost)


async def sweep(edges: Edges) -> None:
    """Reconcile at the start, for as long as GitHub keeps deliveries, then at intervals. Runs until cancelled."""
    within = KEPT
    while True:
        try:
            await reconcile(edges, within=within)
            within = EVERY + _OVERLAP
        except ForgeError as error:
            log.warning("lost deliveries cannot be asked for now: %s", error)
        await asyncio.sleep(EVERY / timedelta(seconds=1))
