"""Which files of a checkout are taken for reports, and where Go's modules lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.workspace.files import NoSuchReport, go_modules, reports_by_name, reports_by_pattern
from tests.workspace.repositories import Repository


def found(root: Path, *names: str, brought: frozenset[str] = frozenset()) -> list[str]:
    """What is found by name below *root*, after *names* were put there."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return [path.relative_to(root).as_posix() for path in reports_by_name(root, brought)]


def test_reports_are_known_by_their_usual_names(tmp_path: Path) -> None:
    """Whatever the case, however deep; other files are left."""
    names = [
        "coverage.out",
        "a/b/Coverage.XML",
        "lcov.info",
        "web/coverage/lcov.info",
        "unit.coverprofile",
        ".coverage",
    ]
    assert sorted(found(tmp_path, *names, "main.go", "report.html", "notes.txt")) == sorted(names)


@pytest.mark.parametrize(
    "folder", ["node_modules/x", "vendor/x", ".git", ".venv/lib", "venv", "x/.tox/y", "__pycache__"]
)
def test_folders_that_were_brought_along_are_not_entered(tmp_path: Path, folder: str) -> None:
    """Dependencies and environments bring reports of their own."""
    assert found(tmp_path, f"{folder}/coverage.xml", "coverage.xml") == ["coverage.xml"]


def test_other_checkouts_and_environments_are_not_entered(tmp_path: Path) -> None:
    """Whatever they are called: a submodule, a worktree, an environment."""
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "pyvenv.cfg").write_text("")
    Repository.create(tmp_path / "other")
    assert found(tmp_path, "env/coverage.xml", "other/coverage.xml") == []


def test_links_and_folders_are_no_reports(tmp_path: Path) -> None:
    """A link to a folder is not entered, a folder of a report's name is none."""
    (tmp_path / "coverage.xml").mkdir()
    (tmp_path / "loop").symlink_to(tmp_path)
    assert found(tmp_path, "real/lcov.info") == ["real/lcov.info"]


def test_files_that_the_commit_brought_are_left(tmp_path: Path) -> None:
    """A parser's samples are not this project's coverage."""
    assert found(tmp_path, "tests/coverage.xml", "coverage.xml", brought=frozenset({"tests/coverage.xml"})) == [
        "coverage.xml"
    ]


def test_patterns_name_files_in_order_and_once(tmp_path: Path) -> None:
    """The first folder that holds any counts; ``**`` goes through folders."""
    found(
        tmp_path, "here/a.info", "there/a.info", "there/b.xml", "there/deep/er/c.xml", "there/[x].info", "there/x.info"
    )
    places = (tmp_path / "here", tmp_path / "there")
    named = reports_by_pattern(["*.info", "**/*.xml", "b.xml", "[x].info"], places)
    assert [path.relative_to(tmp_path).as_posix() for path in named] == [
        "here/a.info",
        "there/b.xml",
        "there/deep/er/c.xml",
        "there/[x].info",
    ]
    assert reports_by_pattern([str(tmp_path / "here" / "*.info")], [Path("/")]) == [tmp_path / "here" / "a.info"]


@pytest.mark.parametrize("pattern", ["gone.xml", "*.gone", "folder", "", "[", "../nothing/*"])
def test_a_pattern_that_names_nothing_is_refused(tmp_path: Path, pattern: str) -> None:
    """A folder is nothing to read either."""
    (tmp_path / "folder").mkdir()
    with pytest.raises(NoSuchReport, match="there is no such file"):
        reports_by_pattern([pattern], [tmp_path])


def test_go_modules_and_their_folders() -> None:
    """As ``go.mod`` names them, with or without quotes; the one nearest to the top counts."""
    files = [
        ("z/go.mod", b"module example.org/a // comment\n"),
        ("go.mod", b"// about\n\nmodule example.org/a\n\ngo 1.22\n"),
        ("b/c/go.mod", b'module "example.org/b/v2"\r\n'),
        ("broken/go.mod", b"modular\n"),
    ]
    assert go_modules(files) == {"example.org/a": ".", "example.org/b/v2": "b/c"}
