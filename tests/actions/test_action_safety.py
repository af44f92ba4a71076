"""The action under hostile names and inputs, and what its files promise. Each test carries its threat's number."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.actions.workspaces import Workspace

TOP = Path(__file__).resolve().parents[2]
ACTION: dict[str, Any] = yaml.safe_load((TOP / "action.yml").read_text())
COLLECT = TOP / "actions/collect/collect.py"
FROM_A_RUN = {"COLLECT_INTO", "COLLECT_STAGED", "COLLECT_BENCH"}  # what `covgate run` alone sets
HOSTILE = (
    "$(touch canary)",
    '";touch canary;"',
    "`touch canary`",
    "' ; touch canary #",
    "x\n::set-output name=artifact::evil",
    "x\nartifact=evil",
    "x%0Aartifact=evil",
    "::error::x",
    "##[add-mask]x",
    "a\r\n::stop-commands::x",
    "ünï\u202ecode\u2028",
    "${{ github.token }}",
)


def yaml_files() -> list[Path]:
    return [TOP / "action.yml", *sorted((TOP / ".github/workflows").glob("*.yml"))]


def steps_used(document: object) -> Iterator[str]:
    """Every ``uses:`` anywhere in *document*."""
    if isinstance(document, dict):
        if isinstance(document.get("uses"), str):
            yield document["uses"]
        document = list(document.values())
    if isinstance(document, list):
        for item in document:
            yield from steps_used(item)


def commands(log: str) -> list[str]:
    """The workflow commands that a runner would obey in *log*: at a line's start ``::name``, anywhere ``##[name]``;
    none between ``::stop-commands::TOKEN`` and ``::TOKEN::``.
    """
    obeyed: list[str] = []
    stopped = ""
    for line in log.splitlines():
        text = line.strip()
        if stopped:
            stopped = "" if text == f"::{stopped}::" else stopped
        elif text.startswith("::stop-commands::"):
            stopped = text.removeprefix("::stop-commands::")
        elif text.startswith("::") or "##[" in text:
            obeyed.append(text)
    assert not stopped
    return obeyed


@pytest.mark.parametrize("text", HOSTILE)
def test_T30_no_input_is_ever_run(workspace: Workspace, text: str) -> None:
    """T30: an input reaches the script as a value of its environment and nothing executes it."""
    workspace.write("coverage.out")
    workspace.env["GITHUB_JOB"] = text
    collected = workspace.collect(name=text, flags=text, matrix="null")
    assert collected.status == 0
    assert list(workspace.root.parent.parent.rglob("canary")) == []
    assert set(collected.outputs) == {"artifact", "folder", "reports"}
    assert re.fullmatch(r"covgate-[A-Za-z0-9_-]+-[0-9a-f]{8}-1", collected.outputs["artifact"])
    assert "\n" not in collected.manifest["name"]


@pytest.mark.parametrize("text", HOSTILE)
def test_T30_a_file_pattern_is_never_run(workspace: Workspace, text: str) -> None:
    """T30: a pattern that names nothing is quoted back as text."""
    collected = workspace.collect(files=text)
    assert collected.status == 1
    assert list(workspace.root.parent.parent.rglob("canary")) == []
    assert [command[:26] for command in commands(collected.log)] == ["::error title=covgate::fil"]


def test_T30_scripts_of_the_action_hold_no_expressions() -> None:
    """T30: inputs reach scripts by ``env`` alone, and every one of them does."""
    steps = ACTION["runs"]["steps"]
    scripts = [step["run"] for step in steps if "run" in step]
    assert scripts
    assert not any("${{" in script for script in scripts)
    handed = "".join(value for step in steps for value in (step.get("env") or step.get("with")).values())
    assert [name for name in ACTION["inputs"] if f"inputs.{name} " not in handed] == []


def test_T30_the_script_knows_every_variable_that_the_action_sets() -> None:
    """The action's ``env`` and the script's variables are the same names."""
    given = {name for step in ACTION["runs"]["steps"] for name in step.get("env", {})}
    assert given == set(re.findall(r'"(COLLECT_[A-Z_]+)"', COLLECT.read_text())) - FROM_A_RUN


@pytest.mark.parametrize("text", [name for name in HOSTILE if "/" not in name])
def test_T31_a_file_name_is_no_workflow_command(workspace: Workspace, text: str) -> None:
    """T31: names are printed between stop-commands, escaped, so that no runner obeys them."""
    workspace.write(f"{text}/coverage.xml")
    workspace.write(f"{text}/cover.out")
    workspace.commit()
    workspace.write(f"{text}/coverage.xml", "<coverage/>")
    collected = workspace.collect()
    assert collected.status == 0
    assert collected.names == [f"{text}/coverage.xml"]
    assert commands(collected.log) == []
    assert collected.manifest["reports"][0]["file"] == "reports/0-coverage.xml"


def test_T31_an_error_is_one_command(workspace: Workspace) -> None:
    """T31: what is quoted in an error cannot begin a second command."""
    link = workspace.root / "x\n::add-mask::y"
    link.symlink_to("/etc/hostname")
    collected = workspace.collect(files="x*")
    assert len(commands(collected.log)) == len(collected.log.splitlines()) == 1


@pytest.mark.parametrize("file", yaml_files(), ids=lambda file: file.name)
def test_T29_every_action_used_is_pinned_to_a_commit(file: Path) -> None:
    """T29: a tag can be moved, a commit cannot; only this repository's own action goes without."""
    used = list(steps_used(yaml.safe_load(file.read_text())))
    assert [name for name in used if name != "$/" and not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name)] == []
    assert not re.search(r"@[0-9a-f]{40}(?! # v\d+\.\d+\.\d+\n)", file.read_text()), "say the version beside the commit"


def test_T29_the_action_downloads_nothing() -> None:
    """T29: the script imports the standard library alone and starts no program but git."""
    tree = ast.parse(COLLECT.read_text())
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    imported |= {str(node.module).split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names
    assert not imported & {"urllib", "http", "socket", "ssl", "ftplib", "importlib", "ctypes"}
    assert COLLECT.read_text().count("subprocess.run(") == 1


def test_T32_the_action_trusts_no_cache() -> None:
    """T32: a cache can be written by a pull request, so the action neither reads nor writes one."""
    assert "actions/cache" not in (TOP / "action.yml").read_text()


def test_the_script_keeps_the_syntax_of_python_3_8() -> None:
    """Runners carry old Pythons; the script is parsed as the oldest one would."""
    ast.parse(COLLECT.read_text(), feature_version=(3, 8))


def test_the_script_runs_on_other_pythons(workspace: Workspace) -> None:
    """Whatever other Pythons this machine has, the whole script runs on them."""
    others = [python for python in map("python3.{}".format, (8, 9, 10, 12, 13, 14)) if runs(python)]
    if not others:
        pytest.skip("this machine has no other Python 3.8 to 3.14")
    workspace.write("go.mod", "module example.com/shop\n")
    workspace.commit()
    workspace.write("deep/coverage.xml")
    for workspace.python in others:
        assert workspace.collect().names == ["deep/coverage.xml"]
        assert workspace.collect(files="**/*.xml\n!none").names == ["deep/coverage.xml"]


def runs(python: str) -> bool:
    try:
        return subprocess.run([python, "-c", ""], check=False, capture_output=True).returncode == 0
    except OSError:
        return False
