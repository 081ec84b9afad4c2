"""Which pair a battle is about: one of the frozen suites, or one drawn afresh that no model can have seen."""

import random
from collections.abc import Collection, Sequence

from arena.battles.views import BattleFilter
from arena.errors import InputError
from arena.pairs import MinimalPair
from generators.scenes import FAMILIES, draw_pair

FRESH = "fresh"
"""The source of pairs drawn on demand."""
FRESH_SHARE = 0.25
"""Share of fresh pairs where the visitor does not ask for a source."""
FRESH_SEEDS = range(10_000_000, 2**31)
"""Far from the seeds of training, calibration and the frozen suite."""


class PairChoice:
    """Chooses pairs: first a family, then a pair in it, so that large families do not crowd out small ones."""

    def __init__(self, frozen: Sequence[MinimalPair], rng: random.Random) -> None:
        self._frozen = tuple(frozen)
        self._rng = rng

    def categories(self) -> dict[str, tuple[str, ...]]:
        """domain -> its categories, both sorted."""
        found = {(pair.domain, pair.category) for pair in self._frozen}
        found |= {(family.domain, family.category) for family in FAMILIES.values()}
        return {domain: tuple(sorted(c for d, c in found if d == domain)) for domain in sorted({d for d, _ in found})}

    def sources(self) -> tuple[str, ...]:
        """The names that a filter may give as source."""
        return (*sorted({pair.source for pair in self._frozen}), FRESH)

    def choose(self, filters: BattleFilter) -> MinimalPair:
        """A pair that passes the filters.

        Raises:
            InputError: the filters name something unknown, or nothing passes them.
        """
        self._check(filters)
        source = filters.source
        if source is None and self._rng.random() < FRESH_SHARE:
            source = FRESH
        return self._draw(filters) if source == FRESH else self._pick(filters, source)

    def unmet(self, met: Collection[str]) -> MinimalPair | None:
        """A frozen pair whose id is not in `met`; None when there is none."""
        left = [pair for pair in self._frozen if pair.id not in met]
        return self._rng.choice(left) if left else None

    def _check(self, filters: BattleFilter) -> None:
        categories = self.categories()
        known = {
            "domain": tuple(categories),
            "category": tuple(dict.fromkeys(name for names in categories.values() for name in names)),
            "source": self.sources(),
        }
        for name, values in known.items():
            value = getattr(filters, name)
            if value is not None and value not in values:
                raise InputError(f"{name}: there is no {value!r}; choose from {', '.join(values)}")

    def _pick(self, filters: BattleFilter, source: str | None) -> MinimalPair:
        families: dict[str, list[MinimalPair]] = {}
        for pair in self._frozen:
            if _passes(pair.domain, pair.category, filters) and source in (None, pair.source):
                families.setdefault(pair.family, []).append(pair)
        if not families:
            raise _nothing_passes(filters)
        return self._rng.choice(families[self._rng.choice(list(families))])

    def _draw(self, filters: BattleFilter) -> MinimalPair:
        names = [name for name, family in FAMILIES.items() if _passes(family.domain, family.category, filters)]
        if not names:
            raise _nothing_passes(filters)
        return draw_pair(self._rng.choice(names), self._rng.choice(FRESH_SEEDS), source=FRESH)


def _passes(domain: str, category: str, filters: BattleFilter) -> bool:
    return filters.domain in (None, domain) and filters.category in (None, category)


def _nothing_passes(filters: BattleFilter) -> InputError:
    return InputError(f"filters: no pair is in domain {filters.domain!r} with category {filters.category!r}; widen one of them")
