"""What ``go test -bench`` prints, https://go.dev/design/14313-benchmark-format: one line a run of a benchmark."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core.model.benchmarks import Benchmarks, Direction
from bot.core.model.errors import ReportError
from bot.core.parse.benchmarks.series import Kind, Series, believed, kind

_CONFIG = re.compile(r"(goos|goarch|pkg|cpu):\s*(.*)")
_UNIT = re.compile(r"Unit\s+(\S+)((?:\s+[a-z][^\s=]*=\S*)+)\s*")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?|[-+]?Inf|NaN")
_NAME = re.compile(r"Benchmark(?![a-z])\S*")
_ENDS = re.compile(r"(?:PASS|FAIL|ok)\b|--- ")
_PROCS = re.compile(r"(.*[^-])(-[1-9][0-9]{0,5})\Z")
_LONGEST_LINE = 16 << 10
_MOST_RUNS = 1_000_000

_MACHINE = {"goos": "os", "goarch": "arch", "cpu": "cpu"}
_NAMES = {
    "ns/op": "time",
    "sec/op": "time",
    "B/op": "bytes",
    "allocs/op": "allocs",
    "MB/s": "throughput",
    "B/s": "throughput",
}
_COUNTED = frozenset({"B/op", "allocs/op"})
_BETTER = {"higher": Direction.HIGHER, "lower": Direction.LOWER}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run of one benchmark, by unit."""

    package: str
    name: str
    values: Mapping[str, float]


class GoBench:
    """Hears the lines of one test run, in order. A benchmark that prints breaks its own line in two: its name, then
    later the numbers; both halves are put together again.
    """

    def __init__(self) -> None:
        self._runs: list[_Run] = []
        self._package = ""
        self._open: tuple[str, str] | None = None  # the package and the name whose numbers have not come yet
        self._machine: dict[str, str] = {}
        self._units: dict[str, dict[str, str]] = {}

    def line(self, text: str, package: str = "") -> bool:
        """Whether *text* is of a benchmark: a result, a configuration (goos, goarch, pkg, cpu) or a unit's metadata.
        *package* is where it was printed, where that is known otherwise than by a ``pkg:`` line. Raises
        ``ReportError`` for a result that is no number, or less than no time.
        """
        if len(text) > _LONGEST_LINE:
            return False
        text = text.rstrip("\r\n")
        name = _NAME.match(text)
        if name is not None:
            return self._named(name[0], text[name.end() :], package or self._package)
        if self._open is not None:
            values = _values_at_the_end(text)
            if values:
                (where, late), self._open = self._open, None
                return self._add(where, late, values)
            if _ENDS.match(text):
                self._open = None
        return self._config(text)

    def _named(self, name: str, rest: str, package: str) -> bool:
        self._open = None
        values = _values(rest.split()) or _values_at_the_end(rest)
        if values and rest[0].isspace():
            return self._add(package, name, values)
        if rest.lstrip(" ").startswith("\t"):
            self._open = package, name
        return False

    def _add(self, package: str, name: str, values: Mapping[str, str]) -> bool:
        if len(self._runs) >= _MOST_RUNS:
            raise ReportError(f"it holds more than {_MOST_RUNS} runs of benchmarks")
        found = {unit: believed(float(number), name, unit) for unit, number in values.items()}
        self._runs.append(_Run(package=package, name=name, values=found))
        return True

    def _config(self, text: str) -> bool:
        found = _CONFIG.fullmatch(text)
        if found is not None and (found[1] != "cpu" or self._machine or self._package):
            if found[1] == "pkg":
                self._package = found[2].strip()
            else:
                self._machine.setdefault(_MACHINE[found[1]], found[2].strip())
            return True
        if found := _UNIT.fullmatch(text):
            said = dict(word.split("=", 1) for word in found[2].split())
            self._units.setdefault(found[1], {}).update(said)
            return True
        return False

    def result(self) -> Benchmarks | None:
        """All runs heard, those of one benchmark as its samples; ``None`` if there was none."""
        if not self._runs:
            return None
        procs = _procs(self._runs)
        series = Series()
        for run in self._runs:
            name = run.name.removesuffix(procs[run.package])
            names = _names(run.values)
            for unit, value in run.values.items():
                series.add(name, names[unit], self._kind(unit, run.values), [value], group=run.package)
        cores = {suffix.removeprefix("-") for suffix in procs.values()}
        return series.benchmarks(self._machine | {"cores": cores.pop() if len(cores) == 1 else ""})

    def _kind(self, unit: str, beside: Iterable[str]) -> Kind:
        said = self._units.get(unit, {})
        better = _BETTER.get(said.get("better", ""))
        known = kind(unit, better, exact=unit in _COUNTED)
        if _NAMES.get(unit) == "throughput" and any(_NAMES.get(other) == "time" for other in beside):
            known = replace(known, gated=False)
        if "assume" in said:
            known = replace(known, exact=said["assume"] == "exact")
        return known


def _values(fields: Sequence[str]) -> dict[str, str]:
    """The numbers in *fields* by unit: how often it ran, then number and unit in turn. None of them if any misfits."""
    if len(fields) < 3 or len(fields) % 2 == 0 or not (fields[0].isascii() and fields[0].isdigit()):
        return {}
    numbers, units = fields[1::2], fields[2::2]
    if not all(map(_NUMBER.fullmatch, numbers)) or any(map(_NUMBER.fullmatch, units)):
        return {}
    return dict(zip(units, numbers, strict=True))


def _values_at_the_end(text: str) -> dict[str, str]:
    """The numbers that *text* ends with, as the testing package writes them: columns between tabs, after what the
    benchmark itself printed.
    """
    columns = text.split("\t")
    at = len(columns)
    while at > 1 and _values(["1", *columns[at - 1].split()]):
        at -= 1
    runs = columns[at - 1].split()[-1:]
    return _values([*runs, *" ".join(columns[at:]).split()]) if at < len(columns) else {}


def _procs(runs: Iterable[_Run]) -> dict[str, str]:
    """The ending that every benchmark of a package has in common, ``-8`` for GOMAXPROCS=8; "" where they differ
    (``-cpu=1,2``) or one has none, as with GOMAXPROCS=1, when the last number of a name is its own.
    """
    endings: dict[str, set[str]] = {}
    for run in runs:
        found = _PROCS.match(run.name)
        endings.setdefault(run.package, set()).add(found[2] if found else "")
    return {package: next(iter(found)) if len(found) == 1 else "" for package, found in endings.items()}


def _names(units: Iterable[str]) -> dict[str, str]:
    """The measure that each unit of one line is; a unit whose name another one bears is a measure by its own name."""
    names: dict[str, str] = {}
    for unit in sorted(units, key=lambda unit: unit not in _NAMES):
        name = _NAMES.get(unit) or unit.removesuffix("/op") or unit
        while name in names.values():
            name = unit if name != unit and unit not in names.values() else f"{name}'"
        names[unit] = name
    return names
