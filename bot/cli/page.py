"""The full report as an HTML file. Its templates are read here, because ``core`` reads no disk."""

from __future__ import annotations

from importlib import resources

from bot.core.model.verdict import Evaluation
from bot.core.render.context import CommentContext
from bot.core.render.report import TEMPLATES, environment, render_report


def render_page(evaluation: Evaluation, context: CommentContext) -> str:
    """The whole document."""
    folder = resources.files("bot.core.render") / "templates"
    pages = environment({name: (folder / name).read_text(encoding="utf-8") for name in TEMPLATES})
    return render_report(pages, evaluation, context)
