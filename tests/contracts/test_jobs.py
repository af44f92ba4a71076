"""``Jobs``: at least once after the last wish, never twice at once, and no wish is lost."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.flows.ports import Delivery, JobKey, RateLimited, StoreUnavailable
from bot.store import schema
from bot.store.engine import parsed
from bot.store.opening import Store, open_store

Keys = Callable[..., JobKey]
Until = Callable[..., Awaitable[None]]


class Work:
    """A handler that notes its runs; it takes *seconds*, and raises what *errors* has next for a subject."""

    def __init__(self, seconds: float = 0.0, errors: dict[str, list[Exception]] | None = None) -> None:
        self.seconds = seconds
        self.errors = errors or {}
        self.runs: list[tuple[str, float, float]] = []  # (subject, began, ended)
        self.active: list[str] = []
        self.most_active = 0
        self.overlapped = False
        self.cut_off = 0

    async def __call__(self, key: JobKey) -> None:
        began = time.perf_counter()
        self.overlapped |= key.subject in self.active
        self.active.append(key.subject)
        self.most_active = max(self.most_active, len(self.active))
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.cut_off += 1
            raise
        finally:
            self.active.remove(key.subject)
        self.runs.append((key.subject, began, time.perf_counter()))
        if self.errors.get(key.subject):
            raise self.errors[key.subject].pop(0)

    def count(self, subject: str) -> int:
        return sum(name == subject for name, _, _ in self.runs)


async def test_a_wanted_key_is_worked_on(store: Store, key: Keys, until: Until) -> None:
    """The handler gets the very key; afterwards nothing is left to do."""
    seen: list[JobKey] = []

    async def work(given: JobKey) -> None:
        seen.append(given)

    await store.jobs.start(work)
    wanted = [key("b" * 40), JobKey(kind="command", repo_id=2**40, subject="12:345")]
    await store.jobs.want(wanted)
    await until(store.jobs.idle)
    assert sorted(seen) == sorted(wanted)


async def test_thirty_hints_before_the_start_make_one_run(store: Store, key: Keys, until: Until) -> None:
    """They coalesce in the table."""
    for _ in range(30):
        await store.jobs.want([key(), key()])
    assert not await store.jobs.idle()
    work = Work()
    await store.jobs.start(work)
    await until(store.jobs.idle)
    assert len(work.runs) == 1


async def test_thirty_hints_while_one_runs_make_one_more(store: Store, key: Keys, until: Until) -> None:
    """One run may be under way already; then exactly one begins after the last of them, and the two do not meet."""
    work = Work(seconds=0.25)
    await store.jobs.start(work)
    await store.jobs.want([key()])
    await until(lambda: work.active)
    await asyncio.gather(*(store.jobs.want([key()]) for _ in range(30)))
    last = time.perf_counter()
    await until(store.jobs.idle)
    assert len(work.runs) == 2
    assert work.runs[-1][1] >= last
    assert not work.overlapped


async def test_keys_run_side_by_side_up_to_a_limit(database_url: str, clock: Any, key: Keys, until: Until) -> None:
    """Ten keys, three at a time; one key that is wanted all the while never runs beside itself."""
    work = Work(seconds=0.15)
    async with open_store(database_url, clock=clock, concurrency=3) as store:
        await store.jobs.start(work)
        await store.jobs.want([key(f"s{number}") for number in range(10)])
        for _ in range(10):
            await store.jobs.want([key("s0")])
            await asyncio.sleep(0.05)
        await until(store.jobs.idle)
    assert work.most_active == 3
    assert not work.overlapped
    assert {subject for subject, _, _ in work.runs} == {f"s{number}" for number in range(10)}


async def test_wishes_from_many_tasks_at_once_are_all_counted(store: Store, key: Keys, until: Until) -> None:
    """Keys given in every order at once: no deadlock, nothing lost."""
    keys = [key(f"s{number}") for number in range(8)]
    await asyncio.gather(*(store.jobs.want(keys[turn:] + keys[:turn]) for turn in range(8)))
    work = Work()
    await store.jobs.start(work)
    await until(store.jobs.idle)
    assert sorted(subject for subject, _, _ in work.runs) == sorted(one.subject for one in keys)


async def test_a_delayed_wish_waits(store: Store, key: Keys, until: Until) -> None:
    """Not before its time; meanwhile there is nothing to do."""
    work = Work()
    await store.jobs.start(work)
    began = time.perf_counter()
    await store.jobs.want([key()], delay=0.8)
    assert await store.jobs.idle()
    await until(lambda: work.runs)
    assert 0.8 <= work.runs[0][1] - began < 4


async def test_delayed_wishes_close_together_make_one_run(store: Store, key: Keys, until: Until, clock: Any) -> None:
    """Debounce: five in half a second run once, and not before the last one's time."""
    work = Work()
    await store.jobs.start(work)
    for _ in range(5):
        last = clock.now()
        await store.jobs.want([key()], delay=1)
        await asyncio.sleep(0.1)
    await until(lambda: work.runs)
    assert (clock.now() - last).total_seconds() >= 1
    await asyncio.sleep(0.5)
    await until(store.jobs.idle)
    assert len(work.runs) == 1


async def test_a_deadline_survives_what_comes_before_it(store: Store, key: Keys, until: Until, clock: Any) -> None:
    """A wish for in an hour and a wish for now are both granted; so is one that the handler itself makes."""
    runs: list[str] = []

    async def work(given: JobKey) -> None:
        runs.append(given.subject)
        if len(runs) == 1:
            await store.jobs.want([given], delay=7200)

    await store.jobs.start(work)
    await store.jobs.want([key()], delay=3600)
    await store.jobs.want([key()])
    await until(store.jobs.idle)
    assert len(runs) == 1
    for expected in (2, 3):
        clock.go_ahead(hours=1)
        await until(store.jobs.idle)
        assert len(runs) == expected
    clock.go_ahead(hours=5)
    assert await store.jobs.idle()


async def test_a_wish_and_the_delivery_behind_it_go_together(
    impatient: Store, database_url: str, key: Keys, delivery: Callable[..., Delivery], other_writer: Any
) -> None:
    """The delivery leaves the inbox when its work is asked for, and stays when that could not be written."""
    await impatient.inbox.accept(delivery(1))
    with other_writer(database_url), pytest.raises(StoreUnavailable):
        await impatient.jobs.want([key()], handled=["guid-1"])
    assert [each.id for each in await impatient.inbox.pending(limit=9)] == ["guid-1"]
    assert await impatient.jobs.idle()
    await impatient.jobs.want([key()], handled=["guid-1"])
    assert await impatient.inbox.pending(limit=9) == []
    assert not await impatient.jobs.idle()


async def test_what_passes_by_itself_is_tried_again_after_its_pause(
    store: Store, key: Keys, until: Until, clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A rate limit's retry_after is kept, new wishes do not shorten it, other keys go on meanwhile."""
    work = Work(errors={"limited": [RateLimited("secondary limit", retry_after=600)]})
    await store.jobs.start(work)
    await store.jobs.want([key("limited")])
    await until(lambda: work.runs)
    await store.jobs.want([key("limited"), key("other")])
    await until(lambda: work.count("other"))
    clock.go_ahead(seconds=590)
    await asyncio.sleep(0.8)
    assert work.count("limited") == 1
    assert not await store.jobs.idle()
    clock.go_ahead(seconds=12)
    await until(store.jobs.idle)
    assert work.count("limited") == 2
    assert await store.jobs.dead_letters() == []
    assert "is tried again" in caplog.text


async def test_R24_a_job_that_always_fails_is_given_up_and_a_new_wish_revives_it(
    store: Store, key: Keys, until: Until, clock: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Three tries, then a dead letter with the reason, and a trace in the log; later it runs as if new."""
    caplog.set_level(logging.ERROR)
    work = Work(errors={"bad": [LookupError(f"boom {number}\nand more") for number in range(3)]})
    await store.jobs.start(work)
    await store.jobs.want([key("bad"), key("good")])
    while not await store.jobs.dead_letters():
        clock.go_ahead(minutes=10)
        await asyncio.sleep(0.1)
    await until(store.jobs.idle)
    assert work.count("bad") == 3
    assert work.count("good") == 1
    (letter,) = await store.jobs.dead_letters()
    assert letter.key == key("bad")
    assert letter.reason == "3 tries: LookupError: boom 2 and more"
    assert "Traceback" in caplog.text
    await store.jobs.want([key("bad")])
    assert await store.jobs.dead_letters() == []
    await until(store.jobs.idle)
    assert work.count("bad") == 4


async def test_a_job_that_cancels_itself_has_failed(store: Store, key: Keys, until: Until, clock: Any) -> None:
    """It awaited something that was cancelled: that is no stop, and no reason to run it again and again at once."""
    tries = 0

    async def work(given: JobKey) -> None:
        nonlocal tries
        del given
        tries += 1
        raise asyncio.CancelledError

    await store.jobs.start(work)
    await store.jobs.want([key()])
    await until(lambda: tries)
    await asyncio.sleep(0.3)
    assert tries == 1
    while not await store.jobs.idle():
        clock.go_ahead(minutes=10)
        await asyncio.sleep(0.1)
    assert [letter.reason for letter in await store.jobs.dead_letters()] == [
        "3 tries: RuntimeError: the job was cancelled from within"
    ]


async def test_a_wish_during_the_last_try_is_not_given_up_with_it(store: Store, key: Keys, clock: Any) -> None:
    """It came after that run began, so it gets all its tries."""
    tries = 0

    async def work(given: JobKey) -> None:
        nonlocal tries
        tries += 1
        if tries == 3:
            await store.jobs.want([given])
        if tries < 6:
            raise LookupError

    await store.jobs.start(work)
    await store.jobs.want([key()])
    while not await store.jobs.idle():
        clock.go_ahead(minutes=10)
        await asyncio.sleep(0.1)
    assert tries == 6
    assert [letter.reason for letter in await store.jobs.dead_letters()] == []


async def test_a_forgotten_repository_is_not_worked_on(store: Store, key: Keys, until: Until) -> None:
    """Its wishes go with it; and when it comes back, its keys count anew and run."""
    work = Work()
    await store.jobs.want([key("s", repo_id=1), key("s", repo_id=2)])
    await store.history.forget_repo(1)
    await store.jobs.start(work)
    await until(store.jobs.idle)
    assert work.count("s") == 1
    await store.history.forget_repo(2)
    await store.jobs.want([key("s", repo_id=2)])
    await until(store.jobs.idle)
    assert work.count("s") == 2


async def test_R21_stopping_lets_a_run_end(store: Store, key: Keys, until: Until) -> None:
    """A handler that is nearly done is done."""
    work = Work(seconds=0.25)
    await store.jobs.start(work)
    await store.jobs.want([key()])
    await until(lambda: work.active)
    await store.jobs.stop()
    assert len(work.runs) == 1
    assert await store.jobs.idle()


async def test_R21_what_stopping_cuts_off_runs_again(database_url: str, clock: Any, key: Keys, until: Until) -> None:
    """A handler that takes too long is cancelled, in bounded time; the next start runs it, as often as it takes."""
    for _ in range(2):
        async with open_store(database_url, clock=clock, grace=0.1) as store:
            long = Work(seconds=60)
            await store.jobs.start(long)
            await store.jobs.want([key()])
            await until(partial(len, long.active))
            began = time.perf_counter()
            await store.jobs.stop()
            assert time.perf_counter() - began < 3
            assert long.cut_off == 1
            assert not await store.jobs.idle()
    async with open_store(database_url, clock=clock) as store:
        short = Work()
        await store.jobs.start(short)
        await until(store.jobs.idle)
        assert len(short.runs) == 1


async def test_wishes_while_stopped_wait_for_the_next_start(
    database_url: str, clock: Any, key: Keys, until: Until
) -> None:
    """A process that only takes deliveries wants; another that starts later works."""
    async with open_store(database_url, clock=clock) as web:
        await web.jobs.want([key()])
        await web.jobs.stop()
    work = Work()
    async with open_store(database_url, clock=clock) as worker:
        await worker.jobs.start(work)
        with pytest.raises(RuntimeError, match="already"):
            await worker.jobs.start(work)
        await until(lambda: work.runs)


async def test_a_database_that_is_away_for_a_moment_costs_no_run(
    database_url: str, clock: Any, key: Keys, until: Until, other_writer: Any
) -> None:
    """The end of a run cannot be written for a second: it is written then, and nothing runs twice."""
    work = Work(seconds=0.2)
    async with open_store(database_url, clock=clock, patience=0.2) as store:
        await store.jobs.start(work)
        await store.jobs.want([key()])
        await until(lambda: work.active)
        with other_writer(database_url, "job"):
            await asyncio.sleep(0.6)
        await until(store.jobs.idle)
    assert len(work.runs) == 1


async def test_a_database_that_takes_no_write_only_delays_the_work(
    impatient: Store, database_url: str, key: Keys, until: Until, other_writer: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """A key becomes due while another writer holds the lock: it runs when the lock is gone."""
    work = Work()
    await impatient.jobs.start(work)
    await impatient.jobs.want([key()], delay=0.1)
    with other_writer(database_url, "job"):
        await asyncio.sleep(0.8)
    assert not work.runs
    await until(lambda: work.runs)
    assert "jobs wait" in caplog.text


async def test_a_run_whose_end_was_never_noted_runs_again(
    database_url: str, clock: Any, key: Keys, until: Until
) -> None:
    """The database was away for longer than anybody is patient: dbos has ended the ticket, the table has not."""
    work = Work()
    async with open_store(database_url, clock=clock) as store:
        await store.jobs.start(work)
        await store.jobs.want([key()])
        await until(store.jobs.idle)
    _undo_the_end_of(key(), database_url)
    clock.go_ahead(seconds=11)
    async with open_store(database_url, clock=clock) as store:
        assert not await store.jobs.idle()
        await store.jobs.start(work)
        await until(store.jobs.idle)
    assert len(work.runs) == 2


def _undo_the_end_of(key: JobKey, url: str) -> None:
    """Put the job's row back to where it was while its last ticket ran."""
    engine = sa.create_engine(parsed(url))
    jobs = sa.create_engine(f"{url.removesuffix('.db')}-jobs.db") if url.startswith("sqlite") else engine
    tickets = "workflow_status" if url.startswith("sqlite") else "dbos.workflow_status"
    with jobs.connect() as connection:
        ticket = connection.exec_driver_sql(f"SELECT workflow_uuid FROM {tickets}").scalar_one()
    assert ticket.startswith(f"{key.kind}:{key.repo_id}:{key.subject}:")
    with engine.begin() as connection:
        undone = sa.update(schema.job).values(done=0, ticket=ticket, handed_at=schema.job.c.due_at, deaths=1)
        connection.execute(undone)
    jobs.dispose()
    engine.dispose()


async def test_a_dispatcher_that_stumbles_goes_on(
    store: Store, database_url: str, key: Keys, until: Until, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever is wrong with one look at the table (here it is gone for a moment), the next may be right."""
    work = Work()
    await store.jobs.want([key()], delay=0.1)
    await store.jobs.start(work)
    engine = sa.create_engine(parsed(database_url))
    for renaming in ("ALTER TABLE job RENAME TO job_gone", "ALTER TABLE job_gone RENAME TO job"):
        with engine.begin() as connection:
            connection.exec_driver_sql(renaming)
        await asyncio.sleep(0.4)
    engine.dispose()
    await until(lambda: work.runs)
    assert "stumbled" in caplog.text


async def test_one_store_of_a_process_works(store: Store, tmp_path: Path, clock: Any, key: Keys, until: Until) -> None:
    """Dbos is one a process: the second is told, and the first goes on."""
    work = Work()
    await store.jobs.start(work)
    async with open_store(f"sqlite:///{tmp_path}/second.db", clock=clock) as second:
        with pytest.raises(RuntimeError, match="one a process"):
            await second.jobs.start(work)
        await second.jobs.want([key("theirs")])
    await store.jobs.want([key("ours")])
    await until(store.jobs.idle)
    assert [subject for subject, _, _ in work.runs] == ["ours"]
