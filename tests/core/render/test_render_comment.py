"""The comment: what is read first stands first, and nothing that comes in can break or outgrow it."""

import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot
from markdown_it import MarkdownIt

from bot.core.model.comparison import CoverageComparison, Indirect, Patch, PatchFile, Project
from bot.core.model.coverage import Metric, Tally
from bot.core.model.diff import Change, FileDiff
from bot.core.model.errors import Problem
from bot.core.model.evidence import Awaited
from bot.core.model.lines import Lines
from bot.core.model.policy import Mode
from bot.core.model.verdict import BrokenPolicy, Conclusion, Evaluation, LeftReport, Unreadable
from bot.core.render.comment import render_comment
from bot.core.render.context import CommentContext
from bot.core.render.summary import render_summary
from tests.core.render.verdicts import (
    CONTEXT,
    EVIL,
    INPUTS,
    MARKER,
    TESTED,
    URL,
    comparison,
    component,
    evaluation,
    failing_change,
    file,
    gate,
    incomplete,
    measured,
    missing,
    passing_change,
    patch,
    project,
)

GFM = MarkdownIt("gfm-like", {"html": True})
GFM.linkify.set({"fuzzy_link": False})  # GitHub links a bare domain only behind www.
GFM.linkify.add("//", None)  # and never what begins with two slashes


def test_a_failing_change():
    """Verdict, number, distance; patch; base; the failing gates; the lines to cover; the rest folded away."""
    assert render_comment(failing_change(), replace(CONTEXT, unjudged=("tests", "lint"))) == snapshot("""\
### ❌ Coverage gate failed: 94.90% (949/1000) of statements, needs 95% = 1 more; 1 more gate failed

- **Patch:** 76.47% (13/17) of new lines, needs 95% = 4 more (4 missed, 1 partly covered)
- **Base:** [`0a1b2c3`](https://github.com/octo/thing/commit/0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d), where this branch left the base branch: 94.94% (940/990) to 94.90% (949/1000) of statements, -0.05 points

| Gate | Now | Needs |
|-|-|-|
| `coverage/project` | 94.90% (949/1000) of statements | 95% = 1 more |
| `coverage/patch` | 76.47% (13/17) of new lines | 95% = 4 more |

**Uncovered new lines**

- [`bot/parse.py`](https://github.com/octo/thing/blob/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a/bot/parse.py): [12-14](https://github.com/octo/thing/blob/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a/bot/parse.py#L12-L14); partly [20](https://github.com/octo/thing/blob/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a/bot/parse.py#L20)
- [`bot/units.py`](https://github.com/octo/thing/blob/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a/bot/units.py): [77](https://github.com/octo/thing/blob/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a/bot/units.py#L77)

> This change edits `.github/covgate.yml`. It is judged by the base branch's policy; the edit applies once merged.

> Written in the policy and not judged by this version of covgate: `tests`, `lint`.

<details><summary>Details: 3 gates · why the total moved · 2 changed files · indirect changes in 1 file · 1 in no report · 1 report</summary>

#### All gates

| Gate | Result | Now | Target |
|-|-|-|-:|
| `coverage/project` | failed | 94.90% (949/1000) of statements | 95% |
| `coverage/patch` | failed | 76.47% (13/17) of new lines | 95% |
| `evidence` | passed | 1 report in 1 upload, read whole. | - |

#### Why the total moved

|  | Covered | Statements | Coverage |
|-|-:|-:|-:|
| Base | 940 | 990 | 94.94% |
| Deleted lines | -6 | -6 |  |
| Untouched lines | +3 | 0 |  |
| Added lines | +12 | +16 |  |
| Head | 949 | 1000 | 94.90% |

#### Changed files

| File | New lines | Missed | Whole file |
|-|-:|-:|-:|
| `bot/parse.py` | 75.00% (9/12) | 3 | 98.66% (296/300) |
| `bot/units.py` | 80.00% (4/5) | 1 | 99.50% (199/200) |

#### Indirect changes: lines that the change did not touch

- [`bot/app.py`](https://github.com/octo/thing/blob/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a/bot/app.py): newly missed 101-102; newly covered 7-9

#### Changed files in no report

- `bot/new_thing.py`

#### What was read

| Report | Format | SHA-256 |
|-|-|-|
| `coverage.xml` | `coverage.py XML` | `efefefefefef` |

- Uploads: `covgate-test-1a2b-1`
- Files in the uploads that are no reports: `reports/readme.txt`

</details>

[Full report](https://covgate.example/octo/thing/commits/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a) · Judged [`4f3c2b1`](https://github.com/octo/thing/commit/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a), by the policy `cdcdcdc`

<!-- covgate:0123456789abcdef -->
""")


def test_a_passing_change_takes_a_few_lines():
    """Nothing to do, nothing to read."""
    said = render_comment(passing_change(), CONTEXT)
    assert said == snapshot("""\
### ✅ Coverage gate passed: 96.20% (962/1000) of statements, target 95%

- **Patch:** 100% (20/20) of new lines, target 95%
- **Base:** [`0a1b2c3`](https://github.com/octo/thing/commit/0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d0a1b2c3d), where this branch left the base branch: 95.91% (940/980) to 96.20% (962/1000) of statements, +0.28 points

<details><summary>Details: 3 gates · 1 changed file · 1 report</summary>

#### All gates

| Gate | Result | Now | Target |
|-|-|-|-:|
| `coverage/project` | passed | 96.20% (962/1000) of statements | 95% |
| `coverage/patch` | passed | 100% (20/20) of new lines | 95% |
| `evidence` | passed | 1 report in 1 upload, read whole. | - |

#### Changed files

| File | New lines | Missed | Whole file |
|-|-:|-:|-:|
| `bot/a.py` | 100% (20/20) | 0 | - |

#### What was read

| Report | Format | SHA-256 |
|-|-|-|
| `coverage.xml` | `coverage.py XML` | `efefefefefef` |

</details>

[Full report](https://covgate.example/octo/thing/commits/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a) · Judged [`4f3c2b1`](https://github.com/octo/thing/commit/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a), by the policy `cdcdcdc`

<!-- covgate:0123456789abcdef -->
""")
    assert said.index("<details>") < 600


def test_a_change_that_waits():
    """What is expected, each thing once, and who must act."""
    running, approval = missing(Awaited.RUNNING, ".github/workflows/ci.yml"), missing(Awaited.APPROVAL, "fork.yml")
    waiting = evaluation(incomplete(running, approval), incomplete(running))
    assert render_comment(waiting, CONTEXT) == snapshot("""\
### ⏳ Waiting: `.github/workflows/ci.yml` is still running, and 1 more thing

**Still expected**

- `.github/workflows/ci.yml` is still running.
- `fork.yml` waits for a maintainer's approval. A maintainer can approve it at the foot of the pull request.

<details><summary>Details: 2 gates · 1 report</summary>

#### All gates

| Gate | Result | Now | Target |
|-|-|-|-:|
| `evidence` | pending | - | - |
| `evidence` | pending | - | - |

#### What was read

| Report | Format | SHA-256 |
|-|-|-|
| `coverage.xml` | `coverage.py XML` | `efefefefefef` |

</details>

[Full report](https://covgate.example/octo/thing/commits/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a) · Judged [`4f3c2b1`](https://github.com/octo/thing/commit/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a), by the policy `cdcdcdc`

<!-- covgate:0123456789abcdef -->
""")


def test_a_change_without_evidence():
    """Never green: what is missing, and what to do."""
    lost = evaluation(incomplete(missing(Awaited.NO_ARTIFACT, "ci.yml", late=True)))
    assert render_comment(lost, CONTEXT) == snapshot("""\
### ❌ Evidence gate failed: `ci.yml` ended without uploading a report

- `evidence`: `ci.yml` ended without uploading a report. **Add covgate's action after its tests, or name the artifact that it uploads under `evidence.artifacts`.**

<details><summary>Details: 1 gate · 1 report</summary>

#### All gates

| Gate | Result | Now | Target |
|-|-|-|-:|
| `evidence` | failed | - | - |

#### What was read

| Report | Format | SHA-256 |
|-|-|-|
| `coverage.xml` | `coverage.py XML` | `efefefefefef` |

</details>

[Full report](https://covgate.example/octo/thing/commits/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a) · Judged [`4f3c2b1`](https://github.com/octo/thing/commit/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a), by the policy `cdcdcdc`

<!-- covgate:0123456789abcdef -->
""")


def test_a_repository_without_a_policy():
    """Judged, shown, not blocked; and how to change that."""
    inputs = replace(INPUTS, policy_sha256=None, policy_commit=None)
    shown = evaluation(
        project(949, 1000, enforced=False), mode=Mode.REPORT, inputs=inputs, conclusion=Conclusion.NEUTRAL
    )
    assert render_comment(shown, CONTEXT) == snapshot("""\
### ℹ️ Report only: coverage gate would fail: 94.90% (949/1000) of statements, needs 95% = 1 more

| Gate | Now | Needs |
|-|-|-|
| `coverage/project` | 94.90% (949/1000) of statements | 95% = 1 more |

> No policy yet, so this is a report and blocks nothing. To enforce it, add `.github/covgate.yml` with `version: 1` to the base branch.

<details><summary>Details: 1 gate · 1 report</summary>

#### All gates

| Gate | Result | Now | Target |
|-|-|-|-:|
| `coverage/project` | would fail | 94.90% (949/1000) of statements | 95% |

#### What was read

| Report | Format | SHA-256 |
|-|-|-|
| `coverage.xml` | `coverage.py XML` | `efefefefefef` |

</details>

[Full report](https://covgate.example/octo/thing/commits/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a) · Judged [`4f3c2b1`](https://github.com/octo/thing/commit/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a)

<!-- covgate:0123456789abcdef -->
""")
    preview = render_comment(replace(shown), replace(CONTEXT, preview=True))
    assert "This is how the one that the change brings would judge it" in preview


def test_a_broken_policy():
    """File, line, mistake."""
    problem = Problem(
        path=".github/covgate.yml", line=4, reason='coverage.patch: unknown key "tagret"; did you mean "target"?'
    )
    broken = evaluation(gate("evidence", BrokenPolicy(problem=problem), Conclusion.ACTION_REQUIRED))
    assert render_comment(broken, CONTEXT) == snapshot("""\
### ❌ The policy cannot be used: `.github/covgate.yml` line 4: coverage.patch: unknown key "tagret"; did you mean "target"?

- `evidence`: The policy cannot be used: `.github/covgate.yml` line 4: coverage.patch: unknown key "tagret"; did you mean "target"? **Correct it on the base branch; nothing is judged until then.**

<details><summary>Details: 1 gate · 1 report</summary>

#### All gates

| Gate | Result | Now | Target |
|-|-|-|-:|
| `evidence` | action required | - | - |

#### What was read

| Report | Format | SHA-256 |
|-|-|-|
| `coverage.xml` | `coverage.py XML` | `efefefefefef` |

</details>

[Full report](https://covgate.example/octo/thing/commits/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a) · Judged [`4f3c2b1`](https://github.com/octo/thing/commit/4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a4f3c2b1a), by the policy `cdcdcdc`

<!-- covgate:0123456789abcdef -->
""")


def test_T05_a_change_of_the_policy_is_told_and_does_not_judge_itself():
    """The notice stands above the fold."""
    said = render_comment(failing_change(), CONTEXT)
    notice = "This change edits `.github/covgate.yml`. It is judged by the base branch's policy; the edit applies once merged."
    assert notice in said.split("<details>")[0]


def test_components_by_priority():
    """Current, target, gap and priority; the most urgent first, then those that lack most."""
    rows = [
        ("pkg/monitor", 60, "critical"),
        ("pkg/api", 50, "critical"),
        ("pkg/benchmark", 40, "high"),
        ("pkg/etcd", 45, "high"),
        ("pkg/patterns", 50, "medium"),
        ("cmd/*", 65, "high"),
        ("docs", 100, None),
    ]
    gates = [component(name, covered, 100, Fraction(1), priority) for name, covered, priority in rows]
    said = render_comment(evaluation(project(50, 100, Fraction(1)), *gates), CONTEXT)
    assert said.split("#### Components\n\n")[1].split("\n\n")[0] == snapshot("""\
| Component | Current | Target | Gap | Priority |
|-|-:|-:|-:|-|
| `pkg/api` | 50.00% (50/100) | 100% | 50.00% (50) | critical |
| `pkg/monitor` | 60.00% (60/100) | 100% | 40.00% (40) | critical |
| `pkg/benchmark` | 40.00% (40/100) | 100% | 60.00% (60) | high |
| `pkg/etcd` | 45.00% (45/100) | 100% | 55.00% (55) | high |
| `cmd/*` | 65.00% (65/100) | 100% | 35.00% (35) | high |
| `pkg/patterns` | 50.00% (50/100) | 100% | 50.00% (50) | medium |
| `docs` | 100% (100/100) | 100% | none | - |\
""")


def test_the_parts_of_the_delta_sum_to_the_change():
    """Base, what was deleted, what changed elsewhere, what was added, head: to the last unit."""
    said = render_comment(failing_change(), CONTEXT)
    rows = [
        row.split("|")[2:4] for row in said.split("#### Why the total moved\n\n")[1].split("\n\n")[0].splitlines()[2:]
    ]
    base, *parts, head = [(int(covered), int(total)) for covered, total in rows]
    assert tuple(map(sum, zip(base, *parts, strict=True))) == head


def test_links_lead_to_the_heads_lines():
    """CI tested a merge commit with two more lines at the top: links are numbered as the head is."""
    merged = FileDiff(path="a.py", old_path="a.py", change=Change.MODIFIED, deleted=Lines.of([1, 2]))
    tested = evaluation(
        patch(0, 3),
        coverage=replace(
            comparison({"a.py": file(miss=[21, 22]), "b.py": file(miss=[5])}),
            indirect={"c.py": Indirect(newly_missed=Lines.of([40]), newly_hit=Lines())},
        ),
        inputs=replace(INPUTS, tested_sha=TESTED),
    )
    context = replace(CONTEXT, head_lines=lambda path, lines: merged.moved(lines) if path == "a.py" else Lines())
    said = render_comment(tested, context)
    assert re.findall(r"\[([-0-9]+)\]\(\S*(/blob/\w{4})\S*/(\S+)\)", said) == [("19-20", "/blob/4f3c", "a.py#L19-L20")]
    assert f"b.py): 1 line ([full report]({CONTEXT.report_url}))" in said  # no certain place in the head
    assert "(numbered as in the tested commit)" in said
    assert f"as tested in [`{TESTED[:7]}`]" in said


def test_gates_that_rest_on_missing_evidence_are_told_together():
    """One sentence, not one for each gate; and the first line does not count them as failures of their own."""
    lost = missing(Awaited.NO_ARTIFACT, "ci.yml", late=True)
    gates = [
        replace(incomplete(lost), gate=name) for name in ("evidence", "coverage/project", "coverage/patch", "x", "y")
    ]
    said = render_comment(evaluation(*gates), CONTEXT)
    assert said.splitlines()[0] == "### ❌ Evidence gate failed: `ci.yml` ended without uploading a report"
    assert "- `evidence`, `coverage/project`, `coverage/patch` and 2 more: `ci.yml` ended without uploading" in said
    assert said.split("<details>")[0].count("ended without uploading") == 2


def test_neighbouring_lines_are_one_range():
    """Lines that nothing measures between two misses do not split them; a covered line does."""
    head = replace(measured({"a.py": (3, [])}).files["a.py"], measured=Lines.of([1, 2, 5, 6, 9, 12, 20]))
    coverage = comparison({"a.py": file([9], miss=[2, 5, 6, 12, 20])})
    coverage = replace(coverage, head={Metric.STATEMENTS: replace(measured({}), files={"a.py": head})})
    said = render_comment(evaluation(patch(1, 6), coverage=coverage), replace(CONTEXT, repository_url=""))
    assert "- `a.py`: 2-6, 12, 20\n" in said


def test_without_a_place_to_link_to_nothing_is_linked():
    """A terminal's Markdown has no repository and no report page."""
    said = render_comment(failing_change(), CommentContext())
    assert "](" not in said
    assert "<!--" not in said


def huge(files: int, name: str) -> Evaluation:
    """Everything at once, *files* times, with names that begin with *name*."""
    paths = [f"{name}/{number}" for number in range(files)]
    fates = PatchFile(hit=Lines.of([1]), partial=Lines.of([5]), miss=Lines.of(range(9, 3000, 7)))
    moved = Indirect(newly_missed=Lines.of(range(1, 900, 2)), newly_hit=Lines.of(range(2, 900, 2)))
    coverage = CoverageComparison(
        head={},
        projects=tuple(Project(metric=metric, head=Tally(1, 3), base=Tally(1, 2)) for metric in Metric),
        patch=Patch(files=dict.fromkeys(paths, fates)),
        indirect=dict.fromkeys(paths, moved),
        unreported=tuple(paths),
        left=tuple(paths),
        unmatched=tuple(paths),
        set_aside=tuple(paths),
        missing_hunks=tuple(paths),
        problems=tuple(Problem(path=path, reason=path, line=3) for path in paths),
    )
    gates = [
        project(949, 1000),
        patch(2, 3),
        *(component(path, 1, 2, Fraction(1), "high") for path in paths[:200]),
        *(gate(path, Unreadable(problems=coverage.problems)) for path in paths[:50]),
        gate("evidence", LeftReport(paths=tuple(paths))),
        incomplete(*(missing(awaited, name) for awaited in Awaited)),
    ]
    inputs = replace(INPUTS, reports=tuple((path, "ab" * 32, name) for path in paths))
    return evaluation(
        *gates,
        coverage=coverage,
        inputs=inputs,
        policy_changed=True,
        uploads=paths,
        ignored=paths,
        mode=Mode.REPORT,
        conclusion=Conclusion.FAILURE,
    )


@pytest.mark.parametrize(
    "change", [huge(10_000, "src/module"), huge(300, "x" * 5000), huge(300, "`|@a<" * 1000), huge(40, "\u202e" * 5000)]
)
def test_the_comment_keeps_githubs_limit(change: Evaluation):
    """65,536 characters, counted in bytes; what was dropped is counted and linked; our marker is whole."""
    said = render_comment(change, replace(CONTEXT, unjudged=("tests",) * 12))
    assert len(said.encode()) <= 65_536
    assert said.startswith("### ❌ Coverage gate failed: 94.90% (949/1000) of statements, needs 95% = 1 more")
    assert said.endswith(f"\n\n{MARKER}\n")
    assert f"([full report]({CONTEXT.report_url}))" in said
    assert len(render_summary(change, CONTEXT).encode()) <= 1_000_000


def test_what_is_dropped_first_is_missed_least():
    """The table of all files goes before the indirect changes, those before the new lines to cover."""
    said = render_comment(huge(1000, "src/module"), CONTEXT)
    assert said.split("#### Changed files\n\n")[1].startswith("1000 files ([full report]")
    assert said.count("- [`src/module") >= 20
    assert re.search(r"and \d+ more files \(\[full report\]", said)


names = st.one_of(st.sampled_from(EVIL), st.text(max_size=80))


@given(st.lists(names, min_size=1, max_size=4), names)
@settings(max_examples=150)
def test_T16_names_cannot_break_the_comment(paths: list[str], other: str):
    """Rendered, the comment holds our HTML, our links and our tables alone, and hides nothing but our marker."""
    change = evaluation(
        project(949, 1000),
        component(other, 1, 2, Fraction(1)),
        gate("evidence", LeftReport(paths=tuple(paths))),
        coverage=replace(
            comparison({path: file([1], miss=[2]) for path in paths}, unreported=paths),
            problems=(Problem(path=other, reason=other),),
            indirect={path: Indirect(newly_missed=Lines.of([3]), newly_hit=Lines()) for path in paths},
        ),
        uploads=paths,
        inputs=replace(INPUTS, reports=tuple((path, "ab" * 32, other) for path in paths)),
    )
    said = render_comment(change, CONTEXT)
    tokens = [inner for token in GFM.parse(said) for inner in [token, *(token.children or [])]]
    assert all(
        str(token.attrs["href"]).startswith((URL, "https://covgate.example/"))
        for token in tokens
        if token.type == "link_open"
    )
    html = [token.content.strip() for token in tokens if token.type in {"html_block", "html_inline"}]
    assert len(html) == 3
    assert html[0].startswith("<details><summary>Details: 3 gates")
    assert html[1:] == ["</details>", MARKER]
    assert not {"image", "fence", "code_block", "hr"} & {token.type for token in tokens}
    assert next(token.tag for token in tokens if token.type == "heading_open") == "h3"


def test_the_job_summary():
    """The comment unfolded, with no marker and longer lists."""
    said = render_summary(failing_change(), CONTEXT)
    assert said.startswith("### covgate: Coverage gate failed: 94.90% (949/1000) of statements, needs 95% = 1 more")
    assert "<" not in said
    assert said.count("####") == render_comment(failing_change(), CONTEXT).count("####")
