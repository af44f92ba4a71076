"""The check run: a title that carries the figures, a summary to act on, the details as its text, marks in the diff.

Limits: title 255 characters, summary and text 65,535 each, 50 annotations a request (the publisher's business).
https://docs.github.com/en/rest/checks/runs
"""

from __future__ import annotations

from typing import NamedTuple

from bot.core.model.verdict import Evaluation
from bot.core.render import units
from bot.core.render.annotations import Annotation, annotate, annotate_kinds
from bot.core.render.comment import above_the_fold, footer
from bot.core.render.context import CommentContext
from bot.core.render.headline import check_title
from bot.core.render.limits import CHECK_BYTES, Limits, fit
from bot.core.render.sections import sections


class CheckText(NamedTuple):
    """All that a check run says. *title* is plain text, *summary* and *text* are Markdown."""

    title: str
    summary: str
    text: str
    annotations: tuple[Annotation, ...]


def render_check(evaluation: Evaluation, context: CommentContext) -> CheckText:
    """The check run of *evaluation*, within GitHub's limits whatever came in."""
    marks, left = annotate(evaluation.coverage, context)
    unmarked = f"Not marked in the diff: {units.count(left, 'new line')} that no test covers."

    def summary(limits: Limits) -> str:
        parts = [*above_the_fold(evaluation, limits, context), unmarked if left else ""]
        return "\n\n".join(filter(None, [*parts, footer(evaluation.verdict, context)]))

    def text(limits: Limits) -> str:
        found = sections(evaluation, limits, context)
        return "\n\n".join(f"### {section.title}\n\n{section.body}" for section in found)

    return CheckText(
        title=check_title(evaluation.verdict),
        summary=fit(summary, within=CHECK_BYTES),
        text=fit(text, within=CHECK_BYTES),
        annotations=(*annotate_kinds(evaluation, context), *marks),
    )
