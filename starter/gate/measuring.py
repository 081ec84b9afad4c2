"""What the gate measures of twins, before anybody knows what should pass."""

import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from tempfile import TemporaryDirectory

import numpy as np
import torch

from arena.generation.opening import open_gate
from arena.generators.editor_repository import SHIPPED_EDITOR, check_editor
from arena.generators.edits import load_editor
from arena.generators.gate.artefacts import FEATURES, differences
from arena.generators.gate.report import GateReport
from arena.generators.gate.thresholds import Thresholds
from arena.settings import from_environment
from arena.starter.gate.fitting import Scored
from arena.starter.gate.scenes import scenes
from arena.starter.gate.twins import Twin, twins

OPEN = Thresholds(bounds={}, artefact_weights=dict.fromkeys(FEATURES, 0.0))
"""Lets everything pass."""
BATCH = 24
PROCESSES = 2


def measure(seeds: Sequence[int]) -> list[Scored]:
    """Draw every family from every seed, make twins of the scenes, and ask the gate all that it can about them.

    Args:
        seeds: at least four; the same seeds give the same numbers.
    """
    parts = [seeds[place::PROCESSES] for place in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn")) as pool:
        return [each for part in pool.map(_measure, parts) for each in part]


def _measure(seeds: Sequence[int]) -> list[Scored]:
    torch.set_num_threads(1)  # one for each process
    editor = load_editor(check_editor(SHIPPED_EDITOR))
    with TemporaryDirectory() as home:
        gate = open_gate(from_environment({"ARENA_HOME": home}), OPEN, asks_all=True)
    found: list[Scored] = []
    for together in _batches(twins(scenes(seeds), editor)):
        reports = gate.judge([twin.candidate for twin in together])
        found += [scored(twin, report) for twin, report in zip(together, reports, strict=True)]
        if len(found) % (20 * BATCH) == 0:
            print(f"{len(found)} twins measured", flush=True)
    return found


def scored(twin: Twin, report: GateReport) -> Scored:
    """A twin with its values, and with how its sides are painted."""
    candidate = twin.candidate
    sides = [np.asarray(side.picture.pixels()) for side in candidate.pair.sides]
    painted = differences(sides[candidate.edited], sides[1 - candidate.edited], candidate.region)
    unmeasured = [score.name for score in report.scores if score.value is None and not score.passed]
    assert not unmeasured, f"{twin.kind}: {', '.join(unmeasured)} could not be measured"
    values = {score.name: score.value for score in report.scores}
    return Scored(twin.kind, candidate.pair.family, values, painted)


def _batches(made: Iterable[Twin]) -> Iterator[Sequence[Twin]]:
    left = iter(made)
    while together := list(islice(left, BATCH)):
        yield together
