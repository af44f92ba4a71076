"""Every sentence that covgate says of a judgement, word for word."""

from dataclasses import replace
from fractions import Fraction

import pytest
from inline_snapshot import snapshot

from bot.core.model.coverage import Metric, Tally
from bot.core.model.errors import Problem
from bot.core.model.evidence import Awaited, Gap
from bot.core.model.policy import Mode
from bot.core.model.verdict import (
    BelowTarget,
    BrokenPolicy,
    Complete,
    Conclusion,
    Dropped,
    GateResult,
    Incomplete,
    LeftReport,
    MeetsTarget,
    NoDiff,
    NothingCoverable,
    NothingToJudge,
    NotMeasured,
    PartialDiff,
    Ratcheted,
    Reason,
    SmallPatch,
    TooManyMissed,
    Unreadable,
)
from bot.core.render import sentences
from bot.core.render.escape import DATA, MARKDOWN, PLAIN, TABLE, TERMINAL
from bot.core.render.gaps import gap_words
from tests.core.render.verdicts import EVIL, gate

PROJECT = gate("coverage/project", MeetsTarget(), tally=Tally(949, 1000))
PATCH = gate("coverage/patch", MeetsTarget(), tally=Tally(2, 3), metric=Metric.LINES)
EVIDENCE = gate("evidence", MeetsTarget(), metric=None)
TRUNCATED = Problem(path="coverage.xml", line=3, reason="the report ends in the middle of a record")

SAMPLES: dict[str, tuple[GateResult, Reason]] = {
    "meets": (PROJECT, MeetsTarget()),
    "meets, first run": (replace(PROJECT, no_baseline=True), MeetsTarget()),
    "below": (PROJECT, BelowTarget()),
    "below, patch": (PATCH, BelowTarget()),
    "dropped": (
        replace(PROJECT, tally=Tally(94, 100)),
        Dropped(before=Tally(95, 100), after=Tally(94, 100), max_drop=Fraction(0)),
    ),
    "dropped, code deleted": (
        replace(PROJECT, tally=Tally(90, 97)),
        Dropped(before=Tally(95, 100), after=Tally(93, 100), max_drop=Fraction(1, 100)),
    ),
    "ratcheted": (PROJECT, Ratcheted(before=Tally(948, 1000))),
    "ratcheted, a little lower": (PROJECT, Ratcheted(before=Tally(95, 100))),
    "too many missed": (PATCH, TooManyMissed(missed=5, allowed=3)),
    "small patch": (PATCH, SmallPatch(lines=1, min_lines=8)),
    "nothing to judge, patch": (replace(PATCH, tally=None), NothingToJudge()),
    "nothing to judge, unreported": (replace(PATCH, tally=None), NothingToJudge(unreported=("a.py", "b.py"))),
    "nothing to judge, component": (gate("coverage/component:api", NothingToJudge()), NothingToJudge()),
    "nothing to judge": (replace(PROJECT, tally=None), NothingToJudge()),
    "nothing coverable": (EVIDENCE, NothingCoverable()),
    "not measured": (gate("coverage/project", NotMeasured(), metric=None), NotMeasured()),
    "not measured, metric": (gate("coverage/project", NotMeasured()), NotMeasured()),
    "not measured, branches": (gate("coverage/branches", NotMeasured(), metric=Metric.BRANCHES), NotMeasured()),
    "not measured, component": (gate("coverage/component:api", NotMeasured()), NotMeasured()),
    "incomplete": (EVIDENCE, Incomplete(gaps=(Gap(awaited=Awaited.RUNNING, subject="ci.yml"),))),
    "unreadable": (EVIDENCE, Unreadable(problems=(TRUNCATED,))),
    "unreadable, many": (EVIDENCE, Unreadable(problems=(TRUNCATED,) * 5)),
    "left": (PROJECT, LeftReport(paths=("a.py",))),
    "left, many": (PROJECT, LeftReport(paths=("a.py", "b.py", "c.py", "d.py", "e.py"))),
    "partial diff": (PATCH, PartialDiff(paths=("big.py",))),
    "no diff": (PATCH, NoDiff()),
    "complete": (EVIDENCE, Complete(reports=3, uploads=1)),
    "broken policy": (
        EVIDENCE,
        BrokenPolicy(problem=Problem(path=".github/covgate.yml", line=4, reason='mode: must be report, not "x"')),
    ),
}


def told(conclusion: Conclusion) -> dict[str, str]:
    """Every sample with that conclusion, as a comment tells it."""
    judged = Conclusion.FAILURE if conclusion is Conclusion.NEUTRAL else conclusion
    return {
        name: sentences.message(replace(base, reason=reason, conclusion=conclusion, judged=judged), MARKDOWN)
        for name, (base, reason) in SAMPLES.items()
    }


def test_what_a_failure_says():
    """The fact, then the next step."""
    assert told(Conclusion.FAILURE) == snapshot(
        {
            "meets": "94.90% (949/1000) of statements, target 95%.",
            "meets, first run": "94.90% (949/1000) of statements, target 95%. The drop is not judged: no baseline yet.",
            "below": "94.90% (949/1000) of statements, below the target of 95%. Cover 1 more statement.",
            "below, patch": "66.66% (2/3) of new lines, below the target of 95%. Cover 1 more new line.",
            "dropped": "Fell by 1.00 points, from 95.00% (95/100) to 94.00% (94/100) of statements; a drop of 0% is allowed. Cover 1 more statement.",
            "dropped, code deleted": "Fell by 2.00 points, from 95.00% (95/100) to 93.00% (93/100) of statements; a drop of 1% is allowed. Code that the change deleted is not counted as lost. Cover 1 more statement.",
            "ratcheted": "94.90% (949/1000) of statements, not lower than the base (94.80% (948/1000)). Below the target of 95%: until it is reached, only a drop fails.",
            "ratcheted, a little lower": "94.90% (949/1000) of statements, lower than the base, as far as is allowed (95.00% (95/100)). Below the target of 95%: until it is reached, only a drop fails.",
            "too many missed": "5 new lines missed; 3 allowed. Cover 2 more new lines.",
            "small patch": "1 new line measured: fewer than 8 are shown, not judged (`min_lines`).",
            "nothing to judge, patch": "No new line is measured, so there is nothing to judge.",
            "nothing to judge, unreported": "No new line is measured: 2 changed files are in no report (`a.py`, `b.py`). Measure what can be covered; the rest goes under `coverage.ignore`.",
            "nothing to judge, component": "No file of the repository belongs here. Check its `paths` in the policy.",
            "nothing to judge": "Nothing is measured, so there is nothing to judge.",
            "nothing coverable": "Only files that no tool can cover changed.",
            "not measured": "No report measures coverage. Add a coverage report to what the workflow uploads.",
            "not measured, metric": "No report counts statements. Add a report that does, or choose another `coverage.metric`.",
            "not measured, branches": "No report holds branches. Measure them, or take `coverage.branches` out of the policy.",
            "not measured, component": "No report measures a file of this component. Check its `paths` against the names in the reports.",
            "incomplete": "`ci.yml` is still running.",
            "unreadable": "1 report cannot be read: `coverage.xml` line 3: the report ends in the middle of a record. Nothing of it is counted. Have the job write it whole, and run it again.",
            "unreadable, many": "5 reports cannot be read: `coverage.xml` line 3: the report ends in the middle of a record; `coverage.xml` line 3: the report ends in the middle of a record; `coverage.xml` line 3: the report ends in the middle of a record and 2 more. Nothing of it is counted. Have the job write it whole, and run it again.",
            "left": "1 file that the base measured is in no report now: `a.py`. See whether a job did not upload; what shall not be measured goes under `coverage.ignore`.",
            "left, many": "5 files that the base measured are in no report now: `a.py`, `b.py`, `c.py` and 2 more. See whether a job did not upload; what shall not be measured goes under `coverage.ignore`.",
            "partial diff": "The diff leaves out 1 file, so the patch cannot be judged whole: `big.py`. Make the change smaller, or judge it in the workflow with `covgate check`, where git makes the diff.",
            "no diff": "There is no diff, so no patch to judge. Name a base (`--base`) or a diff (`--diff`).",
            "complete": "3 reports in 1 upload, read whole.",
            "broken policy": 'The policy cannot be used: `.github/covgate.yml` line 4: mode: must be report, not "x". Correct it on the base branch; nothing is judged until then.',
        }
    )


@pytest.mark.parametrize("conclusion", [Conclusion.SUCCESS, Conclusion.PENDING, Conclusion.ACTION_REQUIRED])
def test_a_reason_is_the_same_whatever_it_led_to(conclusion: Conclusion):
    """Only a failure that is held back is told otherwise."""
    assert told(conclusion) == told(Conclusion.FAILURE)


def test_a_failure_that_is_held_back_says_so():
    """`mode: report` judges and shows, and blocks nothing."""
    assert told(Conclusion.NEUTRAL) == {name: f"Report only: {text}" for name, text in told(Conclusion.FAILURE).items()}


def test_the_word_for_each_outcome():
    """In a table, next to the number."""
    words = {
        (conclusion.value, judged.value): sentences.outcome(replace(PROJECT, conclusion=conclusion, judged=judged))
        for conclusion in Conclusion
        for judged in (conclusion, Conclusion.SUCCESS, Conclusion.FAILURE)
        if conclusion is Conclusion.NEUTRAL or conclusion is judged
    }
    assert words == snapshot(
        {
            ("success", "success"): "passed",
            ("failure", "failure"): "failed",
            ("neutral", "neutral"): "not judged",
            ("neutral", "success"): "would pass",
            ("neutral", "failure"): "would fail",
            ("pending", "pending"): "pending",
            ("action_required", "action_required"): "action required",
        }
    )


def test_what_each_gate_is_called():
    """At the start of a sentence."""
    names = ["coverage/project", "coverage/patch", "coverage/branches", "coverage/component:a b", "coverage/flag:unit"]
    names += ["evidence", "races", "other"]
    assert [sentences.title(replace(PROJECT, gate=name), MARKDOWN) for name in names] == snapshot(
        [
            "Coverage gate",
            "Patch coverage gate",
            "Branch coverage gate",
            "Coverage gate of `a b`",
            "Coverage gate of flag `unit`",
            "Evidence gate",
            "Race gate",
            "Gate `other`",
        ]
    )


def test_what_is_awaited_and_what_to_do_when_it_is_late():
    """(while it is awaited, when its time is up), for a thing that has a name and one that has none."""
    words = {
        awaited.value: [
            gap_words(Gap(awaited=awaited, subject=subject, expired=late), MARKDOWN).whole
            for subject in ("ci.yml", "")
            for late in (False, True)
        ]
        for awaited in Awaited
    }
    assert words == snapshot(
        {
            "nothing_ran": [
                "No workflow has run for this commit yet.",
                "No workflow ran for this commit. See that one runs on `pull_request`, and that no path filter, `[skip ci]` or merge conflict holds it back.",
                "No workflow has run for this commit yet.",
                "No workflow ran for this commit. See that one runs on `pull_request`, and that no path filter, `[skip ci]` or merge conflict holds it back.",
            ],
            "running": [
                "`ci.yml` is still running.",
                "`ci.yml` was not finished when its time was up. Run it again, or allow more time with `evidence.deadline`.",
                "A workflow is still running.",
                "A workflow was not finished when its time was up. Run it again, or allow more time with `evidence.deadline`.",
            ],
            "approval": [
                "`ci.yml` waits for a maintainer's approval. A maintainer can approve it at the foot of the pull request.",
                "`ci.yml` waits for a maintainer's approval. A maintainer can approve it at the foot of the pull request.",
                "A workflow waits for a maintainer's approval. A maintainer can approve it at the foot of the pull request.",
                "A workflow waits for a maintainer's approval. A maintainer can approve it at the foot of the pull request.",
            ],
            "no_artifact": [
                "`ci.yml` has ended; its upload has not come yet.",
                "`ci.yml` ended without uploading a report. Add covgate's action after its tests, or name the artifact that it uploads under `evidence.artifacts`.",
                "The workflow has ended; its upload has not come yet.",
                "The workflow ended without uploading a report. Add covgate's action after its tests, or name the artifact that it uploads under `evidence.artifacts`.",
            ],
            "empty_artifact": [
                "The upload `ci.yml` holds no report.",
                "The upload `ci.yml` holds no report. See that the tests write one before the upload, and that the upload step finds it.",
                "The upload holds no report.",
                "The upload holds no report. See that the tests write one before the upload, and that the upload step finds it.",
            ],
            "run_failed": [
                "`ci.yml` was cancelled, skipped or timed out before its reports came.",
                "`ci.yml` was cancelled, skipped or timed out, and its reports never came. Run it again.",
                "A workflow was cancelled, skipped or timed out before its reports came.",
                "A workflow was cancelled, skipped or timed out, and its reports never came. Run it again.",
            ],
            "shard_missing": [
                "The upload of `ci.yml` has not come yet.",
                "The upload of `ci.yml` never came. See why that job did not upload, and run it again.",
                "The upload of a job has not come yet.",
                "The upload of a job never came. See why that job did not upload, and run it again.",
            ],
            "other_commit": [
                "The upload `ci.yml` measured another commit.",
                "The upload `ci.yml` measured another commit. Run its workflow again for this commit.",
                "The upload measured another commit.",
                "The upload measured another commit. Run its workflow again for this commit.",
            ],
        }
    )


def test_every_late_gap_says_what_to_do():
    """Absence that fails a check never comes without a next step."""
    assert all(gap_words(Gap(awaited=awaited, expired=True), MARKDOWN).step for awaited in Awaited)


def test_several_gaps_are_told_in_one_breath():
    """Three by name, the rest by number, each next step once."""
    gaps = tuple(Gap(awaited=Awaited.SHARD_MISSING, subject=f"test {n}/6", expired=True) for n in range(1, 6))
    assert sentences.message(replace(EVIDENCE, reason=Incomplete(gaps=gaps)), MARKDOWN) == snapshot(
        "The upload of `test 1/6` never came. The upload of `test 2/6` never came. The upload of `test 3/6` never came. And 2 more gaps. See why that job did not upload, and run it again."
    )


def test_the_notices():
    """What the reader must know of the rules."""
    assert [
        sentences.no_policy(MARKDOWN, preview=False),
        sentences.no_policy(MARKDOWN, preview=True),
        sentences.report_only(Mode.REPORT, MARKDOWN),
        sentences.policy_edited(MARKDOWN),
        sentences.unjudged(("tests", "lint"), MARKDOWN),
    ] == snapshot(
        [
            "No policy yet, so this is a report and blocks nothing. To enforce it, add `.github/covgate.yml` with `version: 1` to the base branch.",
            "The base branch has no policy yet. This is how the one that the change brings would judge it; it applies once merged.",
            "The policy says `mode: report`: this blocks nothing.",
            "This change edits `.github/covgate.yml`. It is judged by the base branch's policy; the edit applies once merged.",
            "Written in the policy and not judged by this version of covgate: `tests`, `lint`.",
        ]
    )


def test_the_answers_to_commands():
    """Help, and refusals that say why."""
    assert [
        sentences.help_text(),
        sentences.unknown_command("re`check @octocat"),
        sentences.unknown_command(""),
        sentences.incomplete_command("override", "REASON"),
        sentences.unserved_command("override"),
        sentences.recheck_refused("octocat"),
    ] == snapshot(
        [
            """\
covgate judges this pull request by the policy of its base branch.

- `/recheck` reads everything anew and judges again (the author, or triage permission and above)
- `/covgate help` shows this

A command stands on a line of its own, outside quotes and code.\
""",
            "``/covgate re`check @\u200boctocat`` is no command; `/covgate help` lists them.",
            "That is no command; `/covgate help` lists them.",
            "`/covgate override` lacks its `REASON`; nothing was changed.",
            "`/covgate override` is not served by this version of covgate; nothing was changed.",
            "`/recheck` is for the author of the pull request and for those with triage permission or more; `octocat` has neither, as far as GitHub tells.",
        ]
    )


def test_what_a_replaced_check_run_says():
    """Title and summary: it judged nothing, and where to look."""
    assert sentences.superseded() == snapshot(
        ("Superseded", "A newer check run of covgate on this commit stands in its place.")
    )


def test_the_same_sentence_in_every_place():
    """Names are written as each place wants them."""
    broken = replace(EVIDENCE, reason=Unreadable(problems=(Problem(path="a|b@c.xml", reason="holds <b> & *c*"),)))
    voices = {"markdown": MARKDOWN, "table": TABLE, "plain": PLAIN, "terminal": TERMINAL, "data": DATA}
    assert {name: sentences.message(broken, voice) for name, voice in voices.items()} == snapshot(
        {
            "markdown": "1 report cannot be read: `a|b@\u200bc.xml`: holds &#60;b&#62; &#38; &#42;c&#42;. Nothing of it is counted. Have the job write it whole, and run it again.",
            "table": "1 report cannot be read: `a\\|b@\u200bc.xml`: holds &#60;b&#62; &#38; &#42;c&#42;. Nothing of it is counted. Have the job write it whole, and run it again.",
            "plain": "1 report cannot be read: a|b@\u200bc.xml: holds <b> & *c*. Nothing of it is counted. Have the job write it whole, and run it again.",
            "terminal": "1 report cannot be read: a|b@c.xml: holds <b> & *c*. Nothing of it is counted. Have the job write it whole, and run it again.",
            "data": "1 report cannot be read: a|b@c.xml: holds <b> & *c*. Nothing of it is counted. Have the job write it whole, and run it again.",
        }
    )


@pytest.mark.parametrize("evil", EVIL)
def test_a_sentence_stays_one_bounded_line(evil: str):
    """Whatever the names in it are."""
    reasons: list[Reason] = [
        Unreadable(problems=(Problem(path=evil, reason=evil),) * 9),
        LeftReport(paths=(evil,) * 9),
        PartialDiff(paths=(evil,) * 9),
        BrokenPolicy(problem=Problem(path=evil, reason=evil)),
        Incomplete(gaps=tuple(Gap(awaited=awaited, subject=evil, expired=True) for awaited in Awaited)),
    ]
    for reason in reasons:
        for voice in (MARKDOWN, TABLE, PLAIN, TERMINAL, DATA):
            text = sentences.message(replace(EVIDENCE, reason=reason), voice)
            assert "\n" not in text
            assert len(text) < 10_000
