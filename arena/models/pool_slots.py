"""What a pool knows of each contestant: its model, if that is loaded, and the questions on their way to it."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field

from arena.contestants import Contestant
from arena.models.base import Model
from arena.probes import Probe, Reply

Key = tuple[str, tuple[str, ...]]


@dataclass
class Question:
    """One probe on its way to one model, for everybody who asked it meanwhile."""

    probe: Probe
    asked_at: float
    deadline: float
    """When the last of them stops waiting."""
    reply: Future[Reply] = field(default_factory=Future)


@dataclass
class Slot:
    """One contestant, loaded or not. It is changed under the lock of its pool."""

    contestant: Contestant
    memory_bytes: int
    load: Callable[[], Model]
    model: Model | None = None
    busy_since: float | None = None
    """When it began to answer; None while it does not."""
    used_at: float = 0.0
    failure: str | None = None
    """Why it cannot be asked: the last attempt to load it failed, or its model has ended."""
    failed_at: float = 0.0
    """When that was; infinity where another attempt would be in vain."""
    wanted: bool = False
    """To be loaded although nobody asked it yet."""
    waiting: dict[Key, Question] = field(default_factory=dict)
    answering: dict[Key, Question] = field(default_factory=dict)

    @property
    def busy(self) -> bool:
        """Whether it is answering."""
        return self.busy_since is not None

    def oldest(self) -> float:
        """When the first of the questions that wait was asked; there is one."""
        return next(iter(self.waiting.values())).asked_at

    def ask(self, probe: Probe, now: float, deadline: float) -> Question:
        """The question of a probe, which is on its way from now on, if it is not already."""
        # Captions are part of what is asked of models that read no prompt.
        key = (probe.key, probe.captions)
        question = self.answering.get(key) or self.waiting.setdefault(key, Question(probe, now, deadline))
        question.deadline = max(question.deadline, deadline)
        return question

    def forget_late(self, now: float) -> None:
        """Drop questions that nobody waits for any more."""
        self.waiting = {key: question for key, question in self.waiting.items() if question.deadline > now}

    def fail(self, failure: str, now: float) -> None:
        """Let go of the model, and tell everybody who waits for it why it cannot be asked."""
        self.model, self.failure, self.failed_at = None, failure, now
        self.turn_away(Reply(error=failure))

    def turn_away(self, reply: Reply) -> None:
        """Give everybody who waits this reply."""
        settle(self.waiting.values(), [reply] * len(self.waiting))
        self.waiting.clear()


def before(one: Slot, other: Slot) -> bool:
    """Whether a question waits for `one`, and none that waits for `other` was asked before it."""
    return bool(one.waiting) and (not other.waiting or one.oldest() <= other.oldest())


def settle(questions: Iterable[Question], replies: Iterable[Reply]) -> None:
    """Answer the questions, but for those that are answered because the pool was closed meanwhile."""
    for question, reply in zip(questions, replies, strict=True):
        if not question.reply.done():
            question.reply.set_result(reply)
