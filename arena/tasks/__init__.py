"""The tasks: what is asked about a pair, in which words, and how the replies are judged.

A task is a module; the arena knows those in `TASKS`. The units of a battle are the tasks of its pair: each contestant solved each or did not.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from arena.pairs import MinimalPair
from arena.probes import Outcome, Probe, Reply
from arena.tasks import caption_choice, image_choice, request, verification


class Task(Protocol):
    """What the module of a task offers. All of it is pure, and `read` and `describe` never raise."""

    NAME: str
    TITLE: str
    """Plain words for pages."""
    TEMPLATE: str
    """Name and version of the prompt; a changed word makes another version."""
    CHANCE: float
    """Share of correct replies expected of a model that guesses."""
    CHANCE_SOLVED: float
    """Share of solved pairs expected of a model that guesses."""

    def probes(self, pair: MinimalPair) -> list[Probe]:
        """The questions about the pair, in the order in which pages show them; empty if the task does not apply to it."""
        ...

    def read(self, probe: Probe, reply: Reply) -> Outcome:
        """How the reply is judged."""
        ...

    def describe(self, probe: Probe, reply: Reply) -> tuple[str, str]:
        """Question and answer in plain words, without anything that tells which model answered."""
        ...


TASKS: Mapping[str, Task] = {
    caption_choice.NAME: caption_choice,
    image_choice.NAME: image_choice,
    verification.NAME: verification,
    request.NAME: request,
}
"""Every task by its name, in the order of a battle."""


def tasks_of(pair: MinimalPair) -> tuple[Task, ...]:
    """The tasks that have something to ask about the pair: the units of a battle on it."""
    return tuple(task for task in TASKS.values() if task.probes(pair))


def solved(outcomes: Iterable[Outcome]) -> bool | None:
    """Whether one contestant solved one task on one pair.

    Args:
        outcomes: those of all its probes, both orders among them.

    Returns:
        True only if every probe is `correct`. None if there is nothing to count: no probe, all of them `not_applicable`, or any of them an
        `error`, which voids the battle. Otherwise False; a refusal or an unreadable reply solves nothing.
    """
    seen = set(outcomes)
    if Outcome.ERROR in seen or seen <= {Outcome.NOT_APPLICABLE}:
        return None
    return seen == {Outcome.CORRECT}


def units(outcomes: Mapping[str, Iterable[Outcome]]) -> dict[str, bool | None]:
    """The units of one contestant in a battle: task -> solved, from task -> outcomes of its probes."""
    return {task: solved(of_task) for task, of_task in outcomes.items()}
