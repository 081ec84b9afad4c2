"""A bulk run that is killed: what was committed stays whole, nothing is half-written, and the same command goes on."""

import random
import time

import pytest
from processes import arena, exit_code, killed, wait_until
from store_insides import connection_of

from arena.generation.orders import Order
from arena.generators.proposals import scene_proposals
from arena.store import Store

pytestmark = pytest.mark.long

COUNT = 10
"""More than one batch."""
COMMITTED = "generations committed"


def generation(home):
    return arena("generate", "--source", "starter", "--count", str(COUNT), home=home, output=home / "terminal.txt")


def logged(home, line):
    log = home / "logs" / "arena.log"
    return log.read_text().count(line) if log.exists() else 0


def kill_after(home, line, moment):
    """Start the run, and kill it that many seconds after it has logged such a line once more."""
    before = logged(home, line)
    with generation(home) as process:
        wait_until(lambda: logged(home, line) > before, process)
        time.sleep(moment)
        assert killed(process), "it was still at work"


def check_whole(home):
    """Everything that a row names is there. Gives the ids of generations."""
    with Store.open(home) as store:
        standings = store.generations.standings()
        named = {standing.record.pair_id for standing in standings}
        for standing in standings:
            assert standing.record.error is None
            assert store.generations.source(standing.record).pixels().size == (512, 512)
            pair = store.pair(standing.record.pair_id or "")
            assert pair
            assert {side.picture.pixels().size for side in pair.sides} == {(512, 512)}
        stored = connection_of(store).execute("SELECT id FROM arena.pairs WHERE source = 'generated'").fetchall()
        assert {name for (name,) in stored} == named
        rows = connection_of(store).execute("SELECT count(*) FROM arena.generations").fetchone()
        assert rows == (len(standings),)
    assert not [*(home / "images" / "incoming").iterdir()]
    return {standing.record.id for standing in standings}


def test_a_run_that_is_killed_twice_goes_on_and_makes_everything_once(tmp_path, editor):
    chance = random.Random(3)
    kill_after(tmp_path, "generating begins", chance.uniform(0, 0.5))
    first = check_whole(tmp_path)
    kill_after(tmp_path, COMMITTED, chance.uniform(0, 0.2))
    second = check_whole(tmp_path)
    assert first < second
    with generation(tmp_path) as process:
        assert exit_code(process) == 0, (tmp_path / "terminal.txt").read_text()
    orders = [Order(proposal, number, editor.tool) for number, proposal in enumerate(scene_proposals(0, COUNT))]
    assert second < check_whole(tmp_path) == {order.id for order in orders}
