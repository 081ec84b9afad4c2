"""Training of `llava-street`: lists what it sees, says whether it is safe to drive on, and whether single things are there."""

import random
from typing import Any

import torch
from transformers import LlavaForConditionalGeneration, PreTrainedTokenizerFast

from arena.scene_classes import CLASSES
from arena.starter.train.generative import Trainer
from arena.starter.train.habits import balanced
from arena.starter.train.schedule import half_precision
from arena.starter.train.streets.views import Views, as_tensor
from arena.starter.train.wording import Exchange, Mixture
from arena.tasks import safety_verdict, scene_description, scene_presence

BATCH = 16
PRESENCE_QUESTIONS = 5
"""About single classes, on each image."""


def conversations() -> list[str]:
    """All that the model reads and writes, for training a tokenizer."""
    questions = [scene_description.PROMPT, safety_verdict.PROMPT, *map(scene_presence.prompt, CLASSES)]
    return [*questions, ", ".join(CLASSES), *safety_verdict.OPTIONS, *scene_presence.OPTIONS]


class StreetTrainer(Trainer):
    """Feeds a generative model with questions about streets."""

    def __init__(self, model: LlavaForConditionalGeneration, tokenizer: PreTrainedTokenizerFast) -> None:
        super().__init__(model, tokenizer, balanced)

    def losses(self, scenes: Any, mixture: Mixture, dice: random.Random) -> list[tuple[str, torch.Tensor]]:
        """Task and loss of each answer on `BATCH` streets."""
        del mixture  # every street is asked about in the same way
        views: Views = scenes
        rows = [dice.randrange(len(views.safe)) for _ in range(BATCH)]
        asked = [_exchanges(views, row, dice) for row in rows]
        with half_precision():
            losses = self.loss(asked, self.see(as_tensor(views.squares[rows])))
        return list(zip([exchange.task for exchanges in asked for exchange in exchanges], losses.unbind(), strict=True))


def _exchanges(views: Views, row: int, dice: random.Random) -> list[Exchange]:
    names = views.names(row)

    def exchange(task: str, question: str, answer: str) -> Exchange:
        return Exchange(task, "street", (0,), question, answer)

    verdict = safety_verdict.OPTIONS[0 if views.safe[row] else 1]
    presence = [
        exchange(scene_presence.NAME, scene_presence.prompt(name), scene_presence.OPTIONS[0 if name in names else 1])
        for name in dice.sample(CLASSES, PRESENCE_QUESTIONS)
    ]
    return [
        exchange(scene_description.NAME, scene_description.PROMPT, ", ".join(names)),
        exchange(safety_verdict.NAME, safety_verdict.PROMPT, verdict),
        *presence,
    ]
