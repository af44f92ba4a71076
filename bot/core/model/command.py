"""What a person may ask of covgate in a comment on a pull request."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Recheck:
    """Read everything again and judge again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """List the commands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Let *gate* pass on this head SHA, for *reason*."""

    gate: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept:
    """Take the benchmark's new figure as its baseline, for *reason*."""

    benchmark: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownCommand:
    """Addressed to covgate (``/covgate NAME``) and not understood. *name* is untrusted, empty where none was given."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncompleteCommand:
    """A known command without all that it needs. *missing* names what: ``GATE``, ``BENCHMARK`` or ``REASON``."""

    name: str
    missing: str


Command = Recheck | Help | Override | Accept | UnknownCommand | IncompleteCommand
