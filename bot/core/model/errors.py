"""What can be wrong with what came in.

A ``ReportError`` is raised while parsing and caught once, where the reports of an upload are read; it then travels
as a value in ``Evidence`` and becomes a gate result that a person reads. Bugs are not caught here.
"""

from __future__ import annotations

from dataclasses import dataclass


class CovgateError(Exception):
    """Any refusal of covgate's own. Its text is one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one input: which file, where in it, and why, as plain facts.

    *line* counts from 1 and is ``None`` where the format has no lines. *reason* is a lower-case clause in the
    reader's words ("the report ends in the middle of a record"); untrusted text in it is escaped only in ``render``.
    """

    path: str
    reason: str
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}" if self.line else f"{self.path}: {self.reason}"


class ReportError(CovgateError):
    """An input that cannot be believed whole: malformed, truncated, empty, over a limit, or of no known format."""

    def __init__(self, reason: str, *, path: str = "", line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path
        self.line = line

    def at(self, path: str) -> Problem:
        """This error as a value, in the file *path*."""
        return Problem(path=self.path or path, reason=self.reason, line=self.line)

    def __str__(self) -> str:
        return str(self.at("input"))


class UnknownFormat(ReportError):
    """A file that is no report of any format that covgate reads. It may be something else altogether; under a
    report's name it may be a report that was destroyed.
    """


class PolicyError(ReportError):
    """A policy file that cannot be used: an unknown key, a wrong type, a duplicate, with its line."""


class DiffError(ReportError):
    """A diff that cannot be read exactly, such as a combined diff of a merge."""
