"""Commands of a run end with all that they started."""

from __future__ import annotations

import os
import time
from pathlib import Path
from threading import Thread

import pytest

from bot.workspace.run.processes import NoSuchTool, Processes, Stopped, TimedOut

LEAVES_A_CHILD = "sleep 60 & echo $! > child; echo said; echo wrong >&2"
IGNORES_TERM = "trap '' TERM; echo $$ > child; while :; do sleep 0.05; done"


def is_gone(path: Path) -> bool:
    """Whether the process whose number is in *path* has ended."""
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        try:
            status = Path(f"/proc/{path.read_text().strip()}/stat").read_text()
        except FileNotFoundError:
            return True
        if status.rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.02)
    return False


def run(processes: Processes, text: str, at: Path, output: Path | None = None) -> int:
    with (at / "log").open("ab") as log:
        return processes.run(("/bin/sh", "-c", text), at, log, output=output, given=b"given\n")


def test_what_a_command_says_is_kept_apart(tmp_path: Path) -> None:
    """Standard output goes to its file, the rest to the log, standard input comes from what is given."""
    status = run(Processes(10), "cat; echo wrong >&2; exit 3", tmp_path, tmp_path / "out")
    assert status == 3
    assert (tmp_path / "out").read_text() == "given\n"
    assert (tmp_path / "log").read_text() == "wrong\n"


def test_nothing_outlives_its_command(tmp_path: Path) -> None:
    """A process left in the background is ended with the command that started it."""
    assert run(Processes(10), LEAVES_A_CHILD, tmp_path) == 0
    assert (tmp_path / "log").read_text() == "said\nwrong\n"
    assert is_gone(tmp_path / "child")


def test_a_command_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    """With its children, and however soon it was."""
    with pytest.raises(TimedOut):
        run(Processes(0.3), "sleep 60 & echo $! > child; wait", tmp_path)
    assert is_gone(tmp_path / "child")


def test_stopping_ends_even_what_ignores_it(tmp_path: Path) -> None:
    """A process that ignores SIGTERM is killed, and no other is begun."""
    processes = Processes(60)
    raised: list[BaseException] = []

    def work() -> None:
        try:
            run(processes, IGNORES_TERM, tmp_path)
        except Stopped as stopped:
            raised.append(stopped)

    worker = Thread(target=work)
    worker.start()
    while not (tmp_path / "child").exists() or not (tmp_path / "child").read_text():
        time.sleep(0.01)
    processes.stop()
    worker.join(5)
    assert len(raised) == 1
    assert is_gone(tmp_path / "child")
    with pytest.raises(Stopped):
        run(processes, "true", tmp_path)


def test_a_program_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Its absence is no traceback."""
    with (tmp_path / "log").open("ab") as log, pytest.raises(NoSuchTool) as raised:
        Processes(10).run(("no-such-program",), tmp_path, log)
    assert raised.value.name == "no-such-program"


def test_our_own_measurement_does_not_reach_into_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables by which coverage.py measures our child processes are left out; the project's own settings stay."""
    monkeypatch.setenv("COV_CORE_SOURCE", "bot")
    monkeypatch.setenv("COVERAGE_CORE", "ctrace")
    run(Processes(10), 'echo "$COV_CORE_SOURCE$COVERAGE_CORE"', tmp_path)
    assert (tmp_path / "log").read_text() == "ctrace\n"
    assert os.environ["COV_CORE_SOURCE"] == "bot"
