"""The whole report of a commit as one HTML page: nothing from elsewhere, no script, one style sheet inside.

Templates are handed in by the edge (core reads no disk); Jinja escapes every value.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

import jinja2

from bot.core.model.verdict import Evaluation
from bot.core.render.context import CommentContext
from bot.core.render.page import page_of

TEMPLATES = ("report.html", "report.css")
"""The files of ``bot/core/render/templates`` that the edge hands in, by name."""


def environment(templates: Mapping[str, str]) -> jinja2.Environment:
    """Jinja over *templates* (name to text), with everything escaped and nothing undefined."""
    return jinja2.Environment(
        loader=jinja2.DictLoader(templates),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def content_security_policy(pages: jinja2.Environment) -> str:
    """What the page allows itself: its own style sheet, by hash, and nothing else. The web edge sends it as a header
    and adds ``frame-ancestors``, which a page cannot say.
    """
    css = pages.get_template("report.css").render()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def render_report(pages: jinja2.Environment, evaluation: Evaluation, context: CommentContext) -> str:
    """The page of *evaluation*, a whole HTML document."""
    template = pages.get_template("report.html")
    return template.render(page=page_of(evaluation, context), csp=content_security_policy(pages))
