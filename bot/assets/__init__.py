"""Files that covgate carries beside its code: the script of the collecting action."""

from __future__ import annotations

from pathlib import Path


def collector() -> Path:
    """The collecting action's script: beside this file in an installed covgate, under ``actions/`` in a checkout."""
    here = Path(__file__).resolve().parent
    installed = here / "collect.py"
    return installed if installed.is_file() else here.parents[1] / "actions" / "collect" / "collect.py"
