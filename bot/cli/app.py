"""``covgate``: which commands there are, and how every one of them ends.

Exit status 0: the gate passes. 1: it fails. 2: bad input or usage, said in one line on standard error. A traceback
means a bug of covgate's own, never an input.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any

import typer

from bot import __version__
from bot.core.model.errors import CovgateError

OK, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


@dataclass(frozen=True, slots=True)
class Command:
    """A command: the function *name* of *module*, and what the list of commands says of it."""

    module: str
    name: str
    summary: str


COMMANDS: Mapping[str, Command] = {
    "check": Command("bot.cli.check", "check", "Judge a checkout: the whole verdict, without any service."),
    "run": Command("bot.cli.run", "run", "Run the project's own suites, gather their reports, and judge them."),
    "read": Command("bot.cli.read", "read", "Say what each file is and what it holds."),
    "serve": Command("bot.cli.serve", "serve", "Run the service that answers pull requests."),
    "demo": Command("bot.cli.demo.command", "demo", "Watch one pull request's whole life on this machine."),
}


def run(arguments: Sequence[str]) -> int:
    """Run the command that *arguments* name, and give the exit status."""
    command = typer.main.get_command(_app(arguments))
    try:
        status = command.main(list(arguments) or ["--help"], prog_name="covgate", standalone_mode=False)
        sys.stdout.flush()
    except typer.BadParameter as error:
        return _refused(error.format_message().replace("Value error, ", ""))
    except (CovgateError, typer.TyperException) as error:
        return _refused(str(error))
    except (typer.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output has seen enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK
    return status if isinstance(status, int) else OK


def _refused(reason: str) -> int:
    print(f"covgate: {' '.join(reason.split())}", file=sys.stderr)
    return BAD_INPUT


def _app(arguments: Sequence[str]) -> typer.Typer:
    """The command line for *arguments*: only the command that they call is imported."""
    app = typer.Typer(
        name="covgate",
        help="A quality gate for pull requests.",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_covgate)
    called = next((argument for argument in arguments if not argument.startswith("-")), None)
    for name, command in COMMANDS.items():
        app.command(name, short_help=command.summary)(_loaded(command) if name == called else _not_called)
    return app


def _loaded(command: Command) -> Callable[..., Any]:
    function: Callable[..., Any] = getattr(import_module(command.module), command.name)
    return function


def _not_called() -> None:
    """Stands in the list for a command that is not called."""


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"covgate {__version__}")
        raise typer.Exit


def _covgate(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Options that stand before any command."""
