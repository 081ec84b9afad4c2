"""How often the editor's edits pass the gate, through nothing but the public path: proposals, edits, the gate that ships."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from arena.errors import EditorError
from arena.generation.carrying_out import Judges, carry_out
from arena.generation.makers import EditorMaker
from arena.generation.orders import Order
from arena.generation.outcomes import Failed, Generated
from arena.generators.edits import Editor
from arena.generators.proposals import scene_proposals
from arena.generators.scenes import FAMILIES, draw_sides
from arena.images import picture_from_pixels
from arena.starter.gate.twins import difference
from arena.store import Store
from arena.suites.starter import starter_pairs

EDITS_A_FAMILY = 10
BATCH = 24
"""Edits that are judged at once."""


@dataclass(frozen=True)
class Judged:
    """What became of one edit."""

    family: str
    passed: bool
    failed: tuple[str, ...]
    """Scores of the gate that it failed."""
    chosen: bool
    """The gate's scorer prefers each side's own caption."""
    left: float
    """Difference to the true other side inside the region, as a share of the source's difference to it."""


def judge(editor: Editor, gate: Judges, count: int = EDITS_A_FAMILY * len(FAMILIES)) -> list[Judged]:
    """Edit scenes that nobody has seen, as `arena generate --source starter` does, and put them to the gate."""
    maker = EditorMaker(editor)
    orders = [Order(proposal, seed, maker.tool) for seed, proposal in enumerate(scene_proposals(0, count))]
    found: list[Judged] = []
    with tempfile.TemporaryDirectory() as home, Store.open(Path(home)) as store:
        store.add_pairs(starter_pairs())
        for start in range(0, count, BATCH):
            for outcome in carry_out(store, maker, gate, orders[start : start + BATCH]):
                if isinstance(outcome, Failed):
                    raise EditorError(outcome.error)
                found.append(_judged(editor, outcome))
            passed = sum(one.passed for one in found)
            print(f"{len(found)} of {count} edits judged, {passed} passed", flush=True)
    return found


def _judged(editor: Editor, outcome: Generated) -> Judged:
    scores = {score.name: score.value for score in outcome.report.scores}
    choices = [scores[name] for name in ("caption_choice", "image_choice")]
    return Judged(
        family=outcome.pair.family,
        passed=outcome.report.passed,
        failed=tuple(score.name for score in outcome.report.failed()),
        chosen=all(choice is not None and choice > 0.5 for choice in choices),
        left=_left(editor, outcome),
    )


def _left(editor: Editor, outcome: Generated) -> float:
    proposal = outcome.order.proposal
    *sides, _ = draw_sides(proposal.family, int(proposal.origin["scene_seed"]))
    source, result = (outcome.pair.sides[side].picture for side in (proposal.side, 1 - proposal.side))
    true = editor.coded(picture_from_pixels(sides[1 - proposal.side], quick=True), proposal.region, over=proposal.source)
    return difference(result, true, proposal.region) / difference(source, true, proposal.region)
