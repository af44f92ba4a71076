"""How JSON begins: its first keys and where they stand, from a head that ends anywhere."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

_TOKEN = re.compile(r'\s*(?:([{}\[\],:])|"((?:[^"\\]|\\.)*)"|([^\s{}\[\],:"]+))', re.DOTALL)
_DEEPEST = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """*keys* are the paths of the keys that the head shows: ``context``, ``benchmarks.[].name``, ``[].filePath``; a
    list's own mark is ``[]``. *values* are the texts of those whose value is a string. *ended* is true if the whole
    first value is in the head.
    """

    keys: frozenset[str]
    values: dict[str, str]
    ended: bool

    @property
    def is_list(self) -> bool:
        return "[]" in self.keys

    def has(self, *keys: str) -> bool:
        """Whether the head shows all of *keys*."""
        return self.keys.issuperset(keys)


def outline(head: bytes) -> Outline | None:
    """The outline of the JSON value that *head* begins with; ``None`` if it begins with neither ``{`` nor ``[``."""
    text = head.decode("utf-8", "ignore").removeprefix("\ufeff")
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    return _Walk().over(text)


class _Walk:
    """Where the walk is: ``_open`` holds each open container with the path of what stands in it, ``_word`` a string
    that is a key if a colon follows, ``_key`` the key whose value comes next.
    """

    def __init__(self) -> None:
        self._keys: set[str] = set()
        self._values: dict[str, str] = {}
        self._open: list[tuple[str, str]] = []
        self._word: str | None = None
        self._key: str | None = None

    def over(self, text: str) -> Outline:
        at = 0
        while len(self._open) <= _DEEPEST and (found := _TOKEN.match(text, at)) is not None:
            at = found.end()
            mark, word, _ = found.groups()
            if mark is not None:
                self._mark(mark)
            elif word is not None and self._key is None:
                self._word = _plain(word)
            elif word is not None:
                self._values.setdefault(self._path(), _plain(word))
            if not self._open:
                break
        return Outline(keys=frozenset(self._keys), values=self._values, ended=not self._open)

    def _path(self) -> str:
        """The path of the value that comes next."""
        within = self._open[-1][1] if self._open else ""
        return f"{within}.{self._key}".removeprefix(".") if self._key is not None else within

    def _mark(self, mark: str) -> None:
        match mark:
            case ":":
                self._key = self._word or ""
                self._keys.add(self._path())
            case ",":
                self._key = None
            case "{" | "[":
                path = self._path()
                if mark == "[":
                    path = f"{path}.[]".removeprefix(".")
                    self._keys.add(path)
                self._open.append((mark, path))
                self._key = None
            case _:
                if self._open:
                    self._open.pop()
                self._key = None


def _plain(word: str) -> str:
    try:
        return str(json.loads(f'"{word}"', strict=False))
    except ValueError:
        return word
