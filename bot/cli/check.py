"""``covgate check``: the whole verdict on a checkout."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.terminal import Progress, coloured, give

if TYPE_CHECKING:
    from bot.core.model.verdict import Evaluation
    from bot.core.render.context import CommentContext


class Format(StrEnum):
    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    SARIF = "sarif"  # every finding of the linters, for code scanning and editors


def check(
    *,
    repo: Annotated[Path, typer.Option(metavar="DIR", help="The checkout to judge.")] = Path(),
    base: Annotated[
        str | None,
        typer.Option(metavar="REV", help="What to compare with (else the merge base with the default branch)."),
    ] = None,
    head: Annotated[
        str | None, typer.Option(metavar="REV", help="The commit that was measured (else the working tree).")
    ] = None,
    report: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Report files (else those found by name). May be repeated.")
    ] = None,
    base_report: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Report files of the base. May be repeated.")
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The policy (else .github/covgate.yml, else the defaults).")
    ] = None,
    diff: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The change, as a unified diff (else what git says).")
    ] = None,
    allow_stale: Annotated[
        bool, typer.Option("--allow-stale", help="Judge reports that are older than the files they measure.")
    ] = False,
    race: Annotated[
        bool | None,
        typer.Option("--race/--no-race", help="Whether Go's tests ran under the race detector (else nobody says)."),
    ] = None,
    format_: Annotated[Format, typer.Option("--format", help="How to say the verdict.")] = Format.TEXT,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write it (else standard output).")
    ] = None,
) -> int:
    """Judge a checkout: the whole verdict, without any service.

    Ends with 0 if the gate passes, 1 if it fails, 2 for input that cannot be judged.
    """
    from bot.core.model.policy import unjudged_sections
    from bot.core.model.verdict import Conclusion
    from bot.core.render.context import CommentContext
    from bot.workspace.judge import Question, judge

    question = Question(
        repo=repo,
        base=base,
        head=head,
        reports=tuple(report or ()),
        base_reports=tuple(base_report or ()),
        policy=policy,
        diff=diff,
        allow_stale=allow_stale,
        race=race,
    )
    with Progress() as progress:
        judged = judge(question, progress.say)
    context = CommentContext(unjudged=unjudged_sections(judged.policy))
    give(_rendered(judged.evaluation, context, format_, colour=output is None and coloured()), output)
    passes = judged.evaluation.verdict.conclusion in {Conclusion.SUCCESS, Conclusion.NEUTRAL}
    return 0 if passes else 1


def _rendered(evaluation: Evaluation, context: CommentContext, format_: Format, *, colour: bool) -> str:
    match format_:
        case Format.TEXT:
            from bot.core.render.terminal import render_terminal

            return render_terminal(evaluation, context, colour=colour)
        case Format.JSON:
            from bot.core.render.result_json import render_json

            return render_json(evaluation)
        case Format.MARKDOWN:
            from bot.core.render.comment import render_comment

            return render_comment(evaluation, context)
        case Format.HTML:
            from bot.cli.page import render_page

            return render_page(evaluation, context)
        case Format.SARIF:
            from bot.core.render.sarif import render_sarif

            found = evaluation.findings
            return render_sarif(found.findings, tools=found.tools) if found is not None else render_sarif(())
