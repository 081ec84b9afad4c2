"""Scene presence: is there a car, a person, a traffic light in this street scene? One question a class."""

import math
from collections.abc import Mapping
from typing import Any

from arena.images import Picture
from arena.probes import Probe, Reading, Reply
from arena.scene_classes import CLASSES
from arena.tasks import reading
from arena.tasks.yes_no_replies import yes_or_no

NAME = "scene_presence"
TITLE = "Is there such a thing in the scene?"
TEMPLATE = "scene_presence/1"
OPTIONS = ("yes", "no")

PHRASES: Mapping[str, str] = {
    **{name: f"a {name}" for name in CLASSES},
    "vegetation": "vegetation such as trees or bushes",
    "terrain": "terrain such as grass or soil",
    "sky": "sky",
}
"""A class as the questions and the captions name it."""


def prompt(name: str) -> str:
    """The exact text that goes with one image."""
    return f"Is there {PHRASES[name]} in this street scene? Answer with yes or no."


def captions(name: str) -> tuple[str, str]:
    """With the class, and without it: what models compare that read no prompt."""
    return f"a street scene with {PHRASES[name]}", f"a street scene without {PHRASES[name]}"


def probe(picture: Picture, name: str, *, present: bool) -> Probe:
    """The question whether one class is in one view of a street; its cell is the class's name."""
    return Probe(
        task=NAME,
        cell=name,
        template=TEMPLATE,
        images=(picture,),
        prompt=prompt(name),
        captions=captions(name),
        options=OPTIONS,
        expected="yes" if present else "no",
    )


def read(probe: Probe, reply: Reply, _: Mapping[str, Any]) -> Reading:
    """How the reply is judged. Of a reply that is scores alone the fact `margin` says by how much "with" exceeds "without"."""
    judged = reading.choice(probe, reply, yes_or_no, "said")
    scores = reply.logprobs
    if reply.text is not None or not reading.scores_usable(probe, scores) or scores is None:
        return judged
    margin = scores[0] - scores[1]
    return Reading(judged.outcome, {**judged.facts, "margin": margin}) if math.isfinite(margin) else judged
