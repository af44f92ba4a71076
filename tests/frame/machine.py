"""Building, installing and running covgate as its users do."""

from __future__ import annotations

import http.client
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

TOP = Path(__file__).resolve().parents[2]


def tool(name: str) -> str:
    """A program that was installed beside the Python that runs the tests."""
    return str(Path(sys.executable).parent / name)


def uv_environment() -> dict[str, str]:
    """The environment for uv, without what steers Python; the cache is the clone's own, as in the Makefile."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV", "VIRTUAL_ENV"))}
    return {**env, "UV_CACHE_DIR": env.get("UV_CACHE_DIR", str(TOP / ".cache/uv")), "UV_PYTHON_DOWNLOADS": "never"}


def uv(*arguments: str | Path, online: bool = False) -> None:
    """Run uv; *online* allows the package registry where the cache does not do."""
    command, env = [tool("uv"), *map(str, arguments)], uv_environment()
    done = subprocess.run([*command, "--offline"], cwd=TOP, env=env, capture_output=True, text=True, check=False)
    if done.returncode and online:
        done = subprocess.run(command, cwd=TOP, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def build_wheel(folder: Path) -> Path:
    """A wheel of this checkout, built in *folder* by the locked backend."""
    uv("build", "--wheel", "--no-build-isolation", "--out-dir", folder, TOP)
    (wheel,) = folder.glob("*.whl")
    return wheel


@dataclass(frozen=True)
class Service:
    """A running service on loopback."""

    process: subprocess.Popen[bytes]
    port: int

    def wait_for(self, path: str, *, seconds: float = 30) -> int:
        """The status that GET *path* answers, once it answers at all."""
        deadline = time.monotonic() + seconds
        while True:
            assert self.process.poll() is None, "the service ended by itself"
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            try:
                connection.request("GET", path)
                return connection.getresponse().status
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            finally:
                connection.close()


@contextmanager
def serving(command: list[str], *, env: dict[str, str], cwd: Path) -> Iterator[Service]:
    """*command* as a configured service on free ports, its GitHub out of reach, stopped by SIGTERM at the end."""
    port, admin_port = free_ports()
    configured = {
        "COVGATE_PORT": str(port),
        "COVGATE_ADMIN_PORT": str(admin_port),
        "COVGATE_GITHUB_API_URL": "http://127.0.0.1:9",
        "COVGATE_APP_ID": "1",
        "COVGATE_PRIVATE_KEY": private_key(),
        "COVGATE_WEBHOOK_SECRET": secrets.token_hex(32),
    }
    with subprocess.Popen(command, env={**env, **configured}, cwd=cwd) as process:
        try:
            yield Service(process, port)
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


@cache
def private_key() -> str:
    """A key such as GitHub gives an App."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    return key.private_bytes(*pem).decode()
