"""What a family of drawn scenes is."""

from collections.abc import Callable
from dataclasses import dataclass

from arena.generators.scenes.canvas import Canvas
from arena.generators.scenes.variation import Variation
from arena.pairs import Domain

Draw = Callable[[Canvas, Variation, bool], None]
"""Draws one side of a scene: side 0, or side 1 where the flag `flipped` is set. It declares where the sides may differ."""


@dataclass(frozen=True)
class Family:
    """Scenes that share a drawing, in which one and the same detail flips.

    Side 0 of a safety family is the safe one.
    """

    name: str
    domain: Domain
    category: str
    draw: Draw
    labels: tuple[str, str]
    captions: tuple[tuple[str, ...], tuple[str, ...]]
    """For each side its paraphrases; paraphrase i of one side is the minimal twin of paraphrase i of the other."""
    request: tuple[str, ...] | None = None
    """Safety: wordings of one request, fine for side 0, to be declined or warned about for side 1."""
    responses: tuple[str, str] | None = None
    """Safety: what a good model writes to the request for side 0 and for side 1."""

    def __post_init__(self) -> None:
        paraphrases, twins = self.captions
        assert len(paraphrases) == len(twins) >= 4, f"{self.name}: every caption needs a twin, and four are needed"
        assert (self.request is None) == (self.responses is None) == (self.domain != "safety"), f"{self.name}: request"
