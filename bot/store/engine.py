"""A database URL becomes connections with the promises the store needs: what was committed is on disk, a writer
waits for another a bounded time, and whatever hinders is told as ``StoreUnavailable``.

Work is plain synchronous SQLAlchemy on a few threads of its own; the event loop only awaits it.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from bot.core.model.errors import CovgateError
from bot.flows.ports import StoreUnavailable

PATIENCE = 2.5  # seconds a writer waits for others
_THREADS = 6
_DEADLOCK_TRIES = 3
_DEADLOCKS = frozenset({"40001", "40P01"})  # of PostgreSQL
_WAL_BYTES = 64 * 2**20  # a larger write-ahead log is cut back after its checkpoint

T = TypeVar("T")
AnyInsert = sqlite.Insert | postgresql.Insert


class StoreRefused(CovgateError):
    """The database cannot be used as it is: a wrong URL, another process, a newer schema. Waiting does not help."""


class Database:
    """One SQLite file or one PostgreSQL database. Usable from any thread and any event loop."""

    def __init__(self, url: str, *, patience: float = PATIENCE) -> None:
        self.url = parsed(url)
        self.patience = patience
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._engine = sqlite_engine(self.url, patience=patience) if self.is_sqlite else _postgres(self.url, patience)
        self._writer = self._engine.execution_options(**{_WRITES: True})
        self._turn = threading.Lock()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="covgate-store")

    @property
    def file(self) -> Path:
        """The SQLite file."""
        assert self.url.database is not None
        return Path(self.url.database)

    @contextmanager
    def reading(self) -> Generator[sa.Connection]:
        """A transaction that only reads: never hindered by a writer."""
        with told(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Generator[sa.Connection]:
        """A transaction that may write, committed at the end. SQLite's write lock is taken at the start: a reader
        that turns writer after somebody else wrote fails at once, whatever the busy timeout
        (https://www.sqlite.org/isolation.html).
        """
        with told(), self._in_turn(), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def _in_turn(self) -> Generator[None]:
        """SQLite's own waiting is a poll that favours whoever asks often; within this process threads queue."""
        if not self.is_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=self.patience):
            raise StoreUnavailable("the database is not available: another write takes too long")
        try:
            yield
        finally:
            self._turn.release()

    async def on_thread(self, call: Callable[[], T]) -> T:
        """*call* on one of the store's few threads: for what computes much beside its transaction."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    async def read(self, work: Callable[[sa.Connection], T]) -> T:
        """*work* in a reading transaction, on a thread."""
        return await self.on_thread(lambda: self.read_now(work))

    async def write(self, work: Callable[[sa.Connection], T]) -> T:
        """*work* in a writing transaction, on a thread; committed when this returns. *work* may run again."""
        return await self.on_thread(lambda: self.write_now(work))

    def read_now(self, work: Callable[[sa.Connection], T]) -> T:
        with self.reading() as connection:
            return work(connection)

    def write_now(self, work: Callable[[sa.Connection], T]) -> T:
        """As ``write``, on this thread. A deadlock (PostgreSQL) is another writer's luck: tried again."""
        tries = 0
        while True:
            tries += 1
            try:
                with self.writing() as connection:
                    return work(connection)
            except StoreUnavailable as error:
                if tries == _DEADLOCK_TRIES or _sqlstate(error.__cause__) not in _DEADLOCKS:
                    raise

    def insert(self, table: sa.Table) -> AnyInsert:
        """An INSERT that knows ``ON CONFLICT``, in this database's dialect."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def close(self) -> None:
        self._threads.shutdown(wait=True)
        self._engine.dispose()


_WRITES = "covgate_writes"


def parsed(url: str) -> sa.URL:
    """The URL, with the driver this package uses. Raises ``StoreRefused`` for one that names no usable database."""
    scheme = url.partition("://")[0]
    if scheme not in {"sqlite", "postgresql", "postgres"}:
        raise StoreRefused(f"COVGATE_DATABASE_URL begins with {scheme[:20]!r}; it may be sqlite:// or postgresql://")
    try:
        made = sa.make_url(url.replace("postgres://", "postgresql://", 1) if scheme == "postgres" else url)
    except (ArgumentError, ValueError):
        raise StoreRefused("COVGATE_DATABASE_URL is not a URL that can be read") from None
    if scheme == "sqlite":
        if made.database in {None, "", ":memory:"}:
            raise StoreRefused("COVGATE_DATABASE_URL names no file: a database in memory would forget deliveries")
        return made
    if not made.database:
        raise StoreRefused("COVGATE_DATABASE_URL names no database: end it with /NAME")
    return made.set(drivername="postgresql+psycopg")


def sqlite_engine(url: sa.URL, *, patience: float, synchronous: str = "FULL") -> sa.Engine:
    """An engine in write-ahead-log mode: readers and one writer side by side, and with FULL a commit survives a
    power cut (https://www.sqlite.org/pragma.html#pragma_synchronous).
    """
    engine = sa.create_engine(url)

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, record: object) -> None:
        del record
        connection.isolation_level = None  # transactions begin where `began` says so
        connection.execute(f"PRAGMA busy_timeout={round(patience * 1000)}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        connection.execute(f"PRAGMA journal_size_limit={_WAL_BYTES}")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def began(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    del connected, began  # SQLAlchemy holds them
    return engine


def keep_private(file: Path) -> None:
    """Make the database *file* for its owner alone, where there is none. SQLite gives its side files the same mode."""
    with suppress(FileExistsError):
        file.touch(mode=0o600, exist_ok=False)


def _postgres(url: sa.URL, patience: float) -> sa.Engine:
    waits = f"-c lock_timeout={round(patience * 1000)} -c statement_timeout=30000"
    settings: dict[str, Any] = {"connect_timeout": 5, "application_name": "covgate", "options": waits}
    return sa.create_engine(url, pool_pre_ping=True, connect_args=settings)


# Primary result codes that say "not now" (https://www.sqlite.org/rescode.html): BUSY, LOCKED, READONLY, IOERR, FULL,
# CANTOPEN, PROTOCOL.
_SQLITE_NOT_NOW = frozenset({5, 6, 8, 10, 13, 14, 15})
# Classes that say so (https://www.postgresql.org/docs/current/errcodes-appendix.html): no connection, transaction
# rolled back, out of resources, object in use, operator intervention, system error.
_POSTGRES_NOT_NOW = frozenset({"08", "40", "53", "55", "57", "58"})
_POSTGRES_READ_ONLY = "25006"


@contextmanager
def told() -> Generator[None]:
    """What hinders the database now is ``StoreUnavailable``; every other error is a bug and passes."""
    try:
        yield
    except PoolTimeout as error:
        raise StoreUnavailable("the database is not available: every connection is in use") from error
    except DBAPIError as error:
        if not _is_not_now(error):
            raise
        raise StoreUnavailable(f"the database is not available: {_one_line(error)}") from error


def _is_not_now(error: DBAPIError) -> bool:
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in _SQLITE_NOT_NOW
    state = _sqlstate(error)
    if state is None:  # the connection itself: psycopg has no code for what the server never said
        return isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
    return state[:2] in _POSTGRES_NOT_NOW or state == _POSTGRES_READ_ONLY


def _sqlstate(error: BaseException | None) -> str | None:
    return getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None


def _one_line(error: DBAPIError) -> str:
    return " ".join(str(error.orig).split())[:200]
