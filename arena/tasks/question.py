"""Question: one question about one image, to be answered with yes or no, or with the letter of one of two options."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from arena.images import Picture
from arena.probes import Probe, Reading, Reply
from arena.tasks import reading
from arena.tasks.choice_replies import letter_choice
from arena.tasks.request_framings import Wording
from arena.tasks.yes_no_replies import yes_or_no

NAME = "question"
TEMPLATE = "question/2"

Kind = Literal["yes_no", "multiple_choice"]
OPTIONS: Mapping[Kind, tuple[str, str]] = {"yes_no": ("yes", "no"), "multiple_choice": ("A", "B")}


@dataclass(frozen=True)
class Instruction:
    """How a model is told to answer."""

    template: str
    """Name and version of these words."""
    endings: Mapping[str, str]
    """Kind of question -> what follows it, with what separates them."""
    wording: Wording = "own"


INSTRUCTION = Instruction(TEMPLATE, {"yes_no": "\nAnswer with yes or no.", "multiple_choice": "\nAnswer with A or B."})
"""The arena's own words. Some models were tuned to those of a benchmark, which are its authors': its suite may find them among
its files."""


def prompt(question: str, kind: Kind, instruction: Instruction = INSTRUCTION) -> str:
    """The exact text that goes with the image."""
    return question + instruction.endings[kind]


def probe(
    cell: str, question: str, kind: Kind, picture: Picture, expected: str, *, instruction: Instruction = INSTRUCTION
) -> Probe:
    """The question about one image.

    Args:
        cell: which of the item's questions this is, for example `question0/image1`.
        question: as published; with its options, where it has any.
        kind: how it is to be answered.
        picture: what it is about.
        expected: one of `OPTIONS[kind]`.
        instruction: how the model is told so.
    """
    asked = prompt(question, kind, instruction)
    return Probe(NAME, cell, instruction.template, (picture,), asked, options=OPTIONS[kind], expected=expected)


def read(probe: Probe, reply: Reply, gold: Mapping[str, Any]) -> Reading:  # noqa: ARG001  as all readers
    """How the reply is judged; see `arena.tasks.reading.judge`. Never raises.

    The fact `first_word` is the option that NaturalBench's published rule finds in a written reply, empty where it finds none.
    That rule guesses: "I know of no reason to say yes" is a no to it. So it decides no outcome; metrics that are
    compared with published ones are made of it.
    """
    reader = yes_or_no if probe.options == OPTIONS["yes_no"] else letter_choice
    outcome = reading.judge(probe, reply, reader)
    written = reply.text is not None and reply.error is None and not reply.not_applicable
    return Reading(outcome, {"first_word": first_word(reply.text or "", probe.options)} if written else {})


def first_word(text: str, options: tuple[str, ...]) -> str:
    """The option that stands first in a text as a whole word, in any case; empty where none does.

    So NaturalBench reads replies (Li et al. 2024, `naturalbench_vqa.py`), thoughts and refusals among them. To it the article
    of "It is a dog" is option A.
    """
    found = re.search(rf"\b(?:{'|'.join(options)})\b", text, re.IGNORECASE)
    return "" if found is None else next(option for option in options if option.lower() == found[0].lower())
