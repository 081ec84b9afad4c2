"""Caption choice, image to text: for each image of a pair, which of its two captions is true?"""

from arena.images import Picture
from arena.pairs import MinimalPair
from arena.probes import Outcome, Probe, Reply
from arena.tasks import describing, reading
from arena.tasks.choice_replies import letter_choice

NAME = "caption_choice"
TITLE = "Which caption is true?"
TEMPLATE = "caption_choice/1"
OPTIONS = ("A", "B")
CHANCE = 1 / 2
"""Expected share of correct replies without eyes, whatever the policy."""
CHANCE_SOLVED = 1 / 4
"""Expected share of pairs solved by random scores that keep to their caption when the order changes, as those of a contrastive
model do (Winoground's text score, Thrush et al. 2022); 1/16 if each of the four replies is drawn by itself."""

ORDERS = ((0, 1), (1, 0))


def prompt(first: str, second: str) -> str:
    """The exact text that goes with one image.

    Args:
        first: the caption shown as A.
        second: the caption shown as B.
    """
    return f"Which caption is true of the image?\nA: {first}\nB: {second}\nAnswer with A or B."


def probes(pair: MinimalPair) -> list[Probe]:
    """Four probes: each image with the captions in both orders, so that a model that always says A is right half of the time.

    The cell `image0/captions10` shows the first image with the second caption as A.
    """
    captions = pair.sides[0].caption, pair.sides[1].caption
    return [probe(pair.sides[image].picture, captions, true=image, order=order) for image in (0, 1) for order in ORDERS]


def probe(picture: Picture, captions: tuple[str, str], *, true: int, order: tuple[int, int]) -> Probe:
    """One question about one image.

    Args:
        picture: the image.
        captions: the first and the second caption.
        true: which of them is true of it, 0 or 1.
        order: which of them is shown as A, and which as B.
    """
    first, second = (captions[side] for side in order)
    return Probe(
        task=NAME,
        cell=f"image{true}/captions{order[0]}{order[1]}",
        template=TEMPLATE,
        images=(picture,),
        prompt=prompt(first, second),
        captions=(first, second),
        options=OPTIONS,
        expected=OPTIONS[order.index(true)],
    )


def read(probe: Probe, reply: Reply) -> Outcome:
    """How the reply is judged; see `arena.tasks.reading.judge`."""
    return reading.judge(probe, reply, letter_choice)


def describe(probe: Probe, reply: Reply) -> tuple[str, str]:
    """Question and answer in plain words. Captions are numbered as on the page, not as the probe showed them."""
    image, order = describing.cell_numbers(probe.cell)
    question = f"Image {image[0] + 1}: which caption is true?" + describing.order_note(order)
    names = {option: f"the {describing.ORDINALS[side]} caption" for option, side in zip(OPTIONS, order, strict=True)}
    return question, describing.answer(probe, reply, letter_choice, names)
