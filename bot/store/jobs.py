"""Jobs: wishes go into a table, and a worker in this process or another grants them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import sqlalchemy as sa

from bot.flows.failpoints import failpoint
from bot.flows.ports import JobKey
from bot.store import job_rows as rows
from bot.store.job_rows import DeadLetter
from bot.store.worker import Worker, Workplace


class SqlJobs:
    """``Jobs`` on a database. Any process may ``want``; those that ``start`` do the work."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._database = place.database
        self._clock = place.clock
        self._worker: Worker | None = None

    async def want(self, keys: Sequence[JobKey], *, handled: Sequence[str] = (), delay: float = 0) -> None:
        """One more wish for each of *keys*; see ``Jobs``. Raises ``StoreUnavailable``."""
        now = self._clock.now()

        def note(connection: sa.Connection) -> None:
            rows.want(connection, self._database, keys, now=now, delay=timedelta(seconds=delay))
            rows.leave_inbox(connection, handled)

        await self._database.write(note)
        failpoint("receive.wanted")
        if self._worker is not None:
            self._worker.wake()

    async def start(self, work: Callable[[JobKey], Awaitable[None]]) -> None:
        """Begin to work, on this event loop; see ``Jobs``. One store in a process can: dbos is one a process."""
        if self._worker is not None:
            raise RuntimeError("the jobs were started already")
        worker = Worker(self._place, work)
        await worker.start()
        self._worker = worker

    async def stop(self) -> None:
        """Let running handlers end, for 10 s at most; what is cut off runs again after the next start."""
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.stop()

    async def idle(self) -> bool:
        """Whether all that is due is done or was given up."""
        now = self._clock.now()
        return not await self._database.read(lambda connection: rows.is_busy(connection, now))

    async def dead_letters(self) -> list[DeadLetter]:
        """What was given up and not wanted since, oldest first."""
        return await self._database.read(rows.dead_letters)
