"""AUC: how well scores tell true from false where nobody says from which score on they mean yes.

The area under the ROC curve is the probability that a true one scores higher than a false one, a tie counting half (Hanley &
McNeil, *The meaning and use of the area under a ROC curve*, Radiology 143, 1982). All true ones of a slice are held against all
false ones. The interval draws families whole, as everywhere here.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from arena.metrics.coefficients import coefficient_limits, draw_points
from arena.metrics.units import Estimate, Floats, Unit, splits_of_items

CHUNK = 4_000_000
"""Weights of scores at a time; bounds memory, does not change results."""


def auc(units: Sequence[Unit], true: str, false: str, *, name: str, rounds: int = 1000, seed: int = 0) -> list[Estimate]:
    """The AUC in every slice that has scores: the whole suite first, then by name.

    Args:
        units: their `hits` are scores; a unit for each.
        true: metric of the scores that should be high.
        false: metric of those that should be low.
        name: of the estimates.
        rounds: bootstrap draws of families.
        seed: of the draws.

    Returns:
        Estimates whose value is None where a slice has no true or no false scores.
    """
    scored = [unit for unit in units if unit.metric in (true, false)]
    slices: dict[str, list[Unit]] = defaultdict(list)
    for unit in scored:
        slices[unit.slice].append(unit)
    split_up = {split for _, split in splits_of_items(scored)}
    found = (_of_slice(slices[split], split, true, name, rounds, seed) for split in sorted(slices))
    return [replace(one, chance=None) if one.slice in split_up else one for one in found]


def _of_slice(units: Sequence[Unit], split: str, true: str, name: str, rounds: int, seed: int) -> Estimate:
    families: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for unit in units:
        families[unit.family].append((unit.hits, unit.metric == true))
    rows = [tuple(sorted(scored)) for scored in families.values()]
    scores, labels = np.array([point for row in rows for point in row], dtype=np.float64).T
    family = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    (value,) = _areas(scores, labels > 0, np.ones((1, len(scores))))
    items = len({unit.item for unit in units})
    if not np.isfinite(value):
        return Estimate(name, split, None, None, None, items, len(rows), chance=1 / 2)
    drawn = draw_points(rows, range(len(rows)), rounds, seed)
    chunk = max(1, CHUNK // len(scores))
    parts = [_areas(scores, labels > 0, drawn[start : start + chunk, family]) for start in range(0, rounds, chunk)]
    # Somers' D, which lies between -1 and 1 as other coefficients do, is twice the area minus one.
    limits = coefficient_limits(2 * value - 1, 2 * np.concatenate(parts) - 1, len(rows))
    low, high = (None if limit is None else (limit + 1) / 2 for limit in limits)
    return Estimate(name, split, float(value), low, high, items, len(rows), chance=1 / 2)


def _areas(scores: Floats, labels: NDArray[np.bool_], weights: Floats) -> Floats:
    """One area for each row of weights, which say how often each score counts; NaN without true or without false ones."""
    order = np.argsort(scores, kind="stable")
    _, starts = np.unique(scores[order], return_index=True)
    true, false = (np.add.reduceat(weights[:, order] * kind[order], starts, axis=1) for kind in (labels, ~labels))
    below = np.cumsum(false, axis=1) - false / 2
    pairs = true.sum(axis=1) * false.sum(axis=1)
    return np.divide((true * below).sum(axis=1), pairs, out=np.full(len(weights), np.nan), where=pairs > 0)
