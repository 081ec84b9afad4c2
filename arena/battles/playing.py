"""Asking both seats of a battle the same probes, task by task, and putting their answers in plain words."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from functools import partial
from re import Pattern
from typing import Protocol, runtime_checkable

from arena.battles.views import Answer, Round
from arena.contestants import Contestant
from arena.models.endpoint_replies import DECLINED
from arena.pairs import MinimalPair
from arena.probes import Probe, Reply
from arena.store import ReplyRecord
from arena.store.generation_records import FRESH
from arena.tasks import TASKS, tasks_of
from arena.tasks.second_replies import option
from arena.tasks.second_turn import both_turns

SeatReplies = tuple[Mapping[str, Reply], Mapping[str, Reply]]
"""Probe key -> reply, of seat A and of seat B."""
NOBODY = re.compile(r"(?!)")
"""Matches nothing."""
SHORTEST_LABEL = 4
"""Characters of a part of a host's name that may be a name; shorter ones are `api`, `com` and their like."""
DECLINED_IN_WORDS = "I cannot answer this."
"""Stands for what a provider says in place of a model, of which nobody may know before the reveal that it has one."""


class Asks(Protocol):
    """Something that puts probes to a contestant, as the model pool does."""

    def ask(self, contestant_id: str, probes: Sequence[Probe]) -> list[Reply]:
        """One reply a probe, in order."""
        ...

    def failed(self) -> Mapping[str, str]:
        """Contestants that cannot be asked, because their model could not be loaded: id -> why not."""
        ...


@runtime_checkable
class Loads(Protocol):
    """Asks, and knows which models are in memory."""

    def loaded(self) -> Sequence[str]:
        """Ids of the contestants whose models this machine has in memory."""
        ...


class Known(Protocol):
    """Looks up what contestants have replied before."""

    def __call__(self, contestant_id: str, keys: Iterable[str], /) -> Mapping[str, Reply]:
        """Probe key -> reply, of those that are known."""
        ...


@dataclass
class Played:
    """What one battle has gathered: replies of both seats by the key of the first probe, and which are new, in either turn."""

    probes: dict[str, list[Probe]]
    """task -> its probes on this pair."""
    replies: tuple[dict[str, Reply], dict[str, Reply]] = field(default_factory=lambda: ({}, {}))
    fresh: list[ReplyRecord] = field(default_factory=list)


def probes_of(pair: MinimalPair) -> dict[str, list[Probe]]:
    """task -> its probes, for every task that the pair has."""
    return {name: [replace(probe, family=pair.family) for probe in TASKS[name].probes(pair)] for name in tasks_of(pair)}


def lookup_ids(pair: MinimalPair) -> tuple[str, ...]:
    """What replies about a pair are looked up by, beside their probes: its id, if it was drawn for its battle alone."""
    return (pair.id,) if pair.source == FRESH else ()


def play_rounds(
    played: Played, seats: tuple[str, str], known: Known, models: Asks, executor: Executor, names: Pattern[str] = NOBODY
) -> Iterator[Round]:
    """Ask everything at once, and yield a round as soon as both seats have answered its task.

    Both answers of a round are shown together, so that their speed tells nothing of who they are. What a contestant has
    answered before is not asked again.
    """
    keys = [probe.key for probes in played.probes.values() for probe in probes]
    for replies, seat in zip(played.replies, seats, strict=True):
        replies.update(known(seat, keys))
    pending = {
        task: [
            executor.submit(_ask, models, partial(known, seat), seat, probes, replies)
            for seat, replies in zip(seats, played.replies, strict=True)
        ]
        for task, probes in played.probes.items()
    }
    try:
        for task, asked in pending.items():
            for replies, seat in zip(played.replies, asked, strict=True):
                answers, fresh = seat.result()
                replies.update(answers)
                played.fresh.extend(fresh)
            yield round_of(played.probes, task, played.replies, names)
    finally:
        _cancel(pending)


def round_of(
    probes: Mapping[str, Sequence[Probe]],
    task: str,
    replies: SeatReplies,
    names: Pattern[str] = NOBODY,
    *,
    judged: bool = False,
) -> Round:
    """One task as a page shows it.

    Args:
        probes: task -> what was asked.
        task: one of them.
        replies: of both seats.
        names: what is struck out of what the seats wrote.
        judged: whether the names are told beside it. Then it is also said what was asked again, which only writers are.
    """
    described = tuple(
        tuple(_in_words(probe, seat[probe.key], names, judged=judged) for probe in probes[task]) for seat in replies
    )
    given = [seat[probe.key] for probe in probes[task] for seat in replies]
    counts = not any(reply.not_applicable for reply in given)
    failed = any(turn.error is not None for reply in given for turn in (reply, reply.second) if turn is not None)
    return Round(task, TASKS[task].title, (described[0], described[1]), counts, failed)


def names_of(contestants: Iterable[Contestant]) -> Pattern[str]:
    """Matches the names of contestants and their makers, however their parts are joined.

    A model may write who it is, and before the reveal nobody may read it.
    """
    names = {name for contestant in contestants for name in (*_titles(contestant), contestant.revision)}
    parts = ([re.escape(part) for part in re.split(r"[\W_]+", name) if part] for name in names)
    spelled = sorted((r"[\W_]*".join(name) for name in parts if name), key=len, reverse=True)
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(spelled)})(?![^\W_])", re.IGNORECASE) if spelled else NOBODY


def _ask(
    models: Asks,
    known: Callable[[list[str]], Mapping[str, Reply]],
    seat: str,
    probes: Sequence[Probe],
    replies_before: Mapping[str, Reply],
) -> tuple[dict[str, Reply], list[ReplyRecord]]:
    """Replies to all probes by their keys, both turns together, and those that are new.

    A model that knows no second turn says so without being asked; that is no reply to keep.
    """
    missing = [probe for probe in probes if probe.key not in replies_before]
    fresh = dict(zip(missing, models.ask(seat, missing), strict=True)) if missing else {}
    first = {probe.key: fresh[probe] if probe in fresh else replies_before[probe.key] for probe in probes}
    replies, again = both_turns(probes, first, known)
    seconds = dict(zip(again, models.ask(seat, list(again.values())), strict=True)) if again else {}
    for key, second in seconds.items():
        replies[key] = replace(replies[key], second=second)
    records = [ReplyRecord(seat, probe.key, probe.task, reply) for probe, reply in fresh.items()]
    told = [(again[key], second) for key, second in seconds.items() if not second.not_applicable]
    return replies, records + [ReplyRecord(seat, probe.key, probe.task, reply) for probe, reply in told]


def _titles(contestant: Contestant) -> list[str]:
    """The parts of its repository; and of a host the labels by which people know who runs it."""
    titles = contestant.repository.split("/")
    labels = re.split(r"[.:]", contestant.organisation) if contestant.is_endpoint else []
    return [*titles, *(label for label in labels if len(label) >= SHORTEST_LABEL and not label.isdecimal())]


def _in_words(probe: Probe, reply: Reply, names: Pattern[str], *, judged: bool) -> Answer:
    describe = TASKS[probe.task].describe
    if reply.text is not None and not judged:
        reply = replace(reply, text=reply.text.replace(DECLINED, DECLINED_IN_WORDS))
    question, answer = describe(probe, reply)
    if reply.second is not None and reply.second.error is not None:
        return Answer(probe.task, probe.cell, question, describe(probe, reply.second)[1])
    if reply.second is not None and (decided := option(probe, reply.second)) is not None:
        answer = describe(probe, Reply(decided))[1]
        return Answer(probe.task, probe.cell, question, f"asked again: {answer}" if judged else answer)
    if reply.text is not None and reply.text != (anonymous := names.sub("[name]", reply.text)):
        # The answer is read from what was written; a quotation is made of what may be shown, before it is cut short.
        answer = describe(probe, replace(reply, text=anonymous))[1] if answer.startswith("“") else answer
    return Answer(probe.task, probe.cell, question, answer)


def _cancel(pending: Mapping[str, Sequence[Future]]) -> None:
    """Whoever stops watching a battle leaves no questions behind."""
    for futures in pending.values():
        for future in futures:
            future.cancel()
