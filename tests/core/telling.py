"""Test results, findings and the uploads that bring them in a line each, for tests of the judgement."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.model.evidence import Baseline, Evidence, Job, Report, Side, Upload
from bot.core.model.findings import Finding, Findings
from bot.core.model.policy import CoverageRules, Mode, Policy
from bot.core.model.suites import Access, Case, Frame, Outcome, Race, Suites
from tests.core.making import BASE, evidence

P, F, E, S = Outcome.PASSED, Outcome.FAILED, Outcome.ERRORED, Outcome.SKIPPED
SIGNS = {"+": P, "-": F, "!": E, "_": S}
NO_COVERAGE = CoverageRules(mode=Mode.OFF)


def case(name: str, sign: str = "+", suite: str = "s", **more: object) -> Case:
    """``case("a", "-")``: a failed case of the suite ``s``; ``+`` passed, ``!`` errored, ``_`` skipped."""
    return Case(suite=suite, name=name, outcome=SIGNS[sign], **more)  # pyright: ignore[reportArgumentType] -- any field


def cases(signs: str, suite: str = "s") -> tuple[Case, ...]:
    """``cases("a+ b-")``: ``a`` passed, ``b`` failed."""
    return tuple(case(each[:-1], each[-1], suite) for each in signs.split())


def race(at: int = 3, detector: str = "go", **more: object) -> Race:
    """A race between line *at* of ``r.go`` and line 9."""
    sides = tuple(
        Access(kind="Write", frames=(Frame(function=f"f{line}", file="/w/r.go", line=line),)) for line in (at, 9)
    )
    return Race(detector=detector, accesses=sides, **more)  # pyright: ignore[reportArgumentType] -- any field


def told(*ran: Case, path: str = "t.xml", go: bool = False, races: tuple[Race, ...] = ()) -> Report:
    """A report of these cases; of Go's if *go*."""
    suites = Suites(
        cases=ran, races=races, toolchain="go" if go else "", suites=tuple(sorted({each.suite for each in ran}))
    )
    return Report(path=path, format="junit", digest="1" * 64, suites=suites)


def finding(path: str, line: int | None = 1, rule: str = "R1", message: str = "bad", **more: object) -> Finding:
    return Finding(path=path, line=line, rule=rule, message=message, **more)  # pyright: ignore[reportArgumentType] -- any field


def lint(*found: Finding, path: str = "lint.json", tools: tuple[str, ...] = (), side: Side = Side.HEAD) -> Report:
    findings = Findings(findings=found, tools=tools)
    return Report(path=path, format="sarif", digest="2" * 64, findings=findings, side=side)


def of_base(
    signs: str | Mapping[tuple[str, str], Outcome] | None = None,
    found: tuple[Finding, ...] | None = None,
    *,
    raced: bool = False,
) -> Baseline:
    """A base whose cases came out so, and whose linters found that."""
    suites = {each.key: each.outcome for each in cases(signs)} if isinstance(signs, str) else signs
    return Baseline(sha=BASE, suites=suites, findings=found, raced=raced)


def with_jobs(conclusions: Mapping[str, str | None], *uploads: Upload, **more: object) -> Evidence:
    """Evidence with these workflow jobs."""
    jobs = tuple(Job(name=name, workflow="ci.yml", conclusion=each) for name, each in conclusions.items())
    made = evidence(*uploads, **more)  # pyright: ignore[reportArgumentType] -- any key of it
    return Evidence(
        head_sha=made.head_sha,
        tested_sha=made.tested_sha,
        base=made.base,
        uploads=made.uploads,
        gaps=made.gaps,
        base_ref=made.base_ref,
        jobs=jobs,
    )


def without_coverage(**sections: object) -> Policy:
    """A policy that judges no coverage, with these other sections."""
    return Policy(coverage=NO_COVERAGE, **sections)  # pyright: ignore[reportArgumentType] -- any section
