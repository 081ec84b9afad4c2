"""Steering: vectors added to the activations of a model that runs here, while it answers.

`steer-layer` moves the output of one layer, `steer-head` what some attention heads give, both as `steer_fit` says.
`steer-random` is their control: what is fitted for `steer-layer`, in a random direction of equal length.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from arena.contestants import Contestant
from arena.errors import StrategyError
from arena.models import Entry, Model
from arena.strategies.base import Setting, Tell, check_writes
from arena.strategies.folds import FOLDS, Training, training_in
from arena.strategies.names import StrategyName, check_bare
from arena.strategies.steer_vectors import FoldRecipe, Recipe, load, make_folder, read_recipe, save

if TYPE_CHECKING:
    from arena.models.generative import GenerativeModel
    from arena.strategies.steer_fit import Level

LAYER, HEAD, RANDOM = "steer-layer", "steer-head", "steer-random"
RANDOM_FORM = "steer-random:SEED"
SUMMARIES: Mapping[str, str] = {
    LAYER: "moves the output of the layer that separates safe from unsafe twins best, towards refusing or helping",
    HEAD: "moves the attention heads that separate safe from unsafe twins best, towards refusing or helping",
    RANDOM: "a control: as steer-layer, in a random direction of equal length",
}
LEVELS: "Mapping[str, Level]" = {LAYER: "layer", HEAD: "head"}
TOLD = 3
"""Sites that a fit names, the best ones."""
FOLDER = "steering"
"""Folder of a home with fitted vectors."""


@dataclass(frozen=True)
class Steer:
    """See `arena.strategies.base.FittedStrategy`."""

    name: str
    level: "Level"
    training: Training
    """Pairs with a request."""
    folder: Path
    """Where vectors are kept."""

    def settings(self, entry: Entry) -> Mapping[str, Setting]:
        """The hash of the file with the vectors and their recipe.

        Raises:
            StrategyError: nothing is fitted yet, or what is fitted belongs to another model, commit or training.
        """
        self.recipe(entry)
        return {"vectors": hashlib.sha256(self.file(entry).read_bytes()).hexdigest()[:12]}

    def recipe(self, entry: Entry) -> Recipe:
        """How the vectors for a model were made; raises as `settings`."""
        _check_reachable(entry, self.name)
        name = _called(entry, self.name)
        recipe = read_recipe(name, self.file(entry))
        recipe.check(name, self.name, entry.contestant, self.training)
        return recipe

    def load(self, entry: Entry, contestant: Contestant) -> Model:
        """The model, steered."""
        # torch takes seconds to import, and who only lists strategies needs it not.
        from arena.strategies.steer_model import SteeredModel  # noqa: PLC0415

        vectors = load(self.file(entry), self.recipe(entry))
        return SteeredModel(contestant, _activated(entry, self.name), vectors, self.training)

    def check(self, entry: Entry) -> None:
        """Refuse a model that does not write or runs elsewhere, and pairs that cannot be cross-fitted."""
        _check_reachable(entry, self.name)
        self.training.check_folds()

    def fit(self, entry: Entry, tell: Tell) -> None:
        """Fit vectors for each fold, and keep them with their recipe."""
        from arena.strategies.steer_fit import Fit  # noqa: PLC0415 - as above

        self.check(entry)
        make_folder(self.folder)
        fit = Fit(_activated(entry, self.name), self.training, self.level)
        fitted = []
        for fold in range(FOLDS):
            recipe, vectors = fit.fold(fold)
            tell(f"fold {fold + 1} of {FOLDS}: {_summary(recipe)}")
            fitted.append((recipe, vectors))
        recipes, vectors = zip(*fitted, strict=True)
        one = entry.contestant
        recipe = Recipe(
            self.name,
            one.repository,
            one.revision,
            dict(one.settings),
            one.engine,
            self.training.name,
            self.training.digest,
            recipes,
        )
        save(self.file(entry), recipe, vectors)
        tell(f"{_called(entry, self.name)}: kept in {self.file(entry)}")

    def file(self, entry: Entry) -> Path:
        """Where the vectors for a model are kept, by its reference."""
        return self.folder / f"{_called(entry, self.name).replace('/', '--')}.safetensors"


@dataclass(frozen=True)
class SteerRandom:
    """See `arena.strategies.base.Strategy`."""

    name: str
    seed: int
    fitted: Steer

    @property
    def training(self) -> Training:
        """What the strategy that it is a control of learns from."""
        return self.fitted.training

    def settings(self, entry: Entry) -> Mapping[str, Setting]:
        """Those of the strategy that it is a control of, and the seed."""
        return {**self.fitted.settings(entry), "seed": self.seed}

    def load(self, entry: Entry, contestant: Contestant) -> Model:
        """The model, moved at random."""
        from arena.strategies.steer_model import SteeredModel, random_vectors  # noqa: PLC0415 - as above

        vectors = load(self.fitted.file(entry), self.fitted.recipe(entry))
        return SteeredModel(contestant, _activated(entry, self.name), random_vectors(vectors, self.seed), self.training)


def make(name: StrategyName, home: Path) -> Steer:
    """Raises StrategyError: it has an argument. SuiteError: the folder holds no pairs."""
    check_bare(name, folder=True)
    return Steer(str(name), LEVELS[name.base], training_in(name.folder).twins, home / FOLDER)


def make_random(name: StrategyName, home: Path) -> SteerRandom:
    """Raises StrategyError: the argument is no seed. SuiteError: the folder holds no pairs."""
    if not re.fullmatch("[0-9]{0,9}", name.argument):
        raise StrategyError(f"{name}: the seed is no number; write for example {RANDOM}:1")
    return SteerRandom(str(name), int(name.argument or 0), make(StrategyName(LAYER, folder=name.folder), home))


def _summary(recipe: FoldRecipe) -> str:
    sites = ", ".join(f"{site} (AUC {area:.2f})" for site, area in list(recipe.sites.items())[:TOLD])
    more = f" and {len(recipe.sites) - TOLD} more" if len(recipe.sites) > TOLD else ""
    return (
        f"strength {recipe.strength:.3g} at {sites}{more}; SRA_avg on held-out families of the training "
        f"{recipe.sra_avg_before:.1%} -> {recipe.sra_avg:.1%}"
    )


def _called(entry: Entry, name: str) -> str:
    return f"{entry.contestant.reference}+{name}"


def _check_reachable(entry: Entry, name: str) -> None:
    """Refuse by what is known of a model before it is loaded: one that does not write, or that transformers do not run here."""
    check_writes(entry, name)
    if entry.contestant.engine.partition(" ")[0] != entry.kind:
        raise _unreachable(entry, name)


def _activated(entry: Entry, name: str) -> "GenerativeModel":
    """The loaded model, whose activations can be reached."""
    from arena.models.generative import GenerativeModel  # noqa: PLC0415 - as above

    model = entry.load()
    if not isinstance(model, GenerativeModel):
        raise _unreachable(entry, name)
    return model


def _unreachable(entry: Entry, name: str) -> StrategyError:
    return StrategyError(f"{_called(entry, name)}: its activations cannot be reached; name a model that runs here")
