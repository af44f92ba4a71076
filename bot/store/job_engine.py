"""dbos, behind one door: it runs a ticket as a workflow, and once more after a crash. Import this late: it takes a
second, and only a process that works needs it.

Workflows are started here, not put into a dbos queue: what waits, waits in the job table, where it coalesces, and a
queue would have to be polled (measured: 0.1 s more to each run, and 2 % of a core when idle).

dbos is one a process, so this module is too: its workflow is registered where the module is imported, and finds the
engine that was started last. https://docs.dbos.dev/python/reference/configuration
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, DBOSConfig, SetWorkflowID, WorkflowSerializationFormat
from sqlalchemy import event
from sqlalchemy.pool import ConnectionPoolEntry

from bot.store.engine import Database, keep_private

_APPLICATION = "covgate"
_VERSION = "1"  # pinned: by default it is a hash of the source, and dbos recovers nothing of another version
_POLL_SECONDS = 0.05  # for messages, which are not used and cost no query; a stop waits for this
_LOCK_SECONDS = 30  # as dbos sets it on engines of its own
_LIVE = ["PENDING", "ENQUEUED"]
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_KEPT = timedelta(minutes=1)  # ended workflows; the job table is the record
_PRUNED_AT_ONCE = 500

_active: JobEngine | None = None

# dbos writes to stderr by a handler of its own unless it finds one; with this its records go where all others go.
logging.getLogger("dbos").addHandler(logging.NullHandler())


@DBOS.workflow(
    name="covgate.job",
    max_recovery_attempts=None,  # the job table counts tries
    serialization_type=WorkflowSerializationFormat.PORTABLE,  # JSON; the default is pickle
)
def _work() -> None:
    ticket = DBOS.workflow_id
    assert _active is not None
    assert ticket is not None
    _active.run(ticket)


class JobEngine:
    """dbos on the database beside ours (SQLite: a file named ``*-jobs.db``; PostgreSQL: the schema ``dbos``).

    *run* is called with each ticket on a thread of dbos's. Every method blocks: call them on a thread without an event
    loop.
    """

    def __init__(self, database: Database, *, run: Callable[[str], None]) -> None:
        self.run = run
        self._engine = _sqlite(database) if database.is_sqlite else _postgres(database)
        self._stopped = False
        event.listen(self._engine, "checkin", self._close_late)
        self._client = DBOSClient(
            system_database_engine=self._engine,
            application_name=_APPLICATION,
            lazy=True,
            retry_connection_errors=False,  # the dispatcher does, and can be stopped
        )

    def start(self, executor: str) -> None:
        """Be ready to run tickets under *executor*; those that a dead process of that id left run again."""
        global _active  # noqa: PLW0603 - dbos itself is one a process
        if _active is not None:
            raise RuntimeError("this process runs jobs already: dbos is one a process")
        _active = self
        config = DBOSConfig(
            name=_APPLICATION,
            system_database_engine=self._engine,
            application_version=_VERSION,
            executor_id=executor,
            log_level="WARNING",
            enable_otlp=False,
            use_listen_notify=False,
            notification_listener_polling_interval_sec=_POLL_SECONDS,
            scheduler_polling_interval_sec=3600,
        )
        DBOS(config=config)
        DBOS.launch()

    def begin(self, ticket: str) -> None:
        """Run *ticket*, on a thread. A ticket that dbos knows already changes nothing."""
        with SetWorkflowID(ticket):
            DBOS.start_workflow(_work)

    def live(self, tickets: Sequence[str]) -> set[str]:
        """Those of *tickets* that run, or will without being begun again."""
        return self._among(tickets, _LIVE)

    def ended(self, tickets: Sequence[str]) -> set[str]:
        """Those of *tickets* that ran and came back."""
        return self._among(tickets, _ENDED)

    def _among(self, tickets: Sequence[str], status: list[str]) -> set[str]:
        if not tickets:
            return set()
        found = self._client.list_workflows(
            workflow_ids=list(tickets), status=status, load_input=False, load_output=False
        )
        return {workflow.workflow_id for workflow in found}

    def executors(self) -> set[str]:
        """Whoever runs a ticket, or did until it died."""
        found = self._client.list_workflows(status="PENDING", load_input=False, load_output=False)
        return {workflow.executor_id for workflow in found if workflow.executor_id is not None}

    def recover(self, executors: Sequence[str]) -> None:
        """Run again what *executors* were at. They must be dead."""
        DBOS._recover_pending_workflows(list(executors))  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] - no public name in dbos 3.4; a test watches over it

    def prune(self) -> None:
        """Delete workflows that ended a while ago."""
        before = (datetime.now(UTC) - _KEPT).isoformat()  # against dbos's own stamps, not our clock
        ended = self._client.list_workflows(
            status=_ENDED, completed_before=before, limit=_PRUNED_AT_ONCE, load_input=False, load_output=False
        )
        if ended:
            self._client.delete_workflows([workflow.workflow_id for workflow in ended])

    def stop(self) -> None:
        """Stop dbos. Runs must have ended before."""
        global _active  # noqa: PLW0603 - as in start
        if _active is self:
            DBOS.destroy()
            _active = None
        self._client.destroy()
        self._stopped = True
        self._engine.dispose()

    def _close_late(self, connection: object, record: ConnectionPoolEntry) -> None:
        """A thread that still notes the end of its run gives its connection back after the pool was emptied."""
        del connection
        if self._stopped:
            record.invalidate()


def _sqlite(database: Database) -> sa.Engine:
    """Connections as dbos expects them (DML begins an immediate transaction), in the journal mode that it does not set.
    A power cut may take its last commits (NORMAL): the worker finds tickets that dbos does not know.
    """
    file = database.file.with_name(f"{database.file.stem}-jobs{database.file.suffix}")
    keep_private(file)
    engine = sa.create_engine(database.url.set(database=str(file)))

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, record: object) -> None:
        del record
        connection.isolation_level = "IMMEDIATE"
        connection.execute(f"PRAGMA busy_timeout={_LOCK_SECONDS * 1000}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")

    del connected
    return engine


def _postgres(database: Database) -> sa.Engine:
    settings = {"connect_timeout": 10, "application_name": "covgate jobs"}
    return sa.create_engine(database.url, pool_size=8, max_overflow=8, pool_pre_ping=True, connect_args=settings)
