"""The Dockerfile's own instructions, carried out one by one in an empty folder; no container engine is needed.

What differs from a real build: absolute paths lie below the folder, both stages share it, the base image is this
machine's Python, and no user is changed to.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.frame.machine import TOP, serving, uv_environment

ROOTS = ("/opt", "/src", "/data")


def instructions(text: str) -> list[tuple[str, str]]:
    """(INSTRUCTION, rest) of a Dockerfile, with continued lines joined."""
    code = "\n".join(line for line in text.splitlines() if not line.strip().startswith("#"))
    joined = re.sub(r"\\\n\s*", " ", code)
    found = [line.partition(" ") for line in joined.splitlines() if line.strip()]
    return [(name, re.sub(r" {2,}", " ", rest.strip())) for name, _, rest in found]


DOCKERFILE = instructions((TOP / "Dockerfile").read_text())


def given(name: str) -> list[str]:
    return [rest for instruction, rest in DOCKERFILE if instruction == name]


@dataclass
class Build:
    """A build in *root*. *env* is what ENV and ARG have set so far."""

    root: Path
    here: Path = Path()
    env: dict[str, str] = field(default_factory=dict[str, str])

    def place(self, text: str) -> str:
        """*text* with the image's folders below *root*."""
        return re.sub(rf"(?<![\w.])({'|'.join(ROOTS)})(?=[/\s\"':]|$)", lambda match: f"{self.root}{match[1]}", text)

    def carry_out(self, name: str, rest: str) -> None:
        """Do what the instruction does to files and variables; those that only describe the image do nothing."""
        if do := getattr(self, f"do_{name.lower()}", None):
            do(rest)

    def do_workdir(self, rest: str) -> None:
        self.here = Path(self.place(rest))
        self.here.mkdir(parents=True, exist_ok=True)

    def do_env(self, rest: str) -> None:
        for word in shlex.split(self.place(rest)):
            name, _, value = word.partition("=")
            self.env[name] = value.replace("$PATH", self.env["PATH"])

    def do_arg(self, rest: str) -> None:
        name, _, value = rest.partition("=")
        self.env[name] = value if os.geteuid() == 0 else str(os.getuid())

    def do_copy(self, rest: str) -> None:
        *sources, to = [word for word in rest.split() if not word.startswith("--")]
        if "--from=" in rest:
            assert sources == [to], "stages share their folders here"
            assert Path(self.place(to)).is_dir()
            return
        for source in sources:
            target = self.here / to
            if to.endswith("/"):
                target.mkdir(parents=True, exist_ok=True)
            if (TOP / source).is_dir():
                shutil.copytree(TOP / source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(TOP / source, target / Path(source).name if to.endswith("/") else target)

    def do_run(self, rest: str) -> None:
        command = ["sh", "-euc", self.place(rest)]
        done = subprocess.run(command, cwd=self.here, env=self.env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{rest}\n{done.stdout}\n{done.stderr}"


@pytest.mark.integration
def test_the_image_is_built_and_serves(tmp_path: Path) -> None:
    """Every step succeeds, the command starts, and the health check finds it well."""
    base = tmp_path / "base"
    base.mkdir()
    (base / "python").symlink_to(Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}")
    outside = uv_environment()
    build = Build(tmp_path / "root", env={**outside, "PATH": f"{base}:{os.environ['PATH']}"})
    for name, rest in DOCKERFILE:
        build.carry_out(name, rest)
    (command,), (check,) = given("CMD"), given("HEALTHCHECK")
    env = {name: value for name, value in build.env.items() if name not in outside or name in ("PATH", "HOME")}
    program = shutil.which(json.loads(command)[0], path=env["PATH"])
    assert program
    assert program.startswith(str(build.root)), "the image's own program runs"
    with serving(
        [program, *json.loads(command)[1:]], env={**env, "COVGATE_HOST": "127.0.0.1"}, cwd=build.here
    ) as service:
        service.wait_for("/healthz")
        healthy = json.loads(check[check.index("CMD") + 3 :])
        done = subprocess.run(
            healthy, env={**env, "COVGATE_PORT": str(service.port)}, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
    assert (build.root / "data/covgate.db").is_file()


def test_the_health_check_fails_where_nothing_answers() -> None:
    """A health check that cannot fail checks nothing."""
    (check,) = given("HEALTHCHECK")
    command = [sys.executable, *json.loads(check[check.index("CMD") + 3 :])[1:]]
    done = subprocess.run(command, env={**os.environ, "COVGATE_PORT": "9"}, capture_output=True, check=False)
    assert done.returncode != 0


def test_the_image_runs_as_nobody_in_particular() -> None:
    """The last USER is a number other than root's, and nothing secret is an argument or a variable."""
    assert given("USER") == ["$COVGATE_UID:$COVGATE_UID"]
    assert given("ARG") == ["COVGATE_UID=10001"]
    text = " ".join(given("ENV") + given("ARG")).lower()
    assert not re.search(r"secret|token|password|private", text)


def test_the_image_installs_by_hash_alone() -> None:
    """Every install names a lock and its hashes, or the wheel that was built here."""
    installs = [part for rest in given("RUN") for part in rest.split("&&") if "pip install" in part]
    locked = re.compile(r"--require-hashes .*-r requirements(-build)?\.lock|--offline --no-deps")
    assert len(installs) == 3
    assert [part for part in installs if not locked.search(part)] == []


def test_stages_name_a_full_version() -> None:
    """A base image is pinned to a patch release, the same in both stages, new enough for the archive reader."""
    images = {rest.split()[0] for rest in given("FROM")}
    assert len(images) == 1
    assert re.fullmatch(r"python:3\.11\.(1[4-9]|[2-9]\d)-slim-\w+", images.pop())


def test_the_build_sees_only_what_it_copies(top: Path) -> None:
    """.dockerignore lets through what COPY names, and nothing else."""
    allowed = {line[1:] for line in (top / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {word for rest in given("COPY") if "--from" not in rest for word in rest.split()[:-1]}
    assert allowed == copied
