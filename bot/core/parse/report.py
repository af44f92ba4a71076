"""A report file, whatever its format: the one way from bytes to a measurement."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.core.model.errors import ReportError, UnknownFormat
from bot.core.model.evidence import Report
from bot.core.parse.coverage.cobertura import parse_cobertura
from bot.core.parse.coverage.coverage_py import parse_coverage_py
from bot.core.parse.coverage.go_cover import parse_go_cover
from bot.core.parse.coverage.lcov import parse_lcov
from bot.core.parse.coverage.ledger import Parsed
from bot.core.parse.detect import Family, detect, looks_like_report
from bot.core.parse.intake import Intake, Source

PARSERS: Mapping[Family, Callable[[Intake], Parsed]] = {
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
            raise (ReportError if looks_like_report(path) else UnknownFormat)("the file is empty")
        parsed = PARSERS[detect(intake.head)](intake)
    except ReportError as error:
        error.path = path
        raise
    return Report(path=path, format=parsed.format, digest=intake.digest, coverage=parsed.coverage, roots=parsed.roots)
