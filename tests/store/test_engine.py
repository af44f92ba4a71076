"""What the database promises the rest of the store: whole transactions, bounded waits, honest errors."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.flows.ports import StoreUnavailable
from bot.store import schema
from bot.store.engine import Database
from bot.store.migrate import migrate


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/covgate.db", patience=0.2)
    migrate(database)
    yield database
    database.close()


def _effect(key: str) -> dict[str, object]:
    return {"key": key, "repo_id": 1}


def _count(database: Database) -> int:
    query = sa.select(sa.func.count()).select_from(schema.effect)
    return database.read_now(lambda connection: connection.execute(query).scalar_one())


def test_a_commit_survives_a_power_cut_and_readers_a_writer(database: Database) -> None:
    """Write-ahead log with full flushes, on every connection."""
    with database.reading() as first, database.reading() as second:
        for connection in (first, second):
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2


def test_a_write_that_reads_first_is_not_thrown_out(database: Database) -> None:
    """Another process cannot write between its reading and its writing: it has the lock from the start."""
    other = sqlite3.connect(database.file, isolation_level=None, timeout=0)
    with database.writing() as connection:
        connection.execute(sa.select(schema.effect)).all()
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("INSERT INTO effect (key, repo_id) VALUES ('theirs', 1)")
        connection.execute(sa.insert(schema.effect), _effect("ours"))
    other.execute("INSERT INTO effect (key, repo_id) VALUES ('theirs', 1)")
    other.close()
    assert _count(database) == 2


def test_a_write_that_fails_leaves_nothing(database: Database) -> None:
    """All of a transaction or none of it."""

    def twice(connection: sa.Connection) -> None:
        connection.execute(sa.insert(schema.effect), _effect("one"))
        connection.execute(sa.insert(schema.effect), _effect("one"))

    with pytest.raises(IntegrityError):
        database.write_now(twice)
    assert _count(database) == 0


def test_R12_readers_do_not_wait_for_a_writer(database: Database) -> None:
    """The badge and the pages stay up while something long is written."""
    with database.writing() as connection:
        connection.execute(sa.insert(schema.effect), _effect("one"))
        began = time.perf_counter()
        for _ in range(20):
            assert _count(database) == 0
        assert (time.perf_counter() - began) / 20 < 0.05


def test_writers_of_one_process_take_turns(tmp_path: Path) -> None:
    """Eight threads with forty writes each: none is refused, none is lost."""
    database = Database(f"sqlite:///{tmp_path}/covgate.db", patience=30)
    migrate(database)

    def write(thread: int) -> None:
        for number in range(40):
            with database.writing() as connection:
                connection.execute(sa.insert(schema.effect), _effect(f"{thread}-{number}"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _count(database) == 320
    database.close()


def test_a_writer_that_holds_on_too_long_is_not_waited_for(database: Database) -> None:
    """Within the process as between processes: after its patience a writer is told."""
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with database.writing():
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    entered.wait(10)
    with pytest.raises(StoreUnavailable, match="too long"), database.writing():
        pass
    leave.set()
    thread.join()


def test_a_bug_is_not_taken_for_bad_luck(database: Database) -> None:
    """A statement that is wrong fails as what it is, although SQLite gives it the class of a full disk's error."""
    with pytest.raises(OperationalError, match="no such table"), database.reading() as connection:
        connection.exec_driver_sql("SELECT * FROM nonsense")


def test_a_file_that_may_not_be_written_is_said(database: Database) -> None:
    """Read-only is a state that passes: whoever wants to write is told, and may come back."""

    def write(connection: sa.Connection) -> None:
        connection.exec_driver_sql("PRAGMA query_only = 1")
        connection.execute(sa.insert(schema.effect), _effect("one"))

    with pytest.raises(StoreUnavailable, match="readonly"):
        database.write_now(write)
    assert _count(database) == 0


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 5, 12, 30, 1, 999_999, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 11, 5, 1, 2, 3, 4, tzinfo=timezone(timedelta(hours=-5, minutes=-30))),
    ],
)
def test_an_instant_comes_back_to_the_microsecond(database: Database, moment: datetime) -> None:
    """In UTC, whatever zone it came in."""
    row = {"repo_id": 1, "head_sha": "a", "first_seen": moment}
    database.write_now(lambda connection: connection.execute(sa.insert(schema.timer), row))
    query = sa.select(schema.timer.c.first_seen)
    found = database.read_now(lambda connection: connection.execute(query).scalar_one())
    assert found == moment
    assert found.utcoffset() == timedelta()
