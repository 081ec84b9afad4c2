"""Train the models for drawn streets: a contrastive one, a generative one that sees as it does, and a segmenter. Write cards.

python -m starter.train.streets [all | clip-street llava-street segformer-street]
"""

import argparse
from pathlib import Path

import torch

from arena.resources import resource
from arena.starter.train import generative
from arena.starter.train.contrastive import ContrastiveSize
from arena.starter.train.dataset import VALIDATION_SEED
from arena.starter.train.generative import GenerativeSize, Stage
from arena.starter.train.streets.cards import write_cards
from arena.starter.train.streets.contrastive import train_contrastive
from arena.starter.train.streets.generative import StreetTrainer, conversations
from arena.starter.train.streets.segmenter import train_segmenter
from arena.starter.train.streets.views import Views, views
from arena.starter.train.tokenizer import chat_tokenizer
from arena.starter.train.wording import Mixture

MODELS = resource("starter/street_models/drawn-streets")
NAMES = ("clip-street", "llava-street", "segformer-street")
STREETS, VALIDATION_STREETS = 3000, 100
CLIP = ContrastiveSize(patch=16, width=128, layers=5, text_width=64, text_layers=2, steps=1200, seed=51)
EVEN = Mixture(foreign=0, descriptions=1)
LLAVA = GenerativeSize(tower="clip-street", width=96, layers=3, seed=52, stages=(Stage(900, 1.5e-3, 52, EVEN),))
SEGMENTER_STEPS, SEGMENTER_SEED = 1500, 53


def train(name: str, models: Path, training: Views, validation: Views) -> None:
    """Train one of `NAMES`; what it starts from must be there already."""
    folder = models / name
    if name == "clip-street":
        train_contrastive(CLIP, training, validation, folder)
    elif name == "llava-street":
        tokenizer = chat_tokenizer(conversations())
        trainer = StreetTrainer(generative.build(LLAVA, models / LLAVA.tower, tokenizer), tokenizer)
        for stage in LLAVA.stages:
            trainer.train(stage, training, validation, name)  # pyright: ignore[reportArgumentType] - streets, for its own losses
        generative.save(trainer.model, tokenizer, folder)
    else:
        train_segmenter(SEGMENTER_STEPS, SEGMENTER_SEED, training, validation, folder)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m starter.train.streets", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="+", choices=["all", *NAMES], metavar="NAME", help=", ".join(["all", *NAMES]))
    parser.add_argument("--models", type=Path, default=MODELS, help="where models are saved (default: %(default)s)")
    parser.add_argument("--cards-only", action="store_true", help="train nothing, score what is there and write the cards")
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # sums, and so weights, are then the same every time
    if not arguments.cards_only:
        training, validation = views(0, STREETS), views(VALIDATION_SEED, VALIDATION_STREETS)
        for name in NAMES:
            if name in arguments.names or "all" in arguments.names:
                train(name, arguments.models, training, validation)
    write_cards(arguments.models, STREETS)


if __name__ == "__main__":
    main()
