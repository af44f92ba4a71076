"""Which kind of machine this is: two runs are compared by history only on machines of one kind."""

from __future__ import annotations

import os
import platform
from pathlib import Path

_LONGEST = 200


def machine() -> str:
    """``Linux x86_64, AMD EPYC 7763 64-Core Processor, 4 cores``."""
    cores = f"{os.cpu_count() or 0} cores"
    parts = (f"{platform.system()} {platform.machine()}".strip(), _model(), cores)
    return ", ".join(part for part in parts if part)[:_LONGEST]


def _model() -> str:
    """The processor's name as the system tells it, which ``platform.processor`` does not on Linux."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    named = (line.partition(":")[2] for line in lines if line.lower().startswith(("model name", "hardware")))
    return " ".join(next(named, "").split())
