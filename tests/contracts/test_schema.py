"""The schema: made from nothing, brought up to date in one piece, and never touched by an older covgate."""

from __future__ import annotations

import asyncio
import inspect
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import event

from bot.core.model import wire
from bot.core.model.coverage import Coverage, FileCoverage, Metric
from bot.core.model.evidence import Baseline
from bot.core.model.lines import Lines
from bot.flows.ports import Delivery
from bot.store import migrate, schema
from bot.store.engine import Database, StoreRefused
from bot.store.opening import open_store


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/new.db"
        return
    server = request.getfixturevalue("postgres")
    name = server.create(empty=True)
    yield server.url(name)
    server.drop(name)


@contextmanager
def _open(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


def _tables(database: Database) -> set[str]:
    return set(database.read_now(lambda connection: sa.inspect(connection).get_table_names()))


def test_an_empty_database_gets_exactly_the_tables_of_the_schema(empty_url: str) -> None:
    """Alembic finds no difference between what the revisions made and what the code expects."""
    with _open(empty_url) as database:
        migrate.migrate(database)
        assert _tables(database) == {*schema.metadata.tables, "alembic_version"}
        assert database.read_now(migrate.current_revision) == migrate.HEAD
        context = database.read_now(
            lambda connection: compare_metadata(MigrationContext.configure(connection), _as_stored())
        )
        assert context == []
        migrate.migrate(database)  # and again: nothing


def _as_stored() -> sa.MetaData:
    """The schema as a database tells it: an instant is a whole number."""
    stored = sa.MetaData()
    for table in schema.metadata.sorted_tables:
        copy = table.to_metadata(stored)
        for column in copy.columns:
            if isinstance(column.type, schema.Instant):
                column.type = sa.BigInteger()
    return stored


def test_every_revision_is_known_and_in_order() -> None:
    """The list in the code is what the files say."""
    folder = Path(inspect.getfile(migrate)).parent / "migrations"
    files = sorted(file.name for file in (folder / "versions").glob("v*.py"))
    assert [name[1:5] for name in files] == list(migrate.REVISIONS)


async def test_what_an_older_covgate_recorded_is_a_baseline_still(empty_url: str, clock: Any) -> None:
    """From the first schema to the newest: coverage is where it was, and the other kinds are not there."""
    lines = Coverage(metric=Metric.LINES, files={"a.py": FileCoverage(measured=Lines.of([1, 2]))})
    key = {"repo_id": 42, "sha": "a" * 40}
    place = key | {"branch": "main", "recorded_at": datetime(2026, 11, 5, tzinfo=UTC)}
    packed = zlib.compress(wire.encode(lines))

    def fill(connection: sa.Connection) -> None:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(Path(inspect.getfile(migrate)).parent / "migrations"))
        command.upgrade(config, "0001")
        connection.execute(sa.insert(schema.baseline), place)
        measured = key | {"metric": "lines", "covered": 0, "total": 2, "coverage": packed}
        connection.execute(sa.insert(schema.measurement), measured)

    with _open(empty_url) as database:
        database.write_now(fill)
    async with open_store(empty_url, clock=clock) as store:
        assert await store.history.baseline(42, ["a" * 40]) == Baseline(sha="a" * 40, coverage={Metric.LINES: lines})


class _Cut(Exception):
    """The power goes here."""


@contextmanager
def _cut_after(statements: int) -> Iterator[None]:
    left = statements

    def count(*_: object) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise _Cut

    event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        yield
    finally:
        event.remove(sa.Engine, "before_cursor_execute", count)


def test_R20_an_upgrade_that_is_cut_off_happens_whole_or_not(empty_url: str) -> None:
    """Cut before any of its statements: no table is there, and the next start makes all of them."""
    cuts = 0
    while True:
        with _open(empty_url) as database:
            try:
                with _cut_after(cuts):
                    migrate.migrate(database)
            except _Cut:
                cuts += 5
                assert _tables(database) == set()
                continue
            assert _tables(database) == {*schema.metadata.tables, "alembic_version"}
            break
    assert cuts > 20


@pytest.mark.integration
def test_R20_an_upgrade_that_is_killed_starts_over(empty_url: str) -> None:
    """SIGKILL between two of its statements."""
    script = f"""
import os, signal, sqlalchemy as sa
from sqlalchemy import event
from bot.store.engine import Database
from bot.store.migrate import migrate
left = 20
def count(*_):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(sa.Engine, "before_cursor_execute", count)
migrate(Database({empty_url!r}))
"""
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", script], check=False, cwd=root).returncode == -9
    with _open(empty_url) as database:
        assert _tables(database) == set()
        migrate.migrate(database)
        assert database.read_now(migrate.current_revision) == migrate.HEAD


def test_R20_a_newer_schema_is_refused_untouched(empty_url: str, clock: Any) -> None:
    """One line that says which, and what to do. The newer covgate finds everything as it was."""
    with _open(empty_url) as database:
        migrate.migrate(database)
        newer = sa.text("UPDATE alembic_version SET version_num = '0999'")
        database.write_now(lambda connection: connection.execute(newer))
        with pytest.raises(StoreRefused, match=r"has schema 0999.*its newest is 0") as refusal:
            open_store(empty_url, clock=clock)
        assert "\n" not in str(refusal.value)
        assert database.read_now(migrate.current_revision) == "0999"


@pytest.mark.integration
async def test_two_processes_that_start_at_once_both_find_the_schema(
    postgres: Any, clock: Any, delivery: Callable[..., Delivery]
) -> None:
    """On PostgreSQL: one upgrades, the other waits for it."""
    name = postgres.create(empty=True)
    stores = await asyncio.gather(*(asyncio.to_thread(open_store, postgres.url(name), clock=clock) for _ in range(4)))
    await stores[0].inbox.accept(delivery(1))
    assert len(await stores[3].inbox.pending(limit=9)) == 1
    for store in stores:
        await store.close()
    postgres.drop(name)


async def test_a_database_that_is_up_to_date_opens_at_once(database_url: str, clock: Any) -> None:
    """Nothing is migrated, so Alembic is not asked: well under a second even on a busy machine."""
    await open_store(database_url, clock=clock).close()
    began = time.perf_counter()
    await open_store(database_url, clock=clock).close()
    assert time.perf_counter() - began < 0.5
