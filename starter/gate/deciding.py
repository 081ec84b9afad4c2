"""How often bounds decide rightly, on twins that had no part in finding them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_curve

from arena.generators.gate.artefacts import edited_probability
from arena.generators.gate.scores import Bounds
from arena.generators.gate.thresholds import Thresholds
from arena.metrics.rates import estimates
from arena.metrics.units import Estimate, Metric, Unit
from arena.starter.gate.fitting import SIDES, Scored, fit_bounds, upwards

PASSED = Metric("passed", "Passed the gate")
GOOD, BROKEN = "all good pairs", "all broken twins"
KEPT_IN_CURVE = (0.995, 0.98, 0.95, 0.9, 0.8, 0.65, 0.5)
"""What the calibration is told to keep, for each point of the gate's curve."""


class Point(NamedTuple):
    """Where a curve passes."""

    broken: float
    """Share of broken twins that pass."""
    good: float
    """Share of good pairs that pass."""


@dataclass(frozen=True)
class Curve:
    """Receiver operating characteristic of one score, used alone."""

    score: str
    side: str
    """`low` or `high`: which values are refused."""
    points: tuple[Point, ...]
    area: float
    """Under the curve: the chance that a good pair has the better value than a broken twin, ties being half."""


def with_artefacts(scored: Sequence[Scored], weights: Mapping[str, float]) -> list[Scored]:
    """The same twins, their artefacts judged by these weights."""
    return [replace(each, values={**each.values, "artefacts": edited_probability(each.painted, weights)}) for each in scored]


def passes(scored: Scored, bounds: Mapping[str, Bounds]) -> bool:
    """Whether all values of a twin lie between the bounds; what there was nothing to ask of does not count."""
    values = scored.values
    return all(bound.hold(value) for name, bound in bounds.items() if (value := values.get(name)) is not None)


def passed_by_kind(scored: Sequence[Scored], bounds: Mapping[str, Bounds]) -> dict[str, Estimate]:
    """Share that passes, of every kind and of `GOOD` and `BROKEN` together, with 95 % intervals over families."""
    units: list[Unit] = []
    for item, each in enumerate(scored):
        hit = float(passes(each, bounds))
        units += [
            Unit(PASSED.name, kind, str(item), each.family, hit, 1.0) for kind in (each.kind, GOOD if each.good else BROKEN)
        ]
    return {found.slice: found for found in estimates(units, [PASSED])}


def passed_by_family(scored: Sequence[Scored], bounds: Mapping[str, Bounds]) -> dict[str, Point]:
    """Shares of the broken and of the good that pass, family by family."""
    return {family: _point([one for one in scored if one.family == family], bounds) for family in families(scored)}


def families(scored: Sequence[Scored]) -> list[str]:
    """Their families, sorted."""
    return sorted({each.family for each in scored})


def gate_curve(calibration: Sequence[Scored], held_out: Sequence[Scored], chosen: Thresholds) -> list[Point]:
    """Where the whole gate lies on the held-out twins as its calibration is told to keep less and less, and as it is."""
    points = [_point(held_out, fit_bounds(calibration, kept)) for kept in KEPT_IN_CURVE]
    return sorted([Point(1.0, 1.0), Point(0.0, 0.0), _point(held_out, chosen.bounds), *points])


def score_curves(scored: Sequence[Scored]) -> list[Curve]:
    """The curve of each score alone, the best first; of two sides, each for itself."""
    good = np.array([each.good for each in scored])
    curves = [
        _curve(name, side, good, np.array(upwards(scored, name, side))) for name, sides in SIDES.items() for side in sides
    ]
    return sorted(curves, key=lambda curve: -curve.area)


def _curve(name: str, side: str, good: NDArray[np.bool_], values: NDArray[np.float64]) -> Curve:
    finite = np.where(np.isfinite(values), values, np.finfo(np.float64).max)  # nothing to ask: it passes
    broken, kept, _ = roc_curve(good, finite)
    return Curve(name, side, tuple(map(Point, broken, kept)), float(np.trapezoid(kept, broken)))


def _point(scored: Sequence[Scored], bounds: Mapping[str, Bounds]) -> Point:
    shares = [[passes(each, bounds) for each in scored if each.good is good] for good in (False, True)]
    return Point(*(float(np.mean(share)) for share in shares))
