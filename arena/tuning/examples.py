"""Examples: a question with the reply that is right, and, for preferences, one that is wrong."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from arena.store import QuestionRecord

Kind = Literal["preferences", "sft"]
"""What is learnt: to prefer one reply to another, or to write one (supervised fine-tuning)."""
KINDS: tuple[Kind, ...] = ("preferences", "sft")


@dataclass(frozen=True)
class Example:
    """One row of a data set."""

    question: QuestionRecord
    """Its pictures have their digests, and may have nothing to show."""
    chosen: str
    rejected: str
    """Empty where only the reply that is right is taught."""
    writers: tuple[str, ...]
    """References of the models that wrote them; none where the question itself has the right option."""


def of_kind(examples: Iterable[Example], kind: Kind) -> list[Example]:
    """Each example once; without what is rejected where replies are to be written, and none without it where not."""
    if kind == "preferences":
        return list(dict.fromkeys(one for one in examples if one.rejected))
    once = {(one.question.id, one.chosen): one for one in reversed(list(examples))}
    return [replace(one, rejected="", writers=one.writers[:1]) for one in reversed(list(once.values()))]


def distinct(texts: Iterable[tuple[str, str]]) -> Sequence[tuple[str, str]]:
    """(text, writer), each text once, with its first writer."""
    first: dict[str, str] = {}
    for text, writer in texts:
        first.setdefault(text, writer)
    return list(first.items())
