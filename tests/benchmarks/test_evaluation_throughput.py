"""An evaluation, its steps, and asking by hand."""

import re
import time

import pytest


def test_models_that_write_are_compared_with_asking_by_hand_and_nothing_fails(printed):
    rows = printed("evaluation_throughput", "llava-mini", "clip-mini", "--limit", 2, "--naive", 2, "--clock", "processor")
    assert rows[0] == ["model", "seconds", "probes/s", "naively/s", "times"]
    contrastive, generative = rows[1:3]
    assert contrastive[0] == "clip-mini"
    assert len(contrastive) == 3
    rate, naive, times = (float(cell.rstrip("x")) for cell in generative[2:])
    assert times == pytest.approx(rate / naive, abs=0.1)
    assert {row[0] for row in rows[4:-1]} >= {"vision", "prefill", "writing", "images and captions (CLIP)"}
    assert re.fullmatch(r"\d+ probes, 2 models x 2 pairs .* 0 errors", rows[-1][0])


def test_the_steps_are_timed_only_within_the_block(script):
    throughput = script("evaluation_throughput")
    functions = [getattr(place, name) for _, place, name in throughput.STEPS]
    with throughput.Stopwatch(time.perf_counter).watching():
        assert all(getattr(place, name) not in functions for _, place, name in throughput.STEPS)
    assert [getattr(place, name) for _, place, name in throughput.STEPS] == functions
