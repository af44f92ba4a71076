"""Temporary."""
from bot.core.model.errors import ReportError, UnknownFormat
from bot.core.model.evidence import Report
from bot.core.parse.coverage.go_cover import parse_go_cover
from bot.core.parse.intake import Intake


def parse_report(path, source):
    intake = Intake(source)
    if not intake.head:
        raise ReportError("the file is empty", path=path)
    if not intake.head.startswith(b"mode:"):
        raise UnknownFormat("no known format", path=path)
    parsed = parse_go_cover(intake)
    return Report(path=path, format=parsed.format, digest=intake.digest, coverage=parsed.coverage)
