"""The parts of a SARIF 2.1.0 log that say what was found: shapes alone, as the format's schema has them.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from typing import Literal

import msgspec
from msgspec import Struct, field

from bot.core.parse.typed_json import Number

SarifLevel = Literal["none", "note", "warning", "error"]
Kind = Literal["notApplicable", "pass", "fail", "review", "open", "informational"]


class Text(Struct, frozen=True):
    text: str = ""
    markdown: str = ""


class Message(Struct, frozen=True):
    text: str | None = None
    markdown: str | None = None
    id: str | None = None
    arguments: list[str] = field(default_factory=list[str])


class Configuration(Struct, frozen=True):
    level: SarifLevel | None = None


class Rule(Struct, frozen=True, rename="camel"):
    id: str = ""
    help_uri: str | None = None
    short_description: Text | None = None
    full_description: Text | None = None
    default_configuration: Configuration = Configuration()
    message_strings: dict[str, Text] = field(default_factory=dict[str, Text])


class ToolComponent(Struct, frozen=True, rename="camel"):
    name: str = ""
    guid: str | None = None
    rules: list[Rule] = field(default_factory=list[Rule])
    global_message_strings: dict[str, Text] = field(default_factory=dict[str, Text])


class Tool(Struct, frozen=True):
    driver: ToolComponent
    extensions: list[ToolComponent] = field(default_factory=list[ToolComponent])


class ComponentReference(Struct, frozen=True):
    name: str | None = None
    index: Number = -1
    guid: str | None = None


class RuleReference(Struct, frozen=True, rename="camel"):
    id: str | None = None
    index: Number = -1
    tool_component: ComponentReference | None = None


class ArtifactLocation(Struct, frozen=True, rename="camel"):
    uri: str | None = None
    uri_base_id: str | None = None
    index: Number = -1


class Region(Struct, frozen=True, rename="camel"):
    start_line: Number | None = None
    end_line: Number | None = None
    start_column: Number | None = None


class PhysicalLocation(Struct, frozen=True, rename="camel"):
    artifact_location: ArtifactLocation | None = None
    region: Region | None = None


class Location(Struct, frozen=True, rename="camel"):
    physical_location: PhysicalLocation | None = None


class Suppression(Struct, frozen=True):
    status: Literal["accepted", "underReview", "rejected"] = "accepted"


class Result(Struct, frozen=True, rename="camel"):
    message: Message
    rule_id: str | None = None
    rule_index: Number = -1
    rule: RuleReference | None = None
    level: SarifLevel | None = None
    kind: Kind = "fail"
    locations: list[Location] | None = None
    suppressions: list[Suppression] | None = None
    baseline_state: Literal["new", "unchanged", "updated", "absent"] | None = None


class Notification(Struct, frozen=True, rename="camel"):
    message: Message
    level: SarifLevel = "warning"
    locations: list[Location] | None = None


class Override(Struct, frozen=True):
    descriptor: RuleReference
    configuration: Configuration


class Invocation(Struct, frozen=True, rename="camel"):
    execution_successful: bool | None = None
    exit_code: Number | None = None
    exit_code_description: str = ""
    tool_execution_notifications: list[Notification] = field(default_factory=list[Notification])
    tool_configuration_notifications: list[Notification] = field(default_factory=list[Notification])
    rule_configuration_overrides: list[Override] = field(default_factory=list[Override])


class Artifact(Struct, frozen=True):
    location: ArtifactLocation | None = None


class Elsewhere(Struct, frozen=True):
    """Which parts of a run are in files of their own (3.15)."""

    results: list[msgspec.Raw] | None = None


class Run(Struct, frozen=True, rename="camel"):
    tool: Tool
    results: list[Result] | None = None
    invocations: list[Invocation] | None = None
    original_uri_base_ids: dict[str, ArtifactLocation] | None = None
    artifacts: list[Artifact] | None = None
    external_property_file_references: Elsewhere | None = None


class Log(Struct, frozen=True):
    version: str
    runs: list[Run] | None


DECODER = msgspec.json.Decoder(Log)
