"""The same numbers as git's, for any pair of trees, any names and any of git's ways to write a diff."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.model.diff import Change, FileDiff
from bot.core.model.errors import DiffError
from bot.core.model.lines import NO_LINES
from bot.core.parse.diff import parse_diff

LINE = st.sampled_from(
    [
        b"a",
        b"b",
        b"c",
        b"",
        b"-- x",
        b"++ y",
        b"@@ -1 +1 @@",
        b"diff --git a/x b/x",
        b"\\ No newline",
        b"\r",
        b"f\fg",
        b"\xe2\x80\xa8",
    ]
)
CONTENT = st.builds(
    lambda lines, final: b"\n".join(lines) + (b"\n" if final and lines else b""),
    st.lists(LINE, max_size=14),
    st.booleans(),
) | st.sampled_from([b"", b"\n", b"bin\0ary", b"a\nb\nc\nd\ne\nf\ng\nh\n"])
PIECE = st.sampled_from(
    [b"x", b"y", b" ", b"a", b"b", b"\t", b'"', b"\\", b"\xc3\xa9", b"\xff", b"\n", b"\r", b"->", b".py", b"-"]
)
NAME = st.lists(PIECE, min_size=1, max_size=4).map(b"".join).map(lambda name: b"n" + name)
PATH = NAME | st.tuples(st.sampled_from([b"a", b"b", b"dir with space", b"\xe6\x97\xa5"]), NAME).map(b"/".join)
TREE = st.dictionaries(PATH, st.tuples(CONTENT, st.sampled_from([0o644, 0o755])), max_size=4)
DRESS = st.sampled_from(
    [
        ["-U0"],
        ["-U3"],
        ["-U1", "--no-prefix"],
        ["--src-prefix=old/", "--dst-prefix=new/"],
        ["-R"],
        ["--binary", "--full-index"],
        ["-W"],
    ]
)
SETTINGS = st.sampled_from(
    [
        [],
        ["-c", "diff.mnemonicPrefix=true"],
        ["-c", "core.quotePath=false"],
        ["-c", "diff.suppressBlankEmpty=true"],
        ["-c", "diff.algorithm=patience"],
    ]
)
RENAMES = st.sampled_from([["--no-renames"], ["-M"], ["-M30", "-C30", "--find-copies-harder"], ["-B30", "-M30"]])


class Repository:
    """A bare-bones git repository that trees are written into, without commits."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "-q")

    def git(self, *arguments: str) -> bytes:
        environment = os.environ | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        return subprocess.run(
            ["git", "-c", "core.autocrlf=false", *arguments],
            cwd=self.folder,
            env=environment,
            check=True,
            capture_output=True,
        ).stdout

    def tree(self, files: dict[bytes, tuple[bytes, int]]) -> str:
        """The id of a tree with just *files*."""
        for entry in self.folder.iterdir():
            if entry.name != ".git":
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        for path, (content, mode) in files.items():
            file = self.folder / os.fsdecode(path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            file.chmod(mode)
        self.git("add", "-A")
        return self.git("write-tree").decode().strip()


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return Repository(tmp_path_factory.mktemp("git"))


def shown(path: bytes) -> str:
    return path.decode("utf-8", "backslashreplace")


def lines_of(content: bytes) -> list[bytes]:
    """Lines with their ends: one without differs from one with."""
    return [line + b"\n" for line in content.split(b"\n")[:-1]] + (
        [rest] if (rest := content.rpartition(b"\n")[2]) else []
    )


def numstat(output: bytes) -> Iterator[tuple[int | None, int | None, str, str]]:
    """(added, deleted, old path, new path) as ``git diff --numstat -z`` tells; ``None`` for binary files."""
    fields = iter(output.split(b"\0")[:-1])
    for field in fields:
        added, deleted, path = field.split(b"\t", 2)
        old, new = (path, path) if path else (next(fields), next(fields))
        yield (
            (None if added == b"-" else int(added)),
            (None if deleted == b"-" else int(deleted)),
            shown(old),
            shown(new),
        )


def assert_turns(file: FileDiff, old: bytes, new: bytes) -> None:
    """Without the deleted lines the old file is what the new one is without the added lines, and they stand where
    ``moved`` says.
    """
    before, after = lines_of(old), lines_of(new)
    stayed = [number for number in range(1, len(before) + 1) if number not in file.deleted]
    arrived = [number for number in range(1, len(after) + 1) if number not in file.added]
    assert [before[number - 1] for number in stayed] == [after[number - 1] for number in arrived]
    assert file.deleted.last <= len(before)
    assert file.added.last <= len(after)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(old=TREE, new=TREE, dress=DRESS, config=SETTINGS, renames=RENAMES)
def test_added_and_deleted_lines_are_gits_own(
    repository: Repository,
    old: dict[bytes, tuple[bytes, int]],
    new: dict[bytes, tuple[bytes, int]],
    dress: list[str],
    config: list[str],
    renames: list[str],
):
    """Counts equal ``git diff --numstat``, and the line sets turn one blob into the other exactly."""
    before, after = repository.tree(old), repository.tree(new)
    diff = parse_diff(repository.git(*config, "diff", *dress, *renames, before, after))
    reverse = [option for option in dress if option == "-R"]
    counts = repository.git(*config, "diff", "--numstat", "-z", *reverse, *renames, before, after)
    told = {path: (added, deleted, source) for added, deleted, source, path in numstat(counts)}
    if reverse:
        old, new = new, old
    assert set(diff.files) == set(told)
    old_blobs = {shown(path): content for path, (content, _) in old.items()}
    new_blobs = {shown(path): content for path, (content, _) in new.items()}
    for path, file in diff.files.items():
        added, deleted, source = told[path]
        assert file.old_path == source
        if added is None:
            assert (file.added, file.deleted) == (NO_LINES, NO_LINES)  # binary, though a pure rename does not say so
        else:
            assert not file.binary
            assert (len(file.added), len(file.deleted)) == (added, deleted)
            gone = old_blobs[file.old_path] if file.change is not Change.ADDED else b""
            assert_turns(file, gone, new_blobs.get(path, b"") if file.change is not Change.DELETED else b"")


def test_a_submodule_and_a_link_are_told_apart_from_files(tmp_path: Path):
    """From git itself: a new submodule is flagged, a file that became a link is one entry."""
    repository = Repository(tmp_path)
    repository.tree({b"x": (b"one\ntwo\n", 0o644)})
    before = repository.git("write-tree").decode().strip()
    (tmp_path / "x").unlink()
    (tmp_path / "x").symlink_to("elsewhere")
    repository.git("add", "-A")
    repository.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module")
    after = repository.git("write-tree").decode().strip()
    diff = parse_diff(repository.git("diff", before, after))
    assert diff.files["module"].submodule
    assert not diff.files["module"].added
    assert (list(diff.files["x"].deleted), list(diff.files["x"].added)) == ([1, 2], [1])


def test_a_merge_with_conflicts_is_refused(tmp_path: Path):
    """``git diff`` in a conflicted merge writes a combined diff."""
    repository = Repository(tmp_path)
    blobs = []
    for content in ("a\n", "b\n", "c\n"):
        (tmp_path / "x").write_text(content)
        blobs.append(repository.git("hash-object", "-w", "x").decode().strip())
    stages = "".join(f"100644 {blob} {stage}\tx\n" for stage, blob in enumerate(blobs, start=1))
    subprocess.run(["git", "update-index", "--index-info"], cwd=tmp_path, input=stages.encode(), check=True)
    with pytest.raises(DiffError, match=r"combined|conflict"):
        parse_diff(repository.git("diff"))
