"""Evaluations to render, in the product's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import jinja2

from bot.core.model.commit import Base, BaseRule
from bot.core.model.comparison import CoverageComparison, Delta, Indirect, Patch, PatchFile, Project
from bot.core.model.coverage import Coverage, FileCoverage, Metric, Tally
from bot.core.model.evidence import Awaited, Gap
from bot.core.model.lines import Lines
from bot.core.model.policy import Mode
from bot.core.model.verdict import (
    BelowTarget,
    Complete,
    Conclusion,
    Evaluation,
    GateResult,
    Incomplete,
    Inputs,
    MeetsTarget,
    Reason,
    Verdict,
)
from bot.core.render.context import CommentContext
from bot.core.render.report import TEMPLATES, environment

HEAD = "4f3c2b1a" * 5
BASE = "0a1b2c3d" * 5
TESTED = "99887766" * 5
T95 = Fraction(95, 100)
URL = "https://github.com/octo/thing"
REPORT = f"https://covgate.example/octo/thing/commits/{HEAD}"
MARKER = "<!-- covgate:0123456789abcdef -->"

CONTEXT = CommentContext(repository="octo/thing", number=7, repository_url=URL, report_url=REPORT, marker=MARKER)

INPUTS = Inputs(
    head_sha=HEAD,
    tested_sha=HEAD,
    base=Base(rule=BaseRule.MERGE_BASE, wanted=BASE, sha=BASE),
    policy_sha256="ab" * 32,
    policy_commit="cd" * 20,
    reports=(("coverage.xml", "ef" * 32, "coverage.py XML"),),
)


def gate(
    name: str,
    reason: Reason,
    conclusion: Conclusion = Conclusion.FAILURE,
    *,
    judged: Conclusion | None = None,
    tally: Tally | None = None,
    target: Fraction | None = T95,
    metric: Metric | None = Metric.STATEMENTS,
    base: Tally | None = None,
    priority: str | None = None,
    no_baseline: bool = False,
) -> GateResult:
    """A gate that concluded so; with a tally it has a target, 95% unless another is given."""
    judged = judged or conclusion
    return GateResult(
        gate=name,
        conclusion=conclusion,
        judged=judged,
        reason=reason,
        mode=Mode.REPORT if conclusion is Conclusion.NEUTRAL and judged is not conclusion else Mode.ENFORCE,
        metric=metric,
        tally=tally,
        target=target if tally else None,
        base=base,
        priority=priority,
        no_baseline=no_baseline,
    )


def project(covered: int, total: int, target: Fraction = T95, *, enforced: bool = True) -> GateResult:
    """The project gate at *covered* of *total* statements, judged truly."""
    tally = Tally(covered, total)
    return _by_target("coverage/project", tally, target, Metric.STATEMENTS, enforced=enforced)


def patch(covered: int, total: int, target: Fraction = T95) -> GateResult:
    return _by_target("coverage/patch", Tally(covered, total), target, Metric.LINES)


def component(name: str, covered: int, total: int, target: Fraction, priority: str | None = None) -> GateResult:
    judged = _by_target(f"coverage/component:{name}", Tally(covered, total), target, Metric.STATEMENTS)
    return replace(judged, priority=priority)


def _by_target(name: str, tally: Tally, target: Fraction, metric: Metric, *, enforced: bool = True) -> GateResult:
    reached = tally.covered >= target * tally.total
    judged = Conclusion.SUCCESS if reached else Conclusion.FAILURE
    return gate(
        name,
        MeetsTarget() if reached else BelowTarget(),
        judged if enforced else Conclusion.NEUTRAL,
        judged=judged,
        tally=tally,
        target=target,
        metric=metric,
    )


def complete(reports: int = 1, uploads: int = 1) -> GateResult:
    return gate("evidence", Complete(reports=reports, uploads=uploads), Conclusion.SUCCESS, metric=None)


def incomplete(*gaps: Gap) -> GateResult:
    late = any(gap.expired for gap in gaps)
    conclusion = Conclusion.FAILURE if late else Conclusion.PENDING
    return gate("evidence", Incomplete(gaps=gaps), conclusion, metric=None)


def missing(awaited: Awaited, subject: str = "", *, late: bool = False) -> Gap:
    return Gap(awaited=awaited, subject=subject, expired=late)


def file(hit: Sequence[int] = (), *, partial: Sequence[int] = (), miss: Sequence[int] = ()) -> PatchFile:
    """A file's new lines by fate."""
    return PatchFile(hit=Lines.of(hit), partial=Lines.of(partial), miss=Lines.of(miss))


def measured(files: Mapping[str, tuple[int, Sequence[int]]]) -> Coverage:
    """Statement coverage of files: path -> (lines measured from 1 on, those missed)."""
    return Coverage(
        metric=Metric.STATEMENTS,
        files={
            path: FileCoverage(measured=Lines.span(1, total), executed=Lines.span(1, total) - Lines.of(missed))
            for path, (total, missed) in files.items()
        },
    )


def comparison(
    new: Mapping[str, PatchFile] | None = None,
    *,
    head: Coverage | None = None,
    base: Tally | None = None,
    now: Tally | None = None,
    delta: Delta | None = None,
    indirect: Mapping[str, Indirect] | None = None,
    unreported: Sequence[str] = (),
) -> CoverageComparison:
    """A comparison by statements."""
    totals = (Project(metric=Metric.STATEMENTS, head=now, base=base, delta=delta),) if now else ()
    return CoverageComparison(
        head={Metric.STATEMENTS: head} if head else {},
        projects=totals,
        patch=Patch(files=new or {}),
        indirect=indirect or {},
        unreported=tuple(unreported),
    )


def evaluation(
    *gates: GateResult,
    coverage: CoverageComparison | None = None,
    conclusion: Conclusion | None = None,
    mode: Mode = Mode.ENFORCE,
    inputs: Inputs = INPUTS,
    policy_changed: bool = False,
    uploads: Sequence[str] = (),
    ignored: Sequence[str] = (),
) -> Evaluation:
    """The gates' evaluation; the conclusion is theirs unless another is given."""
    verdict = Verdict(
        conclusion=conclusion or _of(gates),
        mode=mode,
        gates=gates,
        inputs=inputs,
        policy_changed=policy_changed,
        uploads=tuple(uploads),
        ignored=tuple(ignored),
    )
    return Evaluation(verdict=verdict, coverage=coverage)


def _of(gates: Sequence[GateResult]) -> Conclusion:
    order = (Conclusion.ACTION_REQUIRED, Conclusion.FAILURE, Conclusion.PENDING, Conclusion.SUCCESS, Conclusion.NEUTRAL)
    return min((gate.conclusion for gate in gates), key=order.index, default=Conclusion.SUCCESS)


def pages() -> jinja2.Environment:
    """The templates as the edge hands them in."""
    folder = Path(__file__).parents[3] / "bot" / "core" / "render" / "templates"
    return environment({name: (folder / name).read_text() for name in TEMPLATES})


def failing_change() -> Evaluation:
    """A change that misses new lines, drops the total below its target, and edits the policy."""
    return evaluation(
        project(949, 1000),
        patch(13, 17),
        complete(),
        coverage=comparison(
            {
                "bot/parse.py": file(range(1, 9), partial=[20], miss=[12, 13, 14]),
                "bot/units.py": file(range(70, 74), miss=[77]),
            },
            head=measured({"bot/parse.py": (300, [12, 13, 14, 40]), "bot/units.py": (200, [77])}),
            base=Tally(940, 990),
            now=Tally(949, 1000),
            delta=Delta(
                base=Tally(940, 990),
                head=Tally(949, 1000),
                added=Tally(12, 16),
                deleted=Tally(6, 6),
                elsewhere_before=Tally(2, 10),
                elsewhere_after=Tally(5, 10),
            ),
            indirect={"bot/app.py": Indirect(newly_missed=Lines.of([101, 102]), newly_hit=Lines.of([7, 8, 9]))},
            unreported=["bot/new_thing.py"],
        ),
        policy_changed=True,
        uploads=["covgate-test-1a2b-1"],
        ignored=["reports/readme.txt"],
    )


def passing_change() -> Evaluation:
    """A change whose every new line is covered."""
    return evaluation(
        project(962, 1000),
        patch(20, 20),
        complete(),
        coverage=comparison({"bot/a.py": file(range(1, 21))}, base=Tally(940, 980), now=Tally(962, 1000)),
    )


EVIL = [
    "plain.py",
    "a|b.py",
    "a\\|b.py",
    "a\\\\|b\\.py",
    "`code`.py",
    "``",
    "a`",
    "`a",
    " spaced ",
    "",
    " ",
    "*bold* _it_ ~~gone~~",
    "[text](https://evil.example)",
    "![image](https://evil.example/x.png)",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!-- hidden -->",
    "--> shown",
    "</details></table>",
    "@octocat",
    "@octo/team.py",
    "mail@example.com",
    "octo/thing#1",
    "octo/thing@0a1b2c3",
    "#1",
    "GH-1 gh-2",
    "https://evil.example/",
    "www.evil.example",
    "line\nbreak",
    "cr\r\nlf",
    "tab\tbed",
    "nul\x00bell\x07",
    "\x1b[31mred\x1b[0m",
    "\x9b31m",
    "\u202egnp.py",
    "zero\u200bwidth\ufeff",
    "soft\u00adhyphen\u2060",
    "no\u00a0break\u3000space",
    "lone\udc80surrogate\ud800",
    "tag\U000e0041s",
    "# heading",
    "- item",
    "> quote",
    "1. one",
    "---",
    "$x$ :smile: &amp; &#64;user",
    "x" * 5000,
    "`" * 300,
    "@user|" * 900,
    "::error::x",
    "##[add-mask]x",
]
"""Names that somebody would choose to break a page, a comment or a log."""
