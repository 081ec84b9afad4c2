"""Kills the arena at work, again and again, and counts what it had acknowledged, what of that is gone, and what stands twice.

    python benchmarks/kills.py [--kills 10] [--only server evaluation generation two together]

`together` runs a server with ten visitors and a reviewer, two evaluations and a generation in bulk on one home, and kills each
of the four; `two` is the server, with three, and the first evaluation. Every kill comes a random moment after something new
was acknowledged. Once the server is there again, visitors repeat their last votes, and a reviewer the last verdict. `owner`
says how many of the killed held the database at that moment, `least` and `most`, how many acknowledgements came between two
kills; `wrong`, how many derived tables hold something else than a rebuild makes of the facts; and `longest s`, how long the
one who waited longest for an acknowledgement did.
"""

import argparse
import contextlib
import random
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from arena.battles.scoring import ELO_RULE
from arena.generation.makers import Drawing, drawn_proposals
from arena.generation.orders import Order, Tool
from arena.generation.outcomes import Generated, keep
from arena.generators.gate import GateReport
from arena.store import Store
from arena.store.owner_socket import OwnerGone, connect

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from acknowledgements import Acknowledgements, run_telling
from kill_visitors import Told, clients
from processes import FEW_MODELS, STARTERS, arena, forked, killed, only, wait_until

READY = "Ctrl-C stops it"
PASSED = GateReport((), "drill", passed=True, models=())
SHARES = ("BATTLES", "VOTES", "READS", "REVIEWS")
LONGEST_DELAY = 0.3
"""Seconds between an acknowledgement and the kill, at most."""
EVALUATIONS = {"evaluation": "llava-mini", "second evaluation": "llava-small"}
EVALUATED = only(STARTERS / name for name in EVALUATIONS.values())
"""Models that commands know."""
STRATEGIES = ("none", "reminder", *(f"examples:{count}" for count in (2, 4, 6, 8)))
"""Of each model, one after the other, so that no evaluation ends before all kills."""


@dataclass
class Kind:
    """One kind of what a work stores."""

    name: str
    acknowledged: Acknowledgements
    ids: str
    """Query for what the database holds: the id, and more where that may well be there several times."""
    between: list[int] = field(default_factory=list)
    """How many came before each kill."""


@dataclass(eq=False)
class Work:
    """What is killed, and started again."""

    start: Callable[[], AbstractContextManager[BaseProcess]]
    kinds: list[Kind]
    kills_of_owner: int = 0

    def begin(self) -> None:
        """Start it, and know what was acknowledged before."""
        self._before = [kind.acknowledged.ids() for kind in self.kinds]
        self._running = ExitStack()
        self._process = self._running.enter_context(self.start())

    def holds(self, home: Path) -> bool:
        """Whether it holds the database at this moment."""
        try:
            connection, greeting = connect(home)
        except OwnerGone:
            return False
        connection.close()
        return greeting.process == self._process.pid

    def kill(self, home: Path, delay: float) -> None:
        """Kill it, so many seconds after something new of each kind was acknowledged."""
        wait_until(lambda: all(self._new()), self._process)
        time.sleep(delay)
        is_owner = self.holds(home)
        assert killed(self._process), "it was still at work"
        self._running.close()
        self.kills_of_owner += is_owner
        for kind, new in zip(self.kinds, self._new(), strict=True):
            kind.between.append(new)

    def end(self) -> None:
        """Have it end by itself."""
        self._running.close()

    def _new(self) -> list[int]:
        return [len(kind.acknowledged.ids() - before) for kind, before in zip(self.kinds, self._before, strict=True)]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10, help="of each kind of work (default: %(default)s)")
    parser.add_argument("--only", nargs="+", choices=DRILLS, default=list(DRILLS), help="default: all")
    options = parser.parse_args(arguments)
    titles = ("work", "kills", "owner", "acknowledged", "least", "most", "lost", "twice", "wrong", "longest s")
    table = Table(*titles, box=None)
    for name in options.only:
        with tempfile.TemporaryDirectory() as folder:
            for row in drill(Path(folder), DRILLS[name], options.kills, random.Random(3)):
                table.add_row(*map(str, row))
    Console().print(table)


def drill(folder: Path, names: Sequence[str], kills: int, chance: random.Random) -> Iterator[tuple[object, ...]]:
    """Kill works that go on together. Gives the cells of the table."""
    home = folder / "home"
    works = [WORKS[name](folder, home) for name in names]
    with ExitStack() as ends:
        for work in works:
            ends.callback(work.end)
            work.begin()
        kill_all(works, home, kills, chance)
    with Store.open(home, ELO_RULE) as store:
        wrong = len(store.rebuild())
    for work in works:
        for kind in work.kinds:
            stored, told = rows(home, kind.ids), kind.acknowledged.ids()
            between = (sum(kind.between), min(kind.between), max(kind.between))
            lost, twice = len(told - {one for one, *_ in stored}), len(stored) - len(set(stored))
            longest = f"{kind.acknowledged.longest():.1f}"
            yield kind.name, kills, work.kills_of_owner, *between, lost, twice, wrong, longest


def kill_all(works: Sequence[Work], home: Path, kills: int, chance: random.Random) -> None:
    """Kill each so many times, in any order, half the time whoever holds the database."""
    left = [*works] * kills
    chance.shuffle(left)
    while left:
        owner = next((work for work in left if work.holds(home)), left[-1])
        work = chance.choice((owner, left[-1]))
        left.remove(work)
        work.kill(home, chance.uniform(0, LONGEST_DELAY))
        if work in left:
            work.begin()


def server(visitors: int, folder: Path, home: Path) -> Work:
    """Battles and votes of so many visitors, and reviews, over HTTP."""
    pending = pairs_to_review(home)
    kinds = [
        Kind("server: battles", Acknowledgements(folder / "battles"), "SELECT id FROM arena.battles"),
        Kind("server: votes", Acknowledgements(folder / "votes"), "SELECT battle_id FROM arena.votes"),
        Kind(
            "server: reviews",
            Acknowledgements(folder / "reviews"),
            "SELECT generation_id || reviewer, reviewed_at FROM arena.reviews",
        ),
    ]
    battles, votes, reviews = (kind.acknowledged for kind in kinds)
    told = Told(battles, votes, reviews, visitors)

    @contextlib.contextmanager
    def visited() -> Iterator[BaseProcess]:
        with serving(home, folder / "server") as (process, port), clients(port, told, pending):
            yield process

    return Work(visited, kinds)


def evaluation(name: str, folder: Path, home: Path) -> Work:
    """Answers of a model to a suite, from the command line."""
    strategies = [part for strategy in STRATEGIES for part in ("--strategy", strategy)]
    answers = "SELECT question_id || contestant_id || judge FROM arena.readings"
    return command(
        name, "answers", ("evaluate", "--model", EVALUATIONS[name], *strategies, "--suite", "starter"), answers, folder, home
    )


def generation(folder: Path, home: Path) -> Work:
    """Fresh pairs, from the command line."""
    return command("generation", "pairs", ("generate", "--scenes", "100000"), "SELECT id FROM arena.generations", folder, home)


def command(name: str, kept: str, words: Sequence[str], ids: str, folder: Path, home: Path) -> Work:
    """A command that stores something of one kind."""
    file = folder / name
    arguments = ["--home", str(home), *words]
    start = partial(forked, run_telling, arguments, folder / f"{name} terminal", EVALUATED, file)
    return Work(start, [Kind(f"{name}: {kept}", Acknowledgements(file), ids)])


WORKS: dict[str, Callable[[Path, Path], Work]] = {
    "server": partial(server, 3),
    "busy server": partial(server, 10),
    "generation": generation,
    **{name: partial(evaluation, name) for name in EVALUATIONS},
}
DRILLS = {
    "server": ["server"],
    "evaluation": ["evaluation"],
    "generation": ["generation"],
    "two": ["server", "evaluation"],
    "together": ["busy server", "generation", *EVALUATIONS],
}


def rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    """Of the database, as DuckDB itself finds it."""
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{home / 'arena.duckdb'}' AS arena")
        return connection.execute(query).fetchall()


def pairs_to_review(home: Path) -> list[str]:
    """Generations that wait for reviewers: drawings that are kept as if an editor had made them, and the gate let them pass."""
    orders = [Order(proposal, 0, Tool("edited", "", "")) for proposal in drawn_proposals(7, 2)]
    made = [Generated(order, order.pair(edit), PASSED) for order, edit in zip(orders, Drawing().make(orders), strict=True)]
    with Store.open(home) as store:
        keep(store, made, "drill")
        return [standing.record.id for standing in store.generations.pending("reviewer", required=1)]


@contextlib.contextmanager
def serving(home: Path, output: Path) -> Iterator[tuple[BaseProcess, int]]:
    """A server that answers, and its port. Its visitors may do as much as they like, and reviewers always have something to."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    output.write_text("")
    many = {"ARENA_ACCEPTS": "1000000", **{f"ARENA_SHARE_{kind}": "1000000 1000000" for kind in SHARES}, **FEW_MODELS}
    with arena("serve", "--port", str(port), home=home, output=output, environment=many) as process:
        wait_until(lambda: READY in output.read_text(), process)
        yield process, port


if __name__ == "__main__":
    main()
