"""Who may work here, decided by locks that end with the process that holds them: no timeouts, no clocks.

SQLite: one process a file, by a lock file. PostgreSQL: each worker holds one advisory lock on a session of its own,
and the lock's number is its executor id. Whoever can take another worker's lock knows that it is dead, and by holding
it while taking over its work keeps it from coming back in the middle.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from bot.flows.ports import StoreUnavailable
from bot.store.engine import Database, StoreRefused

SOLE_EXECUTOR = "worker-1"
_SLOTS = range(1, 65)
_CLASS = 0x636F7667  # the first half of the locks' keys; migrate's lock has one number, so they never meet
_PING_SECONDS = 5


class OneInstance:
    """The lock on a SQLite file, held until ``release`` or the end of the process. Raises ``StoreRefused``."""

    def __init__(self, file: Path) -> None:
        path = file.with_name(f"{file.name}.lock")
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreRefused(f"the database {file} cannot be opened: {error.strerror}: {path}") from None
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(self._descriptor, 20).decode(errors="replace").strip() or "unknown"
            os.close(self._descriptor)
            raise StoreRefused(
                f"the database {file} is in use by another covgate (process {holder}):"
                " stop that one first, or use PostgreSQL to run several"
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Let the next process in. The file stays: removing it would let two processes hold two files of one name."""
        os.close(self._descriptor)


class Lease(Protocol):
    """The right to run jobs under an executor id that no other live process has."""

    def acquire(self) -> str:
        """Take an executor id. Raises ``StoreRefused`` where none is free."""
        ...

    def held(self) -> bool:
        """Whether the right is still ours."""
        ...

    def take_over(self, executors: Collection[str], recover: Callable[[Sequence[str]], None]) -> None:
        """Call *recover* with those of *executors* whose process is dead."""
        ...

    def release(self) -> None: ...


class SoleLease:
    """Of a SQLite file: ``OneInstance`` already keeps everybody else away, and dbos recovers its own id by itself."""

    def acquire(self) -> str:
        return SOLE_EXECUTOR

    def held(self) -> bool:
        return True

    def take_over(self, executors: Collection[str], recover: Callable[[Sequence[str]], None]) -> None:
        """Nobody else can be here."""

    def release(self) -> None:
        """Nothing is held."""


class SlotLease:
    """Of a PostgreSQL database: the lowest free of 64 advisory locks. Needs a direct connection or a pooler in session
    mode; behind a pooler in transaction mode ``held`` says so by being false.
    """

    def __init__(self, database: Database) -> None:
        self._engine = sa.create_engine(
            database.url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={
                "connect_timeout": _PING_SECONDS,
                "application_name": "covgate lease",
                "tcp_user_timeout": _PING_SECONDS * 1000,
                # the server finds a machine that vanished within about 11 s
                "options": f"-c statement_timeout={_PING_SECONDS * 1000} -c tcp_keepalives_idle=5"
                " -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3",
            },
        )
        self._session: sa.Connection | None = None
        self._slot = 0

    def acquire(self) -> str:
        self.release()
        try:
            self._session = self._engine.connect()
            self._slot = next((slot for slot in _SLOTS if self._lock([slot])), 0)
        except SQLAlchemyError as error:
            raise StoreUnavailable("the database is not available: no session to lock in") from error
        if not self._slot:
            raise StoreRefused(f"{len(_SLOTS)} workers already run on this database")
        return _executor(self._slot)

    def held(self) -> bool:
        if self._session is None:
            return False
        query = sa.text(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()"
            " AND classid = :class AND objid = :slot AND objsubid = 2"
        )
        try:
            return self._session.execute(query, {"class": _CLASS, "slot": self._slot}).scalar_one() == 1
        except SQLAlchemyError:
            return False

    def take_over(self, executors: Collection[str], recover: Callable[[Sequence[str]], None]) -> None:
        others = [slot for slot in _SLOTS if _executor(slot) in executors and slot != self._slot]
        try:
            dead = self._lock(others)
            try:
                if dead:
                    recover([_executor(slot) for slot in dead])
            finally:
                self._unlock(dead)
        except SQLAlchemyError as error:
            raise StoreUnavailable("the database is not available: the lease's session ended") from error

    def release(self) -> None:
        session, self._session, self._slot = self._session, None, 0
        if session is not None:
            session.invalidate()  # closes it at once, and with it the lock, whatever state it is in
            session.close()

    def _lock(self, slots: Sequence[int]) -> list[int]:
        return self._select("pg_try_advisory_lock", slots)

    def _unlock(self, slots: Sequence[int]) -> None:
        self._select("pg_advisory_unlock", slots)

    def _select(self, function: str, slots: Sequence[int]) -> list[int]:
        """Those of *slots* for which *function* says true."""
        if not slots or self._session is None:
            return []
        query = sa.text(f"SELECT slot FROM unnest(CAST(:slots AS integer[])) AS slot WHERE {function}(:class, slot)")  # noqa: S608 - one of two names above
        return list(self._session.execute(query, {"slots": list(slots), "class": _CLASS}).scalars())


def _executor(slot: int) -> str:
    return f"worker-{slot}"
