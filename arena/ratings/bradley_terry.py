"""Bradley-Terry ratings from discordant units, by maximum likelihood.

Under the Rasch model a contestant of ability t solves an item of difficulty b with log-odds t - b. Given that exactly one
of two contestants i and j solved it, that was i with log-odds t_i - t_j: the difficulty cancels. So Bradley-Terry fitted to
discordant units is the pairwise conditional likelihood of the Rasch model, and where nothing is solved by chance, ratings do
not move when easy or hard pairs are added. Where tasks are solved by chance, they do: luck evens out who wins, and the harder
the pairs, the more of what is solved is luck. docs/method.md has the numbers. Nothing is regularised: where the maximum does
not exist, `connectivity` says for whom.

Sources: Bradley & Terry, Biometrika 39 (1952); Zwinderman, Applied Psychological Measurement 19 (1995), for the pairwise
conditional likelihood; arXiv 2510.02306 on draws, which say more about the question than about the contestants.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from arena.ratings.connectivity import NotRankable, main_component, reasons
from arena.ratings.counts import Floats, Integers, Wins
from arena.ratings.elo import POINTS_PER_LOGIT, START
from arena.ratings.threads import hold_blas_to_one_thread

TOLERANCE = 1e-9
"""Largest Newton step, in logits, at which a fit has converged: below 1e-6 Elo points."""

MAX_ITERATIONS = 100


@dataclass(frozen=True)
class BradleyTerryFit:
    """Ratings on the Elo scale, with a mean of `START` over the contestants that have one."""

    names: tuple[str, ...]
    ratings: tuple[float | None, ...]
    """Per name; None where it cannot be rated."""
    reasons: tuple[NotRankable | None, ...]
    """Per name, why it cannot be rated; None where it is."""
    converged: bool
    iterations: int

    @property
    def known(self) -> dict[str, float]:
        """Name -> rating, of those that have one."""
        return {name: rating for name, rating in zip(self.names, self.ratings, strict=True) if rating is not None}

    @property
    def placed(self) -> Integers:
        """Indices of the rated contestants."""
        return np.flatnonzero([rating is not None for rating in self.ratings])

    @property
    def logits(self) -> Floats:
        """Abilities of the rated contestants in log-odds, with mean 0, in the order of `placed`."""
        rated = [rating for rating in self.ratings if rating is not None]
        return (np.array(rated, dtype=np.float64) - START) / POINTS_PER_LOGIT


class Maximum(NamedTuple):
    """Where Newton's method ended, for each of B independent problems."""

    logits: Floats
    """(B x n), each row with mean 0."""
    converged: np.ndarray
    """(B), whether the last step was below `TOLERANCE`."""
    iterations: int
    """Newton steps of the slowest problem."""


def fit(counts: Wins, start: Mapping[str, float] | None = None) -> BradleyTerryFit:
    """Rate all contestants that can be compared; say of the others why not.

    Args:
        counts: discordant units, as `UnitCounts` or `WinTable`; their families do not matter here.
        start: ratings to begin with, such as those of the last fit. They save Newton steps; the maximum is the same to 1e-9.
    """
    wins = counts.wins()
    placed = main_component(wins)
    ratings: list[float | None] = [None] * len(counts.names)
    table = wins[np.ix_(placed, placed)][None]
    maximum = maximise(table, _logits([counts.names[index] for index in placed], start or {}))
    if start and not maximum.converged.all():
        maximum = maximise(table)
    for contestant, logit in zip(placed, maximum.logits[0], strict=True):
        ratings[contestant] = START + POINTS_PER_LOGIT * float(logit)
    return BradleyTerryFit(
        names=counts.names,
        ratings=tuple(ratings),
        reasons=reasons(wins, placed),
        converged=bool(maximum.converged[0]),
        iterations=maximum.iterations,
    )


def _logits(names: Sequence[str], ratings: Mapping[str, float]) -> Floats:
    return (np.array([ratings.get(name, START) for name in names]) - START) / POINTS_PER_LOGIT


def maximise(wins: Floats, start: Floats | None = None) -> Maximum:
    """Maximise the Bradley-Terry likelihood of B win tables at once, by damped Newton steps.

    A step is shortened by ln(1 + d) / d, where d is its largest change of a difference of two ratings. This never lowers
    the likelihood, needs no line search and tends to the full step (Sun & Tran-Dinh, Mathematical Programming 178, 2019, on
    generalised self-concordance; along a step the third derivative of the logistic loss is at most d times its second).

    Args:
        wins: units that row has won from column (B x n x n); each table strongly connected, or its maximum is at infinity.
        start: where to begin, in logits (n); equal ratings if not given.
    """
    hold_blas_to_one_thread()
    rounds, size, _ = wins.shape
    logits = np.tile(np.zeros(size) if start is None or not size else start - start.mean(), (rounds, 1))
    active = np.arange(rounds if size > 1 else 0)
    iterations = 0
    while len(active) and iterations < MAX_ITERATIONS:
        iterations += 1
        step = _newton_step(wins[active], logits[active])
        reach = np.ptp(step, axis=1)
        shortened = np.divide(np.log1p(reach), reach, out=np.ones_like(reach), where=reach > 0)
        logits[active] += shortened[:, None] * step
        active = active[~(reach < TOLERANCE)]
    converged = np.ones(rounds, dtype=bool)
    converged[active] = False
    return Maximum(logits, converged, iterations)


def information(wins: Floats, logits: Floats) -> Floats:
    """Fisher information of B problems (B x n x n): singular along equal shifts of all ratings."""
    return _information(_played(wins), win_probability(logits))


def win_probability(logits: Floats) -> Floats:
    """How likely the row's contestant is to win a discordant unit against the column's (... x n x n)."""
    return expit(logits[..., :, None] - logits[..., None, :])


def _newton_step(wins: Floats, logits: Floats) -> Floats:
    played, probability = _played(wins), win_probability(logits)
    gradient = (wins - played * probability).sum(axis=2)
    hessian = _information(played, probability)
    # A constant in every entry fixes the free shift and leaves the step alone: the gradient sums to zero, so the step does too.
    scale = np.trace(hessian, axis1=1, axis2=2) / wins.shape[1] ** 2
    return np.linalg.solve(hessian + scale[:, None, None], gradient[:, :, None])[:, :, 0]


def _played(wins: Floats) -> Floats:
    return wins + wins.transpose(0, 2, 1)


def _information(played: Floats, probability: Floats) -> Floats:
    weight = played * probability * (1 - probability)
    return weight.sum(axis=2)[:, :, None] * np.eye(weight.shape[1]) - weight
