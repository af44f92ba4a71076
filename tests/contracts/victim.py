"""A process for the tests to kill: it opens the store at argv[1] and does what argv[2] says until it is killed.

accept              deliveries, 20 at a time; says ``stored ID`` for each that was accepted
want KEYS           one wish after the other for KEYS keys; says ``wanted SUBJECT``
work DIARY SECONDS  starts the jobs; each run takes SECONDS and is written to DIARY; says ``started PROCESS``, and
                    ``began SUBJECT`` and ``ran SUBJECT`` of each run
once                accepts one delivery and wants one key with it handled, then ends
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from datetime import UTC, datetime

from bot.flows.ports import Delivery, JobKey
from bot.store.opening import Store, open_store


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def a_delivery(name: str) -> Delivery:
    return Delivery(id=name, event="push", body=b"{}", received_at=datetime.now(UTC))


async def accept(store: Store) -> None:
    async def one(lane: int) -> None:
        number = 0
        while True:
            number += 1
            name = f"{lane}-{number}"
            await store.inbox.accept(a_delivery(name))
            say(f"stored {name}")

    await asyncio.gather(*(one(lane) for lane in range(20)))


async def want(store: Store, keys: int) -> None:
    number = 0
    while True:
        subject = f"s{number % keys}"
        await store.jobs.want([JobKey(kind="check", repo_id=1, subject=subject)])
        say(f"wanted {subject} {time.monotonic()}")
        number += 1


async def work(store: Store, diary: str, seconds: float) -> None:
    book = os.open(diary, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(what: str, key: JobKey) -> None:
        os.write(book, f"{what} {key.subject} {os.getpid()} {time.monotonic()}\n".encode())

    async def run(key: JobKey) -> None:
        write("begin", key)
        say(f"began {key.subject}")
        await asyncio.sleep(seconds)
        write("end", key)
        say(f"ran {key.subject}")

    await store.jobs.start(run)
    say(f"started {os.getpid()}")
    await asyncio.Event().wait()


async def once(store: Store) -> None:
    await store.inbox.accept(a_delivery("one"))
    await store.jobs.want([JobKey(kind="check", repo_id=1, subject="s")], handled=["one"])


async def main() -> None:
    url, what, *rest = sys.argv[1:]
    async with open_store(url, clock=RealClock()) as store:
        match what:
            case "accept":
                await accept(store)
            case "want":
                await want(store, int(rest[0]))
            case "work":
                await work(store, rest[0], float(rest[1]))
            case _:
                await once(store)


if __name__ == "__main__":
    asyncio.run(main())
