"""Named points where a test may kill the process, to prove that nothing is lost and nothing is said twice.

Off unless ``COVGATE_FAILPOINT`` names one. ``NAMES`` lists them all, so that a test can visit each.
"""

from __future__ import annotations

import os
import signal

NAMES: tuple[str, ...] = (
    "receive.before_store",
    "receive.stored",
    "receive.understood",
    "receive.wanted",
    "check.started",
    "check.gathered",
    "check.evaluated",
    "publish.check_begun",
    "publish.check_sent",
    "publish.check_done",
    "publish.comment_begun",
    "publish.comment_sent",
    "publish.comment_done",
    "record.before",
    "record.done",
    "check.finished",
)

_wanted = os.environ.get("COVGATE_FAILPOINT")


def failpoint(name: str) -> None:
    """Die by SIGKILL here if a test asked for it. *name* must be one of ``NAMES``."""
    if _wanted is not None and name == _wanted:
        os.kill(os.getpid(), signal.SIGKILL)
