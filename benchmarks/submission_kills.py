"""Kills the worker and the server in every state of a submission, and looks what became of it.

    python benchmarks/submission_kills.py [--kills 10] [--only worker server] [--states PENDING CHECKING loading RUNNING]

For each victim and each state so many submissions of good models, one after the other, on one home. The Hub is that of the
tests, on this machine. After each kill (SIGKILL, a random moment after the state came) the server starts again where it was the
victim, and the submission has to end LISTED. Then it is counted which questions were answered twice, and which processes left.
"""

import argparse
import math
import os
import random
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "hub"))

import duckdb
import psutil
import pytest
from crowd_server import READY
from hub_server import COMMIT, Hub
from processes import FEW_MODELS, arena, killed, wait_until
from rich.console import Console
from rich.table import Table
from submitted_models import nudge, serve, submission, submit, worker_settings

from arena.opening import open_store
from arena.store import Store
from arena.store.submission_records import ENDED, SubmissionStanding

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

VICTIMS = ("worker", "server")
STATES = ("PENDING", "CHECKING", "loading", "RUNNING")
"""`loading` is CHECKING, once files are fetched."""
LONGEST_DELAY = 2.0
"""Seconds between the state and the kill, at most."""
PATIENCE = 900
WITHIN = 10.0
"""Seconds after a kill in which all that the victim began has to be gone."""


@dataclass(frozen=True)
class Kill:
    """One kill, and what came of it."""

    victim: str
    state: str
    """In which it was meant to come."""
    found: str
    """In which it came."""
    end: str
    words: str
    seconds: float
    """From the kill to the end."""
    left: int
    """Processes of models that outlived their worker."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, and exit with 1 where something hangs, is asked twice or is left."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10, help="in each state (default: %(default)s)")
    parser.add_argument("--only", nargs="+", choices=VICTIMS, default=VICTIMS)
    parser.add_argument("--states", nargs="+", choices=STATES, default=STATES)
    options = parser.parse_args(arguments)
    with Hub() as hub, tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        hub.reach(patch, Path(name) / "cache")
        os.environ.update(HF_ENDPOINT=hub.address, HF_HUB_OFFLINE="0", HF_HUB_DISABLE_XET="1", HF_HUB_CACHE=f"{name}/cache")
        plan = [(victim, state) for victim in options.only for state in options.states for _ in range(options.kills)]
        kills = drill(hub, Path(name), plan)
        twice = answered_twice(Path(name) / "home")
    broken = report(kills, twice)
    if broken:
        sys.exit("\n".join(broken))


def drill(hub: Hub, folder: Path, plan: Sequence[tuple[str, str]]) -> list[Kill]:
    """Kill as planned."""
    home, kills = folder / "home", []
    chance = random.Random(3)
    with Server(home, folder / "server") as server:
        for number, (victim, state) in enumerate(plan):
            name = f"team/model-{number}"
            serve(
                hub,
                folder / f"model-{number}",
                name,
                lambda draft, number=number: nudge(draft, number=math.sqrt(number + 2) / 9),
            )
            with open_store(worker_settings(home)) as store:
                before = submit(store, submission(name, COMMIT))
                wait_for(store, before, state)
            time.sleep(chance.uniform(0, LONGEST_DELAY))
            with open_store(worker_settings(home)) as store:
                found = store.submissions.get(before)
            children = server.children()
            began = time.monotonic()
            server.kill(victim)
            left = survivors(children)
            with open_store(worker_settings(home)) as store:
                end = wait_for(store, before, None)
            kills.append(Kill(victim, state, place(found), end.state, end.event.words, time.monotonic() - began, left))
            Console().print(f"{kills[-1]}", highlight=False)
    return kills


class Server:
    """A server with a worker beside it, which can be killed and is there again then."""

    def __init__(self, home: Path, output: Path) -> None:
        self._home, self._output = home, output
        self._stack = ExitStack()
        self._process: BaseProcess | None = None

    def __enter__(self) -> Self:
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def kill(self, victim: str) -> None:
        """Kill it, or its worker."""
        assert self._process is not None
        if victim == "server":
            assert killed(self._process)
            self._stack.close()
            self._start()
        else:
            for one in self.children():
                if "worker" in command(one):
                    one.kill()

    def children(self) -> list[psutil.Process]:
        """All processes that came of the server."""
        assert self._process is not None
        return psutil.Process(self._process.pid).children(recursive=True)

    def _start(self) -> None:
        self._stack = ExitStack()
        self._output.write_text("")
        more = {
            "ARENA_SUBMISSIONS": "here",
            **FEW_MODELS,
            **{name: os.environ[name] for name in os.environ if name[:3] == "HF_"},
        }
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = str(free.getsockname()[1])
        started = arena("serve", "--port", port, home=self._home, output=self._output, environment=more)
        self._process = self._stack.enter_context(started)
        wait_until(lambda: READY in self._output.read_text(), self._process)


def wait_for(store: Store, name: str, state: str | None) -> SubmissionStanding:
    """Where it stands once that is so; without a state, once it has ended."""
    end = time.monotonic() + PATIENCE
    while True:
        standing = store.submissions.get(name)
        assert standing is not None
        if standing.state in ENDED or (state and place(standing) == state):
            return standing
        if time.monotonic() > end:
            raise TimeoutError(f"{name}: is {standing.state}")
        time.sleep(0.05)


def place(standing: SubmissionStanding | None) -> str:
    """Its state, with `loading` told apart."""
    assert standing is not None
    loads = standing.state == "CHECKING" and standing.event.detail.get("step", "fetching") != "fetching its files"
    return "loading" if loads and "step" in standing.event.detail else standing.state


def survivors(processes: Sequence[psutil.Process]) -> int:
    """How many of them still load or ask models a while after the kill."""
    end = time.monotonic() + WITHIN
    while True:
        alive = [one for one in processes if any(room in command(one) for room in ("arena.submissions.", "arena.worker."))]
        if not alive or time.monotonic() > end:
            return len(alive)
        time.sleep(0.1)


def command(process: psutil.Process) -> str:
    """What it runs; empty once it is gone."""
    try:
        return " ".join(process.cmdline()) if process.status() != psutil.STATUS_ZOMBIE else ""
    except psutil.Error:
        return ""


def answered_twice(home: Path) -> int:
    """Questions that one contestant was asked and answered more than once."""
    with duckdb.connect(str(home / "arena.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            """
            SELECT count(*) FROM (
                SELECT contestant_id, probe_key FROM replies WHERE error IS NULL GROUP BY ALL HAVING count(*) > 1
            )
            """
        ).fetchall()
    return rows[0][0]


def report(kills: Sequence[Kill], twice: int) -> list[str]:
    """Print the table; gives what is wrong, a line each."""
    table = Table("Victim", "Meant state", "Kills", "Came in", "Ended", "Seconds to the end", "Processes left", box=None)
    for victim, state in dict.fromkeys((one.victim, one.state) for one in kills):
        some = [one for one in kills if (one.victim, one.state) == (victim, state)]
        came, ended = (Counter(getattr(one, name) for one in some) for name in ("found", "end"))
        seconds = sorted(one.seconds for one in some)
        told = (", ".join(f"{count} {name}" for name, count in counts.items()) for counts in (came, ended))
        left = sum(one.left for one in some)
        table.add_row(victim, state, str(len(some)), *told, f"{seconds[0]:.0f} to {seconds[-1]:.0f}", str(left))
    Console(width=160).print(table, highlight=False)
    Console().print(f"answered twice: {twice}", highlight=False)
    broken = [f"{one.victim} in {one.state}: ended {one.end}: {one.words}" for one in kills if one.end != "LISTED"]
    broken += [f"{one.victim} in {one.state}: {one.left} processes were left" for one in kills if one.left]
    return broken + ([f"{twice} questions were answered twice"] if twice else [])


if __name__ == "__main__":
    main()
