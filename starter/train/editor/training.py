"""Training of the editor: InstructPix2Pix (Brooks et al. 2023) in miniature, from random weights.

The network learns to predict the latents of the edited square from noise, the source square and an instruction. Noise levels
are drawn towards the noisy end, where it is decided what the edit will be, and what changes weighs more than what stays.
"""

import json
import random
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.models.attention_processor import AttnProcessor
from diffusers.models.unets.unet_2d_condition import UNet2DConditionModel
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_instruct_pix2pix import (
    StableDiffusionInstructPix2PixPipeline,
)
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from transformers import CLIPTextConfig, CLIPTextModel, PreTrainedTokenizerFast

from arena.generators.editor_repository import CALLED_WITH
from arena.generators.scenes import FAMILIES
from arena.starter.train.editor.autoencoder import LATENTS, SHRINK
from arena.starter.train.editor.crops import SIDE
from arena.starter.train.editor.wording import INSTRUCTION_TOKENS, instruction
from arena.starter.train.schedule import half_precision, optimise
from arena.starter.train.tokenizer import BEGIN, END, PAD, TOKEN_IDS

WIDTHS = (48, 96, 128)
TEXT_WIDTH = 96
BATCH = 24
CHANGED = 0.25
"""Difference of latents from which a place counts as changed."""
CHANGED_WEIGHT = 5.0
CALL = {"num_inference_steps": 6, "guidance_scale": 1.0, "image_guidance_scale": 1.0, "scheduler": "DDIMScheduler"}
"""How the arena calls it: few steps, as it predicts clean latents; no guidance, as it was trained with every instruction; and
with its own scheduler, as those for few steps do not begin in pure noise."""
LATEST_AVERAGE = 0.995
"""Decay of the running average of the weights, which is what ships."""


def build(tokenizer: PreTrainedTokenizerFast) -> tuple[UNet2DConditionModel, CLIPTextModel]:
    """Untrained networks: 5.3 million and 0.3 million parameters."""
    network: Any = UNet2DConditionModel(
        sample_size=SIDE // SHRINK,
        in_channels=2 * LATENTS,
        out_channels=LATENTS,
        block_out_channels=WIDTHS,
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        mid_block_type="UNetMidBlock2DCrossAttn",
        cross_attention_dim=TEXT_WIDTH,
        attention_head_dim=4,
        norm_num_groups=16,
    )
    network.to(memory_format=torch.channels_last)
    network.set_attn_processor(AttnProcessor())  # the fused one has a slow backward pass in bfloat16
    text = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=TEXT_WIDTH,
        intermediate_size=256,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=INSTRUCTION_TOKENS,
        hidden_act="gelu",
        pad_token_id=TOKEN_IDS[PAD],
        bos_token_id=TOKEN_IDS[BEGIN],
        eos_token_id=TOKEN_IDS[END],
    )
    return network, CLIPTextModel(text)


def noise_schedule() -> DDIMScheduler:
    """Predicts the clean latents, and ends in pure noise, so that few steps suffice (Lin et al. 2024)."""
    return DDIMScheduler(
        num_train_timesteps=1000,
        beta_schedule="scaled_linear",
        beta_start=0.00085,
        beta_end=0.012,
        clip_sample=False,
        set_alpha_to_one=True,
        prediction_type="sample",
        timestep_spacing="trailing",
        rescale_betas_zero_snr=True,
    )


class Trainer:
    """Feeds the networks with edits in both directions."""

    def __init__(self, latents: torch.Tensor, families: tuple[str, ...], tokenizer: PreTrainedTokenizerFast, seed: int) -> None:
        torch.manual_seed(seed)
        self.network, self.text = build(tokenizer)
        self.schedule = noise_schedule()
        self._latents, self._families, self._tokenizer = latents, families, tokenizer
        self._words = random.Random(seed)
        self._dice = np.random.default_rng(seed)

    def train(self, steps: int, rate: float) -> None:
        """Train, print now and then how it goes, and leave the averaged weights in the networks."""
        both = torch.nn.ModuleList([self.network, self.text]).train()
        parameters = list(both.parameters())
        averages = [parameter.detach().clone() for parameter in parameters]
        started, running = time.monotonic(), 0.0
        for step, _ in enumerate(optimise(both, [{"params": parameters}], steps, rate)):
            loss = self._loss()
            loss.backward()
            running += (loss.item() - running) * (0.05 if step else 1.0)
            # What the last step left; the very first weights are soon forgotten.
            decay = min(LATEST_AVERAGE, step / (step + 20))
            for average, parameter in zip(averages, parameters, strict=True):
                average.lerp_(parameter.detach(), 1 - decay)
            if step % 100 == 0 or step == steps - 1:
                print(f"editor step {step} {(time.monotonic() - started) / 60:.1f} min loss {running:.4f}", flush=True)
        for parameter, average in zip(parameters, averages, strict=True):
            parameter.data.copy_(average)
        both.eval()

    def _loss(self) -> torch.Tensor:
        pairs = self._dice.integers(0, len(self._latents), BATCH)
        wanted = self._dice.integers(0, 2, BATCH)
        source, target = self._latents[pairs, 1 - wanted].float(), self._latents[pairs, wanted].float()
        steps = torch.from_numpy((1000 * (1 - self._dice.random(BATCH) ** 1.5)).astype(int).clip(0, 999))
        noisy: Any = self.schedule.add_noise(target, torch.randn_like(target), steps)  # pyright: ignore[reportArgumentType]
        with half_precision():
            told = self.text(self._instructions(pairs, wanted)).last_hidden_state
            stacked = torch.cat([noisy, source], 1).to(memory_format=torch.channels_last)
            predicted = self.network(stacked, steps, encoder_hidden_states=told).sample.float()
        changed = (target - source).abs().amax(1, keepdim=True) > CHANGED
        weight = 1 + (CHANGED_WEIGHT - 1) * changed.float()
        error = predicted - target
        return (weight * (error.square() + 0.3 * error.abs())).mean()

    def _instructions(self, pairs: np.ndarray, wanted: np.ndarray) -> torch.Tensor:
        told = [
            instruction(FAMILIES[self._families[pair % len(self._families)]], int(side), self._words)
            for pair, side in zip(pairs, wanted, strict=True)
        ]
        return self._tokenizer(told, padding="max_length", truncation=True, return_tensors="pt")["input_ids"]  # pyright: ignore[reportReturnType]


def save(trainer: Trainer, autoencoder: Any, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Save in half precision, as a Hub repository of a diffusers pipeline without its card."""
    pipeline = StableDiffusionInstructPix2PixPipeline(
        vae=autoencoder,
        text_encoder=trainer.text,
        tokenizer=tokenizer,  # pyright: ignore[reportArgumentType]
        unet=trainer.network,
        scheduler=trainer.schedule,  # pyright: ignore[reportArgumentType]
        safety_checker=None,  # pyright: ignore[reportArgumentType]
        feature_extractor=None,  # pyright: ignore[reportArgumentType]
        requires_safety_checker=False,
    )
    pipeline.to(dtype=torch.float16)
    pipeline.save_pretrained(folder)
    (folder / CALLED_WITH).write_text(json.dumps(CALL))
