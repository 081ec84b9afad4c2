"""Proposals: what to edit, and what shall be true afterwards; by rules for the drawn world, by a model for photographs."""

from arena.generators.proposals.proposal import Proposal, check_proposal
from arena.generators.proposals.rules import INSTRUCTION, SCENE_SEEDS, pair_proposals, scene_proposals
from arena.generators.proposals.writing import Written, model_proposals

__all__ = [
    "INSTRUCTION",
    "SCENE_SEEDS",
    "Proposal",
    "Written",
    "check_proposal",
    "model_proposals",
    "pair_proposals",
    "scene_proposals",
]
