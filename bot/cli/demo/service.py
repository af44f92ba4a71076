"""The service as a user starts it: ``covgate serve`` in a process of its own, told everything by its environment."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import httpx

from bot.sandbox import Sandbox

START_WITHIN = 60.0


class Service:
    """A running ``covgate serve`` that talks to the sandbox. Use as a context manager."""

    def __init__(self, github: Sandbox, folder: Path) -> None:
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "service.log"
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("COVGATE_")} | {
            "COVGATE_DATABASE_URL": f"sqlite:///{folder / 'covgate.db'}",
            "COVGATE_GITHUB_API_URL": github.api_url,
            "COVGATE_APP_ID": str(github.app.id),
            "COVGATE_PRIVATE_KEY": github.app.private_key,
            "COVGATE_WEBHOOK_SECRET": github.app.webhook_secret,
            "COVGATE_PUBLIC_URL": self.url,
            "COVGATE_HOST": "127.0.0.1",
            "COVGATE_PORT": str(self.port),
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and wait until it is ready. Raises ``RuntimeError`` with its log if it does not get so."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve"], env=self._environment, stdout=log, stderr=log
            )
        deadline = time.monotonic() + START_WITHIN
        while time.monotonic() < deadline:
            self.must_run()
            try:
                if httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"the service was not ready within {START_WITHIN:.0f} seconds; its log: {self.log}")

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def must_run(self) -> None:
        """Raises ``RuntimeError`` with the end of the log if the process has ended."""
        if self._process is None or self._process.poll() is not None:
            raise RuntimeError(f"the service ended:\n{self.log.read_text()[-4000:]}")

    def badge(self, full_name: str) -> str:
        """What the badge says: its text, without the drawing."""
        svg = httpx.get(f"{self.url}/{full_name}/badge.svg", timeout=10).text
        title = re.search(r"<title>([^<]*)</title>", svg)
        return title.group(1) if title else ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
