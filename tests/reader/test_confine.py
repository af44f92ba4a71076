"""What a process can still do after it has given up the rest: compute, and answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]

ATTEMPTS = {
    "read a file": "open('/etc/passwd')",
    "write a file": "open(FOLDER + '/written', 'w')",
    "open a socket": "socket.socket()",
    "start a process": "os.fork()",
    "start a program": "subprocess.run(['true'])",
    "duplicate what it has": "os.dup(0)",
    "open a pipe": "os.pipe()",
    "grow the file it was given": "os.write(1, b'x')",
    "allocate 2 GiB": "bytes(2 << 30)",
    "raise its limits": "resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))",
    "become root again": "os.setuid(0)",
}

PROGRAM = """
import os, resource, socket, subprocess, sys
from bot.reader.confine import confine
from bot.reader.limits import DEFAULT
FOLDER = sys.argv[2]
confine(DEFAULT, parent=os.getppid())
try:
    exec(sys.argv[1])
    said = "it could"
except BaseException as error:
    said = type(error).__name__
os.write(2, said.encode())
os._exit(0)
"""


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
@pytest.mark.skipif(sys.platform != "linux", reason="the limits are Linux's")
def test_T13_T14_a_confined_process_cannot(attempt: str, tmp_path: Path) -> None:
    """Whatever an input may subvert, there is nothing at hand to do harm with."""
    tmp_path.chmod(0o777)
    with (tmp_path / "output").open("wb") as output:
        command = [sys.executable, "-c", PROGRAM, attempt, tmp_path]
        done = subprocess.run(command, cwd=ROOT, stdout=output, stderr=subprocess.PIPE, check=True)
    assert done.stderr.decode() in {"OSError", "PermissionError", "BlockingIOError", "MemoryError", "ValueError"}
    assert [path.name for path in tmp_path.iterdir()] == ["output"]


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
def test_T13_a_confined_process_has_a_network_of_its_own_where_that_is_permitted() -> None:
    """Beside the limit on sockets, there is nobody to talk to."""
    command = [sys.executable, "-c", PROGRAM, "os.write(1, b'ready'); sys.stdin.read()", ""]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.read(5) == b"ready"
        networks = {Path(f"/proc/{name}/ns/net").readlink() for name in ("self", process.pid)}
        process.communicate()
    if len(networks) == 1:
        pytest.skip("the kernel does not permit a new network namespace here")


@pytest.mark.parametrize("allowed", [True, False])
def test_a_process_whose_parent_is_gone_ends(*, allowed: bool) -> None:
    """It would serve nobody."""
    program = PROGRAM.replace("parent=os.getppid()", "parent=os.getppid()" if allowed else "parent=1 << 22")
    done = subprocess.run([sys.executable, "-c", program, "1", ""], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == ((0, b"it could") if allowed else (1, b""))
