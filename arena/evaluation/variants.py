"""Variants: a model as it is, under strategies, and tuned, and the controls beside them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from arena.contestants import Contestant
from arena.models.lineage import BY, FROM, LABELS, RECIPE, SHUFFLED
from arena.strategies import NONE, STRATEGIES
from arena.strategies.constants import ORGANISATION
from arena.strategies.folds import FOLDS, tested_fold
from arena.strategies.names import read_name

Kind = Literal["none", "prompt", "activation", "tuned", "control"]
ADAPTED = "base"
"""Setting of an adapter that names the model which it changes."""
ON_SHUFFLED = f", {SHUFFLED} labels"
"""Ends the name of a tuning that is a control."""
KINDS: tuple[Kind, ...] = ("none", "prompt", "activation", "tuned", "control")
"""In the order in which they are told."""


class Part(NamedTuple):
    """A contestant, and on which families it counts."""

    contestant: Contestant
    fold: int | None
    """That alone tests it; None for all."""


@dataclass(frozen=True)
class Variant:
    """What a base model becomes."""

    name: str
    """Of the strategy, the tuning or the constant; `none` for the model as it is."""
    kind: Kind
    parts: tuple[Part, ...]
    """Usually one; of a tuning one for each fold that was left out of it."""

    @property
    def folds(self) -> tuple[int, ...]:
        """Those whose families it is tested on; empty where it is on all."""
        return tuple(part.fold for part in self.parts if part.fold is not None)

    @property
    def cross_fitted(self) -> bool:
        """Whether it was tuned once for each fold, so that all families are tested and none with itself."""
        return len(self.folds) == FOLDS


@dataclass(frozen=True)
class Lineup:
    """A base model with all that was tried on it."""

    base: Contestant
    variants: tuple[Variant, ...]
    """The model as it is comes first, controls last."""

    def control_of(self, variant: Variant) -> Variant | None:
        """The same tuning on shuffled labels; None where nobody made it."""
        return next((one for one in self.variants if one.name == f"{variant.name}{ON_SHUFFLED}"), None)

    def __contains__(self, contestant: Contestant) -> bool:
        """Whether it is the model, or a variant of it; constants belong to nobody."""
        parts = (part.contestant for variant in self.variants for part in variant.parts)
        return contestant.organisation != ORGANISATION and contestant in parts


def lineups(contestants: Iterable[Contestant]) -> list[Lineup]:
    """Every model that somebody is a variant of, by name; constants are controls of each.

    Args:
        contestants: who answered. A variant whose base did not is left out: there is nothing to compare it with.
    """
    known = sorted(contestants, key=lambda one: (one.reference, one.revision))
    constants = [one for one in known if _is_constant(one) and not one.strategy]
    bases = {one.id: one for one in known if not one.strategy and not _is_constant(one)}
    by_commit = {f"{one.repository}@{one.revision}": one.id for one in bases.values()}
    own: dict[str, dict[tuple[str, str], list[Contestant]]] = {}
    for one in known:
        base_id = one.base.id if one.strategy else by_commit.get(str(_origin(one)))
        if base_id in bases:
            own.setdefault(base_id, {}).setdefault((_name(one), _told_apart(one)), []).append(one)
    return [_lineup(bases[base_id], own[base_id], constants) for base_id in bases if base_id in own]


def without_base(contestants: Iterable[Contestant]) -> dict[Contestant, str]:
    """Variants that stand in no lineup, since their base did not answer, and how that is called.

    Args:
        contestants: who answered.
    """
    known = list(contestants)
    compared = {part.contestant for one in lineups(known) for variant in one.variants for part in variant.parts}
    bases = {one: one.base.reference if one.strategy else _origin(one) for one in known if not _is_constant(one)}
    return {one: base for one, base in bases.items() if base is not None and one not in compared}


def _origin(contestant: Contestant) -> str | None:
    """`organisation/name@commit` of the model that was tuned, or that an adapter changes; None for other models."""
    commit = contestant.settings.get(FROM) or contestant.settings.get(ADAPTED)
    return None if commit is None else str(commit)


def _is_constant(contestant: Contestant) -> bool:
    return contestant.organisation == ORGANISATION


def _lineup(base: Contestant, own: dict[tuple[str, str], list[Contestant]], constants: list[Contestant]) -> Lineup:
    names = [name for name, _ in own]
    variants = [
        Variant(name if names.count(name) == 1 else f"{name} ({mark})", _kind(group[0]), _parts(group))
        for (name, mark), group in own.items()
    ]
    controls = [Variant(one.name, "control", (Part(one, None),)) for one in constants]
    ordered = sorted([*variants, *controls], key=lambda variant: (KINDS.index(variant.kind), variant.name))
    return Lineup(base, (Variant(NONE, "none", (Part(base, tested_fold(base)),)), *ordered))


def _parts(group: list[Contestant]) -> tuple[Part, ...]:
    """One for each fold; of two with the same, the later by name."""
    return tuple(Part(one, fold) for fold, one in {tested_fold(one): one for one in group}.items())


def _name(contestant: Contestant) -> str:
    if contestant.strategy:
        return contestant.strategy
    if FROM not in contestant.settings:
        return contestant.label
    return f"{contestant.settings[BY]}{ON_SHUFFLED if LABELS in contestant.settings else ''}"


def _told_apart(contestant: Contestant) -> str:
    """What variants of one name may differ in: recipes, else contestants."""
    return str(contestant.settings.get(RECIPE) or contestant.id[:8]) if not contestant.strategy else contestant.id[:8]


def _kind(contestant: Contestant) -> Kind:
    if contestant.strategy:
        base = read_name(contestant.strategy).base
        return STRATEGIES[base].kind if base in STRATEGIES else "prompt"
    return "control" if LABELS in contestant.settings else "tuned"
