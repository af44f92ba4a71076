"""The folder that a run leaves: an upload as the collecting action writes it, put in its place whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from bot.assets import collector
from bot.core.model.errors import CovgateError, Problem, ReportError
from bot.core.model.evidence import BenchRun, Report, Upload
from bot.workspace.reports import read_report
from bot.workspace.run.gathering import GatheredFile

MANIFEST = "manifest.json"
_PARTIAL = ".partial-"
_FOLDERS = ("upload", "staged", "logs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """Where a run works until it is done, beside where its results will be (*into*)."""

    into: Path
    partial: Path

    @property
    def staged(self) -> Path:
        return self.partial / "staged"

    @property
    def logs(self) -> Path:
        return self.partial / "logs"

    @property
    def upload(self) -> Path:
        return self.partial / "upload"

    def keep(self) -> None:
        """Put the upload and the logs where results are, in place of those of an earlier run."""
        self.logs.rename(self.upload / "logs")
        (self.upload / ".gitignore").write_text("*\n")
        old = self.partial / "old"
        if self.into.exists():
            self.into.rename(old)
        self.upload.rename(self.into)


@contextmanager
def workspace(into: Path) -> Generator[Workspace]:
    """A place to work beside *into*, gone at the end. Raises ``CovgateError`` where *into* holds something else than an
    earlier run's results, which alone are replaced.
    """
    into = into.absolute()
    if into.exists() and not ((into / MANIFEST).is_file() or (into.is_dir() and not any(into.iterdir()))):
        raise CovgateError(f"{into}: it is not what an earlier run left; name a new folder by --into")
    made = [folder for folder in (into.parent, *into.parent.parents) if not folder.exists()]
    partial = into.with_name(f"{into.name}{_PARTIAL}{os.getpid()}")
    try:
        _forget_the_dead(into)
        for name in _FOLDERS[1:]:
            (partial / name).mkdir(parents=True)
        (partial / ".gitignore").write_text("*\n")
        yield Workspace(into=into, partial=partial)
    except OSError as error:
        raise CovgateError(f"{error.filename or into}: it cannot be written: {error.strerror}") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        for folder in made:
            with suppress(OSError):  # it holds the results
                folder.rmdir()


def _forget_the_dead(into: Path) -> None:
    """Remove what a run that was killed left behind."""
    for left in into.parent.glob(f"{into.name}{_PARTIAL}*"):
        number = left.name.rpartition("-")[2]
        if number.isdecimal() and not _runs(int(number)):
            shutil.rmtree(left, ignore_errors=True)


def _runs(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def write_upload(
    place: Workspace, root: Path, *, race: bool | None, outcomes: Mapping[str, str], bench: BenchRun | None
) -> str:
    """Write what is staged as an upload of the checkout *root*, by the collecting action's own script, and give the
    name that its artifact would have. Raises ``CovgateError`` with the script's reason.
    """
    outputs = place.partial / "outputs"
    told = {
        "GITHUB_WORKSPACE": str(root),
        "GITHUB_OUTPUT": str(outputs),
        "GITHUB_STEP_SUMMARY": "",
        "COLLECT_PATH": "",
        "COLLECT_FILES": "",
        "COLLECT_STAGED": str(place.staged),
        "COLLECT_INTO": str(place.upload),
        "COLLECT_RACE": "" if race is None else str(race).lower(),
        "COLLECT_OUTCOMES": "\n".join(f"{name}={outcome}" for name, outcome in outcomes.items()),
        "COLLECT_BENCH": "" if bench is None else _told(bench),
    }
    done = subprocess.run(  # noqa: S603 (our own script, by our own interpreter)
        [sys.executable, "-I", str(collector())],
        cwd=root,
        env={**os.environ, **told},
        capture_output=True,
        check=False,
        start_new_session=True,
    )
    if done.returncode:
        said = (done.stdout + done.stderr).decode("utf-8", "replace").strip().splitlines()
        raise CovgateError(said[-1].rpartition("::")[2] if said else "the upload cannot be written")
    lines = outputs.read_text(encoding="utf-8").split("\n")
    return next((lines[at + 1] for at, line in enumerate(lines) if line.startswith("artifact<<")), "")


def _told(bench: BenchRun) -> str:
    return json.dumps(
        {
            "layout": bench.layout,
            "base_sha": bench.base_sha,
            "rounds": bench.rounds,
            "machine": bench.machine,
            "confirms": bench.confirms,
        }
    )


def read_upload(
    files: Sequence[GatheredFile], *, race: bool | None, outcomes: Mapping[str, str], bench: BenchRun | None
) -> Upload:
    """What the service would read of the upload with *files*."""
    reports: list[Report] = []
    problems: list[Problem] = []
    for file in files:
        try:
            reports.append(replace(read_report(file.path, file.name), side=file.side))
        except ReportError as error:
            problems.append(error.at(file.name))
    return Upload(
        name="run",
        reports=tuple(reports),
        problems=tuple(problems),
        race=race,
        outcomes=outcomes,
        bench=bench,
    )
