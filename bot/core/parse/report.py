"""A report file, whatever its format: the one way from bytes to evidence."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from bot.core.model.errors import ReportError, UnknownFormat
from bot.core.model.evidence import Report
from bot.core.parse.benchmarks import known as benchmarks
from bot.core.parse.coverage.cobertura import parse_cobertura
from bot.core.parse.coverage.coverage_py import parse_coverage_py
from bot.core.parse.coverage.go_cover import parse_go_cover
from bot.core.parse.coverage.lcov import parse_lcov
from bot.core.parse.detect import Family, detect, promises_report
from bot.core.parse.findings import known as findings
from bot.core.parse.intake import Intake, Source
from bot.core.parse.parsed import Parsed
from bot.core.parse.start import Parser, start_of
from bot.core.parse.suites import known as suites
from bot.core.parse.suites.log import may_be_log, parse_log

PARSERS: Mapping[Family, Parser] = {
    Family.GO_COVER: parse_go_cover,
    Family.LCOV: parse_lcov,
    Family.COBERTURA: parse_cobertura,
    Family.COVERAGE_PY: parse_coverage_py,
}


def parse_report(path: str, source: Source) -> Report:
    """The report in *source*, whose name is *path*, read whole or not at all.

    A well-formed report may measure nothing: then it has no files, and it is for the gates to call that a failure.
    Raises ``UnknownFormat`` for a file that is no report that is read here, and ``ReportError``, with the line where
    there are lines, for one that cannot be believed: broken, cut short, empty, over a limit, or at odds with itself.
    """
    try:
        intake = Intake(source)
        if not intake.head:
            raise (ReportError if promises_report(path) else UnknownFormat)("the file is empty")
        parsed = parser_of(path, intake.head)(intake)
    except ReportError as error:
        error.path = path
        raise
    return Report(
        path=path,
        format=parsed.format,
        digest=intake.digest,
        coverage=parsed.coverage,
        suites=parsed.suites,
        benchmarks=parsed.benchmarks,
        findings=parsed.findings,
        roots=parsed.roots,
    )


def parser_of(path: str, head: bytes) -> Parser:
    """Who reads a file that begins with *head*. A text that no format claims may still be a log of tests."""
    start = start_of(path, head)
    for kind in (suites, benchmarks, findings):
        parser = kind.parser_of(start)
        if parser is not None:
            return parser
    try:
        return PARSERS[detect(head)]
    except UnknownFormat as unknown:
        return partial(parse_log, unknown=unknown) if may_be_log(start) else _refusal(unknown)


def _refusal(unknown: UnknownFormat) -> Parser:
    def refuse(_: Intake) -> Parsed:
        raise unknown

    return refuse
