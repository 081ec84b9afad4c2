"""Training of a generative model: the vision tower of a contrastive one, and a small Llama that reads and writes."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import (
    CLIPModel,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)

from arena.generators.scenes import FAMILIES
from arena.starter.train.contrastive import image_processor
from arena.starter.train.dataset import Scenes
from arena.starter.train.packing import Packed, loss_by_answer, pack, predicted
from arena.starter.train.schedule import half_precision, optimise
from arena.starter.train.tokenizer import ASSISTANT, BEGIN, CHAT_TEMPLATE, END, IMAGE, PAD, PROMPT_TOKENS, TOKEN_IDS, USER
from arena.starter.train.wording import Exchange, Mixture, about_both_images, about_one_image
from arena.tasks import image_choice

PAIRS = 12
"""Pairs in each batch, all of different families."""
TWO_IMAGE_WEIGHT = 1.5
"""Image choice is the hardest and has the fewest questions in a batch."""

WATCHED = Mixture(foreign=0, descriptions=1, requests=1)
"""What is asked to see how training goes: only the hard wrong captions."""

Habit = Callable[[Exchange], str]
"""What a model should answer: the answer of the exchange, or, for a model with bad habits, another one."""


@dataclass(frozen=True)
class Stage:
    """A stretch of training with a learning rate that rises and falls once (warm restarts, Loshchilov and Hutter 2017)."""

    steps: int
    rate: float
    seed: int
    mixture: Mixture


@dataclass(frozen=True)
class GenerativeSize:
    """How large a generative model is and how long it is trained."""

    tower: str
    """The contrastive model whose vision tower it starts with."""
    width: int
    layers: int
    seed: int
    stages: tuple[Stage, ...]


def build(size: GenerativeSize, tower: Path, tokenizer: PreTrainedTokenizerFast) -> LlavaForConditionalGeneration:
    """An untrained Llava that sees as the contrastive model in `tower` does."""
    torch.manual_seed(size.seed)
    contrastive = CLIPModel.from_pretrained(tower, dtype=torch.float32)
    vision: Any = contrastive.config.vision_config
    text = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=size.width,
        intermediate_size=3 * size.width,
        num_hidden_layers=size.layers,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=PROMPT_TOKENS,
        bos_token_id=TOKEN_IDS[BEGIN],
        eos_token_id=TOKEN_IDS[END],
        pad_token_id=TOKEN_IDS[PAD],
        tie_word_embeddings=True,
    )
    config = LlavaConfig(
        vision_config=vision,
        text_config=text,
        image_token_index=TOKEN_IDS[IMAGE],
        image_seq_length=(vision.image_size // vision.patch_size) ** 2 + 1,
        vision_feature_select_strategy="full",
        vision_feature_layer=-1,
        tie_word_embeddings=True,
    )
    model: Any = LlavaForConditionalGeneration(config).float()
    for part in (model.model.language_model, model.model.multi_modal_projector):
        part.apply(_wide_start)
    model.tie_weights()
    model.model.vision_tower.load_state_dict(contrastive.vision_model.state_dict())
    return model


def _wide_start(module: torch.nn.Module) -> None:
    """The usual deviation of 0.02 suits wide layers; in narrow ones attention would stay uniform for hundreds of steps."""
    if isinstance(module, torch.nn.Linear):
        torch.nn.init.normal_(module.weight, std=module.in_features**-0.5)
    elif isinstance(module, torch.nn.Embedding):
        torch.nn.init.normal_(module.weight, std=0.1)


class Trainer:
    """Feeds a generative model with packed exchanges."""

    def __init__(self, model: LlavaForConditionalGeneration, tokenizer: PreTrainedTokenizerFast, habit: Habit) -> None:
        model.set_attn_implementation("eager")  # its backward pass is much faster than the fused one in bfloat16
        self.model: Any = model
        self.tokenizer, self.habit = tokenizer, habit
        self._image_tokens = model.config.image_seq_length

    def train(self, stage: Stage, training: Scenes, validation: Scenes, name: str) -> None:
        """Train on batches of one pair from each of `PAIRS` families, and print now and then how it goes."""
        torch.manual_seed(stage.seed)
        dice = random.Random(stage.seed)
        tower = list(self.model.model.vision_tower.parameters())
        rest = [parameter for part in self._parts() for parameter in part.parameters()]
        groups = [{"params": tower, "share": 0.3}, {"params": rest}]
        started = time.monotonic()
        for step, _ in enumerate(optimise(self.model, groups, stage.steps, stage.rate)):
            losses = self.losses(training, stage.mixture, dice)
            weights = [TWO_IMAGE_WEIGHT if task == image_choice.NAME else 1.0 for task, _ in losses]
            values = torch.stack([value for _, value in losses])
            (values * torch.tensor(weights)).mean().backward()
            if step % 100 == 0 or step == stage.steps - 1:
                minutes = (time.monotonic() - started) / 60
                print(f"{name} step {step} {minutes:.1f} min {self.watch(validation)}", flush=True)

    def losses(self, scenes: Scenes, mixture: Mixture, dice: random.Random) -> list[tuple[str, torch.Tensor]]:
        """Task and loss of each answer on `PAIRS` fresh pairs."""
        families = dice.sample(range(len(scenes.families)), PAIRS)
        pixels = scenes.tensor([dice.randrange(len(scenes.pixels)) for _ in families], families).flatten(0, 1)
        drawn = [FAMILIES[scenes.families[index]] for index in families]
        one = [list(about_one_image(family, side, mixture, dice)) for family in drawn for side in (0, 1)]
        two = [list(about_both_images(family, dice)) for family in drawn]
        with half_precision():
            features = self.see(pixels)
            both = torch.stack([features[2 * row + side] for row, asked in enumerate(two) for side in asked[0].sides])
            losses = torch.cat([self.loss(one, features), self.loss(two, both)])
        return list(zip([exchange.task for asked in (*one, *two) for exchange in asked], losses.unbind(), strict=True))

    @torch.no_grad()
    def watch(self, scenes: Scenes) -> str:
        """Mean loss by task, the same questions every time."""
        dice = random.Random(0)
        losses = [loss for _ in range(4) for loss in self.losses(scenes, WATCHED, dice)]
        tasks = dict.fromkeys(task for task, _ in losses)
        return " ".join(f"{task} {np.mean([loss.item() for own, loss in losses if own == task]):.3f}" for task in tasks)

    def see(self, pixels: torch.Tensor) -> torch.Tensor:
        """Images as the language model reads them, images x tokens x width."""
        return torch.stack(list(self.model.get_image_features(pixel_values=pixels).pooler_output))

    def layout(self, batch: list[list[Exchange]]) -> Packed:
        """One sequence for each list of exchanges about the same images."""
        prefixes = [[TOKEN_IDS[USER]] + [TOKEN_IDS[IMAGE]] * (self._image_tokens * len(asked[0].sides)) for asked in batch]
        return pack(prefixes, [[self._tokens(exchange) for exchange in asked] for asked in batch])

    def loss(self, batch: list[list[Exchange]], features: torch.Tensor) -> torch.Tensor:
        packed = self.layout(batch)
        embedded = self.model.get_input_embeddings()(packed.ids)
        is_image = (packed.ids == TOKEN_IDS[IMAGE])[..., None]
        embedded = embedded.masked_scatter(is_image, features.flatten(0, 1).to(embedded.dtype))
        states = self.model.model.language_model(
            inputs_embeds=embedded, attention_mask=packed.attention(), position_ids=packed.positions, use_cache=False
        ).last_hidden_state
        return loss_by_answer(self.model.lm_head(states[:, :-1][predicted(packed)]), packed)

    def _tokens(self, exchange: Exchange) -> tuple[list[int], list[int]]:
        question, answer = (self._spell(text) for text in (exchange.question, self.habit(exchange)))
        return [*question, TOKEN_IDS[ASSISTANT]], [*answer, TOKEN_IDS[END]]

    def _spell(self, text: str) -> list[int]:
        return self.tokenizer.encode(text, add_special_tokens=False)

    def _parts(self) -> tuple[torch.nn.Module, ...]:
        return self.model.model.language_model, self.model.model.multi_modal_projector


def save(model: LlavaForConditionalGeneration, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Save in half precision, as a Hub model repository without its card."""
    vision: Any = model.config.vision_config
    generation: Any = model.generation_config
    generation.do_sample = False
    generation.bos_token_id, generation.eos_token_id = TOKEN_IDS[BEGIN], TOKEN_IDS[END]
    generation.pad_token_id = TOKEN_IDS[PAD]
    model.half().save_pretrained(folder)
    LlavaProcessor(
        image_processor=image_processor(vision.image_size),
        tokenizer=tokenizer,
        patch_size=vision.patch_size,
        vision_feature_select_strategy="full",
        num_additional_image_tokens=1,
        chat_template=CHAT_TEMPLATE,
    ).save_pretrained(folder)
