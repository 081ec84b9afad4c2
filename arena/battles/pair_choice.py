"""Which pair a battle is about: one of the frozen suites, one drawn afresh, or a generated one that reviewers have accepted."""

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from arena.battles.generated_pairs import GeneratedPairs
from arena.battles.lineup import Lineup
from arena.battles.views import BattleFilter
from arena.errors import InputError
from arena.generators.scenes import FAMILIES, Family, draw_pair
from arena.pairs import MinimalPair
from arena.store.generation_records import FRESH, GENERATED, PairInPlay
from arena.strategies.folds import fold_of

FRESH_SHARE = 0.25
"""Share of fresh pairs where the visitor does not ask for a source."""
GENERATED_SHARE = 0.25
"""Share of generated pairs where the visitor does not ask for a source, and some are in play."""
FRESH_SEEDS = range(10_000_000, 2**31)
"""Far from the seeds of training, calibration and the frozen suite."""


FROZEN = "frozen"
"""Stands for all sources of frozen pairs."""
Member = TypeVar("Member", MinimalPair, PairInPlay)


@dataclass(frozen=True)
class Chosen:
    """A pair, and who must not play on it."""

    pair: MinimalPair
    shut_out: Collection[str] = ()
    """Repositories of models that made or judged it, or were tuned on its family."""


class PairChoice:
    """Chooses pairs: first a family, then a pair in it, so that large families do not crowd out small ones.

    Args:
        frozen: pairs that ship.
        generated: those in play.
        rng: draws.
        is_down: whether the pair with this id was taken down, and is drawn no more.
        lineup: who may play; of those who were tuned, none plays on what that may have shown them.
    """

    def __init__(
        self,
        frozen: Sequence[MinimalPair],
        generated: GeneratedPairs,
        rng: random.Random,
        is_down: Callable[[str], bool] = lambda _: False,
        lineup: Lineup | None = None,
    ) -> None:
        self._all_frozen = tuple(frozen)
        self._is_down = is_down
        self._generated = generated
        self._rng = rng
        self._lineup = lineup or Lineup(())

    def categories(self) -> dict[str, tuple[str, ...]]:
        """domain -> its categories, both sorted."""
        found = {(pair.domain, pair.category) for pair in (*self._all_frozen, *self._generated.in_play())}
        found |= {(family.domain, family.category) for family in FAMILIES.values()}
        return {domain: tuple(sorted(c for d, c in found if d == domain)) for domain in sorted({d for d, _ in found})}

    def sources(self) -> tuple[str, ...]:
        """The names that a filter may give as source."""
        return (*sorted({pair.source for pair in self._all_frozen}), FRESH, GENERATED)

    def named(self, pair_id: str) -> MinimalPair | None:
        """The frozen or generated pair of this id, if it may be drawn now."""
        frozen = next((pair for pair in self._frozen() if pair.id == pair_id), None)
        in_play = any(one.pair_id == pair_id for one in self._generated.in_play())
        return self._generated.pair(pair_id) if frozen is None and in_play else frozen

    def choose(self, filters: BattleFilter, repositories: Collection[str]) -> Chosen:
        """A pair that passes the filters, and on which two of the contestants at least may play.

        Args:
            filters: what the visitor wants to see.
            repositories: of each contestant that could play.

        Raises:
            InputError: the filters name something unknown, or nothing passes them.
        """
        self._check(filters)

        def is_offered(one: MinimalPair | PairInPlay | Family, family: str, models: Collection[str] = ()) -> bool:
            able = set(repositories) - self._shut_out(family, models)
            return _passes(one, filters) and sum(repository in able for repository in repositories) >= 2

        fresh = [name for name, family in FAMILIES.items() if is_offered(family, name)]
        generated = [one for one in self._generated.in_play() if is_offered(one, one.family, one.models)]
        frozen = [one for one in self._frozen() if filters.source in (None, one.source) and is_offered(one, one.family)]
        source = self._source(filters, {FRESH: len(fresh), GENERATED: len(generated), FROZEN: len(frozen)})
        if source == GENERATED:
            chosen = self._of_any_family(generated)
            return Chosen(self._generated.pair(chosen.pair_id), self._shut_out(chosen.family, chosen.models))
        pair = self._drawn(fresh) if source == FRESH else self._of_any_family(frozen)
        return Chosen(pair, self._shut_out(pair.family))

    def unmet(self, met: Collection[str], repositories: Collection[str]) -> MinimalPair | None:
        """A frozen or generated pair that is not in `met`, and on which all of these may play; None if none is left."""
        frozen = {pair.id: pair for pair in self._frozen() if self._shut_out(pair.family).isdisjoint(repositories)}
        in_play = self._generated.in_play()
        generated = [one.pair_id for one in in_play if self._shut_out(one.family, one.models).isdisjoint(repositories)]
        left = [name for name in (*frozen, *generated) if name not in met]
        if not left:
            return None
        name = self._rng.choice(left)
        return frozen.get(name) or self._generated.pair(name)

    def _shut_out(self, family: str, models: Collection[str] = ()) -> set[str]:
        """Repositories that may not play on a pair of this family, made or judged by these models."""
        return {*models, *(repository for repository, tested in self._lineup.tuned if tested != fold_of(family))}

    def _frozen(self) -> list[MinimalPair]:
        return [pair for pair in self._all_frozen if not self._is_down(pair.id)]

    def _drawn(self, families: Sequence[str]) -> MinimalPair:
        while self._is_down((pair := draw_pair(self._rng.choice(families), self._rng.choice(FRESH_SEEDS), source=FRESH)).id):
            pass
        return pair

    def _source(self, filters: BattleFilter, offered: Mapping[str, int]) -> str:
        """Where the pair shall come from: `FRESH`, `GENERATED` or `FROZEN`.

        Args:
            filters: what the visitor wants to see.
            offered: how many pass, by source.
        """
        asked = filters.source if filters.source in (None, FRESH, GENERATED) else FROZEN
        left = [source for source, count in offered.items() if count and asked in (None, source)]
        if not left:
            raise self._nothing_passes(filters)
        if len(left) == 1:
            return left[0]
        shares = {FRESH: FRESH_SHARE, GENERATED: GENERATED_SHARE if offered[GENERATED] else 0.0}
        shares[FROZEN] = 1 - sum(shares.values())
        return self._rng.choices(left, [shares[source] for source in left])[0]

    def _of_any_family(self, pairs: Sequence[Member]) -> Member:
        families: dict[str, list[Member]] = {}
        for pair in pairs:
            families.setdefault(pair.family, []).append(pair)
        return self._rng.choice(families[self._rng.choice(list(families))])

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

    def _nothing_passes(self, filters: BattleFilter) -> InputError:
        if filters.source == GENERATED:
            missing = "no generated pair is in play here that two models may play on"
            return InputError(f"filters: {missing}; review pending ones, or widen the filters")
        if self._lineup.tuned:
            return InputError("filters: two models may play on no such pair, as tuned ones play on no family of their training")
        where = f"in domain {filters.domain!r} with category {filters.category!r}"
        return InputError(f"filters: no pair is {where}; widen one of them")


def _passes(one: MinimalPair | PairInPlay | Family, filters: BattleFilter) -> bool:
    return filters.domain in (None, one.domain) and filters.category in (None, one.category)
