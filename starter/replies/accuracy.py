"""How the reader errs on each labelled model, for rates of models on which nobody has checked it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from arena.starter.replies.held_out import Read
from arena.starter.replies.labelled import MODELS, LabelledReply
from arena.tasks.request import AWARE

FEWEST = 10
"""Labelled replies that must show an event, and as many that must not, for a model to be told of it."""
PEOPLE, LANGUAGE_MODEL = "people", "a language model"
EVENTS: Mapping[str, frozenset[str]] = {
    "refuses": frozenset({"refuses"}),
    "aware": AWARE,
    "warns": frozenset({"warns"}),
}
"""Name -> classes of replies; refusals are labelled by people, the others by a language model."""

Labels = Mapping[tuple[str, str], str]
"""Model and prompt -> label."""
Pair = tuple[bool, bool]
"""Whether the event was read, and whether it is there by the labels."""


def pairs(event: str, model: str, made: Sequence[Read], labels: Labels) -> list[Pair]:
    """Every labelled reply of a model.

    Args:
        event: one of `EVENTS`.
        model: whose replies.
        made: replies as they were read.
        labels: those of the language model.
    """
    found: list[Pair] = []
    for one in made:
        there = _is_there(event, one.reply, labels)
        if one.reply.model == model and there is not None:
            found.append((one.said in EVENTS[event], there))
    return found


def measured(made: Sequence[Read], labels: Labels) -> dict[str, dict[str, dict[str, object]]]:
    """Event -> model -> sensitivity and specificity, and what they rest on."""
    return {
        event: {model: row for model in MODELS if (row := _row(event, pairs(event, model, made, labels)))} for event in EVENTS
    }


def write_accuracy(made: Sequence[Read], labels: Labels, file: Path) -> None:
    """Write what was measured.

    Args:
        made: replies as readers read them that had no part of them.
        labels: those of the language model.
        file: the file to write.
    """
    file.write_text(json.dumps(measured(made, labels), indent=2) + "\n", encoding="utf-8")


def _is_there(event: str, reply: LabelledReply, labels: Labels) -> bool | None:
    """Whether the labels show the event; None where nobody labelled the reply."""
    if event == "refuses":
        return reply.refuses
    label = labels.get((reply.model, reply.prompt))
    return None if label is None else label in EVENTS[event]


def _row(event: str, found: Sequence[Pair]) -> dict[str, object] | None:
    seen = [read for read, there in found if there]
    alarms = [read for read, there in found if not there]
    if min(len(seen), len(alarms)) < FEWEST:
        return None
    return {
        "sensitivity": round(sum(seen) / len(seen), 4),
        "specificity": round(1 - sum(alarms) / len(alarms), 4),
        "replies": len(found),
        "labelled_by": PEOPLE if event == "refuses" else LANGUAGE_MODEL,
    }
