"""``covgate read``: what a file is and holds, without any judgement."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import Covgate
from tests.cli.lcov import lcov

pytestmark = pytest.mark.integration


def test_a_report_is_told_in_words(covgate: Covgate, tmp_path: Path) -> None:
    """The count that the user's own tool prints comes first."""
    (tmp_path / "any-name").write_text("mode: set\nexample.org/m/a.go:1.1,3.2 2 1\nexample.org/m/a.go:4.1,5.2 1 0\n")
    ended = covgate("read", "any-name")
    assert (ended.status, ended.errors) == (0, "")
    assert ended.output.startswith("any-name: go-cover\n  statements")
    assert "66.66% (2/3)" in ended.output
    assert "1 file\n" in ended.output


def test_a_report_is_told_in_exact_integers(covgate: Covgate, tmp_path: Path) -> None:
    """As the contract has it."""
    (tmp_path / "a.info").write_text(lcov({"a.py": "++-", "b.py": "-"}))
    ended = covgate("read", "a.info", "--json")
    [report] = json.loads(ended.output)["reports"]
    assert report == {
        "path": "a.info",
        "format": "lcov",
        "kind": "coverage",
        "metric": "lines",
        "native": {"covered": 2, "total": 4},
        "lines": {"covered": 2, "partial": 0, "total": 4},
        "statements": None,
        "branches": None,
        "functions": None,
        "files": {
            "a.py": {"hit": [[1, 2]], "partial": [], "miss": [[3, 3]]},
            "b.py": {"hit": [], "partial": [], "miss": [[1, 1]]},
        },
    }


def test_a_broken_file_does_not_keep_the_others_from_being_read(covgate: Covgate, tmp_path: Path) -> None:
    """Each one's reason is a line of its own; the status says that there was one."""
    (tmp_path / "good.info").write_text(lcov({"a.py": "+"}))
    (tmp_path / "bad.info").write_text("SF:a.py\nDA:1,many\nend_of_record\n")
    (tmp_path / "no.txt").write_text("hello\n")
    (tmp_path / "evil\n::error::x").write_text("hello\n")
    ended = covgate("read", "bad.info", "good.info", "no.txt", "gone", ".", "evil\n::error::x")
    assert ended.status == 2
    assert ended.output.startswith("good.info: lcov\n")
    said = ended.errors.splitlines()
    assert [line.split(": ", 2)[1] for line in said] == ["bad.info:2", "no.txt", "gone", ".", r"evil\u000a::error::x"]
    assert said[2] == "covgate: gone: it cannot be read: No such file or directory"
