"""Twenty visitors at once against a real server with all starter models."""

# ruff: noqa: T201 - time depends on the machine, so it is printed and not asserted

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
from processes import PATIENCE
from serving import serving

VISITORS = 20
MEMORY_LIMIT = 2 * 2**30


def resident_bytes(pid: int | None) -> int:
    kilobytes = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert kilobytes
    return int(kilobytes[1]) * 1024


def talking_to(url: str) -> httpx.Client:
    return httpx.Client(base_url=f"{url}/gradio_api/call", verify=False, timeout=PATIENCE)


def visit(url: str) -> tuple[str, dict]:
    # As any program may: a client of Gradio's reads all of the interface first, which costs more than a battle.
    with talking_to(url) as visitor:
        battle = result(visitor, "battle", "", "", "")
        assert len(battle["answers"]["a"]) == len(battle["answers"]["b"]) > 0
        return battle["battle"], result(visitor, "vote", battle["battle"], "a")


def result(visitor: httpx.Client, endpoint: str, *values: str) -> Any:
    """What an endpoint of the arena answers."""
    event = visitor.post(f"/{endpoint}", json={"data": values}).raise_for_status().json()["event_id"]
    told = visitor.get(f"/{endpoint}/{event}").text
    assert "event: complete" in told, told
    return json.loads(told.rpartition("data: ")[2])[0]


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
        with talking_to(server.url) as visitor:
            board = result(visitor, "leaderboard", "")
        assert len(board) == 6
        assert sum(row["battles"] for row in board) == 2 * (VISITORS + 1)
        assert all(row["battles"] for row in board), "every starter model has played, and so is loaded"
        memory = resident_bytes(server.process.pid)
        print(f"{memory / 2**20:.0f} MB resident")
        assert memory < MEMORY_LIMIT
        assert "Traceback" not in server.output.read_text()
