"""Keeping within GitHub's limits: a shared pause after a refusal, few requests at once, writes not too close.

https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

from bot.flows.ports import RateLimited

MOST_AT_ONCE = 10
LONGEST_PAUSE = 3600.0

_FREE_WRITES = 10
_WINDOW = 60.0


@dataclass(slots=True)
class _Lane:
    """What is known of one installation. Times are of the monotonic clock."""

    paused_until: float = 0.0
    refusals: int = 0
    writes: deque[float] = field(default_factory=lambda: deque[float](maxlen=_FREE_WRITES))
    writing: asyncio.Lock = field(default_factory=asyncio.Lock)


class Pace:
    """Shared by all calls of one worker. Ten writes a minute go out at once; beyond that each waits until *interval*
    seconds after the one before, so that bursts are quick and the limit on content (80 a minute) is never met.
    """

    def __init__(
        self,
        *,
        interval: float = 1.0,
        clock: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval = interval
        self._clock = clock
        self._sleep = sleep
        self._at_once = asyncio.Semaphore(MOST_AT_ONCE)
        self._lanes: dict[int, _Lane] = {}

    @asynccontextmanager
    async def turn(self, installation: int, *, write: bool) -> AsyncGenerator[None]:
        """Hold one of the few places while a request is out. Raises ``RateLimited`` at once during a pause."""
        lane = self._lanes.setdefault(installation, _Lane())
        self._refuse_while_paused(lane)
        if write:
            await self._space(lane)
        async with self._at_once:
            self._refuse_while_paused(lane)
            yield

    def pause(self, installation: int, seconds: float | None) -> float:
        """Let no request out for *seconds*; ``None``: GitHub did not say, so a minute, doubled at each refusal in a
        row. Gives the seconds that were settled on.
        """
        lane = self._lanes.setdefault(installation, _Lane())
        settled = min(_WINDOW * 2**lane.refusals if seconds is None else max(seconds, 1.0), LONGEST_PAUSE)
        lane.refusals = min(lane.refusals + 1, 6)
        lane.paused_until = max(lane.paused_until, self._clock() + settled)
        return settled

    def answered(self, installation: int) -> None:
        """GitHub obliged: the next refusal is a first one again."""
        self._lanes.setdefault(installation, _Lane()).refusals = 0

    def _refuse_while_paused(self, lane: _Lane) -> None:
        left = lane.paused_until - self._clock()
        if left > 0:
            raise RateLimited("GitHub asked for a pause", retry_after=left)

    async def _space(self, lane: _Lane) -> None:
        async with lane.writing:
            full = len(lane.writes) == _FREE_WRITES and self._clock() - lane.writes[0] < _WINDOW
            wait = lane.writes[-1] + self._interval - self._clock() if full else 0.0
            if wait > 0:
                await self._sleep(wait)
            lane.writes.append(self._clock())
