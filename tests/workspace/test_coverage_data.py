"""``.coverage`` data files, made by coverage.py, into reports."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot.core.model.errors import ReportError
from bot.workspace.coverage_data import json_report


@pytest.fixture
def data_file(tmp_path: Path) -> Path:
    """A run of a small program, measured with branches."""
    (tmp_path / ".coveragerc").write_text("[run]\nbranch = true\nrelative_files = true\n[report]\nomit = skipped.py\n")
    (tmp_path / "a.py").write_text("import skipped\nif skipped:\n    x = 1\nelse:\n    x = 2\n")
    (tmp_path / "skipped.py").write_text("")
    subprocess.run([sys.executable, "-m", "coverage", "run", "a.py"], cwd=tmp_path, check=True)
    return tmp_path / ".coverage"


def test_the_library_that_wrote_it_reports_it(data_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the settings of its folder, from wherever one stands, which does not change."""
    monkeypatch.chdir("/")
    report = json.loads(json_report(data_file))
    assert list(report["files"]) == ["a.py"]
    assert report["files"]["a.py"]["missing_lines"] == [5]
    assert report["meta"]["branch_coverage"] is True
    assert Path.cwd() == Path("/")
    assert sorted(path.name for path in data_file.parent.iterdir()) == [
        ".coverage",
        ".coveragerc",
        "a.py",
        "skipped.py",
    ]


def test_a_source_that_is_gone_is_an_error(data_file: Path) -> None:
    """Without it, nobody knows what could have run."""
    (data_file.parent / "a.py").unlink()
    with pytest.raises(ReportError, match=r"coverage\.py cannot report it: No source for code"):
        json_report(data_file)


@pytest.mark.parametrize("data", [b"", b"SQLite format 3\0" + b"junk" * 99, b"junk"])
def test_a_data_file_that_is_damaged_is_an_error(tmp_path: Path, data: bytes) -> None:
    """In coverage.py's words, on one line."""
    path = tmp_path / ".coverage"
    path.write_bytes(data)
    with pytest.raises(ReportError, match=r"coverage\.py cannot report it: ") as refused:
        json_report(path)
    assert "\n" not in refused.value.reason


def test_settings_that_cannot_be_read_are_an_error(data_file: Path) -> None:
    """A plugin that is not installed here, say."""
    (data_file.parent / ".coveragerc").write_text("[run]\nplugins = no_such_plugin\n")
    with pytest.raises(ReportError, match="no_such_plugin"):
        json_report(data_file)
