"""What becomes of a run that raised: tried again after a pause, or given up. A decision; nothing is done here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from bot.store.job_rows import Run

FAILURES = 3  # runs in a row that raised something a new try hardly cures
WAITS = 20  # runs in a row that raised something that passes: with the pauses below, more than an hour
DEATHS = 5  # runs in a row that took the process with them
_FIRST_PAUSE = 2.0
_LONGEST_PAUSE = 300.0
_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Try again *pause* seconds from now, with the counters as they stand then."""

    pause: float
    failures: int
    waits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """No more tries; *reason* is one line for the operator."""

    reason: str


def after(run: Run, error: Exception) -> Again | GiveUp:
    """*run* raised *error*. An error with a true ``retryable`` passes by itself; its ``retry_after`` (seconds) is a
    pause at the least.
    """
    passes = bool(getattr(error, "retryable", False))
    failures, waits = run.failures + (not passes), run.waits + passes
    if failures >= FAILURES or waits >= WAITS:
        tries = waits if passes else failures
        return GiveUp(reason=f"{tries} tries: {type(error).__name__}: {error}".replace("\n", " ")[:_REASON])
    pause = min(_FIRST_PAUSE * 2 ** (failures + waits - 1), _LONGEST_PAUSE) * (0.5 + _part() / 2)
    least = float(getattr(error, "retry_after", None) or 0.0)
    return Again(pause=max(pause, least + _part()), failures=failures, waits=waits)


def too_many_deaths(run: Run) -> GiveUp | None:
    """Whether *run* must not begin, because every try so far ended the process."""
    if run.deaths <= DEATHS:
        return None
    return GiveUp(reason=f"{DEATHS} tries: the process died during each")


def _part() -> float:
    """Somewhere in [0, 1], so that what failed together does not come back together."""
    return secrets.randbelow(1001) / 1000
