"""Makers and judges for tests: real ones that count, and fail where they are told to."""

from collections.abc import Sequence

from PIL import Image

from arena.errors import EditorError
from arena.generation.makers import Drawing, Maker, drawn_proposals
from arena.generation.orders import Order
from arena.generators.edits import Edit, Preview
from arena.generators.gate import Candidate, GateReport, GateScore
from arena.generators.gate.duplicates import nearest, perceptual_hash
from arena.generators.proposals import Proposal
from arena.images import Picture, picture_from_pixels
from arena.pairs import MinimalPair


class Lenient:
    """Judges by the duplicate check of the gate alone; and fails on pairs with a caption that it is told."""

    def __init__(self) -> None:
        self.fails_on: set[str] = set()
        self.seen: list[Candidate] = []

    def judge(self, candidates: Sequence[Candidate]) -> list[GateReport]:
        if any(side.caption in self.fails_on for one in candidates for side in one.pair.sides):
            raise RuntimeError("no such layer\nand more lines")
        self.seen += candidates
        return [self._report(candidate) for candidate in candidates]

    def _report(self, candidate: Candidate) -> GateReport:
        edited = candidate.pair.sides[candidate.edited].picture.pixels()
        bits = nearest(perceptual_hash(edited), candidate.known_hashes)
        passed = bits is None or bits > 0
        score = GateScore("near_duplicate", bits, 1, None, passed, f"{bits} bits")
        return GateReport((score,), "test-1", passed, ("people/scorer", "people/checker"))


class Counting:
    """A maker that notes what it is asked, and fails on orders of families that it is told, alone or in company."""

    def __init__(self, maker: Maker | None = None) -> None:
        self._maker = maker or Drawing()
        self.tool = self._maker.tool
        self.fails_on: set[str] = set()
        self.changes_nothing_of: set[str] = set()
        self.made: list[str] = []

    def make(self, orders: Sequence[Order], preview: Preview | None = None) -> list[Edit]:
        broken = [order.id for order in orders if order.proposal.family in self.fails_on]
        if broken:
            raise EditorError(f"{broken[0]}: not enough memory for one edit; use a smaller editor")
        self.made += [order.id for order in orders]
        return [self._edit(order, edit) for order, edit in zip(orders, self._maker.make(orders), strict=True)]

    def _edit(self, order: Order, edit: Edit) -> Edit:
        return Edit(edit.source, edit.source) if order.proposal.family in self.changes_nothing_of else edit


def drawn(count: int, first: int = 0) -> list[Proposal]:
    """Proposals of that many families."""
    return list(drawn_proposals(first, count))


def hashes(pairs: Sequence[MinimalPair]) -> list[str]:
    """Perceptual hashes of all their images, sorted."""
    return sorted(perceptual_hash(side.picture.pixels()) for pair in pairs for side in pair.sides)


def plain(seed: int) -> Picture:
    """A picture of one colour."""
    return picture_from_pixels(Image.new("RGB", (32, 32), (seed % 256, 40, 90)))
