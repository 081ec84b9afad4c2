"""Trainers of TRL for vision-language models, with the settings that work for those. Imports take seconds.

Nothing is cut (`max_length=None`): the tokens of an image stand inside the prompt, and a cut could go through them (TRL, *SFT
Trainer* and *DPO Trainer*, sections on vision-language models).
"""

import copy
import math
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset, concatenate_datasets, disable_progress_bars
from peft import LoraConfig, PeftModel
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from trl.trainer.dpo_config import DPOConfig
from trl.trainer.dpo_trainer import DPOTrainer
from trl.trainer.sft_config import SFTConfig
from trl.trainer.sft_trainer import SFTTrainer

from arena.tuning.data_set import REPLIES, TRAINED, rows_file
from arena.tuning.shuffled_labels import shuffled_columns
from arena.tuning.tuned import LEARNS_FROM, Recipe, Watch

RANK = 8
"""Of adapters, on every linear layer but the last (Hu et al. 2021, arXiv 2106.09685)."""
CHECKPOINTS = 10
"""How often the state is kept in the course of a training."""


class _Local(Trainer):
    """What is ours in both trainers."""

    def _send_telemetry(self) -> None:
        """The arena tells nobody what is trained here."""

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        """Load weights as everywhere: stock code looks for the names that they have in memory, and those of many models have
        others on disk, so that it would go on from the weights of the base and say nothing (transformers, issue 43701).
        """
        wanted: Any = model or self.model
        if isinstance(wanted, PeftModel):
            super()._load_from_checkpoint(resume_from_checkpoint, model)
            return
        kept = type(wanted).from_pretrained(resume_from_checkpoint, dtype=wanted.dtype, local_files_only=True)
        wanted.load_state_dict(kept.state_dict())


class _Sft(_Local, SFTTrainer):
    pass


class _Dpo(_Local, DPOTrainer):
    pass


class _Progress(TrainerCallback):
    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        del args, control, kwargs
        losses = (entry["loss"] for entry in reversed(state.log_history) if "loss" in entry)
        self._watch(state.global_step, state.max_steps, next(losses, None))

    def on_log(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """What has come apart does not come together again, so the rest of the time is saved."""
        del args, kwargs
        control.should_training_stop |= not math.isfinite(state.log_history[-1].get("loss", 0.0))


def training_rows(folder: Path, recipe: Recipe, cache: Path) -> Dataset:
    """The rows of a data set, as TRL reads them: the columns of what is asked and of the replies.

    Args:
        folder: of the data set.
        recipe: says which replies, and whether they are shuffled.
        cache: folder for what `datasets` makes of them.
    """
    disable_progress_bars()
    rows = Dataset.from_parquet(str(rows_file(folder)), cache_dir=str(cache))
    assert isinstance(rows, Dataset)
    replies = list(REPLIES[LEARNS_FROM[recipe.method]])
    if not recipe.shuffled:
        return rows.select_columns([*TRAINED, *replies])
    columns = {name: list(rows[name]) for name in replies}
    shuffled = shuffled_columns(columns, list(rows["family"]), recipe.seed)
    features = rows.select_columns(replies).features
    return concatenate_datasets([rows.select_columns(list(TRAINED)), Dataset.from_dict(shuffled, features)], axis=1)


def make_trainer(
    model: Any, processor: Any, rows: Dataset, recipe: Recipe, folder: Path, watch: Watch, *, device: str
) -> SFTTrainer | DPOTrainer:
    """What tunes a model in memory.

    Args:
        model: with float32 weights; it is changed.
        processor: of the model.
        rows: by `training_rows`.
        recipe: how.
        folder: for checkpoints.
        watch: told of each step.
        device: torch device.
    """
    settings = _settings(recipe, folder, len(rows), device)
    common: dict[str, Any] = {
        "model": model,
        "train_dataset": rows,
        "processing_class": processor,
        "callbacks": [_Progress(watch)],
        "peft_config": LoraConfig(r=RANK, lora_alpha=2 * RANK, target_modules="all-linear") if recipe.lora else None,
    }
    if recipe.method == "sft":
        trainer = _Sft(args=SFTConfig(**settings), **common)
    else:
        reference = None if recipe.lora else copy.deepcopy(model)
        trainer = _Dpo(args=DPOConfig(beta=recipe.beta, **settings), ref_model=reference, **common)
    trainer.remove_callback(PrinterCallback)
    return trainer


def _settings(recipe: Recipe, folder: Path, rows: int, device: str) -> dict[str, Any]:
    """What both methods are told alike."""
    steps = -(-rows // recipe.batch) * recipe.epochs
    return {
        "output_dir": str(folder),
        "num_train_epochs": recipe.epochs,
        "learning_rate": recipe.learning_rate,
        "per_device_train_batch_size": recipe.batch,
        "seed": recipe.seed,
        "use_cpu": device == "cpu",
        "bf16": device != "cpu" and torch.cuda.is_bf16_supported(),
        "gradient_checkpointing": device != "cpu",  # memory is what a GPU lacks, time what a CPU does
        "max_length": None,
        "pad_to_multiple_of": None,
        "remove_unused_columns": False,
        "logging_steps": 1,
        "logging_nan_inf_filter": False,  # it would show a training that came apart as one whose loss is 0
        "save_steps": max(1, round(steps / CHECKPOINTS)),
        "save_total_limit": 1,
        "report_to": "none",
        "disable_tqdm": True,
        "dataloader_pin_memory": device != "cpu",
    }
