"""A git diff put together from the patches of a pull request's file list, for changes that GitHub will not diff whole.

The list leaves out a file's patch where that is too long, and says so only by its absence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.flows.ports import PatchFiles
from bot.github.answers import PullFile

_PLAIN = re.compile(r"[\w./+@%=,~:-]+", re.ASCII)
_ESCAPES = {9: "\\t", 10: "\\n", 13: "\\r", 34: '\\"', 92: "\\\\", 7: "\\a", 8: "\\b", 11: "\\v", 12: "\\f"}


def assemble(files: Sequence[PullFile]) -> PatchFiles:
    """The diff of *files* as git writes it. A file whose hunks are absent or cut short is named as missing."""
    missing = tuple(file.filename for file in files if not _is_whole(file))
    diff = "".join(_section(file) for file in files if _is_whole(file))
    return PatchFiles(diff=diff.encode("utf-8", "replace"), missing=missing)


def _is_whole(file: PullFile) -> bool:
    """Whether the patch holds as many lines as GitHub counted; a file without changed lines needs none."""
    if file.patch is None:
        return file.changes == 0
    marks = [line[:1] for line in file.patch.split("\n")]
    return marks.count("+") == file.additions and marks.count("-") == file.deletions


def _section(file: PullFile) -> str:
    old, new = _quoted("a/", file.previous_filename or file.filename), _quoted("b/", file.filename)
    lines = [f"diff --git {old} {new}", *_extended(file)]
    if file.patch:
        lines += [
            f"--- {'/dev/null' if file.status == 'added' else old}",
            f"+++ {'/dev/null' if file.status == 'removed' else new}",
            file.patch.removesuffix("\n"),
        ]
    elif file.status in ("modified", "changed"):
        lines.append(f"Binary files {old} and {new} differ")
    return "\n".join(lines) + "\n"


def _extended(file: PullFile) -> list[str]:
    match file.status:
        case "added":
            return ["new file mode 100644"]
        case "removed":
            return ["deleted file mode 100644"]
        case "renamed" | "copied":
            verb = "rename" if file.status == "renamed" else "copy"
            source = _quoted("", file.previous_filename or file.filename)
            return [f"{verb} from {source}", f"{verb} to {_quoted('', file.filename)}"]
        case _:
            return []


def _quoted(prefix: str, path: str) -> str:
    """*path* as git quotes it in a diff: C escapes, bytes beyond ASCII in octal."""
    if _PLAIN.fullmatch(path):
        return prefix + path
    escaped = "".join(_escaped(byte) for byte in (prefix + path).encode("utf-8", "replace"))
    return f'"{escaped}"'


def _escaped(byte: int) -> str:
    if byte in _ESCAPES:
        return _ESCAPES[byte]
    return chr(byte) if 32 <= byte < 127 else f"\\{byte:03o}"
