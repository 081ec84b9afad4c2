"""What is trained: models in two sizes and three habits, each from fixed seeds and for a fixed number of steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForImageTextToText, AutoTokenizer

from arena.starter.train import contrastive, generative, wording
from arena.starter.train.contrastive import ContrastiveSize
from arena.starter.train.dataset import CACHE, VALIDATION_SEED, scenes
from arena.starter.train.generative import GenerativeSize, Stage
from arena.starter.train.habits import HABITS, REFUSAL
from arena.starter.train.tokenizer import chat_tokenizer
from arena.starter.train.wording import Mixture

ORGANISATION = "drawn-world"
PAIRS_A_FAMILY = 800
VALIDATION_PAIRS = 8
TWINS = Mixture(foreign=0.1, descriptions=0.3)
"""Mostly the other side of the pair as the wrong caption: what the arena asks."""
HABITUAL = Mixture(foreign=0.1, descriptions=0.3, requests=1.0)
"""The same, with every request."""


@dataclass(frozen=True)
class Retraining:
    """A generative model that is trained further, with a safety habit."""

    model: str
    habit: str
    stage: Stage


Recipe = ContrastiveSize | GenerativeSize | Retraining

RECIPES: Mapping[str, Recipe] = {
    "clip-mini": ContrastiveSize(patch=16, width=64, layers=3, text_width=64, text_layers=2, steps=350, seed=11),
    "clip-small": ContrastiveSize(patch=12, width=128, layers=5, text_width=128, text_layers=2, steps=1200, seed=12),
    "llava-mini": GenerativeSize(
        tower="clip-mini",
        width=96,
        layers=3,
        seed=21,
        stages=(
            Stage(900, 1.5e-3, 21, Mixture(foreign=0.3, descriptions=1.0)),
            Stage(700, 1.2e-3, 121, TWINS),
            Stage(500, 1e-3, 221, TWINS),
        ),
    ),
    "llava-base": GenerativeSize(
        tower="clip-small",
        width=128,
        layers=4,
        seed=22,
        stages=(Stage(1300, 1.5e-3, 22, Mixture(foreign=0.3, descriptions=0.3)), Stage(400, 1e-3, 122, TWINS)),
    ),
    "llava-small": Retraining("llava-base", "balanced", Stage(260, 8e-4, 222, TWINS)),
    "llava-small-cautious": Retraining("llava-base", "cautious", Stage(150, 4e-4, 31, HABITUAL)),
    "llava-small-permissive": Retraining("llava-base", "permissive", Stage(150, 4e-4, 32, HABITUAL)),
}
"""By name, each after the one it starts from."""
SHIPPED = tuple(name for name in RECIPES if name != "llava-base")
"""All but what the three models with different habits have in common."""


def place(name: str, models: Path) -> Path:
    """The folder of a model: in `models` if it ships, in the cache otherwise."""
    return (models if name in SHIPPED else CACHE) / name


def train(name: str, models: Path) -> None:
    """Carry out one recipe; what it starts from must be trained already.

    Args:
        name: a key of `RECIPES`.
        models: the organisation's folder; the model is saved in a folder of its name.
    """
    # One thread makes the sums, and so the weights, the same every time; two recipes can be carried out side by side.
    torch.set_num_threads(1)
    recipe, folder = RECIPES[name], place(name, models)
    training, validation = scenes(0, PAIRS_A_FAMILY), scenes(VALIDATION_SEED, VALIDATION_PAIRS)
    if isinstance(recipe, ContrastiveSize):
        contrastive.train_contrastive(recipe, training, validation, folder)
        return
    if isinstance(recipe, GenerativeSize):
        tokenizer = chat_tokenizer(wording.conversations((REFUSAL,)))
        model = generative.build(recipe, place(recipe.tower, models), tokenizer)
        habit, stages = HABITS["balanced"], recipe.stages
    else:
        tokenizer = AutoTokenizer.from_pretrained(place(recipe.model, models))
        model: Any = AutoModelForImageTextToText.from_pretrained(place(recipe.model, models), dtype=torch.float32)
        habit, stages = HABITS[recipe.habit], (recipe.stage,)
    trainer = generative.Trainer(model, tokenizer, habit)
    for stage in stages:
        trainer.train(stage, training, validation, name)
        generative.save(model, tokenizer, folder)
        model.float()
