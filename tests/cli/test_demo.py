"""The demo, as a visitor runs it: every step comes out as it should, or it says which did not."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]


def test_the_demo_plays_a_pull_requests_whole_life() -> None:
    """Red, rechecked, green, merged: with coverage that coverage.py really measured, in plain text for a pipe."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "demo", "--once"],
        env=os.environ | {"NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    steps = [line.split("  ")[1] for line in done.stdout.splitlines() if line[:1].isdigit()]
    assert len(steps) == 7
    assert "failure  Coverage gate failed: 44.44% (24/54)" in done.stdout
    assert "success  Coverage gate passed: 96.29% (52/54)" in done.stdout
    assert "the badge says coverage: 96.29%" in done.stdout
    assert "\x1b[" not in done.stdout
