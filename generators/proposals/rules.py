"""Rules over the drawn world, where every side of a scene has its twin: the twin's caption is what shall become true."""

import random
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import cycle, islice
from typing import Literal

from arena.errors import InputError
from arena.generators.framing import WHOLE
from arena.generators.proposals.proposal import Proposal
from arena.generators.scenes import FAMILIES, draw_pair
from arena.pairs import MinimalPair

INSTRUCTION = "make it show {caption}"
"""The editor that ships was trained on these words, among others."""
SCENE_SEEDS = range(2**31, 2**32)
"""Above the seeds of training, of the frozen suite, and of the pairs that battles draw: no model has seen these scenes."""

SCENES_IN_MEMORY = 128
"""Scenes that are not drawn anew when they are proposed again, as they are with every event of a page."""


def scene_proposals(first_seed: int, count: int) -> Iterator[Proposal]:
    """Scenes drawn for the purpose, one side of each at random as the source; families take turns.

    Args:
        first_seed: number of the first scene; the same number gives the same proposal.
        count: how many scenes.

    Raises:
        InputError: there are no scenes with these numbers.
    """
    if first_seed < 0 or count < 0 or first_seed + count > len(SCENE_SEEDS):
        raise InputError(
            f"seed: {first_seed} with {count} scenes is out of range; scenes are numbered 0 to {len(SCENE_SEEDS) - 1}"
        )
    return _drawn(first_seed, count)


def _drawn(first_seed: int, count: int) -> Iterator[Proposal]:
    families = islice(cycle(FAMILIES), first_seed % len(FAMILIES), None)
    for seed, family in zip(SCENE_SEEDS[first_seed : first_seed + count], families, strict=False):
        yield _scene(family, seed)


@lru_cache(SCENES_IN_MEMORY)
def _scene(family: str, seed: int) -> Proposal:
    pair = draw_pair(family, seed)
    return _towards_the_other_side(pair, {"proposed_by": "scenes", "scene_seed": str(seed), **pair.provenance.details})


def pair_proposals(pairs: Iterable[MinimalPair], side: Literal[0, 1] | None = None) -> Iterator[Proposal]:
    """One side of each known pair as the source, by default at random; of pairs that ask the same, only the first."""
    met = set()
    for pair in pairs:
        proposal = _towards_the_other_side(pair, {"proposed_by": "pairs", "pair": pair.id}, side)
        if proposal.key not in met:
            met.add(proposal.key)
            yield proposal


def _towards_the_other_side(pair: MinimalPair, origin: dict[str, str], side: Literal[0, 1] | None = None) -> Proposal:
    side = random.Random(f"{pair.id}-source").choice((0, 1)) if side is None else side
    source, wanted = pair.sides[side], pair.sides[1 - side]
    return Proposal(
        source=source.picture,
        source_caption=source.caption,
        source_label=source.label,
        caption=wanted.caption,
        label=wanted.label,
        instruction=INSTRUCTION.format(caption=wanted.caption),
        region=pair.region or WHOLE,
        family=pair.family,
        domain=pair.domain,
        category=pair.category,
        request=pair.request,
        origin=origin,
        side=side,
    )
