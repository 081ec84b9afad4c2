"""Battles a second over HTTP: one visitor against twenty at once, on a real server.

    python benchmarks/visitors.py [MODEL ...] [--battles 100] [--visitors 1 20]

MODEL is a folder or a Hub name; the starter models by default. A visitor asks for a battle, reads the answers, votes, and asks
for the next. Visitors are bare sockets, so that they take little of the machine that they share with the server; each
number of visitors has a server and a home of its own. `ratio` is to the first.
"""

import argparse
import http.client
import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crowd_server import serving
from rich.console import Console
from rich.table import Table

ANY_NUMBER = {f"ARENA_SHARE_{kind}": "1000000 1000000" for kind in ("BATTLES", "VOTES", "STREAMS")}
"""All visitors come from one address."""


@dataclass(frozen=True)
class Phase:
    """What one server did for a number of visitors."""

    visitors: int
    battles: int
    seconds: float
    server_seconds: float
    """CPU time of the server."""
    stored: int

    @property
    def rate(self) -> float:
        """Battles a second."""
        return self.battles / self.seconds


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--battles", type=int, default=100, help="in each phase (default: %(default)s)")
    parser.add_argument("--visitors", nargs="+", type=int, default=[1, 20], help="at once in each phase (default: 1 20)")
    parser.add_argument("--warm-up", type=int, default=12, help="battles before each phase (default: %(default)s)")
    options = parser.parse_args(arguments)
    phases = [measure(options.models, visitors, options.battles, options.warm_up) for visitors in options.visitors]
    table = Table("visitors", "battles/s", "ratio", "server CPU ms a battle", "stored", box=None)
    for phase in phases:
        cost = 1000 * phase.server_seconds / phase.battles
        ratio = phase.rate / phases[0].rate
        table.add_row(
            str(phase.visitors), f"{phase.rate:.2f}", f"{ratio:.2f}x", f"{cost:.0f}", f"{phase.stored} of {phase.battles}"
        )
    Console().print(table)


def measure(models: Sequence[str], visitors: int, battles: int, warm_up: int) -> Phase:
    """Let visitors share `battles` among them, on a server whose models have all been loaded and used."""
    with serving(models, ANY_NUMBER) as server, ThreadPoolExecutor(visitors) as crowd:
        port, pid = urlsplit(server.url).port, server.process.pid
        assert port
        assert pid
        for _ in range(warm_up):
            visit(port)
        known = server.battles()
        before, began = cpu_seconds(pid), time.perf_counter()
        list(crowd.map(visit, [port] * battles))
        seconds, server_seconds = time.perf_counter() - began, cpu_seconds(pid) - before
        stored = len(server.battles() - known)
    return Phase(visitors, battles, seconds, server_seconds, stored)


def visit(port: int) -> None:
    """One battle on a frozen pair, and a vote."""
    battle = call(port, "battle", "", "", "starter")
    call(port, "vote", battle["battle"], "a")


def call(port: int, endpoint: str, *arguments: str) -> Any:
    """What an endpoint of the arena answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    body = json.dumps({"data": arguments})
    connection.request("POST", f"/gradio_api/call/{endpoint}", body, {"Content-Type": "application/json"})
    event = json.loads(connection.getresponse().read())["event_id"]
    connection.request("GET", f"/gradio_api/call/{endpoint}/{event}")
    events = connection.getresponse().read().decode()
    connection.close()
    name, data = events.strip().rsplit("event: ", 1)[1].split("\n", 1)
    if name != "complete":
        raise RuntimeError(f"{endpoint}: {events}")
    return json.loads(data.removeprefix("data: "))[0]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


if __name__ == "__main__":
    main()
