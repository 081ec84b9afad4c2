"""The leaderboard: ratings from discordant units, rates from outcomes, in rows that a page can show."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from arena import method
from arena.battles.memorisation import MemorisationRow, memorisation
from arena.battles.snapshots import Snapshot, Snapshots
from arena.battles.solved_gaps import POOLS
from arena.battles.views import BoardRow, Leaderboard
from arena.contestants import Contestant
from arena.ratings import START, NotRankable, Rating, UnitCounts, UnitRow, rate
from arena.store import Pool, Store, Tally, vote_agrees

BOOTSTRAP_ROUNDS = 300


class Board:
    """The leaderboard of a running arena, counted in the background for all who look; any thread may.

    Args:
        store: where the facts are.
        entered: id -> contestant now in the arena; others appear once they have a battle.
        oldest: as for `Snapshots`.
    """

    def __init__(self, store: Store, entered: Mapping[str, Contestant], oldest: float = 0) -> None:
        self._store = store
        self._entered = dict(entered)
        self._leaderboards = Snapshots[Leaderboard](store.settled, oldest)
        self._gaps = Snapshots[tuple[MemorisationRow, ...]](store.settled, oldest)

    def close(self) -> None:
        """Count no more."""
        self._leaderboards.close()
        self._gaps.close()

    def leaderboard(self, domain: str | None = None) -> Snapshot[Leaderboard]:
        """One row a contestant, best first, those without a rating or a bound last; over pairs of one domain or of all."""
        return self._leaderboards.latest(domain, lambda: self._counted(domain))

    def memorisation(self, domain: str | None = None, since: date | None = None) -> Snapshot[tuple[MemorisationRow, ...]]:
        """One row for each contestant that played on fresh pairs, the largest gap to the frozen ones first."""
        first = self._first_day(since)
        return self._gaps.latest((domain, first), lambda: tuple(fresh_beside_frozen(self._store, domain, first)))

    def _counted(self, domain: str | None) -> Leaderboard:
        rows = tuple(leaderboard(self._store, self._entered, domain))
        return Leaderboard(rows, vote_agreement(self._store), self._store.counted_by_older_methods(method.VERSION))

    def _first_day(self, since: date | None) -> date | None:
        """The first day from `since` on that has fresh pairs: the same ones are chosen by it, and days of a life are few."""
        if since is None:
            return None
        return min((day for day in self._store.fresh_days() if day >= since), default=date.max)


def leaderboard(store: Store, entered: Mapping[str, Contestant], domain: str | None = None) -> list[BoardRow]:
    """The rows of a board, counted from the facts; see `Board`."""
    tallies, elo = store.tallies(domain), store.elo()
    known = store.contestants()
    contestants = {name: known[name] for name in tallies} | dict(entered)
    ratings = [rating for rating in ratings_of(store, contestants, domain) if rating.name in contestants]
    places = _places(ratings)
    ratings.sort(key=lambda rating: (places[rating.name], contestants[rating.name].repository))
    return [_row(contestants[one.name], one, tallies.get(one.name), elo.get(one.name, START)) for one in ratings]


def fresh_beside_frozen(store: Store, domain: str | None = None, since: date | None = None) -> list[MemorisationRow]:
    """How much better contestants do on frozen pairs than on fresh ones, counted from the facts; see `memorisation`.

    Args:
        store: where the facts are.
        domain: only battles on pairs of this domain.
        since: only fresh pairs made on this day (UTC) or later.
    """
    # In this order: whatever is settled meanwhile, what is read later knows the families and contestants of what came before.
    discordant: dict[Pool, list[UnitRow]] = {pool: _unit_rows(store, domain, pool, since) for pool in POOLS}
    solved = store.solved_counts(domain, since)
    return memorisation(store.contestants(), solved, discordant, rounds=BOOTSTRAP_ROUNDS)


def ratings_of(store: Store, contestants: Iterable[str], domain: str | None) -> tuple[Rating, ...]:
    """Bradley-Terry ratings of `contestants` and of whoever else has played, over the battles that count.

    Args:
        store: where the facts are.
        contestants: ids to rate even without a battle.
        domain: only battles on pairs of this domain.
    """
    rows = _unit_rows(store, domain)
    families = store.families_met(domain)
    return rate(UnitCounts.from_rows(rows, names=contestants, number_of_families=families), rounds=BOOTSTRAP_ROUNDS)


def vote_agreement(store: Store) -> tuple[int, int]:
    """(votes that agree with the automatic score, votes that could)."""
    compared = [(vote_agrees(choice, result), count) for (choice, result), count in store.votes_by_result().items()]
    return sum(count for agrees, count in compared if agrees), sum(count for agrees, count in compared if agrees is not None)


def _unit_rows(store: Store, domain: str | None, pool: Pool | None = None, since: date | None = None) -> list[UnitRow]:
    return [UnitRow(one.winner, one.loser, one.family, one.units) for one in store.unit_counts(domain, pool, since)]


def _places(ratings: Sequence[Rating]) -> dict[str, int]:
    """Where each of `ratings`, best first, stands; those without a place share one if they have the same reason."""
    reasons = list(NotRankable)
    return {
        rating.name: index if rating.is_placed or not (why := rating.reason_not_rankable) else len(ratings) + reasons.index(why)
        for index, rating in enumerate(ratings)
    }


def _row(contestant: Contestant, rating: Rating, tally: Tally | None, elo: float) -> BoardRow:
    solved = tally.solved if tally else {}
    return BoardRow(
        contestant=contestant,
        rank=rating.rank,
        rating=rating.rating,
        low=rating.low,
        high=rating.high,
        why_not_ranked=rating.why_not_ranked,
        elo=elo,
        battles=tally.battles if tally else 0,
        pairs=max((rate.total for rate in solved.values()), default=0),
        families=max((rate.families for rate in solved.values()), default=0),
        solved={task: rate.share for task, rate in solved.items()},
        refusal_rate=tally.refusals.share if tally else None,
        over_safety=tally.over_safety.share if tally else None,
        under_safety=tally.under_safety.share if tally else None,
    )
