"""A report's name over bytes that are no report: another tool's file, or one that was destroyed?"""

from __future__ import annotations

import pytest

from bot.core.parse.wreckage import is_wreckage


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("coverage.xml", b"\0\0\0\0"),
        ("a/b/Coverage.XML", b"Segmentation fault"),
        ("coverage.json", b"<html>"),
        ("lcov.info", b"Traceback"),
        ("coverage.out", b"FAIL"),
        ("coverage.out", b""),
        ("coverage.txt", b""),
        ("coverage.xml", b"\xef\xbb\xbf \n"),
        ("junit.xml", b""),
        ("junit.xml", b"\0\0"),
        ("results.trx", b"Killed"),
        ("results.sarif", b""),
        ("ruff.sarif", b"error: no such option"),
        ("golangci-lint.json", b"level=error msg="),
        ("bench.txt", b"\n"),
        ("go-test.json", b""),
    ],
)
def test_a_destroyed_report_is_known_by_its_name(name: str, head: bytes) -> None:
    """It is not what its name promises in any way."""
    assert is_wreckage(name, head)


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("coverage.xml", b"\xef\xbb\xbf\n<?xml version='1.0'?><jacoco>"),
        ("coverage-final.json", b' {"a.js": {}}'),
        ("coverage.json", b"[]"),
        ("coverage.txt", b"Name  Stmts  Miss"),
        ("junit.xml", b"<html>"),
        ("bench.json", b'{"x": 1}'),
        ("bench.txt", b"nothing was measured"),
        ("test_output.log", b""),
        ("main.c", b""),
    ],
)
def test_another_tool_s_file_is_left(name: str, head: bytes) -> None:
    """Names are shared, and no name outside the list promises anything."""
    assert not is_wreckage(name, head)
