"""What becomes of a run that raised: again after a pause, or a dead letter."""

from __future__ import annotations

import pytest

from bot.flows.ports import Forbidden, JobKey, RateLimited, StoreUnavailable, Unavailable
from bot.store.job_rows import Run
from bot.store.retries import DEATHS, FAILURES, WAITS, Again, GiveUp, after, too_many_deaths

KEY = JobKey(kind="check", repo_id=1, subject="s")


def a_run(*, failures: int = 0, waits: int = 0, deaths: int = 1) -> Run:
    return Run(ticket="t", key=KEY, generation=1, failures=failures, waits=waits, deaths=deaths)


def outcomes(error: Exception) -> list[Again | GiveUp]:
    """What is decided, try after try, while the same *error* is raised."""
    decided: list[Again | GiveUp] = []
    run = a_run()
    while True:
        outcome = after(run, error)
        decided.append(outcome)
        if isinstance(outcome, GiveUp):
            return decided
        run = a_run(failures=outcome.failures, waits=outcome.waits)


@pytest.mark.parametrize(
    ("error", "tries"),
    [
        (ValueError("a bug"), FAILURES),
        (Forbidden("no"), FAILURES),
        (Unavailable("503"), WAITS),
        (StoreUnavailable("locked"), WAITS),
    ],
)
def test_tries_are_bounded(error: Exception, tries: int) -> None:
    """A bug or a refusal three times, what passes by itself many more; then a letter that names the error."""
    decided = outcomes(error)
    assert len(decided) == tries
    assert decided[-1] == GiveUp(reason=f"{tries} tries: {type(error).__name__}: {error}")


def test_pauses_grow_and_cover_an_hour() -> None:
    """GitHub's longer outages are survived; no pause is longer than five minutes."""
    pauses = [each.pause for each in outcomes(Unavailable("503")) if isinstance(each, Again)]
    assert 1 <= pauses[0] <= 2
    assert all(later > earlier for earlier, later in zip(pauses[::2], pauses[2::2], strict=False) if later < 150)
    assert max(pauses) <= 300
    assert sum(pauses) > 1800


def test_pauses_are_spread() -> None:
    """A hundred jobs that failed together do not come back together."""
    pauses = {
        round(each.pause, 3)
        for each in (after(a_run(), Unavailable("503")) for _ in range(100))
        if isinstance(each, Again)
    }
    assert len(pauses) > 30


def test_a_pause_that_was_asked_for_is_kept() -> None:
    """``retry_after`` is the least; a shorter one than ours changes nothing."""
    for _ in range(50):
        outcome = after(a_run(), RateLimited("secondary", retry_after=900))
        assert isinstance(outcome, Again)
        assert 900 <= outcome.pause <= 901
        short = after(a_run(waits=9), RateLimited("secondary", retry_after=1))
        assert isinstance(short, Again)
        assert short.pause >= 150


def test_failures_of_both_kinds_are_counted_apart() -> None:
    """Two bugs and nineteen outages are neither three bugs nor twenty outages."""
    outcome = after(a_run(failures=1, waits=WAITS - 1), ValueError())
    assert isinstance(outcome, Again)
    assert (outcome.failures, outcome.waits) == (2, WAITS - 1)


def test_a_reason_is_one_bounded_line() -> None:
    """Whatever an exception says."""
    letter = after(a_run(failures=2), ValueError("x\ny" * 1000))
    assert isinstance(letter, GiveUp)
    assert "\n" not in letter.reason
    assert len(letter.reason) <= 500


def test_a_job_that_takes_the_process_with_it_is_stopped() -> None:
    """It may five times: a kill in a deployment is nobody's fault."""
    assert too_many_deaths(a_run(deaths=DEATHS)) is None
    assert too_many_deaths(a_run(deaths=DEATHS + 1)) == GiveUp(reason="5 tries: the process died during each")
