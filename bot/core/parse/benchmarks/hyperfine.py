"""hyperfine's ``--export-json``, https://github.com/sharkdp/hyperfine: seconds, one sample a process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from bot.core.model.errors import ReportError
from bot.core.parse.benchmarks.percentiles import percentiles
from bot.core.parse.benchmarks.series import Series, kind, shown, ungated
from bot.core.parse.benchmarks.typed_json import read
from bot.core.parse.intake import Intake
from bot.core.parse.parsed import Parsed

FORMAT = "hyperfine"
_SECONDS = kind("s")
_SHOWN = ungated(_SECONDS)


class _Result(Struct, frozen=True):
    command: str
    median: float
    times: list[float] | None = None
    exit_codes: list[int | None] | None = None
    user: float | None = None
    system: float | None = None
    memory_usage_byte: list[float] | None = None
    parameters: dict[str, Any] = {}


class _Report(Struct, frozen=True):
    results: list[_Result]


_DECODER = msgspec.json.Decoder(_Report)


def parse_hyperfine(intake: Intake) -> Parsed:
    """The report in *intake*: every run of a command is a sample of its ``time``. Raises ``ReportError`` for a command
    that failed (``--ignore-failure``): how long it takes to fail is no measurement of it.
    """
    report = read(intake, _DECODER, FORMAT)
    series = Series()
    for result in report.results:
        name = _name(result.command, result.parameters)
        failed = next((code for code in result.exit_codes or () if code != 0), 0)
        if failed != 0:
            how = "was ended by a signal" if failed is None else f"failed with exit status {failed}"
            raise ReportError(f"the command {shown(name)} {how}")
        series.add(name, "time", _SECONDS, result.times or [result.median])
        for measure, value in (("user", result.user), ("system", result.system), *percentiles(result.times or ())):
            if value is not None:
                series.add(name, measure, _SHOWN, [value])
        if result.memory_usage_byte:
            series.add(name, "memory", kind("B"), result.memory_usage_byte)
    return Parsed(format=FORMAT, benchmarks=series.benchmarks())


def _name(command: str, parameters: Mapping[str, Any]) -> str:
    """*command* with the values that it does not show: where it was named, its parameters are not in it."""
    unseen = [f"{key}={value}" for key, value in parameters.items() if str(value) not in command]
    return f"{command} ({', '.join(unseen)})" if unseen else command
