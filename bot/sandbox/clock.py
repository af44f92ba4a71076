"""The sandbox's time: the machine's, shifted at will, so that tokens expire without waiting."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class Clock:
    """*start* is what the time shall be now; without it, what it is."""

    def __init__(self, start: datetime | None = None) -> None:
        self._shift = start - datetime.now(UTC) if start is not None else timedelta()

    def now(self) -> datetime:
        """The sandbox's time, in UTC."""
        return datetime.now(UTC) + self._shift

    def advance(self, seconds: float) -> None:
        """Let *seconds* pass at once; negative ones turn the clock back."""
        self._shift += timedelta(seconds=seconds)


def iso(moment: datetime) -> str:
    """*moment* as GitHub writes it: ``2026-01-05T09:00:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
