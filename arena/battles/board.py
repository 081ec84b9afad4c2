"""The leaderboard: ratings from discordant units, rates from outcomes, in rows that a page can show."""

import threading
from collections.abc import Iterable, Mapping

from arena.battles.views import BoardRow
from arena.contestants import Contestant
from arena.ratings import START, Rating, UnitCounts, UnitRow, rate
from arena.store import Store, Tally

BOOTSTRAP_ROUNDS = 300


class Board:
    """The leaderboard of a running arena: counted anew when a battle was settled, by one thread for all who look.

    Args:
        store: where the facts are.
        entered: id -> contestant now in the arena; others appear once they have a battle.
    """

    def __init__(self, store: Store, entered: Mapping[str, Contestant]) -> None:
        self._store = store
        self._entered = dict(entered)
        self._lock = threading.Lock()
        self._kept: dict[str | None, tuple[int, list[BoardRow]]] = {}

    def rows(self, domain: str | None = None) -> list[BoardRow]:
        """One row a contestant, best first, those that cannot be ranked yet last; over pairs of one domain or of all."""
        with self._lock:
            settled = self._store.settled()
            known, rows = self._kept.get(domain, (-1, []))
            if known != settled:
                rows = leaderboard(self._store, self._entered, domain)
                self._kept[domain] = settled, rows
            return rows


def leaderboard(store: Store, entered: Mapping[str, Contestant], domain: str | None = None) -> list[BoardRow]:
    """The rows of a board, counted from the facts; see `Board`."""
    tallies, elo = store.tallies(domain), store.elo()
    known = store.contestants()
    contestants = {name: known[name] for name in tallies} | dict(entered)
    ratings = {rating.name: rating for rating in ratings_of(store, contestants, domain)}
    rows = [_row(contestants[name], ratings[name], tallies.get(name), elo.get(name, START)) for name in contestants]
    return sorted(rows, key=lambda row: (row.rating is None, -(row.rating or 0), row.contestant.repository))


def ratings_of(store: Store, contestants: Iterable[str], domain: str | None) -> tuple[Rating, ...]:
    """Bradley-Terry ratings of `contestants` and of whoever else has played, over the battles that count.

    Args:
        store: where the facts are.
        contestants: ids to rate even without a battle.
        domain: only battles on pairs of this domain.
    """
    counts = store.unit_counts(domain)
    rows = (UnitRow(count.winner, count.loser, count.family, count.units) for count in counts)
    families = store.families_met(domain)
    return rate(UnitCounts.from_rows(rows, names=contestants, number_of_families=families), rounds=BOOTSTRAP_ROUNDS)


def _row(contestant: Contestant, rating: Rating, tally: Tally | None, elo: float) -> BoardRow:
    solved = tally.solved if tally else {}
    reason = rating.reason_not_rankable
    return BoardRow(
        contestant=contestant,
        rank=rating.rank,
        rating=rating.rating,
        low=rating.low,
        high=rating.high,
        why_not_ranked=reason.value if reason else None,
        elo=elo,
        battles=tally.battles if tally else 0,
        pairs=max((rate.total for rate in solved.values()), default=0),
        families=max((rate.families for rate in solved.values()), default=0),
        solved={task: rate.share for task, rate in solved.items()},
        refusal_rate=tally.refusals.share if tally else None,
        over_safety=tally.over_safety.share if tally else None,
        under_safety=tally.under_safety.share if tally else None,
    )
