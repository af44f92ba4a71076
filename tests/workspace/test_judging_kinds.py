"""A checkout judged by every kind of report: the little shop of ``tests/samples/five-gates``, base beside head."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.core.model.evidence import Layout
from bot.core.model.regression import Standing
from bot.core.model.verdict import Conclusion, Evaluation
from bot.workspace.git import CheckoutError
from bot.workspace.judge import Question, judge
from tests.workspace.repositories import Repository

SAMPLES = Path(__file__).parents[1] / "samples" / "five-gates"
REPORTS = ("coverage.out", "test_output.log", "coverage.json", "junit.xml", "ruff.sarif")
POLICY = "version: 1\ntests: {race_detector: ['*']}\nlint: {max_new: 0}\n"


def sources(*folders: str) -> dict[str, str | bytes]:
    found: dict[str, str | bytes] = {}
    for folder in folders:
        top = SAMPLES / "src" / folder
        files = [path for path in top.rglob("*") if path.is_file()]
        found |= {path.relative_to(top).as_posix().removesuffix(".txt"): path.read_bytes() for path in files}
    return found


@pytest.fixture
def shop(tmp_path: Path) -> Repository:
    """The shop with the change on a branch."""
    made = Repository.create(tmp_path / "shop")
    made.commit(sources("base") | {".github/covgate.yml": POLICY})
    made.branch("topic")
    made.commit(sources("head"))
    return made


def judged(shop: Repository, state: str, *base: Path) -> Evaluation:
    """``covgate check`` on the reports of *state*, beside those of *base*."""
    reports = tuple(str(SAMPLES / state / name) for name in REPORTS)
    question = Question(
        repo=shop.path, reports=reports, base_reports=tuple(map(str, base)), base="main", allow_stale=True
    )
    return judge(question, lambda _: None).evaluation


BASE = tuple(SAMPLES / "base" / name for name in REPORTS)


def failed(evaluation: Evaluation) -> set[str]:
    return {gate.gate for gate in evaluation.verdict.gates if gate.conclusion is Conclusion.FAILURE}


def test_reports_of_any_kind_are_compared_with_the_bases(shop: Repository) -> None:
    """Coverage, test results of two languages and findings: what the base has already is not the change's."""
    evaluation = judged(shop, "green", *BASE)
    assert evaluation.verdict.conclusion is Conclusion.SUCCESS
    assert evaluation.suites is not None
    assert evaluation.suites.base is not None
    assert (evaluation.suites.base.total, evaluation.suites.counts.total) == (2, 4)
    assert evaluation.findings is not None
    assert (evaluation.findings.base, evaluation.findings.counted) == (1, ())


@pytest.mark.parametrize(("state", "gate"), [("failing", "tests"), ("racy", "races"), ("unlinted", "lint")])
def test_each_kind_fails_its_own_gate(shop: Repository, state: str, gate: str) -> None:
    """On a checkout as in the service."""
    assert failed(judged(shop, state, *BASE)) == {gate}


def test_benchmarks_of_the_base_are_shown_beside_the_heads(shop: Repository) -> None:
    """Nobody says how two files were measured, so that is no proof of anything, and no failure."""
    names = [str(SAMPLES / "bench" / f"first-{side}.txt") for side in ("head", "base")]
    reports = (*(str(SAMPLES / "green" / name) for name in REPORTS), names[0])
    base_reports = (*map(str, BASE), names[1])
    question = Question(repo=shop.path, reports=reports, base_reports=base_reports, base="main", allow_stale=True)
    evaluation = judge(question, lambda _: None).evaluation
    assert evaluation.benchmarks is not None
    assert evaluation.benchmarks.layout is Layout.SEPARATE
    (measure,) = evaluation.benchmarks.measures
    assert measure.base is not None
    assert measure.head is not None
    assert measure.head > 5 * measure.base
    assert measure.standing is not Standing.OK
    assert failed(evaluation) == set()


def test_only_coverage_is_of_lines_that_may_have_changed_since(shop: Repository) -> None:
    """Test results that are older than an edited file are no reason to refuse; the numbers of its lines are."""
    for name in REPORTS:
        shop.write(name, (SAMPLES / "green" / name).read_bytes())
        os.utime(shop.path / name, (1_000_000_000, 1_000_000_000))
    question = Question(repo=shop.path, reports=("test_output.log", "junit.xml", "ruff.sarif"), base="main")
    assert judge(question, lambda _: None).evaluation.suites is not None
    with pytest.raises(Exception, match=r"stale: stock\.go"):
        judge(Question(repo=shop.path, reports=("coverage.out",), base="main"), lambda _: None)


def test_reports_of_any_kind_are_found_by_name(shop: Repository) -> None:
    """As those of coverage are."""
    for name in ("coverage.out", "junit.xml", "ruff.sarif"):
        shop.write(name, (SAMPLES / "green" / name).read_bytes())
    shop.write("bench.txt", (SAMPLES / "bench" / "first-head.txt").read_bytes())
    evaluation = judge(Question(repo=shop.path, base="main"), lambda _: None).evaluation
    assert {path for path, _, _ in evaluation.verdict.inputs.reports} == {
        "bench.txt",
        "coverage.out",
        "junit.xml",
        "ruff.sarif",
    }


def test_a_terminal_says_that_the_detector_was_on_and_knows_no_jobs(shop: Repository) -> None:
    """Nobody else can; and workflow jobs that the policy names have no run to be asked of."""
    shop.write(".github/covgate.yml", "version: 1\nbuild: {jobs: [build]}\n")
    reports = tuple(str(SAMPLES / "green" / name) for name in REPORTS)

    def gates(*, race: bool | None) -> dict[str, Conclusion]:
        question = Question(repo=shop.path, reports=reports, base="main", allow_stale=True, race=race)
        verdict = judge(question, lambda _: None).evaluation.verdict
        return {gate.gate: gate.conclusion for gate in verdict.gates}

    assert gates(race=True)["races"] is Conclusion.SUCCESS
    assert gates(race=None)["races"] is Conclusion.FAILURE
    assert "build" not in gates(race=True)


def test_a_detector_of_which_no_test_tells_is_no_answer(shop: Repository) -> None:
    """`--race` where no report of Go's tests was found: the tests were not looked at."""
    reports = (str(SAMPLES / "green" / "coverage.out"),)
    question = Question(repo=shop.path, reports=reports, base="main", allow_stale=True, race=True)
    with pytest.raises(CheckoutError, match="no report of Go's tests"):
        judge(question, lambda _: None)
