"""GitHub's rate limits: the primary one by the hour, the secondary ones by the minute.

https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much one installation may ask. A read costs 1 point, a write 5."""

    requests_per_hour: int = 5_000
    points_per_minute: int = 900
    content_per_minute: int = 80
    content_per_hour: int = 500
    concurrent: int = 100

    @classmethod
    def none(cls) -> Limits:
        """No limit that a test would meet."""
        most = 10**9
        return cls(
            requests_per_hour=most,
            points_per_minute=most,
            content_per_minute=most,
            content_per_hour=most,
            concurrent=most,
        )


@dataclass(slots=True)
class _Use:
    """What one asker has used."""

    resets_at: datetime
    used: int = 0
    points: deque[tuple[datetime, int]] = field(default_factory=deque[tuple[datetime, int]])
    content: deque[datetime] = field(default_factory=deque[datetime])


@dataclass(frozen=True, slots=True, kw_only=True)
class Exceeded:
    """A limit that a request ran into. *retry_after* is in seconds; *primary* has none."""

    primary: bool
    retry_after: int | None = None


class Limiter:
    """What every asker has used of *limits*."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._uses: dict[str, _Use] = {}

    def take(self, asker: str, *, points: int, content: bool, now: datetime) -> Exceeded | None:
        """Count a request of *asker*; what stands against it, if anything does."""
        use = self._use(asker, now)
        limits = self.limits
        if use.used >= limits.requests_per_hour:
            return Exceeded(primary=True)
        while use.points and use.points[0][0] <= now - MINUTE:
            use.points.popleft()
        while use.content and use.content[0] <= now - HOUR:
            use.content.popleft()
        use.used += 1
        if sum(cost for _, cost in use.points) + points > limits.points_per_minute:
            return Exceeded(primary=False, retry_after=60)
        if content:
            lately = sum(1 for at in use.content if at > now - MINUTE)
            if lately >= limits.content_per_minute or len(use.content) >= limits.content_per_hour:
                return Exceeded(primary=False, retry_after=60)
            use.content.append(now)
        use.points.append((now, points))
        return None

    def refund(self, asker: str, now: datetime) -> None:
        """A 304 does not count against the primary limit."""
        use = self._use(asker, now)
        use.used = max(0, use.used - 1)

    def headers(self, asker: str, now: datetime) -> dict[str, str]:
        """The ``X-RateLimit-*`` headers of an answer to *asker*."""
        use, limit = self._use(asker, now), self.limits.requests_per_hour
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - use.used)),
            "X-RateLimit-Used": str(use.used),
            "X-RateLimit-Reset": str(int(use.resets_at.timestamp())),
            "X-RateLimit-Resource": "core",
        }

    def overview(self, asker: str, now: datetime) -> dict[str, int]:
        """The same in numbers, as ``GET /rate_limit`` tells it."""
        use, limit = self._use(asker, now), self.limits.requests_per_hour
        remaining = max(0, limit - use.used)
        return {"limit": limit, "remaining": remaining, "reset": int(use.resets_at.timestamp()), "used": use.used}

    def _use(self, asker: str, now: datetime) -> _Use:
        use = self._uses.get(asker)
        if use is None or use.resets_at <= now:
            use = _Use(resets_at=now + HOUR)
            if asker in self._uses:  # a new hour begins; minutes go on
                use.points, use.content = self._uses[asker].points, self._uses[asker].content
            self._uses[asker] = use
        return use
