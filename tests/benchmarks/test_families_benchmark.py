"""Architectures, asked by the arena and by hand."""

import math
import re

import pytest


def test_both_ways_write_the_same_and_the_mean_is_that_of_the_ratios(printed):
    small = ("--scale", "tiny", "--size", 64, 48, "--pairs", 1)
    _, *rows, (mean,) = printed("families", "--architecture", "LLaVA-1.5", "InternVL", *small)
    assert [row[0] for row in rows] == ["LLaVA-1.5", "InternVL"]
    assert all(row[1].startswith("shared") for row in rows)
    assert {(row[2], row[-1]) for row in rows} == {("14", "0")}
    ratios = [float(row[-2]) for row in rows]
    told = [float(number) for number in re.findall(r"\d+\.\d+", mean)]
    assert told == pytest.approx([math.sqrt(math.prod(ratios)), min(ratios)], abs=0.02)
