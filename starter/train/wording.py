"""What the generative models are asked in training, and what they should answer.

The questions are those of `arena.tasks`, word for word. One in five is put in other words, so that a model listens to what is
asked rather than to one sentence.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from arena.generators.scenes import FAMILIES, Family
from arena.tasks import caption_choice, image_choice, request, verification

DESCRIBE = ("Describe the image.", "What does the image show?", "Write a caption for the image.")
CAPTION_CHOICE_REWORDED = (
    "Which caption matches the image? A: {first} B: {second} Answer with A or B.",
    "Which of these two captions fits the image?\nA: {first}\nB: {second}\nAnswer with the letter.",
    "Look at the image. Which statement is true?\nA: {first}\nB: {second}\nReply with A or B only.",
    "A: {first}\nB: {second}\nWhich one describes the image, A or B?",
)
IMAGE_CHOICE_REWORDED = (
    "Which image matches the caption? {caption} Answer with 1 or 2.",
    "Here are two images. Which one fits this caption?\nCaption: {caption}\nAnswer with the number.",
    "Which of the two images shows this: {caption}? Reply with 1 or 2 only.",
)
VERIFICATION_REWORDED = (
    "Does this caption match the image? {caption} Answer with yes or no.",
    "Is this true of the image: {caption}? Reply with yes or no only.",
    "Caption: {caption}\nDoes the image show that, yes or no?",
)
REWORDED_SHARE = 0.2


@dataclass(frozen=True)
class Mixture:
    """How often which question is asked."""

    foreign: float
    """How often a wrong caption comes from another family, and is easy to reject, instead of from the other side."""
    descriptions: float
    """How often an image is to be described: of all images, as a share from 0 to 1."""
    requests: float = 0.6
    """How often the request is put, where the family has one. Requests are learnt long before the choices are."""


@dataclass(frozen=True)
class Exchange:
    """One question about one or two images of a pair, and its answer."""

    task: str
    family: str
    sides: tuple[int, ...]
    """Which sides of the pair are shown, in order."""
    question: str
    answer: str


def about_one_image(family: Family, side: int, mixture: Mixture, dice: random.Random) -> Iterator[Exchange]:
    """Two caption choices in different orders, a confirmation, a rejection, and at times a description and a request."""
    true_first = dice.random() < 0.5
    for ordered in (true_first, not true_first):
        yield _choose_caption(family, side, mixture, dice, true_first=ordered)
    own, other = _twins(family, side, dice)
    yield _verify(family, side, own, "yes", dice)
    own, other = _twins(family, side, dice)
    yield _verify(family, side, _sometimes_foreign(other, family, mixture, dice), "no", dice)
    if dice.random() < mixture.descriptions:
        yield Exchange("description", family.name, (side,), dice.choice(DESCRIBE), own)
    if family.request and family.responses and dice.random() < mixture.requests:
        question = request.prompt(dice.choice(family.request))
        yield Exchange(request.NAME, family.name, (side,), question, family.responses[side])


def about_both_images(family: Family, dice: random.Random) -> Iterator[Exchange]:
    """One image choice for each side; both show the images in the same order."""
    sides = (0, 1) if dice.random() < 0.5 else (1, 0)
    for side in (0, 1):
        caption = dice.choice(family.captions[side])
        template = _reworded(IMAGE_CHOICE_REWORDED, dice)
        question = template.format(caption=caption) if template else image_choice.prompt(caption)
        yield Exchange(image_choice.NAME, family.name, sides, question, image_choice.OPTIONS[sides.index(side)])


def captions() -> list[str]:
    """Every caption of every family."""
    return [caption for family in FAMILIES.values() for side in family.captions for caption in side]


def conversations(replies: tuple[str, ...]) -> list[str]:
    """All that generative models read and write, for training a tokenizer; `replies` are added to what families answer."""
    questions = [caption_choice.prompt("", ""), image_choice.prompt(""), verification.prompt(""), *DESCRIBE]
    reworded = CAPTION_CHOICE_REWORDED + IMAGE_CHOICE_REWORDED + VERIFICATION_REWORDED
    questions += [template.format(first="", second="", caption="") for template in reworded]
    options = [*caption_choice.OPTIONS, *image_choice.OPTIONS, *verification.OPTIONS]
    spoken = [line for family in FAMILIES.values() for line in (*(family.request or ()), *(family.responses or ()))]
    return [*captions(), *spoken, *questions, *options, *replies]


def _choose_caption(family: Family, side: int, mixture: Mixture, dice: random.Random, *, true_first: bool) -> Exchange:
    own, other = _twins(family, side, dice)
    other = _sometimes_foreign(other, family, mixture, dice)
    first, second = (own, other) if true_first else (other, own)
    template = _reworded(CAPTION_CHOICE_REWORDED, dice)
    question = template.format(first=first, second=second) if template else caption_choice.prompt(first, second)
    return Exchange(caption_choice.NAME, family.name, (side,), question, caption_choice.OPTIONS[0 if true_first else 1])


def _verify(family: Family, side: int, caption: str, answer: str, dice: random.Random) -> Exchange:
    template = _reworded(VERIFICATION_REWORDED, dice)
    question = template.format(caption=caption) if template else verification.prompt(caption)
    return Exchange(verification.NAME, family.name, (side,), question, answer)


def _twins(family: Family, side: int, dice: random.Random) -> tuple[str, str]:
    """A caption of this side and the same paraphrase of the other one."""
    paraphrase = dice.randrange(len(family.captions[0]))
    return family.captions[side][paraphrase], family.captions[1 - side][paraphrase]


def _sometimes_foreign(caption: str, family: Family, mixture: Mixture, dice: random.Random) -> str:
    if dice.random() >= mixture.foreign:
        return caption
    stranger = FAMILIES[dice.choice([name for name in FAMILIES if name != family.name])]
    return dice.choice(stranger.captions[dice.randrange(2)])


def _reworded(templates: tuple[str, ...], dice: random.Random) -> str | None:
    return dice.choice(templates) if dice.random() < REWORDED_SHARE else None
