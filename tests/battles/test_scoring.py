"""The result of a battle: who solved more tasks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arena.battles.scoring import ELO_RULE, result_of
from arena.probes import Outcome
from arena.store import SEATS, OutcomeRecord, discordant_units

TASKS = ("caption_choice", "image_choice", "verification", "request")
GOOD, BAD, OFF, BROKEN = Outcome.CORRECT, Outcome.WRONG, Outcome.NOT_APPLICABLE, Outcome.ERROR


def seats(a: tuple[Outcome, ...], b: tuple[Outcome, ...]) -> list[OutcomeRecord]:
    """Outcomes of a battle in which every task has one cell that is right and one as given."""
    return [
        OutcomeRecord(seat, task, cell, f"{task}-{cell}", outcome)
        for seat, outcomes in zip(SEATS, (a, b), strict=True)
        for task, given_outcome in zip(TASKS, outcomes, strict=False)
        for cell, outcome in (("x", OFF if given_outcome is OFF else GOOD), ("y", given_outcome))
    ]


BATTLES = st.lists(st.tuples(st.sampled_from(list(Outcome)), st.sampled_from(list(Outcome))), min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("a", "b", "result"),
    [
        ((GOOD, GOOD), (GOOD, BAD), "a"),
        ((BAD, BAD), (GOOD, BAD), "b"),
        ((GOOD, GOOD), (GOOD, GOOD), "both_good"),
        ((BAD, Outcome.REFUSED), (Outcome.UNPARSEABLE, BAD), "both_bad"),
        ((GOOD, BAD), (BAD, GOOD), "tie"),
        ((GOOD, BAD), (GOOD, Outcome.REFUSED), "tie"),
        ((GOOD, GOOD), (GOOD, BROKEN), "void"),
        ((GOOD, GOOD), (GOOD, OFF), "both_good"),
        ((BAD, GOOD), (BAD, OFF), "both_bad"),
        ((GOOD, BAD), (BAD, OFF), "a"),
        ((OFF, OFF), (GOOD, GOOD), "void"),
    ],
)
def test_who_solved_more_tasks_that_both_could_be_asked_wins(a, b, result):
    assert result_of(seats(a, b)) == result


@given(BATTLES)
def test_swapping_the_seats_swaps_the_result(battle):
    a, b = zip(*battle, strict=True)
    forward, backward = result_of(seats(a, b)), result_of(seats(b, a))
    assert backward == {"a": "b", "b": "a"}.get(forward, forward)


@given(BATTLES)
def test_nobody_beats_itself(battle):
    a, _ = zip(*battle, strict=True)
    assert result_of(seats(a, a)) not in ("a", "b")


@given(BATTLES)
def test_a_winner_has_more_discordant_units_and_gains_from_equals(battle):
    outcomes = seats(*zip(*battle, strict=True))
    only_a, only_b = discordant_units(outcomes)
    if result_of(outcomes) == "a":
        assert only_a > only_b
        after_a, after_b = ELO_RULE.update(1000, 1000, only_a, only_b)
        assert after_a > 1000 > after_b
        assert after_a + after_b == pytest.approx(2000)
    if result_of(outcomes) in ("both_good", "both_bad"):
        assert ELO_RULE.update(1000, 1200, only_a, only_b) == (1000, 1200)
