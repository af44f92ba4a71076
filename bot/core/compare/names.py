"""The names of the repository's files, and the questions that mapping asks of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property
from unicodedata import normalize


class KnownNames:
    """File names of the repository. *complete*: these are all (``git ls-files``); else only some are known (those of
    the diff and of the baseline), and that a name is missing says nothing.

    Building costs nothing until a name has to be looked for by its end; each question is then logarithmic.
    """

    def __init__(self, names: Iterable[str], *, complete: bool) -> None:
        self.names = names if isinstance(names, frozenset) else frozenset(names)
        self.complete = complete

    def exact(self, path: str) -> str | None:
        """*path* as the repository spells it; canonically equivalent Unicode (macOS) is the same name."""
        if path in self.names:
            return path
        return None if path.isascii() else self._normalized.get(normalize("NFC", path))

    @cached_property
    def _normalized(self) -> dict[str, str | None]:
        """NFC form to name, ``None`` where two names share one."""
        found: dict[str, str | None] = {}
        for name in self.names:
            if not name.isascii():
                form = normalize("NFC", name)
                found[form] = None if form in found else name
        return found

    def longest_end(self, path: str) -> str | None:
        """The longest end of *path*, at least a folder and a name, that is a name."""
        start = 0
        while (start := path.find("/", start) + 1) and "/" in path[start:]:
            found = self.exact(path[start:])
            if found is not None:
                return found
        return None

    @cached_property
    def _backwards(self) -> list[str]:
        return sorted(name[::-1] for name in self.names)

    def _among(self, end: str) -> list[str]:
        """Up to two names that end with *end* below some folder."""
        wanted = end[::-1] + "/"
        at = bisect_left(self._backwards, wanted)
        return [name[::-1] for name in self._backwards[at : at + 2] if name.startswith(wanted)]

    def only_ending_with(self, path: str) -> str | None:
        """The one name that is *path* below some folder; ``None`` for none or several."""
        found = self._among(path)
        return found[0] if len(found) == 1 else None

    def nearest(self, path: str) -> str | None:
        """The one name that shares the longest end with *path*, at least a folder and a name; never one that differs
        in case or by look-alike letters alone.
        """
        backwards = path[::-1]
        at = bisect_left(self._backwards, backwards)
        shared = max((_shared(backwards, other) for other in self._backwards[max(at - 1, 0) : at + 1]), default=0)
        if shared < 2:
            return None
        found = self.only_ending_with("/".join(path.split("/")[-shared:]))
        return None if found is None or _looks(found) == _looks(path) else found

    def at_the_top(self, path: str) -> str | None:
        """The name without folders that *path* ends with, if no other file has it and *path* is absolute or begins
        like an import path (``example.org/module/main.go``).
        """
        first, name = path.partition("/")[0], path.rpartition("/")[2]
        if first and "." not in first and not first.endswith(":"):
            return None
        return self.exact(name) if not self._among(name) else None


def _looks(path: str) -> str:
    return normalize("NFKC", path).casefold()


def _shared(one: str, other: str) -> int:
    """How many leading components both have in common."""
    count = 0
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        count += 1
    return count


NOTHING_KNOWN = KnownNames((), complete=False)
"""Where nobody says which files there are."""
