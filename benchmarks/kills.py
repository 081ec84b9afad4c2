"""Kills the arena at work, again and again, and counts what it had acknowledged, what of that is gone, and what stands twice.

    python benchmarks/kills.py [--kills 10] [--only server evaluation generation]

Every kill comes a random moment after something new was acknowledged: to visitors and reviewers of a server over HTTP, or in
the log of a command. Once the server is there again, visitors repeat their last votes, and a reviewer the last verdict.
`least` and `most` say how many acknowledgements came between two kills; `wrong`, how many derived tables hold something else
than a rebuild makes of the facts.
"""

import argparse
import contextlib
import http.client
import json
import random
import re
import socket
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from arena.battles.scoring import ELO_RULE
from arena.store import Store

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from processes import FEW_MODELS, arena, exit_code, killed, wait_until

Review = tuple[str, str]
"""Generation, and the number of the reviewer's browser."""
NO_TOKEN = ""
"""Whoever uses the machine needs none to review."""
PLAYERS = 3
READY = "Ctrl-C stops it"
LONGEST_DELAY = 0.3
"""Seconds between an acknowledgement and the kill, at most."""


@dataclass
class Drill:
    """What came of killing one kind of work."""

    name: str
    acknowledged: list[int] = field(default_factory=list)
    """How many came before each kill."""
    lost: int = 0
    twice: int = 0
    wrong: int = 0

    def row(self) -> list[str]:
        """Cells of the table."""
        counts = (len(self.acknowledged), sum(self.acknowledged), min(self.acknowledged), max(self.acknowledged))
        return [self.name, *map(str, (*counts, self.lost, self.twice, self.wrong))]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10, help="of each kind of work (default: %(default)s)")
    parser.add_argument("--only", nargs="+", choices=DRILLS, default=list(DRILLS), help="default: all")
    options = parser.parse_args(arguments)
    table = Table("work", "kills", "acknowledged", "least", "most", "lost", "twice", "wrong", box=None)
    for name in options.only:
        with tempfile.TemporaryDirectory() as folder:
            for drill in DRILLS[name](Path(folder), options.kills, random.Random(3)):
                table.add_row(*drill.row())
    Console().print(table)


@dataclass
class Told:
    """What clients of a server were told is kept."""

    battles: list[str] = field(default_factory=list)
    votes: list[str] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    last_votes: deque[str] = field(default_factory=lambda: deque(maxlen=PLAYERS))
    """Battles of the last votes, however those ended."""
    last_reviews: deque[Review] = field(default_factory=lambda: deque(maxlen=1))

    def counts(self) -> tuple[int, ...]:
        """Of each kind."""
        return len(self.battles), len(self.votes), len(self.reviews)


def server(folder: Path, kills: int, chance: random.Random) -> Iterator[Drill]:
    """Battles, votes and reviews over HTTP."""
    home = folder / "home"
    pending = pairs_to_review(home, folder / "terminal")
    drills = [Drill(name) for name in ("server: battles", "server: votes", "server: reviews")]
    told = Told()
    for _ in range(kills):
        before = told.counts()
        with serving(home, folder / "terminal") as (process, port), clients(port, told, pending):
            wait_until(lambda start=before: all(now > then for now, then in zip(told.counts(), start, strict=True)), process)
            time.sleep(chance.uniform(0, LONGEST_DELAY))
            assert killed(process), "it was still serving"
        for drill, now, then in zip(drills, told.counts(), before, strict=True):
            drill.acknowledged.append(now - then)
    with Store.open(home) as store:  # the last word of each reviewer counts
        reviews = [(review.generation_id, review.reviewer) for review in store.generations.reviews()]
    wrong = wrong_tables(home)
    found = (rows(home, "SELECT id FROM arena.battles"), rows(home, "SELECT battle_id FROM arena.votes"), reviews)
    wanted = (told.battles, told.votes, [generation for generation, _ in told.reviews])
    for drill, kept, acknowledged in zip(drills, found, wanted, strict=True):
        names = [name if isinstance(name, str) else name[0] for name in kept]
        drill.lost = (Counter(acknowledged) - Counter(names)).total()
        drill.twice = len(kept) - len(set(kept))
        drill.wrong = wrong
    yield from drills


def evaluation(folder: Path, kills: int, chance: random.Random) -> Iterator[Drill]:
    """Answers of a model to a suite, from the command line; its log counts all that are there by then."""
    command = ("evaluate", "--model", "clip-mini", "--suite", "starter")
    answers = "SELECT question_id || contestant_id || judge FROM arena.readings"
    line = re.compile(r"(\d+) of \d+ questions committed")
    yield bulk("evaluation: answers", command, folder, kills, chance, line, max, answers)


def generation(folder: Path, kills: int, chance: random.Random) -> Iterator[Drill]:
    """Fresh pairs, from the command line; its log counts those of each commit."""
    command = ("generate", "--scenes", str(40 * kills))
    line = re.compile(r"(\d+) generations committed")
    yield bulk("generation: pairs", command, folder, kills, chance, line, sum, "SELECT id FROM arena.generations")


DRILLS = {"server": server, "evaluation": evaluation, "generation": generation}


def bulk(
    name: str,
    command: Sequence[str],
    folder: Path,
    kills: int,
    chance: random.Random,
    line: re.Pattern[str],
    total: Callable[[Sequence[int]], int],
    ids: str,
) -> Drill:
    """Kill a command after lines of its log that tell how much was committed, and start it again."""
    drill, home = Drill(name), folder / "home"

    def told() -> int:
        log = home / "logs" / "arena.log"
        return total([0, *map(int, line.findall(log.read_text()))]) if log.exists() else 0

    for _ in range(kills):
        before = told()
        with arena(*command, home=home, output=folder / "terminal") as process:
            wait_until(lambda start=before: told() > start, process)
            time.sleep(chance.uniform(0, LONGEST_DELAY))
            assert killed(process), "it was still at work"
        drill.acknowledged.append(told() - before)
    found = rows(home, ids)
    drill.lost = max(0, told() - len(set(found)))
    drill.twice = len(found) - len(set(found))
    drill.wrong = wrong_tables(home)
    return drill


def wrong_tables(home: Path) -> int:
    """How many derived tables a rebuild makes otherwise."""
    with Store.open(home, ELO_RULE) as store:
        return len(store.rebuild())


def rows(home: Path, query: str) -> list[str]:
    """A column of the database, as DuckDB itself finds it."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{home / 'arena.duckdb'}' AS arena")
        return [value for (value,) in connection.execute(query).fetchall()]


def pairs_to_review(home: Path, output: Path) -> list[str]:
    """Generations that wait for reviewers."""
    with arena("generate", "--source", "starter", "--count", "4", "--seed", "7", home=home, output=output) as process:
        if exit_code(process):
            raise RuntimeError(output.read_text())
    with Store.open(home) as store:
        return [standing.record.id for standing in store.generations.standings() if standing.state(1) == "pending"]


@contextlib.contextmanager
def serving(home: Path, output: Path) -> Iterator[tuple[BaseProcess, int]]:
    """A server that answers, and its port. It never has enough verdicts, so that reviewers always have something to judge."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    output.write_text("")
    many = {"ARENA_ACCEPTS": "1000000", **FEW_MODELS}
    with arena("serve", "--port", str(port), home=home, output=output, environment=many) as process:
        wait_until(lambda: READY in output.read_text(), process)
        yield process, port


@contextlib.contextmanager
def clients(port: int, told: Told, pending: Sequence[str]) -> Iterator[None]:
    """Visitors and a reviewer, until the block ends."""
    ended = threading.Event()
    work = [partial(play, port, told)] * PLAYERS + [partial(review, port, told, pending, accept_button(port))]
    threads = [threading.Thread(target=repeat, args=(ended, one)) for one in work]
    for again in list(told.last_votes):
        vote(port, told, again)
    for again in list(told.last_reviews):
        judge(port, told, again, accept_button(port))
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def repeat(ended: threading.Event, work: Callable[[], None]) -> None:
    """Do it until the server is gone. What is refused for the moment is tried again."""
    while not ended.is_set():
        try:
            work()
        except (OSError, http.client.HTTPException, ValueError):
            time.sleep(0.1)


def play(port: int, told: Told) -> None:
    """One battle on a frozen pair, and a vote."""
    battle = call(port, "battle", "", "", "starter")["battle"]
    told.battles.append(battle)
    vote(port, told, battle)


def vote(port: int, told: Told, battle: str) -> None:
    """Judge a battle, perhaps again."""
    told.last_votes.append(battle)
    call(port, "vote", battle, "a")
    if battle not in told.votes:
        told.votes.append(battle)


def review(port: int, told: Told, pending: Sequence[str], button: tuple[int, int]) -> None:
    """The verdict of a new reviewer."""
    judge(port, told, (random.choice(pending), uuid.uuid4().hex), button)


def judge(port: int, told: Told, verdict: Review, button: tuple[int, int]) -> None:
    """Press the button of the review page, perhaps again."""
    told.last_reviews.append(verdict)
    if "Accepted" in pressed(port, button, [*verdict, NO_TOKEN]) and verdict not in told.reviews:
        told.reviews.append(verdict)


def call(port: int, endpoint: str, *arguments: str) -> Any:
    """What an endpoint of the arena answers."""
    event = request(port, f"call/{endpoint}", {"data": arguments})["event_id"]
    name, data = stream(port, f"call/{endpoint}/{event}").strip().rsplit("event: ", 1)[1].split("\n", 1)
    if name != "complete":
        raise ValueError(data)
    return json.loads(data.removeprefix("data: "))[0]


def accept_button(port: int) -> tuple[int, int]:
    """Ids of the button and of what it calls."""
    config = json.loads(stream(port, "config", prefix=""))
    (button,) = [part["id"] for part in config["components"] if part["props"].get("elem_id") == "accept"]
    (event,) = [one["id"] for one in config["dependencies"] if [button, "click"] in one["targets"]]
    return button, event


def pressed(port: int, button: tuple[int, int], values: Sequence[str]) -> str:
    """What the page gets once its button was pressed, as the text of the event."""
    component, function = button
    session = uuid.uuid4().hex
    body = {"data": values, "fn_index": function, "trigger_id": component, "session_hash": session}
    request(port, "queue/join", body)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", f"/gradio_api/queue/data?session_hash={session}")
    with contextlib.closing(connection), connection.getresponse() as events:
        return next((line.decode() for line in events if b'"process_completed"' in line), "")


def request(port: int, path: str, body: object) -> Any:
    """Post something to Gradio."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("POST", f"/gradio_api/{path}", json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse().read()
    connection.close()
    return json.loads(answer)


def stream(port: int, path: str, prefix: str = "gradio_api/") -> str:
    """Read what the server sends, to its end."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", f"/{prefix}{path}")
    answer = connection.getresponse().read().decode()
    connection.close()
    return answer


if __name__ == "__main__":
    main()
