"""``Jobs`` and SIGKILL: nothing that was wanted is lost, and no key is ever worked on twice at once."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.flows.ports import JobKey
from bot.store.engine import parsed
from bot.store.opening import open_store

pytestmark = pytest.mark.integration

Keys = Callable[..., JobKey]
Until = Callable[..., Awaitable[None]]
Victims = Callable[..., Any]


async def test_R01_no_wish_is_lost_when_its_process_dies(
    database_url: str, victims: Victims, clock: Any, until: Until
) -> None:
    """Killed while it wants keys as fast as it can: each key that was asked for runs after the restart."""
    victim = victims(database_url, "want", "7")
    said = victim.read_until("wanted", times=150)
    victim.kill()
    wanted = {line.split()[1] for line in said if line.startswith("wanted ")}
    runs: list[str] = []

    async def work(key: JobKey) -> None:
        runs.append(key.subject)

    async with open_store(database_url, clock=clock) as store:
        await store.jobs.start(work)
        await until(store.jobs.idle)
    assert len(wanted) == 7
    assert sorted(runs) == sorted(wanted)  # 150 wishes, seven runs


async def test_R01_what_a_killed_process_worked_on_runs_again(
    database_url: str, victims: Victims, clock: Any, diary: Any
) -> None:
    """Killed in the middle of four of six keys; the next process ends all of them, each alone."""
    keys = [f"s{number}" for number in range(6)]
    async with open_store(database_url, clock=clock) as store:
        await store.jobs.want([JobKey(kind="check", repo_id=1, subject=name) for name in keys])
        last_wish = time.monotonic()
    victim = victims(database_url, "work", str(diary.path), "60")
    said = victim.read_until("began", times=4)
    victim.kill()
    dead = {int(next(line for line in said if line.startswith("started")).split()[1]): time.monotonic()}
    victims(database_url, "work", str(diary.path), "0.2").read_until("ran", times=6)
    for name in keys:
        assert [end for end in diary.ends(name) if end > last_wish], name
    assert diary.overlaps(dead) == []


async def test_R21_stopping_while_the_dead_are_made_up_for(
    database_url: str, victims: Victims, clock: Any, diary: Any, until: Until
) -> None:
    """Four runs of a killed process come back to one that does one at a time, and it stops at once: the one is cut
    off, the others never begin, and all four run after the next start.
    """
    keys = [f"s{number}" for number in range(4)]
    async with open_store(database_url, clock=clock) as store:
        await store.jobs.want([JobKey(kind="check", repo_id=1, subject=name) for name in keys])
    victim = victims(database_url, "work", str(diary.path), "60")
    victim.read_until("began", times=4)
    victim.kill()
    began: list[str] = []

    async def long(key: JobKey) -> None:
        began.append(key.subject)
        await asyncio.sleep(60)

    async with open_store(database_url, clock=clock, concurrency=1, grace=0.1) as store:
        await store.jobs.start(long)
        await until(lambda: began)
        await asyncio.sleep(1)  # dbos brings the others
    assert len(began) == 1
    ran: list[str] = []

    async def short(key: JobKey) -> None:
        ran.append(key.subject)

    async with open_store(database_url, clock=clock) as store:
        await store.jobs.start(short)
        await until(store.jobs.idle)
    assert sorted(ran) == keys


async def test_R24_a_job_that_kills_its_process_is_given_up(
    database_url: str, clock: Any, key: Keys, until: Until
) -> None:
    """Its run began five times and never came back: the sixth does not begin, and the letter says why."""
    from bot.store import job_rows
    from bot.store.engine import Database

    async with open_store(database_url, clock=clock) as store:
        await store.jobs.want([key("deadly")])
        await store.jobs.want([key("good")])
        database = Database(database_url)
        (deadly, *_) = database.write_now(lambda connection: job_rows.hand_out(connection, clock.now(), limit=1))
        for _ in range(5):
            assert database.write_now(lambda connection: job_rows.begin(connection, deadly)) is not None
        database.write_now(lambda connection: job_rows.release(connection, deadly, came_back=False))
        database.close()
        runs: list[str] = []

        async def work(given: JobKey) -> None:
            runs.append(given.subject)

        await store.jobs.start(work)
        await until(store.jobs.idle)
        assert runs == ["good"]
        (letter,) = await store.jobs.dead_letters()
    assert letter.key == key("deadly")
    assert "died" in letter.reason


async def test_the_table_is_the_truth_and_dbos_may_forget(
    database_url: str, victims: Victims, clock: Any, key: Keys, until: Until, diary: Any
) -> None:
    """A process is killed in the middle of a run, and dbos's own records are lost: the run is made up for."""
    async with open_store(database_url, clock=clock) as store:
        await store.jobs.want([key("s")])
    victim = victims(database_url, "work", str(diary.path), "60")
    victim.read_until("began")
    victim.kill()
    _forget_dbos(database_url)
    clock.go_ahead(seconds=11)  # another worker could have been about to begin it
    runs: list[str] = []

    async def work(given: JobKey) -> None:
        runs.append(given.subject)

    async with open_store(database_url, clock=clock) as store:
        await store.jobs.start(work)
        await until(store.jobs.idle)
    assert runs == ["s"]


def _forget_dbos(url: str) -> None:
    if url.startswith("sqlite"):
        for file in Path(url.removeprefix("sqlite:///")).parent.glob("covgate-jobs.db*"):
            file.unlink()
        return
    engine = sa.create_engine(parsed(url))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP SCHEMA dbos CASCADE")
    engine.dispose()


async def test_R22_two_workers_share_the_work_and_one_inherits_from_the_other(
    postgres: Any, victims: Victims, clock: Any, diary: Any, until: Until
) -> None:
    """On PostgreSQL: eight keys on two processes of four; one is killed, the other ends what it was at within
    seconds, no key is ever worked on by both.
    """
    name = postgres.create()
    url = postgres.url(name)
    keys = [f"s{number}" for number in range(8)]
    first = victims(url, "work", str(diary.path), "1")
    second = victims(url, "work", str(diary.path), "1")
    pid = int(first.read_until("started")[-1].split()[1])
    second.read_until("started")
    async with open_store(url, clock=clock) as store:
        await store.jobs.want([JobKey(kind="check", repo_id=1, subject=each) for each in keys])
        first.read_until("began", times=4)
        second.read_until("began", times=4)
        first.kill()
        killed = time.monotonic()
        await until(store.jobs.idle)
    assert {subject for what, subject, _, _ in diary.entries() if what == "end"} == set(keys)
    assert diary.overlaps({pid: killed}) == []
    inherited = [when for what, _, process, when in diary.entries() if what == "begin" and when > killed]
    assert len(inherited) == 4
    assert max(inherited) - killed < 8
    second.kill()
    postgres.drop(name)


async def test_a_worker_that_loses_its_lease_cuts_off_its_runs_and_goes_on(
    postgres: Any, clock: Any, key: Keys, until: Until
) -> None:
    """PostgreSQL ended its session: nobody may work under that lease any more, so it takes a new one first."""
    name = postgres.create()
    cut_off: list[str] = []
    runs: list[str] = []

    async def work(given: JobKey) -> None:
        if not cut_off:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                cut_off.append(given.subject)
                raise
        runs.append(given.subject)

    async with open_store(postgres.url(name), clock=clock) as store:
        await store.jobs.start(work)
        await store.jobs.want([key("s")])
        await asyncio.sleep(0.3)
        postgres.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            f" WHERE datname = '{name}' AND application_name = 'covgate lease'"
        )
        await until(store.jobs.idle)
    assert (cut_off, runs) == (["s"], ["s"])
    postgres.drop(name)


def test_dbos_still_has_the_private_name_that_recovery_needs() -> None:
    """There is no public one in dbos 3.4. If this fails, see ``JobEngine.recover``."""
    from dbos import DBOS

    recover = DBOS._recover_pending_workflows
    assert list(inspect.signature(recover).parameters) == ["executor_ids"]
