"""Made-up contestants whose true abilities are known: a Rasch model, with families that share what is peculiar to them."""

from dataclasses import dataclass, replace

import numpy as np

from arena.ratings import UnitCounts
from arena.ratings.bradley_terry import maximise


@dataclass(frozen=True)
class World:
    """Contestant i knows an item with log-odds ability_i + quirk(i, family) - difficulty(item); else it solves it by chance."""

    ability: np.ndarray
    difficulty: float = 0.0
    spread: float = 1.0
    """Standard deviation of item difficulties."""
    quirk: float = 0.0
    """Standard deviation of what a family does to one contestant and not to another."""
    items: int = 3
    """Items a family."""
    chance: float = 0.0
    """How often an item that is not known is solved all the same."""

    def solves(self, families: int, generator: np.random.Generator) -> np.ndarray:
        """The probability that each contestant solves each item (families x items x contestants)."""
        quirks = self.quirk * generator.standard_normal((families, 1, len(self.ability)))
        difficulty = self.difficulty + self.spread * generator.standard_normal((families, self.items, 1))
        known = 1 / (1 + np.exp(difficulty - self.ability - quirks))
        return known + self.chance * (1 - known)

    def play(self, families: int, seed: int) -> np.ndarray:
        """Who solved which item, all contestants on all items (families x items x contestants, of bool)."""
        generator = np.random.default_rng(seed)
        probability = self.solves(families, generator)
        return generator.random(probability.shape) < probability

    def true_logits(self) -> np.ndarray:
        """What Bradley-Terry converges to with ever more families: with quirks, abilities shrink a little."""
        solved = self.solves(100_000, np.random.default_rng(0)).reshape(-1, len(self.ability))
        return maximise((solved.T @ (1 - solved))[None]).logits[0]


def discordant(solved: np.ndarray) -> UnitCounts:
    """Every contestant against every other on every item (families x items x contestants, of bool)."""
    table = np.einsum("fki,fkj->fij", solved.astype(float), 1.0 - solved)
    family, winner, loser = np.nonzero(table)
    return UnitCounts(
        names=tuple(f"model {index:02}" for index in range(solved.shape[-1])),
        winner=winner,
        loser=loser,
        family=family,
        count=table[family, winner, loser],
        number_of_families=len(solved),
    )


def every_unit_its_own_family(counts: UnitCounts) -> UnitCounts:
    """What an arena believes that resamples battles."""
    times = counts.count.astype(int)
    return replace(
        counts,
        winner=np.repeat(counts.winner, times),
        loser=np.repeat(counts.loser, times),
        family=np.arange(times.sum()),
        count=np.ones(times.sum()),
        number_of_families=int(times.sum()),
    )
