"""Many gates, one conclusion."""

import itertools

import pytest

from bot.core.gate.combine import combine, in_mode
from bot.core.model.policy import Mode
from bot.core.model.verdict import Conclusion, GateResult, MeetsTarget

ACTION, FAILURE, NEUTRAL, PENDING, SUCCESS = (
    Conclusion.ACTION_REQUIRED,
    Conclusion.FAILURE,
    Conclusion.NEUTRAL,
    Conclusion.PENDING,
    Conclusion.SUCCESS,
)


def combined(*conclusions: Conclusion, mode: Mode = Mode.ENFORCE) -> Conclusion:
    gates = [
        GateResult(gate=str(n), conclusion=each, judged=each, reason=MeetsTarget())
        for n, each in enumerate(conclusions)
    ]
    return combine(gates, mode)


@pytest.mark.parametrize(
    ("conclusions", "verdict"),
    [
        ((SUCCESS, SUCCESS), SUCCESS),
        ((SUCCESS, NEUTRAL), SUCCESS),
        ((NEUTRAL, NEUTRAL), NEUTRAL),
        ((), NEUTRAL),
        ((SUCCESS, PENDING), PENDING),
        ((PENDING, FAILURE, SUCCESS), FAILURE),
        ((FAILURE, ACTION), ACTION),
    ],
)
def test_the_hardest_conclusion_is_the_verdict(conclusions: tuple[Conclusion, ...], verdict: Conclusion):
    """A failure counts at once, pending holds back a success, and nothing judged is no success."""
    assert combined(*conclusions) is verdict


def test_order_changes_nothing_and_no_success_comes_of_none():
    """Over all combinations of three gates."""
    for some in itertools.combinations_with_replacement(Conclusion, 3):
        verdicts = {combined(*order) for order in itertools.permutations(some)}
        assert len(verdicts) == 1
        assert (verdicts == {SUCCESS}) == (SUCCESS in some and not {ACTION, FAILURE, PENDING} & set(some))


@pytest.mark.parametrize("mode", [Mode.REPORT, Mode.OFF])
def test_a_policy_that_only_reports_is_neutral_at_most(mode: Mode):
    """It may wait and it may need a person, but it neither passes nor fails."""
    assert combined(SUCCESS, SUCCESS, mode=mode) is NEUTRAL
    assert combined(SUCCESS, PENDING, mode=mode) is PENDING


def test_a_gate_that_only_reports_never_fails():
    """Its failure is neutral; everything else stays."""
    assert {each: in_mode(each, Mode.REPORT) for each in Conclusion} == {each: each for each in Conclusion} | {
        FAILURE: NEUTRAL
    }
    assert all(in_mode(each, Mode.ENFORCE) is each for each in Conclusion)
