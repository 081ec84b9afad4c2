"""The rows of a leaderboard, counted from the facts: point estimates are cheap, and the bounds of ratings are dear."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from arena import method
from arena.battles.memorisation import MemorisationRow, memorisation
from arena.battles.solved_gaps import POOLS
from arena.battles.views import BoardRow
from arena.contestants import Contestant
from arena.ratings import (
    START,
    Bounds,
    BradleyTerryFit,
    NotRankable,
    Rating,
    UnitCounts,
    UnitRow,
    bounds,
    fit,
    join,
    rate,
)
from arena.store import Pool, Store, Tally, vote_agrees

BOOTSTRAP_ROUNDS = 300


@dataclass(frozen=True)
class Facts:
    """What a board tells beside ratings."""

    contestants: Mapping[str, Contestant]
    """All that have a row."""
    tallies: Mapping[str, Tally]
    elo: Mapping[str, float]
    agreement: tuple[int, int]
    """As in `Leaderboard`; likewise `older`."""
    older: Mapping[str, int]


@dataclass(frozen=True)
class Units:
    """Who won how many units from whom, over all families, and how many lines of the store's log that took."""

    lines: int = 0
    won: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """(winner, loser) -> units."""


@dataclass(frozen=True, eq=False)
class PointEstimates:
    """All that a board tells but bounds and ranks."""

    facts: Facts
    wins: np.ndarray
    """Units that the row's contestant won against the column's, in the order of the fit's names."""
    fitted: BradleyTerryFit
    units: Units = Units()
    """What the next fit may go on from."""


@dataclass(frozen=True, eq=False)
class WholeCount:
    """Point estimates, and the bounds of the ratings among them."""

    estimates: PointEstimates
    bounds: Mapping[str, Bounds]


def leaderboard(store: Store, entered: Mapping[str, Contestant], domain: str | None = None) -> list[BoardRow]:
    """One row a contestant, best first, those without a rating or a bound last; everything counted afresh.

    Args:
        store: where the facts are.
        entered: id -> contestant now in the arena; others appear once they have a battle.
        domain: only battles on pairs of this domain.
    """
    whole = count_all(store, entered, domain)
    return rows_of(whole.estimates, whole.bounds)


def count_all(store: Store, entered: Mapping[str, Contestant], domain: str | None) -> WholeCount:
    """Everything, afresh; as for `leaderboard`."""
    facts = _facts(store, entered, domain)
    counts = _unit_counts(store, facts.contestants, domain)
    fitted = fit(counts)
    return WholeCount(PointEstimates(facts, counts.wins(), fitted), bounds(counts, fitted, rounds=BOOTSTRAP_ROUNDS))


def count_point_estimates(
    store: Store, entered: Mapping[str, Contestant], domain: str | None, last: PointEstimates | None = None
) -> PointEstimates:
    """All but bounds and ranks, from what has changed since `last`; else as for `leaderboard`."""
    facts = _facts(store, entered, domain)
    units = _units_since(store, domain, last.units if last else Units())
    rows = ((winner, loser, "", number) for (winner, loser), number in units.won.items())
    counts = UnitCounts.from_rows(rows, names=facts.contestants)
    return PointEstimates(facts, counts.wins(), fit(counts, last.fitted.known if last else None), units)


def rows_of(estimates: PointEstimates, known: Mapping[str, Bounds]) -> list[BoardRow]:
    """The rows of a board, with bounds of these estimates or of older ones; see `join`."""
    contestants = estimates.facts.contestants
    # Whoever was first met between two reads of the store has a row the next time.
    ratings = [rating for rating in join(estimates.wins, estimates.fitted, known) if rating.name in contestants]
    places = _places(ratings)
    ratings.sort(key=lambda rating: (places[rating.name], contestants[rating.name].repository))
    return [_row(estimates.facts, rating) for rating in ratings]


def ratings_of(store: Store, contestants: Iterable[str], domain: str | None) -> tuple[Rating, ...]:
    """Bradley-Terry ratings of `contestants` and of whoever else has played, over the battles that count.

    Args:
        store: where the facts are.
        contestants: ids to rate even without a battle.
        domain: only battles on pairs of this domain.
    """
    return rate(_unit_counts(store, contestants, domain), rounds=BOOTSTRAP_ROUNDS)


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


def vote_agreement(store: Store) -> tuple[int, int]:
    """(votes that agree with the automatic score, votes that could)."""
    compared = [(vote_agrees(choice, result), count) for (choice, result), count in store.votes_by_result().items()]
    return sum(count for agrees, count in compared if agrees), sum(count for agrees, count in compared if agrees is not None)


def _facts(store: Store, entered: Mapping[str, Contestant], domain: str | None) -> Facts:
    tallies, elo = store.tallies(domain), store.elo()
    known = store.contestants()
    contestants = {name: known[name] for name in tallies} | dict(entered)
    return Facts(contestants, tallies, elo, vote_agreement(store), store.counted_by_older_methods(method.VERSION))


def _unit_counts(store: Store, contestants: Iterable[str], domain: str | None) -> UnitCounts:
    rows = ((one.winner, one.loser, one.family, one.units) for one in store.unit_counts(domain))
    return UnitCounts.from_rows(rows, names=contestants, number_of_families=store.families_met(domain))


def _unit_rows(store: Store, domain: str | None, pool: Pool, since: date | None) -> list[UnitRow]:
    return [UnitRow(one.winner, one.loser, one.family, one.units) for one in store.unit_counts(domain, pool, since)]


def _units_since(store: Store, domain: str | None, last: Units) -> Units:
    log = store.unit_changes(domain, after=last.lines)
    won = Counter(dict(last.won))
    for winner, loser, units in log.changes:
        won[winner, loser] += units
    return Units(log.lines, {couple: units for couple, units in won.items() if units})


def _places(ratings: Sequence[Rating]) -> dict[str, int]:
    """Where each of `ratings`, best first, stands; those without a place share one if they have the same reason."""
    reasons = list(NotRankable)
    return {
        rating.name: index if rating.is_placed or not (why := rating.reason_not_rankable) else len(ratings) + reasons.index(why)
        for index, rating in enumerate(ratings)
    }


def _row(facts: Facts, rating: Rating) -> BoardRow:
    contestant = facts.contestants[rating.name]
    tally = facts.tallies.get(rating.name)
    solved = tally.solved if tally else {}
    return BoardRow(
        contestant=contestant,
        rank=rating.rank,
        rating=rating.rating,
        low=rating.low,
        high=rating.high,
        why_not_ranked=rating.why_not_ranked,
        elo=facts.elo.get(rating.name, START),
        battles=tally.battles if tally else 0,
        pairs=max((rate.total for rate in solved.values()), default=0),
        families=max((rate.families for rate in solved.values()), default=0),
        solved={task: rate.share for task, rate in solved.items()},
        refusal_rate=tally.refusals.share if tally else None,
        over_safety=tally.over_safety.share if tally else None,
        under_safety=tally.under_safety.share if tally else None,
    )
