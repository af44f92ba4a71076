"""Durable webhook deliveries a second through the real route, and what each costs, beside the same route that stores
nothing.

Run it from the top of the checkout: ``.venv/bin/python tests/load/deliveries.py``. The service is a process of its own,
as ``covgate serve`` runs it with the role ``web``; so is the client, whose 50 connections each wait for the answer
before they send the next delivery. Signatures are checked and commits flushed. CPU is the service's own, without
PostgreSQL's. Each figure is the median of three runs, in which the storages take turns.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).parents[2]))

import uvicorn

from bot.flows.ports import Delivery
from bot.github.webhook import EVENTS, verify
from bot.store.opening import open_store
from bot.web.app import create_app
from bot.web.connections import serving
from bot.web.limits import Limits
from bot.web.services import WebServices
from tests.load.store import RealClock, databases

CONNECTIONS, DELIVERIES, WARM_UP, RUNS = 50, 1_500, 200, 3
SECRET = bytes(range(32))
NOTHING = "no storage"

Figures = tuple[float, float, float, float]
"""Deliveries a second, p50 and p99 of the wait for an answer in ms, CPU of the service in ms a delivery."""


def main() -> None:
    """Print the table; or be, for another process of this script, the service or the client."""
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(*sys.argv[2:]))
    elif sys.argv[1:2] == ["load"]:
        print(json.dumps(asyncio.run(load(int(sys.argv[2]), int(sys.argv[3])))))
    else:
        measure()


def measure() -> None:
    with databases() as urls, ExitStack() as stack:
        storages = {NOTHING: (urls["SQLite"].replace(".db", "-unused.db"), "drop")}
        storages |= {name: (url, "store") for name, url in urls.items()}
        services = {name: stack.enter_context(running(*arguments)) for name, arguments in storages.items()}
        for service in services.values():
            loaded(service, WARM_UP)
        runs: dict[str, list[Figures]] = {name: [] for name in services}
        for _ in range(RUNS):
            for name, service in services.items():
                runs[name].append(loaded(service, DELIVERIES))
    show({name: tuple(median(column) for column in zip(*figures, strict=True)) for name, figures in runs.items()})


def show(medians: dict[str, tuple[float, ...]]) -> None:
    sizes = [len(payload(number)) for number in range(100)]
    print(f"{CONNECTIONS} connections, {DELIVERIES} deliveries of {min(sizes) / 1e3:.0f} to {max(sizes) / 1e3:.0f} kB")
    print(f"{'':12}{'a second':>10}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms':>9}   beside no storage: rate, CPU")
    base = medians[NOTHING]
    for name, (rate, p50, p99, cpu) in medians.items():
        ratios = f"{rate / base[0]:>21.0%}{cpu / base[3]:>7.2f}x"
        print(f"{name:12}{rate:10.0f}{p50:9.1f}{p99:9.1f}{cpu:9.3f}{ratios}")


# --- the service -------------------------------------------------------------------------------------------------


class Nowhere:
    """An inbox that forgets at once."""

    async def accept(self, delivery: Delivery) -> None:
        del delivery

    async def pending(self, *, limit: int) -> list[Delivery]:
        del limit
        return []


class Saying(uvicorn.Server):
    """Tells its port once it listens, and then for each line that it is sent the CPU seconds used so far."""

    async def startup(self, sockets: list | None = None) -> None:
        await super().startup(sockets)
        print(self.servers[0].sockets[0].getsockname()[1], flush=True)
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self) -> None:
        for _ in sys.stdin:
            print(time.process_time(), flush=True)
        self.should_exit = True


async def serve(url: str, mode: str) -> None:
    """The web edge over the store at *url*, or over none for the mode ``drop``."""

    async def yes() -> bool:
        return True

    async def nobody_to_wake() -> None:
        return

    async with await asyncio.to_thread(open_store, url, clock=RealClock()) as store:
        services = WebServices(
            inbox=Nowhere() if mode == "drop" else store.inbox,
            history=store.history,
            clock=RealClock(),
            verify=partial(verify, (SECRET,)),
            events=EVENTS,
            on_accepted=nobody_to_wake,
            ready=yes,
        )
        await Saying(serving(create_app(services), host="127.0.0.1", port=0, limits=Limits())).serve()


class Service:
    """A running service: its port, and its CPU seconds."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.port = int(self._said())

    def cpu(self) -> float:
        assert self._process.stdin is not None
        self._process.stdin.write("?\n")
        self._process.stdin.flush()
        return float(self._said())

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def running(url: str, mode: str) -> Iterator[Service]:
    command = [sys.executable, __file__, "serve", url, mode]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Service(process)  # its input ends with the block, and then it does


# --- the client --------------------------------------------------------------------------------------------------


def loaded(service: Service, count: int) -> Figures:
    """What *count* deliveries to *service* took."""
    before = service.cpu()
    command = [sys.executable, __file__, "load", str(service.port), str(count)]
    told = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout
    rate, p50, p99 = json.loads(told)
    return rate, p50, p99, (service.cpu() - before) / count * 1e3


async def load(port: int, count: int) -> tuple[float, float, float]:
    """(a second, p50 ms, p99 ms) of *count* deliveries, which are made and signed beforehand."""
    requests = iter([request(number) for number in range(count)])
    waits: list[float] = []

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for each in requests:
            began = time.perf_counter()
            writer.write(each)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(len(b"accepted\n"))
            waits.append(time.perf_counter() - began)
            if not head.startswith(b"HTTP/1.1 202"):
                raise RuntimeError(head.decode())
        writer.close()
        await writer.wait_closed()

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(connection())
    rate = count / (time.perf_counter() - began)
    return rate, median(waits) * 1e3, quantiles(waits, n=100)[98] * 1e3


def request(number: int) -> bytes:
    """A signed delivery as GitHub sends it; its GUID is its own."""
    body = payload(number)
    signature = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    head = (
        "POST /github/webhooks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"User-Agent: GitHub-Hookshot/1234567\r\nX-GitHub-Event: pull_request\r\nX-GitHub-Delivery: {uuid.uuid4()}\r\n"
        f"X-Hub-Signature-256: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def payload(number: int) -> bytes:
    """A ``pull_request`` event: mostly addresses of one repository, three times over, and a description."""
    words = random.Random(number)
    text = " ".join(f"{words.getrandbits(40):x}" for _ in range(words.randrange(160, 380)))
    repo = repository(words.randrange(10**8))
    branch = {"label": "octo:main", "ref": "main", "user": repo["owner"], "repo": repo}
    pull = {"number": number, "state": "open", "title": f"Change {number}", "body": text, "draft": False}
    pull |= {side: branch | {"sha": f"{words.getrandbits(160):040x}"} for side in ("head", "base")}
    event = {"action": "synchronize", "number": number, "pull_request": pull, "repository": repo}
    return json.dumps(event | {"sender": repo["owner"], "installation": {"id": 7}}).encode()


def repository(number: int) -> dict[str, object]:
    name = f"octo-organization/repository-{number}"
    links = {
        f"{resource}_{part}_url": f"https://api.github.com/repos/{name}/{resource}/{part}{{/{part}}}"
        for resource in ("branches", "commits", "contents", "git", "issues", "keys", "labels", "pulls", "releases")
        for part in ("comments", "events", "numbers", "refs", "subscribers", "statuses", "tags")
    }
    owner = {"id": 7, "login": "octo-organization", "type": "Organization", "site_admin": False}
    return {"id": number, "full_name": name, "private": False, "default_branch": "main", "owner": owner} | links


if __name__ == "__main__":
    main()
