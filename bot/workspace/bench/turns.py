"""Rounds of benchmarks on two trees, in turns: base, head, then head, base. So a machine that slows down while they
run slows both sides alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot.core.model.evidence import Side
from bot.workspace.files import reports_by_name
from bot.workspace.run.log import note_text
from bot.workspace.run.perform import Failed, Room
from bot.workspace.run.processes import TimedOut

_BOTH = (Side.BASE, Side.HEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One command that runs benchmarks once, in *folder* of one side's tree. ``{report}`` in its *words* stands for
    the file that it writes; without it, what it prints is added to the round's own. *searched* is the tree in which it
    may leave files with a report's name instead.
    """

    words: tuple[str, ...]
    folder: Path
    suffix: str = ".txt"
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    searched: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The benchmarks called *name* on both sides; a side that does not have them is not there."""

    name: str
    sides: Mapping[Side, Bench]


class Turns:
    """All *pairs*, *rounds* times on each side. Reports go below *staged*, to the folder of their side."""

    def __init__(self, pairs: Sequence[Pair], rounds: int, staged: Path, title: str) -> None:
        self._pairs = pairs
        self._rounds = rounds
        self._staged = staged
        self._title = title
        self._failed: dict[str, str] = {}

    @property
    def total(self) -> int:
        """How many commands there are to run."""
        return self._rounds * sum(len(pair.sides) for pair in self._pairs)

    def run(self, room: Room) -> str:
        """Run them all, and give a note on pairs whose base could not be measured. Raises ``Failed`` for one whose
        head could not.
        """
        done = 0
        for number in range(self._rounds):
            for index, pair in enumerate(self._pairs):
                for side in _BOTH if (number + index) % 2 == 0 else tuple(reversed(_BOTH)):
                    if side in pair.sides:
                        self._measure(pair, side, number, room)
                        done += 1
                        room.advanced(done, self.total)
            room.rounded(number + 1)
        return "; ".join(self._failed.values())

    def _measure(self, pair: Pair, side: Side, number: int, room: Room) -> None:
        if side is Side.BASE and pair.name in self._failed:
            return
        try:
            self._once(pair, side, number, room)
        except (Failed, TimedOut):
            if side is Side.HEAD:
                raise
            self._failed[pair.name] = f"{pair.name} does not run on the base"

    def _once(self, pair: Pair, side: Side, number: int, room: Room) -> None:
        bench = pair.sides[side]
        folder = self._staged / side / self._title
        folder.mkdir(parents=True, exist_ok=True)
        printed = folder / f"{side}-r{number}.txt"
        report = folder / f"{side}-r{number}{self._tag(pair)}{bench.suffix}"
        words = tuple(word.replace("{report}", str(report)) for word in bench.words)
        writes = words != bench.words
        before = _written(bench.searched)
        room.begin(words, f"[{side} {number}] ")
        printing = folder / "printing"
        status = room.processes.run(words, bench.folder, room.log, output=None if writes else printing, env=bench.env)
        text = b"" if writes else printing.read_bytes()
        printing.unlink(missing_ok=True)
        note_text(text, room.log)
        if status:
            raise Failed(status, f"{pair.name} ended so on the {side}")
        new = [path for path, seen in _written(bench.searched).items() if before.get(path) != seen]
        for at, path in enumerate(new):
            (folder / f"{side}-r{number}-{at}-{path.name}").write_bytes(path.read_bytes())
        if text and not new:
            with printed.open("ab") as out:
                out.write(text)

    def _tag(self, pair: Pair) -> str:
        return "" if len(self._pairs) == 1 else f"-{self._pairs.index(pair)}"


def _written(tree: Path | None) -> Mapping[Path, tuple[int, int]]:
    seen: dict[Path, tuple[int, int]] = {}
    for path in reports_by_name(tree, ()) if tree is not None else ():
        with suppress(OSError):
            status = path.stat()
            seen[path] = (status.st_mtime_ns, status.st_size)
    return seen
