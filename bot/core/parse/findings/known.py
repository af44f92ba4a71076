"""Findings of linters and scanners: which reader a file is for.

A JSON file is known by keys that it shows within its first 4 KiB; of each format the earliest that no other has. An
empty list says nothing of who wrote it: it is a clean report only under the name of a linter's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta

from bot.core.model.globs import matches_any
from bot.core.parse.findings.bandit_json import parse_bandit
from bot.core.parse.findings.checkstyle import parse_checkstyle
from bot.core.parse.findings.code_quality import parse_code_quality
from bot.core.parse.findings.eslint import parse_eslint
from bot.core.parse.findings.flake8_json import parse_flake8
from bot.core.parse.findings.golangci import BEGIN, parse_golangci
from bot.core.parse.findings.gosec import parse_gosec
from bot.core.parse.findings.govulncheck import parse_govulncheck
from bot.core.parse.findings.junit_lint import is_linters, parse_junit_lint
from bot.core.parse.findings.npm_audit import parse_npm_audit
from bot.core.parse.findings.pip_audit import parse_pip_audit
from bot.core.parse.findings.pylint_json import may_be_lines, parse_pylint, parse_pylint_json2, parse_pylint_lines
from bot.core.parse.findings.rdjson import parse_rdjson, parse_rdjsonl
from bot.core.parse.findings.ruff_json import parse_ruff
from bot.core.parse.findings.sarif import parse_sarif
from bot.core.parse.findings.semgrep import parse_semgrep
from bot.core.parse.findings.shellcheck import parse_shellcheck, parse_shellcheck_json1
from bot.core.parse.findings.stylelint import parse_stylelint
from bot.core.parse.findings.tell import parsed
from bot.core.parse.findings.trivy import parse_trivy
from bot.core.parse.findings.type_checkers import parse_mypy, parse_pyright
from bot.core.parse.intake import Intake
from bot.core.parse.markup import Opening
from bot.core.parse.outline import Outline
from bot.core.parse.parsed import Parsed
from bot.core.parse.start import Parser, Start
from bot.core.parse.typed_json import read_json

_BY_KEYS: tuple[tuple[Parser, tuple[tuple[str, ...], ...]], ...] = (
    (parse_sarif, (("runs.[].tool",), ("runs.[].results",), ("runs.[].invocations",), ("runs.[].artifacts",))),
    (parse_gosec, (("Golang errors",), ("Issues.[].rule_id",), ("Issues", "GosecVersion"))),
    (parse_golangci, (("Issues",),)),
    (parse_rdjson, (("diagnostics.[].message",), ("diagnostics.[].location",), ("diagnostics.[].code",))),
    (parse_rdjson, (("source.name", "diagnostics.[]"), ("severity", "diagnostics.[]"))),
    (parse_rdjsonl, (("message", "location.path"),)),
    (parse_govulncheck, (("config.protocol_version",), ("config.scanner_name",))),
    (parse_trivy, (("SchemaVersion", "ArtifactName"), ("SchemaVersion", "Results.[]"))),
    (parse_npm_audit, (("auditReportVersion",), ("advisories", "muted"), ("actions.[]", "advisories"))),
    (parse_npm_audit, (("error.summary", "error.detail"),)),
    (parse_pip_audit, (("dependencies.[].vulns",), ("dependencies.[].skip_reason",), ("dependencies.[]", "fixes.[]"))),
    (parse_pip_audit, (("[].name", "[].version", "[].vulns.[]"), ("[].name", "[].skip_reason"))),
    (parse_bandit, (("errors.[]", "generated_at"), ("errors.[]", "metrics._totals"), ("results.[].test_id",))),
    (parse_semgrep, (("results.[].check_id",), ("results.[]", "paths.scanned.[]"))),
    (parse_pyright, (("generalDiagnostics",),)),
    (parse_pylint_json2, (("messages.[].messageId",), ("messages.[]", "statistics.messageTypeCount"))),
    (parse_shellcheck_json1, (("comments.[].level",),)),
    (parse_pylint, (("[].symbol", "[].path"), ("[].message-id",))),
    (parse_eslint, (("[].filePath", "[].messages"),)),
    (parse_stylelint, (("[].source", "[].warnings"), ("[].source", "[].invalidOptionWarnings"))),
    (parse_ruff, (("[].filename", "[].noqa_row"), ("[].code", "[].filename", "[].location.row"))),
    (parse_shellcheck, (("[].file", "[].level", "[].code"),)),
    (parse_code_quality, (("[].check_name", "[].location.path"), ("[].fingerprint", "[].location.path"))),
    (parse_mypy, (("file", "line", "severity", "message", "hint"),)),
)
_BY_NAME = (
    ("ruff", "*ruff*"),
    ("eslint", "*eslint*"),
    ("stylelint", "*stylelint*"),
    ("pylint", "*pylint*"),
    ("shellcheck", "*shellcheck*"),
    ("hadolint", "*hadolint*"),
    ("code-quality", "*code*quality*"),
    ("lint", "*lint*"),
)
"""(format, glob) of files that hold an empty list when all is well."""

_EMPTY = msgspec.json.Decoder(Annotated[list[None], Meta(max_length=0)])


def parser_of(start: Start) -> Parser | None:
    """The reader of the file that begins so, ``None`` if it is of no format here."""
    if start.opening is not None:
        return _of_markup(start.opening)
    if start.outline is None:
        return _of_text(start.head)
    keyed = (parser for parser, choices in _BY_KEYS if any(start.outline.has(*keys) for keys in choices))
    return next(keyed, None) or _of_shape(start.outline) or _of_name(start)


def _of_markup(opening: Opening) -> Parser | None:
    if opening.root in {"testsuites", "testsuite"} and is_linters(opening):
        return parse_junit_lint
    return parse_checkstyle if opening.root == "checkstyle" else None


def _of_text(head: bytes) -> Parser | None:
    if BEGIN.search(head):
        return parse_golangci
    return parse_pylint_lines if may_be_lines(head) else None


def _of_shape(outline: Outline) -> Parser | None:
    """flake8's files are its keys; ShellCheck may find nothing in so many words; SARIF says its schema at once."""
    if any(key.endswith((".[].physical_line", ".[].column_number")) for key in outline.keys):
        return parse_flake8
    if outline.ended and outline.keys == frozenset({"comments", "comments.[]"}):
        return parse_shellcheck_json1
    return parse_sarif if "sarif" in outline.values.get("$schema", "") else None


def _of_name(start: Start) -> Parser | None:
    if start.outline is None or not start.outline.ended or start.outline.keys != frozenset({"[]"}):
        return None
    name = start.path.replace("\\", "/").rpartition("/")[2].lower()
    formats = (format_ for format_, glob in _BY_NAME if matches_any((glob,), name))
    return next((_clean(format_) for format_ in formats), None)


def _clean(format_: str) -> Callable[[Intake], Parsed]:
    return partial(_parse_empty_list, format_)


def _parse_empty_list(format_: str, intake: Intake) -> Parsed:
    """A list of nothing, which a linter wrote that found nothing. Raises ``ReportError`` for one of something."""
    read_json(intake, _EMPTY, producer="a linter that found nothing")
    return parsed(format_, (), format_ if format_ not in {"lint", "code-quality"} else "")
