"""Image choice, text to image: for each caption of a pair, which of its two images does it describe?"""

from arena.pairs import MinimalPair
from arena.probes import Outcome, Probe, Reply
from arena.tasks import describing, reading
from arena.tasks.choice_replies import number_choice

NAME = "image_choice"
TITLE = "Which image does the caption describe?"
TEMPLATE = "image_choice/1"
OPTIONS = ("1", "2")
CHANCE = 1 / 2
"""Expected share of correct replies without eyes, whatever the policy."""
CHANCE_SOLVED = 1 / 4
"""Expected share of pairs solved by random scores that keep to their image when the order changes, as those of a contrastive
model do (Winoground's image score, Thrush et al. 2022); 1/16 if each of the four replies is drawn by itself."""

ORDERS = ((0, 1), (1, 0))


def prompt(caption: str) -> str:
    """The exact text that follows the two images."""
    return (
        "The images are numbered 1 and 2 in the order shown. Which one does this caption describe?\n"
        f"Caption: {caption}\nAnswer with 1 or 2."
    )


def probes(pair: MinimalPair) -> list[Probe]:
    """Four probes: each caption with the images in both orders, so that a model that always says 1 is right half of the time.

    The cell `caption0/images10` asks about the first caption and shows the second image first.
    """
    return [_probe(pair, caption, order) for caption in (0, 1) for order in ORDERS]


def _probe(pair: MinimalPair, caption: int, order: tuple[int, int]) -> Probe:
    text = pair.sides[caption].caption
    return Probe(
        task=NAME,
        cell=f"caption{caption}/images{order[0]}{order[1]}",
        template=TEMPLATE,
        images=tuple(pair.sides[side].picture for side in order),
        prompt=prompt(text),
        captions=(text,),
        options=OPTIONS,
        expected=OPTIONS[order.index(caption)],
    )


def read(probe: Probe, reply: Reply) -> Outcome:
    """How the reply is judged; see `arena.tasks.reading.judge`."""
    return reading.judge(probe, reply, number_choice)


def describe(probe: Probe, reply: Reply) -> tuple[str, str]:
    """Question and answer in plain words. Images are numbered as on the page, not as the probe showed them."""
    caption, order = describing.cell_numbers(probe.cell)
    question = f"Caption {caption[0] + 1}: which image does it describe?" + describing.order_note(order)
    names = {option: f"the {describing.ORDINALS[side]} image" for option, side in zip(OPTIONS, order, strict=True)}
    return question, describing.answer(probe, reply, number_choice, names)
