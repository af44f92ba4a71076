"""``covgate run``: the project's own suites, run here, gathered and judged."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.terminal import coloured, give

if TYPE_CHECKING:
    from bot.core.render.context import CommentContext
    from bot.workspace.run.whole import Ran, Wish

_INTERRUPTED = 130
_ENDING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _flag(name: str, what: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(f"--{name}", help=what)
    return option


Names = Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Suites of the policy's own names.")]
Repo = Annotated[Path, typer.Option(metavar="DIR", help="The checkout to run in.")]
PolicyFile = Annotated[
    Path | None, typer.Option(metavar="FILE", help="The policy (else .github/covgate.yml, else the defaults).")
]
Base = Annotated[
    str | None, typer.Option(metavar="REV", help="What to compare with (else the merge base with the default branch).")
]
Rounds = Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="How often benchmarks run on each side.")]
Only = Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this benchmark; one a line, or repeated.")]
BenchmarkCommand = Annotated[
    str | None, typer.Option(metavar="TEXT", help="How benchmarks are run once, instead of the policy's command.")
]
Confirm = Annotated[bool, _flag("confirm", "This run is to confirm what another, elsewhere, flagged.")]
Timeout = Annotated[str, typer.Option(metavar="TIME", help="How long any one command may take.")]
Into = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Where the results go (else .covgate/run in the checkout).")
]
Html = Annotated[bool, _flag("html", "Write the whole report as coverage.html beside them.")]


def run(
    *,
    names: Names = None,
    all_: Annotated[bool, _flag("all", "Everything that there is to run; so without any of these.")] = False,
    unit: Annotated[bool, _flag("unit", "The unit tests.")] = False,
    integration: Annotated[bool, _flag("integration", "The integration tests.")] = False,
    benchmark: Annotated[bool, _flag("benchmark", "The benchmarks; with --base, on both sides in turns.")] = False,
    race: Annotated[bool, _flag("race", "The tests under a race detector.")] = False,
    coverage: Annotated[bool, _flag("coverage", "What measures coverage.")] = False,
    lint: Annotated[bool, _flag("lint", "The linters.")] = False,
    build: Annotated[bool, _flag("build", "The build.")] = False,
    repo: Repo = Path(),
    policy: PolicyFile = None,
    base: Base = None,
    rounds: Rounds = 10,
    only: Only = None,
    benchmark_command: BenchmarkCommand = None,
    confirm: Confirm = False,
    timeout: Timeout = "10m",
    into: Into = None,
    html: Html = False,
) -> int:
    """Run the project's own suites, gather their reports into one upload, and judge it.

    Which commands those are, the policy says under run:; what it does not name is found for Go, Python and Node
    projects. Ends with 0 if the gate passes, 1 if it or a step fails, 2 for what cannot be run, 130 if interrupted.
    """
    from bot.workspace.run.steps import SUITES
    from bot.workspace.run.whole import Wish

    flags = zip(SUITES, (build, lint, unit, race, integration, coverage, benchmark), strict=True)
    asked = () if all_ else (*(name for name, wanted in flags if wanted), *(names or ()))
    wish = Wish(
        repo=repo,
        asked=asked,
        policy=policy,
        base=base,
        rounds=rounds,
        only=tuple(name.strip() for text in only or () for name in text.splitlines() if name.strip()),
        confirms=confirm,
        benchmark_command=benchmark_command,
        timeout_s=_seconds(timeout),
        into=into,
    )
    return _performed(wish, html=html)


def _seconds(text: str) -> int:
    from bot.core.model.policy import duration

    try:
        return max(duration(text), 1)
    except ValueError as error:
        raise typer.BadParameter(f"--timeout {error}") from None


def _performed(wish: Wish, *, html: bool) -> int:
    from bot.cli.run_screen import RunScreen
    from bot.core.model.policy import unjudged_sections
    from bot.core.model.verdict import Conclusion
    from bot.core.render.context import CommentContext
    from bot.core.render.run_text import interrupted, render_run
    from bot.core.render.terminal import render_terminal
    from bot.workspace.run.whole import Progressed, earlier_results, run_suites

    progressed = Progressed()

    def write(folder: Path, ran: Ran) -> None:
        _write_beside(folder, ran, CommentContext(unjudged=unjudged_sections(ran.judged.policy)), html=html)

    try:
        with _ended_by_signals(), RunScreen() as screen:
            ran = run_suites(wish, screen, progressed, write)
    except KeyboardInterrupt:
        kept = earlier_results(wish)
        print(f"covgate: {interrupted(progressed.missing, None if kept is None else str(kept))}", file=sys.stderr)
        return _INTERRUPTED
    context = CommentContext(unjudged=unjudged_sections(ran.judged.policy))
    folder = os.path.relpath(ran.folder)
    give(render_run(ran.results, folder, notes=ran.notes, colour=coloured()) + "\n", None)
    give(render_terminal(ran.judged.evaluation, context, colour=coloured()), None)
    passes = ran.judged.evaluation.verdict.conclusion in {Conclusion.SUCCESS, Conclusion.NEUTRAL}
    return 0 if passes and ran.well else 1


def _write_beside(folder: Path, ran: Ran, context: CommentContext, *, html: bool) -> None:
    """What a run leaves beside its upload: the verdict for scripts, what to confirm, and the page."""
    from bot.core.render.result_json import render_json

    give(render_json(ran.judged.evaluation), folder / "verdict.json")
    give("".join(f"{name}\n" for name in ran.flagged), folder / "flagged.txt")
    give(f"{ran.artifact}\n", folder / "artifact.txt")
    if html:
        from bot.cli.page import render_page

        give(render_page(ran.judged.evaluation, context), folder / "coverage.html")


@contextmanager
def _ended_by_signals() -> Generator[None]:
    """Let every signal that asks us to end do it as Ctrl-C does, once: what is cleaned up is not interrupted."""

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        for one in _ENDING_SIGNALS:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {one: signal.signal(one, end) for one in _ENDING_SIGNALS}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
