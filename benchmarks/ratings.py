"""How long a board takes: a Bradley-Terry fit and 100 bootstrap rounds, next to evalica and choix on the same counts.

    python benchmarks/ratings.py [--battles 10000 100000 1000000] [--contestants 20] [--families 240] [--rounds 100]
        [--boards 6 50 200]

The first table has whole boards of so many contestants after the fewest of these battles: *points* from rows of units to sorted
lines, at first and after one more unit, where the fit goes on from the last one (`moved by` is the largest difference from one
that does not); and *bounds*, the intervals and ranks of 300 rounds, which are counted in the background.

In the second table battles are aggregated to (winner, loser, family) counts first, as the store's query gives them. The
libraries fit the same wins. Neither resamples families, so their bootstraps loop over win tables that are drawn for them
beforehand, not timed; ours draws its own, timed. Times are the best of five runs; `agrees` is the largest difference of a
rating from ours in Elo points.
"""

import argparse
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import choix
import evalica
import numpy as np

from arena.ratings import BradleyTerryFit, Rating, UnitCounts, bounds, family_bootstrap, fit, join
from arena.ratings.bradley_terry import win_probability
from arena.ratings.elo import POINTS_PER_LOGIT

REPEATS = 5


@dataclass(frozen=True)
class Line:
    """What one engine took for one size."""

    engine: str
    fit: float
    bootstrap: float
    agrees: float


def played(battles: int, contestants: int, families: int, generator: np.random.Generator) -> UnitCounts:
    """Random battles of one discordant unit each, over families that shift abilities, aggregated."""
    ability = np.linspace(-1, 1, contestants) + 0.5 * generator.standard_normal((families, contestants))
    family = generator.integers(families, size=battles)
    seats = generator.permuted(np.tile(np.arange(contestants), (battles, 1)), axis=1)[:, :2]
    first_wins = generator.random(battles) < win_probability(ability)[family, seats[:, 0], seats[:, 1]]
    winner = np.where(first_wins, seats[:, 0], seats[:, 1])
    loser = seats.sum(axis=1) - winner
    rows, count = np.unique(np.stack([winner, loser, family]), axis=1, return_counts=True)
    names = tuple(f"model {index}" for index in range(contestants))
    return UnitCounts(names, *rows, count=count.astype(float), number_of_families=families)


def resampled_wins(counts: UnitCounts, rounds: int, generator: np.random.Generator) -> list[np.ndarray]:
    """Win tables of draws of families, for engines that cannot draw families themselves."""
    families = counts.number_of_families
    draws = generator.multinomial(families, np.full(families, 1 / families), size=rounds)
    tables = [np.zeros((len(counts.names),) * 2) for _ in draws]
    for table, draw in zip(tables, draws, strict=True):
        np.add.at(table, (counts.winner, counts.loser), counts.count * draw[counts.family])
    return tables


def with_choix(wins: np.ndarray) -> np.ndarray:
    """Logits, with mean 0."""
    return choix.ilsr_pairwise_dense(wins)


def with_evalica(wins: np.ndarray) -> np.ndarray:
    """Logits, with mean 0; the rows are the aggregated cells with their counts as weights."""
    row, column = np.nonzero(wins)
    outcomes = [evalica.Winner.X] * len(row)
    result = evalica.bradley_terry(row.tolist(), column.tolist(), outcomes, weights=wins[row, column].tolist(), limit=10_000)
    logits = np.log(result.scores.sort_index().to_numpy())
    return logits - logits.mean()


def board_line(counts: UnitCounts) -> str:
    """What the board of these counts takes, in milliseconds."""
    wins = counts.wins()
    rows = [(counts.names[one], counts.names[other], "", float(wins[one, other])) for one, other in np.argwhere(wins > 0)]
    more = [*rows, (counts.names[0], counts.names[1], "", 1.0)]
    last = fit(UnitCounts.from_rows(rows)).known
    first, next_one = seconds(lambda: points(rows)), seconds(lambda: points(more, last))
    moved = max(
        abs(rating - fit(UnitCounts.from_rows(more)).known[name]) for name, rating in points(more, last)[0].known.items()
    )
    dear = seconds(lambda: bounds(counts, fit(counts)), repeats=1)
    size = f"{len(counts.names):>11} {len(counts.count):>8,}"
    return f"{size} {1e3 * first:8.1f} {1e3 * next_one:15.1f} {moved:9.1e} {1e3 * dear:9.0f}"


def points(
    rows: Sequence[tuple[str, str, str, float]], last: Mapping[str, float] | None = None
) -> tuple[BradleyTerryFit, tuple[Rating, ...]]:
    """The fit and the lines of a board, without bounds."""
    counts = UnitCounts.from_rows(rows)
    fitted = fit(counts, last)
    return fitted, join(counts.wins(), fitted, {})


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    """Best wall time of `work`: the least disturbed by other processes."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def measure(counts: UnitCounts, rounds: int, generator: np.random.Generator) -> list[Line]:
    """All engines on the same counts, one after the other."""
    fitted = fit(counts)
    wins, draws = counts.wins(), resampled_wins(counts, rounds, generator)
    lines = [Line("ours", seconds(lambda: fit(counts)), seconds(lambda: family_bootstrap(counts, fitted, rounds=rounds)), 0.0)]
    for engine, solve in (("choix", with_choix), ("evalica", with_evalica)):
        difference = POINTS_PER_LOGIT * float(np.abs(solve(wins) - fitted.logits).max())
        one = seconds(lambda solve=solve: solve(counts.wins()))
        many = seconds(lambda solve=solve: [solve(draw) for draw in draws])
        lines.append(Line(engine, one, many, difference))
    return lines


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one table of boards, and one beside libraries."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--battles", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--contestants", type=int, default=20)
    parser.add_argument("--families", type=int, default=240)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--boards", type=int, nargs="+", default=[6, 50, 200])
    chosen = parser.parse_args(arguments)
    generator = np.random.default_rng(0)
    print(f"boards after {min(chosen.battles):,} battles, {chosen.families} families; times in ms")
    print(f"{'contestants':>11} {'counts':>8} {'points':>8} {'after one more':>15} {'moved by':>9} {'bounds':>9}")
    for contestants in chosen.boards:
        print(board_line(played(min(chosen.battles), contestants, chosen.families, generator)))
    print()
    print(f"{chosen.contestants} contestants, {chosen.families} families, {chosen.rounds} bootstrap rounds; times in ms")
    print(f"{'battles':>9} {'counts':>8} {'engine':>8} {'fit':>8} {'bootstrap':>10} {'both':>8} {'x ours':>7} {'agrees':>8}")
    for battles in chosen.battles:
        counts = played(battles, chosen.contestants, chosen.families, generator)
        lines = measure(counts, chosen.rounds, generator)
        ours = lines[0].fit + lines[0].bootstrap
        for line in lines:
            both = line.fit + line.bootstrap
            times = f"{1e3 * line.fit:8.2f} {1e3 * line.bootstrap:10.1f} {1e3 * both:8.1f} {both / ours:7.1f}"
            print(f"{battles:>9,} {len(counts.count):>8,} {line.engine:>8} {times} {line.agrees:8.1e}")


if __name__ == "__main__":
    main()
