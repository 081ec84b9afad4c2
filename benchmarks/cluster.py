"""Two servers and an evaluator on one arena, one of them killed again and again; and what a commit takes.

    python benchmarks/cluster.py [--battles 1000] [--kills 5] [--writes 200] [--pause 0.17] [--data s3://bucket/prefix]

Starts a PostgreSQL in a temporary folder. First each machine, a process with a home of its own, battles, votes or evaluates,
and keeps what it is told in files outside its home; some votes both servers want. A server is killed while its commit is
unfinished, or before it has it in its own database, in turn; in the last round PostgreSQL starts anew. Then all machines, and
one that starts from nothing, are compared. Last, writes of one and of three machines are timed: a battle of 28 outcomes each,
with a pause between two, as all share the cores of this machine. Ends with 1 where anything is lost, stands twice or differs.
"""

import argparse
import itertools
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from cluster_drill import MOMENTS, PATIENCE, Arena, drill, prepare, write
from postgres import Postgres, postgres, programs
from processes import forked

from arena.store import ClusterAddress

WRITERS = (1, 3)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what came of it, and say whether all held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--battles", type=int, default=1000, help="of both servers, each with its vote (default: %(default)s)")
    parser.add_argument("--kills", type=int, default=5, help="of a server (default: %(default)s)")
    parser.add_argument("--writes", type=int, default=200, help="of each machine that is timed (default: %(default)s)")
    parser.add_argument("--pause", type=float, default=0.17, help="mean seconds between two of them (default: %(default)s)")
    parser.add_argument("--data", help="ARENA_DATA_PATH (default: a temporary folder)")
    options = parser.parse_args(arguments)
    if programs() is None:
        parser.error("no PostgreSQL is installed; apt-get install postgresql")
    with tempfile.TemporaryDirectory() as folder, postgres(is_durable=True) as server:
        moments = list(itertools.islice(itertools.cycle(MOMENTS), options.kills))
        arena = new_arena(Path(folder), "drill", server, options.data)
        came_of = drill(arena, options.battles, moments, partial(server.restart, "fast"))
        print(f"{len(moments)} kills, one restart of PostgreSQL: {came_of}")
        print(f"{'writers':>7}  {'median ms':>9}  {'p95 ms':>7}  {'longest':>7}")
        for writers in WRITERS:
            timed = new_arena(Path(folder), f"writers-{writers}", server, options.data)
            seconds = waits(timed, writers, options.writes, options.pause)
            median, slow, longest = np.percentile(seconds, [50, 95, 100]) * 1000
            print(f"{writers:>7}  {median:>9.1f}  {slow:>7.1f}  {longest:>7.1f}", flush=True)
    return 0 if came_of.are_good else 1


def new_arena(folder: Path, name: str, server: Postgres, data: str | None) -> Arena:
    """One with nothing in it."""
    (folder / name).mkdir()
    return Arena(folder / name, ClusterAddress(server.database(), f"{data or folder}/{name}-data"))


def waits(arena: Arena, writers: int, writes: int, pause: float) -> list[float]:
    """Seconds that each write of machines took that write at once."""
    prepare(arena)
    with ExitStack() as stack:
        machines = [
            stack.enter_context(forked(write, arena, f"machine-{number}", writes, pause, writers)) for number in range(writers)
        ]
        for machine in machines:
            machine.join(PATIENCE)
    return [float(seconds) for (seconds,) in arena.told("waits")]


if __name__ == "__main__":
    sys.exit(main())
