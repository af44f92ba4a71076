"""Where tests failed and races stood, as files of the repository."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from bot.core.compare.names import KnownNames
from bot.core.compare.paths import Origin, map_paths
from bot.core.model.suites import Access, Case, Race, Suites


def placed(suites: Suites, known: KnownNames, origin: Origin) -> tuple[Suites, frozenset[str]]:
    """*suites* with the places of what failed and of races under the repository's names, and those names. A place that
    fits no file keeps the name that the report gave it.

    Go names a test's file without its folder; the package says which that is.
    """
    wanted = {spelling(case) for case in suites.cases if case.bad and case.file}
    wanted |= {frame.file for race in suites.races for access in race.accesses for frame in access.frames}
    if not wanted:
        return suites, frozenset()
    mapped = map_paths(sorted(wanted), known, origin).names
    names = {path: name for path, name in mapped.items() if name in known.names}
    there = msgspec.structs.replace(
        suites,
        cases=tuple(_case(case, names) if case.bad and case.file else case for case in suites.cases),
        races=tuple(_race(race, names) for race in suites.races),
    )
    return there, frozenset(names.values())


def spelling(case: Case) -> str:
    """The file of *case* with the folder that its suite tells."""
    bare = "/" not in case.file and "\\" not in case.file
    return f"{case.suite}/{case.file}" if bare and case.file.endswith(".go") and case.suite else case.file


def _case(case: Case, names: dict[str, str]) -> Case:
    name = names.get(spelling(case))
    return case if name is None else msgspec.structs.replace(case, file=name)


def _race(race: Race, names: dict[str, str]) -> Race:
    return msgspec.structs.replace(race, accesses=tuple(_accesses(race.accesses, names)))


def _accesses(accesses: Iterable[Access], names: dict[str, str]) -> Iterable[Access]:
    for access in accesses:
        frames = (
            msgspec.structs.replace(frame, file=names[frame.file]) if frame.file in names else frame
            for frame in access.frames
        )
        yield msgspec.structs.replace(access, frames=tuple(frames))
