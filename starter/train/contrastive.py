"""Training of a contrastive model: images and captions in one space, twins pushed apart."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional
from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPProcessor, PreTrainedTokenizerFast

from arena.generators.scenes import FAMILIES
from arena.starter.train import wording
from arena.starter.train.dataset import IMAGE_SIZE, Scenes
from arena.starter.train.schedule import half_precision, optimise
from arena.starter.train.tokenizer import BEGIN, CAPTION_TOKENS, END, PAD, TOKEN_IDS, caption_tokenizer

PAIRS_A_FAMILY = 2
"""Pairs of every family in each batch."""
RATE = 1e-3
LARGEST_SCALE = 50.0


@dataclass(frozen=True)
class ContrastiveSize:
    """How large a contrastive model is and how long it is trained."""

    patch: int
    width: int
    layers: int
    text_width: int
    text_layers: int
    steps: int
    seed: int


def train_contrastive(size: ContrastiveSize, training: Scenes, validation: Scenes, folder: Path) -> None:
    """Train a CLIP from scratch and save it, in half precision, as a Hub model repository without its card.

    Args:
        size: what to build and for how long to train it.
        training: the pairs to learn from.
        validation: pairs to watch the training on; nothing is chosen by them.
        folder: where to save.
    """
    torch.manual_seed(size.seed)
    dice = np.random.default_rng(size.seed)
    tokenizer = caption_tokenizer(wording.captions())
    model = CLIPModel(configuration(size, tokenizer, IMAGE_SIZE))
    model.set_attn_implementation("eager")  # its backward pass is three times as fast as the fused one in bfloat16
    started = time.monotonic()
    for step, _ in enumerate(optimise(model, [{"params": list(model.parameters())}], size.steps, RATE)):
        families = np.tile(np.arange(len(training.families)), PAIRS_A_FAMILY)
        pixels = training.tensor(dice.integers(len(training.pixels), size=len(families)), families)
        captions = [dice.choice(side) for name in training.families for side in FAMILIES[name].captions]
        with half_precision():
            images = embed_images(model, pixels.flatten(0, 1))
            texts = embed_captions(model, tokenizer, captions)
        scale = model.logit_scale.exp().clamp(max=LARGEST_SCALE)
        loss = contrastive_loss(images.view(PAIRS_A_FAMILY, -1, 2, images.shape[-1]), texts.view(-1, 2, texts.shape[-1]), scale)
        loss.backward()
        if step % 100 == 0 or step == size.steps - 1:
            score = group_score(model, tokenizer, validation)
            minutes = (time.monotonic() - started) / 60
            print(f"{folder.name} step {step} {minutes:.1f} min loss {loss.item():.3f} group {score:.3f}", flush=True)
    save(model, tokenizer, folder)


def contrastive_loss(images: torch.Tensor, captions: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    """Cross-entropy of images over all captions, of captions over all images, and between twins in both directions.

    Twins as explicit hard negatives follow NegCLIP (Yuksekgonul et al. 2023).

    Args:
        images: unit vectors, pairs a family x families x 2 sides x dimensions.
        captions: unit vectors, families x 2 sides x dimensions.
        scale: what similarities are multiplied by.
    """
    rounds, families = images.shape[:2]
    logits = scale * images.flatten(0, 2) @ captions.flatten(0, 1).T
    target = torch.arange(families * 2).repeat(rounds)
    by_image = functional.cross_entropy(logits, target)
    is_own = functional.one_hot(target, families * 2).bool().T
    by_caption = -logits.T.log_softmax(1).masked_fill(~is_own, float("-inf")).logsumexp(1).mean()
    twins = scale * torch.einsum("rfid,fcd->rfic", images, captions).flatten(0, 1)
    matching = torch.arange(2).expand(len(twins), 2)
    between_twins = functional.cross_entropy(twins.transpose(1, 2), matching) + functional.cross_entropy(twins, matching)
    return by_image + by_caption + between_twins


def embed_images(model: CLIPModel, pixels: torch.Tensor) -> torch.Tensor:
    """Unit vectors of images, images x dimensions."""
    features: Any = model.get_image_features(pixel_values=pixels)
    return functional.normalize(features.pooler_output.float(), dim=-1)


def embed_captions(model: CLIPModel, tokenizer: PreTrainedTokenizerFast, captions: list[str]) -> torch.Tensor:
    """Unit vectors of captions, captions x dimensions."""
    tokens = tokenizer([str(caption) for caption in captions], padding=True, return_tensors="pt", return_token_type_ids=False)
    features: Any = model.get_text_features(**tokens)
    return functional.normalize(features.pooler_output.float(), dim=-1)


@torch.no_grad()
def group_score(model: CLIPModel, tokenizer: PreTrainedTokenizerFast, scenes: Scenes) -> float:
    """Share of pairs in which each image is closest to its caption and each caption to its image (Thrush et al. 2022)."""
    families = np.arange(len(scenes.families))
    right = []
    for scene in range(len(scenes.pixels)):
        drawn = [FAMILIES[name] for name in scenes.families]
        captions = [side[scene % len(side)] for family in drawn for side in family.captions]
        with half_precision():
            images = embed_images(model, scenes.tensor([scene] * len(families), families).flatten(0, 1))
            texts = embed_captions(model, tokenizer, captions)
        score = torch.einsum("fid,fcd->fic", images.view(-1, 2, images.shape[-1]), texts.view(-1, 2, texts.shape[-1]))
        own, other = score.diagonal(dim1=1, dim2=2), score.flip(2).diagonal(dim1=1, dim2=2)
        right.append(((own > other) & (own > other.flip(1))).all(1))
    return torch.cat(right).float().mean().item()


def image_processor(side: int) -> CLIPImageProcessor:
    """Shrinks any image to a square of `side` pixels, in values from -1 to 1."""
    square = {"height": side, "width": side}
    half = [0.5, 0.5, 0.5]
    return CLIPImageProcessor(size=square, crop_size=square, do_center_crop=False, resample=3, image_mean=half, image_std=half)


def save(model: CLIPModel, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    vision: Any = model.config.vision_config
    model.half().save_pretrained(folder)
    CLIPProcessor(image_processor=image_processor(vision.image_size), tokenizer=tokenizer).save_pretrained(folder)


def configuration(size: ContrastiveSize, tokenizer: PreTrainedTokenizerFast, image_size: int) -> CLIPConfig:
    """Of an untrained model that sees squares of `image_size` pixels."""
    shared = {"hidden_act": "gelu", "num_attention_heads": 4, "projection_dim": 128}
    text = {
        "vocab_size": len(tokenizer),
        "hidden_size": size.text_width,
        "intermediate_size": 3 * size.text_width,
        "num_hidden_layers": size.text_layers,
        "max_position_embeddings": CAPTION_TOKENS,
        "pad_token_id": TOKEN_IDS[PAD],
        "bos_token_id": TOKEN_IDS[BEGIN],
        "eos_token_id": TOKEN_IDS[END],
    }
    vision = {
        "image_size": image_size,
        "patch_size": size.patch,
        "hidden_size": size.width,
        "intermediate_size": 3 * size.width,
        "num_hidden_layers": size.layers,
    }
    return CLIPConfig(projection_dim=128, text_config=text | shared, vision_config=vision | shared)
