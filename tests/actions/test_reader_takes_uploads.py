"""The two ends of an upload held together: what the action's script wrote, the service's limited reader opens."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from bot.flows.ports import ReadUpload
from bot.reader.parent import ChildReader
from tests.actions.workspaces import Collected, Workspace

pytestmark = pytest.mark.integration

PROFILE = "mode: atomic\nexample.com/shop/pkg/shop.go:1.14,3.2 2 7\nexample.com/shop/pkg/shop.go:5.14,6.2 1 0\n"


async def read(collected: Collected, into: Path) -> ReadUpload:
    """What the reader makes of the folder, packed as GitHub packs it."""
    archive = into / "artifact.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(path for path in collected.folder.rglob("*") if path.is_file()):
            packed.write(path, path.relative_to(collected.folder).as_posix())
    return await ChildReader().read_archive(archive, name=collected.outputs["artifact"], run_id=77, run_attempt=1)


async def test_the_service_reads_what_the_action_uploads(workspace: Workspace, tmp_path: Path) -> None:
    """Reports, flags, modules, tracked files and claims arrive as they were collected."""
    workspace.write("go.mod", "module example.com/shop\n")
    head = workspace.commit()
    workspace.write("coverage.out", PROFILE)
    collected = workspace.collect(flags="unit", race="true", matrix='{"go": "1.23"}', index="1", total="2")
    found = await read(collected, tmp_path)
    assert found.upload.problems == ()
    assert [report.path for report in found.upload.reports] == ["coverage.out"]
    assert found.upload.reports[0].digest == collected.manifest["reports"][0]["sha256"]
    assert (found.upload.job, found.upload.name) == ("test", "test (1.23)")
    assert (found.upload.index, found.upload.total, found.upload.race) == (1, 2, True)
    assert found.upload.flags == ("unit",)
    assert found.upload.modules == {"example.com/shop": "."}
    assert found.upload.root == str(workspace.root)
    assert found.tracked == {"go.mod", "pkg/shop.go"}
    assert found.claims is not None
    assert (found.claims.head_sha, found.claims.tested_sha, found.claims.run_id) == (head, head, 77)


async def test_names_that_only_look_like_reports_break_nothing(workspace: Workspace, tmp_path: Path) -> None:
    """A file that was found by its name and holds no coverage is listed and left; an empty one is a problem."""
    workspace.write("coverage.out", PROFILE)
    workspace.write("bench.txt", "hello\n")
    workspace.write("cover.out", "")
    found = await read(workspace.collect(), tmp_path)
    assert [report.path for report in found.upload.reports] == ["coverage.out"]
    assert "bench.txt" in found.upload.ignored
    assert [problem.path for problem in found.upload.problems] == ["cover.out"]


async def test_strange_names_arrive(workspace: Workspace, tmp_path: Path) -> None:
    """What Linux allows in a name reaches the service, or is written out; nothing is lost for it."""
    for name in ("a\nb/coverage.out", "ünï/coverage.out", "$(x)/coverage.out", "a\u202eb/coverage.out"):
        workspace.write(name, PROFILE)
    found = await read(workspace.collect(), tmp_path)
    assert found.upload.problems == ()
    assert len(found.upload.reports) == 4
