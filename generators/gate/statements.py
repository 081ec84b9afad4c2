"""Statements that say nothing of what an edit was to change, and so must get the same answer before and after it."""

import numpy as np
from numpy.typing import NDArray

from arena.generators.scenes import FAMILIES
from arena.models.contrastive import ContrastiveModel
from arena.pairs import MinimalPair

ASKED = 2
"""Statements that are asked about a pair."""


def foreign_statements(pair: MinimalPair) -> list[str]:
    """What the captions of other drawn families say; none for a pair that is not drawn, of which they may be true."""
    if pair.family not in FAMILIES:
        return []
    others = [family for family in FAMILIES.values() if family.name != pair.family]
    return [captions[0] for family in others for captions in family.captions]


def caption_rise(scorer: ContrastiveModel, pair: MinimalPair, edited: int, statements: list[str]) -> float | None:
    """How much more the edited side's caption rises than any statement, in its fit from the source to the edited image.

    Returns:
        A difference of logits; None without statements. Below 0, something else was painted more than what was asked for.
    """
    if not statements:
        return None
    own, *others = _rises(scorer, pair, edited, [pair.sides[edited].caption, *statements])
    return float(own - np.max(others))


def most_tempting(
    scorer: ContrastiveModel, pair: MinimalPair, edited: int, statements: list[str], count: int = ASKED
) -> list[str]:
    """The statements whose fit rises most: what may have been painted, if it is not what was asked for."""
    if len(statements) <= count:
        return statements
    return [statements[place] for place in np.argsort(-_rises(scorer, pair, edited, statements), kind="stable")[:count]]


def _rises(scorer: ContrastiveModel, pair: MinimalPair, edited: int, captions: list[str]) -> NDArray[np.float64]:
    """How much better each caption fits the edited image than the source."""
    logits = np.array(scorer.logits([side.picture for side in pair.sides], captions))
    return logits[edited] - logits[1 - edited]
