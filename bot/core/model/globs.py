"""Globs over paths and names, matched in linear time: a policy's patterns cannot stall the service.

``*`` stands for any run without ``/``, ``?`` for one character that is not ``/``, ``**`` for any run of folders
(``a/**`` is all below ``a``, ``**/b`` is ``b`` at any depth). A pattern without ``/`` matches the base name too.
Everything else is literal and case counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache


def matches(pattern: str, path: str) -> bool:
    """Whether *path* as a whole matches *pattern*."""
    parts = _segments(pattern)
    if len(parts) == 1 and parts[0] != "**":
        return _segment_matches(parts[0], path.rsplit("/", 1)[-1])
    return _path_matches(parts, path.split("/"))


def matches_any(patterns: Iterable[str], path: str) -> bool:
    return any(matches(pattern, path) for pattern in patterns)


@lru_cache(maxsize=4096)
def _segments(pattern: str) -> tuple[str, ...]:
    parts: list[str] = []
    for part in pattern.strip("/").split("/"):
        if part != "**" or not parts or parts[-1] != "**":
            parts.append(part)
    if pattern.endswith("/"):
        parts.append("**")
    return tuple(parts)


def _path_matches(pattern: tuple[str, ...], path: list[str]) -> bool:
    """Greedy with one point of return, as for ``*`` in a string: the last ``**`` takes one folder more."""
    p = i = 0
    retry: tuple[int, int] | None = None
    while i < len(path):
        if p < len(pattern) and pattern[p] == "**":
            retry = (p + 1, i)
            p += 1
        elif p < len(pattern) and _segment_matches(pattern[p], path[i]):
            p, i = p + 1, i + 1
        elif retry is not None:
            p, i = retry[0], retry[1] + 1
            retry = (p, i)
        else:
            return False
    return all(part == "**" for part in pattern[p:]) and not (p < len(pattern) and _only_folder(pattern, p))


def _only_folder(pattern: tuple[str, ...], p: int) -> bool:
    """``a/**`` names what is below ``a``, not ``a`` itself."""
    return p > 0 and pattern[p - 1] != "**"


def _segment_matches(pattern: str, text: str) -> bool:
    p = i = 0
    retry: tuple[int, int] | None = None
    while i < len(text):
        if p < len(pattern) and pattern[p] == "*":
            retry = (p + 1, i)
            p += 1
        elif p < len(pattern) and (pattern[p] == text[i] or pattern[p] == "?"):
            p, i = p + 1, i + 1
        elif retry is not None:
            p, i = retry[0], retry[1] + 1
            retry = (p, i)
        else:
            return False
    return all(character == "*" for character in pattern[p:])
