"""A whole run: what is asked for is planned, done, gathered into one upload folder, and judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.core.model.errors import CovgateError
from bot.core.model.evidence import BenchRun, Layout, Side, Upload
from bot.core.model.policy import Policy
from bot.core.model.regression import Standing
from bot.core.model.run import Ending, StepResult
from bot.core.model.verdict import Evaluation
from bot.core.parse.diff import parse_diff
from bot.workspace.base import base_of
from bot.workspace.bench.machine import machine
from bot.workspace.bench.sides import Trees, pairs_of
from bot.workspace.bench.turns import Turns
from bot.workspace.git import Checkout, CheckoutError
from bot.workspace.judge import Judged, Question, judge, policy_of_tree
from bot.workspace.run.gathering import gathered, holds_benchmarks, seen_in, take_new
from bot.workspace.run.go import REPEATED
from bot.workspace.run.perform import Failed, Listener, Performance, Room, do_commands, stages
from bot.workspace.run.plan import changed_files, lacking, plan
from bot.workspace.run.processes import Processes
from bot.workspace.run.project import Project
from bot.workspace.run.steps import BENCHMARK, BUILD, COVERAGE, INTEGRATION, LINT, RACE, UNIT, Command, Step, slug
from bot.workspace.run.upload_folder import MANIFEST, Workspace, read_upload, workspace, write_upload

DEFAULT_INTO = Path(".covgate") / "run"
_SECTIONS: Mapping[str, tuple[str, ...]] = {
    UNIT: ("tests",),
    RACE: ("tests",),
    INTEGRATION: ("tests",),
    COVERAGE: ("coverage",),
    LINT: ("lint",),
    BUILD: ("build",),
    BENCHMARK: ("benchmarks",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the user asks for: the suites *asked* for (none: all), *base* to compare with, and how benchmarks are
    measured. *into* is where the results go, ``None`` for ``.covgate/run`` of the checkout.
    """

    repo: Path
    asked: tuple[str, ...] = ()
    policy: Path | None = None
    base: str | None = None
    rounds: int = 10
    only: tuple[str, ...] = ()
    confirms: bool = False
    benchmark_command: str | None = None
    timeout_s: int = 600
    into: Path | None = None


def earlier_results(wish: Wish) -> Path | None:
    """Where results of an earlier run are, if they are there."""
    checkout = Checkout.at(wish.repo)
    into = _into(wish, checkout.root if checkout is not None else wish.repo)
    return into if (into / MANIFEST).exists() else None


def _into(wish: Wish, root: Path) -> Path:
    return root / DEFAULT_INTO if wish.into is None else wish.into


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """What came of a run. *folder* holds the upload, *artifact* is the name that it would have, *flagged* are the
    benchmarks that look worse, *notes* say for what no tool was found.
    """

    results: tuple[StepResult, ...]
    judged: Judged
    folder: Path
    artifact: str
    flagged: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @property
    def well(self) -> bool:
        """Whether every step ended well."""
        return all(result.ending is Ending.SUCCESS for result in self.results)


@dataclass(slots=True, kw_only=True)
class Progressed:
    """How far a run has come, for the one who hears that it was interrupted."""

    steps: list[Step] = field(default_factory=list[Step])
    results: list[StepResult] = field(default_factory=list[StepResult])

    @property
    def missing(self) -> list[str]:
        """The steps that did not come to their end."""
        ended = {result.title for result in self.results if result.ending is not Ending.NOT_DONE}
        return [step.title for step in self.steps if step.title not in ended]


def run_suites(wish: Wish, listener: Listener, progressed: Progressed, write: Callable[[Path, Ran], None]) -> Ran:
    """Run, gather and judge. *write* adds files to the results before they are put in their place. If this is
    interrupted, every process is ended and nothing is left; what was there before stays. Raises ``CovgateError`` for
    what cannot be run or judged.
    """
    checkout = Checkout.at(wish.repo)
    if checkout is None or checkout.head() is None:
        raise CheckoutError(f"{wish.repo}: no git repository with a commit; suites are run in one")
    policy, _ = policy_of_tree(checkout.root, wish.policy)
    with workspace(_into(wish, checkout.root)) as place:
        run = _Run(wish, checkout, policy, place, listener, progressed)
        run.perform()
        return run.conclude(write)


class _Run:
    def __init__(
        self,
        wish: Wish,
        checkout: Checkout,
        policy: Policy,
        place: Workspace,
        listener: Listener,
        progressed: Progressed,
    ) -> None:
        self._wish = wish
        self._checkout = checkout
        self._place = place
        self._listener = listener
        self._progressed = progressed
        self._project = _project(checkout, wish, place)
        named = {} if wish.benchmark_command is None else {BENCHMARK: wish.benchmark_command}
        self._commands: Mapping[str, str] = {**policy.run, **named}
        self._paired = wish.base is not None
        self._base = base_of(checkout, checkout.head() or "", wish.base).wanted if self._paired else ""
        self._steps = self._planned()
        progressed.steps[:] = self._steps

    def _planned(self) -> list[Step]:
        steps = plan(self._project, self._commands, self._wish.asked)
        if not self._paired:
            return steps
        others = [step for step in steps if BENCHMARK not in step.suites]
        if len(others) == len(steps):
            return steps
        both = Step(
            suites=(BENCHMARK,),
            title=BENCHMARK,
            folder=self._checkout.root,
            reports=self._project.reports_of(BENCHMARK),
            commands=self._measuring(steps),
            rounds=self._wish.rounds,
        )
        return [*others, both]

    def _measuring(self, steps: Sequence[Step]) -> tuple[Command, ...]:
        """What measures each side: how people would write it, for it is built once and run by itself."""
        own = self._commands.get(BENCHMARK)
        found = (step.shown.replace(f" {' '.join(REPEATED)}", "") for step in steps if BENCHMARK in step.suites)
        shown = found if own is None else (own,)
        return (Command(words=("; ".join(shown),)),)

    # --- doing -------------------------------------------------------------------------------------------------

    def perform(self) -> None:
        processes = Processes(self._wish.timeout_s)
        performance = Performance(processes=processes, logs=self._place.logs, listener=self._listener, work=self._work)
        self._listener.planned(len(self._steps))
        for stage in stages(self._steps):
            before = seen_in(self._checkout.root, stage)
            results = performance.together(stage)
            logs = {step.title: self._place.logs / f"{step.slug}.log" for step in stage}
            take_new(stage, self._checkout.root, before, logs)
            self._progressed.results += results

    def _work(self, step: Step, room: Room) -> str:
        return self._benchmarks(step, room) if self._paired and step.suites == (BENCHMARK,) else do_commands(step, room)

    def _benchmarks(self, step: Step, room: Room) -> str:
        """Base and head in turns, the base in a worktree of its own."""
        built = self._place.partial / "built"
        built.mkdir(exist_ok=True)
        with self._checkout.tree_of(self._base) as tree:
            files = self._checkout.files(self._base)
            base = Project(root=tree, files=files, changed=files, staged=self._place.staged)
            trees = Trees(sides={Side.BASE: base, Side.HEAD: self._project}, built=built)
            pairs = pairs_of(trees, self._commands.get(BENCHMARK), self._wish.only, room)
            if not pairs:
                raise Failed(None, "neither side has a benchmark of those asked for")
            note = Turns(pairs, self._wish.rounds, self._place.staged, step.title).run(room)
        if BENCHMARK in self._wish.asked and not holds_benchmarks(step.reports):
            raise Failed(None, "it measured no benchmark")
        return note

    # --- concluding --------------------------------------------------------------------------------------------

    def conclude(self, write: Callable[[Path, Ran], None]) -> Ran:
        files = gathered(self._place.staged)
        outcomes, bench = self._outcomes(), self._bench_run()
        upload = read_upload(files, race=None, outcomes=outcomes, bench=bench)
        race = self._raced(upload)
        artifact = write_upload(self._place, self._checkout.root, race=race, outcomes=outcomes, bench=bench)
        judged = judge(self._question(replace(upload, race=race)), lambda _: None)
        ran = Ran(
            results=_counted(self._progressed.results, upload),
            judged=judged,
            folder=self._place.into,
            artifact=artifact,
            flagged=flagged(judged.evaluation),
            notes=lacking(self._project, self._commands, self._wish.asked),
        )
        write(self._place.upload, ran)
        self._place.keep()
        return ran

    def _outcomes(self) -> dict[str, str]:
        """The outcome of each suite, by the name of the step that answers for it first; the worst of several."""
        outcomes: dict[str, str] = {}
        for result in self._progressed.results:
            well = result.ending is Ending.SUCCESS and outcomes.get(result.suites[0], "success") == "success"
            outcomes[result.suites[0]] = "success" if well else "failure"
        return outcomes

    def _bench_run(self) -> BenchRun | None:
        if not self._paired or not any(BENCHMARK in step.suites for step in self._steps):
            return None
        return BenchRun(
            layout=Layout.INTERLEAVED,
            base_sha=self._base,
            rounds=self._wish.rounds,
            machine=machine(),
            confirms=self._wish.confirms,
        )

    def _raced(self, upload: Upload) -> bool | None:
        """Whether the race detector was on for all that Go tested here: one manifest says it of all its reports."""
        if not any(step.race for step in self._steps):
            return None
        racing = tuple(f"{step.reports.name}/" for step in self._steps if step.race)
        ran: dict[bool, set[str]] = {True: set(), False: set()}
        for report in upload.reports:
            if report.suites is not None and report.suites.toolchain == "go":
                ran[report.path.startswith(racing)].update(report.suites.suites)
        return bool(ran[True]) and ran[False] <= ran[True]

    def _question(self, upload: Upload) -> Question:
        return Question(
            repo=self._wish.repo,
            base=self._wish.base,
            policy=self._wish.policy,
            upload=upload,
            sections=None if not self._wish.asked else _sections(self._wish.asked, upload),
        )


def _project(checkout: Checkout, wish: Wish, place: Workspace) -> Project:
    files = checkout.files(None)
    return Project(root=checkout.root, files=files, changed=_changed(checkout, wish, files), staged=place.staged)


def _changed(checkout: Checkout, wish: Wish, files: Collection[str]) -> frozenset[str]:
    """What differs from the base: linters without a report of their own look at no more. All where there is no base."""
    try:
        base = base_of(checkout, checkout.head() or "", wish.base)
        diff = parse_diff(checkout.diff(base.wanted, None))
    except CovgateError:
        return frozenset(files)
    return changed_files(files, diff.files, checkout.root)


def _sections(asked: Sequence[str], upload: Upload) -> frozenset[str]:
    """The sections of the policy that suites *asked* for by name are judged by; coverage where it was measured."""
    named = {section for suite in asked for section in _SECTIONS.get(suite, ())}
    measured = {"coverage"} if any(report.coverage is not None for report in upload.reports) else set[str]()
    return frozenset(named | measured)


def _counted(results: Sequence[StepResult], upload: Upload) -> tuple[StepResult, ...]:
    """*results*, each with how many reports came of it."""
    names = [report.path for report in upload.reports] + [problem.path for problem in upload.problems]
    counts = Counter(name.partition("/")[0] for name in names)
    return tuple(replace(result, reports=counts[slug(result.title)]) for result in results)


def flagged(evaluation: Evaluation) -> tuple[str, ...]:
    """The names of benchmarks that look worse, each once, in order."""
    if evaluation.benchmarks is None:
        return ()
    worse = [one.name for one in evaluation.benchmarks.measures if one.standing is Standing.REGRESSED]
    return tuple(dict.fromkeys(worse))
