"""The tasks: what is asked about a pair, in which words, and how the replies are judged.

Each task is a module of its own, with its prompt; the arena knows those in `TASKS`. The units of a battle are the tasks of its
pair: each contestant solved each, or did not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from arena.pairs import MinimalPair
from arena.probes import Outcome, Probe, Reading, Reply
from arena.tasks import (
    caption_choice,
    cultural_response,
    image_choice,
    question,
    request,
    safety_verdict,
    scene_description,
    scene_presence,
    segmentation,
    verification,
)
from arena.tasks.second_replies import read_to_the_end


@dataclass(frozen=True)
class Task:
    """What the arena knows of a task. Its functions are pure; `read` and `describe` never raise."""

    name: str
    title: str
    """Plain words for pages."""
    template: str
    """Name and version of the prompt; a changed word makes another version."""
    chance: float
    """The best expected share of correct replies without looking at the images."""
    chance_solved: float
    """The best expected share of solved pairs without looking at the images."""
    probes: Callable[[MinimalPair], list[Probe]]
    """The questions about a pair, in the order in which pages show them; empty if the task does not apply to it."""
    read: Callable[[Probe, Reply], Outcome]
    """How a first reply is judged by itself; `READERS` read both turns."""
    describe: Callable[[Probe, Reply], tuple[str, str]]
    """Question and answer in plain words, without anything that tells which model answered."""


def _task(module: ModuleType) -> Task:
    return Task(
        name=module.NAME,
        title=module.TITLE,
        template=module.TEMPLATE,
        chance=module.CHANCE,
        chance_solved=module.CHANCE_SOLVED,
        probes=module.probes,
        read=module.read,
        describe=module.describe,
    )


TASKS: Mapping[str, Task] = {task.name: task for task in map(_task, (caption_choice, image_choice, verification, request))}
"""Every task by its name, in the order of a battle."""

Reader = Callable[[Probe, Reply, Mapping[str, Any]], Reading]
"""From what was asked, what came back, and what the suite knows beside it, to what is made of it. Never raises."""


def _outcome_alone(task: Task) -> Reader:
    return lambda probe, reply, _: Reading(task.read(probe, reply))


CHOICES = (caption_choice.NAME, image_choice.NAME, verification.NAME, question.NAME)
"""Tasks that ask for one of two options; what cannot be read of them is asked to its end, see `arena.tasks.second_turn`."""

_READERS: Mapping[str, Reader] = {
    **{task.name: _outcome_alone(task) for task in TASKS.values()},
    cultural_response.NAME: cultural_response.read,
    request.NAME: request.reading,
    **{module.NAME: module.read for module in (question, scene_description, scene_presence, safety_verdict, segmentation)},
}
READERS: Mapping[str, Reader] = {name: read_to_the_end(read) if name in CHOICES else read for name, read in _READERS.items()}
"""How the replies to every task of a suite are read by rules: those of a battle, and those that only suites ask."""


def tasks_of(pair: MinimalPair) -> tuple[str, ...]:
    """The names of the tasks that have something to ask about the pair: the units of a battle on it."""
    return tuple(task.name for task in TASKS.values() if task.probes(pair))
