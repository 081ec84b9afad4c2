import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from store_insides import connection_of, copy_home
from store_world import PAIRS, furnish, make_battle

from arena.errors import StoreBusy, StoreError
from arena.store import Store, shared_database

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{Path(__file__).parent}"}
HOLDER = """
import sys
from pathlib import Path
from arena.store.database import open_database
connection = open_database(Path(sys.argv[1]) / "arena.duckdb")
print("open", flush=True)
sys.stdin.read()
"""
FILLER = """
import sys
from pathlib import Path
from arena.errors import StoreError
from arena.store import Store
from store_world import furnish, make_battle, outcomes
store = Store.open(Path(sys.argv[1]))
furnish(store)
large = outcomes({f"task-{n}": (["correct"] * 40, ["wrong"] * 40) for n in range(10)})
for number in range(10_000):
    try:
        store.add_battle(make_battle(f"{number}", large))
    except StoreError as error:
        print("refused:", error, flush=True)
        break
    print(number, flush=True)
"""


def one_line(caught: pytest.ExceptionInfo[StoreError]) -> str:
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_second_process_is_told_who_has_the_database_and_lets_nobody_in(home, monkeypatch):
    home.mkdir()
    monkeypatch.setattr(shared_database, "PATIENCE", 0.1)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=ENVIRONMENT
    ) as holder:
        assert holder.stdin
        assert holder.stdout
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(StoreBusy) as caught:
            Store.open(home)
        holder.stdin.close()
        holder.wait(20)
    message = one_line(caught)
    assert f"is in use by process {holder.pid}; stop it or set another ARENA_HOME" in message
    assert str(home) in message
    Store.open(home).close()


def test_two_homes_live_side_by_side(tmp_path):
    with Store.open(tmp_path / "it's one") as first, Store.open(tmp_path / "two") as second:
        first.add_pairs(PAIRS)
        assert second.pair(PAIRS[0].id) is None


def damaged(how: str, sound: bytes) -> bytes:
    return {
        "not a database": b"These are not the bytes you are looking for. " * 1000,
        "too short": b"x",
        "cut off": sound[: len(sound) // 2],
        "header overwritten": b"\0" * 8192 + sound[8192:],
        "body overwritten": sound[:12288] + b"\xa5" * (len(sound) - 12288),
    }[how]


@pytest.mark.parametrize("how", ["not a database", "too short", "cut off", "header overwritten", "body overwritten"])
def test_a_damaged_file_is_named_in_one_line(home, how):
    with Store.open(home) as store:
        furnish(store).add_battle(make_battle("x"))
    path = home / "arena.duckdb"
    path.write_bytes(damaged(how, path.read_bytes()))
    with pytest.raises(StoreError) as caught, Store.open(home) as store:
        store.battle("x")
    assert str(path) in one_line(caught)
    assert "damaged" in one_line(caught)


@pytest.mark.parametrize("name", ["arena.duckdb", "arena.duckdb.wal"])
def test_a_flipped_bit_is_damage_and_no_matter_of_rights(tmp_path, name):
    """Or it lies where nothing is kept, and all is there."""
    with Store.open(tmp_path / "sound") as store:
        furnish(store)
        connection_of(store).execute("CHECKPOINT arena")
        store.add_battle(make_battle("x"))
        sound = copy_home(tmp_path / "sound", tmp_path / "home") / name
    whole = sound.read_bytes()
    rng = random.Random(2)
    refused = 0
    for _ in range(12):
        harmed = bytearray(whole)
        harmed[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        harm = copy_home(tmp_path / "home", tmp_path / "harmed")
        (harm / name).write_bytes(harmed)
        try:
            with Store.open(harm) as store:
                assert [store.pair(pair.id) for pair in PAIRS] == PAIRS
                assert store.battle("x") is not None
        except StoreError as error:
            refused += 1
            assert "is damaged" in str(error) or "are missing" in str(error), str(error)  # noqa: PT017 - either may come
        shutil.rmtree(harm)
    assert refused


def test_a_home_that_is_a_file_is_named(tmp_path):
    (tmp_path / "home").write_text("not a folder")
    with pytest.raises(StoreError) as caught:
        Store.open(tmp_path / "home")
    assert str(tmp_path / "home") in one_line(caught)


def test_a_home_that_cannot_be_written_is_named():
    with pytest.raises(StoreError) as caught:
        Store.open(Path("/proc/arena-home"))  # nobody can make a folder there, not even root
    assert "/proc/arena-home" in one_line(caught)


def test_a_missing_image_is_named_and_other_pairs_still_load(home):
    with Store.open(home) as store:
        furnish(store)
        digest = PAIRS[0].sides[0].picture.digest
        (image,) = (home / "images").rglob(f"{digest}.webp")
        image.unlink()
        with pytest.raises(StoreError) as caught:
            store.pair(PAIRS[0].id)
        assert str(image) in one_line(caught)
        assert store.pair(PAIRS[2].id) == PAIRS[2]
        store.add_pairs(PAIRS)
        assert store.pair(PAIRS[0].id) == PAIRS[0], "adding the pair again brings the image back"


def limit_file_size() -> None:
    """Writing past 1 MB fails, as it does on a full disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))


def test_a_full_disk_refuses_in_one_line_and_loses_nothing_acknowledged(home):
    filled = subprocess.run(
        [sys.executable, "-c", FILLER, str(home)],
        capture_output=True,
        text=True,
        timeout=60,
        env=ENVIRONMENT,
        preexec_fn=limit_file_size,
        check=False,
    )
    *acknowledged, refusal = filled.stdout.splitlines()
    assert acknowledged, filled.stderr
    assert re.fullmatch(r"refused: .*arena\.duckdb cannot be used .*; check the disk and its rights.*", refusal), filled.stdout[
        -500:
    ]
    with Store.open(home) as store:
        assert all(store.battle(number) is not None for number in acknowledged)
        assert furnish(store).add_battle(make_battle("after")).first, "with space again it goes on"


def test_a_home_is_made_for_its_owner_alone(tmp_path):
    Store.open(tmp_path / "new" / "home").close()
    assert (tmp_path / "new" / "home").stat().st_mode & 0o777 == 0o700
