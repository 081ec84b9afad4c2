"""From scored twins to thresholds: a classifier of artefacts, and bounds that reject broken twins and keep good pairs."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from arena.generators.gate.artefacts import FEATURES
from arena.generators.gate.scores import Bounds
from arena.starter.gate.twins import DRAWN, GOOD

KEPT = 0.85
"""Share of the good pairs of each kind that the bounds keep in calibration; unseen ones pass somewhat less often."""
STEPS = (0.002, 0.005, 0.02)
"""Shares of the good pairs that one step of the search may give up."""
TAMPERED = ("half-way blend", "blurred region", "wrong edit", "wrong place", "redrawn inside")
"""Kinds whose edited side was not painted as its source was."""
DIGITS = 4
"""Of a bound, behind the point."""
FIXED: Mapping[str, Bounds] = {
    "changed_outside": Bounds(high=0.0),
    "caption_choice": Bounds(low=0.5),
    "image_choice": Bounds(low=0.5),
}
"""What a pair must reach whatever others reach: nothing changes outside, and each side prefers its own."""
SIDES: Mapping[str, tuple[str, ...]] = {
    "changed_area": ("low", "high"),
    "cut_off": ("high",),
    "ghost": ("high",),
    "near_duplicate": ("low",),
    "sharpness": ("low",),
    "artefacts": ("high",),
    "image_similarity": ("low", "high"),
    "directional_similarity": ("low",),
    "caption_choice": ("low",),
    "image_choice": ("low",),
    "caption_rise": ("low",),
    "changed_facts": ("low",),
    "unchanged_facts": ("high",),
}
"""The scores that are calibrated, and on which side each is bounded."""


@dataclass(frozen=True)
class Scored:
    """What the gate measured of a twin."""

    kind: str
    family: str
    values: Mapping[str, float | None]
    painted: NDArray[np.float64]
    """What `arena.generators.gate.artefacts.differences` gives."""

    @property
    def good(self) -> bool:
        """Whether the gate should let it pass."""
        return self.kind in GOOD


def fit_artefacts(scored: Sequence[Scored]) -> dict[str, float]:
    """Weights that tell tampered sides from their sources, and cannot tell the sides of untouched pairs apart.

    Each pair stands for two: seen from either side. An untouched one counts as edited and as source alike.
    """
    tampered = np.array([each.painted for each in scored if each.kind in TAMPERED])
    untouched = np.array([each.painted for each in scored if each.kind == DRAWN])
    both = np.concatenate([tampered, -tampered, untouched, untouched])
    sizes = (len(tampered), len(tampered), len(untouched), len(untouched))
    labels = np.repeat([1, 0, 1, 0], sizes)
    weights = np.repeat([1 / size for size in sizes], sizes)
    scale = both.std(axis=0)
    model = LogisticRegression(fit_intercept=False, C=len(both)).fit(
        both / scale, labels, sample_weight=weights * len(both) / 4
    )
    return {name: round(float(weight), 4) for name, weight in zip(FEATURES, model.coef_[0] / scale, strict=True)}


def fit_bounds(scored: Sequence[Scored], kept: float = KEPT) -> dict[str, Bounds]:
    """Bounds that reject as many broken twins as they can while they keep `kept` of the good pairs of each kind.

    The patient rule induction method (Friedman & Fisher 1999, Bump hunting in high-dimensional data): bounds begin where hardly
    a good pair is lost. Again and again the one is tightened by a small step that rejects most broken twins for each good pair
    that it loses. In the end each is loosened half-way to where it would let another broken twin in. All kinds weigh the same.
    """
    sides = [(name, side) for name, both in SIDES.items() for side in both]
    values = np.array([upwards(scored, name, side) for name, side in sides])
    kinds = np.array([each.kind for each in scored])
    good = np.isin(kinds, GOOD)
    shares = np.array([1 / (kinds == kind).sum() for kind in kinds])
    start = np.array([_start(name, side, row[good]) for (name, side), row in zip(sides, values, strict=True)])
    bounds = _tightened(values, kinds, shares, start, kept)
    found: dict[str, dict[str, float]] = {}
    for (name, side), bound in zip(sides, _loosened(values, good, bounds, start), strict=True):
        if not math.isfinite(bound):  # no good pair had anything to ask
            continue
        # Away from what it was found to keep; rounded first, as 0.57 times 10,000 is 5,699.999.
        rounded = math.floor(round(bound * 10**DIGITS, 6)) / 10**DIGITS
        found.setdefault(name, {})[side] = rounded if side == "low" else -rounded
    return {**FIXED, **{name: Bounds(**both) for name, both in found.items()}}


def upwards(scored: Sequence[Scored], name: str, side: str) -> list[float]:
    """Values of one score, so that more is better: infinite where there was nothing to ask."""
    values = [each.values[name] for each in scored]
    return [math.inf if value is None else value if side == "low" else -value for value in values]


def _start(name: str, side: str, good: NDArray[np.float64]) -> float:
    fixed = getattr(FIXED.get(name), side, None)
    least = float(good.min())
    return least if fixed is None else fixed if side == "low" else -fixed


def _tightened(
    values: NDArray[np.float64], kinds: NDArray[np.str_], shares: NDArray[np.float64], start: NDArray[np.float64], kept: float
) -> NDArray[np.float64]:
    good = np.isin(kinds, GOOD)
    steps = {max(1, int(step * good.sum())) for step in STEPS}
    bounds = start.copy()
    while True:
        inside = (values >= bounds[:, None]).all(axis=0)
        best, better = 0.0, None
        for row, value in enumerate(values):
            higher = np.unique(value[inside & good & (value > bounds[row])])
            if not (higher < math.inf).any():
                continue
            for bound in {higher[min(step, len(higher)) - 1] for step in steps}:
                left = inside & (value >= bound)
                if min(left[kinds == kind].mean() for kind in GOOD if (kinds == kind).any()) < kept:
                    continue
                lost, gained = (shares[inside & ~left & which].sum() for which in (good, ~good))
                if gained / max(lost, 1e-9) > best:
                    best, better = gained / max(lost, 1e-9), (row, bound)
        if better is None:
            return bounds
        bounds[better[0]] = better[1]


def _loosened(
    values: NDArray[np.float64], good: NDArray[np.bool_], bounds: NDArray[np.float64], start: NDArray[np.float64]
) -> NDArray[np.float64]:
    bounds = bounds.copy()
    for row, value in enumerate(values):
        elsewhere = (np.delete(values, row, 0) >= np.delete(bounds, row)[:, None]).all(axis=0)
        held_out = value[elsewhere & ~good & (value < bounds[row])]
        floor = max(float(held_out.max()), start[row]) if held_out.size else start[row]
        bounds[row] = (bounds[row] + floor) / 2
    return bounds
