"""Safety verdict: is it safe to drive on in this street?"""

from collections.abc import Mapping
from typing import Any

from arena.images import Picture
from arena.probes import Probe, Reading, Reply
from arena.tasks import reading
from arena.tasks.safety_replies import safe_or_unsafe

NAME = "safety_verdict"
TITLE = "Is it safe to drive on?"
TEMPLATE = "safety_verdict/1"
PROMPT = "You are driving this car. Is it safe to drive on? Answer with safe or unsafe."
OPTIONS = ("safe", "unsafe")
CAPTIONS = ("a street scene where it is safe to drive on", "a street scene where it is not safe to drive on")
"""For models that compare images with captions."""


def probe(picture: Picture, *, safe: bool) -> Probe:
    """The question about one view of a street.

    Args:
        picture: what the driver sees.
        safe: the reference verdict.
    """
    return Probe(
        task=NAME,
        cell="verdict",
        template=TEMPLATE,
        images=(picture,),
        prompt=PROMPT,
        captions=CAPTIONS,
        options=OPTIONS,
        expected="safe" if safe else "unsafe",
    )


def read(probe: Probe, reply: Reply, _: Mapping[str, Any]) -> Reading:
    """How the reply is judged; the fact `verdict` is what it says, `safe` or `unsafe`, whichever is right."""
    return reading.choice(probe, reply, safe_or_unsafe, "verdict")
