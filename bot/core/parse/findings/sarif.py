"""SARIF 2.1.0, the format in which analysers of every kind say what they found; any number of runs of any tools.

A result counts if its kind is ``fail``: then its level is its own, else what the run's configuration or the rule has,
else warning; ``none`` is a note. Results that are ``open``, ``review`` or ``informational`` are notes. Left out are
those that passed or did not apply, those that the baseline alone had (``absent``), and those with a suppression that
was accepted or has no status. A run that did not succeed, that has no results at all, or that reports errors of its own
is not clean: each is a finding of the tool.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.core.model.errors import ReportError
from bot.core.model.findings import Finding, Level
from bot.core.parse.findings.sarif_log import (
    DECODER,
    Invocation,
    Location,
    Message,
    PhysicalLocation,
    Region,
    Result,
    Rule,
    RuleReference,
    Run,
    Text,
    ToolComponent,
)
from bot.core.parse.findings.sarif_places import Place, Places
from bot.core.parse.findings.tell import finding, parsed, tool_error
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.typed_json import read_json

FORMAT = "sarif"
VERSION = "2.1.0"

_LEVELS: dict[str, Level] = {
    "error": Level.ERROR,
    "warning": Level.WARNING,
    "note": Level.NOTE,
    "none": Level.NOTE,
}
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{(\d{1,3})\}")
_LINK = re.compile(r"\[([^\[\]]{1,500})\]\(\d{1,6}\)")  # to a related location
_NO_RULE, _NO_REFERENCE, _NO_PLACE, _NO_REGION = Rule(), RuleReference(), PhysicalLocation(), Region()

_Found = tuple[Finding, Place]


def parse_sarif(intake: Intake) -> Parsed:
    """The log in *intake*. Raises ``ReportError`` for what is not whole, of another version, or holds no run."""
    log = read_json(intake, DECODER, producer="SARIF 2.1.0")
    if log.version != VERSION:
        raise ReportError(f"it is SARIF {log.version[:20]!r}; {VERSION} is read")
    if not log.runs:
        raise ReportError("it holds no run of any tool")
    if any(run.external_property_file_references and run.external_property_file_references.results for run in log.runs):
        raise ReportError("it keeps results in files of their own, which are not read")
    found = [one for run in log.runs for one in _Reader(run).found()]
    roots = tuple(dict.fromkeys(place.root for _, place in found if place.root))
    if len(roots) > 1:
        findings = [_moved(told, place.absolute) for told, place in found]
        return parsed(FORMAT, findings, *(run.tool.driver.name for run in log.runs))
    findings = [told for told, _ in found]
    return parsed(FORMAT, findings, *(run.tool.driver.name for run in log.runs), roots=roots)


def _moved(told: Finding, path: str) -> Finding:
    return finding(
        path,
        told.rule,
        told.message,
        told.level,
        line=told.line,
        end_line=told.end_line,
        column=told.column,
        tool=told.tool,
        url=told.url,
    )


class _Reader:
    """One run: its results in the light of its rules, bases and invocations."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._name = run.tool.driver.name
        self._places = Places(run)
        self._components = [run.tool.driver, *run.tool.extensions]
        self._rules = {rule.id: rule for component in reversed(self._components) for rule in component.rules}
        self._levels = {
            override.descriptor.id: override.configuration.level
            for invocation in run.invocations or ()
            for override in invocation.rule_configuration_overrides
        }

    def found(self) -> Iterator[_Found]:
        for invocation in self._run.invocations or ():
            yield from self._errors(invocation)
        if self._run.results is None and not self._succeeded():
            yield tool_error(self._name, "it has no results, not even an empty list of them"), Place(path="")
        for result in self._run.results or ():
            if _counts(result):
                yield self._finding(result)

    def _succeeded(self) -> bool:
        return any(invocation.execution_successful for invocation in self._run.invocations or ())

    def _errors(self, invocation: Invocation) -> Iterator[_Found]:
        """What an *invocation* says went wrong with the tool itself."""
        told = False
        for said in (*invocation.tool_execution_notifications, *invocation.tool_configuration_notifications):
            if said.level == "error":
                place, region = self._where(said.locations)
                text = _text(said.message, _NO_RULE, self._run.tool.driver)
                told = True
                yield tool_error(self._name, text, place.path, region.start_line), place
        if invocation.execution_successful is False and not told:
            code = "" if invocation.exit_code is None else f" with status {invocation.exit_code}"
            reason = f"{invocation.exit_code_description or 'it did not succeed'}{code}"
            yield tool_error(self._name, reason), Place(path="")

    def _finding(self, result: Result) -> _Found:
        component, rule = self._rule(result)
        name = result.rule_id or (result.rule or _NO_REFERENCE).id or rule.id
        place, region = self._where(result.locations)
        text = _text(result.message, rule, component) or _first(rule.short_description, rule.full_description) or name
        told = finding(
            place.path,
            name,
            text,
            self._level(result, rule),
            line=region.start_line,
            end_line=region.end_line,
            column=region.start_column,
            tool=self._name,
            url=rule.help_uri,
        )
        return told, place

    def _where(self, locations: list[Location] | None) -> tuple[Place, Region]:
        """The file and region of the first of *locations* that has a place in a file."""
        placed = (one.physical_location for one in locations or () if one.physical_location)
        physical = next(placed, _NO_PLACE)
        return self._places.of(physical.artifact_location), physical.region or _NO_REGION

    def _rule(self, result: Result) -> tuple[ToolComponent, Rule]:
        """The rule of *result* and the component that has it: by index where that fits its name, else by name."""
        reference = result.rule or _NO_REFERENCE
        component = self._component(reference)
        index = reference.index if reference.index >= 0 else result.rule_index
        name = result.rule_id or reference.id
        if 0 <= index < len(component.rules):
            rule = component.rules[index]
            if name is None or name == rule.id or name.startswith(f"{rule.id}/"):
                return component, rule
        name = name or ""
        return component, self._rules.get(name) or self._rules.get(name.rpartition("/")[0], _NO_RULE)

    def _component(self, reference: RuleReference) -> ToolComponent:
        wanted = reference.tool_component
        if wanted is None:
            return self._run.tool.driver
        if 0 <= wanted.index < len(self._run.tool.extensions):
            return self._run.tool.extensions[wanted.index]
        for one in self._components:
            if (wanted.guid and one.guid == wanted.guid) or one.name == wanted.name:
                return one
        return self._run.tool.driver

    def _level(self, result: Result, rule: Rule) -> Level:
        if result.kind != "fail":
            return Level.NOTE
        for level in (result.level, self._levels.get(rule.id), rule.default_configuration.level):
            if level is not None:
                return _LEVELS[level]
        return Level.WARNING


def _counts(result: Result) -> bool:
    if result.kind in {"pass", "notApplicable"} or result.baseline_state == "absent":
        return False
    return all(suppression.status != "accepted" for suppression in result.suppressions or ())


def _text(message: Message, rule: Rule, component: ToolComponent) -> str:
    """What *message* says, its placeholders filled in and its links to other places of the log left out."""
    text = message.text or message.markdown
    if not text and message.id is not None:
        strings = rule.message_strings.get(message.id) or component.global_message_strings.get(message.id)
        text = _first(strings)
    if not text:
        return ""
    return _LINK.sub(r"\1", _filled(text, message.arguments) if message.arguments or message.text is None else text)


def _filled(text: str, arguments: list[str]) -> str:
    def value(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0][0]
        number = int(found[1])
        return arguments[number] if number < len(arguments) else found[0]

    return _PLACEHOLDER.sub(value, text)


def _first(*texts: Text | None) -> str:
    return next((text.text or text.markdown for text in texts if text is not None), "")
