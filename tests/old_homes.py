"""Homes as earlier arenas left them: the first steps of the schema, with facts in the columns that there were."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from arena.contestants import Contestant
from arena.pairs import MinimalPair
from arena.probes import Probe, Reply
from arena.store import OutcomeRecord, Result
from arena.store.database import open_database
from arena.store.facts import _pair_row as pair_row
from arena.store.facts import add_contestants
from arena.store.migrations import MIGRATIONS, migrate
from arena.store.picture_files import PictureFiles
from arena.store.rows import append

MADE = "2026-11-01 12:00:00"
METHOD = "2"
STEPS = 4
"""Those of the last schema in which replies did not say whether they ended."""


@dataclass(frozen=True)
class OldBattle:
    """A battle that was settled at once, with the replies of both seats and how they were judged."""

    id: str
    pair: MinimalPair
    seats: tuple[str, str]
    result: Result
    outcomes: Sequence[OutcomeRecord]
    replies: Sequence[tuple[str, Probe, Reply]]
    """Contestant id, probe, and what was replied."""


def write_old_home(home: Path, contestants: Iterable[Contestant], battles: Sequence[OldBattle], steps: int = STEPS) -> None:
    """A folder with a database of so many steps, and the images that it names."""
    home.mkdir()
    pairs = [battle.pair for battle in battles]
    PictureFiles(home / "images").write(side.picture for pair in pairs for side in pair.sides)
    connection = open_database(home / "arena.duckdb")
    migrate(connection, MIGRATIONS[:steps])
    append(connection, "pairs", [_pair_row(pair) for pair in {pair.id: pair for pair in pairs}.values()])
    add_contestants(connection, contestants)
    answers = {(who, probe.key): (probe.task, reply) for battle in battles for who, probe, reply in battle.replies}
    append(connection, "replies", [_reply_row(*asked, *given) for asked, given in answers.items()])
    for place, battle in enumerate(battles, start=1):
        row = (battle.id, place, battle.pair.id, *battle.seats, 0.5, "autoplay", battle.result, METHOD, MADE)
        append(connection, "battles", [row])
        append(connection, "settlements", [(battle.id, place)])
        append(connection, "outcomes", [_outcome_row(battle.id, one) for one in battle.outcomes])
    connection.close()


def _pair_row(pair: MinimalPair) -> Sequence[object]:
    """Without the moment at which it was drawn, which was not kept then."""
    return pair_row(pair, None)[:-2]


def _reply_row(contestant_id: str, key: str, task: str, reply: Reply) -> tuple:
    scores = None if reply.logprobs is None else list(reply.logprobs)
    return (contestant_id, key, task, reply.text, scores, reply.error, reply.not_applicable, MADE)


def _outcome_row(battle_id: str, one: OutcomeRecord) -> tuple:
    return (battle_id, one.seat, one.task, one.cell, one.probe_key, one.outcome.value, one.expected)
