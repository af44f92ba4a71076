"""The worker: what is due gets a ticket, dbos runs each ticket, and how the run ended goes into the table.

The handler runs on the event loop that started the worker; dbos lives on threads of its own and waits for it there.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa

from bot.flows.ports import Clock, JobKey, StoreUnavailable
from bot.store import job_rows as rows
from bot.store.engine import Database, told
from bot.store.job_rows import Run
from bot.store.lease import Lease
from bot.store.retries import Again, GiveUp, after, too_many_deaths

if TYPE_CHECKING:
    from bot.store.job_engine import JobEngine

log = logging.getLogger(__name__)

_POLL_SECONDS = 0.25  # another process may have wanted something; this one wakes the dispatcher
_LEASE_SECONDS = 2.0
_REPAIR_SECONDS = 10.0
_CANCEL_SECONDS = 1.5  # for a cancelled handler to clean up
_RECORD_PAUSES = (0.5, 2.0, 5.0)  # while the database does not take how a run began or ended
_FORGET = timedelta(days=14)  # keys that nobody wanted since

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workplace:
    """What a worker works with: *concurrency* handlers at a time in this process; when stopping, *grace* seconds for
    them to end by themselves.
    """

    database: Database
    lease: Lease
    clock: Clock
    concurrency: int
    grace: float


class Worker:
    """From start to stop: the dispatcher, the engine, and the handlers that run now."""

    def __init__(self, place: Workplace, work: Callable[[JobKey], Awaitable[None]]) -> None:
        self._place = place
        self._database = place.database
        self._lease = place.lease
        self._clock = place.clock
        self._work = work
        self._loop = asyncio.get_running_loop()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="covgate-jobs")  # for all that blocks on dbos
        self._woken = asyncio.Event()
        self._stopping = False
        self._slots = asyncio.Semaphore(place.concurrency)  # recovered tickets come unasked
        self._begun: set[str] = set()  # tickets that this process works on or is about to
        self._running: set[asyncio.Task[None]] = set()
        self._engine: JobEngine | None = None
        self._lease_seen = self._repaired = self._loop.time()
        self._dispatcher: asyncio.Task[None] | None = None

    async def start(self) -> None:
        try:
            await self._start_engine()
        except BaseException:
            await self._blocking(self._close_engine)
            self._thread.shutdown()
            raise
        self._dispatcher = asyncio.create_task(self._dispatch(), name="covgate-dispatcher")

    def wake(self) -> None:
        """Look at the table now. From any thread."""
        with suppress(RuntimeError):  # the loop was closed without a stop
            self._loop.call_soon_threadsafe(self._woken.set)

    async def stop(self) -> None:
        """Let handlers end, for the workplace's grace; cut off the rest. What was cut off stays wanted."""
        self._stopping = True
        self._woken.set()
        if self._dispatcher is not None:
            await self._dispatcher
        if self._running:
            await asyncio.wait(self._running, timeout=self._place.grace)
        await self._cut_off()
        await self._blocking(self._close_engine)
        self._thread.shutdown()

    # --- the engine, on its thread ---------------------------------------------------------------------------

    async def _blocking(self, call: Callable[[], T]) -> T:
        def told_call() -> T:
            with told():
                return call()

        return await self._loop.run_in_executor(self._thread, told_call)

    async def _start_engine(self) -> None:
        await self._blocking(self._open_engine)
        # Only on PostgreSQL can another worker be about to begin a ticket that dbos does not know yet.
        await self._repair(0.0 if self._database.is_sqlite else _REPAIR_SECONDS)

    def _open_engine(self) -> None:
        from bot.store.job_engine import JobEngine

        executor = self._lease.acquire()
        engine = JobEngine(self._database, run=self._called)
        try:
            engine.start(executor)
        except BaseException:
            engine.stop()
            raise
        self._engine = engine

    def _close_engine(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.stop()
        self._lease.release()

    # --- the dispatcher --------------------------------------------------------------------------------------

    async def _dispatch(self) -> None:
        while not self._stopping:
            self._woken.clear()
            pause = _POLL_SECONDS
            try:
                await self._look_after()
                pause = await self._hand_out()
            except StoreUnavailable as error:
                log.warning("jobs wait: %s", error)
            except Exception:
                log.exception("the dispatcher stumbled and goes on")
            try:
                async with asyncio.timeout(pause):
                    await self._woken.wait()
            except TimeoutError:
                continue

    async def _hand_out(self) -> float:
        """Begin what is due, as far as there is room. Gives the seconds until there may be more to do."""
        room, now = self._place.concurrency - len(self._begun), self._clock.now()
        if room <= 0:
            return _POLL_SECONDS  # a run that ends wakes us
        due = await self._database.read(rows.next_due)
        if due is None or due > now:
            return _POLL_SECONDS if due is None else min((due - now).total_seconds(), _POLL_SECONDS)

        def give(connection: sa.Connection) -> list[str]:
            rows.ring(connection, now)
            return rows.hand_out(connection, now, limit=room)

        for ticket in await self._database.write(give):
            await self._begin(ticket)
        return _POLL_SECONDS

    async def _begin(self, ticket: str) -> None:
        engine = self._engine
        assert engine is not None
        self._begun.add(ticket)
        try:
            await self._blocking(lambda: engine.begin(ticket))
        except BaseException:  # the next repair takes it back
            self._begun.discard(ticket)
            raise

    async def _look_after(self) -> None:
        """Now and then: is the lease ours, did another worker die, did dbos lose something, what can go?"""
        now = self._loop.time()
        if now - self._lease_seen >= _LEASE_SECONDS:
            await self._check_lease()
            self._lease_seen = now
        if now - self._repaired >= _REPAIR_SECONDS:
            await self._repair(_REPAIR_SECONDS)
            self._repaired = now

    async def _check_lease(self) -> None:
        engine = self._engine
        if engine is not None:
            if await self._blocking(self._lease.held):
                await self._blocking(lambda: self._lease.take_over(engine.executors(), engine.recover))
                return
            log.error("this worker lost its lease: what runs is cut off, and another worker may do it")
            await self._cut_off()
            await self._blocking(self._close_engine)
        await self._start_engine()

    async def _repair(self, age: float) -> None:
        """Take back the tickets older than *age* seconds that dbos lost, or ended without a word of ours; and delete
        what is over.
        """
        engine, now = self._engine, self._clock.now()
        assert engine is not None
        before = now - timedelta(seconds=age)
        tickets = await self._database.read(lambda connection: rows.outstanding(connection, handed_before=before))
        live = await self._blocking(lambda: engine.live(tickets))
        lost = [ticket for ticket in tickets if ticket not in live | self._begun]
        ended = await self._blocking(lambda: engine.ended(lost))

        def take_back(connection: sa.Connection) -> None:
            for ticket in lost:
                rows.release(connection, ticket, came_back=ticket in ended)
            rows.purge(connection, before=now - _FORGET)

        await self._database.write(take_back)
        await self._blocking(engine.prune)

    # --- one run ---------------------------------------------------------------------------------------------

    def _called(self, ticket: str) -> None:
        """Called by dbos on a thread of its own: *ticket*'s work is done on our loop, and awaited here."""
        run = self._run(ticket)
        try:
            done = asyncio.run_coroutine_threadsafe(run, self._loop)
        except RuntimeError:  # our loop is closed: nobody called stop
            run.close()
            raise
        done.result()

    async def _run(self, ticket: str) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        self._begun.add(ticket)
        try:
            async with self._slots:
                await self._work_on(ticket)
        except asyncio.CancelledError:  # by `_cut_off` alone, before the handler began
            await self._patiently(lambda connection: rows.release(connection, ticket, came_back=False))
        finally:
            self._running.discard(task)
            self._begun.discard(ticket)
            self._woken.set()

    async def _work_on(self, ticket: str) -> None:
        run = None if self._stopping else await self._patiently(lambda connection: rows.begin(connection, ticket))
        if run is not None:
            await self._carry_out(run)
        elif self._stopping:  # too late to begin: the next start does
            await self._patiently(lambda connection: rows.release(connection, ticket, came_back=False))

    async def _carry_out(self, run: Run) -> None:
        hopeless = too_many_deaths(run)
        if hopeless is not None:
            await self._give_up(run, hopeless)
            return
        try:
            await self._work(run.key)
        except asyncio.CancelledError:
            await self._cancelled(run)
        except Exception as error:  # noqa: BLE001 - here, and only here, a job's bugs end
            await self._failed(run, error)
        else:
            now = self._clock.now()
            await self._patiently(lambda connection: rows.finish(connection, run, now))

    async def _cancelled(self, run: Run) -> None:
        task = asyncio.current_task()
        assert task is not None
        if task.cancelling():  # by `_cut_off`: it runs again, and nobody is to blame
            await self._patiently(lambda connection: rows.release(connection, run.ticket, came_back=True))
        else:  # something that it awaited was cancelled
            await self._failed(run, RuntimeError("the job was cancelled from within"))

    async def _failed(self, run: Run, error: Exception) -> None:
        match after(run, error):
            case GiveUp() as last:
                log.error("%s raised", _name(run.key), exc_info=error)
                await self._give_up(run, last)
            case Again() as again:
                trace = error if again.failures > run.failures else None
                log.warning("%s is tried again in %.1f s: %s", _name(run.key), again.pause, error, exc_info=trace)
                due = self._clock.now() + timedelta(seconds=again.pause)
                await self._patiently(
                    lambda connection: rows.postpone(connection, run, due, failures=again.failures, waits=again.waits)
                )

    async def _give_up(self, run: Run, last: GiveUp) -> None:
        log.error("%s is given up after %s", _name(run.key), last.reason)
        now = self._clock.now()
        await self._patiently(lambda connection: rows.give_up(connection, run, now, last.reason))

    async def _patiently(self, work: Callable[[sa.Connection], T]) -> T:
        """Write how a run begins or ends, while the database is away for some seconds too: what is not written is run
        again.
        """
        for pause in _RECORD_PAUSES:
            try:
                return await self._database.write(work)
            except StoreUnavailable as error:
                log.warning("a run is not noted yet: %s", error)
                await asyncio.sleep(0 if self._stopping else pause)
        return await self._database.write(work)

    async def _cut_off(self) -> None:
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running, timeout=_CANCEL_SECONDS)


def _name(key: JobKey) -> str:
    return f"job {key.kind} {key.subject} of repository {key.repo_id}"
