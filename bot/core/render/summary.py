"""The job summary: what a workflow that runs covgate itself shows on its page."""

from __future__ import annotations

from bot.core.model.verdict import Evaluation
from bot.core.render.comment import above_the_fold, footer
from bot.core.render.context import CommentContext
from bot.core.render.escape import MARKDOWN
from bot.core.render.headline import headline
from bot.core.render.limits import SUMMARY_BYTES, Limits, fit, roomier
from bot.core.render.sections import sections


def render_summary(evaluation: Evaluation, context: CommentContext) -> str:
    """Markdown for ``$GITHUB_STEP_SUMMARY``, at most 1 MB: the comment unfolded, with longer lists."""

    def summary(limits: Limits) -> str:
        parts = [
            f"### covgate: {headline(evaluation.verdict, MARKDOWN)}",
            *above_the_fold(evaluation, limits, context),
            *(f"#### {section.title}\n\n{section.body}" for section in sections(evaluation, limits, context)),
            footer(evaluation.verdict, context),
        ]
        return "\n\n".join(filter(None, parts)) + "\n"

    return fit(summary, within=SUMMARY_BYTES, ladder=roomier(10))
