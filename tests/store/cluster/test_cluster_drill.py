"""Servers and an evaluator of one arena, one of them killed again and again."""

import pytest
from cluster_drill import RACES, Arena, drill


@pytest.mark.long
def test_what_machines_were_told_holds_though_one_is_killed(address, tmp_path):
    came_of = drill(Arena(tmp_path, address), battles=24, moments=("claim",))
    assert came_of.are_good, came_of
    assert came_of.races == (1,) * RACES
    assert came_of.acknowledged > 30
