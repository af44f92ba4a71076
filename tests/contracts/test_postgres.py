"""What only PostgreSQL can do to us: deadlocks, lost sessions, a pooler between."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from bot.flows.ports import StoreUnavailable
from bot.store import schema
from bot.store.engine import Database, StoreRefused
from bot.store.lease import SlotLease

pytestmark = pytest.mark.integration


@pytest.fixture
def database(postgres: Any) -> Iterator[Database]:
    name = postgres.create()
    database = Database(postgres.url(name), patience=30)
    yield database
    database.close()
    postgres.drop(name)


def test_a_deadlock_is_tried_again(database: Database) -> None:
    """Two writers that take two rows in opposite orders: the one that PostgreSQL picks repeats itself, unseen."""
    rows = [{"key": key, "repo_id": 1, "remote_id": 0} for key in ("a", "b")]
    database.write_now(lambda connection: connection.execute(sa.insert(schema.effect), rows))
    both_hold_one = threading.Barrier(2)
    tries: list[str] = []

    def write(first: str, second: str) -> None:
        def change(connection: sa.Connection) -> None:
            tries.append(first)
            for key in (first, second):
                update = sa.update(schema.effect).where(schema.effect.c.key == key)
                connection.execute(update.values(remote_id=schema.effect.c.remote_id + 1))
                if key == first and tries.count(first) == 1:
                    both_hold_one.wait(10)

        database.write_now(change)

    threads = [threading.Thread(target=write, args=order) for order in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    query = sa.select(schema.effect.c.remote_id)
    assert database.read_now(lambda connection: connection.execute(query).scalars().all()) == [2, 2]
    assert len(tries) > 2


def test_workers_have_an_id_each_and_a_dead_ones_id_is_free_at_once(database: Database) -> None:
    """The lowest free number; what a session held goes with it."""
    first, second, third = SlotLease(database), SlotLease(database), SlotLease(database)
    assert (first.acquire(), second.acquire()) == ("worker-1", "worker-2")
    first.release()
    assert third.acquire() == "worker-1"
    assert second.held()
    assert not first.held()
    second.release()
    third.release()


def test_only_the_dead_are_taken_over(database: Database) -> None:
    """Whoever holds its lock is alive, oneself included; and the locks of the dead are given back afterwards."""
    ours, alive = SlotLease(database), SlotLease(database)
    assert (ours.acquire(), alive.acquire()) == ("worker-1", "worker-2")
    recovered: list[str] = []
    for _ in range(2):
        ours.take_over({"worker-1", "worker-2", "worker-3", "worker-9", "somebody"}, recovered.extend)
    assert sorted(recovered) == ["worker-3", "worker-3", "worker-9", "worker-9"]
    late = SlotLease(database)
    assert late.acquire() == "worker-3"
    for lease in (ours, alive, late):
        lease.release()


def test_a_lost_session_is_a_lost_lease(database: Database, postgres: Any) -> None:
    """It says so instead of failing, and a new one can be had."""
    lease = SlotLease(database)
    lease.acquire()
    postgres.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = '{database.url.database}' AND application_name = 'covgate lease'"
    )
    assert not lease.held()
    with pytest.raises(StoreUnavailable, match="session"):
        lease.take_over({"worker-5"}, print)
    assert lease.acquire() == "worker-1"
    assert lease.held()
    lease.release()


def test_there_is_an_end_to_workers(database: Database) -> None:
    """Sixty-four on one database; the next is refused with one line."""
    leases = [SlotLease(database) for _ in range(65)]
    assert [lease.acquire() for lease in leases[:64]] == [f"worker-{number}" for number in range(1, 65)]
    with pytest.raises(StoreRefused, match="64 workers"):
        leases[64].acquire()
    for lease in leases:
        lease.release()


def test_a_server_that_is_away_gives_no_lease() -> None:
    """Later it may."""
    database = Database("postgresql://nobody@127.0.0.1:1/covgate")
    with pytest.raises(StoreUnavailable, match="no session"):
        SlotLease(database).acquire()
    database.close()
