"""What the collecting action uploads: which files, and what the manifest says of them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path

import jsonschema
import pytest

from bot.reader.manifest import parse_manifest
from tests.actions.workspaces import Workspace

TOP = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((TOP / "docs/upload.schema.json").read_bytes())

REPORTS = (
    *("coverage.out", "cover.out", "unit.coverprofile", "coverage-unit.out"),
    *("coverage.xml", "build/reports/cobertura-coverage.xml", "target/site/jacoco/jacoco.xml", "clover.xml"),
    *("coverage.json", "coverage/coverage-final.json", "coverage/lcov.info", "unit.lcov"),
    *("junit.xml", "target/surefire-reports/TEST-shop.xml", "results.trx", "bench.txt", "ruff.sarif"),
)
NO_REPORTS = (
    *("coverage/coverage-summary.json", "coverage.html", "go.mod", "package.json", "pom.xml", "src/coverage.py"),
    *("node_modules/x/coverage.xml", "vendor/y/cover.out", ".tox/py/coverage.xml", "lib/site-packages/coverage.json"),
)


@pytest.mark.parametrize("name", REPORTS)
def test_report_files_are_found_by_their_name(workspace: Workspace, name: str) -> None:
    """A workflow that names nothing uploads what its tools wrote under their usual names."""
    workspace.write(name)
    assert workspace.collect().names == [name]


@pytest.mark.parametrize("name", NO_REPORTS)
def test_other_files_are_left_alone(workspace: Workspace, name: str) -> None:
    """Source, summaries and the files of dependencies are no reports."""
    workspace.write(name)
    workspace.write("coverage.xml")
    assert workspace.collect().names == ["coverage.xml"]


def test_a_go_profile_by_the_name_of_a_text_is_known_by_its_first_word(workspace: Workspace) -> None:
    """coverage.txt is a report where it begins as one."""
    workspace.write("a/coverage.txt", "mode: atomic\n")
    workspace.write("b/coverage.txt", "Total coverage: 93 %\n")
    assert workspace.collect().names == ["a/coverage.txt"]


def test_a_manifest_is_of_the_published_shape(workspace: Workspace) -> None:
    """The manifest holds to its JSON Schema, and the service's reader takes it."""
    workspace.write("coverage.out", "mode: set\nshop/shop.go:1.1,2.2 1 1\n")
    workspace.env |= {"GITHUB_RUN_ATTEMPT": "3"}
    collected = workspace.collect(
        flags="unit, e2e", race="true", outcomes="build=success\nlint=failure", index="1", total="3"
    )
    manifest = collected.manifest
    jsonschema.validate(manifest, SCHEMA)
    parse_manifest((collected.folder / "manifest.json").read_bytes())
    head = workspace.git("rev-parse", "HEAD")
    assert {key: value for key, value in manifest.items() if key != "reports"} == {
        "version": 1,
        "job": "test",
        "name": "test",
        "flags": ["unit", "e2e"],
        "index": 1,
        "total": 3,
        "run_id": 77,
        "run_attempt": 3,
        "head_sha": head,
        "tested_sha": head,
        "tested_parents": [],
        "root": str(workspace.root),
        "race": True,
        "outcomes": {"build": "success", "lint": "failure"},
        "modules": {},
        "tracked": "tracked.txt.gz",
    }
    assert collected.tracked == [b"pkg/shop.go"]


def test_each_report_is_uploaded_whole_with_its_digest(workspace: Workspace) -> None:
    """The copies in the folder are the files, under names that say their number and format."""
    workspace.write("a/coverage.out", "mode: set\n")
    workspace.write("b/coverage.out", "mode: count\n")
    collected = workspace.collect()
    reports = collected.manifest["reports"]
    assert [report["file"] for report in reports] == ["reports/0-coverage.out", "reports/1-coverage.out"]
    for report in reports:
        content = (workspace.root / report["name"]).read_bytes()
        assert (collected.folder / report["file"]).read_bytes() == content
        assert report["sha256"] == hashlib.sha256(content).hexdigest()
    assert collected.outputs["reports"] == "2"
    assert collected.summary == f"covgate collected 2 report file(s) as `{collected.outputs['artifact']}`.\n"


# --- which commit --------------------------------------------------------------------------------------------------


def test_the_merge_that_ci_tested_is_named_with_its_parents_even_in_a_shallow_clone(workspace: Workspace) -> None:
    """actions/checkout leaves a merge commit at depth 1; its object still names base and head."""
    base = workspace.commit("The base")
    workspace.git("checkout", "--quiet", "-b", "feature", "HEAD~1")
    workspace.write("pkg/new.go", "package shop\n")
    head = workspace.commit("The head")
    workspace.git("checkout", "--quiet", "main")
    workspace.git("merge", "--quiet", "--no-ff", "--no-edit", "feature")
    merge = workspace.git("rev-parse", "HEAD")
    clone = workspace.root.parent / "shallow"
    workspace.git("clone", "--quiet", "--depth=1", workspace.root.as_uri(), str(clone))
    workspace.root = clone
    workspace.write("coverage.out")
    workspace.env["GITHUB_SHA"] = merge
    workspace.event({"pull_request": {"head": {"sha": head, "repo": {"full_name": "fork/shop"}}}})
    manifest = workspace.collect().manifest
    assert (manifest["head_sha"], manifest["tested_sha"], manifest["tested_parents"]) == (head, merge, [base, head])


def test_the_commit_that_is_checked_out_is_the_tested_one(workspace: Workspace) -> None:
    """A workflow that checks out the head itself measured the head, whatever GITHUB_SHA says."""
    head = workspace.commit("The head")
    workspace.write("coverage.out")
    workspace.env["GITHUB_SHA"] = "a" * 40
    workspace.event({"pull_request": {"head": {"sha": head}}})
    collected = workspace.collect()
    assert collected.manifest["tested_sha"] == head
    assert "::warning" not in collected.log


def test_a_commit_that_is_neither_the_head_nor_the_runs_is_warned_of(workspace: Workspace) -> None:
    """A job that commits before it measures says so in its log; the service will not believe the upload."""
    workspace.env["GITHUB_SHA"] = workspace.git("rev-parse", "HEAD")
    own = workspace.commit("Made by the job")
    workspace.write("coverage.out")
    collected = workspace.collect()
    assert collected.manifest["tested_sha"] == own
    assert "::warning title=covgate::The commit checked out is neither" in collected.log


def test_without_git_the_runner_names_the_commit(workspace: Workspace) -> None:
    """A job without git still uploads, without parents and tracked files."""
    shutil.rmtree(workspace.root / ".git")
    workspace.write("coverage.out")
    workspace.env["GITHUB_SHA"] = "b" * 40
    manifest = workspace.collect().manifest
    jsonschema.validate(manifest, SCHEMA)
    assert (manifest["tested_sha"], manifest["tested_parents"], manifest["tracked"]) == ("b" * 40, [], None)


def test_an_upload_of_no_known_commit_is_refused(workspace: Workspace) -> None:
    """Neither git nor the runner names a commit: nothing is uploaded."""
    shutil.rmtree(workspace.root / ".git")
    workspace.write("coverage.out")
    collected = workspace.collect()
    assert collected.status == 1
    assert "which commit is this?" in collected.log


@pytest.mark.parametrize("event", ["[]", "{}", '{"pull_request": null}', '{"pull_request": {"head": "x"}}'])
def test_a_run_of_no_pull_request_is_about_its_own_commit(workspace: Workspace, event: str) -> None:
    """A push's event names no pull request."""
    workspace.write("coverage.out")
    path = workspace.temp / "event.json"
    path.write_text(event)
    workspace.env |= {"GITHUB_EVENT_PATH": str(path), "GITHUB_SHA": workspace.git("rev-parse", "HEAD")}
    assert workspace.collect().manifest["head_sha"] == workspace.env["GITHUB_SHA"]


@pytest.mark.parametrize(
    ("event", "reason"), [("{", "not JSON"), ('{"pull_request":{"head":{"sha":"x;y"}}}', "is not a commit id")]
)
def test_a_broken_event_is_refused(workspace: Workspace, event: str, reason: str) -> None:
    """An event that cannot be read names no head."""
    workspace.write("coverage.out")
    path = workspace.temp / "event.json"
    path.write_text(event)
    workspace.env["GITHUB_EVENT_PATH"] = str(path)
    collected = workspace.collect()
    assert collected.status == 1
    assert reason in collected.log


# --- which files ---------------------------------------------------------------------------------------------------


def test_reports_that_the_commit_holds_and_the_job_did_not_make_are_passed_over(workspace: Workspace) -> None:
    """A committed coverage.out of another day is not what this job measured; the log says so."""
    workspace.write("coverage_baseline.out")
    workspace.write("coverage.out")
    workspace.commit()
    workspace.write("coverage.out", "mode: set\nshop/shop.go:1.1,2.2 1 1\n")
    collected = workspace.collect()
    assert collected.names == ["coverage.out"]
    assert "coverage_baseline.out" in collected.log


def test_a_committed_report_is_collected_where_it_is_named(workspace: Workspace) -> None:
    """Who names a file means it."""
    workspace.write("coverage.out")
    workspace.commit()
    assert workspace.collect().status == 1
    assert workspace.collect(files="coverage.out").names == ["coverage.out"]


def test_environments_and_other_checkouts_are_not_entered(workspace: Workspace) -> None:
    """A virtual environment of any name, and a second repository in the workspace, hold reports of others."""
    workspace.write("my-env/pyvenv.cfg", "")
    workspace.write("my-env/coverage.xml")
    workspace.write("other/.git", "gitdir: ../x\n")
    workspace.write("other/coverage.xml")
    workspace.write("coverage.xml")
    assert workspace.collect().names == ["coverage.xml"]


def test_links_and_pipes_are_no_reports(workspace: Workspace) -> None:
    """A link could point anywhere, and a pipe never ends."""
    (workspace.root / "coverage.xml").symlink_to("/etc/hostname")
    os.mkfifo(workspace.root / "coverage.json")
    workspace.write("cover.out")
    assert workspace.collect().names == ["cover.out"]
    named = workspace.collect(files="coverage.xml")
    assert named.status == 1
    assert "symbolic link" in named.log


def test_a_workflow_may_name_its_files(workspace: Workspace) -> None:
    """Globs, folders, hidden files, names that look like globs, files outside the checkout, and exclusions."""
    for name in ("out/a.xml", "out/b.xml", "out/skip.xml", ".resultset.json", "odd[1].json", "deep/er/lcov.info"):
        workspace.write(name)
    (workspace.temp / "profile.cov").write_text("mode: set\n")
    outside = str(workspace.temp / "profile.cov")
    files = f"out/*.xml\n!out/skip.xml\n\n.resultset.json\nodd[1].json\ndeep\n{outside}\nout/a.xml"
    collected = workspace.collect(files=files)
    assert sorted(collected.names) == [
        *(".resultset.json", "deep/er/lcov.info", "odd[1].json", "out/a.xml", "out/b.xml", "profile.cov")
    ]


def test_a_named_file_that_is_not_there_fails_the_step(workspace: Workspace) -> None:
    """A suite that crashed before it wrote its report must not go unnoticed beside one that wrote."""
    workspace.write("unit.xml")
    collected = workspace.collect(files="unit.xml\nintegration.xml")
    assert collected.status == 1
    assert "::error title=covgate::files: nothing matches 'integration.xml'" in collected.log
    assert collected.outputs == {}


def test_nothing_found_fails_the_step_unless_it_may_be_so(workspace: Workspace) -> None:
    """Absence is an error by default; with fail-if-none false, nothing is uploaded and the log says it."""
    strict = workspace.collect()
    assert strict.status == 1
    assert "no report file was found" in strict.log
    lenient = workspace.collect(fail_if_none="false")
    assert lenient.status == 0
    assert lenient.outputs == {"artifact": "", "folder": "", "reports": "0"}
    assert "nothing is uploaded" in lenient.log


def test_an_empty_report_is_uploaded(workspace: Workspace) -> None:
    """That a tool wrote nothing is for the service to judge, not for the collector to hide."""
    workspace.write("coverage.out", "")
    assert workspace.collect().names == ["coverage.out"]


def test_a_folder_of_the_workspace_can_be_the_checkout(workspace: Workspace) -> None:
    """Where a workflow checks out into a folder, `path` names it; the hint says so."""
    outer = workspace.root.parent
    workspace.write("coverage.xml")
    workspace.env |= {"GITHUB_WORKSPACE": str(outer), "GITHUB_SHA": workspace.git("rev-parse", "HEAD")}
    lost = workspace.collect()
    assert "is `path` the folder that was checked out?" in lost.log
    manifest = workspace.collect(path="shop").manifest
    assert manifest["root"] == str(workspace.root)
    assert manifest["reports"][0]["name"] == "coverage.xml"


def test_reports_below_path_are_named_from_the_top_of_the_repository(workspace: Workspace) -> None:
    """In a monorepo `path` may be a service's folder; names and tracked files stay the repository's."""
    workspace.write("services/pay/coverage.xml")
    workspace.write("services/mail/coverage.xml")
    collected = workspace.collect(path="services/pay")
    assert collected.names == ["services/pay/coverage.xml"]
    assert collected.tracked == [b"pkg/shop.go"]
    assert collected.manifest["root"] == str(workspace.root)


def test_a_report_over_the_limit_is_refused_by_name(workspace: Workspace) -> None:
    """What the service would refuse is refused where its author can see it."""
    with workspace.write("coverage.xml").open("r+b") as file:
        file.truncate((256 << 20) + 1)
    collected = workspace.collect()
    assert collected.status == 1
    assert "coverage.xml': over 256 MiB" in collected.log


def test_too_many_reports_are_refused(workspace: Workspace) -> None:
    """An upload has room for so many files, and the message says how many."""
    for number in range(1901):
        workspace.write(f"coverage{number}.out", "")
    assert "1901 report files were found, and 1900 are the most" in workspace.collect().log


# --- names ---------------------------------------------------------------------------------------------------------


def test_each_leg_of_a_matrix_has_a_name_of_its_own(workspace: Workspace) -> None:
    """Legs, uploads and attempts never collide; the same leg keeps its name from attempt to attempt."""
    workspace.write("coverage.out")
    workspace.env["GITHUB_JOB"] = "unit tests"
    legs = [{"go": "1.22", "os": "linux"}, {"go": "1.23", "os": "linux"}, {"go": {"version": 1}, "os": "linux"}]
    first = [workspace.collect(matrix=json.dumps(leg), index=str(i), total="3") for i, leg in enumerate(legs)]
    names = [collected.manifest["name"] for collected in first]
    assert names == ["unit tests (1.22, linux)", "unit tests (1.23, linux)", 'unit tests ({"version": 1}, linux)']
    workspace.env["GITHUB_RUN_ATTEMPT"] = "2"
    again = workspace.collect(matrix=json.dumps(legs[0]), index="0", total="3")
    assert again.manifest["name"] == names[0]
    artifacts = [collected.outputs["artifact"] for collected in (*first, again, workspace.collect(name="race"))]
    assert len(set(artifacts)) == 5
    assert artifacts[0].startswith("covgate-unit-tests-")
    assert artifacts[3] == artifacts[0].removesuffix("-1") + "-2"


def test_a_job_without_a_matrix_is_named_as_itself(workspace: Workspace) -> None:
    """toJSON(matrix) is null there."""
    workspace.write("coverage.out")
    assert workspace.collect(matrix="null").manifest["name"] == "test"
    assert workspace.collect(matrix="null", name="unit").manifest["name"] == "unit"


def test_long_matrix_values_stay_apart(workspace: Workspace) -> None:
    """Names are bounded, and two that differ only beyond the bound are still two."""
    workspace.write("coverage.out")
    names = {workspace.collect(matrix=json.dumps({"os": "x" * 300 + end})).manifest["name"] for end in "ab"}
    assert len(names) == 2
    assert all(len(name) < 250 for name in names)


def test_go_modules_are_told_with_their_folders(workspace: Workspace) -> None:
    """A Go profile names files by module path; go.mod says which folder that is."""
    workspace.write("go.mod", "// a comment\nmodule example.com/shop // the shop\n\ngo 1.23\n")
    workspace.write("tools/gen/go.mod", 'module "example.com/shop/tools/gen"\n')
    workspace.write("broken/go.mod", "modul x\n")
    workspace.write("gone/go.mod", "module example.com/gone\n")
    workspace.commit()
    (workspace.root / "gone/go.mod").unlink()
    (workspace.root / "broken/go.mod").unlink()
    (workspace.root / "broken/go.mod").symlink_to(workspace.temp / "elsewhere")
    (workspace.temp / "elsewhere").write_text("module example.com/elsewhere\n")
    workspace.write("untracked/go.mod", "module example.com/untracked\n")
    workspace.write("coverage.out")
    modules = workspace.collect().manifest["modules"]
    assert modules == {"example.com/shop": ".", "example.com/shop/tools/gen": "tools/gen"}


def test_a_name_that_is_not_utf_8_is_written_out(workspace: Workspace) -> None:
    """JSON cannot carry such bytes; the report is collected all the same, and the tracked list keeps the bytes."""
    folder = os.fsdecode(b"caf\xe9")
    workspace.write(f"{folder}/source.py")
    workspace.commit()
    workspace.write(f"{folder}/coverage.xml")
    collected = workspace.collect()
    jsonschema.validate(collected.manifest, SCHEMA)
    parse_manifest((collected.folder / "manifest.json").read_bytes())
    assert collected.names == ["caf\\xe9/coverage.xml"]
    assert b"caf\xe9/source.py" in collected.tracked


@pytest.mark.parametrize(
    ("inputs", "reason"),
    [
        ({"race": "yes"}, "race: 'yes' is neither true nor false"),
        ({"outcomes": "build="}, "is the step's id right?"),
        ({"outcomes": "build"}, "'build' is not NAME=OUTCOME"),
        ({"path": "nowhere"}, "path: there is no folder"),
        ({"index": "x"}, "strategy.job-index: 'x' is not a number"),
        ({"matrix": "{"}, "the matrix is no JSON object"),
        ({"matrix": "[1]"}, "the matrix is no JSON object"),
        ({"files": "a**b"}, "files:"),
        ({"fail_if_none": "maybe"}, "fail-if-none: 'maybe'"),
    ],
)
def test_an_input_that_means_nothing_is_refused(workspace: Workspace, inputs: dict[str, str], reason: str) -> None:
    """One line says which input, and what was wrong with it."""
    workspace.write("coverage.out")
    collected = workspace.collect(**inputs)
    assert collected.status == 1
    assert collected.log.startswith("::error title=covgate::")
    assert reason in collected.log
