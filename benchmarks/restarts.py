"""Kills an arena with its disk, again and again, fills it from the outbox, and counts what is missing.

    python benchmarks/restarts.py [--runs 10] [--kills 3] [--battles 500] [--only plain faults two]

`plain` kills one copy, `faults` does so while the Hub answers 429, 500, slowly or not to the end, and `two` starts two copies
at once each time, and kills both. Every kill comes at a random moment; then the home is gone. *saved lost* is what was gone
though the arena had said that it was saved; *stored lost* what was acknowledged and not saved yet, and *s before* how long
before the kill the oldest of it was acknowledged. *wrong* counts tables that hold something else than the killed home did up to
there, the ratings of battles to the last digit among them, or something else than a rebuild makes of the facts.

The Hub is the one of the tests, on loopback; hf_xet and huggingface_hub are what an arena uses.
"""

import argparse
import random
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from restart_drill import drill

DRILLS: dict[str, dict[str, Any]] = {"plain": {}, "faults": {"faults": True}, "two": {"copies": 2}}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10, help="of each drill (default: %(default)s)")
    parser.add_argument("--kills", type=int, default=3, help="of each run (default: %(default)s)")
    parser.add_argument("--battles", type=int, default=500, help="of each run (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=1.0, help="between two savings (default: %(default)s)")
    parser.add_argument("--only", nargs="+", choices=DRILLS, default=list(DRILLS), help="default: all")
    options = parser.parse_args(arguments)
    titles = ("drill", "run", "kills", "acknowledged", "saved lost", "stored lost", "s before", "wrong", "longest start s")
    table = Table(*titles, box=None)
    for name in options.only:
        for run in range(options.runs):
            sizes = {"kills": options.kills, "battles": options.battles, "seconds": options.seconds}
            with tempfile.TemporaryDirectory() as folder:
                came = drill(Path(folder), random.Random(f"{name}-{run}"), **sizes, **DRILLS[name])
            counts = (came.kills, came.acknowledged, came.saved_lost, came.stored_lost, f"{came.longest:.1f}")
            row = (name, run, *counts, ", ".join(came.wrong) or 0, f"{came.slowest_start:.1f}")
            table.add_row(*map(str, row))
            print(*row, file=sys.stderr, flush=True)
    Console().print(table)


if __name__ == "__main__":
    main()
