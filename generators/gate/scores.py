"""The scores of the gate: their names, from the cheapest to the dearest, and what each says in words."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from arena.generators.gate.report import NOT_ASKED, GateScore


@dataclass(frozen=True)
class Bounds:
    """Which values of a score pass."""

    low: float | None = None
    high: float | None = None

    def hold(self, value: float) -> bool:
        """Whether the value lies between the bounds, or on one; NaN never does."""
        above = self.low is None or value >= self.low
        return above and (value <= self.high if self.high is not None else not math.isnan(value))


@dataclass(frozen=True)
class Score:
    """What the gate asks of a pair."""

    name: str
    states: str
    """The value in words, which replaces `{}`."""
    form: str
    """How a value is written, as a format specification."""
    nothing: str = ""
    """Why there may be nothing to ask."""


NO_STATEMENT = "nothing is known that should be the same of both images"
SCORES: Mapping[str, Score] = {
    score.name: score
    for score in (
        Score("changed_area", "{} of the image changed", ".1%"),
        Score("changed_outside", "{} of what lies outside the region changed", ".1%", "the region is the whole image"),
        Score(
            "cut_off", "the change is cut off along {} of the region's border", ".1%", "the region has no border in the image"
        ),
        Score("ghost", "the source shows through what changed by {}, of 1", ".2f"),
        Score("near_duplicate", "{} of 384 bits tell it from the most similar known image", ".0f", "no other image is known"),
        Score("sharpness", "what was painted is {} times as sharp as the source", ".2f"),
        Score("artefacts", "a simple classifier picks the edited side by how it is painted with {}", ".1%"),
        Score("image_similarity", "the two images are similar by {}, of 1", ".3f"),
        Score("directional_similarity", "the images change as their captions do by {}, of 1", ".2f"),
        Score("caption_choice", "each image has its own caption, against the other, with at least {}", ".1%"),
        Score("image_choice", "each caption has its own image, against the other, with at least {}", ".1%"),
        Score("caption_rise", "the new caption gains {} more than any other statement", ".1f", NO_STATEMENT),
        Score("image_safety", "an image is unsafe with {}", ".1%", "no classifier is set; ARENA_IMAGE_SAFETY names one"),
        Score("changed_facts", "both captions are answered rightly on both images with at least {}", ".1%"),
        Score("unchanged_facts", "answers that should not change differ by up to {}", ".1%", NO_STATEMENT),
    )
}
"""Every score by its name, in the order in which they are asked."""
UNREADABLE = "could not be measured: the model failed, or said neither yes nor no"


def judged(score: Score, found: Mapping[str, float | None], bounds: Bounds) -> GateScore:
    """A score with its bounds and words.

    Args:
        score: which.
        found: the values by name: a number, NaN where measuring failed, None where there was nothing to ask; a name is missing
            where the score was not asked, which does not pass.
        bounds: what passes.
    """
    value = found.get(score.name)
    if value is not None and not math.isnan(value):
        words = f"{score.states.format(_written(score, value))}; {_needed(score, bounds)}"
        return GateScore(score.name, value, bounds.low, bounds.high, bounds.hold(value), words)
    if value is not None:
        return GateScore(score.name, None, bounds.low, bounds.high, passed=False, words=UNREADABLE)
    asked = score.name in found
    return GateScore(score.name, None, bounds.low, bounds.high, asked, score.nothing if asked else NOT_ASKED)


def _needed(score: Score, bounds: Bounds) -> str:
    if bounds.low is not None and bounds.high is not None:
        return f"{_written(score, bounds.low)} to {_written(score, bounds.high)} passes"
    if bounds.low is not None:
        return f"{_written(score, bounds.low)} or more passes"
    return f"{_written(score, bounds.high)} or less passes" if bounds.high is not None else "any value passes"


def _written(score: Score, value: float) -> str:
    return format(value, score.form).replace("%", " %")
