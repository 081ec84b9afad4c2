"""What makes the other side of a pair: an editor, or the drawing of a scene."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import cycle, islice
from typing import TYPE_CHECKING, Protocol

from arena import __version__
from arena.errors import InputError
from arena.generation.orders import Order, Tool
from arena.generators.proposals import SCENE_SEEDS, Proposal, pair_proposals
from arena.generators.proposals.rules import SCENES_IN_MEMORY
from arena.generators.scenes import FAMILIES, draw_pair

if TYPE_CHECKING:
    from arena.generators.edits import Edit, Editor, Preview

# Diffusers takes seconds to import, and pages that only review need none of it.
# ruff: noqa: PLC0415

DRAWN_SEEDS = range(SCENE_SEEDS.stop, 2 * SCENE_SEEDS.stop)
"""Above those of scenes that editors get, so that no drawn pair shows the answer to an edit."""


class Maker(Protocol):
    """Carries out orders."""

    tool: Tool

    def make(self, orders: Sequence[Order], preview: "Preview | None" = None) -> "list[Edit]":
        """One edit an order, in order.

        Raises:
            EditorError: it cannot; where one order is to blame, the others may be tried alone.
        """
        ...


class EditorMaker:
    """Makes pairs by a diffusers pipeline."""

    def __init__(self, editor: "Editor") -> None:
        report = editor.report
        self.tool = Tool(report.kind.pipeline, report.repository, report.revision, report.arguments)
        self._editor = editor

    def make(self, orders: Sequence[Order], preview: "Preview | None" = None) -> "list[Edit]":
        """One edit an order; all orders want the same strength."""
        from arena.generators.edits import EditRequest

        requests = [
            EditRequest(one.proposal.source, one.proposal.instruction, one.proposal.caption, one.seed, one.proposal.region)
            for one in orders
        ]
        return self._editor.edit(requests, strength=orders[0].strength, preview=preview)


class Drawing:
    """Makes pairs by drawing both sides: they need no editor, and their captions hold by construction."""

    tool = Tool("drawn", "", f"arena {__version__}")

    def make(self, orders: Sequence[Order], preview: "Preview | None" = None) -> "list[Edit]":  # noqa: ARG002 - there are no steps
        """One pair an order, of the scene that its proposal names."""
        return [self._draw(order.proposal) for order in orders]

    def _draw(self, proposal: Proposal) -> "Edit":
        from arena.generators.edits import Edit

        drawn = draw_pair(proposal.family, int(proposal.origin["scene_seed"]))
        return Edit(drawn.sides[proposal.side].picture, drawn.sides[1 - proposal.side].picture)


def drawn_proposals(first: int, count: int) -> Iterator[Proposal]:
    """Scenes to draw on both sides; families take turns.

    Args:
        first: number of the first scene; the same number gives the same scene.
        count: how many scenes.

    Raises:
        InputError: there are no scenes with these numbers.
    """
    if first < 0 or first + count > len(DRAWN_SEEDS):
        raise InputError(f"seed: {first} with {count} scenes is out of range; scenes are numbered 0 to {len(DRAWN_SEEDS) - 1}")
    return _drawn(first, count)


def _drawn(first: int, count: int) -> Iterator[Proposal]:
    families = islice(cycle(FAMILIES), first % len(FAMILIES), None)
    for seed, family in zip(DRAWN_SEEDS[first : first + count], families, strict=False):
        yield _scene(family, seed)


@lru_cache(SCENES_IN_MEMORY)
def _scene(family: str, seed: int) -> Proposal:
    (proposal,) = pair_proposals([draw_pair(family, seed)])
    return replace(proposal, origin={"proposed_by": "drawing", "scene_seed": str(seed)})
