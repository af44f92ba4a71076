"""What every command shares: the list, the version, and a start that does not make one wait."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import pytest

from bot.cli.app import COMMANDS
from tests.cli.command import ROOT, Covgate

pytestmark = pytest.mark.integration
HEAVY = ("lxml", "jinja2", "sqlalchemy", "fastapi", "githubkit", "dbos", "coverage", "asyncio", "rich")


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_the_list_of_commands(covgate: Covgate, arguments: tuple[str, ...]) -> None:
    """Without a command, with ``--help``."""
    ended = covgate(*arguments)
    assert (ended.status, ended.errors) == (0, "")
    assert all(
        f"  {name}" in ended.output and command.summary[:40] in ended.output for name, command in COMMANDS.items()
    )


def test_the_version(covgate: Covgate) -> None:
    """Plain, for scripts."""
    ended = covgate("--version")
    assert (ended.status, ended.output.split()[0]) == (0, "covgate")


@pytest.mark.parametrize("arguments", ["'--help'", "'check', '--help'", "'read', '--help'"])
def test_help_imports_nothing_heavy(arguments: str) -> None:
    """It is there before one has let go of the key."""
    program = (
        f"import sys; from bot.cli.app import run; run([{arguments}]); print([m for m in {HEAVY} if m in sys.modules])"
    )
    measured = {
        name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")
    }  # it imports much
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=measured, capture_output=True, check=True)
    assert done.stdout.decode().splitlines()[-1] == "[]"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_in_the_list_is_there(name: str) -> None:
    """Its file exists; its summary is how its own help begins."""
    assert importlib.util.find_spec(COMMANDS[name].module) is not None


@pytest.mark.parametrize("arguments", [("nothing",), ("--nothing",), ("check", "--repo"), ("read",)])
def test_wrong_usage_is_one_line(covgate: Covgate, arguments: tuple[str, ...]) -> None:
    """Status 2, as for any bad input."""
    ended = covgate(*arguments)
    assert (ended.status, ended.output) == (2, "")
    assert ended.errors.startswith("covgate: ")
    assert ended.errors.count("\n") == 1
