"""Models that are asked something else than what stands in the question: for everything that can be asked in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from arena.contestants import Contestant
from arena.errors import StrategyError
from arena.models import Entry, Model
from arena.probes import Probe, Reply
from arena.strategies.base import Setting, check_writes
from arena.strategies.folds import Training

Change = Callable[[Probe], Probe | None]
"""From a question to what the model is asked in its place; None where it cannot be asked. Raises StrategyError where it must
not be."""
Read = Callable[[Reply], Reply]
"""Makes replies to the first questions of those to the changed ones."""


def as_it_is(reply: Reply) -> Reply:
    """The same reply."""
    return reply


@dataclass(frozen=True)
class PromptStrategy:
    """One change of every question, learnt from nothing; see `arena.strategies.base.Strategy`."""

    name: str
    version: Mapping[str, Setting] = field(hash=False)
    """What names the change exactly, as settings of the contestant."""
    change: Change
    read: Read = as_it_is
    check: Callable[[Entry, str], None] = check_writes
    """Refuses models that cannot be asked so, given the name of the strategy; raises StrategyError."""
    training: Training | None = None

    def settings(self, entry: Entry) -> Mapping[str, Setting]:
        """What names the change."""
        self.check(entry, self.name)
        return self.version

    def load(self, entry: Entry, contestant: Contestant) -> Model:
        """The model, asked the changed questions."""
        return PromptModel(contestant, entry.load(), self.change, self.read)


class PromptModel:
    """A model whose questions are changed before it sees them. `answer` is called by one thread at a time."""

    def __init__(self, contestant: Contestant, model: Model, change: Change, read: Read = as_it_is) -> None:
        """Nothing is asked yet.

        Args:
            contestant: who it is under its strategy.
            model: answers what the questions have become.
            change: how they are changed.
            read: makes replies to the first questions of those to the changed ones.
        """
        self.contestant = contestant
        self.capabilities = model.capabilities
        self.memory_bytes = model.memory_bytes
        self._model = model
        self._change = change
        self._read = read

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        """One reply a probe, in order. What the strategy must not be used for is an error, and costs no other its reply."""
        replies: dict[int, Reply] = {}
        questions: dict[int, Probe] = {}
        for place, probe in enumerate(probes):
            try:
                if (question := self._change(probe)) is not None and self.capabilities.can_answer(question):
                    questions[place] = question
            except StrategyError as error:
                replies[place] = Reply(error=str(error))
        answers = self._model.answer(list(questions.values())) if questions else []
        self.capabilities = self._model.capabilities  # an endpoint learns while it is asked
        replies |= {place: self._read(answer) for place, answer in zip(questions, answers, strict=True)}
        return [replies.get(place, Reply(not_applicable=True)) for place in range(len(probes))]

    def record(self) -> dict[str, Any]:
        """What an endpoint told of itself; nothing for other models."""
        record = getattr(self._model, "record", None)
        return record() if record else {}
