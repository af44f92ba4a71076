"""govulncheck's JSON: messages one after the other, each an object of many lines.

A vulnerability whose code the program calls is an error, told once for each place in the program that leads to it. One
that is only in a package or a module that the program needs is a note; where the scan did not look for calls
(``-scan=package`` and ``-scan=module``), a warning, because then nobody knows. The place is the innermost frame of the
trace that belongs to the program itself.

https://pkg.go.dev/golang.org/x/vuln/internal/govulncheck
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from bot.core.model.errors import ReportError
from bot.core.model.findings import Finding, Level
from bot.core.parse.findings.tell import finding, parsed
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed
from bot.core.parse.typed_json import LARGEST, Number, decoded, values_of

FORMAT = "govulncheck"
_PAGES = "https://pkg.go.dev/vuln/"


class _Config(Struct, frozen=True):
    scan_level: str = "symbol"


class _Entry(Struct, frozen=True):
    id: str
    summary: str = ""


class _Position(Struct, frozen=True):
    filename: str = ""
    line: Number = 0
    column: Number = 0


class _Frame(Struct, frozen=True):
    module: str = ""
    version: str = ""
    package: str = ""
    function: str = ""
    receiver: str = ""
    position: _Position | None = None

    @property
    def symbol(self) -> str:
        return ".".join(filter(None, (self.package, self.receiver.removeprefix("*"), self.function)))


class _Found(Struct, frozen=True):
    osv: str
    trace: list[_Frame]
    fixed_version: str = ""


class _Message(Struct, frozen=True):
    config: _Config | None = None
    osv: _Entry | None = None
    finding: _Found | None = None


_DECODER = msgspec.json.Decoder(_Message)
_NOWHERE = _Position()


def parse_govulncheck(intake: Intake) -> Parsed:
    """The messages in *intake*. Raises ``ReportError``, with the line, for what is not whole, and where nothing was
    scanned: a program that does not build leaves the configuration alone.
    """
    data = intake.whole(limit=LARGEST)
    messages = [decoded(value, _DECODER, producer=FORMAT, line=line) for line, value in values_of(data)]
    if all(message.config is not None for message in messages):
        raise ReportError("it ends behind its configuration: nothing was scanned")
    level = next((message.config.scan_level for message in messages if message.config), "symbol")
    summaries = {message.osv.id: message.osv.summary for message in messages if message.osv}
    found = [message.finding for message in messages if message.finding]
    if any(not one.trace for one in found):
        raise ReportError("a finding without a trace")
    return parsed(FORMAT, _findings(found, summaries, Level.NOTE if level == "symbol" else Level.WARNING), FORMAT)


def _findings(found: Iterable[_Found], summaries: dict[str, str], uncalled: Level) -> Iterator[Finding]:
    by_entry: dict[str, list[_Found]] = {}
    for one in found:
        by_entry.setdefault(one.osv, []).append(one)
    for entry, ones in by_entry.items():
        called = [one for one in ones if one.trace[0].function]
        if called:
            told = (_finding(one, summaries.get(entry, ""), Level.ERROR) for one in called)
            yield from {(one.path, one.line, one.message): one for one in told}.values()
        else:
            yield _finding(max(ones, key=lambda one: bool(one.trace[0].package)), summaries.get(entry, ""), uncalled)


def _finding(found: _Found, summary: str, level: Level) -> Finding:
    top = found.trace[0]
    place = _place(found.trace)
    where = f"{top.module}@{top.version}" if top.version else top.module
    fixed = f"fixed in {found.fixed_version}" if found.fixed_version else "no fix is known"
    calls = f"calls {top.symbol}; " if top.function else ""
    return finding(
        place.filename,
        found.osv,
        f"{summary or found.osv}: {calls}{where}, {fixed}",
        level,
        line=place.line,
        column=place.column,
        tool=FORMAT,
        url=f"{_PAGES}{found.osv}",
    )


def _place(trace: list[_Frame]) -> _Position:
    """Where the program itself last stood on the way: its module is that of the outermost frame."""
    program = trace[-1].module
    inside = (frame.position for frame in trace[1:] if frame.module == program and frame.position)
    return next(inside, _NOWHERE)
