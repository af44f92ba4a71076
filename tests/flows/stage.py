"""The whole service in this process, on a GitHub on loopback: what the flows' tests are driven on."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import httpx

from bot.sandbox import PullRequest, Repository, Run, Sandbox
from bot.settings import Settings
from bot.wiring import Service, running, web_server

T = TypeVar("T")

PATIENCE = 20.0


class ShiftedClock:
    """The machine's time, set forward by as much as a test wants."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class LiveService:
    """``covgate serve`` in a thread."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.clock = ShiftedClock()
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="service")
        self._failure: BaseException | None = None
        self.url = f"http://127.0.0.1:{settings.port}"

    async def _main(self) -> None:
        try:
            async with running(self._settings, clock=self.clock) as service:
                self.service: Service = service
                self.loop = asyncio.get_running_loop()
                self._server = web_server(self._settings, service)
                serving = asyncio.create_task(self._server.serve())
                await asyncio.wait(
                    (serving, asyncio.create_task(service.listening.wait())), return_when="FIRST_COMPLETED"
                )
                self._started.set()
                await serving
        except BaseException as error:
            self._failure = error
            raise
        finally:
            self._started.set()

    def start(self) -> None:
        self._thread.start()
        self._started.wait(30)
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(30)

    def idle(self) -> bool:
        """Whether every delivery is understood and every job is done."""

        async def ask() -> bool:
            store = self.service.store
            return not await store.inbox.pending(limit=1) and await store.jobs.idle()

        return asyncio.run_coroutine_threadsafe(ask(), self.loop).result(10)


class Stage:
    """A GitHub, the service, and how a job of CI uploads."""

    def __init__(self, github: Sandbox, service: LiveService) -> None:
        self.github = github
        self.service = service

    def settle(self) -> None:
        """Until nothing is under way at either side."""
        self.github.settle(PATIENCE, idle=self.service.idle)

    def until(self, found: Callable[[], T | None], what: str) -> T:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if value := found():
                return value
            time.sleep(0.01)
        raise AssertionError(f"{what} did not come within {PATIENCE:.0f} s")

    def after_deadline(self, pull: PullRequest) -> None:
        """Let the deadline of the pull request's evidence pass, and the service notice."""
        self.service.clock.ahead += timedelta(hours=1)
        self.until(lambda: pull.check("covgate").conclusion is not None, "a conclusion after the deadline")
        self.settle()

    def get(self, path: str) -> httpx.Response:
        return httpx.get(f"{self.service.url}{path}", timeout=10)

    def measured_base(self, repo: Repository, report: bytes, name: str = "coverage.out") -> None:
        """CI ran on the default branch's tip and brought *report*: the baseline."""
        run = repo.ci("ci.yml", branch=repo.default_branch).start()
        upload(run, {name: report})
        run.finish("success")
        self.settle()

    def ci(self, pull: PullRequest, reports: dict[str, bytes], conclusion: str = "success", **manifest: object) -> Run:
        """CI ran on *pull* and brought *reports*."""
        run = pull.ci("ci.yml").start()
        upload(run, reports, **manifest)
        run.finish(conclusion)
        self.settle()
        return run


def upload(
    run: Run,
    reports: dict[str, bytes],
    *,
    job: str = "test",
    tracked: list[str] | None = None,
    sides: dict[str, str] | None = None,
    **manifest: object,
) -> int:
    """What the collecting action uploads for a job of *run*; *manifest* keys take the place of the true ones, *sides*
    says of reports which side they are of.
    """
    listed = [
        {"file": f"reports/{at}-{Path(name).name}", "name": name, "sha256": hashlib.sha256(content).hexdigest()}
        | ({"side": sides[name]} if sides and name in sides else {})
        for at, (name, content) in enumerate(reports.items())
    ]
    true = {
        "version": 1,
        "job": job,
        "name": job,
        "index": 0,
        "total": 1,
        "run_id": run.id,
        "run_attempt": run.attempt,
        "head_sha": run.head_sha,
        "tested_sha": run.tested_sha,
        "tested_parents": list(run.tested_parents),
        "root": "/home/runner/work/shop/shop",
        "modules": {"shop": "."},
        "reports": listed,
    }
    files: dict[str, bytes | str] = {
        one["file"]: content for one, content in zip(listed, reports.values(), strict=True)
    }
    if tracked is not None:
        true["tracked"] = "tracked.txt.gz"
        files["tracked.txt.gz"] = gzip.compress("\n".join(tracked).encode())
    files["manifest.json"] = json.dumps(true | manifest)
    index = true.get("index") if "index" not in manifest else manifest["index"]
    return run.upload(f"covgate-{job}-{index}-{run.attempt}", files)


def profile(*blocks: tuple[str, int, int, int]) -> bytes:
    """A Go cover profile: each block is (file, first line, last line, count), one statement each."""
    lines = [f"{path}:{first}.1,{last}.2 1 {count}" for path, first, last, count in blocks]
    return "\n".join(["mode: set", *lines, ""]).encode()


def settings_for(github: Sandbox, folder: Path, **more: object) -> Settings:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    return Settings.model_validate(
        {
            "database_url": f"sqlite:///{folder / 'covgate.db'}",
            "github_api_url": github.api_url,
            "app_id": github.app.id,
            "private_key": github.app.private_key,
            "webhook_secret": github.app.webhook_secret,
            "public_url": f"http://127.0.0.1:{port}",
            "port": port,
        }
        | more
    )
