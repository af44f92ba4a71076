"""What the demo prints: numbered steps with their time, and what GitHub would show."""

from __future__ import annotations

import re
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.text import Text

_COLOURS = {"success": "green", "failure": "red", "neutral": "yellow", "in_progress": "yellow", "queued": "yellow"}


class ShownCheck(Protocol):
    """The part of a check run that people see."""

    @property
    def status(self) -> str: ...
    @property
    def conclusion(self) -> str | None: ...
    @property
    def title(self) -> str | None: ...


class Screen:
    """Steps, checks and comments on a terminal; plain text in a pipe."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._steps = 0

    @contextmanager
    def step(self, title: str) -> Generator[None]:
        self._steps += 1
        self._console.print(Text.assemble((f"{self._steps}  ", "bold cyan"), (title, "bold")))
        began = time.monotonic()
        yield
        self._console.print(Text(f"   {time.monotonic() - began:.1f} s\n", style="dim"))

    def say(self, text: str) -> None:
        self._console.print(Text(f"   {text}"))

    def check(self, check: ShownCheck) -> None:
        state = check.conclusion or check.status
        mark = {"success": "✓", "failure": "✗"}.get(state, "●")
        self._console.print(
            Text.assemble("   ", (f"{mark} covgate", _COLOURS.get(state, "")), f"  {state}  ", (check.title or "", ""))
        )

    def comment(self, body: str, *, lines: int = 12) -> None:
        """The first *lines* of a comment, as text in a box edge."""
        visible = re.sub(r"<!--.*?-->\n?|</?(details|summary|sub|br)[^>]*>", "", body, flags=re.DOTALL)
        shown = [line for line in visible.splitlines() if line.strip()]
        for line in shown[:lines]:
            self._console.print(Text(f"   │ {line}", style="dim" if line.startswith("|") else ""))
        if len(shown) > lines:
            self._console.print(Text(f"   │ … {len(shown) - lines} more lines", style="dim"))

    def failed(self, reason: str) -> None:
        self._console.print(Text(f"   ✗ {reason}", style="bold red"))

    def links(self, links: dict[str, str]) -> None:
        for what, url in links.items():
            self._console.print(Text(f"   {what}: {url}"))
