"""Opening the store: what cannot work is refused at once, with one line that says what to do."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.flows.ports import JobKey, StoreUnavailable
from bot.store.engine import StoreRefused, parsed
from bot.store.opening import Store, open_store

ROOT = Path(__file__).parents[2]


class Noon:
    def now(self) -> datetime:
        return datetime(2026, 11, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "begins with"),
        ("covgate.db", "begins with"),
        ("mysql://host/covgate", "'mysql'"),
        ("postgresql+asyncpg://host/covgate", "may be sqlite:// or postgresql://"),
        ("sqlite://", "would forget"),
        ("sqlite:///:memory:", "would forget"),
        ("postgresql://host", "names no database"),
        ("postgresql://host:port/covgate", "can be read"),
        ("sqlite:////nowhere/at/all/covgate.db", "does not exist"),
    ],
)
def test_a_url_that_names_no_usable_database_is_refused(url: str, reason: str) -> None:
    """One line; nothing is created."""
    with pytest.raises(StoreRefused, match=reason) as refusal:
        open_store(url, clock=Noon())
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_both_spellings_of_postgresql_are_understood(scheme: str) -> None:
    """Many hosts hand out the short one; query parameters stay."""
    url = parsed(f"{scheme}://bot:secret@db.example:6432/covgate?sslmode=require")
    assert (url.drivername, url.host, url.port, url.database) == ("postgresql+psycopg", "db.example", 6432, "covgate")
    assert url.query == {"sslmode": "require"}


def test_a_server_that_does_not_answer_is_said_without_its_password() -> None:
    """Starting again later may help, so it is no refusal."""
    with pytest.raises(StoreUnavailable, match="not available") as error:
        open_store("postgresql://bot:s3cret@127.0.0.1:1/covgate", clock=Noon())
    assert "s3cret" not in str(error.value)
    assert "\n" not in str(error.value)


async def test_R22_a_second_instance_on_the_same_file_is_refused(tmp_path: Path) -> None:
    """It hears whose the file is; once that one is gone, it may."""
    url = f"sqlite:///{tmp_path}/covgate.db"
    async with open_store(url, clock=Noon()):
        with pytest.raises(StoreRefused, match=f"in use by another covgate .process {os.getpid()}.") as refusal:
            open_store(url, clock=Noon())
        assert "\n" not in str(refusal.value)
        async with open_store(f"sqlite:///{tmp_path}/other.db", clock=Noon()):
            pass
    async with open_store(url, clock=Noon()):
        pass


async def test_an_instance_that_was_refused_leaves_the_first_alone(tmp_path: Path) -> None:
    """Neither its lock nor its file is lost by the attempt."""
    url = f"sqlite:///{tmp_path}/covgate.db"
    async with open_store(url, clock=Noon()) as store:
        for _ in range(2):
            with pytest.raises(StoreRefused):
                open_store(url, clock=Noon())
        await store.ready()


def test_a_file_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    """A folder in the place of the lock stands for whatever the operating system forbids."""
    (tmp_path / "covgate.db.lock").mkdir()
    with pytest.raises(StoreRefused, match="cannot be opened"):
        open_store(f"sqlite:///{tmp_path}/covgate.db", clock=Noon())


async def test_a_path_may_be_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the default setting: its files are in the working folder, for their owner alone."""
    monkeypatch.chdir(tmp_path)

    async def nothing(key: JobKey) -> None:
        del key

    async with open_store("sqlite:///covgate.db", clock=Noon()) as store:
        await store.jobs.start(nothing)
        modes = _modes(tmp_path)
    assert {"covgate.db", "covgate.db-wal", "covgate.db.lock", "covgate-jobs.db"} <= modes.keys()
    assert set(modes.values()) == {0o600}


def _modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


async def test_closing_twice_is_closing_once(tmp_path: Path) -> None:
    """So that a failed start can always close."""
    store = open_store(f"sqlite:///{tmp_path}/covgate.db", clock=Noon())
    await store.close()
    await store.close()


_QUIET = """
import asyncio, os, sys, threading
from datetime import UTC, datetime
opened = []
network = {"socket.connect", "socket.getaddrinfo"}
sys.addaudithook(lambda event, args: opened.append(event) if event in network else None)
from bot.flows.ports import JobKey
from bot.store.opening import open_store

class Clock:
    def now(self):
        return datetime.now(UTC)

async def main():
    ran = asyncio.Event()
    async def work(key):
        ran.set()
    for _ in range(2):
        ran.clear()
        async with open_store("sqlite:///covgate.db", clock=Clock()) as store:
            await store.jobs.start(work)
            await store.jobs.want([JobKey(kind="check", repo_id=1, subject="s")])
            await ran.wait()

asyncio.run(main())
assert opened == [], opened
assert [thread.name for thread in threading.enumerate()] == ["MainThread"], threading.enumerate()
"""


@pytest.mark.integration
def test_working_says_nothing_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """With every warning an error: no output, no network, no thread, and no file but the databases and the lock."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", "HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-c", _QUIET], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert {file.name for file in tmp_path.iterdir()} == {"covgate.db", "covgate.db.lock", "covgate-jobs.db"}


_FORGETFUL = """
import asyncio
from datetime import UTC, datetime
from bot.flows.ports import JobKey
from bot.store.opening import open_store

class Clock:
    def now(self):
        return datetime.now(UTC)

async def main():
    began = asyncio.Event()
    async def work(key):
        began.set()
        await asyncio.sleep(60)
    store = open_store("sqlite:///covgate.db", clock=Clock())
    await store.jobs.start(work)
    await store.jobs.want([JobKey(kind="check", repo_id=1, subject="s")])
    await began.wait()

asyncio.run(main())
"""


@pytest.mark.integration
def test_a_process_that_forgets_to_stop_still_ends(tmp_path: Path) -> None:
    """Its event loop is gone and a job was running: nothing waits for it, and it is wanted still."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", _FORGETFUL], cwd=tmp_path, env=environment, capture_output=True, timeout=30, check=False
    )
    assert done.returncode == 0
    store = open_store(f"sqlite:///{tmp_path}/covgate.db", clock=Noon())
    assert not asyncio.run(_idle_and_close(store))


async def _idle_and_close(store: Store) -> bool:
    async with store:
        return await store.jobs.idle()
