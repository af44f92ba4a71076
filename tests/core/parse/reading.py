"""Reports in a line each, for tests of the parsers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from bot.core.model.coverage import FileCoverage
from bot.core.model.errors import ReportError
from bot.core.model.evidence import Report
from bot.core.parse.report import parse_report

SAMPLES = Path(__file__).parents[2] / "samples"


def read(text: str | bytes | Iterator[bytes], name: str = "report") -> Report:
    """The report that is written so, or that comes in these blocks."""
    if isinstance(text, str | bytes):
        return parse_report(name, BytesIO(text.encode() if isinstance(text, str) else text))
    return parse_report(name, text)


def read_file(path: Path) -> Report:
    with path.open("rb") as file:
        return parse_report(path.name, file)


def only_file(text: str | bytes) -> FileCoverage:
    """What a report says of its one file."""
    (file,) = read(text).coverage.files.values()
    return file


def refusal(text: str | bytes | Iterator[bytes], name: str = "report") -> ReportError:
    """Why the report that is written so is not read."""
    with pytest.raises(ReportError) as caught:
        read(text, name)
    return caught.value


def cobertura(lines: str = "", *, classes: str | None = None, sources: str = "", root: str = 'line-rate="1"') -> str:
    """A Cobertura report of one class in ``a.c`` with these *lines*, or of these *classes*."""
    inner = f'<class name="a" filename="a.c"><lines>{lines}</lines></class>' if classes is None else classes
    packages = f"<packages><package><classes>{inner}</classes></package></packages>"
    return f'<?xml version="1.0"?>\n<coverage {root}><sources>{sources}</sources>\n{packages}\n</coverage>'


def corpus_file(name: str) -> Path:
    """A file of the corpus; skips the test where there is none."""
    corpus = os.environ.get("COVGATE_CORPUS")
    if not corpus or not (path := Path(corpus) / name).is_file():
        pytest.skip(f"COVGATE_CORPUS names no folder with {name}")
    return path
