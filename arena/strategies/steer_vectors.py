"""Vectors that steer a model, in one safetensors file with the recipe that they were made by.

The recipe is in the file's metadata, so that neither goes without the other, and can be read without torch.
"""

import json
import math
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError, safe_open

from arena.contestants import Contestant
from arena.errors import StrategyError, one_line
from arena.strategies.folds import FOLDS, SALT, Training, fold_of

if TYPE_CHECKING:
    from torch import Tensor

    from arena.models.activations import Site

VERSION = 1
"""Rises when the fit or the file changes, so that what was fitted before is fitted anew."""
RECIPE = "recipe"
"""Name of the file's metadata."""
SITE = re.compile(r"layer (?P<layer>\d+)(?: head (?P<head>\d+))?")


@dataclass(frozen=True)
class FoldRecipe:
    """What steers the questions of one fold, and how that was found."""

    families: Mapping[str, str]
    """Those that it was learnt from -> hash of the pairs that each held."""
    sites: Mapping[str, float]
    """Layers or heads -> AUC by which they separate twins of families that their vectors were not made of."""
    strength: float
    """In lengths of the activation; below 0 it moves towards help. The vectors in the file are not multiplied by it."""
    sra_avg_before: float
    """Of the model itself on the development families."""
    sra_avg: float
    """Under the vectors on the same families, none of which its vectors were made of."""


@dataclass(frozen=True)
class Recipe:
    """All that a fit depends on, and what it came to."""

    strategy: str
    model: str
    revision: str
    settings: Mapping[str, str | int | float]
    """Those of the contestant that was steered."""
    engine: str
    """How it was run, with the versions of its libraries."""
    training: str
    training_hash: str
    folds: tuple[FoldRecipe, ...]
    """By fold of the questions that are steered."""
    salt: int = SALT
    """Of the hash that puts families into folds."""
    version: int = VERSION

    def check(self, name: str, strategy: str, contestant: Contestant, training: Training) -> None:
        """Refuse vectors of another model, commit or training, and those that learnt from what they would be tested on.

        Args:
            name: how errors call model and strategy.
            strategy: what they are to be used for.
            contestant: the model to steer.
            training: what the strategy learns from.

        Raises:
            StrategyError: they do not fit.
        """
        expected: dict[str, Any] = {
            "version": VERSION,
            "strategy": strategy,
            "model": contestant.repository,
            "revision": contestant.revision,
            "training": training.name,
            "training_hash": training.digest,
            "salt": SALT,
        }
        for field, wanted in expected.items():
            if (own := getattr(self, field)) != wanted:
                raise StrategyError(f"{name}: its vectors: {field} is {own}, here it is {wanted}; run arena calibrate")
        if len(self.folds) != FOLDS:
            raise StrategyError(f"{name}: its vectors: have {len(self.folds)} folds, not {FOLDS}; run arena calibrate")
        for fold, recipe in enumerate(self.folds):
            if own := [family for family in recipe.families if fold_of(family) == fold]:
                raise StrategyError(f"{name}: its vectors: those for family {own[0]} have learnt from it; run arena calibrate")
            if recipe.families.keys() != {pair.family for pair in training.without(fold)}:
                raise StrategyError(
                    f"{name}: its vectors: have not learnt from the families of {training.name}; run arena calibrate"
                )


def read_recipe(name: str, file: Path) -> Recipe:
    """The recipe in a file.

    Args:
        name: how errors call model and strategy.
        file: as `save` wrote it.

    Raises:
        StrategyError: there is none, or it cannot be read.
    """
    if not file.exists():
        raise StrategyError(f"{name}: is not fitted yet; run arena calibrate with this model and strategy")
    try:
        with safe_open(file, framework="numpy") as content:
            fields = json.loads(content.metadata()[RECIPE])
            recipe = Recipe(**{**fields, "folds": tuple(FoldRecipe(**fold) for fold in fields["folds"])})
            _check_content(recipe, set(content.keys()))
        return recipe
    except (SafetensorError, OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise StrategyError(f"{name}: {file} holds no vectors with their recipe; run arena calibrate") from error


def save(file: Path, recipe: Recipe, vectors: "tuple[Mapping[Site, Tensor], ...]") -> None:
    """Write vectors with their recipe, whole or not at all.

    Args:
        file: where to; its folder is made.
        recipe: how they were made.
        vectors: by fold, what is added at each site for a strength of 1.

    Raises:
        StrategyError: it cannot be written.
    """
    from safetensors.torch import save_file  # noqa: PLC0415 - torch takes seconds

    make_folder(file.parent)
    partial = file.with_suffix(f".{os.getpid()}.partial")  # another process may fit the same
    tensors = {f"{fold}/{site}": vector.contiguous() for fold, some in enumerate(vectors) for site, vector in some.items()}
    try:
        save_file(tensors, partial, {RECIPE: json.dumps(asdict(recipe), ensure_ascii=False)})
        partial.replace(file)
    except (OSError, SafetensorError) as error:
        raise StrategyError(f"{file}: cannot be written ({one_line(error)}); check the disk and ARENA_HOME") from error


def make_folder(folder: Path) -> None:
    """Make the folder of vectors, before minutes are spent on a fit that could not be kept.

    Raises:
        StrategyError: it cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StrategyError(f"{folder}: cannot be made ({error.strerror}); check the disk and ARENA_HOME") from error


def load(file: Path, recipe: Recipe) -> "tuple[Mapping[Site, Tensor], ...]":
    """By fold, what is added at each site: the vectors of a file times their strengths.

    Raises:
        StrategyError: they are no numbers.
    """
    from safetensors.torch import load_file  # noqa: PLC0415 - torch takes seconds

    stored = load_file(file)
    if not all(vector.is_floating_point() and vector.isfinite().all() for vector in stored.values()):
        raise StrategyError(f"{file}: its vectors are no numbers; run arena calibrate")
    return tuple(
        {_site(text): stored[f"{fold}/{text}"] * part.strength for text in part.sites} for fold, part in enumerate(recipe.folds)
    )


def _check_content(recipe: Recipe, names: set[str]) -> None:
    """Raises ValueError: a strength is no number, or a vector is missing."""
    for fold, part in enumerate(recipe.folds):
        sites = part.sites.keys()
        if not math.isfinite(part.strength) or not part.families.keys():
            raise ValueError(part.strength)
        if not all(SITE.fullmatch(site) and f"{fold}/{site}" in names for site in sites):
            raise ValueError(", ".join(sites))


def _site(text: str) -> "Site":
    from arena.models.activations import Site  # noqa: PLC0415 - torch takes seconds

    parts = SITE.fullmatch(text)
    assert parts, text
    return Site(int(parts["layer"]), None if parts["head"] is None else int(parts["head"]))
