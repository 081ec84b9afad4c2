"""The recipe of the editor that ships: sizes, steps and seeds; what has them all makes the same weights on the same machine."""

from pathlib import Path

import torch

from arena.starter.train.dataset import VALIDATION_SEED
from arena.starter.train.editor import autoencoder, training
from arena.starter.train.editor.crops import crops
from arena.starter.train.editor.wording import instruction_tokenizer

SCENES_A_FAMILY = 500
AUTOENCODER_STEPS, AUTOENCODER_RATE, AUTOENCODER_SEED = 1300, 2e-3, 41
EDITOR_STEPS, EDITOR_RATE, EDITOR_SEED = 2600, 1e-3, 42


def train(folder: Path) -> None:
    """Draw, train the autoencoder and then the editor, and save the pipeline without its card."""
    torch.set_num_threads(1)  # sums, and so weights, are then the same every time
    drawn = crops(0, SCENES_A_FAMILY)
    kept = autoencoder.train(drawn, AUTOENCODER_STEPS, AUTOENCODER_RATE, AUTOENCODER_SEED, folder / "vae")
    print(f"autoencoder restores unseen squares to {autoencoder.restoration(kept, crops(VALIDATION_SEED, 4)):.1f} dB")
    tokenizer = instruction_tokenizer()
    trainer = training.Trainer(autoencoder.encode(kept, drawn), drawn.families, tokenizer, EDITOR_SEED)
    trainer.train(EDITOR_STEPS, EDITOR_RATE)
    training.save(trainer, kept, tokenizer, folder)
