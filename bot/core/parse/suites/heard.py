"""The elements of a report of tests as they are heard, for formats in which what matters stands in texts."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import ClassVar

from bot.core.model.suites import Case, Outcome, Race, Suites, united
from bot.core.parse.intake import Intake
from bot.core.parse.markup import PRINTED, Nesting, read_markup
from bot.core.parse.parsed import Parsed
from bot.core.parse.suites.json_case import case as told_case
from bot.core.parse.suites.junit_case import excerpt
from bot.core.parse.suites.places import place_of
from bot.core.parse.suites.races import find_races, tells_of_races
from bot.core.parse.suites.roll import Origin, Roll

SUITE = "(suite)"
"""The name of the case that stands for a suite itself."""

_LONGEST_NAME = 4096
_BAD = (Outcome.FAILED, Outcome.ERRORED)


class Heard(ABC):
    """A target for ``read_markup`` that calls ``opened`` and ``closed`` with names that have no namespace.

    *path* are the names of the elements that are open, from the root; *texts* of the class the names of the elements
    whose text is wanted.
    """

    format: ClassVar[str]
    texts: ClassVar[frozenset[str]]

    def __init__(self) -> None:
        self.path: list[str] = []
        self.roll = Roll()
        self.races: list[Race] = []
        self.empty_suites: list[str] = []
        self._nesting = Nesting()
        self._pieces: list[str] | None = None

    @abstractmethod
    def opened(self, tag: str, attrib: Mapping[str, str]) -> None:
        """*tag* begins; it is the last of ``path``."""

    @abstractmethod
    def closed(self, tag: str, text: str) -> None:
        """*tag*, whose text is *text* if that was wanted, has ended; ``path`` leads to what it is in."""

    def start(self, tag: str, attrib: dict[str, str]) -> None:
        tag = tag.rpartition("}")[2]
        self._nesting.enter(tag, len(attrib))
        self.path.append(tag)
        self._pieces = [] if tag in self.texts else None
        self.opened(tag, attrib)

    def end(self, tag: str) -> None:
        tag = tag.rpartition("}")[2]
        self._nesting.depth -= 1
        self.path.pop()
        text = "".join(self._pieces) if self._pieces is not None else ""
        self._pieces = None
        self.closed(tag, text)

    def data(self, data: str) -> None:
        if self._pieces is not None:
            self._pieces.append(data)

    @abstractmethod
    def close(self) -> None:
        """The document has ended."""

    def settle(self) -> None:
        """Everything is understood as it is heard."""
        return

    @property
    def within(self) -> str:
        """The element that the one just closed is in."""
        return self.path[-1] if self.path else ""

    def add(self, case: Case, origin: Origin = ()) -> None:
        self.roll.add([case], [origin])

    def watch(self, text: str, suite: str, name: str = "") -> None:
        """Look for races in what was printed."""
        if tells_of_races(text):
            self.races += find_races(text, suite=suite[:_LONGEST_NAME], case=name[:_LONGEST_NAME])

    def read(self, intake: Intake) -> Parsed:
        read_markup(intake, self, longest=PRINTED)
        cases = self.roll.united()
        names = dict.fromkeys((*(case.suite for case in cases), *(name[:_LONGEST_NAME] for name in self.empty_suites)))
        ran = tuple(name for name in names if name)
        return Parsed(format=self.format, suites=Suites(cases=tuple(cases), races=united(self.races), suites=ran))


def told(
    suite: str,
    name: str,
    outcome: Outcome,
    *,
    duration_us: int | None = None,
    message: str = "",
    stack: str = "",
    printed: str = "",
    synthetic: bool = False,
) -> Case:
    """The case of *suite* that ended so; a class in front of its *name* is left out. The *stack* of a failure says
    where it was; what it *printed* stands for one that is missing.
    """
    message, stack = message.replace("\r\n", "\n"), stack.replace("\r\n", "\n")
    place = place_of(stack, suite) if outcome in _BAD else None
    detail = (stack.strip() or printed) if outcome in _BAD else ""
    return told_case(
        suite,
        name.removeprefix(f"{suite}.") or name,
        outcome,
        duration_us=duration_us,
        message=message.strip() or stack.strip().partition("\n")[0].strip() if outcome in _BAD else message,
        detail=excerpt(detail),
        file=place[0] if place else "",
        line=place[1] if place else None,
        synthetic=synthetic,
    )
