"""``Inbox``: a delivery that was accepted is there, whatever happens next."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.pool import Pool

from bot.flows.ports import Delivery, StoreUnavailable
from bot.store.opening import Store, open_store

Deliveries = Callable[..., Delivery]


async def _ids(store: Store) -> list[str]:
    return [each.id for each in await store.inbox.pending(limit=10_000)]


async def test_an_accepted_delivery_waits_just_as_it_came(store: Store, delivery: Deliveries) -> None:
    """Every byte of the body, every microsecond of the time."""
    given = delivery(body=bytes(range(256)) * 4000)
    await store.inbox.accept(given)
    assert await store.inbox.pending(limit=10) == [given]


async def test_deliveries_wait_in_the_order_of_their_arrival(store: Store, delivery: Deliveries) -> None:
    """The oldest first, and no more than asked for."""
    for number in (3, 1, 2):
        await store.inbox.accept(delivery(number))
    assert await _ids(store) == ["guid-3", "guid-1", "guid-2"]
    assert [each.id for each in await store.inbox.pending(limit=2)] == ["guid-3", "guid-1"]


async def test_R04_a_repeated_delivery_changes_nothing(store: Store, delivery: Deliveries) -> None:
    """A hundred times the same GUID, at once and later, with another body: the first stays, alone."""
    await store.inbox.accept(delivery(1))
    await asyncio.gather(*(store.inbox.accept(delivery(1, body=b"again")) for _ in range(100)))
    assert await store.inbox.pending(limit=10) == [delivery(1)]


async def test_a_burst_larger_than_a_group_is_stored_whole(store: Store, delivery: Deliveries) -> None:
    """700 at once take three transactions or more; each caller returns, none is lost."""
    await asyncio.gather(*(store.inbox.accept(delivery(number)) for number in range(700)))
    assert sorted(await _ids(store)) == sorted(f"guid-{number}" for number in range(700))


async def test_deliveries_come_from_any_event_loop(store: Store, delivery: Deliveries) -> None:
    """Two threads with a loop each, and this one: all are answered on their own loop."""

    def other_loop(first: int) -> None:
        async def accept() -> None:
            await asyncio.gather(*(store.inbox.accept(delivery(number)) for number in range(first, first + 100)))

        asyncio.run(accept())

    threads = [threading.Thread(target=other_loop, args=(first,)) for first in (1000, 2000)]
    for thread in threads:
        thread.start()
    await asyncio.gather(*(store.inbox.accept(delivery(number)) for number in range(100)))
    await asyncio.gather(*(asyncio.to_thread(thread.join) for thread in threads))
    assert len(await _ids(store)) == 300


async def test_a_handled_delivery_leaves(store: Store, delivery: Deliveries) -> None:
    """What was handled is gone, the others stay; and GitHub may redeliver it."""
    for number in (1, 2):
        await store.inbox.accept(delivery(number))
    await store.jobs.want([], handled=["guid-1", "guid-unknown"])
    assert await _ids(store) == ["guid-2"]
    await store.inbox.accept(delivery(1))
    assert await _ids(store) == ["guid-2", "guid-1"]


async def test_a_client_that_goes_away_takes_nobody_with_it(store: Store, delivery: Deliveries) -> None:
    """A cancelled accept may be stored or not; its neighbours are."""
    tasks = [asyncio.create_task(store.inbox.accept(delivery(number))) for number in range(20)]
    await asyncio.sleep(0)
    tasks[7].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert {f"guid-{number}" for number in range(20) if number != 7} <= set(await _ids(store))


async def test_an_event_loop_that_is_gone_stops_nobody(
    store: Store, database_url: str, delivery: Deliveries, other_writer: Any
) -> None:
    """A thread gave up waiting and closed its loop; the writer goes on."""

    def give_up() -> None:
        asyncio.run(asyncio.wait_for(store.inbox.accept(delivery(1)), 0.05))

    with other_writer(database_url), pytest.raises(TimeoutError):
        await asyncio.to_thread(give_up)
    await store.inbox.accept(delivery(2))
    assert set(await _ids(store)) >= {"guid-2"}


async def test_a_delivery_that_cannot_be_stored_fails_alone(store: Store, delivery: Deliveries) -> None:
    """A lone surrogate is no text in any database: that caller hears it, its group is stored."""
    accepts = [store.inbox.accept(delivery(number)) for number in range(5)]
    bad = store.inbox.accept(delivery(99, event="\ud800"))
    outcomes = await asyncio.gather(*accepts, bad, return_exceptions=True)
    assert outcomes[:5] == [None] * 5
    assert isinstance(outcomes[5], Exception)
    assert len(await _ids(store)) == 5


async def test_R12_a_short_lock_is_waited_for_and_blocks_nobody_else(
    database_url: str, delivery: Deliveries, clock: Any, other_writer: Any
) -> None:
    """Another writer holds the lock for half a second: accepted afterwards, and the event loop ran on meanwhile."""
    async with open_store(database_url, clock=clock, patience=3) as store:
        with other_writer(database_url):
            waiting = asyncio.gather(*(store.inbox.accept(delivery(number)) for number in range(20)))
            longest, last = 0.0, time.perf_counter()
            for _ in range(50):
                await asyncio.sleep(0.01)
                now = time.perf_counter()
                longest, last = max(longest, now - last), now
            assert not waiting.done()
        await waiting
        assert len(await _ids(store)) == 20
    assert longest < 0.2


async def test_R12_a_long_lock_is_said_to_each_who_waits(
    impatient: Store, database_url: str, delivery: Deliveries, other_writer: Any
) -> None:
    """Longer than its patience: every caller hears that the store is unavailable, in bounded time; then all is well."""
    with other_writer(database_url):
        began = time.perf_counter()
        outcomes = await asyncio.gather(
            *(impatient.inbox.accept(delivery(number)) for number in range(30)), return_exceptions=True
        )
        assert time.perf_counter() - began < 3
    assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}
    assert "\n" not in str(outcomes[0])
    assert await _ids(impatient) == []
    await impatient.inbox.accept(delivery(1))
    assert await _ids(impatient) == ["guid-1"]


async def test_too_much_at_once_is_turned_away(
    impatient: Store, database_url: str, delivery: Deliveries, other_writer: Any
) -> None:
    """While nothing can be written, bodies are held up to a bound, and the next one is refused at once."""
    body = bytes(25 * 2**20)  # one object: the bound counts what each would need
    with other_writer(database_url):
        began = time.perf_counter()
        held = [asyncio.create_task(impatient.inbox.accept(delivery(number, body=body))) for number in range(10)]
        await asyncio.sleep(0)
        with pytest.raises(StoreUnavailable, match="too many"):
            await impatient.inbox.accept(delivery(11, body=body))
        outcomes = await asyncio.gather(*held, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}
    assert time.perf_counter() - began < 4 * 0.2  # five groups do not wait one after the other
    await impatient.inbox.accept(delivery(12))
    assert await _ids(impatient) == ["guid-12"]


async def test_a_closed_inbox_accepts_nothing(database_url: str, delivery: Deliveries, clock: Any) -> None:
    """What waits at closing is written; later deliveries are refused, so that GitHub hears 503."""
    store = open_store(database_url, clock=clock)
    waiting = [asyncio.create_task(store.inbox.accept(delivery(number))) for number in range(50)]
    await asyncio.sleep(0)
    await store.close()
    await asyncio.gather(*waiting)
    with pytest.raises(StoreUnavailable, match="stopping"):
        await store.inbox.accept(delivery(51))
    async with open_store(database_url, clock=clock) as again:
        assert len(await _ids(again)) == 50


@contextmanager
def _disk_with(pages: list[int]) -> Iterator[None]:
    """Every SQLite database of this process may grow to ``pages[0]`` pages, as if the disk had no more."""

    def limit(connection: Any, record: object, proxy: object) -> None:
        del record, proxy
        if hasattr(connection, "set_progress_handler"):
            connection.execute(f"PRAGMA max_page_count={pages[0]}")

    event.listen(Pool, "checkout", limit)
    try:
        yield
    finally:
        event.remove(Pool, "checkout", limit)


async def test_R11_a_full_disk_refuses_and_recovers_by_itself(tmp_path: Any, delivery: Deliveries, clock: Any) -> None:
    """Each caller hears it, what was accepted before stays readable and whole, and with space it goes on."""
    pages = [2**30]
    url = f"sqlite:///{tmp_path}/covgate.db"
    with _disk_with(pages):
        async with open_store(url, clock=clock, patience=0.2) as store:
            await store.inbox.accept(delivery(1))
            pages[0] = 1  # SQLite takes it for the present size
            big = bytes(200_000)
            outcomes = await asyncio.gather(
                *(store.inbox.accept(delivery(number, body=big)) for number in range(2, 12)), return_exceptions=True
            )
            assert {type(outcome) for outcome in outcomes} == {StoreUnavailable}
            assert "full" in str(outcomes[0])
            assert await _ids(store) == ["guid-1"]
            pages[0] = 2**30
            await store.inbox.accept(delivery(2, body=big))
            assert await _ids(store) == ["guid-1", "guid-2"]
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
    engine.dispose()


@pytest.mark.integration
async def test_a_server_that_drops_the_connection_is_met_again(postgres: Any, delivery: Deliveries, clock: Any) -> None:
    """PostgreSQL restarts or a network breaks: the next deliveries are stored, none is answered falsely."""
    name = postgres.create()
    async with open_store(postgres.url(name), clock=clock) as store:
        await store.inbox.accept(delivery(1))
        postgres.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        outcomes = await asyncio.gather(
            *(store.inbox.accept(delivery(number)) for number in range(2, 30)), return_exceptions=True
        )
        await store.inbox.accept(delivery(99))
        stored = {f"guid-{number}" for number, outcome in enumerate(outcomes, start=2) if outcome is None}
        assert stored | {"guid-1", "guid-99"} <= set(await _ids(store))
    postgres.drop(name)


@pytest.mark.integration
async def test_R01_what_was_accepted_survives_sigkill(
    database_url: str, victims: Callable[..., Any], clock: Any
) -> None:
    """Killed under load, in the middle of whatever it did: every acknowledged delivery is there, once."""
    victim = victims(database_url, "accept")
    said = victim.read_until("stored", times=400)
    said += victim.kill()
    acknowledged = [line.split()[1] for line in said if line.startswith("stored ") and len(line.split()) == 2]
    async with open_store(database_url, clock=clock) as store:
        pending = await _ids(store)
    assert len(pending) == len(set(pending))
    assert set(acknowledged[:-1]) <= set(pending)  # the last line may be cut
    assert len(acknowledged) >= 400


@pytest.mark.integration
@pytest.mark.parametrize(
    ("failpoint", "waits", "is_wanted"),
    [
        ("receive.before_store", False, False),
        ("receive.stored", True, False),
        ("receive.wanted", False, True),
    ],
)
async def test_R01_killed_at_each_step_of_receiving(
    database_url: str, victims: Callable[..., Any], clock: Any, failpoint: str, *, waits: bool, is_wanted: bool
) -> None:
    """Before the commit nothing is there; after it the delivery is; and it leaves only together with its wish."""
    victim = victims(database_url, "once", failpoint=failpoint)
    victim.ended()
    assert victim.exit_code == -9
    async with open_store(database_url, clock=clock) as store:
        assert (await _ids(store) == ["one"]) is waits
        assert await store.jobs.idle() is not is_wanted
