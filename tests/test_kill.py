"""The whole arena, killed while it plays: what it acknowledged is there again, once, and the board follows from the facts."""

import random
import re
import time
from collections import Counter

import pytest
from processes import FEW_MODELS, arena, killed, wait_until
from store_insides import connection_of

from arena.battles.leaderboard import ratings_of
from arena.battles.scoring import ELO_RULE
from arena.ratings import UnitCounts, UnitRow, elo, rate
from arena.store import BattleRecord, Store, discordant_units

pytestmark = pytest.mark.long

KILLS = 2
"""The first of a new home, and one of a home that was killed before."""
BATTLES = 200
MOST_BEFORE_A_KILL = 4
ACKNOWLEDGED = re.compile(r"battle (\S+): number (\d+)")


def killed_while_playing(home, after):
    """Start 200 battles and kill the process `after` that many were acknowledged and a random moment more."""
    log = home / "logs" / "arena.log"
    before = acknowledged(log)
    command = ("battle", "--count", str(BATTLES), "--source", "starter")
    with arena(*command, home=home, output=home / "terminal.txt", environment=FEW_MODELS) as process:
        wait_until(lambda: len(acknowledged(log)) >= len(before) + after, process)
        time.sleep(random.Random(after).uniform(0, 0.2))
        assert killed(process), "it was still playing"


def acknowledged(log):
    """Battle id -> its number, as the log told after each commit."""
    text = log.read_text() if log.exists() else ""
    return {name: int(number) for name, number in ACKNOWLEDGED.findall(text[: text.rfind("\n") + 1])}


def test_kills_during_200_battles_lose_and_repeat_nothing(tmp_path):
    rng = random.Random(3)
    for _ in range(KILLS):
        killed_while_playing(tmp_path, rng.randint(1, MOST_BEFORE_A_KILL))
    told = acknowledged(tmp_path / "logs" / "arena.log")
    assert len(told) >= KILLS
    with Store.open(tmp_path, ELO_RULE) as store:
        for name, number in told.items():
            battle = store.battle(name)
            assert battle is not None, "every acknowledged battle is there"
            assert battle.seq == number
        count = sum(store.battle_counts().values()) // 2
        everything = [battle for battle in every_battle(store) if battle.result != "void"]
        assert len(everything) == len({battle.id for battle in everything}) == count >= len(told), "none twice"
        assert store.elo() == pytest.approx(recomputed_elo(everything))
        for kept, recomputed in zip(ratings_of(store, [], None), recomputed_ratings(store, everything), strict=True):
            assert (kept.name, kept.rank, kept.reason_not_rankable, kept.units) == (
                recomputed.name,
                recomputed.rank,
                recomputed.reason_not_rankable,
                recomputed.units,
            )
            assert (kept.rating, kept.low, kept.high) == pytest.approx((recomputed.rating, recomputed.low, recomputed.high))


def every_battle(store) -> list[BattleRecord]:
    """All battles of the database in the order of their commits."""
    rows = connection_of(store).execute("SELECT id FROM arena.battles ORDER BY seq").fetchall()
    return [store.battle(name) for (name,) in rows]


def recomputed_elo(battles):
    """Online ratings from the facts alone, in plain Python."""
    ratings = {}
    for battle in battles:
        seat_a, seat_b = battle.seats
        share = elo.battle_score(*discordant_units(battle.outcomes))
        ratings[seat_a], ratings[seat_b] = elo.update(ratings.get(seat_a, elo.START), ratings.get(seat_b, elo.START), share)
    return ratings


def recomputed_ratings(store, battles):
    """Bradley-Terry ratings from the facts alone: the last meeting of two on a pair stands for all of theirs."""
    counts = Counter()
    families = set()
    for battle in {(battle.pair_id, frozenset(battle.seats)): battle for battle in battles}.values():
        family = store.pair(battle.pair_id).family
        families.add(family)
        for (winner, loser), units in zip((battle.seats, battle.seats[::-1]), discordant_units(battle.outcomes), strict=True):
            if units:
                counts[winner, loser, family] += units
    rows = [UnitRow(winner, loser, family, units) for (winner, loser, family), units in counts.items()]
    return rate(UnitCounts.from_rows(rows, number_of_families=len(families)))
