"""An evaluation as what GitHub is told: check run, comment, page. Texts come from ``core.render``; links from here."""

from __future__ import annotations

from bot.core.compare.renumber import renumbered
from bot.core.model.commit import Repo
from bot.core.model.policy import unjudged_sections
from bot.core.model.verdict import Conclusion, Evaluation
from bot.core.render.check_run import render_check
from bot.core.render.comment import render_comment
from bot.core.render.context import CommentContext
from bot.core.render.result_json import render_json
from bot.core.render.sentences import could_not_judge
from bot.flows.edges import Edges
from bot.flows.gather import Case
from bot.flows.ports import Annotation, CheckRun, ForgeError, Published
from bot.flows.publish import CHECK_NAME, marker


def answer_check(edges: Edges, repo: Repo, case: Case, evaluation: Evaluation) -> CheckRun:
    """The check run of the head: in progress while evidence is expected, else concluded."""
    rendered = render_check(evaluation, _context(edges, repo, case))
    conclusion = evaluation.verdict.conclusion
    return CheckRun(
        name=CHECK_NAME,
        head_sha=case.evidence.head_sha,
        external_id=f"covgate:{repo.id}:{case.evidence.head_sha}",
        details_url=_page_url(edges, repo, case.evidence.head_sha),
        conclusion=None if conclusion is Conclusion.PENDING else conclusion.value,
        title=rendered.title,
        summary=rendered.summary,
        text=rendered.text,
        annotations=tuple(
            Annotation(
                path=mark.path,
                start_line=mark.start_line,
                end_line=mark.end_line,
                level=mark.level,
                title=mark.title,
                message=mark.message,
            )
            for mark in rendered.annotations
        ),
    )


def answer_failure(edges: Edges, repo: Repo, head_sha: str, error: ForgeError) -> CheckRun:
    """The check run where covgate could not do its work and trying again will not help: a person must act."""
    title, summary = could_not_judge(str(error))
    return CheckRun(
        name=CHECK_NAME,
        head_sha=head_sha,
        external_id=f"covgate:{repo.id}:{head_sha}",
        details_url=_page_url(edges, repo, head_sha),
        conclusion=Conclusion.ACTION_REQUIRED.value,
        title=title,
        summary=summary,
    )


def answer_comment(edges: Edges, repo: Repo, case: Case, evaluation: Evaluation) -> str:
    """The comment's body, with its marker."""
    return render_comment(evaluation, _context(edges, repo, case))


def answer_page(edges: Edges, repo: Repo, case: Case, evaluation: Evaluation) -> Published:
    """The full report of the head, as its page shows it from now on."""
    base = case.evidence.base
    return Published(
        head_sha=case.evidence.head_sha,
        conclusion=evaluation.verdict.conclusion.value,
        verdict_json=render_json(evaluation).encode(),
        page=edges.render_page(evaluation, _context(edges, repo, case)),
        at=edges.clock.now(),
        waits_for=(base.wanted or None) if base.sha != base.wanted else None,
    )


def _context(edges: Edges, repo: Repo, case: Case) -> CommentContext:
    number = case.subject.pull.number if case.subject.pull else None
    return CommentContext(
        repository=repo.full_name,
        number=number,
        repository_url=f"{edges.html_url}/{repo.full_name}",
        report_url=None if repo.private else _page_url(edges, repo, case.evidence.head_sha),
        marker=marker(edges, repo, number) if number else "",
        unjudged=unjudged_sections(case.rules.policy),
        preview=case.rules.sha256 is not None and not case.rules.exists,
        head_lines=renumbered(case.diff, case.head_diff) if case.diff and case.head_diff else None,
    )


def _page_url(edges: Edges, repo: Repo, head_sha: str) -> str | None:
    return f"{edges.public_url}/{repo.full_name}/commits/{head_sha}" if edges.public_url else None
