"""JUnit XML, as pytest, surefire, gradle, gotestsum, jest, vitest, phpunit, mocha, CTest, nextest and others write it.

No standard binds them: https://github.com/testmoapp/junitxml gathers what is common, and reruns are as in
https://maven.apache.org/surefire/maven-surefire-plugin/xsd/surefire-test-report.xsd. A case is told from others by its
class and its name, and by its file where that is given; where the class is missing, the suite's name stands for it.
What suites count is not read, but where one counts failures and shows none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from msgspec.structs import replace

from bot.core.model.suites import BAD, Case, Outcome, Race, Suites, united
from bot.core.parse.intake import Intake
from bot.core.parse.markup import MOST_ATTRIBUTES, PRINTED, Misfit, Nesting, read_markup
from bot.core.parse.parsed import Parsed
from bot.core.parse.suites.durations import Durations
from bot.core.parse.suites.junit_case import RESULTS, Result, case_of, excerpt
from bot.core.parse.suites.junit_go import of_go
from bot.core.parse.suites.races import find_races, tells_of_races
from bot.core.parse.suites.roll import Origin, Roll

FORMAT = "junit"

SUITE = "(suite)"
"""The name of the case that stands for a suite itself."""

_LONGEST_NAME = 4096
_SUITES = frozenset({"testsuite", "testsuites"})
_OF_GO = frozenset({"go.version", "coverage.statements.pct"})
"""Properties that gotestsum and go-junit-report write."""
_USUAL = 3
"""How many attributes cases of most producers have: class, name and duration."""
_TELLING = frozenset({"status", "result", "file", "line"})
"""Attributes that say something of a case that has no result in it."""
_PASSED = Outcome.PASSED
"""Looked up once: members of an enumeration are slow to find."""
_NO_CASE = Case(suite="", name="", outcome=Outcome.ERRORED)
_CUT_SHORT = "it did not come to its end"
_PRINTED = frozenset({"system-out", "system-err"})
_TEXTS = _PRINTED | RESULTS.keys() | {"stackTrace"}


@dataclass(slots=True)
class _Suite:
    """A suite that is open; *cases* are those of it and of the suites within it."""

    name: str = ""
    host: str = ""
    declared_bad: int = 0
    cases: int = 0
    bad: int = 0  # of the cases, those with a failed run
    unnamed: int = 0
    unexplained: list[int] = field(default_factory=list[int])  # bad cases of which nothing more is said
    printed: str = ""
    dialect: str = ""

    def origin(self, file: str = "") -> Origin:
        """What tells a case from another with its class and name: node calls every class ``test``, playwright runs each
        test in several browsers, which it names as hosts.
        """
        return file, self.name, self.host


class _Document:
    """The target that the parser tells of the elements. Cases are noted, and understood many at once."""

    def __init__(self) -> None:
        self.roll = Roll()
        self.races: list[Race] = []
        self.toolchain = ""
        self.empty_suites: list[str] = []
        self._nesting = Nesting()
        self._durations = Durations()
        self._suites = [_Suite()]  # that are open, from the outermost
        self._noted: list[dict[str, str]] = []  # the attributes of the suite's cases that are not understood yet
        self._results: dict[int, list[Result]] = {}  # by the numbers of the cases that hold them
        self._printed: dict[int, str] = {}  # likewise
        self._in_case = False
        self._result: Result | None = None  # that is open
        self._texts: list[str] = []
        self._is_wanted = False  # whether they are those of an element that is open
        self.data = self._texts.append  # a report is mostly blanks: to hear of them must cost nothing

    # --- what the parser says --------------------------------------------------------------------------------------

    def start(self, tag: str, attrib: dict[str, str]) -> None:
        if tag == "testcase" and not self._in_case:
            self._in_case = True
            self._noted.append(attrib)
            return
        if tag[0] == "{":
            self.start(tag.rpartition("}")[2] or "{}", attrib)
            return
        self._nesting.enter(tag, len(attrib))
        if tag in _TEXTS:
            self._texts.clear()
            self._is_wanted = True
            if tag in RESULTS:
                self._open_result(tag, attrib)
        elif tag == "property":
            if attrib.get("name") in _OF_GO:
                self.toolchain = "go"
        elif tag in _SUITES:
            self._open_suite(attrib)
        elif tag == "testcase":
            raise Misfit("a case within a case", "<testcase")

    def end(self, tag: str) -> None:
        if tag == "testcase":
            self._in_case = False
            return
        if tag[0] == "{":
            self.end(tag.rpartition("}")[2])
            return
        self._nesting.depth -= 1
        if tag in _TEXTS:
            if self._is_wanted:
                self._is_wanted = False
                self._close_text(tag, "".join(self._texts))
            if tag in RESULTS:
                self._close_result()
        elif tag in _SUITES:
            self._close_suite()

    def close(self) -> None:
        self.settle()

    def settle(self) -> None:
        """Understand the cases noted so far; one that is open stays. So does a text."""
        if not self._is_wanted:
            self._texts.clear()
        count = len(self._noted) - self._in_case
        if count > 0:
            noted, self._noted = self._noted[:count], self._noted[count:]
            results, self._results = self._results, {}
            printed, self._printed = self._printed, {}
            if count in results:
                self._results[0] = results.pop(count)
            if count in printed:
                self._printed[0] = printed.pop(count)
            self._understand(noted, results, printed)

    # --- what it means ---------------------------------------------------------------------------------------------

    def _open_suite(self, attrib: Mapping[str, str]) -> None:
        if self._in_case:
            raise Misfit("a suite within a case", "<testsuite")
        self.settle()
        above = self._suites[-1]
        name = attrib.get("name") or above.name
        self._suites.append(
            _Suite(
                name=name,
                host=attrib.get("hostname", above.host),
                declared_bad=_count(attrib.get("failures")) + _count(attrib.get("errors")),
                dialect="pytest" if name in ("pytest", "pytest tests") else above.dialect,
            )
        )

    def _close_suite(self) -> None:
        self.settle()
        suite = self._suites.pop()
        if suite.printed and len(suite.unexplained) == 1:  # as bazel reports a test that is a program
            (number,) = suite.unexplained
            self.roll.cases[number] = replace(self.roll.cases[number], detail=excerpt(suite.printed))
        if suite.declared_bad and not suite.bad:
            self._add_synthetic(suite, f"its suite counts {suite.declared_bad} failed and shows none")
        elif not suite.cases and suite.name:
            self.empty_suites.append(suite.name)
        self._suites[-1].cases += suite.cases
        self._suites[-1].bad += suite.bad

    def _open_result(self, tag: str, attrib: Mapping[str, str]) -> None:
        self._result = Result(tag=tag, message=attrib.get("message", ""), type=attrib.get("type", ""))
        if self._in_case:
            self._results.setdefault(len(self._noted) - 1, []).append(self._result)

    def _close_result(self) -> None:
        if self._result is not None and not self._in_case and RESULTS[self._result.tag] in BAD:
            self.settle()
            suite = self._suites[-1]
            self._add_synthetic(suite, self._result.message or self._result.type, self._result.text)
        self._result = None

    def _close_text(self, tag: str, text: str) -> None:
        if tag not in _PRINTED:
            if self._result is not None:
                self._result.text = text
        elif self._in_case and self._result is None:
            self._printed[len(self._noted) - 1] = text
        elif not self._in_case and text.strip():
            self._suites[-1].printed = self._suites[-1].printed or text
        if tells_of_races(text):
            case = self._noted[-1] if self._in_case else {}
            suite = case.get("classname") or self._suites[-1].name
            self.races += find_races(text, suite=suite[:_LONGEST_NAME], case=case.get("name", "")[:_LONGEST_NAME])

    def _add_synthetic(self, suite: _Suite, message: str, text: str = "") -> None:
        suite.cases += 1
        suite.bad += 1
        result = Result(tag="error", message=message, text=text)
        case = case_of(suite.name, SUITE, {}, [result], "", self._durations, synthetic=True)
        self.roll.add([case], [suite.origin()])

    def _understand(
        self, noted: list[dict[str, str]], results: Mapping[int, list[Result]], printed: Mapping[int, str]
    ) -> None:
        """The cases of the innermost suite with these attributes, and what some of them hold, by their numbers."""
        suite = self._suites[-1]
        suite.cases += len(noted)
        cases = self._plain(noted)
        origins: list[Origin] = [suite.origin()] * len(noted)
        for number in sorted(results.keys() | {at for at, case in enumerate(cases) if case is _NO_CASE}):
            attrib = noted[number]
            case = self._odd(suite, attrib, results.get(number, []), printed.get(number, ""))
            cases[number] = case
            origins[number] = suite.origin(attrib.get("file", ""))
            suite.bad += case.bad or not BAD.isdisjoint(case.attempts)
            if case.bad and not case.detail:
                suite.unexplained.append(len(self.roll.cases) + number)
        self.roll.add(cases, origins)

    def _plain(self, noted: list[dict[str, str]]) -> list[Case]:
        """Those that passed, for all that their attributes say; ``_NO_CASE`` where a closer look is needed."""
        durations = self._durations
        try:
            return [
                Case(suite=suite, name=name, outcome=_PASSED, duration_us=durations[attrib["time"]])
                if (len(attrib) == _USUAL or (_TELLING.isdisjoint(attrib) and len(attrib) <= MOST_ATTRIBUTES))
                and 0 < len(suite := attrib["classname"]) <= _LONGEST_NAME
                and 0 < len(name := attrib["name"]) <= _LONGEST_NAME
                else _NO_CASE
                for attrib in noted
            ]
        except KeyError:
            return [_NO_CASE] * len(noted)

    def _odd(self, suite: _Suite, attrib: Mapping[str, str], results: list[Result], printed: str) -> Case:
        """A case of which more is said, or less, than its names and its duration."""
        if len(attrib) > MOST_ATTRIBUTES:
            raise Misfit(f"an element with more than {MOST_ATTRIBUTES} attributes", "<testcase")
        name = attrib.get("name", "")
        if not name:
            suite.unnamed += 1
            name = f"#{suite.unnamed}"
        class_ = attrib.get("classname") or attrib.get("class") or suite.name
        if suite.dialect == "pytest" and not (results or attrib.get("name") or attrib.get("classname")):
            results = [Result(tag="error", message=_CUT_SHORT)]  # of an exit or an interrupt in the middle of a test
        return case_of(
            class_,
            name,
            attrib,
            results,
            printed,
            self._durations,
            dialect=self.toolchain or suite.dialect,
        )


def parse_junit(intake: Intake) -> Parsed:
    """The report in *intake*. Raises ``ReportError``, with the line, for what is not whole or not such a report."""
    document = _Document()
    read_markup(intake, document, longest=PRINTED)
    cases = document.roll.united()
    if document.toolchain == "go":
        cases = of_go(cases)
    return Parsed(
        format=FORMAT,
        suites=Suites(
            cases=tuple(cases),
            races=united(document.races),
            toolchain=document.toolchain or ("go" if any(race.detector == "go" for race in document.races) else ""),
            suites=_names(cases, document.empty_suites),
        ),
    )


def _names(cases: Iterable[Case], more: Iterable[str]) -> tuple[str, ...]:
    names = dict.fromkeys([case.suite for case in cases])
    names.update(dict.fromkeys(name[:_LONGEST_NAME] for name in more))
    names.pop("", None)
    return tuple(names)


def _count(text: str | None) -> int:
    return int(text) if text and len(text) <= 9 and text.isascii() and text.isdigit() else 0
