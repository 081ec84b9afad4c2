"""Twenty visitors at once against a real server with all starter models."""

# ruff: noqa: T201 - time depends on the machine, so it is printed and not asserted

import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gradio_client import Client
from serving import serving

VISITORS = 20
MEMORY_LIMIT = 2 * 2**30


def resident_bytes(pid: int | None) -> int:
    kilobytes = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert kilobytes
    return int(kilobytes[1]) * 1024


def visit(url: str) -> tuple[str, dict]:
    client = Client(url, verbose=False)
    battle = client.predict(api_name="/battle")
    assert len(battle["answers"]["a"]) == len(battle["answers"]["b"]) > 0
    return battle["battle"], client.predict(battle["battle"], "a", api_name="/vote")


def test_twenty_visitors_at_once_play_and_vote_in_two_gigabytes(tmp_path):
    started = time.monotonic()
    with serving(tmp_path / "home") as server:
        visit(server.url)
        print(f"first battle after {time.monotonic() - started:.1f} s")
        started = time.monotonic()
        with ThreadPoolExecutor(VISITORS) as executor:
            visits = list(executor.map(visit, [server.url] * VISITORS))
        print(f"{VISITORS} battles in {time.monotonic() - started:.1f} s")
        assert len({battle for battle, _ in visits}) == VISITORS
        assert all(reveal["battle"] == battle and reveal["result"] != "void" for battle, reveal in visits)
        board = Client(server.url, verbose=False).predict(api_name="/leaderboard")
        assert len(board) == 6
        assert sum(row["battles"] for row in board) == 2 * (VISITORS + 1)
        assert all(row["battles"] for row in board), "every starter model has played, and so is loaded"
        memory = resident_bytes(server.process.pid)
        print(f"{memory / 2**20:.0f} MB resident")
        assert memory < MEMORY_LIMIT
        assert "Traceback" not in server.output.read_text()
