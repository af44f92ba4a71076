"""The inbox: a delivery is on disk before GitHub hears 202.

One thread writes. Whatever arrives while it waits for the disk goes into its next transaction, so that a burst costs
a few flushes and not one each.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue

import sqlalchemy as sa

from bot.flows.failpoints import failpoint
from bot.flows.ports import Delivery, StoreUnavailable
from bot.store.engine import Database
from bot.store.schema import delivery as table

GROUP = 256  # deliveries in one transaction
_GROUP_BYTES = 32 * 2**20
_TOO_LATE = "the database is not available: earlier deliveries take too long"
_WAITING_BYTES = 256 * 2**20  # bodies that wait for the writer; more are turned away


@dataclass(frozen=True, slots=True)
class _Waiting:
    delivery: Delivery
    loop: asyncio.AbstractEventLoop
    stored: asyncio.Future[None]
    since: float  # monotonic seconds


class SqlInbox:
    """``Inbox`` on a database. ``accept`` may be called from any event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = database.insert(table).on_conflict_do_nothing(index_elements=[table.c.id])
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._waiting_bytes = 0
        self._closed = False
        self._thread = threading.Thread(target=self._write_groups, name="covgate-inbox", daemon=True)
        self._thread.start()

    async def accept(self, delivery: Delivery) -> None:
        """Return once *delivery* is on disk; see ``Inbox``."""
        loop = asyncio.get_running_loop()
        waiting = _Waiting(delivery, loop, loop.create_future(), time.monotonic())
        with self._lock:
            if self._closed:
                raise StoreUnavailable("the database is not available: covgate is stopping")
            if self._waiting_bytes + len(delivery.body) > _WAITING_BYTES:
                raise StoreUnavailable("the database is not available: too many deliveries wait for it")
            self._waiting_bytes += len(delivery.body)
            self._queue.put(waiting)
        await waiting.stored

    async def pending(self, *, limit: int) -> list[Delivery]:
        """The *limit* oldest deliveries that were not handled, in the order of their arrival."""
        return await self._database.read(lambda connection: _pending(connection, limit))

    def close(self) -> None:
        """Write what waits, then end the thread. Later deliveries are refused."""
        with self._lock:
            self._closed = True
            self._queue.put(None)
        self._thread.join()

    def _write_groups(self) -> None:
        group: list[_Waiting] = []
        while (first := self._queue.get()) is not None:
            group, more = self._collect(first)
            self._store(self._patient(group))
            with self._lock:
                self._waiting_bytes -= sum(len(waiting.delivery.body) for waiting in group)
            if not more:
                return

    def _collect(self, first: _Waiting) -> tuple[list[_Waiting], bool]:
        """(*first* and what arrived since, whether more may come)."""
        group, size = [first], len(first.delivery.body)
        while len(group) < GROUP and size < _GROUP_BYTES:
            try:
                waiting = self._queue.get_nowait()
            except Empty:
                break
            if waiting is None:
                return group, False
            group.append(waiting)
            size += len(waiting.delivery.body)
        return group, True

    def _patient(self, group: Sequence[_Waiting]) -> list[_Waiting]:
        """Those of *group* for whom a try is still worth it: GitHub hangs up after 10 s, so nobody's last try begins
        when two writers' patience is over. The others are told.
        """
        deadline = time.monotonic() - 2 * self._database.patience
        _tell([waiting for waiting in group if waiting.since < deadline], StoreUnavailable(_TOO_LATE))
        return [waiting for waiting in group if waiting.since >= deadline]

    def _store(self, group: Sequence[_Waiting]) -> None:
        if not group:
            return
        try:
            self._insert_all([waiting.delivery for waiting in group])
        except StoreUnavailable as error:
            _tell(group, error)
        except Exception as error:  # noqa: BLE001 - one row that cannot be stored must not fail its neighbours
            if len(group) == 1:
                _tell(group, error)
            else:
                for waiting in group:
                    self._store([waiting])
        else:
            _tell(group, None)

    def _insert_all(self, deliveries: Sequence[Delivery]) -> None:
        rows = [
            {"id": each.id, "event": each.event, "body": each.body, "received_at": each.received_at}
            for each in deliveries
        ]
        failpoint("receive.before_store")
        with self._database.writing() as connection:
            connection.execute(self._insert, rows)
        failpoint("receive.stored")


def _tell(group: Iterable[_Waiting], error: Exception | None) -> None:
    """Wake everybody in *group*, with one call into each event loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for waiting in group:
        by_loop.setdefault(waiting.loop, []).append(waiting.stored)
    for loop, futures in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle, futures, error)
        except RuntimeError:  # the loop was closed: nobody waits any more
            continue


def _settle(futures: Sequence[asyncio.Future[None]], error: Exception | None) -> None:
    for future in futures:
        if future.done():  # cancelled: the client went away
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(StoreUnavailable(str(error)) if isinstance(error, StoreUnavailable) else error)


def _pending(connection: sa.Connection, limit: int) -> list[Delivery]:
    rows = connection.execute(sa.select(table).order_by(table.c.seq).limit(limit))
    return [Delivery(id=row.id, event=row.event, body=row.body, received_at=row.received_at) for row in rows]
