"""Who is surely better than whom, in all comparisons of a board at once.

Fifty equal models can be compared in 1,225 ways. Were each comparison wrong in 5 %, nearly every board of equals would put
somebody ahead. Here the 5 % are the share of boards on which *any* comparison is wrong (the family-wise error), so ranks that
rest on them hold together (Mogstad, Romano, Shaikh & Wilhelm, *Inference for ranks*, Review of Economic Studies 91, 2024).

Each difference of two ratings is divided by its standard error, clustered by family. What the largest of these quotients
may be when all contestants are equal comes from the bootstrap of families, to first order: a family moves the ratings by its
influence (see `sandwich`), and each draw has standard errors of its own (bootstrap-t). Where families are few, these draws
scatter widely, and Student's distribution with F - 1 degrees of freedom at the error over the number of comparisons
(Bonferroni) asks for less; the lesser of the two bounds is taken. Whatever exceeds it is sure, and is left out of the next
round, which asks for less of the rest (step-down: Romano & Wolf, Journal of the American Statistical Association 100, 2005).

An outsider (see `one_sided`) is compared at the bound that its record sets, which to first order is a weighted mean of the
ratings of its opponents. Where there are outsiders, half of the error is theirs.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import expit, stdtrit

from arena.ratings.bradley_terry import BradleyTerryFit
from arena.ratings.counts import Floats, Integers, UnitCounts
from arena.ratings.one_sided import Outsider, outsiders
from arena.ratings.sandwich import influences

NEVER_VARIES = 1e-9
"""Standard error, in logits, of a difference on which all families agree: it says nothing of chance."""


class Scale(NamedTuple):
    """Contestants at their ratings, outsiders at their bounds."""

    contestants: Integers
    """Their indices among all names."""
    sides: Integers
    """0 for a rating, 1 for a lower bound, -1 for an upper one."""
    logits: Floats
    influence: Floats
    """How far one family of each kind moves each of them (kinds x contestants)."""
    families: Integers
    """Families of each kind."""


def surely_above(
    counts: UnitCounts,
    fitted: BradleyTerryFit,
    bounded: np.ndarray,
    *,
    rounds: int = 300,
    seed: int = 0,
    level: float = 0.95,
) -> np.ndarray:
    """Whether the row's contestant is surely better than the column's (n x n, of bool).

    Args:
        counts: the counts that were fitted.
        fitted: their fit.
        bounded: per contestant, whether its rating has a bound; the others are compared with nobody.
        rounds: how many times families are drawn.
        seed: of the draws.
        level: the share of boards on which no comparison should be wrong.
    """
    above = np.zeros((len(counts.names), len(counts.names)), dtype=bool)
    if not len(fitted.placed):
        return above
    beyond = [outsider for outsider in outsiders(counts, fitted.placed) if bounded[outsider.contestant]]
    error = (1 - level) / 2 if beyond else 1 - level
    scale = _scale(counts, fitted, bounded, beyond, error)
    leading = (scale.sides[:, None] >= 0) & (scale.sides <= 0) & ~np.eye(len(scale.sides), dtype=bool)
    observed, drawn = _quotients(scale, leading, rounds, np.random.default_rng(seed))
    sure = _step_down(observed, drawn, error, degrees=int(scale.families.sum()) - 1)
    better, worse = np.argwhere(leading)[sure].T
    above[scale.contestants[better], scale.contestants[worse]] = True
    return above


def _scale(counts: UnitCounts, fitted: BradleyTerryFit, bounded: np.ndarray, beyond: list[Outsider], error: float) -> Scale:
    placed, logits = fitted.placed, fitted.logits
    moves, families = influences(counts.among(placed), logits)
    compared = bounded[placed]
    contestants, sides = placed[compared].tolist(), [0] * int(compared.sum())
    values, columns = logits[compared].tolist(), [moves[:, compared]]
    for outsider in beyond:
        bound = outsider.bound(logits[None], error / len(beyond))
        pull = outsider.weights * expit(outsider.side * (logits - bound))
        contestants.append(outsider.contestant)
        sides.append(outsider.side)
        values.append(bound)
        columns.append((moves @ (pull / pull.sum()))[:, None])
    indices, standing = np.array(contestants, dtype=np.int64), np.array(sides, dtype=np.int64)
    return Scale(indices, standing, np.array(values), np.hstack(columns), families)


def _quotients(scale: Scale, leading: np.ndarray, rounds: int, generator: np.random.Generator) -> tuple[Floats, Floats]:
    """Each lead over its standard error: in the data, and in draws of families (rounds x leads) around the data.

    Args:
        scale: who is compared.
        leading: whether the row's contestant could be found to be better than the column's (n x n).
        rounds: how many times families are drawn.
        generator: of the draws.
    """
    number = scale.families.sum()

    def variances(families: Integers) -> Floats:
        products = (scale.influence.T * families) @ scale.influence
        spread = np.diagonal(products)
        return (spread[:, None] + spread - 2 * products) * number / (number - 1)

    leads = scale.logits[:, None] - scale.logits
    errors = np.sqrt(np.maximum(variances(scale.families), NEVER_VARIES**2))
    # Two ratings on whose difference all families agree have no measured error; a bound has that of its own record.
    measured = (errors > NEVER_VARIES) | (scale.sides[:, None] != 0) | (scale.sides != 0)
    observed = np.where(measured, leads / errors, 0.0)[leading]
    drawn = np.empty((rounds, len(observed)))
    for row, families in zip(drawn, generator.multinomial(number, scale.families / number, size=rounds), strict=True):
        moved = families @ scale.influence
        leads = moved[:, None] - moved
        row[:] = (leads / np.sqrt(np.maximum(variances(families) - leads**2 / (number - 1), NEVER_VARIES**2)))[leading]
    return observed, drawn


def _step_down(observed: Floats, drawn: Floats, error: float, degrees: int) -> np.ndarray:
    """Which of the observed quotients are too large for chance, all of them taken together."""
    sure = np.zeros(len(observed), dtype=bool)
    rank = int(error * (len(drawn) + 1))
    while not sure.all():
        rest = ~sure
        largest = np.sort(drawn.max(axis=1, where=rest, initial=-np.inf))
        needed = min(largest[-rank] if rank else np.inf, -stdtrit(degrees, error / rest.sum()))
        exceeding = rest & (observed > needed)
        if not exceeding.any():
            break
        sure |= exceeding
    return sure
