"""Battles that were played to their end, as anybody may see them: the secret is kept until they are judged, and then told."""

from collections.abc import Mapping, Sequence
from functools import partial

from arena.battles.drawings import pair_shown
from arena.battles.generated_pairs import without_makers
from arena.battles.lineup import Lineup
from arena.battles.playing import lookup_ids, probes_of, round_of
from arena.battles.views import BattleView, Reveal, SeatReveal
from arena.errors import BattleError, BattleFailed
from arena.probes import Outcome, Probe, Reply
from arena.ratings import START
from arena.store import SEATS, BattleRecord, Seat, Store, Vote, solved_by_task, vote_agrees
from arena.tasks.second_turn import both_turns


class Reveals:
    """Puts records of battles into what pages and programs get. Any thread may call it.

    Args:
        store: where the facts are.
        lineup: whose names are struck out of answers before the reveal.
    """

    def __init__(self, store: Store, lineup: Lineup) -> None:
        self._store = store
        self._lineup = lineup

    def view(self, record: BattleRecord, vote: Vote | None) -> BattleView:
        """Pair and answers; if it is judged, who played, and the tasks that did not count.

        Args:
            record: of a battle that was played to its end.
            vote: by which it is judged; None where it is not.

        Raises:
            BattleError: its pair is gone.
            BattleFailed: somebody could not answer, and it is not judged.
        """
        if vote is None and any(one.outcome is Outcome.ERROR for one in record.outcomes):
            raise failure(record.id)
        pair = pair_shown(self._store, record.pair_id)
        if pair is None:
            raise BattleError(f"battle {record.id}: its pair {record.pair_id} is gone; restore the database from a backup")
        probes = probes_of(pair)
        drawn = lookup_ids(pair)
        replies = (self._replies(record, "a", probes, drawn), self._replies(record, "b", probes, drawn))
        answered = [task for task, asked in probes.items() if all(probe.key in seat for probe in asked for seat in replies)]
        reveal = self._reveal(record, vote) if vote else None
        rounds = [round_of(probes, task, replies, self._lineup.names, judged=reveal is not None) for task in answered]
        shown = tuple(one for one in rounds if one.counts or reveal)
        return BattleView(record.id, pair if reveal else without_makers(pair), shown, reveal)

    def _replies(
        self, record: BattleRecord, seat: Seat, probes: Mapping[str, Sequence[Probe]], drawn: Sequence[str]
    ) -> dict[str, Reply]:
        """Probe key -> what the seat replied when the battle was played, for the probes that the battle had."""
        judged = {(one.task, one.cell): one for one in record.outcomes if one.seat == seat}
        known = partial(self._store.replies, record.seats[SEATS.index(seat)], pair_ids=drawn, until=record.played_at)
        kept = known([one.probe_key for one in judged.values()])
        asked = [probe for group in probes.values() for probe in group if (probe.task, probe.cell) in judged]
        failed = Reply(error="the machine failed")
        first = {probe.key: kept.get(judged[probe.task, probe.cell].probe_key, failed) for probe in asked}
        return both_turns(asked, first, known)[0]

    def _reveal(self, record: BattleRecord, vote: Vote) -> Reveal:
        known = self._store.contestants()
        moves = {change.seat: (change.before, change.after) for change in self._store.elo_changes(record.id)}
        standing = {} if moves else self._store.elo()  # a void battle moved nobody
        seats = []
        for seat, contestant_id in zip(SEATS, record.seats, strict=True):
            unmoved = standing.get(contestant_id, START)
            before, after = moves.get(seat, (unmoved, unmoved))
            seats.append(
                SeatReveal(
                    contestant=known[contestant_id],
                    outcomes=tuple((one.task, one.cell, one.outcome) for one in record.outcomes if one.seat == seat),
                    solved=solved_by_task(record.outcomes, seat),
                    elo_before=before,
                    elo_after=after,
                )
            )
        return Reveal(record.id, (seats[0], seats[1]), record.result, vote.choice, vote_agrees(vote.choice, record.result))


def failure(battle_id: str) -> BattleFailed:
    """What is told of a battle in which somebody could not answer, whoever that was."""
    return BattleFailed(f"battle {battle_id}: something failed on our side, and it counts for nobody; open a new one")
