"""What is imported when: githubkit costs a fifth of a second and 40 MB, so only the worker pays."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["bot.web.app", "bot.github.webhook", "bot.github.forge", "bot.settings"])
def test_githubkit_is_not_imported_with(module: str):
    """The web process verifies and stores without it; the forge imports it when it is opened."""
    code = f"import sys, {module}; sys.exit(any(name.startswith('githubkit') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_githubkit_imports_with_the_pinned_hishel():
    """A fresh install with hishel 2 does not: the pin in pyproject.toml is what keeps this true."""
    import githubkit

    assert githubkit.GitHub
