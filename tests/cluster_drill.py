"""Machines of one arena, as processes that write at once, race for votes and are killed; and what must hold afterwards."""

import itertools
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "store"))
from processes import PATIENCE, forked, wait_until
from store_insides import connection_of, database_of
from store_world import CONTESTANTS, PAIRS, RULE, furnish, make_battle, outcomes

from arena.probes import Outcome, Probe, Reading, Reply
from arena.store import BattleRecord, ClusterAddress, QuestionRecord, ReadingRecord, ReplyRecord, Store, new_battle_id
from arena.store.cluster.shared_log import Head, SharedLog
from arena.store.fact_rows import FACTS
from arena.store.rebuild import fingerprints

SERVERS = ("east", "west")
MACHINES = 3
"""With the evaluator."""
RACES = 10
THREADS = 4
"""Visitors of each server at once."""
CELLS = {"caption_choice": 4, "image_choice": 4, "verification": 4, "request": 2}
MOMENTS = ("claim", "fact", "claim", "fact", "claim")
"""When a server is killed: with its commit unfinished, or with nothing of it in its own database yet."""


@dataclass(frozen=True)
class Arena:
    """Where the machines of a drill meet."""

    folder: Path
    """Of their homes, and of what they were told."""
    address: ClusterAddress

    def open(self, name: str) -> Store:
        """The store of a machine."""
        return Store.open(self.folder / name, RULE, cluster=self.address)

    def keep(self, name: str, *words: object) -> None:
        """Keep an acknowledgement durably in a file of this name, which ends in its kind."""
        with (self.folder / name).open("ab", buffering=0) as file:
            file.write(" ".join(map(str, words)).encode() + b"\n")
            os.fsync(file.fileno())

    def told(self, kind: str) -> list[list[str]]:
        """Words of each acknowledgement of a kind, of all machines."""
        texts = [file.read_text() for file in sorted(self.folder.glob(f"*.{kind}"))]
        return [line.split() for text in texts for line in text[: text.rfind("\n") + 1].splitlines()]


@dataclass(frozen=True)
class Outcomes:
    """What came of a drill."""

    acknowledged: int
    lost: int
    twice: int
    other_machines: tuple[str, ...]
    """Tables of which some machine holds something else than the first."""
    rebuilt: tuple[str, ...]
    """Derived tables that hold something else than a rebuild makes of the facts."""
    races: tuple[int, ...]
    """How many machines were told that theirs is the vote that counts, for each vote that was raced."""

    @property
    def are_good(self) -> bool:
        """Whether all holds that must."""
        return not (self.lost or self.twice or self.other_machines or self.rebuilt) and set(self.races) <= {1}


def drill(
    arena: Arena, battles: int, moments: Sequence[str] = MOMENTS, interrupt: Callable[[], None] = lambda: None
) -> Outcomes:
    """Have two servers and an evaluator write at once, with a server killed at each of these moments; then compare.

    Args:
        arena: new.
        battles: of both servers together, each with its vote.
        moments: of `MOMENTS`.
        interrupt: called in the middle of the last round, in which nobody is killed.
    """
    prepare(arena)
    with arena.open("founder") as store:
        race = [store.add_battle(_battle(new_battle_id(), number)).battle_id for number in range(RACES)]
    share = max(1, battles // (len(moments) + 1) // len(SERVERS))
    for number, moment in enumerate([*moments, ""]):
        victim = number % 2
        with ExitStack() as stack:
            machines = [
                stack.enter_context(forked(serve, arena, name, share, moment if place == victim else "", race))
                for place, name in enumerate(SERVERS)
            ]
            machines.append(stack.enter_context(forked(evaluate, arena, "evaluator", share, number)))
            if not moment:
                wait_until(lambda: len(arena.told("ready")) == MACHINES, machines[0])
                interrupt()
            for place, machine in enumerate(machines):
                machine.join(PATIENCE)
                expected = -signal.SIGKILL if moment and place == victim else 0
                assert machine.exitcode == expected, f"machine {place} ended with {machine.exitcode}"
        for file in arena.folder.glob("*.ready"):
            file.unlink()
        race = []
    return _compared(arena)


def prepare(arena: Arena) -> None:
    """Let it know pairs and contestants."""
    with arena.open("founder") as store:
        furnish(store)


def serve(arena: Arena, name: str, battles: int, moment: str, race: Sequence[str]) -> None:
    """What a server does: so many battles with their votes, by several visitors at once, and votes that others want, too."""
    if moment:
        _die(moment, max(1, battles // 4))
    with arena.open(name) as store:
        _begin(arena, name, MACHINES)
        chance = random.Random(name)

        def visit(number: int) -> None:
            battle = _battle(new_battle_id(), chance.randrange(1000))
            done = store.add_battle(battle, _replies(battle))
            arena.keep(f"{name}.battles", done.battle_id, done.seq)
            assert store.add_vote(battle.id, f"{name}-{number}", "a")
            arena.keep(f"{name}.votes", battle.id, f"{name}-{number}")

        with ThreadPoolExecutor(THREADS) as threads:
            for one in race:
                arena.keep(f"{name}.races", one, int(store.add_vote(one, name, "b")))
            list(threads.map(visit, range(battles)))


def evaluate(arena: Arena, name: str, answers: int, number: int) -> None:
    """What an evaluator does: so many answers to questions of a suite."""
    with arena.open(name) as store:
        _begin(arena, name, MACHINES)
        for place in range(answers):
            probe = Probe("request", "image0", "how", (), f"How, {number}-{place}?", (), (), "answer", 10)
            question = QuestionRecord(f"question-{number}-{place}", "item", "family", probe)
            store.evaluations.add_questions("drill", "1", [question])
            reply = ReplyRecord(CONTESTANTS[0].id, probe.key, "request", Reply("So."))
            store.evaluations.add([reply], [ReadingRecord(question.id, CONTESTANTS[0].id, Reading(Outcome.CORRECT, {}), "1")])
            arena.keep(f"{name}.readings", question.id)


def write(arena: Arena, name: str, writes: int, pause: float, machines: int) -> None:
    """What a machine does whose writes are timed, a battle each; between two of them it waits so many seconds on average."""
    with arena.open(name) as store:
        _begin(arena, name, machines)
        chance = random.Random(name)
        for number in range(writes):
            time.sleep(chance.expovariate(1 / pause))
            battle = _battle(new_battle_id(), number)
            replies = _replies(battle)
            begin = time.perf_counter()
            store.add_battle(battle, replies)
            arena.keep(f"{name}.waits", time.perf_counter() - begin)


def _begin(arena: Arena, name: str, machines: int) -> None:
    """Wait until so many machines have come so far, so that none is done before others begin."""
    arena.keep(f"{name}.ready", name)
    end = time.monotonic() + PATIENCE
    while len(arena.told("ready")) < machines and time.monotonic() < end:
        time.sleep(0.005)


def _die(moment: str, commits_before: int) -> None:
    """Have this process killed at a moment, in its first commit after so many."""
    hold, commits = SharedLog.head, itertools.count()

    @contextmanager
    def head(self: SharedLog, after: int) -> Iterator[Head]:
        with hold(self, after) as held:
            yield held
            is_last = bool(held.commit_id) and next(commits) >= commits_before
            if is_last and moment == "claim":
                _end()
        if is_last:
            _end()

    SharedLog.head = head


def _end() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(PATIENCE)  # where another thread takes the signal, this one goes no step further


def _battle(name: str, number: int) -> BattleRecord:
    """A visitor's, of 28 outcomes."""
    a, b = (Outcome(("correct", "wrong")[number >> bit & 1]) for bit in (0, 1))
    judged = outcomes({task: ([a] * cells, [b] * cells) for task, cells in CELLS.items()})
    judged = tuple(replace(one, probe_key=f"{name}/{one.task}/{one.cell}") for one in judged)
    seats = (CONTESTANTS[number % 4].id, CONTESTANTS[(number + 1) % 4].id)
    pair = PAIRS[number % len(PAIRS)].id
    return make_battle(name, judged, pair_id=pair, seats=seats, played_by="visitor", result=("a", "b", "tie")[number % 3])


def _replies(battle: BattleRecord) -> list[ReplyRecord]:
    said = Reply("The first caption.", (-0.2, -1.7))
    return [ReplyRecord(battle.seats["ab".index(one.seat)], one.probe_key, one.task, said) for one in battle.outcomes]


def _compared(arena: Arena) -> Outcomes:
    """All machines, and one that starts anew, with each other and with what was acknowledged."""
    contents: dict[str, Mapping[str, tuple[int, int]]] = {}
    for name in (*SERVERS[1:], "evaluator", "newcomer"):
        with arena.open(name) as store:
            contents[name] = content(store)
    with arena.open(SERVERS[0]) as store:
        first, rebuilt = content(store), store.rebuild()
        battles, votes, readings = (
            connection_of(store).execute(query).fetchall()
            for query in (
                "SELECT id, seq FROM arena.battles",
                "SELECT battle_id, visitor FROM arena.votes",
                "SELECT question_id FROM arena.readings",
            )
        )
    others = {table for content in contents.values() for table in first if content[table] != first[table]}
    seqs = sorted(seq for _, seq in battles)
    stored = {"battles": battles, "votes": votes, "readings": readings}
    told = {kind: arena.told(kind) for kind in stored}
    wins = Counter({battle: 0 for battle, _ in arena.told("races")})
    wins.update(battle for battle, won in arena.told("races") if won == "1")
    return Outcomes(
        acknowledged=sum(map(len, told.values())),
        lost=sum(len({*map(tuple, told[kind])} - {tuple(map(str, row)) for row in stored[kind]}) for kind in stored),
        twice=sum(len(rows) - len({row[0] for row in rows}) for rows in stored.values())
        + (seqs != list(range(1, len(seqs) + 1))),
        other_machines=tuple(sorted(others)),
        rebuilt=rebuilt,
        races=tuple(wins.values()),
    )


def content(store: Store) -> Mapping[str, tuple[int, int]]:
    """Table of facts, or derived -> its rows, and a number that tells whether others are the same, in whatever order."""
    query = "SELECT count(*), coalesce(bit_xor(hash(facts)), 0) FROM arena.{} AS facts"
    with database_of(store).shared() as cursor:
        facts = {table: cursor.execute(query.format(table)).fetchall()[0] for table in FACTS}
        return facts | fingerprints(cursor)
