"""What battles ask of a contestant, counted before it is asked: some are paid by the request."""

from collections.abc import Iterable, Sequence

from arena.battles.playing import probes_of
from arena.pairs import MinimalPair
from arena.probes import Probe
from arena.tasks import tasks_of, verification


def most_requests(pairs: Iterable[MinimalPair]) -> int:
    """How many requests one seat may need for a battle, if no attempt fails.

    That is every question, in both orders, and a second turn for each that has options.

    Args:
        pairs: those with most tasks among them.
    """
    by_tasks = {tasks_of(pair): pair for pair in pairs}
    return max((sum(map(_turns, _asked(pair))) for pair in by_tasks.values()), default=0)


def small_question(pairs: Sequence[MinimalPair]) -> Probe:
    """A question of one picture and few words, by which it shows whether a contestant answers at all."""
    return probes_of(pairs[0])[verification.NAME][0]


def _asked(pair: MinimalPair) -> list[Probe]:
    return [probe for probes in probes_of(pair).values() for probe in probes]


def _turns(probe: Probe) -> int:
    return 2 if probe.options else 1
