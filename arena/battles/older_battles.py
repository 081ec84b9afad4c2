"""Battles that an older version of the method has judged: read anew from the replies that are kept, where these suffice.

They suffice where both contestants have answered every question about the pair in the words and with the room that it has
today, where no reply may have been cut off without anybody knowing, and where none would be asked again. Other battles count
as they were judged: to drop them would throw away who has met whom, and to ask again needs models that may be gone. How many
they are is told beside the board.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from functools import partial

from arena import method
from arena.battles.playing import probes_of
from arena.battles.scoring import judge, result_of
from arena.probes import Outcome, Probe, Reply
from arena.store import OlderBattle, OutcomeRecord, PairReading, Rereading, Rereadings, Result, Store
from arena.tasks.second_turn import both_turns, may_be_cut

BATTLES_A_COMMIT = 5_000

log = logging.getLogger(__name__)

Judged = tuple[OutcomeRecord, ...]


class Shortfall(StrEnum):
    """Why the replies that are kept do not suffice."""

    QUESTION = "a question has changed since"
    CUT = "a reply may have been cut off"
    SECOND_TURN = "an unclear reply was not asked to its end"


def read_anew(store: Store, battles_a_commit: int = BATTLES_A_COMMIT) -> int:
    """Read battles of older versions by the present one, and say how many now count by it. Each is looked at once a version.

    Whoever is killed meanwhile goes on where the last commit was.
    """
    changed = looked = 0
    while older := store.older_battles(method.VERSION, battles_a_commit):
        changed += store.add_rereadings(_rereadings(store, older))
        looked += len(older)
    if changed:
        store.rebuild_elo()
    if looked:
        log.info("%d battles of older methods: %d read anew, the others count as they were judged", looked, changed)
    return changed


def _rereadings(store: Store, older: Sequence[OlderBattle]) -> Rereadings:
    pairs = store.pairs_without_images({battle.pair_id for battle in older})
    probes = {name: [probe for asked in probes_of(pair).values() for probe in asked] for name, pair in pairs.items()}
    pairs_of: dict[str, set[str]] = {}
    for battle in older:
        for seat in battle.seats:
            pairs_of.setdefault(seat, set()).add(battle.pair_id)
    readings: dict[tuple[str, str], Judged | Shortfall] = {}
    for contestant, met in pairs_of.items():
        kept = store.replies(contestant, [probe.key for name in met for probe in probes[name]], list(met))
        for name in met:
            readings[contestant, name] = _judged(probes[name], kept, partial(store.replies, contestant, pair_ids=[name]))
    meetings = {(battle.pair_id, *battle.seats) for battle in older}  # fewer than battles: the same two meet again
    results = {(name, a, b): _result(readings[a, name], readings[b, name]) for name, a, b in meetings}
    battles = [Rereading(battle.id, *results[battle.pair_id, *battle.seats]) for battle in older]
    judged = [PairReading(*who, one) for who, one in readings.items() if not isinstance(one, Shortfall)]
    return Rereadings(method.VERSION, battles, judged)


def _judged(
    probes: Sequence[Probe], kept: Mapping[str, Reply], known: Callable[[list[str]], Mapping[str, Reply]]
) -> Judged | Shortfall:
    """How one contestant's replies about one pair are judged today, or why that cannot be said."""
    if any(probe.key not in kept for probe in probes):
        return Shortfall.QUESTION
    if any(may_be_cut(probe, kept[probe.key]) for probe in probes):
        return Shortfall.CUT
    outcomes = judge("a", probes, kept)
    if all(one.outcome is not Outcome.UNPARSEABLE for one in outcomes):
        return outcomes
    replies, again = both_turns(probes, kept, known)
    return Shortfall.SECOND_TURN if again else judge("a", probes, replies)


def _result(a: Judged | Shortfall, b: Judged | Shortfall) -> tuple[Result | None, Shortfall | None]:
    """The result of a battle, or why it has none: it needs both seats."""
    if isinstance(a, Shortfall):
        return None, a
    if isinstance(b, Shortfall):
        return None, b
    return result_of((*a, *(replace(judged, seat="b") for judged in b))), None
