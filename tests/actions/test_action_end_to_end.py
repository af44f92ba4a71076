"""The whole action in a workflow, run by act (GitHub's workflow engine rebuilt to run locally), without network."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.actions.workspaces import Workspace

pytestmark = pytest.mark.integration

TOP = Path(__file__).resolve().parents[2]
ACT = shutil.which("act", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
HEAD = "c" * 40

WORKFLOW = """
on: pull_request
permissions:
  contents: read
jobs:
  unit:
    runs-on: ubuntu-latest
    strategy:
      matrix:
        go: ["1.22", "1.23"]
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
      - id: build
        run: 'echo "mode: set" > coverage.out'
      - id: covgate
        uses: ./
        with:
          flags: unit
          race: true
          outcomes: build=${{ steps.build.outcome }}
      - run: 'echo "$ARTIFACT holds $REPORTS" > "$UPLOADS/said by ${{ matrix.go }}"'
        env:
          ARTIFACT: ${{ steps.covgate.outputs.artifact }}
          REPORTS: ${{ steps.covgate.outputs.reports }}
  none:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
      - id: covgate
        uses: ./
      - if: always()
        run: 'echo "$OUTCOME" > "$UPLOADS/said by none"'
        env:
          OUTCOME: ${{ steps.covgate.outcome }}
"""

# Stands for actions/upload-artifact, whose server act does not have: copies the folder it is given
UPLOAD = """
name: upload
inputs: {name: {}, path: {}, if-no-files-found: {}, retention-days: {}}
runs:
  using: composite
  steps:
    - shell: bash
      run: mkdir "$UPLOADS/$NAME" && cp -R "$FROM/." "$UPLOADS/$NAME"
      env:
        NAME: ${{ inputs.name }}
        FROM: ${{ inputs.path }}
"""


@pytest.fixture
def uploads(workspace: Workspace) -> Path:
    """The folder with what the jobs of WORKFLOW left."""
    if ACT is None:
        pytest.skip("act is not on this machine")
    workspace.write(".github/workflows/ci.yml", WORKFLOW)
    workspace.git("remote", "add", "origin", "https://github.com/octo/shop.git")
    shutil.copy(TOP / "action.yml", workspace.root)
    shutil.copytree(TOP / "actions", workspace.root / "actions", ignore=shutil.ignore_patterns("__pycache__"))
    workspace.commit()
    stub = workspace.temp.parent / "stub"
    stub.mkdir()
    (stub / "action.yml").write_text(UPLOAD)
    folder = workspace.temp.parent / "uploads"
    folder.mkdir()
    workspace.event({"pull_request": {"number": 7, "head": {"sha": HEAD}}})
    run_act(workspace, stub, folder)
    return folder


def run_act(workspace: Workspace, stub: Path, uploads: Path) -> None:
    action: dict[str, Any] = yaml.safe_load((TOP / "action.yml").read_text())
    (upload,) = (step["uses"] for step in action["runs"]["steps"] if "uses" in step)
    home = workspace.temp.parent / "home"
    command = [
        *(str(ACT), "pull_request", "--eventpath", workspace.env["GITHUB_EVENT_PATH"], "--no-cache-server"),
        *("--platform", "ubuntu-latest=-self-hosted", "--secret", "GITHUB_TOKEN=none"),
        *("--local-repository", f"{upload}={stub}", "--env", f"UPLOADS={uploads}"),
    ]
    env = {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    subprocess.run(command, cwd=workspace.root, env=env, check=False, capture_output=True, timeout=120)


def test_T29_a_workflow_with_the_action_uploads_each_leg(uploads: Path, workspace: Workspace) -> None:
    """T29: two legs of a matrix make two artifacts, with nothing fetched but what the workflow pins."""
    manifests = {path.parent.name: json.loads(path.read_bytes()) for path in uploads.glob("*/manifest.json")}
    assert sorted(manifest["name"] for manifest in manifests.values()) == ["unit (1.22)", "unit (1.23)"]
    for artifact, manifest in manifests.items():
        assert re.fullmatch(r"covgate-unit-[0-9a-f]{8}-1", artifact)
        assert manifest["head_sha"] == HEAD
        assert manifest["tested_sha"] == workspace.git("rev-parse", "HEAD")
        assert (manifest["flags"], manifest["race"], manifest["outcomes"]) == (["unit"], True, {"build": "success"})
        assert (uploads / artifact / "reports/0-coverage.out").read_text() == "mode: set\n"
    said = {(uploads / f"said by {go}").read_text() for go in ("1.22", "1.23")}
    assert said == {f"{artifact} holds 1\n" for artifact in manifests}


def test_a_job_that_made_no_report_fails_its_step(uploads: Path) -> None:
    """Absence shows in the job itself, not only in the verdict."""
    assert (uploads / "said by none").read_text() == "failure\n"
