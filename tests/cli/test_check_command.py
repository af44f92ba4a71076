"""``covgate check`` on real checkouts: what it compares, what it says, and how it ends."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from threading import Timer
from typing import Any

import pytest

from tests.cli.command import ROOT, Covgate, Ended
from tests.cli.lcov import lcov
from tests.workspace.repositories import Repository

pytestmark = pytest.mark.integration


def lines(count: int, start: int = 1) -> str:
    """A source text of *count* lines."""
    return "".join(f"value_{number} = {number}\n" for number in range(start, start + count))


def told(ended: Ended) -> dict[str, Any]:
    """The JSON document of a verdict."""
    assert ended.errors == ""
    return json.loads(ended.output)


# --- what is compared with what ----------------------------------------------------------------------------------


def test_one_changed_line_is_one_line(repository: Repository, covgate: Covgate) -> None:
    """Context lines of the diff are not new lines, and what they miss is not this change's fault."""
    text = lines(20)
    repository.commit({"a.py": text})
    repository.branch("topic")
    repository.commit({"a.py": text.replace("value_10 = 10", "value_10 = 11")})
    repository.write("coverage.info", lcov({"a.py": "+" * 10 + "-" + "+" * 9}))
    patch = told(covgate("check", "--format", "json", at=repository.path))["coverage"]["patch"]
    assert patch["files"] == {"a.py": {"hit": [[10, 10]], "miss": [], "partial": []}}
    assert (patch["covered"], patch["total"]) == (1, 1)


def test_the_tested_merge_commit_is_compared_with_its_first_parent(repository: Repository, covgate: Covgate) -> None:
    """Fork point 100 %, main's tip 67.74 %, the merge 69.70 %: the change gained 1.96 points, on lines 32 and 33."""
    repository.commit({"a.py": lines(20)})
    repository.branch("topic")
    head = repository.commit({"a.py": lines(20) + "new = 1\nnewer = 2\n"})
    repository.git("checkout", "--quiet", "main")
    tip = repository.commit({"a.py": lines(11, start=100) + lines(20)})
    repository.git("checkout", "--quiet", "--detach")
    merge = repository.merge("topic")
    repository.git("branch", "--delete", "--force", "topic")
    repository.write("base.info", lcov({"a.py": "-" * 10 + "+" * 21}))
    repository.write("head.info", lcov({"a.py": "-" * 10 + "+" * 23}))
    arguments = ("check", "--report", "head.info", "--base-report", "base.info")
    verdict = told(covgate(*arguments, "--format", "json", at=repository.path))
    assert verdict["inputs"]["base_sha"] == tip != head
    assert verdict["inputs"]["base_rule"] == "merge_parent"
    assert verdict["inputs"]["head_sha"] == merge
    project = verdict["coverage"]["project"]["lines"]
    assert (project["covered"], project["total"], project["base"]) == (23, 33, {"covered": 21, "total": 31})
    assert verdict["coverage"]["patch"]["files"]["a.py"]["hit"] == [[32, 33]]
    assert "+1.96 points" in covgate(*arguments, at=repository.path).output


def test_the_whole_working_tree_is_judged(repository: Repository, covgate: Covgate) -> None:
    """Committed, staged, unstaged and new lines since the branch left main."""
    repository.commit({"a.py": lines(2), ".gitignore": "ignored.py\n*.info\n"})
    repository.branch("topic")
    repository.commit({"committed.py": lines(1)})
    repository.write("staged.py", lines(1))
    repository.git("add", "staged.py")
    repository.write("a.py", lines(3))
    repository.write("new.py", lines(2))
    repository.write("ignored.py", lines(2))
    measured = {"a.py": "+++", "committed.py": "+", "staged.py": "-", "new.py": "+-", "ignored.py": "++"}
    repository.write("lcov.info", lcov(measured))
    patch = told(covgate("check", "--format", "json", at=repository.path))["coverage"]["patch"]
    assert {path: (file["hit"], file["miss"]) for path, file in patch["files"].items()} == {
        "a.py": ([[3, 3]], []),
        "committed.py": ([[1, 1]], []),
        "staged.py": ([], [[1, 1]]),
        "new.py": ([[1, 1]], [[2, 2]]),
    }


def test_a_head_that_is_named_is_judged_as_committed(repository: Repository, covgate: Covgate) -> None:
    """What the working tree adds does not count, nor when its files were written."""
    base = repository.commit({"a.py": lines(2)})
    head = repository.commit({"a.py": lines(3)})
    repository.write("lcov.info", lcov({"a.py": "++++"}))
    repository.write("a.py", lines(4))
    verdict = told(covgate("check", "--base", base, "--head", head, "--format", "json", at=repository.path))
    assert verdict["coverage"]["patch"]["files"]["a.py"]["hit"] == [[3, 3]]
    assert verdict["inputs"] | {"reports": None} == {
        "base_rule": "explicit",
        "base_sha": None,
        "head_sha": head,
        "policy_sha256": None,
        "reports": None,
    }


def test_a_base_that_moved_on_is_compared_where_it_was_left(repository: Repository, covgate: Covgate) -> None:
    """What main gained meanwhile is neither added nor deleted by this change."""
    repository.commit({"a.py": lines(2)})
    repository.branch("topic")
    repository.commit({"b.py": lines(1)})
    repository.git("checkout", "--quiet", "main")
    repository.commit({"c.py": lines(5)})
    repository.git("checkout", "--quiet", "topic")
    repository.write("lcov.info", lcov({"a.py": "++", "b.py": "+"}))
    verdict = told(covgate("check", "--base", "main", "--format", "json", at=repository.path))
    assert verdict["inputs"]["base_rule"] == "merge_base"
    assert list(verdict["coverage"]["patch"]["files"]) == ["b.py"]


def test_a_diff_and_a_report_are_enough(covgate: Covgate, tmp_path: Path) -> None:
    """Without any repository."""
    (tmp_path / "change.diff").write_text("--- a/src/a.py\n+++ b/src/a.py\n@@ -1,1 +1,3 @@\n one\n+two\n+three\n")
    (tmp_path / "r.info").write_text(lcov({"/home/ci/work/src/a.py": "++-"}))
    ended = covgate("check", "--diff", "change.diff", "--report", "r.info", "--format", "json")
    assert told(ended)["coverage"]["patch"]["files"] == {"src/a.py": {"hit": [[2, 2]], "miss": [[3, 3]], "partial": []}}
    assert ended.status == 1


def test_a_diff_of_another_tree_is_not_measured_against_this_one(repository: Repository, covgate: Covgate) -> None:
    """The files of the checkout say nothing about a diff that was handed in from elsewhere."""
    repository.commit({"unrelated.py": lines(1)})
    repository.write("change.diff", "--- a/src/a.py\n+++ b/src/a.py\n@@ -1,1 +1,2 @@\n one\n+two\n")
    repository.write("r.info", lcov({"src/a.py": "++"}))
    verdict = told(covgate("check", "--diff", "change.diff", "--report", "r.info", "--format=json", at=repository.path))
    assert verdict["coverage"]["patch"]["files"] == {"src/a.py": {"hit": [[2, 2]], "miss": [], "partial": []}}


def test_a_go_profile_names_files_by_module(repository: Repository, covgate: Covgate) -> None:
    """``go.mod`` says where a module's files lie, also below the top."""
    repository.commit({"services/a/go.mod": "module example.org/a\n\ngo 1.22\n", "services/a/x.go": "package a\n"})
    repository.branch("topic")
    repository.commit({"services/a/x.go": "package a\n\nfunc F() int {\n\treturn 1\n}\n"})
    repository.write("coverage.out", "mode: set\nexample.org/a/x.go:3.14,5.2 1 1\n")
    verdict = told(covgate("check", "--format", "json", at=repository.path))
    assert verdict["coverage"]["patch"]["files"] == {"services/a/x.go": {"hit": [[3, 5]], "miss": [], "partial": []}}
    assert verdict["coverage"]["unreported"] == []


def test_a_data_file_of_coverage_is_reported_by_coverage(repository: Repository, covgate: Covgate) -> None:
    """``coverage run`` is enough; nobody has to remember ``coverage xml``."""
    repository.commit({".gitignore": ".coverage\n", ".coveragerc": "[run]\nbranch = true\n", "a.py": "x = 1\n"})
    repository.branch("topic")
    repository.commit({"a.py": "x = 1\nif x:\n    y = 2\nelse:\n    y = 3\n"})
    subprocess.run([sys.executable, "-m", "coverage", "run", "a.py"], cwd=repository.path, check=True)
    verdict = told(covgate("check", "--format", "json", at=repository.path))
    assert verdict["coverage"]["project"]["statements+branches"]["covered"] == 4
    assert verdict["coverage"]["project"]["statements+branches"]["total"] == 6
    assert verdict["coverage"]["patch"]["files"]["a.py"] == {"hit": [[3, 3]], "miss": [[5, 5]], "partial": [[2, 2]]}


def test_a_data_file_that_was_reported_already_is_not_read_again(repository: Repository, covgate: Covgate) -> None:
    """Unless it is newer than the report that was made of it."""
    repository.commit({".gitignore": ".coverage\n*.xml\n", "a.py": "x = 1\n"})
    for arguments in (("run", "a.py"), ("xml", "-q")):
        subprocess.run([sys.executable, "-m", "coverage", *arguments], cwd=repository.path, check=True)

    def reports() -> list[str]:
        verdict = told(covgate("check", "--format", "json", at=repository.path))
        return [report["path"] for report in verdict["inputs"]["reports"]]

    assert reports() == ["coverage.xml"]
    later = (repository.path / "coverage.xml").stat().st_mtime_ns + 1
    os.utime(repository.path / ".coverage", ns=(later, later))
    assert reports() == [".coverage", "coverage.xml"]


# --- which reports -----------------------------------------------------------------------------------------------


def test_reports_are_found_by_name_where_tests_leave_them(repository: Repository, covgate: Covgate) -> None:
    """Not those of dependencies, not those that the commit brought along as samples."""
    repository.commit({".gitignore": "out/\nnode_modules/\n", "a.py": lines(1), "samples/coverage.info": "broken"})
    repository.write("out/coverage/lcov.info", lcov({"a.py": "+"}))
    repository.write("node_modules/x/lcov.info", lcov({"x.js": "-"}))
    verdict = told(covgate("check", "--format", "json", at=repository.path))
    assert [report["path"] for report in verdict["inputs"]["reports"]] == ["out/coverage/lcov.info"]


def test_reports_are_found_by_pattern_from_where_one_stands(repository: Repository, covgate: Covgate) -> None:
    """Or from the top of the checkout; a name that looks like a pattern is first of all a name."""
    repository.commit({"a.py": lines(1), "sub/b.py": lines(1), ".gitignore": "*.rep\n"})
    repository.write("sub/one.rep", lcov({"a.py": "+"}))
    repository.write("deep/er/two.rep", lcov({"sub/b.py": "+"}))
    repository.write("[x].rep", lcov({"sub/b.py": "-"}))
    here = repository.path / "sub"
    arguments = ("--report", "*.rep", "--report", "deep/**/*.rep", "--report", "[x].rep", "--format", "json")
    verdict = told(covgate("check", *arguments, at=here))
    found = [report["path"] for report in verdict["inputs"]["reports"]]
    assert found == ["[x].rep", "deep/er/two.rep", "sub/one.rep"]


def test_a_stale_report_is_refused(repository: Repository, covgate: Covgate) -> None:
    """Its line numbers are those of another text; only files that it measures matter."""
    repository.commit({"a.py": lines(1), "b.py": lines(1)})
    report = repository.write("lcov.info", lcov({"a.py": "++"}))
    for name in ("a.py", "b.py"):
        repository.write(name, lines(2))
    os.utime(report, ns=(0, (repository.path / "a.py").stat().st_mtime_ns - 1))
    ended = covgate("check", at=repository.path)
    assert (ended.status, ended.output) == (2, "")
    why = "it is stale: a.py changed after it was written; run the tests again, or pass --allow-stale"
    assert ended.errors == f"covgate: lcov.info: {why}\n"
    assert covgate("check", "--allow-stale", at=repository.path).status == 0
    os.utime(repository.path / "a.py", ns=(0, 0))
    assert covgate("check", at=repository.path).status == 0


# --- absence is not success --------------------------------------------------------------------------------------


def test_no_report_at_all_fails(repository: Repository, covgate: Covgate) -> None:
    """Nothing measured is not everything covered."""
    repository.commit({"a.py": lines(1)})
    repository.write("a.py", lines(2))
    ended = covgate("check", at=repository.path)
    assert ended.status == 1
    assert "Failure" in ended.output or "fail" in ended.output.lower()
    assert told(covgate("check", "--format", "json", at=repository.path))["conclusion"] == "failure"


def test_a_change_that_nothing_can_cover_passes(repository: Repository, covgate: Covgate) -> None:
    """Documentation alone needs no report."""
    repository.commit({"README.md": "a\n"})
    repository.write("README.md", "b\n")
    assert covgate("check", at=repository.path).status == 0


# --- the policy --------------------------------------------------------------------------------------------------


def test_without_a_policy_the_defaults_are_enforced(repository: Repository, covgate: Covgate) -> None:
    """95 percent, of the project and of the patch."""
    repository.commit({"a.py": lines(100)})
    repository.write("lcov.info", lcov({"a.py": "+" * 94 + "-" * 6}))
    gates = told(covgate("check", "--format", "json", at=repository.path))["gates"]
    project = next(gate for gate in gates if gate["gate"] == "coverage/project")
    assert (project["conclusion"], project["target"], project["needed"]) == ("failure", "95%", 1)


def test_the_working_tree_s_policy_judges(repository: Repository, covgate: Covgate) -> None:
    """As it stands in the checkout, or in the file that is named."""
    policy = "version: 1\ncoverage:\n  project: {target: 50%}\n"
    repository.commit({"a.py": lines(2), ".github/covgate.yml": policy})
    repository.write("lcov.info", lcov({"a.py": "+-"}))
    assert covgate("check", at=repository.path).status == 0
    strict = repository.write("strict.yml", policy.replace("50", "51"))
    assert covgate("check", "--policy", strict, at=repository.path).status == 1
    broken = repository.write("broken.yml", policy.replace("target", "treshold"))
    ended = covgate("check", "--policy", broken, at=repository.path)
    assert (ended.status, ended.output) == (2, "")
    assert ended.errors.startswith(f"covgate: {broken}:3: ")


# --- how it is said ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("format_", "begins"), [("text", ""), ("json", "{\n"), ("markdown", "### "), ("html", "<!doctype html>")]
)
def test_every_format_can_be_written_to_a_file(
    repository: Repository, covgate: Covgate, format_: str, begins: str
) -> None:
    """The same bytes as on standard output, without colours."""
    repository.commit({"ü.py": lines(1)})
    repository.write("lcov.info", lcov({"ü.py": "+"}))
    printed = covgate("check", "--format", format_, at=repository.path, LC_ALL="C", PYTHONUTF8="0")
    written = covgate("check", "--format", format_, "-o", "result", at=repository.path)
    assert (printed.status, written.status, written.output) == (0, 0, "")
    assert (repository.path / "result").read_text("utf-8") == printed.output
    assert printed.output.lower().startswith(begins)
    assert "\x1b" not in printed.output


def on_a_terminal(at: Path, *arguments: str, **env: str) -> str:
    """What ``covgate check`` writes to a terminal."""
    master, slave = pty.openpty()
    subprocess.run(
        [sys.executable, "-m", "bot", "check", *arguments],
        cwd=at,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", **env},
        stdout=slave,
        stderr=slave,
        check=False,
    )
    os.close(slave)
    said = os.read(master, 1 << 16).decode()
    os.close(master)
    return said


def test_colours_are_for_terminals_that_want_them(repository: Repository) -> None:
    """``NO_COLOR`` is kept."""
    repository.commit({"a.py": lines(1)})
    repository.write("lcov.info", lcov({"a.py": "+"}))
    assert "\x1b[32m" in on_a_terminal(repository.path, NO_COLOR="")
    assert "\x1b" not in on_a_terminal(repository.path, NO_COLOR="1")
    assert "\x1b" not in on_a_terminal(repository.path, NO_COLOR="", TERM="dumb")


def test_long_work_says_what_it_does(repository: Repository) -> None:
    """On a terminal, once it has taken a while; and nothing of it is left when it is done."""
    repository.commit({"a.py": lines(1)})
    repository.write("lcov.info", lcov({"a.py": "+"}))
    slow = repository.path / "slow.diff"
    os.mkfifo(slow)
    writer = Timer(1.5, lambda: slow.write_text("--- a/a.py\n+++ b/a.py\n@@ -0,0 +1 @@\n+x\n"))
    writer.start()
    said = on_a_terminal(repository.path, "--diff", str(slow), "--format", "json", "-o", "result")
    writer.join()
    assert "\r\x1b[Kcovgate: comparing with the base ..." in said
    assert said.endswith("\r\x1b[K")


def test_the_same_inputs_give_the_same_bytes(repository: Repository, covgate: Covgate) -> None:
    """Whatever the order in which sets and dictionaries are walked."""
    repository.commit({f"m{number}.py": lines(3) for number in range(20)})
    for number in range(20):
        repository.write(f"m{number}.py", lines(4))
    repository.write("lcov.info", lcov({f"m{number}.py": "+-+-" for number in range(20)}))
    said = {covgate("check", "--format", "json", at=repository.path, PYTHONHASHSEED=seed).output for seed in "123"}
    assert len(said) == 1


# --- bad input ---------------------------------------------------------------------------------------------------

BAD = {
    "a folder that is not there": (("--repo", "gone"), "cannot change to 'gone': No such file or directory"),
    "a folder without git": (("--repo", "/"), "/: no git repository"),
    "a base that is no commit": (("--base", "nothing"), "nothing: no such commit"),
    "a head that is no commit": (("--head", "-x"), "-x: no such commit"),
    "a report that is not there": (("--report", "gone.xml"), "gone.xml: there is no such file"),
    "a base report that is not there": (("--base-report", "*.gone"), "*.gone: there is no such file"),
    "a report that is a folder": (("--report", "folder"), "folder: there is no such file"),
    "a report that is none": (("--report", "a.py"), "a.py: it is of no report format that is read here"),
    "a report that is cut short": (("--report", "cut.xml"), "cut.xml:"),
    "a report that is empty": (("--report", "empty.info"), "empty.info: "),
    "a line that is no count": (("--report", "bad.info"), "bad.info:2: "),
    "a diff that is none": (("--diff", "a.py"), "a.py:1: "),
    "a diff that is not there": (("--diff", "gone"), "gone: it cannot be read: No such file"),
    "a policy that is a folder": (("--policy", "folder"), "folder: it cannot be read: Is a directory"),
    "a policy that is none": (("--policy", "a.py"), "a.py:1: "),
    "an output that cannot be": (("-o", "gone/x"), "gone/x: it cannot be written"),
    "a format that is none": (("--format", "pdf"), "Invalid value for '--format': 'pdf' is not one of"),
    "an option that is none": (("--nope",), "No such option: --nope"),
    "an argument too many": (("x",), "Got unexpected extra argument"),
}


@pytest.mark.parametrize(("arguments", "reason"), BAD.values(), ids=BAD)
def test_bad_input_is_one_clear_line(
    repository: Repository, covgate: Covgate, arguments: tuple[str, ...], reason: str
) -> None:
    """Status 2, the file and line where there are any, no traceback, nothing on standard output."""
    repository.commit({"a.py": "# not a report\n" * 3, "folder/x": ""})
    repository.write("cut.xml", '<?xml version="1.0"?>\n<coverage line-rate="1"><packages><package name="p">\n')
    repository.write("empty.info", "")
    repository.write("bad.info", "SF:a.py\nDA:1,many\nend_of_record\n")
    ended = covgate("check", *arguments, at=repository.path)
    assert (ended.status, ended.output) == (2, "")
    assert ended.errors.startswith("covgate: ")
    assert ended.errors.count("\n") == 1
    assert reason in ended.errors


def test_a_repository_without_a_base_asks_for_one(repository: Repository, covgate: Covgate) -> None:
    """No default branch, no merge: nothing is guessed."""
    repository.git("checkout", "--quiet", "-b", "topic")
    repository.commit({"a.py": lines(1)})
    ended = covgate("check", at=repository.path)
    assert ended.status == 2
    assert ended.errors == (
        "covgate: no default branch is known here; fetch it, or name the commit to compare with by --base\n"
    )


def test_a_repository_without_commits_has_nothing_to_compare(repository: Repository, covgate: Covgate) -> None:
    """Said, not guessed."""
    repository.write("a.py", lines(1))
    assert "there is no commit yet to compare with" in covgate("check", at=repository.path).errors


def test_a_reader_that_has_seen_enough_is_no_error(repository: Repository) -> None:
    """As with ``| head -1``."""
    repository.commit({"a.py": lines(1)})
    command = f"{sys.executable} -m bot check --format html | head -c 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=repository.path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
