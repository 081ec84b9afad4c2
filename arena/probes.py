"""Probes, replies and outcomes: what is asked of a model, what it gives back, and how that is judged."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal, NamedTuple

from arena.images import Picture

Scored = Literal["token_ids", "top_logprobs"]
"""How a server was asked for log-probabilities of options: by their tokens, which is exact, or for its likeliest tokens, which
may leave out some that spell an option."""


class Outcome(StrEnum):
    """How one reply to one probe is judged."""

    CORRECT = "correct"
    WRONG = "wrong"
    REFUSED = "refused"
    UNPARSEABLE = "unparseable"
    NOT_APPLICABLE = "not_applicable"
    """The model cannot be asked this: two images to a one-image model, free text from a model that writes none."""
    ERROR = "error"
    """The machine failed, not the model: it voids the battle and is nobody's loss."""


@dataclass(frozen=True)
class Turn:
    """What was asked before, and what the model said to it."""

    prompt: str
    words: str
    """The model's own, without its thoughts."""
    images: tuple[Picture, ...] = ()
    """Shown in it: of examples alone, which are questions about something else with their answers."""


@dataclass(frozen=True)
class Probe:
    """One question to one model.

    It carries the rendered prompt for models that read, and its parts for models that only compare images with captions:
    one image with two captions, two images with one caption, or one of each; a request has no captions.
    """

    task: str
    cell: str
    """Which of the task's questions this is, for example `image0/captions10`: unique within the task and pair."""
    template: str
    """Name and version of the prompt template, for example `caption_choice/1`."""
    images: tuple[Picture, ...]
    prompt: str
    captions: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    """What may be answered, for example `("A", "B")`; empty where free text is asked for."""
    expected: str = ""
    """The right option; for requests, what the model should do: `answer` or `refuse`."""
    max_new_tokens: int = 32
    schema: Mapping[str, Any] | None = field(default=None, hash=False)
    """JSON schema of the reply, for servers that can hold a model to one; part of the template, and so of its version."""
    before: tuple[Turn, ...] = ()
    """Earlier turns of the same chat, in order: examples, then those of this question. The images are shown in the first turn
    that is no example, and not again."""
    family: str = field(default="", compare=False)
    """That of its item, by which a strategy knows what it must not have learnt from. No model is told."""

    @cached_property
    def key(self) -> str:
        """What was asked, as a hash: pixels in order, prompt, options, template, earlier turns. Never the expected answer."""
        asked = [self.template, _digests(self.images), self.prompt, self.options, self.max_new_tokens]
        if self.before:
            asked += [[[turn.prompt, turn.words, *([_digests(turn.images)] if turn.images else [])] for turn in self.before]]
        return hashlib.sha256(json.dumps(asked, ensure_ascii=False).encode()).hexdigest()

    @property
    def examples(self) -> tuple[Turn, ...]:
        """Earlier turns about something else."""
        return tuple(turn for turn in self.before if turn.images)

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All that its chat shows, in order."""
        return (*(picture for turn in self.before for picture in turn.images), *self.images)


class Tokens(NamedTuple):
    """How many tokens of its own a model read and wrote for one reply."""

    read: int
    """Of the whole prompt, with its pictures and what was shown before, whether or not that was still in a cache."""
    written: int
    """Thoughts and the token that ends the reply are among them."""


@dataclass(frozen=True)
class Reply:
    """What a model gave back. At least one of the fields is set."""

    text: str | None = None
    """What it wrote, without special tokens."""
    logprobs: tuple[float, ...] | None = None
    """Natural log-probabilities (or scores on a scale where higher is likelier) of the probe's options, in their order."""
    error: str | None = None
    """One line saying why there is no answer."""
    not_applicable: bool = False
    """The model cannot be asked this."""
    finished: bool | None = None
    """Whether it ended by itself, and not where its tokens ran out; None where nobody knows."""
    second: "Reply | None" = None
    """What it gave back when it was then asked for the bare option; None where it was not."""
    tokens: Tokens | None = field(default=None, compare=False)
    """What it cost; None where nobody tells."""
    permanent: bool = False
    """The error is that of every other question, too, until somebody mends it: asking on is no use. It is not stored."""
    scored_by: Scored | None = field(default=None, compare=False)
    """Where an endpoint's log-probabilities come from; None for a model that runs here."""


@dataclass(frozen=True)
class Reading:
    """What a reader or a judge makes of one reply."""

    outcome: Outcome | None
    """None for a reply that was read, and is neither right nor wrong by itself: a description, a judged answer."""
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)
    """What else was read, as JSON: the classes that a description names, a judge's verdicts."""


def _digests(pictures: Iterable[Picture]) -> list[str]:
    return [picture.digest for picture in pictures]


def solved(outcomes: Iterable[Outcome]) -> bool | None:
    """Whether one contestant solved one task on one pair.

    Args:
        outcomes: those of all its probes, both orders among them.

    Returns:
        True only if every probe is `correct`; a refusal or an unreadable reply solves nothing. None where there is nothing to
        count: no probe, one that could not be asked, or one on which the machine failed.
    """
    seen = set(outcomes)
    if not seen or seen & {Outcome.NOT_APPLICABLE, Outcome.ERROR}:
        return None
    return seen == {Outcome.CORRECT}
