"""A job's workspace: a real git repository, and the collecting action's own script run in it."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

from bot.assets import collector


@dataclass(frozen=True)
class Collected:
    """What one run of the script left: its exit status, log, outputs, summary and folder."""

    status: int
    log: str
    outputs: dict[str, str]
    summary: str

    @property
    def folder(self) -> Path:
        return Path(self.outputs["folder"])

    @property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.folder / "manifest.json").read_bytes())

    @property
    def names(self) -> list[str]:
        return [report["name"] for report in self.manifest["reports"]]

    @property
    def tracked(self) -> list[bytes]:
        return gzip.decompress((self.folder / "tracked.txt.gz").read_bytes()).split(b"\0")[:-1]


@dataclass
class Workspace:
    """A checkout on a runner. *env* is what the runner sets beside what ``collect`` is given."""

    root: Path
    temp: Path
    python: str = sys.executable
    env: dict[str, str] = field(default_factory=dict[str, str])

    def git(self, *arguments: str, at: Path | None = None) -> str:
        command = ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com", *arguments]
        return subprocess.run(command, cwd=at or self.root, check=True, capture_output=True, text=True).stdout.strip()

    def write(self, name: str, content: str = "mode: set\n") -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path

    def commit(self, message: str = "A change") -> str:
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def event(self, payload: object) -> None:
        path = self.temp / "event.json"
        path.write_text(json.dumps(payload))
        self.env["GITHUB_EVENT_PATH"] = str(path)

    def collect(self, **inputs: str) -> Collected:
        """Run the script with *inputs* named as its environment names them, without ``COLLECT_``."""
        output, summary = self.temp / "output", self.temp / "summary"
        output.write_text("")
        summary.write_text("")
        env = {
            "PATH": os.environ["PATH"],
            "GITHUB_WORKSPACE": str(self.root),
            "GITHUB_JOB": "test",
            "GITHUB_RUN_ID": "77",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "RUNNER_TEMP": str(self.temp),
            **self.env,
            **{f"COLLECT_{name.upper()}": value for name, value in inputs.items()},
        }
        command = [self.python, "-I", str(collector())]
        done = subprocess.run(command, env=env, cwd=self.temp, capture_output=True, text=True, check=False)
        assert done.stderr == ""
        return Collected(done.returncode, done.stdout, read_outputs(output.read_text()), summary.read_text())


def read_outputs(text: str) -> dict[str, str]:
    """The runner's reading of GITHUB_OUTPUT: ``name<<delimiter``, lines, delimiter; or ``name=value``."""
    outputs: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        name, heredoc, delimiter = line.partition("<<")
        if heredoc:
            outputs[name] = "\n".join(takewhile(delimiter.__ne__, lines))
        elif line:
            name, _, outputs[name] = line.partition("=")
    return outputs
