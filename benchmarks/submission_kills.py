"""Kills the worker and the server in every state of a submission, and looks what became of it.

    python benchmarks/submission_kills.py [--kills 10] [--only worker server] [--states PENDING CHECKING loading RUNNING]

Good models are submitted to one home, one after the other, until each victim was killed so often in each state. The Hub is
that of the tests, on this machine. On the way of one submission the server is killed once in each state, and the worker twice
at most while it is under way: three such deaths are too many for a submission. A kill (SIGKILL) comes a random moment after
its state and counts for the state in which it came. After it a next step has to come. In the end each submission has to be
LISTED with each question answered once, or FAILED because its worker ended too often, and no process may be left.
"""

import argparse
import math
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "hub"))

import duckdb
import pytest
from hub_server import COMMIT, Hub
from killed_server import VICTIMS, Kill, Server
from rich.console import Console
from rich.table import Table
from submitted_models import nudge, serve, submission, submit, worker_settings

from arena.opening import open_store
from arena.store import Store
from arena.store.submission_records import ENDED, SubmissionEvent, SubmissionStanding
from arena.submissions.contestant_of import CONTESTANT
from arena.worker.submission_run import MOST_TRIES

Turn = tuple[str, str]
"""Whom to kill, and in which state."""

STATES = ("PENDING", "CHECKING", "loading", "RUNNING")
"""`loading` is CHECKING, once files are fetched; RUNNING counts once there are answers to lose."""
LONGEST_DELAY = {"PENDING": 0.3, "CHECKING": 2.0, "loading": 2.0, "RUNNING": 4.0}
"""Seconds between a state and the kill, at most."""
DEATHS = MOST_TRIES - 1
"""Of the worker while one submission is under way; one more would end it."""
PATIENCE = 900
TOO_OFTEN = f"the worker ended {MOST_TRIES} times"
"""In the words of a submission that is given up for that."""


@dataclass(frozen=True)
class Passage:
    """One submission from the queue to its end, with the kills on its way."""

    id: str
    kills: Sequence[Kill]
    events: Sequence[SubmissionEvent]

    @property
    def end(self) -> SubmissionEvent:
        """Its last step."""
        return self.events[-1]

    @property
    def contestant(self) -> str:
        """Who it is on the board; empty where that was never known."""
        return next((event.detail[CONTESTANT] for event in reversed(self.events) if CONTESTANT in event.detail), "")

    def found(self, kill: Kill) -> str:
        """The state in which a kill came."""
        return place([event for event in self.events if event.at <= kill.at][-1])

    def next(self, kill: Kill) -> SubmissionEvent | None:
        """The first step after a kill."""
        return next((event for event in self.events if event.at > kill.at), None)

    def faults(self) -> list[str]:
        """What is wrong with it, a line each."""
        shares = [event.detail["done"] for event in self.events if "seconds_left" in event.detail]
        stuck = [self.found(kill) for kill in self.kills if self.next(kill) is None and self.found(kill) not in ENDED]
        known = self.end.state == "LISTED" or TOO_OFTEN in self.end.words
        wrong = {
            f"ended {self.end.state}: {self.end.words}": not known,
            "ended more than once": sum(event.state in ENDED for event in self.events) > 1,
            f"lost answers, as its shares tell: {shares}": shares != sorted(shares),
            "outlived by processes": any(kill.left for kill in self.kills),
            f"no step after a kill in {stuck}": bool(stuck),
        }
        return [f"{self.id}: {line}" for line, holds in wrong.items() if holds]


@dataclass(frozen=True)
class Answers:
    """What one contestant has answered."""

    twice: int
    """Questions with more than one answer."""
    missing: int
    """Questions without any."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, and exit with 1 where something hangs, is answered twice or is left."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10, help="of each victim in each state (default: %(default)s)")
    parser.add_argument("--only", nargs="+", choices=VICTIMS, default=VICTIMS)
    parser.add_argument("--states", nargs="+", choices=STATES, default=STATES)
    options = parser.parse_args(arguments)
    wanted = Counter({(victim, state): options.kills for victim in options.only for state in options.states})
    with Hub() as hub, tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        hub.reach(patch, Path(name) / "cache")
        os.environ.update(HF_ENDPOINT=hub.address, HF_HUB_OFFLINE="0", HF_HUB_DISABLE_XET="1", HF_HUB_CACHE=f"{name}/cache")
        passages = drill(hub, Path(name), wanted)
        answers = answers_of(Path(name) / "home")
    if faults := report(passages, answers, wanted):
        sys.exit("\n".join(faults))


def drill(hub: Hub, folder: Path, wanted: Mapping[Turn, int]) -> list[Passage]:
    """Submit and kill, until there were as many kills as wanted, or as many submissions."""
    passages: list[Passage] = []
    chance = random.Random(3)
    with Server(folder / "home", folder / "server") as server:
        while (turns := turns_of_one(left_of(wanted, passages))) and len(passages) < sum(wanted.values()):
            number = math.sqrt(len(passages) + 2) / 9
            name = f"team/model-{len(passages)}"
            serve(hub, folder / f"model-{len(passages)}", name, lambda draft, number=number: nudge(draft, number=number))
            passages.append(passage(server, folder / "home", name, turns, chance))
            told = [f"{kill.victim} in {passages[-1].found(kill)}" for kill in passages[-1].kills]
            Console().print(f"{name}: {', '.join(told)}: {passages[-1].end.state}", highlight=False, soft_wrap=True)
    return passages


def left_of(wanted: Mapping[Turn, int], passages: Sequence[Passage]) -> dict[Turn, int]:
    """How many kills are still wanted."""
    done = Counter((kill.victim, one.found(kill)) for one in passages for kill in one.kills)
    return {turn: count - done[turn] for turn, count in wanted.items() if count > done[turn]}


def turns_of_one(wanted: Mapping[Turn, int]) -> list[Turn]:
    """Kills on the way of one submission, in their order.

    The worker dies in PENDING after its first death under way: the submission waits then, while the worker is there again.
    """
    deaths = [turn for turn in sorted(wanted, key=lambda turn: -wanted[turn]) if turn[0] == "worker" and turn[1] != "PENDING"]
    turns = [turn for turn in wanted if turn[0] == "server"] + deaths[:DEATHS]
    turns.sort(key=lambda turn: STATES.index(turn[1]))
    if ("worker", "PENDING") in wanted:
        turns.insert(1 + turns.index(min(deaths[:DEATHS], key=turns.index)) if deaths else 0, ("worker", "PENDING"))
    return turns


def passage(server: Server, home: Path, name: str, turns: Sequence[Turn], chance: random.Random) -> Passage:
    """Submit a model, and kill on its way; a turn whose state does not come any more is left out with those behind it."""
    kills: list[Kill] = []
    given = ""
    for victim, state in turns:
        with open_store(worker_settings(home)) as store:
            given = given or submit(store, submission(name, COMMIT))  # it waits for a moment only, so that this looks at once
            standing = wait_for(store, given, state, kills[-1].at if kills else None)
        if standing.state in ENDED:
            break
        time.sleep(chance.uniform(0, LONGEST_DELAY[state]))
        kills.append(server.kill(victim))
    with open_store(worker_settings(home)) as store:
        wait_for(store, given, None, None)
        return Passage(given, kills, store.submissions.events(given))


def wait_for(store: Store, name: str, state: str | None, after: datetime | None) -> SubmissionStanding:
    """Where it stands once it came there after a moment, or has ended; without a state, once it has ended."""
    end = time.monotonic() + PATIENCE
    while True:
        standing = store.submissions.get(name)
        assert standing is not None
        is_new = after is None or standing.event.at > after
        if standing.state in ENDED or (state and is_new and place(standing.event) == state):
            return standing
        if time.monotonic() > end:
            raise TimeoutError(f"{name}: is {standing.state}: {standing.event.words}")
        time.sleep(0.05)


def place(event: SubmissionEvent) -> str:
    """Its state, with `loading` and `starting` told apart: a model that is checked, and one that has not answered yet."""
    if event.state == "RUNNING" and not event.detail.get("done"):
        return "starting"
    return "loading" if event.detail.get("step", "fetching its files") != "fetching its files" else event.state


def answers_of(home: Path) -> dict[str, Answers]:
    """Id of a contestant -> what it has answered of the questions for models that write."""
    with duckdb.connect(str(home / "arena.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            """
            WITH asked AS (SELECT DISTINCT probe_key FROM questions WHERE suite = 'starter' AND audience IN ('all', 'writers')),
            given AS (SELECT contestant_id, probe_key, count(*) AS times FROM replies WHERE error IS NULL GROUP BY ALL)
            SELECT contestant_id, count(*) FILTER (times > 1), (SELECT count(*) FROM asked) - count(asked.probe_key)
            FROM given LEFT JOIN asked USING (probe_key) GROUP BY contestant_id
            """
        ).fetchall()
    return {contestant: Answers(twice, missing) for contestant, twice, missing in rows}


def report(passages: Sequence[Passage], answers: Mapping[str, Answers], wanted: Mapping[Turn, int]) -> list[str]:
    """Print the table; gives what is wrong, a line each."""
    table = Table("Victim", "State", "Kills", "Went on", "Ended with a reason", "Slowest s", "Answers twice", box=None)
    for victim, state in wanted:
        some = [(one, kill) for one in passages for kill in one.kills if (kill.victim, one.found(kill)) == (victim, state)]
        steps = [(step, (step.at - kill.at).total_seconds()) for one, kill in some if (step := one.next(kill))]
        failed = sum(step.state == "FAILED" for step, _ in steps)
        slowest = max((seconds for _, seconds in steps), default=0)
        twice = sum(answers[name].twice for name in {one.contestant for one, _ in some} & answers.keys())
        table.add_row(victim, state, *map(str, (len(some), len(steps) - failed, failed, f"{slowest:.0f}", twice)))
    Console(width=160).print(table, highlight=False)
    listed = [one for one in passages if one.end.state == "LISTED"]
    Console().print(f"{len(passages)} submissions, {len(listed)} of them LISTED", highlight=False)
    faults = [line for one in passages for line in one.faults()]
    faults += [f"{one.id}: {found}" for one in listed if (found := answers.get(one.contestant)) != Answers(0, 0)]
    missed = left_of(wanted, passages)
    return faults + [f"{victim} in {state}: {count} kills did not come" for (victim, state), count in missed.items()]


if __name__ == "__main__":
    main()
