"""How the editor is told what to do: the caption that shall be true, alone or in an instruction."""

import random

from transformers import PreTrainedTokenizerFast

from arena.generators.scenes import FAMILIES, Family
from arena.starter.train.tokenizer import caption_tokenizer

INSTRUCTION_TOKENS = 40
"""Longest instruction; the longest caption of the drawn world has half of that."""
INSTRUCTIONS = ("{caption}", "make it show {caption}", "change it to {caption}", "edit the picture so that it shows {caption}")


def instruction(family: Family, side: int, dice: random.Random) -> str:
    """One way to ask for that side of the family."""
    return dice.choice(INSTRUCTIONS).format(caption=dice.choice(family.captions[side]))


def instruction_tokenizer() -> PreTrainedTokenizerFast:
    """Knows the captions of every family and the words around them."""
    captions = [caption for family in FAMILIES.values() for side in family.captions for caption in side]
    tokenizer = caption_tokenizer([*captions, *(template.format(caption="") for template in INSTRUCTIONS)])
    tokenizer.model_max_length = INSTRUCTION_TOKENS
    return tokenizer
