"""What the documents say is held to what there is."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
from pathlib import Path
from urllib.parse import unquote

import jsonschema
import pytest
import yaml

from bot.settings import described
from tests.frame.machine import TOP, tool

DOCUMENTS = sorted([*TOP.glob("*.md"), *(TOP / "docs").rglob("*.md")])
WORKFLOWS = [
    (document, match[1])
    for document in DOCUMENTS
    for match in re.finditer(r"```yaml\n(.*?)```", document.read_text(), re.DOTALL)
    if re.search(r"^jobs:", match[1], re.MULTILINE)
]


def read(name: str) -> str:
    return (TOP / name).read_text()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.relative_to(TOP)))
def test_every_link_leads_somewhere(document: Path) -> None:
    """Links to files of the repository name files that exist; nobody's picture is fetched from afar."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", document.read_text(), flags=re.DOTALL)
    for image, target in re.findall(r"(!?)\[[^\]]*\]\(([^)\s]+)\)", text):
        if "://" in target:
            assert not image, f"{target}: a picture from another host"
            continue
        path = unquote(target.split("#")[0])
        assert not path or (document.parent / path).exists(), target


def test_the_first_screen_has_the_two_commands_and_the_picture() -> None:
    """Whoever opens the README sees what to type and what comes of it."""
    first = "\n".join(read("README.md").splitlines()[:14])
    assert "make demo" in first
    assert "make test" in first
    assert "![" in first


def test_every_target_that_is_named_exists() -> None:
    """`make X` in a document is a target of the Makefile, and every target says what it does."""
    targets = dict(re.findall(r"^([a-z-]+):[^#\n]*## (.*)$", read("Makefile"), re.MULTILINE))
    assert set(re.search(r"^\.PHONY: (.*)$", read("Makefile"), re.MULTILINE)[1].split()) == set(targets)
    for document in DOCUMENTS:
        code = re.findall(r"```sh\n(.*?)```|`(make [^`\n]+)`", document.read_text(), re.DOTALL)
        named = re.findall(r"^\s*make ([a-z][a-z-]*)", "\n".join(map("".join, code)), re.MULTILINE)
        assert set(named) <= set(targets), document


def test_every_setting_that_is_named_exists() -> None:
    """A COVGATE_ variable in a document, the image or the compose file is one that the service reads."""
    known = {setting.name for setting in described()} | {"COVGATE_CORPUS", "COVGATE_UID"}
    for path in (*DOCUMENTS, TOP / "Dockerfile", TOP / "compose.yaml"):
        named = set(re.findall(r"COVGATE_[A-Z_]*[A-Z](?![A-Z_*])", path.read_text()))
        assert named <= known, path


def test_the_action_is_described_whole() -> None:
    """docs/action.md has every input, every output, and every name that is looked for."""
    action = yaml.safe_load(read("action.yml"))
    text = read("docs/action.md")
    rows = "\n".join(line.split("|")[1] for line in text.splitlines() if line.startswith("| `"))
    assert set(re.findall(r"`([\w-]+)`", rows)) == set(action["inputs"])
    assert [name for name in action["outputs"] if f"`{name}`" not in text] == []
    collect = runpy.run_path(str(TOP / "actions/collect/collect.py"))
    assert [name for name in (*collect["NAMES"], "node_modules", "vendor") if f"`{name}`" not in text] == []


def test_the_action_finds_what_the_terminal_finds() -> None:
    """A report that `covgate check` finds by its name, the action finds too; both pass over the same folders."""
    from bot.core.parse.detect import REPORT_NAMES
    from bot.workspace import files

    collect = runpy.run_path(str(TOP / "actions/collect/collect.py"))
    assert set(REPORT_NAMES) <= set(collect["NAMES"])
    assert vars(files)["_SKIPPED"] == collect["SKIPPED"]


def test_the_action_holds_to_the_readers_limits() -> None:
    """What the action lets through, the service takes."""
    from bot.reader.limits import DEFAULT

    collect = runpy.run_path(str(TOP / "actions/collect/collect.py"))
    assert collect["MOST_REPORTS"] + 2 <= DEFAULT.entries
    assert collect["LARGEST_REPORT"] <= DEFAULT.member
    assert collect["LARGEST_TOTAL"] <= DEFAULT.total
    assert collect["LARGEST_TRACKED"] <= DEFAULT.tracked
    assert collect["MOST_TRACKED"] < DEFAULT.tracked_names


@pytest.mark.parametrize("group", ["coverage", "judging", "parts"])
def test_glossary_entries_stand_in_order(group: str) -> None:
    """A word is found where one looks for it."""
    section = next(part for part in read("docs/glossary.md").split("\n## ") if group in part.splitlines()[0].lower())
    entries = [entry.lower() for entry in re.findall(r"^- \*\*([^*]+)\*\*", section, re.MULTILINE)]
    assert len(entries) >= 5
    assert entries == sorted(entries)


def test_decisions_are_numbered_without_a_gap() -> None:
    """Each has the title, what was decided, and because of what."""
    pages = sorted((TOP / "docs/decisions").glob("*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text()
        assert re.match(rf"# {int(page.name[:4])}\. \S", text), page
        assert "**Decided.**" in text, page
        assert "**Because**" in text, page


def test_T01_examples_of_workflows_are_safe(tmp_path: Path) -> None:
    """T01: zizmor finds nothing of medium weight or more in the action, our workflows and the documents' examples."""
    assert WORKFLOWS
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    for number, (_, text) in enumerate(WORKFLOWS):
        (folder / f"example{number}.yml").write_text(text)
        assert "pull_request_target" not in text
    command = [tool("zizmor"), "--offline", "--no-progress", "--min-severity=medium", "--format=plain"]
    own = ["action.yml", ".github"]
    done = subprocess.run([*command, *own, str(tmp_path)], cwd=TOP, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_T01_zizmor_would_have_found_something(tmp_path: Path) -> None:
    """T01: the check can fail: a workflow that runs a pull request's code with rights is found."""
    workflow = tmp_path / "bad.yml"
    workflow.write_text(
        "on: pull_request_target\njobs:\n  x:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - uses: actions/checkout@v7\n        with: {ref: '${{ github.event.pull_request.head.sha }}'}\n"
        "      - run: echo ${{ github.event.pull_request.title }}\n"
    )
    command = [tool("zizmor"), "--offline", "--no-progress", "--min-severity=medium", str(workflow)]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0


def test_policies_in_documents_are_valid() -> None:
    """Every policy shown to a reader, and our own, is one that covgate reads."""
    from bot.core.parse.policy import parse_policy

    shown = [read(".github/covgate.yml")]
    for document in DOCUMENTS:
        for block in re.findall(r"```yaml\n(.*?)```", document.read_text(), re.DOTALL):
            if block.startswith("version:"):
                shown.append(block)
    assert len(shown) > 1
    for text in shown:
        assert parse_policy(text.encode())


def test_published_schemas_are_schemas() -> None:
    """Each docs/*.schema.json is a JSON Schema."""
    schemas = sorted((TOP / "docs").glob("*.schema.json"))
    assert schemas
    for path in schemas:
        jsonschema.Draft202012Validator.check_schema(json.loads(path.read_bytes()))
