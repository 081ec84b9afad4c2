"""From replies to the result of a battle. The units are the tasks: each contestant solved each, or did not."""

from collections.abc import Mapping, Sequence

from arena import method
from arena.probes import Outcome, Probe, Reply
from arena.ratings import battle_score, elo
from arena.store import EloRule, OutcomeRecord, Result, Seat, task_units
from arena.tasks import READERS
from arena.tasks.second_replies import READ_BY


def judge(seat: Seat, probes: Sequence[Probe], replies: Mapping[str, Reply]) -> tuple[OutcomeRecord, ...]:
    """How each reply of one seat is judged, in both turns where it has two.

    Args:
        seat: `a` or `b`.
        probes: what was asked.
        replies: probe key -> what the seat replied.
    """
    return tuple(_judge(seat, probe, replies[probe.key]) for probe in probes)


def _judge(seat: Seat, probe: Probe, reply: Reply) -> OutcomeRecord:
    reading = READERS[probe.task](probe, reply, {})
    assert reading.outcome is not None, "every reply of a battle has an outcome"
    return OutcomeRecord(seat, probe.task, probe.cell, probe.key, reading.outcome, probe.expected, reading.facts.get(READ_BY))


def result_of(outcomes: Sequence[OutcomeRecord]) -> Result:
    """Who solved more of the tasks that both could be asked.

    `both_good` where both solved all, `both_bad` where neither solved any, `tie` for an equal number in between. A single
    machine error voids the battle: it is nobody's loss.
    """
    units = task_units(outcomes).values()
    if not units or any(judged.outcome is Outcome.ERROR for judged in outcomes):
        return "void"
    solved_a, solved_b = sum(a for a, _ in units), sum(b for _, b in units)
    if solved_a != solved_b:
        return "a" if solved_a > solved_b else "b"
    if solved_a == len(units):
        return "both_good"
    return "both_bad" if solved_a == 0 else "tie"


def _move(rating_a: float, rating_b: float, only_a: int, only_b: int) -> tuple[float, float]:
    return elo.update(rating_a, rating_b, battle_score(only_a, only_b))


ELO_RULE = EloRule(method.VERSION, elo.START, _move)
"""How the store moves online ratings."""
