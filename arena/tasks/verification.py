"""Verification: for each of the four combinations of image and caption, does this caption describe this image?"""

from arena.images import Picture
from arena.pairs import MinimalPair
from arena.probes import Outcome, Probe, Reply
from arena.tasks import describing, reading
from arena.tasks.yes_no_replies import yes_or_no

NAME = "verification"
TITLE = "Does the caption describe the image?"
TEMPLATE = "verification/1"
OPTIONS = ("yes", "no")
CHANCE = 1 / 2
"""Expected share of correct replies without eyes, whatever the policy."""
CHANCE_SOLVED = 1 / 16
"""Expected share of pairs solved by a coin for each of the four replies; 0 for whoever always says the same."""


def prompt(caption: str) -> str:
    """The exact text that goes with one image."""
    return f"Does this caption describe the image?\nCaption: {caption}\nAnswer with yes or no."


def probes(pair: MinimalPair) -> list[Probe]:
    """Four probes: two captions to confirm, two to reject. The cell `image0/caption1` asks about the second caption."""
    return [
        ask(pair.sides[image].picture, pair.sides[caption].caption, f"image{image}/caption{caption}", image == caption)
        for image in (0, 1)
        for caption in (0, 1)
    ]


def ask(picture: Picture, caption: str, cell: str, described: bool) -> Probe:
    """The question whether a caption describes an image, and whether it does."""
    return Probe(
        task=NAME,
        cell=cell,
        template=TEMPLATE,
        images=(picture,),
        prompt=prompt(caption),
        captions=(caption,),
        options=OPTIONS,
        expected="yes" if described else "no",
    )


def read(probe: Probe, reply: Reply) -> Outcome:
    """How the reply is judged; see `arena.tasks.reading.judge`."""
    return reading.judge(probe, reply, yes_or_no)


def describe(probe: Probe, reply: Reply) -> tuple[str, str]:
    """Question and answer in plain words."""
    image, caption = describing.cell_numbers(probe.cell)
    question = f"Image {image[0] + 1}: does caption {caption[0] + 1} describe it?"
    return question, describing.answer(probe, reply, yes_or_no, {"yes": "yes", "no": "no"})
