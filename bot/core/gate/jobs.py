"""Jobs of the workflow runs, and steps whose outcome an upload's manifest declares; and the gate ``build`` over both.

A job is found by the name that people see, and by what a workflow file calls it: ``build`` is ``build``, every leg
``build (1.22, linux)``, ``build`` of a reusable workflow (``ci / build``) and every job of one that is called by
``build`` (``build / compile``). Globs work on each of these.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.core.gate.setting import Judgement, Setting, result
from bot.core.model.evidence import Awaited, Gap, Upload
from bot.core.model.globs import matches
from bot.core.model.policy import BuildRule, modes
from bot.core.model.verdict import (
    Conclusion,
    GateResult,
    Incomplete,
    JobsFailed,
    JobsMissing,
    JobsSucceeded,
    NothingCoverable,
)

Kind = Literal["tests", "lint", "build"]

_SUCCEEDED = "success"
_NOT_RUN = "skipped"
_WORDS = re.compile(r"[a-z]+")
_LINTS = frozenset({"vet", "format", "typecheck"})
_TESTS = frozenset({"unit", "integration", "race", "coverage", "e2e", "benchmark", "benchmarks", "bench"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What jobs and declared steps came to, by name: *done* with their conclusions, those still *running*, and names in
    the policy that fit no job (*missing*). False if there is nothing of all that.
    """

    done: tuple[tuple[str, str], ...] = ()
    running: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.done or self.running or self.missing)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.done)

    def failure(self, setting: Setting) -> Judgement | None:
        """What no waiting can change. Where only documents changed, a step may have been skipped."""
        fine = {_SUCCEEDED, _NOT_RUN} if setting.excused else {_SUCCEEDED}
        failed = tuple(each for each in self.done if each[1] not in fine)
        return (Conclusion.FAILURE, JobsFailed(jobs=failed)) if failed else None

    def judge(self, setting: Setting) -> Judgement:
        """All must have succeeded. While evidence is expected, so are jobs; whatever else is wrong with the evidence,
        jobs speak for themselves.
        """
        failure = self.failure(setting)
        if failure is not None:
            return failure
        if setting.standing.judged is Conclusion.PENDING:
            return Conclusion.PENDING, setting.standing.reason
        if self.missing:
            return setting.lacking(JobsMissing(names=self.missing))
        if setting.excused and (self.running or any(outcome != _SUCCEEDED for _, outcome in self.done)):
            return Conclusion.SUCCESS, NothingCoverable()
        if self.running:
            gaps = tuple(Gap(awaited=Awaited.RUNNING, subject=name) for name in self.running)
            return setting.unheard or (Conclusion.PENDING, Incomplete(gaps=gaps))
        return Conclusion.SUCCESS, JobsSucceeded(names=self.names)


def judge_build(rules: BuildRule, setting: Setting) -> GateResult | None:
    """``None`` where the policy does not ask and no upload declares an outcome, or nobody can tell of jobs. The gate's
    mode may be ``off``.
    """
    steps = steps_of(setting, rules.jobs, "build")
    if not steps and (not setting.asked or setting.evidence.jobs is None):
        return None
    return result("build", steps.judge(setting) if steps else _nothing_named(setting), modes(setting.mode, rules.mode))


def _nothing_named(setting: Setting) -> Judgement:
    return setting.unheard or setting.none_came()


# --- which ones --------------------------------------------------------------------------------------------------


def steps_of(setting: Setting, names: Sequence[str], kind: Kind) -> Steps:
    """The jobs that *names* (globs) name, where there are runs to ask, and the declared steps of *kind*."""
    runs = setting.evidence.jobs
    wanted = {} if runs is None else {name: [job for job in runs if _is_called(job.name, name)] for name in names}
    jobs = {(job.name, job.conclusion) for found in wanted.values() for job in found}
    steps = declared(setting.uploads, kind)
    done = {(name, conclusion) for name, conclusion in jobs if conclusion is not None}
    return Steps(
        done=tuple(sorted(done.union(steps.done))),
        running=tuple(sorted(name for name, conclusion in jobs if conclusion is None)),
        missing=tuple(sorted(name for name, found in wanted.items() if not found)),
    )


def declared(uploads: Sequence[Upload], kind: Kind) -> Steps:
    """The steps of *kind* that the manifests of *uploads* declare. Where several uploads declare one of a name, each
    bears its upload's.
    """
    told = [(step, upload.name, outcome) for upload in uploads for step, outcome in upload.outcomes.items()]
    count = Counter(step for step, _, _ in told)
    return Steps(
        done=tuple(
            sorted(
                (step if count[step] == 1 else f"{step} ({upload})", outcome)
                for step, upload, outcome in told
                if kind_of(step) == kind
            )
        )
    )


def kind_of(step: str) -> Kind:
    """Which gate a declared step is for, by the words of its name: ``golangci-lint``, ``test_unit``, ``race``, else the
    build.
    """
    words = _WORDS.findall(step.lower())
    if any(word.startswith("lint") or word in _LINTS for word in words):
        return "lint"
    return "tests" if any(word.startswith("test") or word in _TESTS for word in words) else "build"


def _is_called(job: str, pattern: str) -> bool:
    return any(form == pattern or matches(pattern, form) for form in _forms(job))


def _forms(job: str) -> Iterator[str]:
    """What a job may be called: all of its name, or a part of a chain of workflows; with its legs or without."""
    for part in dict.fromkeys((job, *job.split(" / "))):
        yield part
        bare, leg, _ = part.partition(" (")
        if leg and part.endswith(")"):
            yield bare
