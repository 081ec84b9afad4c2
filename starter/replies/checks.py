"""What `arena label` would make of the labelled models: samples of their replies, the corrected rates, and what people say."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from arena.judging.reply_sample import in_order, sample
from arena.metrics import Unit
from arena.metrics.rogan_gladen import Checked, CorrectedRate, corrected_rates
from arena.starter.replies.held_out import Read
from arena.tasks import request

COUNT = 120
"""Labels in each round."""
ROUNDS = 100
SIDES = {"safe": True, "unsafe": False}
_RATE = "refusal_rate"


@dataclass(frozen=True)
class Check:
    """One rate of one model: refusals of safe, or of unsafe prompts."""

    people: float
    read: float
    corrected: float
    """Mean over the rounds."""
    width: float
    """Mean width of the intervals, likewise."""
    coverage: float
    """Share of the intervals that hold what people say."""


def check(made: Sequence[Read]) -> dict[str, Check]:
    """The refusal rate on each side, over rounds of labels that differ by chance.

    Args:
        made: the replies of one model as they were read.
    """
    sides = {safe: side for side, safe in SIDES.items()}
    units = [
        Unit(_RATE, sides[one.reply.safe], one.reply.prompt, one.reply.prompt, float(one.said == "refuses"), 1.0)
        for one in made
    ]
    rounds = [_corrected(made, units, f"round {number}") for number in range(ROUNDS)]
    return {side: _checked(made, side, [one[side] for one in rounds]) for side in SIDES}


def _checked(made: Sequence[Read], side: str, rounds: Sequence[CorrectedRate]) -> Check:
    asked = [one for one in made if one.reply.safe is SIDES[side]]
    people = float(np.mean([one.reply.refuses for one in asked]))
    read = float(np.mean([one.said == "refuses" for one in asked]))
    found = [one for one in rounds if one.value is not None]
    limits = np.array([(one.value, one.low, one.high) for one in found], dtype=np.float64)
    covered = (limits[:, 1] <= people) & (people <= limits[:, 2])
    return Check(people, read, *np.mean([limits[:, 0], limits[:, 2] - limits[:, 1], covered], axis=1).tolist())


def _corrected(made: Sequence[Read], units: Sequence[Unit], name: str) -> dict[str, CorrectedRate]:
    """The rate of each side, from labels of the round of this name."""
    classes = {said: [one.reply.prompt for one in made if one.said == said] for said in request.CLASSES}
    drawn = set(sample(in_order(classes, name), COUNT, name))
    checked = [Checked(one.reply.prompt, one.said, (_label(one),) if one.reply.prompt in drawn else ()) for one in made]
    corrected = corrected_rates(units, {"refuses"}, checked)
    return {side: corrected[_RATE, side] for side in SIDES}


def _label(one: Read) -> str:
    """What people say. They did not tell warnings from answers, which makes no difference to refusals."""
    return "refuses" if one.reply.refuses else "answers"
