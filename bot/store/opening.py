"""Open the store: check the URL, keep a second process out, bring the schema up to date, hand out the adapters."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import sqlalchemy as sa

from bot.flows.ports import Clock
from bot.store.engine import PATIENCE, Database, StoreRefused, keep_private
from bot.store.history import SqlHistory
from bot.store.inbox import SqlInbox
from bot.store.jobs import SqlJobs
from bot.store.lease import OneInstance, SlotLease, SoleLease
from bot.store.migrate import migrate
from bot.store.outbox import SqlOutbox
from bot.store.worker import Workplace

CONCURRENCY = 4  # jobs at a time in one process
GRACE = 8.0  # seconds that running jobs have to end by themselves when stopping


class Store:
    """The four adapters on one database. ``async with`` closes it."""

    def __init__(self, place: Workplace, instance: OneInstance | None) -> None:
        database = self._database = place.database
        self._instance = instance
        self.inbox = SqlInbox(database)
        self.jobs = SqlJobs(place)
        self.outbox = SqlOutbox(database)
        self.history = SqlHistory(database)

    async def ready(self) -> None:
        """Return if the database answers; raises ``StoreUnavailable``."""
        await self._database.read(lambda connection: connection.execute(sa.text("SELECT 1")))

    async def close(self) -> None:
        """Stop the jobs, write the deliveries that wait, let go of the database. Idempotent."""
        await self.jobs.stop()
        self.inbox.close()
        self._database.close()
        if self._instance is not None:
            self._instance.release()
            self._instance = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def open_store(
    url: str, *, clock: Clock, concurrency: int = CONCURRENCY, patience: float = PATIENCE, grace: float = GRACE
) -> Store:
    """The store at *url* (``sqlite:///FILE`` or ``postgresql://...``), its schema up to date. *concurrency* jobs run at
    a time; a write waits *patience* seconds for another writer; a stop waits *grace* seconds for running jobs. Blocks
    for as long as the schema takes.

    Raises ``StoreRefused`` for what waiting cannot cure, ``StoreUnavailable`` where the database does not answer.
    """
    database = Database(url, patience=patience)
    instance: OneInstance | None = None
    try:
        if database.is_sqlite:
            if not database.file.absolute().parent.is_dir():
                raise StoreRefused(f"the folder of the database {database.file} does not exist")
            instance = OneInstance(database.file)
            keep_private(database.file)
        migrate(database)
    except BaseException:
        database.close()
        if instance is not None:
            instance.release()
        raise
    lease = SoleLease() if database.is_sqlite else SlotLease(database)
    place = Workplace(database=database, lease=lease, clock=clock, concurrency=concurrency, grace=grace)
    return Store(place, instance)
