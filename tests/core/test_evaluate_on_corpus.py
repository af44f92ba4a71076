"""Real pairs of commits, judged whole: the tools' own totals, and diff-cover's lines file by file."""

import re
import subprocess
from pathlib import Path

import pytest

from bot.core.model.coverage import Metric, Tally
from bot.core.model.diff import Diff
from bot.core.model.evidence import Baseline, Report
from bot.core.model.policy import CoverageRules, Policy
from bot.core.model.verdict import Complete, Evaluation
from bot.core.parse.diff import parse_diff
from tests.core.corpus import PAIRS, PYTHON, Pair, pair
from tests.core.making import BASE, evidence, gate, judged, upload

S_AND_B = Metric.STATEMENTS_AND_BRANCHES
REPORTS = {
    "go-reviewdog": ("coverage.out", "coverage-atomic.out"),
    "js-github-action-benchmark": ("lcov.info", "cobertura-coverage.xml"),
    **dict.fromkeys(PYTHON, ("coverage.json", "coverage.xml", "coverage.lcov")),
}
OF_DIFF_COVER = [
    ("js-github-action-benchmark", "lcov.info"),
    *((name, kind) for name in PYTHON for kind in ("coverage.json", "coverage.xml", "coverage.lcov")),
]
CASES = [(name, kind) for name in PAIRS for kind in REPORTS[name]]
TOTALS = {  # base and head, as the tools print them
    "go-reviewdog": (Metric.STATEMENTS, Tally(358, 455), Tally(388, 470)),
    "js-github-action-benchmark": (Metric.LINES, Tally(665, 750), Tally(725, 809)),
    "py-click": (S_AND_B, Tally(3353 + 1097, 4135 + 1472), Tally(3354 + 1097, 4136 + 1472)),
    "py-humanize": (S_AND_B, Tally(468 + 190, 472 + 196), Tally(468 + 190, 472 + 196)),
    "py-tabulate": (S_AND_B, Tally(603 + 254, 726 + 332), Tally(678 + 291, 797 + 374)),
}


def tracked(found: Pair, branch: str, folder: Path) -> frozenset[str]:
    """``git ls-files`` of a Python pair."""
    repository = found.clone(folder / "repo")
    told = subprocess.run(
        ["git", "ls-tree", "-r", "-z", "--name-only", branch], cwd=repository, check=True, capture_output=True
    )
    return frozenset(told.stdout.decode().split("\0")[:-1])


def measured(found: Pair, *reports: Report, change: Diff | None = None) -> Baseline:
    """What a push of these reports would leave as a baseline."""
    return Baseline(sha=BASE, coverage=judged(evidence(upload(*reports)), None, change).measured)


def evaluated(name: str, *kinds: str, files: frozenset[str] | None = None, rules: Policy | None = None) -> Evaluation:
    found = pair(name)
    change = parse_diff(found.diff)
    base = measured(found, *(found.report("base", kind) for kind in kinds), change=change)
    seen = evidence(upload(*(found.report("head", kind) for kind in kinds)), tracked=files)
    return judged(seen, base, change, rules)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_project_totals_are_what_the_tool_prints(name: str, kind: str):
    """To the last unit on both sides, and the delta's parts sum to the difference."""
    metric, base, head = TOTALS[name]
    found = evaluated(name, kind)
    assert found.coverage is not None
    (project,) = found.coverage.projects
    assert (project.metric, project.base, project.head) == (metric, base, head)
    delta = project.delta
    assert delta is not None
    assert delta.deleted + delta.elsewhere_before == base
    assert delta.added + delta.elsewhere_after == head


@pytest.mark.parametrize(("name", "kind"), OF_DIFF_COVER)
def test_the_patch_is_diff_covers_line_by_line(name: str, kind: str):
    """Covered and missed new lines of every file, from every format of the run (of the JavaScript pair diff-cover read
    the LCOV file, which tells of more lines than the Cobertura one).
    """
    found = evaluated(name, kind)
    assert found.coverage is not None
    assert found.coverage.patch is not None
    ours = {
        path: (sorted([*one.hit, *one.partial]), list(one.miss)) for path, one in found.coverage.patch.files.items()
    }
    told = pair(name).diff_cover["src_stats"]
    assert ours == {path: (each["covered_lines"], each["violation_lines"]) for path, each in told.items()}
    assert gate(found, "coverage/patch").tally == Tally(
        pair(name).diff_cover["total_num_lines"] - pair(name).diff_cover["total_num_violations"],
        pair(name).diff_cover["total_num_lines"],
    )


@pytest.mark.parametrize("name", PYTHON)
def test_all_formats_of_one_run_give_one_number(name: str, tmp_path: Path):
    """JSON, XML and LCOV in one upload: the JSON is judged, the others set aside, and every name is a file's."""
    found = evaluated(name, *REPORTS[name], files=tracked(pair(name), "main", tmp_path))
    assert found.coverage is not None
    assert found.coverage.set_aside == ("coverage.lcov", "coverage.xml")
    assert found.coverage.unmatched == ()
    assert [(each.metric, each.head) for each in found.coverage.projects] == [(TOTALS[name][0], TOTALS[name][2])]


def test_go_names_are_files_of_the_repository():
    """The module's path is learnt from the diff's names, and the patch is not empty for it."""
    found = evaluated("go-reviewdog", "coverage.out")
    assert found.coverage is not None
    assert found.coverage.patch is not None
    assert found.coverage.patch.files
    assert not [path for one in found.coverage.head.values() for path in one.files if path.startswith("github.com/")]


@pytest.mark.parametrize("name", PAIRS)
def test_evidence_of_the_pairs_is_whole(name: str):
    """No file left the reports, or the ones that did are named."""
    found = evaluated(name, REPORTS[name][0])
    assert found.coverage is not None
    assert isinstance(gate(found, "evidence").reason, Complete) == (found.coverage.left == ())


@pytest.mark.parametrize("name", PYTHON)
def test_a_component_of_everything_is_the_project(name: str):
    """Its tallies are the project's on both sides."""
    everything = Policy.model_validate({"coverage": {"components": ({"name": "all", "paths": ("**",)},)}})
    found = evaluated(name, "coverage.json", rules=everything)
    assert found.coverage is not None
    (component,) = found.coverage.components
    metric, base, head = TOTALS[name]
    assert (component.base, component.head) == ({metric: base}, {metric: head})


def test_codecovs_metric_counts_a_partial_line_as_missed():
    """Hits over lines, with every line of an arm not taken a miss: never more than the lines that ran."""
    strict = Policy(coverage=CoverageRules.model_validate({"metric": "codecov"}))
    found = evaluated("py-tabulate", "coverage.json", rules=strict)
    assert found.coverage is not None
    (project,) = found.coverage.projects
    ran = 678
    report = (pair("py-tabulate").folder / "head" / "coverage.xml").read_text()
    partial = len(re.findall(r'hits="[1-9]\d*"[^>]*missing-branches=', report))
    assert project.head == Tally(ran - partial, 797)
