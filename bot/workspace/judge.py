"""The whole verdict on a checkout, with no service: its reports, its change, its policy, judged by the same function.

Reports are the user's own and are parsed here, in this process, as they are read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.core.evaluate import evaluate
from bot.core.model.commit import EMPTY_SHA, Base, BaseRule
from bot.core.model.diff import Change, Diff
from bot.core.model.errors import ReportError, UnknownFormat
from bot.core.model.evidence import (
    Awaited,
    Baseline,
    BenchRun,
    Evidence,
    Gap,
    Layout,
    Report,
    Side,
    Upload,
)
from bot.core.model.policy import Policy, only_sections
from bot.core.model.verdict import Evaluation
from bot.core.parse.diff import parse_diff
from bot.core.parse.policy import POLICY_PATH, parse_policy
from bot.workspace.base import NONE, base_of
from bot.workspace.coverage_data import DATA_FILE
from bot.workspace.files import bytes_of, go_modules, reports_by_name, reports_by_pattern
from bot.workspace.git import Checkout, CheckoutError
from bot.workspace.reports import is_left_behind, is_reported, read_report, shown
from bot.workspace.stale import refuse_stale

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What the user asks to be judged. ``None`` and the empty tuple stand for the defaults of ``covgate check``."""

    repo: Path
    base: str | None = None
    head: str | None = None
    reports: tuple[str, ...] = ()
    base_reports: tuple[str, ...] = ()
    policy: Path | None = None
    diff: Path | None = None
    allow_stale: bool = False
    race: bool | None = None  # whether Go's tests ran under the race detector, where somebody says
    upload: Upload | None = None  # what `covgate run` gathered: then no report is looked for
    sections: frozenset[str] | None = None  # the only sections of the policy that are judged


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where the question is asked: *root* is the top of the checkout, or the folder itself where there is none;
    *revision* is the head where one was named, ``None`` for the working tree.
    """

    root: Path
    checkout: Checkout | None
    revision: str | None
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The answer, and the *policy* that it is by."""

    evaluation: Evaluation
    policy: Policy


def judge(question: Question, say: Say) -> Judged:
    """The verdict. *say* hears what is being done. Raises ``CovgateError`` for input that cannot be judged."""
    place = _place(question)
    rules, digest = _policy(question, place)
    rules = rules if question.sections is None else only_sections(rules, question.sections)
    base = _base(question, place)
    say("looking for reports")
    paths = [] if question.upload is not None else _paths(question, place)
    say("comparing with the base")
    diff = _diff(question, place, base, paths)
    known = _known(question, place, diff)
    if question.upload is not None:
        upload = replace(question.upload, root=str(place.root), modules=_modules(place))
    else:
        upload = _raced(_upload(place, paths, asked=bool(question.reports), say=say), question.race)
    if not (question.allow_stale or question.diff or place.revision or question.upload):
        refuse_stale(upload, diff, known, rules, place.root)
    before = _base_upload(question, place, say)
    if before is not None:
        upload = _beside(upload, before, base)
    evidence = Evidence(
        head_sha=place.head,
        tested_sha=place.head,
        base=base,
        uploads=(upload,) if _brings(upload) else (),
        gaps=() if _brings(upload) else (_NO_REPORTS,),
        tracked=known,
        policy_changed=POLICY_PATH in diff.files,
        jobs=None,
    )
    baseline = None if before is None else _baseline(before, place, evidence, diff, rules)
    if baseline is not None:
        rule = base.rule if base.wanted else BaseRule.EXPLICIT
        evidence = replace(evidence, base=replace(base, rule=rule, sha=baseline.sha))
    say("judging")
    evaluation = evaluate(evidence, baseline, diff, rules, policy_sha256=digest, policy_commit=place.revision)
    return Judged(evaluation=evaluation, policy=rules)


def _raced(upload: Upload, race: bool | None) -> Upload:
    """*upload* with what the user says of the race detector, which means nothing where Go tested nothing."""
    if race and not any(report.suites and report.suites.toolchain == "go" for report in upload.reports):
        raise CheckoutError("--race: no report of Go's tests was found; name the log or the JSON by --report")
    return replace(upload, race=race)


def _place(question: Question) -> _Place:
    checkout = Checkout.at(question.repo)
    if checkout is None:
        if question.diff is None or question.base is not None or question.head is not None:
            raise CheckoutError(f"{question.repo}: no git repository; judge a diff by --diff, or name one by --repo")
        return _Place(root=question.repo.resolve(), checkout=None, revision=None, head=EMPTY_SHA)
    revision = None if question.head is None else checkout.commit(question.head)
    head = revision or checkout.head() or EMPTY_SHA
    return _Place(root=checkout.root, checkout=checkout, revision=revision, head=head)


def _policy(question: Question, place: _Place) -> tuple[Policy, str | None]:
    """The policy and the SHA-256 of its file; the published defaults, enforced, where there is none."""
    content: bytes | None
    if question.policy is not None:
        return policy_of_tree(place.root, question.policy)
    if place.checkout is not None and place.revision is not None:
        path, content = POLICY_PATH, place.checkout.content(place.revision, POLICY_PATH)
    else:
        return policy_of_tree(place.root)
    if content is None:
        return Policy(), None
    return parse_policy(content, path=path), hashlib.sha256(content).hexdigest()


def policy_of_tree(root: Path, named: Path | None = None) -> tuple[Policy, str | None]:
    """The policy of the working tree *root*, or in the file *named*, and the SHA-256 of its file; the published
    defaults, enforced, where there is none.
    """
    file = root / POLICY_PATH if named is None else named
    if named is None and not file.exists():
        return Policy(), None
    content = bytes_of(file)
    path = POLICY_PATH if named is None else str(named)
    return parse_policy(content, path=path), hashlib.sha256(content).hexdigest()


def _base(question: Question, place: _Place) -> Base:
    if place.checkout is None or place.head == EMPTY_SHA:
        return NONE
    try:
        return base_of(place.checkout, place.head, question.base)
    except CheckoutError:
        if question.diff is None or question.base is not None:
            raise
        return NONE  # the diff itself is given


def _paths(question: Question, place: _Place) -> list[Path]:
    if question.reports:
        return reports_by_pattern(question.reports, _folders(place))
    brought = place.checkout.unchanged() if place.checkout else frozenset[str]()
    return reports_by_name(place.root, brought)


def _folders(place: _Place) -> tuple[Path, Path]:
    """Where patterns begin: where the user stands, then the top of the checkout."""
    return Path.cwd(), place.root


def _diff(question: Question, place: _Place, base: Base, paths: Iterable[Path]) -> Diff:
    if question.diff is not None:
        name, text = str(question.diff), bytes_of(question.diff)
    elif place.checkout is None or not base.wanted:
        raise CheckoutError(f"{place.root}: there is no commit yet to compare with")
    else:
        reports = {shown(path, place.root) for path in paths}
        if question.upload is not None:  # a run's reports are named by their step's folder, then from the top
            reports |= {report.path.partition("/")[2] for report in question.upload.reports}
        name, text = "git diff", place.checkout.diff(base.wanted, place.revision, besides=reports)
    try:
        return parse_diff(text)
    except ReportError as error:
        raise ReportError(error.reason, path=name, line=error.line) from None


def _known(question: Question, place: _Place, diff: Diff) -> frozenset[str] | None:
    """The files of the head, where they are known: a diff that was handed in may be of quite another tree."""
    if place.checkout is None:
        return None
    files = place.checkout.files(place.revision)
    kept = {path for path, file in diff.files.items() if file.change is not Change.DELETED}
    return None if question.diff is not None and not kept & files else files


def _upload(place: _Place, paths: Iterable[Path], *, asked: bool, say: Say) -> Upload:
    """All reports of the head as one upload. A file that was *asked* for by the user must be a report."""
    reports: list[Report] = []
    ignored: list[str] = []
    for path in sorted(paths, key=lambda path: path.name == DATA_FILE):
        name = shown(path, place.root)
        if not asked and path.name == DATA_FILE and is_reported(path, reports, place.root):
            continue
        say(f"reading {name}")
        try:
            reports.append(read_report(path, name))
        except UnknownFormat:
            if asked or not is_left_behind(path):
                raise
            ignored.append(name)
    return Upload(
        name="checkout",
        reports=tuple(reports),
        ignored=tuple(ignored),
        root=str(place.root),
        modules=_modules(place),
    )


def _modules(place: _Place) -> Mapping[str, str]:
    """Go's modules, as the ``go.mod`` files of the head name them."""
    if place.checkout is None:
        return {}
    files = [path for path in place.checkout.files(place.revision) if path == "go.mod" or path.endswith("/go.mod")]
    if place.revision is None:
        return go_modules((path, bytes_of(place.root / path)) for path in files)
    contents = ((path, place.checkout.content(place.revision, path)) for path in files)
    return go_modules((path, content) for path, content in contents if content is not None)


def _base_upload(question: Question, place: _Place, say: Say) -> Upload | None:
    """The base's reports, where the user named any."""
    if not question.base_reports:
        return None
    return _upload(place, reports_by_pattern(question.base_reports, _folders(place)), asked=True, say=say)


def _beside(upload: Upload, before: Upload, base: Base) -> Upload:
    """*upload* with the base's benchmarks at its side. Nobody says how the two were measured, so they are trusted as
    little as those of two machines.
    """
    benchmarks = [report for report in before.reports if report.benchmarks is not None]
    if not benchmarks or not base.wanted or upload.bench is not None:
        return upload
    measured = [
        Report(path=one.path, format=one.format, digest=one.digest, benchmarks=one.benchmarks, side=Side.BASE)
        for one in benchmarks
    ]
    bench = BenchRun(layout=Layout.SEPARATE, base_sha=base.wanted)
    return replace(upload, reports=(*upload.reports, *measured), bench=bench)


def _baseline(upload: Upload, place: _Place, head: Evidence, diff: Diff, rules: Policy) -> Baseline | None:
    """What history would keep of the base's *upload*, judged as the head's is: of any kind, on the same paths."""
    tracked = head.tracked
    if place.checkout is not None and head.base.wanted and tracked is not None:
        tracked = place.checkout.files(head.base.wanted)
    there = replace(head, head_sha=head.base.wanted, uploads=(upload,), gaps=(), tracked=tracked)
    return evaluate(there, None, diff, rules, policy_sha256=None, policy_commit=None).kept


def _brings(upload: Upload) -> bool:
    return bool(upload.reports or upload.problems or upload.outcomes)


_NO_REPORTS = Gap(awaited=Awaited.NO_ARTIFACT, subject="report files", expired=True)
