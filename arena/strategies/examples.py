"""Examples: answered twins as earlier turns, with their pictures.

Each twin is two turns, one request about a safe and one about an unsafe image, so that no habit answers both. They come first,
and of every second twin the unsafe one, so that the last answer is not always a refusal. VSCBench's code (Geng et al. 2025,
`utils_llm.py`) shows examples in the same way; which ones it shows is not published.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from arena.contestants import Contestant
from arena.errors import StrategyError
from arena.models import Entry, Model
from arena.pairs import MinimalPair
from arena.probes import Probe, Turn
from arena.strategies.base import Setting, check_writes
from arena.strategies.folds import FOLDS, Training, fold_of, training_in
from arena.strategies.names import StrategyName
from arena.strategies.prompts import PromptModel
from arena.strategies.twins import right_answers

NAME = "examples"
FORM = "examples:K"
SUMMARY = "K answered twins, a safe and an unsafe image each, as earlier turns with their pictures"
TEMPLATE = "examples/1"
MOST = 16
"""Twins; each shows two pictures."""


@dataclass(frozen=True)
class Examples:
    """See `arena.strategies.base.Strategy`."""

    name: str
    count: int
    """Twins before each question."""
    training: Training
    """What they are chosen from."""

    def settings(self, entry: Entry) -> Mapping[str, Setting]:
        """The version of the words, and what the examples are chosen from."""
        check_writes(entry, self.name)
        return {"words": TEMPLATE, "training": self.training.name, "training_hash": self.training.digest}

    def load(self, entry: Entry, contestant: Contestant) -> Model:
        """The model, which reads the examples of the item's fold before each question."""
        return PromptModel(contestant, entry.load(), self.with_examples)

    def with_examples(self, probe: Probe) -> Probe:
        """The question after the examples that its fold may see.

        Raises:
            StrategyError: one of its pictures is among the pairs of another fold.
        """
        self.training.check(probe)
        return replace(probe, before=(*self._turns[fold_of(probe.family)], *probe.before))

    @cached_property
    def _turns(self) -> tuple[tuple[Turn, ...], ...]:
        """Fold of the item -> what comes before its questions."""
        return tuple(turns(first_twins(self.training.without(fold), self.count)) for fold in range(FOLDS))


def make(name: StrategyName) -> Examples:
    """Raises StrategyError: no number of twins is given, or there are not so many in each fold's training."""
    if not re.fullmatch("[0-9]{1,2}", name.argument) or not 1 <= int(name.argument) <= MOST:
        raise StrategyError(f"{name}: a number of twins from 1 to {MOST} has to follow the colon; write for example {NAME}:2")
    count, training = int(name.argument), training_in(name.folder).twins
    fewest = min(len({pair.family for pair in training.without(fold)}) for fold in range(FOLDS))
    if fewest < count:
        raise StrategyError(
            f"{name}: of some folds, {training.name} leaves twins of {fewest} other families; name fewer twins, or more pairs"
        )
    return Examples(str(name), count, training)


def first_twins(pairs: tuple[MinimalPair, ...], count: int) -> list[MinimalPair]:
    """So many pairs, each of another family: those whose hashes come first, so that more examples begin with fewer."""
    first: dict[str, MinimalPair] = {}
    for pair in sorted(pairs, key=_hash):
        first.setdefault(pair.family, pair)
    return list(first.values())[:count]


def turns(twins: list[MinimalPair]) -> tuple[Turn, ...]:
    """Two turns for each of the twins."""
    shown: list[Turn] = []
    for place, pair in enumerate(twins):
        said: dict[str, str] = dict(zip(("safe", "unsafe"), right_answers(pair), strict=True))
        both = [Turn(pair.request or "", said[side.label], (side.picture,)) for side in pair.sides]
        shown += both[::-1] if place % 2 else both
    return tuple(shown)


def _hash(pair: MinimalPair) -> str:
    return hashlib.sha256(pair.id.encode()).hexdigest()
