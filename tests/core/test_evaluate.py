"""The whole judgement: what it rests on, what it says, and the laws that it keeps."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.evaluate import broken_policy, evaluate
from bot.core.model.coverage import Arms, FileCoverage, Metric, Tally
from bot.core.model.diff import Diff
from bot.core.model.errors import Problem
from bot.core.model.evidence import Baseline, Evidence
from bot.core.model.lines import Lines
from bot.core.model.policy import (
    BranchRule,
    Component,
    CoverageRules,
    MetricChoice,
    Mode,
    PatchRule,
    Policy,
    ProjectRule,
    UntilReached,
)
from bot.core.model.verdict import BrokenPolicy, Conclusion
from bot.core.parse.diff import parse_diff
from tests.core.making import (
    BASE,
    HEAD,
    TESTED,
    baseline,
    changed,
    conclusions,
    coverage,
    diff,
    evidence,
    gate,
    go_file,
    judged,
    percent,
    policy,
    report,
    tally_file,
    upload,
)


def test_a_good_change_passes():
    """Every gate in its place: coverage first, evidence last."""
    found = judged(
        evidence(upload(report({"a.py": "+" * 20}))), baseline({"a.py": "+" * 19}), diff(changed("a.py", "", "20"))
    )
    assert found.verdict.conclusion is Conclusion.SUCCESS
    assert conclusions(found) == {
        "coverage/project": Conclusion.SUCCESS,
        "coverage/patch": Conclusion.SUCCESS,
        "evidence": Conclusion.SUCCESS,
    }


def test_an_uncovered_change_fails():
    """One new line of two is missed."""
    found = judged(evidence(upload(report({"a.py": "+" * 98 + "+-"}))), None, diff(changed("a.py", "", "99-100")))
    assert found.verdict.conclusion is Conclusion.FAILURE
    assert (gate(found, "coverage/patch").tally, gate(found, "coverage/patch").needed) == (Tally(1, 2), 1)


def test_a_verdict_says_what_it_was_made_of():
    """Commits, base and its rule, policy, and every report of the uploads that count, set aside or not."""
    seen = evidence(
        upload(
            report({"a.py": "+~"}, path="c.json", kind="coverage.py-json"),
            report({"a.py": "+~"}, path="c.xml", kind="coverage.py-xml"),
            name="py",
            ignored=("log.txt",),
        )
    )
    found = evaluate(seen, None, None, Policy(), policy_sha256="f" * 64, policy_commit="c" * 40)
    inputs = found.verdict.inputs
    assert (inputs.head_sha, inputs.tested_sha, inputs.base.wanted) == (HEAD, TESTED, BASE)
    assert (inputs.policy_sha256, inputs.policy_commit) == ("f" * 64, "c" * 40)
    assert inputs.reports == (
        ("c.json", "0" * 64, "coverage.py-json"),
        ("c.xml", "0" * 64, "coverage.py-xml"),
    )
    assert (found.verdict.uploads, found.verdict.ignored) == (("py",), ("log.txt",))
    assert found.coverage is not None
    assert found.coverage.set_aside == ("c.xml",)


def test_a_broken_policy_needs_a_person():
    """Nothing is judged by a policy that cannot be read, and nothing passes."""
    problem = Problem(path=".github/covgate.yml", reason="an unknown key", line=3)
    found = broken_policy(evidence(upload(report({"a.py": "+"}))), problem)
    assert found.verdict.conclusion is Conclusion.ACTION_REQUIRED
    assert [each.reason for each in found.verdict.gates] == [BrokenPolicy(problem=problem)]
    assert (found.coverage, found.measured) == (None, {})


# --- the tested merge commit -------------------------------------------------------------------------------------


def git(folder: Path, *arguments: str) -> bytes:
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)
    return done.stdout


class Toy:
    """Fork point: 20 lines, all covered. main then gained 11 lines of which 1 is covered; the pull request adds two
    covered lines at the end of the file. CI tests the merge of both.
    """

    OLD = tuple(f"old {n}\n" for n in range(1, 21))
    MAINS = tuple(f"main {n}\n" for n in range(1, 12))
    PULLS = ("pull 1\n", "pull 2\n")

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        git(folder, "init", "-q")
        self.commit("fork", self.OLD)
        git(folder, "switch", "-q", "-c", "pull")
        self.commit("pull", self.OLD + self.PULLS)
        git(folder, "switch", "-q", "main")
        self.commit("main", self.MAINS + self.OLD)
        git(folder, "merge", "-q", "--no-ff", "-m", "merge", "pull")
        git(folder, "tag", "tested")

    def commit(self, tag: str, lines: tuple[str, ...]) -> None:
        (self.folder / "a.py").write_text("".join(lines))
        git(self.folder, "add", "a.py")
        git(self.folder, "commit", "-q", "-m", tag)
        git(self.folder, "tag", f"{tag}-tip")

    def diff(self, before: str, after: str) -> Diff:
        return parse_diff(git(self.folder, "diff", before, after))


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Toy:
    return Toy(tmp_path_factory.mktemp("toy"))


FORK, MAIN, MERGE = "+" * 20, "+" + "-" * 10 + "+" * 20, "+" + "-" * 10 + "+" * 20 + "++"


def test_the_tested_merge_is_compared_with_its_first_parent(toy: Toy):
    """The pull request adds 1.96 points (21/31 to 23/33); its lines are 32 and 33 of the tested tree."""
    found = judged(evidence(upload(report({"a.py": MERGE}))), baseline({"a.py": MAIN}), toy.diff("main-tip", "tested"))
    assert found.coverage is not None
    (project,) = found.coverage.projects
    assert (project.base, project.head) == (Tally(21, 31), Tally(23, 33))
    assert project.head.ratio is not None
    assert project.base is not None
    assert project.base.ratio is not None
    assert round(float(project.head.ratio - project.base.ratio) * 100, 2) == 1.96
    assert found.coverage.patch is not None
    assert list(found.coverage.patch.files["a.py"].hit) == [32, 33]
    assert found.coverage.patch.tally == Tally(2, 2)


def test_the_fork_point_would_blame_the_change_for_what_main_did(toy: Toy):
    """The same head beside the fork point: 30 points down and eleven lines that are not the change's."""
    found = judged(evidence(upload(report({"a.py": MERGE}))), baseline({"a.py": FORK}), toy.diff("fork-tip", "tested"))
    assert found.coverage is not None
    assert found.coverage.patch is not None
    assert found.coverage.patch.tally == Tally(3, 13)
    assert found.coverage.projects[0].base == Tally(20, 20)


def test_one_changed_line_is_one_added_line(toy: Toy):
    """With git's usual context of three lines around it."""
    changed_text = "".join([*toy.OLD[:9], "new 10\n", *toy.OLD[10:]])
    (toy.folder / "one.py").write_text("".join(toy.OLD))
    git(toy.folder, "add", "one.py")
    (toy.folder / "one.py").write_text(changed_text)
    change = parse_diff(git(toy.folder, "diff", "--", "one.py"))
    found = judged(evidence(upload(report({"one.py": "+" * 9 + "+" + "-" * 10}))), None, change)
    assert gate(found, "coverage/patch").tally == Tally(1, 1)


# --- laws --------------------------------------------------------------------------------------------------------

PATHS = ("a.py", "b.py", "old.py")
SIGNS = st.text(alphabet="+-~.", max_size=10)
NUMBERS = st.frozensets(st.integers(1, 12)).map(lambda lines: " ".join(map(str, lines)))
CHANGES = st.none() | st.builds(
    lambda one, two: diff(changed("a.py", *one), changed("b.py", *two, old="old.py")),
    st.tuples(NUMBERS, NUMBERS),
    st.tuples(NUMBERS, NUMBERS),
)
PERCENTS = st.sampled_from(["0", "10", "50", "66.6", "95", "100"]).map(percent)
GO_BLOCKS = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 4), st.integers(0, 3)), max_size=5, unique=True)


@st.composite
def rising(draw: st.DrawFn) -> tuple[FileCoverage, FileCoverage]:
    """Two measurements of one file, the second with all hits of the first and perhaps more."""
    if draw(st.booleans()):
        blocks = [f"{first}.1,{first + more}.9 {count}" for first, more, count in draw(GO_BLOCKS)]
        fates = [draw(st.sampled_from(["hit", "miss", "later"])) for _ in blocks]
        first = [block for block, fate in zip(blocks, fates, strict=True) if fate == "hit"]
        later = [block for block, fate in zip(blocks, fates, strict=True) if fate != "miss"]
        return go_file(first, [each for each in blocks if each not in first]), go_file(
            later, [each for each in blocks if each not in later]
        )
    measured = draw(st.frozensets(st.integers(1, 12)))
    more = draw(st.frozensets(st.sampled_from(sorted(measured)))) if measured else frozenset[int]()
    less = draw(st.frozensets(st.sampled_from(sorted(more)))) if more else frozenset[int]()
    armed = {line: (draw(st.integers(0, 2)), draw(st.integers(0, 2))) for line in measured if draw(st.booleans())}
    return _measured(measured, less, {line: min(arms) for line, arms in armed.items()}), _measured(
        measured, more, {line: max(arms) for line, arms in armed.items()}
    )


def _measured(measured: frozenset[int], executed: frozenset[int], taken: dict[int, int]) -> FileCoverage:
    arms = {line: Arms(known=frozenset("01"), taken=frozenset("01"[:count])) for line, count in taken.items()}
    return FileCoverage(measured=Lines.of(measured), executed=Lines.of(executed), arms=arms)


POLICIES = st.builds(
    lambda metric, target, drop, until, patch, small, most, branches: Policy(
        coverage=CoverageRules(
            metric=metric,
            project=ProjectRule(target=target, max_drop=drop, until_reached=until),
            patch=PatchRule(target=patch, min_lines=small, max_missed_lines=most),
            branches=BranchRule(target=branches) if branches is not None else None,
            components=(Component(name="a", paths=("a.py",), target=patch, max_drop=drop, until_reached=until),),
        )
    ),
    st.sampled_from(MetricChoice),
    PERCENTS,
    PERCENTS,
    st.sampled_from(UntilReached),
    PERCENTS,
    st.integers(0, 4),
    st.none() | st.integers(0, 3),
    st.none() | PERCENTS,
)


@given(
    st.fixed_dictionaries({"a.py": rising(), "b.py": rising()}),
    st.none() | st.dictionaries(st.sampled_from(PATHS), rising().map(lambda pair: pair[0]), min_size=1),
    CHANGES,
    POLICIES,
    st.sampled_from([Metric.LINES, Metric.STATEMENTS_AND_BRANCHES, Metric.STATEMENTS]),
)
def test_more_hits_never_turn_a_pass_into_a_failure(
    files: dict[str, tuple[FileCoverage, FileCoverage]],
    base: dict[str, FileCoverage] | None,
    change: Diff | None,
    rules: Policy,
    metric: Metric,
):
    """Whatever is measured, changed and asked for: covering more of it never makes any gate worse."""
    before = None if base is None else Baseline(sha=BASE, coverage={metric: coverage(base, metric)})
    less, more = (
        judged(evidence(upload(report({path: pair[n] for path, pair in files.items()}, metric))), before, change, rules)
        for n in (0, 1)
    )
    good = {Conclusion.SUCCESS, Conclusion.NEUTRAL}
    for one, other in zip(less.verdict.gates, more.verdict.gates, strict=True):
        assert (one.gate, one.metric) == (other.gate, other.metric)
        assert one.conclusion not in good or other.conclusion in good
    assert less.verdict.conclusion is not Conclusion.SUCCESS or more.verdict.conclusion is Conclusion.SUCCESS


@given(
    st.dictionaries(st.sampled_from(PATHS), SIGNS, max_size=3),
    st.dictionaries(st.sampled_from(PATHS), SIGNS, max_size=3),
    CHANGES,
    POLICIES,
)
def test_the_same_inputs_give_the_same_evaluation(
    head: dict[str, str], base: dict[str, str], change: Diff | None, rules: Policy
):
    """Down to the order of everything in it, also where mappings are handed over in another order."""

    def once(seen: Evidence, before: dict[str, str]) -> str:
        return repr(judged(seen, baseline(before), change, rules))

    turned = dict(reversed(head.items()))
    first = once(evidence(upload(report(head)), upload(report(base), name="2")), base)
    assert first == once(evidence(upload(report(head)), upload(report(base), name="2")), base)
    second = judged(evidence(upload(report(base), name="2"), upload(report(turned))), baseline(base), change, rules)
    assert (
        second.verdict
        == judged(evidence(upload(report(head)), upload(report(base), name="2")), baseline(base), change, rules).verdict
    )


@given(st.dictionaries(st.sampled_from(PATHS), SIGNS, max_size=3), CHANGES, POLICIES)
def test_a_report_only_policy_is_never_red_and_never_green(head: dict[str, str], change: Diff | None, rules: Policy):
    """Whatever it would have judged."""
    mild = rules.model_copy(update={"mode": Mode.REPORT})
    found = judged(evidence(upload(report(head))), None, change, mild)
    assert found.verdict.conclusion is Conclusion.NEUTRAL


def test_a_gate_and_its_number_never_disagree():
    """Over every fraction up to 60 lines and several targets: passed if and only if nothing is needed."""
    for target in ("33.3", "50", "95", "99.95", "100"):
        for total in range(1, 61):
            for covered in {0, total // 2, total - 1, total}:
                found = judged(
                    evidence(upload(report({"a.py": tally_file(covered, total)}))), None, None, policy(target)
                )
                project = gate(found, "coverage/project")
                assert (project.conclusion is Conclusion.SUCCESS) == (project.needed == 0)
                assert (project.needed == 0) == (covered * 100_000 >= total * int(percent(target) * 100_000))
