"""What is said of test results and data races."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.core.model.comparison import CaseCounts, CaseKey, SuitesComparison
from bot.core.model.suites import Access, Case, Frame, Race
from bot.core.model.verdict import DetectorOff, NoRaces, RacesFound, TestsFailed, TestsFlaky, TestsPassed
from bot.core.render import units
from bot.core.render.escape import Voice
from bot.core.render.gaps import Words
from bot.core.render.listing import Cell, Foreign, Listing
from bot.core.render.naming import first_of

SuitesReason = TestsPassed | TestsFailed | TestsFlaky | NoRaces | RacesFound | DetectorOff


def suites_words(reason: SuitesReason, voice: Voice) -> Words:
    """Why the gate ``tests`` or ``races`` came out as it did."""
    match reason:
        case TestsPassed(counts=counts, base=base, flaky=flaky):
            return _passed(counts, base, flaky)
        case TestsFailed(counts=counts, names=names, newly=newly):
            return Words(
                f"{_failed(counts)}{_newly(newly, counts.bad)}: {first_of(names, voice)}.",
                "Correct what newly fails first." if newly and newly < counts.bad else "",
            )
        case TestsFlaky(names=names):
            fact = f"{units.count(len(names), 'test')} both failed and passed on this commit: {first_of(names, voice)}."
            return Words(fact, f"Make them steady; {voice.name('tests.flaky: report')} would only list them.")
        case NoRaces(suites=suites):
            return Words(f"The race detector was on in {units.count(suites, 'Go package')} and reported nothing.")
        case RacesFound(races=races):
            places = first_of([race_name(race) for race in races], voice)
            return Words(f"{units.count(len(races), 'data race')} reported: {places}.")
        case DetectorOff(suites=suites):
            return _detector_off(suites, voice)


def _passed(counts: CaseCounts, base: CaseCounts | None, flaky: int) -> Words:
    said = counts_words(counts, base)
    if counts.total == counts.skipped:
        return Words(f"No test ran: {said}.", "See why all of them are skipped.")
    again = f" {units.count(flaky, 'test')} failed at first and passed when tried again." if flaky else ""
    return Words(f"{said}.{again}")


def _failed(counts: CaseCounts) -> str:
    what = f"{units.integer(counts.bad)} of {units.count(counts.total, 'test')}"
    if not counts.errored:
        return f"{what} failed"
    return f"{what} failed or broke off" if counts.failed else f"{what} broke off"


def _newly(newly: int | None, bad: int) -> str:
    if newly is None:
        return ""
    return ", all of them newly" if newly == bad and bad > 1 else f", {units.integer(newly)} of them newly"


def _detector_off(suites: Sequence[str], voice: Voice) -> Words:
    return Words(
        f"Nothing says that the race detector was on for {units.count(len(suites), 'Go package')}: "
        f"{first_of(suites, voice)}.",
        f"Run the tests with {voice.name('go test -race')} and say so with {voice.name('race: true')} in the upload "
        f"step ({voice.name('--race')} in a terminal), or name the artifacts under "
        f"{voice.name('tests.race_detector')}.",
    )


def counts_words(counts: CaseCounts, base: CaseCounts | None) -> str:
    """``120 (+3) tests: 117 passed, 2 (+2) failed, 1 skipped``."""
    kinds = (
        ("passed", counts.passed, base.passed if base else None),
        ("failed", counts.failed, base.failed if base else None),
        ("broke off", counts.errored, base.errored if base else None),
        ("skipped", counts.skipped, base.skipped if base else None),
    )
    said = [f"{units.differing(number, before)} {word}" for word, number, before in kinds if number or before]
    total = units.differing(counts.total, base.total if base else None)
    noun = "test" if counts.total == 1 else "tests"
    return f"{total} {noun}: {', '.join(said)}" if said else f"{total} {noun}"


def tests_line(suites: SuitesComparison) -> str:
    """One line for everybody: the counts with their differences, and how long it took."""
    took = f" in {units.duration(suites.duration_us)}" if suites.duration_us else ""
    fates = (
        (suites.newly_failing, "newly failing"),
        (suites.newly_fixed, "newly fixed"),
        (suites.removed, "removed"),
        (suites.newly_skipped, "newly skipped"),
    )
    moved = [f"{units.integer(len(keys))} {words}" for keys, words in fates if keys]
    return f"{counts_words(suites.counts, suites.base)}{took}{'; ' + ', '.join(moved) if moved else ''}"


# --- lists -------------------------------------------------------------------------------------------------------


def suites_listings(suites: SuitesComparison) -> list[Listing]:
    """What failed and which races there are, urgent; then what changed, and the slowest."""
    return [listing for listing in (*_urgent(suites), *_calm(suites)) if listing.rows]


def _urgent(suites: SuitesComparison) -> Iterable[Listing]:
    new = frozenset(suites.newly_failing)
    legs = {name for names in suites.ran_in.values() for name in names}
    yield Listing(
        title="Failed tests",
        header=("Test", "Where", "Why"),
        rows=[_bad_row(case, suites, new, several=len(legs) > 1) for case in suites.bad],
        what="failed test",
        label=units.count(len(suites.bad), "failed test"),
        urgent=True,
    )
    yield Listing(
        title="Data races",
        header=("Accesses", "Where", "Seen"),
        rows=[_race_row(race, suites.places) for race in suites.races],
        what="data race",
        label=units.count(len(suites.races), "data race"),
        urgent=True,
    )


def _calm(suites: SuitesComparison) -> Iterable[Listing]:
    fates = (
        ("Newly fixed tests", "newly fixed", suites.newly_fixed),
        ("Removed tests", "removed", suites.removed),
        ("Newly skipped tests", "newly skipped", suites.newly_skipped),
    )
    for title, label, keys in fates:
        yield Listing(
            title=title,
            header=("Test", "Suite"),
            rows=[_named(key) for key in keys],
            what="test",
            label=f"{units.integer(len(keys))} {label}",
        )
    yield Listing(
        title="Tests that both failed and passed",
        header=("Test", "Suite", "Runs:"),
        rows=[(*_named(case.key), units.integer(len(case.attempts))) for case in suites.flaky],
        what="test",
        label=units.count(len(suites.flaky), "flaky test"),
    )
    yield Listing(
        title="Slowest tests",
        header=("Test", "Suite", "Took:"),
        rows=[(*_named(case.key), units.duration(case.duration_us or 0)) for case in suites.slowest],
        what="test",
        label="slowest tests",
    )


def _named(key: CaseKey) -> tuple[Cell, Cell]:
    suite, name = key
    return Foreign(text=name), Foreign(text=suite) if suite else ""


def _bad_row(case: Case, suites: SuitesComparison, new: frozenset[CaseKey], *, several: bool) -> tuple[Cell, ...]:
    mark = " (new)" if case.key in new else ""
    message = " ".join(case.message.split())
    why: Cell = Foreign(text=message, clause=True) if message else case.outcome.value
    legs = suites.ran_in.get(case.key, ()) if several else ()
    where = _place(case, suites.places)
    within: tuple[str | Foreign, ...] = (" in ", Foreign(text=", ".join(legs[:3]))) if legs else ()
    return (Foreign(text=case.name), mark), (where, *within), why


def _place(case: Case, places: frozenset[str]) -> Foreign:
    """Where a case failed: its file and line, or else its suite. It leads to one of *places*, files that are there."""
    if not case.file:
        return Foreign(text=case.suite or case.name)
    at = f"{case.file}:{units.integer(case.line)}" if case.line else case.file
    return Foreign(text=at, path=case.file if case.file in places else "", line=case.line)


# --- races -------------------------------------------------------------------------------------------------------


def race_name(race: Race) -> str:
    """A race in a word or two: where its first side stood."""
    top = _top(race)
    return f"{_base(top.file)}:{units.integer(top.line)}" if top else race.case or race.suite or race.detector


def _race_row(race: Race, places: frozenset[str]) -> tuple[Cell, ...]:
    sides = [_side(access) for access in race.accesses[:2]]
    accesses: list[str | Foreign] = []
    for side in sides:
        accesses += [" against " if accesses else "", *side]
    stood = [
        Foreign(
            text=f"{frame.file}:{units.integer(frame.line)}",
            path=frame.file if frame.file in places else "",
            line=frame.line or None,
        )
        for access in race.accesses[:2]
        for frame in access.frames[:1]
    ]
    where: list[str | Foreign] = []
    for place in stood:
        where += [", " if where else "", place]
    return tuple(accesses) or ("The detector gave no frames",), tuple(where), _seen(race)


def _side(access: Access) -> tuple[str | Foreign, ...]:
    function = access.frames[0].function if access.frames else "?"
    return (Foreign(text=access.kind.lower(), clause=True), " in ", Foreign(text=function))


def _seen(race: Race) -> Cell:
    """How often, and beside which test: it only stood in the output there, and may be innocent."""
    times = "once" if race.count == 1 else f"{units.integer(race.count)} times"
    if race.case:
        return (f"{times}, while ", Foreign(text=race.case), " ran")
    return (f"{times}, in ", Foreign(text=race.suite)) if race.suite else times


def _top(race: Race) -> Frame | None:
    return next((access.frames[0] for access in race.accesses if access.frames), None)


def _base(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]
