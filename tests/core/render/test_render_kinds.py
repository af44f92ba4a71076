"""What is said of tests, races, findings, jobs and benchmarks, word for word."""

from dataclasses import replace
from typing import get_args

import pytest
from inline_snapshot import snapshot
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from bot.core.model.comparison import CaseCounts, FindingScope
from bot.core.model.evidence import Awaited, Gap
from bot.core.model.findings import Finding
from bot.core.model.limits import LimitOutcome
from bot.core.model.suites import Case, Outcome
from bot.core.model.verdict import (
    Conclusion,
    DetectorOff,
    Evaluation,
    FindingsAllowed,
    GateResult,
    Incomplete,
    Inconclusive,
    JobsFailed,
    JobsMissing,
    JobsSucceeded,
    LimitsBroken,
    NoneCame,
    NoRaces,
    NoRegression,
    NotComparable,
    NotMeasured,
    RacesFound,
    Reason,
    Regressed,
    TestsFailed,
    TestsFlaky,
    TestsPassed,
    TooManyFindings,
    Unconfirmed,
    Verdict,
)
from bot.core.render import sentences
from bot.core.render.annotations import annotate_kinds
from bot.core.render.comment import render_comment
from bot.core.render.escape import MARKDOWN, TERMINAL
from bot.core.render.terminal import render_terminal
from tests.core.render.kinds import BAD, BENCHMARKS, BROKEN, FOUND, GONE, RACE, SLOWER, SUITES, SUSPECT, UNSURE
from tests.core.render.test_render_sentences import SAMPLES as OF_COVERAGE
from tests.core.render.verdicts import CONTEXT, EVIL, INPUTS, gate

SAMPLES: dict[str, tuple[str, Reason]] = {
    "tests passed": ("tests", TestsPassed(counts=CaseCounts(passed=120, skipped=1), base=CaseCounts(passed=118))),
    "tests passed, flaky": ("tests", TestsPassed(counts=CaseCounts(passed=1), flaky=1)),
    "all skipped": ("tests", TestsPassed(counts=CaseCounts(skipped=2), base=CaseCounts(passed=2))),
    "tests failed": ("tests", TestsFailed(counts=SUITES.counts, names=("TestA", "TestB"), newly=1)),
    "one test failed": ("tests", TestsFailed(counts=CaseCounts(passed=2, failed=1), names=("TestA",))),
    "all newly": ("tests", TestsFailed(counts=CaseCounts(errored=2), names=("TestA", "TestB"), newly=2)),
    "flaky": ("tests", TestsFlaky(names=("TestA",))),
    "no tests": ("tests", NoneCame(on_base=True)),
    "no lint": ("lint", NoneCame()),
    "no build": ("build", NoneCame()),
    "no benchmarks": ("benchmarks", NoneCame()),
    "no races": ("races", NoRaces(suites=9)),
    "races": ("races", RacesFound(races=(RACE,))),
    "detector off": ("races", DetectorOff(suites=("example.com/lab/ok",))),
    "no finding": ("lint", FindingsAllowed(counted=0, allowed=0, total=0, scope=FindingScope.NEW)),
    "old findings": ("lint", FindingsAllowed(counted=0, allowed=0, total=7, scope=FindingScope.ADDED)),
    "some allowed": ("lint", FindingsAllowed(counted=2, allowed=3, total=7, scope=FindingScope.NEW)),
    "findings": ("lint", TooManyFindings(findings=FOUND.counted, allowed=0, scope=FindingScope.ADDED)),
    "jobs": ("build", JobsSucceeded(names=("build", "docker"))),
    "jobs failed": ("build", JobsFailed(jobs=(("build", "failure"), ("docker", "skipped")))),
    "jobs missing": ("build", JobsMissing(names=("bulid",))),
    "limit": ("benchmarks", LimitsBroken(limits=(BROKEN,))),
    "limit not found": ("benchmarks", LimitsBroken(limits=(replace(BROKEN, outcome=LimitOutcome.NO_BENCHMARK),))),
    "limit of another unit": ("benchmarks", LimitsBroken(limits=(replace(BROKEN, outcome=LimitOutcome.OTHER_UNIT),))),
    "regressed": ("benchmarks", Regressed(measures=(SLOWER,))),
    "unconfirmed": ("benchmarks", Unconfirmed(measures=(SUSPECT,))),
    "not comparable": ("benchmarks", NotComparable()),
    "inconclusive": ("benchmarks", Inconclusive(measures=(UNSURE,), removed=(GONE,), ok=3)),
    "no regression": ("benchmarks", NoRegression(measures=12, limits=2, improved=1)),
}

MARKDOWN_IT = MarkdownIt("gfm-like", {"linkify": False})


def test_every_kind_of_reason_has_its_sentence():
    """No reason is left without a golden one, here or among those of coverage."""
    reasons = {type(reason) for _, reason in (*SAMPLES.values(), *OF_COVERAGE.values())}
    assert reasons == set(get_args(Reason))


def test_what_each_reason_says():
    """The fact, then the next step."""
    told = {name: sentences.message(gate(which, reason), MARKDOWN) for name, (which, reason) in SAMPLES.items()}
    assert told == snapshot(
        {
            "tests passed": "121 (+3) tests: 120 (+2) passed, 1 (+1) skipped.",
            "tests passed, flaky": "1 test: 1 passed. 1 test failed at first and passed when tried again.",
            "all skipped": "No test ran: 2 tests: 0 (-2) passed, 2 (+2) skipped. See why all of them are skipped.",
            "tests failed": "2 of 120 tests failed or broke off, 1 of them newly: `TestA`, `TestB`. Correct what newly fails first.",
            "one test failed": "1 of 3 tests failed: `TestA`.",
            "all newly": "2 of 2 tests broke off, all of them newly: `TestA`, `TestB`.",
            "flaky": "1 test both failed and passed on this commit: `TestA`. Make them steady; `tests.flaky: report` would only list them.",
            "no tests": "No test results came, though the base had some. Have the workflow upload what the tests report.",
            "no lint": "No findings and no outcome of a linter came. Have the workflow upload the linter's report, a clean one too.",
            "no build": "No outcome of a build came. Name the build's jobs in the policy, or its outcome in the upload step.",
            "no benchmarks": "No benchmark came. Have the workflow upload what the benchmarks report.",
            "no races": "The race detector was on in 9 Go packages and reported nothing.",
            "races": "1 data race reported: `r.go:12`.",
            "detector off": "Nothing says that the race detector was on for 1 Go package: `example.com/lab/ok`. Run the tests with `go test -race` and say so with `race: true` in the upload step (`--race` in a terminal), or name the artifacts under `tests.race_detector`.",
            "no finding": "No new finding.",
            "old findings": "No finding on added lines (7 in all).",
            "some allowed": "2 new findings, 3 allowed (7 in all).",
            "findings": "1 finding on added lines, 0 allowed: `F401`.",
            "jobs": "`build`, `docker` succeeded.",
            "jobs failed": "2 jobs did not succeed: `build` (failure), `docker` (skipped). Correct it, and run it again.",
            "jobs missing": "No run has a job that is called `bulid`. Write `jobs` in the policy as the workflow names them.",
            "limit": "`BenchmarkCollect` 120 `ms` breaks the limit `BenchmarkCollect time < 100ms`.",
            "limit not found": "Nothing measured is called as in `BenchmarkCollect time < 100ms`. Correct `benchmarks.limits`, or see why the benchmark did not run.",
            "limit of another unit": "`BenchmarkCollect time < 100ms` and `BenchmarkCollect`, measured in `ns/op`, do not compare. Correct `benchmarks.limits`, or see why the benchmark did not run.",
            "regressed": "1 measure got worse: `BenchmarkCollect` +12%. A second run agreed.",
            "unconfirmed": "1 measure looked worse in one run: `BenchmarkCollect` +12%; no second run has confirmed it, so it is not judged. Add the confirming job of `actions/bench`, or run it again.",
            "not comparable": "Benchmarks ran, and there is nothing yet that they can be compared with. Measure base and head in one job with `actions/bench`.",
            "inconclusive": "1 measure cannot be told from noise; a change of less than 18.4% could not have been seen. 1 benchmark of the base not measured any more: `BenchmarkOld`. Say what was renamed under `benchmarks.renamed`.",
            "no regression": "12 measures compared, none worse, 1 better, 2 limits kept.",
        }
    )


def _evaluation(*gates: GateResult) -> Evaluation:
    verdict = Verdict(
        conclusion=Conclusion.FAILURE,
        mode=gates[0].mode,
        gates=gates,
        inputs=INPUTS,
        not_configured=("build",),
    )
    return Evaluation(verdict=verdict, coverage=None, suites=SUITES, findings=FOUND, benchmarks=BENCHMARKS)


EVERYTHING = _evaluation(
    gate("tests", SAMPLES["tests failed"][1]),
    gate("races", SAMPLES["races"][1]),
    gate("lint", SAMPLES["findings"][1]),
    gate("benchmarks", SAMPLES["regressed"][1]),
)


def test_the_comment_with_everything_in_it():
    """One headline, one line a kind, what failed with its place; the rest folded away."""
    assert render_comment(EVERYTHING, CONTEXT) == snapshot("""\
### ❌ Test gate failed: 2 of 120 tests failed or broke off, 1 of them newly: `TestA`, `TestB`; 3 more gates failed

- **Tests:** 120 (+1) tests: 117 (-1) passed, 1 (+1) failed, 1 (+1) broke off, 1 skipped in 1 min 12 s; 1 newly failing, 1 newly fixed, 1 removed
- **Lint:** 1 new finding; 2 (-2) in all, 3 fixed
- **Benchmarks:** 4 measures: 1 worse, 1 cannot be told, 1 not worse, 1 no longer measured; 0 of 1 limit kept

- `tests`: 2 of 120 tests failed or broke off, 1 of them newly: `TestA`, `TestB`. **Correct what newly fails first.**
- `races`: 1 data race reported: `r.go:12`.
- `lint`: 1 finding on added lines, 0 allowed: `F401`.
- `benchmarks`: 1 measure got worse: `BenchmarkCollect` +12%. A second run agreed.

**Failed tests**

| Test | Where | Why |
|-|-|-|
| `TestTable/dup` (new) | [`sub/sub_test.go:8`](https://github.com/octo/thing/blob/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a/sub/sub_test.go#L8) in `test (1.21)` | dup fails: "dup" &#124; pipe |
| `TestPanics` | `example.com/lab/panics` in `test (1.21), test (1.22)` | panic: boom |

**Data races**

| Accesses | Where | Seen |
|-|-|-|
| write in `races.Add` against previous read in `races.Sum` | [`races/r.go:12`](https://github.com/octo/thing/blob/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a/races/r.go#L12), [`races/r.go:20`](https://github.com/octo/thing/blob/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a/races/r.go#L20) | 2 times, while `TestInnocent` ran |

**New findings**

| Where | Rule | Finding |
|-|-|-|
| [`a.py:3`](https://github.com/octo/thing/blob/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a/a.py#L3) | `F401` of `ruff` | error: &#96;os&#96; imported but unused |

**Slower or larger**

Base and head were measured in turns in one job, 10 rounds. The noise is known from 12 comparisons of equal trees.

| Benchmark | Measure | Base | Head | Change | Result |
|-|-|-:|-:|-:|-|
| `BenchmarkCollect` | `time` | 325.1 ns/op | 364.2 ns/op | +12% (+9% to +15.1%) | worse, p < 0.0001, confirmed |

<details><summary>Details: 4 gates · 1 newly fixed · 1 removed · slowest tests · 1 limit · 3 benchmark measures · 1 report</summary>

#### All gates

| Gate | Result | Now | Target |
|-|-|-|-:|
| `tests` | failed | 117 of 119 tests passed | all |
| `races` | failed | 1 race | none |
| `lint` | failed | 1 finding | none |
| `benchmarks` | failed | 1 worse | none |

Not configured: build.

#### Newly fixed tests

| Test | Suite |
|-|-|
| `TestFixed` | `example.com/lab/ok` |

#### Removed tests

| Test | Suite |
|-|-|
| `TestGone` | `example.com/lab/ok` |

#### Slowest tests

| Test | Suite | Took |
|-|-|-:|
| `TestSlow` | `example.com/lab/slow` | 1 min 1 s |

#### Limits

| Limit | Benchmark | Now | Result |
|-|-|-:|-|
| `BenchmarkCollect time < 100ms` | `BenchmarkCollect` | 120 ms | broken |

#### Benchmarks

Base and head were measured in turns in one job, 10 rounds. The noise is known from 12 comparisons of equal trees.

| Benchmark | Measure | Base | Head | Change | Result |
|-|-|-:|-:|-:|-|
| `BenchmarkNoisy` | `time` | 325.1 ns/op | 364.2 ns/op | +2% (-10% to +20%) | cannot be told, less than 18.4% cannot be seen |
| `BenchmarkOld` | `time` | 325.1 ns/op | - | - | no longer measured |
| `BenchmarkFast` | `time` | 325.1 ns/op | 364.2 ns/op | 0% (-1% to +2%) | not worse |

#### What was read

| Report | Format | SHA-256 |
|-|-|-|
| `coverage.xml` | `coverage.py XML` | `efefefefefef` |

</details>

[Full report](https://covgate.example/octo/thing/commits/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a) · Judged [`4f3c2b1`](https://github.com/octo/thing/commit/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a), by the policy `cdcdcdc`

<!-- covgate:0123456789abcdef -->
""")


def test_the_terminal_with_everything_in_it():
    """The same in columns."""
    assert render_terminal(EVERYTHING, CONTEXT) == snapshot("""\
Test gate failed: 2 of 120 tests failed or broke off, 1 of them newly: TestA, TestB; 3 more gates failed

Tests: 120 (+1) tests: 117 (-1) passed, 1 (+1) failed, 1 (+1) broke off, 1 skipped in 1 min 12 s; 1 newly failing, 1 newly fixed, 1 removed
Lint: 1 new finding; 2 (-2) in all, 3 fixed
Benchmarks: 4 measures: 1 worse, 1 cannot be told, 1 not worse, 1 no longer measured; 0 of 1 limit kept

Result  Gate        Now                      Target
failed  tests       117 of 119 tests passed  all
failed  races       1 race                   none
failed  lint        1 finding                none
failed  benchmarks  1 worse                  none

Read: coverage.xml (coverage.py XML)
Not configured, and nothing of it was read: build

- tests: 2 of 120 tests failed or broke off, 1 of them newly: TestA, TestB. Correct what newly fails first.
- races: 1 data race reported: r.go:12.
- lint: 1 finding on added lines, 0 allowed: F401.
- benchmarks: 1 measure got worse: BenchmarkCollect +12%. A second run agreed.

Failed tests:
  Test                 Where                                               Why
  TestTable/dup (new)  sub/sub_test.go:8 in test (1.21)                    dup fails: "dup" | pipe
  TestPanics           example.com/lab/panics in test (1.21), test (1.22)  panic: boom

Data races:
  Accesses                                               Where                         Seen
  write in races.Add against previous read in races.Sum  races/r.go:12, races/r.go:20  2 times, while TestInnocent ran

New findings:
  Where   Rule          Finding
  a.py:3  F401 of ruff  error: `os` imported but unused

Slower or larger:
  Base and head were measured in turns in one job, 10 rounds. The noise is known from 12 comparisons of equal trees.
  Benchmark         Measure  Base         Head         Change                Result
  BenchmarkCollect  time     325.1 ns/op  364.2 ns/op  +12% (+9% to +15.1%)  worse, p < 0.0001, confirmed

Limits:
  Limit                          Benchmark         Now     Result
  BenchmarkCollect time < 100ms  BenchmarkCollect  120 ms  broken

Benchmarks:
  Base and head were measured in turns in one job, 10 rounds. The noise is known from 12 comparisons of equal trees.
  Benchmark       Measure  Base         Head         Change              Result
  BenchmarkNoisy  time     325.1 ns/op  364.2 ns/op  +2% (-10% to +20%)  cannot be told, less than 18.4% cannot be seen
  BenchmarkOld    time     325.1 ns/op  -            -                   no longer measured
  BenchmarkFast   time     325.1 ns/op  364.2 ns/op  0% (-1% to +2%)     not worse
""")


def test_marks_stand_where_tests_failed_and_findings_are():
    """A failed test with a place, a race, a finding; nothing without a place."""
    marks = [(mark.path, mark.start_line, mark.level, mark.title) for mark in annotate_kinds(EVERYTHING, CONTEXT)]
    assert marks == snapshot(
        [
            ("sub/sub_test.go", 8, "failure", "TestTable/dup failed"),
            ("races/r.go", 12, "failure", "Data race"),
            ("a.py", 3, "failure", "ruff F401"),
        ]
    )


@pytest.mark.parametrize("text", EVIL)
def test_hostile_names_stay_names(text: str):
    """What a report calls its tests is shown as text, in a table of as many columns as before, whatever it holds."""
    evil = Case(suite=text, name=text, outcome=Outcome.FAILED, message=text, file="a.py", line=1)
    hostile = replace(EVERYTHING, suites=replace(SUITES, bad=(evil, *BAD)))
    body = render_comment(hostile, CONTEXT)
    rows = SyntaxTreeNode(MARKDOWN_IT.parse(body)).walk()
    cells = [len(node.children) for node in rows if node.type == "tr"]
    assert cells[:3] == [3, 3, 3]
    assert "<script" not in MARKDOWN_IT.render(body)
    assert "@user" not in body


def test_a_comment_with_everything_at_once_keeps_its_size():
    """Ten thousand failures, races, findings and measures: cut, counted, and within what GitHub takes."""
    many = replace(
        EVERYTHING,
        suites=replace(SUITES, bad=BAD * 5_000, races=(RACE,) * 10_000, removed=SUITES.removed * 10_000),
        findings=replace(FOUND, counted=FOUND.counted * 10_000),
        benchmarks=replace(BENCHMARKS, measures=BENCHMARKS.measures * 2_500, limits=BENCHMARKS.limits * 1_000),
    )
    body = render_comment(many, CONTEXT)
    assert len(body.encode()) <= 65_536
    assert "more failed tests" in body


def test_in_a_terminal_the_next_step_is_a_command():
    """Nobody who stands in a checkout is sent to a workflow."""
    local = ("no tests", "no lint", "not comparable", "jobs failed")
    told = {name: sentences.message(gate(SAMPLES[name][0], SAMPLES[name][1]), TERMINAL) for name in local}
    gap = Gap(awaited=Awaited.NO_ARTIFACT, subject="report files", expired=True)
    told["nothing found"] = sentences.message(gate("evidence", Incomplete(gaps=(gap,))), TERMINAL)
    told["no coverage"] = sentences.message(gate("coverage/project", NotMeasured(), metric=None), TERMINAL)
    assert told == snapshot(
        {
            "no tests": "No test results came, though the base had some. Run them with covgate run, or name their reports with --report.",
            "no lint": "No findings and no outcome of a linter came. Run them with covgate run, or name their reports with --report.",
            "not comparable": "Benchmarks ran, and there is nothing yet that they can be compared with. Measure base and head in turns with covgate run --benchmark --base REV.",
            "jobs failed": "2 steps did not succeed: build (failure), docker (skipped). Correct it, and run it again.",
            "nothing found": "No report file was found here. Make some with covgate run, or name them with --report.",
            "no coverage": "No report measures coverage. Run the tests under a coverage tool, or switch it off: coverage: {mode: off}.",
        }
    )


def test_a_message_of_several_lines_is_one():
    """What a test prints when it fails has line ends; a table's cell has none."""
    case = Case(suite="s", name="t", outcome=Outcome.FAILED, message="assert 2.0 == 3\n +  where 2.0 = tax(10)")
    body = render_comment(replace(EVERYTHING, suites=replace(SUITES, bad=(case,))), CONTEXT)
    assert "assert 2.0 == 3 + where 2.0 = tax(10)" in body.replace("&#43;", "+")


def test_a_finding_without_a_word_still_has_a_mark_with_one():
    """GitHub refuses a whole check run for one annotation without a message."""
    bare = Finding(path="a.py", line=1, rule="", message="")
    (mark,) = annotate_kinds(replace(EVERYTHING, suites=None, findings=replace(FOUND, counted=(bare,))), CONTEXT)
    assert (mark.title, mark.message) == ("Finding", "Finding")
