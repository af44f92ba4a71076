"""``covgate serve`` as a process of its own, which a test may have killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import httpx

from bot.sandbox import Sandbox

T = TypeVar("T")

PATIENCE = 60.0


class Process:
    """A service on *database*. With *failpoint* it dies by SIGKILL when it gets there."""

    def __init__(self, github: Sandbox, database: str, folder: Path, *, failpoint: str | None = None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{port}"
        self._log = folder / "service.log"
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("COVGATE_")} | {
            "COVGATE_DATABASE_URL": database,
            "COVGATE_GITHUB_API_URL": github.api_url,
            "COVGATE_APP_ID": str(github.app.id),
            "COVGATE_PRIVATE_KEY": github.app.private_key,
            "COVGATE_WEBHOOK_SECRET": github.app.webhook_secret,
            "COVGATE_PORT": str(port),
        }
        if failpoint is not None:
            self._environment["COVGATE_FAILPOINT"] = failpoint

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"], env=self._environment, stdout=log, stderr=log
            )
        self.until(self._ready, "readiness")

    def _ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except httpx.TransportError:
            return False

    def wait_for_death(self, name: str) -> None:
        assert self._process.wait(PATIENCE) == -signal.SIGKILL, f"{name}: {self._end_of_log()}"

    def kill(self) -> None:
        """Whatever state it is in: nothing is left behind when a test ends."""
        self._process.kill()
        self._process.wait(30)

    def stop(self) -> None:
        self._process.terminate()
        assert self._process.wait(30) == 0, self._end_of_log()

    def until(self, found: Callable[[], T], what: str) -> T:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise AssertionError(f"{what}: the service ended: {self._end_of_log()}")
            if value := found():
                return value
            time.sleep(0.02)
        raise AssertionError(f"{what} did not come within {PATIENCE:.0f} s: {self._end_of_log()}")

    def _end_of_log(self) -> str:
        return self._log.read_text()[-3000:]
