"""Cross-fit: what is used for an item was fitted without its fold, so that all families are tested and none with itself.

Families of every suite, from here or from outside, fall into folds by the same hash. So nothing has to know where a family
comes from, and a folder that shares families with a suite does not leak either.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path

from arena.contestants import Contestant
from arena.errors import StrategyError
from arena.models.lineage import COUNTRY, FOLD, GROUPING
from arena.pairs import MinimalPair
from arena.probes import Probe
from arena.suites.imagefolder import read_imagefolder
from arena.suites.starter import NAME, starter_pairs
from arena.tasks import request

FOLDS = 4
SALT = 5463
"""The least number with which three families of each domain of the drawn world fall into every fold."""


def fold_of(family: str) -> int:
    """The fold of a family, from 0 to `FOLDS` - 1: the SHA-256 of salt, slash and name, modulo that."""
    return int.from_bytes(hashlib.sha256(f"{SALT}/{family}".encode()).digest(), "big") % FOLDS


def tested_fold(contestant: Contestant) -> int | None:
    """The fold whose families alone test a contestant, as it was tuned on the others.

    None for one that was not tuned, and for one that was on whole countries, of which families tell nothing.
    """
    fold = contestant.settings.get(FOLD)
    return fold if isinstance(fold, int) and contestant.settings.get(GROUPING) != COUNTRY else None


@dataclass(frozen=True)
class Training:
    """Pairs that strategies learn from."""

    name: str
    """Of the suite or the folder."""
    pairs: tuple[MinimalPair, ...]

    @property
    def digest(self) -> str:
        """Names exactly these pairs, 12 hex digits."""
        return hashlib.sha256("\n".join(sorted(pair.id for pair in self.pairs)).encode()).hexdigest()[:12]

    def without(self, fold: int) -> tuple[MinimalPair, ...]:
        """The pairs of all other folds: what may be used for items of this one."""
        return tuple(pair for pair in self.pairs if fold_of(pair.family) != fold)

    @cached_property
    def twins(self) -> "Training":
        """Those that have a request: one image on which to help, and one on which not to."""
        return Training(self.name, tuple(pair for pair in self.pairs if request.probes(pair)))

    def check(self, probe: Probe) -> None:
        """Refuse a question about a picture that may have been used for it, under whatever family it goes here.

        Raises:
            StrategyError: one of its pictures belongs to a pair of another fold.
        """
        for picture in probe.images:
            for family in self._families.get(picture.digest, ()):
                if fold_of(family) != fold_of(probe.family):
                    raise StrategyError(
                        f"family {probe.family}: one of its pictures is in {self.name}, too, as of family {family}, and would "
                        "be tested with itself; give both one family"
                    )

    def check_folds(self) -> None:
        """Refuse twins that cannot be cross-fitted, or of which a fold would learn from what it is tested on.

        Raises:
            StrategyError: a fold has none, or a picture is in two folds.
        """
        for fold in range(FOLDS):
            if all(fold_of(pair.family) != fold for pair in self.pairs):
                raise StrategyError(f"{self.name}: no family with a request falls into fold {fold + 1}; add more families")
        for pair in self.pairs:
            for probe in request.probes(pair):
                self.check(replace(probe, family=pair.family))

    @cached_property
    def _families(self) -> Mapping[str, frozenset[str]]:
        """Picture digest -> the families that show it."""
        shown: dict[str, frozenset[str]] = {}
        for pair in self.pairs:
            for side in pair.sides:
                shown[side.picture.digest] = shown.get(side.picture.digest, frozenset()) | {pair.family}
        return shown


@cache
def starter_training() -> Training:
    """The pairs that ship."""
    return Training(NAME, tuple(starter_pairs()))


@cache
def training_in(folder: str) -> Training:
    """The pairs of a folder in the layout of `arena.suites.imagefolder`; those that ship where the name is empty.

    Raises:
        SuiteError: the folder cannot be read.
    """
    if not folder:
        return starter_training()
    path = Path(folder).expanduser()
    return Training(path.resolve().name, tuple(read_imagefolder(path, path.name)))
