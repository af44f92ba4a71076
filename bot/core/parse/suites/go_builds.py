"""Packages that did not build: what the go command and the compiler said of each, before or after their results."""

from __future__ import annotations

import re

from bot.core.parse.suites.go_output import Told, is_complaint, why_not_built

_MOST_BLOCKS = 10_000
_MOST_LINES = 200

_HEADER = re.compile(r"# \[?([^\s\[\]]{1,4096})\]?(?: \[[^\]]*\])?\s*\Z")


class Builds:
    """What was said under each header ``# package [package.test]``, and by which build."""

    def __init__(self) -> None:
        self._said: dict[str, list[str]] = {}  # by package, as headers name it
        self._built: dict[str, list[str]] = {}  # by import path, as events name it
        self._failed: dict[str, None] = {}
        self._open: list[str] | None = None

    @property
    def within(self) -> bool:
        """Whether the next line may belong to what was said last."""
        return self._open is not None

    def output(self, import_path: str, text: str) -> None:
        """The build of *import_path* printed *text*."""
        _keep(self._built, import_path, text)
        self.line(text)

    def failed(self, import_path: str) -> None:
        self._failed[import_path] = None

    def line(self, text: str) -> bool:
        """Whether *text* is a header or a complaint under one."""
        if text.startswith("# ") and (header := _HEADER.match(text)):
            self._open = self._said.setdefault(header[1], []) if len(self._said) < _MOST_BLOCKS else None
        elif self._open is not None and is_complaint(text.rstrip("\n")):
            if len(self._open) < _MOST_LINES:
                self._open.append(text if text.endswith("\n") else text + "\n")
        else:
            self._open = None
            return False
        return True

    def of(self, package: str, build: str = "") -> Told:
        """Why *package* did not build; *build* is the import path whose build an event names as the cause."""
        self._failed.pop(build, None)
        said = self._said.pop(package, None) or self._built.get(build)
        return why_not_built(said or ())

    def alone(self) -> Told:
        """What was said under the one header that no package has asked for; nothing if there are several."""
        left = [said for said in self._said.values() if said]
        return why_not_built(left[0]) if len(left) == 1 else Told()

    def unclaimed(self) -> list[tuple[str, Told]]:
        """Failed builds that no package's result names: (package, why)."""
        return [(path.split(" ", 1)[0], why_not_built(self._built.get(path, ()))) for path in self._failed]


def _keep(kept: dict[str, list[str]], key: str, text: str) -> None:
    lines = kept.setdefault(key, []) if key in kept or len(kept) < _MOST_BLOCKS else []
    if len(lines) < _MOST_LINES:
        lines.append(text)
