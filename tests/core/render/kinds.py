"""Tests, races, findings and benchmarks to render, in the product's words."""

from fractions import Fraction

from bot.core.model.benchmarks import Direction
from bot.core.model.comparison import CaseCounts, FindingsComparison, FindingScope, SuitesComparison
from bot.core.model.evidence import Layout
from bot.core.model.findings import Finding, Level
from bot.core.model.limits import LimitOutcome, LimitResult, parse_limit
from bot.core.model.regression import BenchmarkComparison, Confirmation, MeasureComparison, Rule, Standing
from bot.core.model.suites import Access, Case, Frame, Outcome, Race

BAD = (
    Case(
        suite="example.com/lab/sub",
        name="TestTable/dup",
        outcome=Outcome.FAILED,
        duration_us=1_500,
        message='dup fails: "dup" | pipe',
        file="sub/sub_test.go",
        line=8,
    ),
    Case(suite="example.com/lab/panics", name="TestPanics", outcome=Outcome.ERRORED, message="panic: boom"),
)
RACE = Race(
    detector="go",
    accesses=(
        Access(kind="Write", frames=(Frame(function="races.Add", file="races/r.go", line=12),)),
        Access(kind="Previous read", frames=(Frame(function="races.Sum", file="races/r.go", line=20),)),
    ),
    suite="example.com/lab/races",
    case="TestInnocent",
    count=2,
)
SUITES = SuitesComparison(
    counts=CaseCounts(passed=117, failed=1, errored=1, skipped=1),
    reports=2,
    suites=9,
    duration_us=72_400_000,
    outcomes={case.key: case.outcome for case in BAD},
    base=CaseCounts(passed=118, skipped=1),
    bad=BAD,
    ran_in={BAD[0].key: ("test (1.21)",), BAD[1].key: ("test (1.21)", "test (1.22)")},
    newly_failing=(BAD[0].key,),
    newly_fixed=(("example.com/lab/ok", "TestFixed"),),
    removed=(("example.com/lab/ok", "TestGone"),),
    slowest=(Case(suite="example.com/lab/slow", name="TestSlow", outcome=Outcome.PASSED, duration_us=61_000_000),),
    races=(RACE,),
    raced=("example.com/lab/races",),
    unraced=("example.com/lab/ok",),
    places=frozenset({"sub/sub_test.go", "races/r.go", "a.py"}),
)
FOUND = FindingsComparison(
    findings=(
        Finding(path="a.py", rule="F401", message="`os` imported but unused", level=Level.ERROR, line=3, tool="ruff"),
        Finding(path="", rule="GO-2024-1", message="a vulnerable module"),
    ),
    counted=(
        Finding(path="a.py", rule="F401", message="`os` imported but unused", level=Level.ERROR, line=3, tool="ruff"),
    ),
    scope=FindingScope.NEW,
    tools=("ruff",),
    base=4,
    fixed=3,
)


def measure(name: str, standing: Standing, **more: object) -> MeasureComparison:
    """A time in ns/op that came out so."""
    facts: dict[str, object] = {
        "group": "example.com/lab/ok",
        "measure": "time",
        "unit": "ns/op",
        "direction": Direction.LOWER,
        "rule": Rule.PAIRED,
        "head": 364.2,
        "base": 325.1,
        "samples": (10, 10),
        "change": 0.1203,
        "low": 0.09,
        "high": 0.151,
        "p": 0.00002,
    }
    return MeasureComparison(name=name, standing=standing, **(facts | more))  # pyright: ignore[reportArgumentType] -- a test's table of facts


SLOWER = measure("BenchmarkCollect", Standing.REGRESSED, confirmation=Confirmation.AGREED)
SUSPECT = measure("BenchmarkCollect", Standing.REGRESSED, confirmation=Confirmation.NOT_RUN)
UNSURE = measure("BenchmarkNoisy", Standing.INCONCLUSIVE, change=0.02, low=-0.1, high=0.2, p=0.4, visible=0.1834)
GONE = measure("BenchmarkOld", Standing.REMOVED, head=None, change=None, low=None, high=None, p=None, samples=(0, 10))
BROKEN = LimitResult(
    limit=parse_limit("BenchmarkCollect time < 100ms"),
    outcome=LimitOutcome.BROKEN,
    group="example.com/lab/ok",
    name="BenchmarkCollect",
    measure="time",
    value=Fraction(120_000_000),
    bound=Fraction(100_000_000),
    unit="ns/op",
)
BENCHMARKS = BenchmarkComparison(
    measures=(SLOWER, UNSURE, GONE, measure("BenchmarkFast", Standing.OK, change=0.0, low=-0.01, high=0.02, p=1.0)),
    limits=(BROKEN,),
    layout=Layout.INTERLEAVED,
    rounds=10,
    calibrated=12,
    reports=20,
)
