"""From outcomes to the result of a battle. The units are the tasks: each contestant solved each, or did not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from arena import tasks
from arena.battles.views import SKIP
from arena.probes import Outcome, Probe, Reply

METHOD_VERSION = "1"
"""Stamped on every battle and rating; raised when prompts, readers, units or formulas change what a number means."""

Outcomes = dict[str, dict[str, Outcome]]
"""task -> cell -> outcome, of one seat."""


@dataclass(frozen=True)
class Score:
    """The automatic score of a battle."""

    result: str
    """`a`, `b`, `both_good`, `both_bad`, `tie` or `void`."""
    units: tuple[tuple[str, bool, bool], ...]
    """(task, solved by A, solved by B) for every task that both could be asked."""

    @property
    def share_a(self) -> float | None:
        """A's share of the discordant units, the tasks that one solved and the other did not; None without any."""
        wins_a = sum(a and not b for _, a, b in self.units)
        wins_b = sum(b and not a for _, a, b in self.units)
        return wins_a / (wins_a + wins_b) if wins_a + wins_b else None


def read_outcomes(probes: Mapping[str, Sequence[Probe]], replies: Mapping[str, Reply]) -> Outcomes:
    """How each reply is judged.

    Args:
        probes: task -> its probes.
        replies: probe key -> reply of one seat.
    """
    return {
        task: {probe.cell: tasks.TASKS[task].read(probe, replies[probe.key]) for probe in asked}
        for task, asked in probes.items()
    }


def solved_tasks(outcomes: Outcomes) -> dict[str, bool | None]:
    """task -> solved; None where the task could not be asked or the machine failed."""
    return {task: tasks.solved(list(cells.values())) for task, cells in outcomes.items()}


def score_battle(outcomes_a: Outcomes, outcomes_b: Outcomes) -> Score:
    """Who solved more tasks. A single machine error voids the battle: it is nobody's loss."""
    failed = any(
        outcome is Outcome.ERROR for seat in (outcomes_a, outcomes_b) for cells in seat.values() for outcome in cells.values()
    )
    solved_a, solved_b = solved_tasks(outcomes_a), solved_tasks(outcomes_b)
    units = tuple(
        (task, bool(solved_a[task]), bool(solved_b[task]))
        for task in outcomes_a
        if solved_a[task] is not None and solved_b[task] is not None
    )
    if failed or not units:
        return Score("void", ())
    count_a, count_b = sum(a for _, a, _ in units), sum(b for _, _, b in units)
    if count_a != count_b:
        return Score("a" if count_a > count_b else "b", units)
    if count_a == len(units):
        return Score("both_good", units)
    return Score("both_bad" if count_a == 0 else "tie", units)


def vote_agrees(vote: str, result: str) -> bool | None:
    """Whether a visitor and the automatic score say the same; a tie in between agrees with either kind of draw."""
    if vote == SKIP or result == "void":
        return None
    if result == "tie":
        return vote in ("both_good", "both_bad")
    return vote == result
