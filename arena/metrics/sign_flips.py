"""A test of a paired difference that takes families, not items, as independent, and assumes no distribution."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from arena.metrics.units import Floats, Unit

MOST_EXACT = 14
"""Families of which all choices of signs are tried: 16,384."""
ROUNDS = 9_999
"""Random choices of signs for more families."""
SAME = 1e-12
"""How far sums of fractions may lie apart that are equal."""


def contributions(first: Sequence[Unit], second: Sequence[Unit], weights: Mapping[str, float]) -> Floats:
    """What each family adds to a weighted sum of rates, the first contestant minus the second; they add up to that difference.

    Only items of which both have the metric are counted.

    Args:
        first: units of one slice.
        second: of the same slice.
        weights: metric -> its weight in the sum.
    """
    paired = {(unit.metric, unit.item) for unit in first} & {(unit.metric, unit.item) for unit in second}
    added: dict[str, float] = defaultdict(float)
    for units, sign in ((first, 1), (second, -1)):
        counted = [unit for unit in units if (unit.metric, unit.item) in paired and unit.metric in weights]
        total: dict[str, float] = defaultdict(float)
        for unit in counted:
            total[unit.metric] += unit.total
        for unit in counted:
            added[unit.family] += sign * weights[unit.metric] * unit.hits / total[unit.metric]
    return np.array([added[family] for family in sorted(added)])


def sign_flip_p(differences: Floats, *, seed: int = 0) -> float:
    """The two-sided p-value of their sum, if each family could as well have differed the other way.

    The randomisation test of paired differences: Fisher, *The Design of Experiments* (1935), section 21. Exact for few
    families; for more, random signs with the data themselves counted among them (Phipson & Smyth, Statistical Applications in
    Genetics and Molecular Biology 9, 2010).

    Args:
        differences: one a family.
        seed: of the random signs.
    """
    count = len(differences)
    if count <= MOST_EXACT:
        signs = 1 - 2 * (np.arange(2**count)[:, None] >> np.arange(count) & 1)
    else:
        drawn = np.random.default_rng(seed).choice((-1, 1), (ROUNDS, count))
        signs = np.concatenate([np.ones((1, count), dtype=np.int64), drawn])
    return float(np.mean(np.abs(signs @ differences) >= abs(differences.sum()) - SAME))
