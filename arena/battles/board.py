"""The leaderboard: ratings from discordant units, rates from outcomes, in rows that a page can show."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from arena.battles.views import BoardRow
from arena.contestants import Contestant
from arena.ratings import START, Rating, UnitCounts, UnitRow, rate
from arena.store import Store, Tally, now

SECRECY = timedelta(minutes=30)
"""How long an unjudged battle stays off the board, because what it changes there would tell who plays in it."""
BOOTSTRAP_ROUNDS = 300


def leaderboard(store: Store, entered: dict[str, Contestant], domain: str | None = None) -> list[BoardRow]:
    """One row a contestant, best first, those that cannot be ranked yet last.

    Args:
        store: where the facts are.
        entered: id -> contestant now in the arena; others appear once they have a battle.
        domain: only battles on pairs of this domain.
    """
    settled = now() - SECRECY
    tallies = store.tallies(domain, settled_before=settled)
    elo = store.elo(settled_before=settled)
    known = store.contestants()
    contestants = {name: known[name] for name in tallies} | entered
    ratings = {rating.name: rating for rating in ratings_of(store, contestants, domain, settled)}
    rows = [_row(contestants[name], ratings[name], tallies.get(name), elo.get(name, START)) for name in contestants]
    return sorted(rows, key=lambda row: (row.rating is None, -(row.rating or 0), row.contestant.repository))


def ratings_of(
    store: Store, contestants: Iterable[str], domain: str | None, settled: datetime | None = None
) -> tuple[Rating, ...]:
    """Bradley-Terry ratings of `contestants` and of whoever else has played, over the battles that count.

    Args:
        store: where the facts are.
        contestants: ids to rate even without a battle.
        domain: only battles on pairs of this domain.
        settled: leave out what visitors have played since and not judged.
    """
    counts = store.unit_counts(domain, settled_before=settled)
    rows = (UnitRow(count.winner, count.loser, count.family, count.units) for count in counts)
    families = store.families_met(domain, settled_before=settled)
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
