"""Which questions of a suite are put to whom, and in which order."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from arena.models.lineage import COUNTRY, FOLD, GROUPING
from arena.probes import Probe, Reply
from arena.store import ReadingRecord
from arena.strategies.folds import fold_of
from arena.suites.suite import Audience, Question

IMAGE_TOKENS = 256
"""What an image is taken to cost, in tokens; models differ, but an order is all that is made of it."""
CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True)
class Inquiry:
    """Probes whose replies are read together, and what is made of them."""

    item: str
    """What it is about; inquiries about one item show the same images."""
    probes: tuple[Probe, ...]
    read: Callable[[Sequence[Reply]], list[ReadingRecord]]
    """From one reply a probe, in order."""
    questions: int = 1
    """How many questions of the suite it answers."""


def chosen(
    questions: Iterable[Question],
    *,
    audience: Audience,
    tasks: Collection[str] = (),
    limit: int | None = None,
    settings: Mapping[str, object] = MappingProxyType({}),
) -> list[Question]:
    """The questions that are put to one contestant.

    Args:
        questions: all of the suite.
        audience: `writers`, `scorers` or `segmenters`: which of them the contestant belongs to.
        tasks: names of the tasks to ask; all by default.
        limit: how many items to ask about; all by default. Items are taken in the order of their hashes, so that they are a
            random sample, the same on every machine, and a smaller one is part of every larger one.
        settings: of the contestant; one that was tuned is asked about what was left out of that alone, see `may_test`.
    """
    meant = {audience} if audience == "segmenters" else {audience, "all"}
    asked = [
        question
        for question in questions
        if question.audience in meant and (not tasks or question.probe.task in tasks) and may_test(question, settings)
    ]
    items = sorted({question.item for question in asked}, key=_hash)[:limit]
    kept = set(items)
    return [question for question in asked if question.item in kept]


def may_test(question: Question, settings: Mapping[str, object]) -> bool:
    """Whether a contestant may be asked: one that `arena tune` made, only of the fold that was left out of its data.

    So it is on every suite, as others may show the same families. Where data leave out countries, those are what counts, and on
    a suite without countries it is asked everything.
    """
    if FOLD not in settings:
        return True
    group = question.slices.get("country") if settings.get(GROUPING) == COUNTRY else question.family
    return group is None or fold_of(group) == settings[FOLD]


def largest_first(inquiries: Iterable[Inquiry]) -> list[Inquiry]:
    """In an order in which memory that does not suffice shows at once, and the time left is rather over- than underestimated.

    Those about one item stay together: models read its images once for all the probes of a batch.
    """
    together: dict[str, list[Inquiry]] = {}
    for inquiry in inquiries:
        together.setdefault(inquiry.item, []).append(inquiry)
    items = sorted(together.values(), key=lambda item: max(map(_size, item)), reverse=True)
    return [inquiry for item in items for inquiry in item]


def _size(inquiry: Inquiry) -> float:
    """Tokens to read and to write, roughly."""
    return max(
        (
            IMAGE_TOKENS * len(probe.images) + len(probe.prompt) / CHARACTERS_PER_TOKEN + probe.max_new_tokens
            for probe in inquiry.probes
        ),
        default=0.0,
    )


def _hash(item: str) -> str:
    return hashlib.sha256(item.encode()).hexdigest()
