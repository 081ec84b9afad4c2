"""Real processes, really killed."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from killed_players import play_for_ever
from processes import forked, killed, wait_until
from store_insides import connection_of
from store_world import CONTESTANTS, PAIRS, RULE, furnish, make_battle, make_pair

from arena.store import Store
from arena.store.records import Acknowledged

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests", ROOT / "tests" / "store")))}
ROUNDS = 10


def killed_while_playing(home: Path, turn: int, delay: float) -> dict[str, int]:
    """What a process acknowledged (battle id -> seq) until it was killed, `delay` seconds after its first word."""
    told = home.with_name(f"told in turn {turn}")
    with forked(play_for_ever, home, turn, told) as player:
        wait_until(lambda: told.exists() and told.stat().st_size > 0, player)
        time.sleep(delay)
        assert killed(player), "it was still playing"
    said = told.read_bytes()
    whole_lines = said[: said.rfind(b"\n")].decode().splitlines()
    return {name: int(seq) for name, seq in (line.split() for line in whole_lines)}


def test_what_was_acknowledged_survives_ten_kills(home):
    rng = random.Random(0)
    acknowledged: dict[str, int] = {}
    for turn in range(ROUNDS):
        acknowledged |= killed_while_playing(home, turn, delay=rng.uniform(0, 0.3))
    assert len(acknowledged) >= ROUNDS
    with Store.open(home, RULE) as store:
        battles = connection_of(store).execute("SELECT id, seq FROM arena.battles ORDER BY seq").fetchall()
        votes = connection_of(store).execute("SELECT battle_id FROM arena.votes").fetchall()
        count = len(battles)
        assert acknowledged.items() <= dict(battles).items(), "all that was acknowledged, at its place"
        assert {(name,) for name in acknowledged} <= set(votes)
        assert (len(dict(battles)), len(set(votes))) == (count, len(votes)), "none twice"
        assert [seq for _, seq in battles] == list(range(1, count + 1)), "no gap"
        assert connection_of(store).execute("SELECT count(*) FROM arena.outcomes").fetchone() == (4 * count,), "none by half"
        for name in rng.sample(list(acknowledged), ROUNDS):
            assert store.add_battle(make_battle(name)) == Acknowledged(name, acknowledged[name], first=False)
        assert store.battle_counts() == {contestant.id: count for contestant in CONTESTANTS[:2]}
        assert store.rebuild() == (), "what is derived moved with it"


@pytest.mark.parametrize(
    "last_words",
    [
        pytest.param("store._pictures.write(s.picture for s in pair.sides)", id="images are there, the row is not"),
        pytest.param("store._pictures.write([pair.sides[0].picture])", id="one image is there"),
        pytest.param(
            "half = home / 'images' / 'incoming' / 'x'; half.write_bytes(b'RIFF'); os.utime(half, (0, 0))",
            id="an image was half written",
        ),
    ],
)
def test_a_kill_between_images_and_commit_leaves_no_broken_pair(home, last_words):
    with Store.open(home) as store:
        furnish(store)
    script = f"""
import os, signal
from pathlib import Path
from arena.store import Store
from store_world import make_pair
home, pair = Path({str(home)!r}), make_pair(77)
store = Store.open(home)
{last_words}
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", script], env=ENVIRONMENT, check=False).returncode == -signal.SIGKILL
    pair = make_pair(77)
    with Store.open(home) as store:
        assert store.pair(pair.id) is None
        assert all(store.pair(known.id) == known for known in PAIRS)
        assert list((home / "images" / "incoming").iterdir()) == []
        store.add_pairs([pair])
        assert store.pair(pair.id) == pair
