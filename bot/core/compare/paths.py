"""Paths as reports write them into paths of the repository.

In this order: the policy's ``coverage.paths``; what is known of the machine that measured (the report's own source
folders, the upload's root, Go modules); the path as it stands; and at last its end, where just one file of the
repository fits. What fits none keeps its own name and is listed: it still counts, for the total must be the tool's.

Case counts, and look-alikes do not. A name with control or invisible characters, or one that climbs out of the
repository, is never guessed at.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.core.compare.names import KnownNames
from bot.core.model.policy import PathRule

_DRIVE = re.compile(r"[A-Za-z]:/")
_UNSOUND = re.compile(  # controls, invisible and reordering characters, halves of surrogate pairs
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
_UNTIDY = re.compile(r"\\|//|(?:^|/)\.{1,2}(?:/|$)|/$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a report's paths begin: *root* is the checkout on the machine that measured, *roots* the source folders
    that the report names, *modules* Go's module paths with their folders, *rules* the policy's.
    """

    root: str = ""
    roots: tuple[str, ...] = ()
    modules: Mapping[str, str] = field(default_factory=dict[str, str])
    rules: tuple[PathRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PathMap:
    """*names* gives each report path its name; *unmatched* are the names, sorted, that are no file of the repository
    (or, where its files are not all known, cannot be one).
    """

    names: Mapping[str, str]
    unmatched: tuple[str, ...]


def map_paths(paths: Iterable[str], known: KnownNames, origin: Origin) -> PathMap:
    """Names for all *paths* of one report. Two paths may get one name: their measurements are then united."""
    mapper = _Mapper(known, origin)
    certain: dict[str, str] = {}
    open_: list[str] = []
    for path in paths:
        name = mapper.certain(path)
        if name is None:
            open_.append(path)
        else:
            certain[path] = name
    guessed = mapper.guesses(open_, taken=set(certain.values())) if open_ else {}
    own = {path: mapper.own_name(path) for path in open_ if path not in guessed}
    strays = {name for path, name in own.items() if known.complete or _is_absolute(name) or not mapper.is_sound(path)}
    return PathMap(names={**certain, **guessed, **own}, unmatched=tuple(sorted(strays)))


def is_foreign(name: str) -> bool:
    """Whether *name* is none of the repository, but kept as the report had it because nothing told more: absolute,
    climbing out, or a Go file's import path (``example.org/module/file.go``).
    """
    first, slash, _ = name.partition("/")
    return _is_absolute(name) or first == ".." or (bool(slash) and "." in first[1:] and name.endswith(".go"))


class _Mapper:
    def __init__(self, known: KnownNames, origin: Origin) -> None:
        self._known = known
        self._root = _tidy(origin.root) or ""
        self._roots = tuple(root for root in map(_tidy, origin.roots) if root)
        self._modules = sorted(origin.modules.items(), key=lambda item: -len(item[0]))
        self._disputed: set[str] = set()
        self._rules = tuple((_tidy_prefix(rule.from_), rule.to.replace("\\", "/")) for rule in origin.rules)

    # --- what is certain ---

    def certain(self, path: str) -> str | None:
        """The file that *path* must be, by rule, by where it was measured, or as it stands."""
        if not self._rules and not self._roots and path in self._known.names:
            return path
        forms = self._forms(path)
        for form in forms:
            name = self._known.exact(self._by_rule(form) or "")
            if name is not None:
                return name
        below = {self._known.exact(self._placed(form) or form) for form in forms[:-1]} - {None}
        if len(below) == 1:
            return below.pop()
        if below:
            self._disputed.add(path)
        if path in self._known.names:
            return path
        return self._known.exact(self._placed(forms[-1]) or forms[-1]) if forms else None

    def _forms(self, path: str) -> list[str]:
        """*path* below each of the report's folders, then as it stands; tidy, and none that is not sound."""
        if _UNSOUND.search(path):
            return []
        below = [] if _is_absolute(path.replace("\\", "/")) else [f"{root}/{path}" for root in self._roots]
        return [tidy for tidy in map(_tidy, (*below, path)) if tidy]

    def _by_rule(self, form: str) -> str | None:
        """What the first rule that fits makes of *form*. A rule may name a whole file."""
        for prefix, to in self._rules:
            rest = "" if form == prefix else _below(prefix, form)
            if rest is not None:
                return _tidy("/".join(part for part in (to.strip("/"), rest) if part)) or None
        return None

    def _placed(self, form: str) -> str | None:
        """*form* within the checkout or within a Go module, ``None`` where it is in neither."""
        inside = _below(self._root, form) if self._root else None
        if inside:
            return inside
        for module, folder in self._modules:
            rest = _below(module, form)
            if rest:
                return _tidy(f"{folder}/{rest}")
        return None

    # --- what is likely ---

    def guesses(self, paths: list[str], taken: set[str]) -> dict[str, str]:
        """Files for *paths* by their ends, and by what the others' ends teach of a common beginning. A file that the
        report names outright (*taken*) is not guessed at a second time.
        """
        found: dict[str, str] = {}
        beginnings: Counter[tuple[str, str]] = Counter()
        if taken and not self._known.complete:
            beginnings["", ""] = len(taken)
        for path in paths:
            by_end = self._by_end(path)
            if by_end is not None:
                form, found[path] = by_end
                beginnings[_beginnings(form, found[path])] += 1
        take, put = _commonest(beginnings)
        if take or put:
            for path in paths:
                name = None if path in found else self._by_beginning(path, take, put)
                if name is not None:
                    found[path] = name
        found |= self._nearest([path for path in paths if path not in found], set(found.values()))
        return {path: name for path, name in found.items() if name not in taken}

    def _guessable(self, path: str) -> list[str]:
        """The forms of *path*, unless its place is known (a file in the checkout that is not tracked is just that) or
        two of the report's folders hold such a file.
        """
        forms = self._forms(path)
        return [] if path in self._disputed or (forms and self._placed(forms[-1])) else forms

    def _by_end(self, path: str) -> tuple[str, str] | None:
        for form in self._guessable(path):
            if self._known.complete or "/" in form:  # some other file of that bare name may not be known
                name = self._known.longest_end(form) or self._known.only_ending_with(form)
                if name is not None:
                    return form, name
        return None

    def _by_beginning(self, path: str, take: str, put: str) -> str | None:
        for form in self._guessable(path):
            if form.startswith(take) and (take or not _is_absolute(form)):
                name = self._known.exact(put + form[len(take) :])
                if name or not self._known.complete:
                    return name or put + form[len(take) :]
        return None

    def _nearest(self, paths: list[str], taken: set[str]) -> dict[str, str]:
        """Files that share the longest end with one of *paths* each, where no two claim the same."""
        if not self._known.complete:
            return {}
        found: dict[str, str] = {}
        for path in paths:
            near = (self._known.nearest(form) or self._known.at_the_top(form) for form in self._guessable(path))
            name = next((name for name in near if name is not None), None)
            if name is not None:
                found[path] = name
        claims = Counter(found.values())
        return {path: name for path, name in found.items() if claims[name] == 1 and name not in taken}

    # --- what is left ---

    def is_sound(self, path: str) -> bool:
        return bool(self._forms(path))

    def own_name(self, path: str) -> str:
        """The name that *path* keeps: its place in the checkout where that is known, else itself, tidy if sound."""
        forms = self._forms(path)
        for form in forms if path not in self._disputed else ():
            name = self._by_rule(form) or self._placed(form)
            if name is not None:
                return name
        if len(forms) == 2 and not _is_absolute(forms[0]) and path not in self._disputed:
            return forms[0]  # below the one folder that the report names
        return forms[-1] if forms else _UNSOUND.sub(lambda found: f"\\u{ord(found[0]):04x}", path) or "?"


def _commonest(beginnings: Counter[tuple[str, str]]) -> tuple[str, str]:
    """The one that most paths agree on; two empty texts for none, or where two are as common."""
    ranked = beginnings.most_common(2)
    tied = len(ranked) == 2 and ranked[0][1] == ranked[1][1]
    return ranked[0][0] if ranked and not tied else ("", "")


def _beginnings(form: str, name: str) -> tuple[str, str]:
    """What to take from *form*'s beginning, and what to put there, to get *name*."""
    longer = len(form) - len(name)
    return (form[:longer], "") if longer > 0 else ("", name[:-longer])


# --- text --------------------------------------------------------------------------------------------------------


def _is_absolute(path: str) -> bool:
    return path.startswith("/") or _DRIVE.match(path) is not None


def _tidy(path: str) -> str | None:
    """*path* with ``/`` between its components and none of them empty, ``.`` or ``..``; ``None`` if it climbs out."""
    if not _UNTIDY.search(path):
        return path
    path = path.replace("\\", "/")
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/" * path.startswith("/") + "/".join(parts)


def _tidy_prefix(prefix: str) -> str:
    """A rule's ``from`` without a slash at its end; ``./`` is the beginning of every relative path."""
    return _tidy(prefix) or ""


def _below(folder: str, path: str) -> str | None:
    """*path* as seen from *folder*, ``None`` where it is not below it. Windows' paths are alike whatever their case."""
    if not folder:
        return None if _is_absolute(path) else path
    head, rest = path[: len(folder)], path[len(folder) :]
    alike = head.lower() == folder.lower() if _DRIVE.match(path) else head == folder
    if not alike or not (rest.startswith("/") or folder.endswith("/")):
        return None
    return rest.lstrip("/")
