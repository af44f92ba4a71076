"""The folder that a run leaves is put in its place whole, or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.core.model.errors import CovgateError
from bot.core.model.evidence import BenchRun, Layout, Side
from bot.reader.manifest import parse_manifest
from bot.workspace.run.gathering import gathered
from bot.workspace.run.upload_folder import Workspace, read_upload, workspace, write_upload
from tests.workspace.repositories import Repository
from tests.workspace.run.projects import everything_below, go_bench, manifest_of

BENCH = BenchRun(layout=Layout.INTERLEAVED, base_sha="a" * 40, rounds=2, machine="Linux, 2 cores", confirms=True)

OUTCOMES = {"build": "success", "lint": "failure"}


def staged(place: Workspace, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = place.staged / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_what_is_written_is_what_is_read(repository: Repository, tmp_path: Path) -> None:
    """The manifest, as the service reads it, says what the terminal judges."""
    repository.commit({"a.py": "x = 1\n"})
    with workspace(tmp_path / "results") as place:
        staged(
            place, {"head/b/r0.txt": go_bench(Sum=2), "base/b/r0.txt": go_bench(Sum=1), "head/u/c.out": "mode: set\nx"}
        )
        files = gathered(place.staged)
        artifact = write_upload(place, repository.path, race=True, outcomes=OUTCOMES, bench=BENCH)
        upload = read_upload(files, race=True, outcomes=OUTCOMES, bench=BENCH)
        place.keep()
    read = parse_manifest((tmp_path / "results/manifest.json").read_bytes())
    assert artifact.startswith("covgate-job-")
    assert (read.race, read.outcomes) == (True, OUTCOMES)
    assert read.bench is not None
    assert (read.bench.layout, read.bench.rounds, read.bench.machine) == (BENCH.layout, 2, BENCH.machine)
    assert [(report.name, report.side) for report in read.reports] == [
        ("b/r0.txt", Side.HEAD),
        ("u/c.out", Side.HEAD),
        ("b/r0.txt", Side.BASE),
    ]
    assert [(report.path, report.side) for report in upload.reports] == [
        ("b/r0.txt", Side.HEAD),
        ("b/r0.txt", Side.BASE),
    ]
    assert [problem.path for problem in upload.problems] == ["u/c.out"]


def test_an_upload_may_hold_outcomes_alone(repository: Repository, tmp_path: Path) -> None:
    """A build brings no report."""
    repository.commit({"a.py": "x = 1\n"})
    with workspace(tmp_path / "results") as place:
        write_upload(place, repository.path, race=None, outcomes={"build": "failure"}, bench=None)
        place.keep()
    manifest = manifest_of(tmp_path / "results")
    assert (manifest["outcomes"], manifest["reports"], "bench" in manifest) == ({"build": "failure"}, [], False)


def test_results_take_the_place_of_earlier_ones_at_once(repository: Repository, tmp_path: Path) -> None:
    """Nothing of the earlier ones remains among them."""
    repository.commit({"a.py": "x = 1\n"})
    for name in ("one", "two"):
        with workspace(tmp_path / "results") as place:
            staged(place, {f"head/{name}/c.out": "mode: set\n"})
            write_upload(place, repository.path, race=None, outcomes={}, bench=None)
            place.keep()
    assert [report["name"] for report in manifest_of(tmp_path / "results")["reports"]] == ["two/c.out"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkout", "results"]


def test_a_run_without_results_leaves_nothing(tmp_path: Path) -> None:
    """Neither its own files nor folders made for them."""
    with workspace(tmp_path / "deep/er/results") as place:
        staged(place, {"head/a/c.out": "x"})
        assert everything_below(tmp_path) != []
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_somebody_elses_is_never_replaced(tmp_path: Path) -> None:
    """Only results of an earlier run are, or an empty folder."""
    (tmp_path / "results").mkdir()
    (tmp_path / "results/mine.txt").write_text("mine")
    with pytest.raises(CovgateError, match="it is not what an earlier run left; name a new folder by --into"):
        workspace(tmp_path / "results").__enter__()
    assert everything_below(tmp_path) == ["results/mine.txt"]


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    """A process that cannot clean up any more leaves a folder with its number."""
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    left = tmp_path / f"results.partial-{int(dead.stdout)}"
    left.mkdir()
    with workspace(tmp_path / "results"):
        assert not left.exists()


def test_the_collecting_scripts_refusal_is_the_reason(repository: Repository, tmp_path: Path) -> None:
    """Such as a manner of measuring that is none."""
    repository.commit({"a.py": "x = 1\n"})
    wrong = BenchRun(layout=Layout.SEPARATE, base_sha="no commit", rounds=1)
    with (
        pytest.raises(CovgateError, match="how benchmarks were measured is not said by"),
        workspace(tmp_path / "results") as place,
    ):
        write_upload(place, repository.path, race=None, outcomes={}, bench=wrong)
    assert [path.name for path in tmp_path.iterdir()] == ["checkout"]
