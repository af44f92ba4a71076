"""``covgate demo``: starts the stage, plays the story, and leaves the pages open until it is stopped."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.cli.demo.play import Play, Unexpected
from bot.cli.demo.screen import Screen
from bot.cli.demo.service import Service
from bot.sandbox import Sandbox


def demo(
    once: Annotated[
        bool, typer.Option("--once", help="Play it, print it, and end with 0 if every step came out right.")
    ] = False,
) -> None:
    """Watch one pull request's whole life on this machine: a GitHub on loopback, the service, real coverage."""
    screen = Screen(Console(highlight=False, soft_wrap=True))
    with tempfile.TemporaryDirectory(prefix="covgate-demo-") as name, Sandbox.start(pages=True) as github:
        folder = Path(name)
        with screen.step("The service starts, told where its GitHub is"):
            service = Service(github, folder)
            service.start()
        try:
            _play(screen, github, service, folder, once=once)
        finally:
            service.stop()


def _play(screen: Screen, github: Sandbox, service: Service, folder: Path, *, once: bool) -> None:
    github.webhooks.send_to(f"{service.url}/github/webhooks")
    try:
        pull = Play(github=github, service=service, folder=folder, screen=screen).run()
    except (Unexpected, RuntimeError) as error:
        screen.failed(str(error))
        raise typer.Exit(1) from None
    screen.say("Every step came out as it should.")
    screen.links(
        {
            "The pull request, as GitHub shows it": pull.url,
            "The full report of its head": f"{service.url}/octo/shop/commits/{pull.head_sha}",
            "The badge": f"{service.url}/octo/shop/badge.svg",
        }
    )
    if not once:
        _stay(screen)


def _stay(screen: Screen) -> None:
    screen.say("The pages stay open; press Ctrl-C to end.")
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        screen.say("Ended.")
