"""The branches of a report's lines, shared: most lines have the same few, so a million come to a few dozen objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.core.model.coverage import Arms

Arm = tuple[str, bool]
"""A branch's name, unique on its line, and whether it was taken."""


class SharedArms:
    """The arms made so far, by what they are made of."""

    def __init__(self) -> None:
        self._made: dict[tuple[Arm, ...], Arms] = {}

    def of(self, lines: Mapping[int, Iterable[Arm]]) -> dict[int, Arms]:
        """The arms of each of *lines*. One that comes twice was taken if either was."""
        made = self._made
        arms: dict[int, Arms] = {}
        for line, listed in lines.items():
            key = tuple(listed)
            found = made.get(key)
            if found is None:
                taken = frozenset(name for name, ran in key if ran)
                found = made[key] = Arms(frozenset(name for name, _ in key), taken)
            arms[line] = found
        return arms
