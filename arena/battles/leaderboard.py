"""The rows of a leaderboard, counted from the facts: point estimates are cheap, and the bounds of ratings are dear."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

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
    WinTable,
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
    battles: Mapping[str, int]
    """Contestant id -> battles that count, over all domains: those of whom it is the same have the same tallies."""
    withdrawn: frozenset[str] = frozenset()
    """Ids of contestants that stand in no rank, and whose battles count in none."""


@dataclass(frozen=True, eq=False)
class PointEstimates:
    """All that a board tells but bounds and ranks."""

    facts: Facts
    won: WinTable
    fitted: BradleyTerryFit
    lines: int = 0
    """Lines of the store's log of units that are in the table: what comes after them is added the next time."""


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
    counts = _unit_counts(store, facts.contestants, domain, facts.withdrawn)
    fitted = fit(counts)
    estimates = PointEstimates(facts, WinTable(counts.names, counts.wins()), fitted)
    return WholeCount(estimates, bounds(counts, fitted, rounds=BOOTSTRAP_ROUNDS))


def count_point_estimates(
    store: Store, entered: Mapping[str, Contestant], domain: str | None, last: PointEstimates | None = None
) -> PointEstimates:
    """All but bounds and ranks, from what has changed since `last`, which this made; else as for `leaderboard`."""
    facts = _facts(store, entered, domain, last.facts if last else None)
    if last and last.facts.withdrawn != facts.withdrawn:
        last = None  # what they had won and lost is in its table
    log = store.unit_changes(domain, after=last.lines if last else 0)
    won = (last.won if last else WinTable()).plus(_without(facts.withdrawn, log.changes), names=facts.contestants)
    return PointEstimates(facts, won, fit(won, last.fitted.known if last else None), log.lines)


def rows_of(estimates: PointEstimates, known: Mapping[str, Bounds]) -> list[BoardRow]:
    """The rows of a board, with bounds of these estimates or of older ones; see `join`."""
    contestants = estimates.facts.contestants
    # Whoever was first met between two reads of the store has a row the next time.
    ratings = [rating for rating in join(estimates.won.wins(), estimates.fitted, known) if rating.name in contestants]
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
    withdrawn = store.submissions.withdrawn()
    discordant: dict[Pool, list[UnitRow]] = {pool: _unit_rows(store, domain, pool, since, withdrawn) for pool in POOLS}
    solved = [one for one in store.solved_counts(domain, since) if one.contestant_id not in withdrawn]
    return memorisation(store.contestants(), solved, discordant, rounds=BOOTSTRAP_ROUNDS)


def vote_agreement(store: Store) -> tuple[int, int]:
    """(votes that agree with the automatic score, votes that could)."""
    compared = [(vote_agrees(choice, result), count) for (choice, result), count in store.votes_by_result().items()]
    return sum(count for agrees, count in compared if agrees), sum(count for agrees, count in compared if agrees is not None)


def _facts(store: Store, entered: Mapping[str, Contestant], domain: str | None, last: Facts | None = None) -> Facts:
    """Counted afresh, or only for those who have played since `last`."""
    battles = store.battle_counts()
    before = last.battles if last else {}
    played = [name for name, number in battles.items() if before.get(name) != number]
    tallies = {**(last.tallies if last else {}), **store.tallies(domain, played)}
    known = last.contestants if last else {}
    if not tallies.keys() <= known.keys():
        known = store.contestants()
    withdrawn = store.submissions.withdrawn() - entered.keys()
    contestants = {name: known[name] for name in tallies if name not in withdrawn} | dict(entered)
    older = store.counted_by_older_methods(method.VERSION)
    return Facts(contestants, tallies, store.elo(), vote_agreement(store), older, battles, withdrawn)


def _without(names: frozenset[str], changes: Iterable[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """The changes of units in which none of these took part."""
    return [(winner, loser, units) for winner, loser, units in changes if names.isdisjoint((winner, loser))]


def _unit_counts(
    store: Store, contestants: Iterable[str], domain: str | None, withdrawn: frozenset[str] = frozenset()
) -> UnitCounts:
    counted = [one for one in store.unit_counts(domain) if withdrawn.isdisjoint((one.winner, one.loser))]
    rows = ((one.winner, one.loser, one.family, one.units) for one in counted)
    return UnitCounts.from_rows(rows, names=contestants, number_of_families=store.families_met(domain))


def _unit_rows(store: Store, domain: str | None, pool: Pool, since: date | None, withdrawn: frozenset[str]) -> list[UnitRow]:
    counted = [one for one in store.unit_counts(domain, pool, since) if withdrawn.isdisjoint((one.winner, one.loser))]
    return [UnitRow(one.winner, one.loser, one.family, one.units) for one in counted]


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
        rank_range=rating.rank_range,
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
