"""The one comment on a pull request: verdict, number, distance first; what to do next; the rest folded away."""

from __future__ import annotations

from bot.core.model.policy import Mode
from bot.core.model.verdict import Conclusion, Evaluation, Verdict
from bot.core.render.context import CommentContext
from bot.core.render.escape import MARKDOWN, Voice, code
from bot.core.render.headline import base_words, headline, patch_line, since_line
from bot.core.render.kinds import kind_lines
from bot.core.render.limits import COMMENT_BYTES, Limits, fit
from bot.core.render.lists import Section
from bot.core.render.sections import commit, failing, sections, uncovered_list, urgent_lists, waiting_list
from bot.core.render.sentences import no_policy, policy_edited, report_only, unjudged

_MARKS = {  # beside the words, never instead of them
    Conclusion.SUCCESS: "✅",
    Conclusion.FAILURE: "❌",
    Conclusion.NEUTRAL: "ℹ️",  # noqa: RUF001 -- the sign for information, no letter
    Conclusion.PENDING: "⏳",
    Conclusion.ACTION_REQUIRED: "❌",
}


def render_comment(evaluation: Evaluation, context: CommentContext) -> str:
    """The comment's body in GitHub's Markdown, at most 65,536 bytes whatever came in. ``context.marker`` ends it."""
    body = fit(lambda limits: _comment(evaluation, limits, context), within=COMMENT_BYTES)
    return f"{body}\n\n{context.marker}\n" if context.marker else f"{body}\n"


def _comment(evaluation: Evaluation, limits: Limits, context: CommentContext) -> str:
    verdict = evaluation.verdict
    parts = [
        f"### {_MARKS[verdict.conclusion]} {headline(verdict, MARKDOWN)}",
        *above_the_fold(evaluation, limits, context),
        folded(sections(evaluation, limits, context)),
        footer(verdict, context),
    ]
    return "\n\n".join(filter(None, parts))


def above_the_fold(evaluation: Evaluation, limits: Limits, context: CommentContext) -> list[str]:
    """What everybody reads, below the headline."""
    return [
        lines(evaluation, context),
        failing(evaluation.verdict, limits, context),
        waiting_list(evaluation.verdict, limits, context),
        *urgent_lists(evaluation, limits, context),
        uncovered_list(evaluation, limits, context),
        *(f"> {note}" for note in notes(evaluation.verdict, context, MARKDOWN)),
    ]


def lines(evaluation: Evaluation, context: CommentContext) -> str:
    """The patch and the base, and every other kind of evidence, a line each."""
    verdict, coverage = evaluation.verdict, evaluation.coverage
    patch = patch_line(verdict, coverage)
    since = since_line(verdict, coverage)
    said = [f"**Patch:** {patch}"] if patch else []
    if coverage is not None:
        base = base_words(verdict.inputs.base, lambda sha: commit(sha, context))
        said.append(f"**Base:** {base}" + (f": {since}" if since else ""))
    said += [f"**{kind}:** {line}" for kind, line in kind_lines(evaluation)]
    return "\n".join(f"- {line}" for line in said)


def notes(verdict: Verdict, context: CommentContext, voice: Voice) -> list[str]:
    """What the reader must know of the rules themselves."""
    said: list[str] = []
    if verdict.mode is Mode.REPORT:
        nobody = verdict.inputs.policy_sha256 is None or context.preview
        said.append(no_policy(voice, preview=context.preview) if nobody else report_only(verdict.mode, voice))
    if verdict.policy_changed and not context.preview:
        said.append(policy_edited(voice))
    if context.unjudged:
        said.append(unjudged(context.unjudged, voice))
    return said


def folded(found: list[Section]) -> str:
    """Everything else, behind one line that says what is there."""
    if not found:
        return ""
    contents = " · ".join(section.label for section in found)
    bodies = "\n\n".join(f"#### {section.title}\n\n{section.body}" for section in found)
    return f"<details><summary>Details: {contents}</summary>\n\n{bodies}\n\n</details>"


def footer(verdict: Verdict, context: CommentContext) -> str:
    """What was judged, by which rules, and where to read on."""
    inputs = verdict.inputs
    judged = f"Judged {commit(inputs.head_sha, context)}"
    if inputs.tested_sha != inputs.head_sha:
        judged += f" as tested in {commit(inputs.tested_sha, context)}"
    if inputs.policy_commit:
        judged += f", by the policy {code(inputs.policy_commit[:7])}"
    said = [f"[Full report]({context.report_url})"] if context.report_url else []
    return " · ".join([*said, judged])
