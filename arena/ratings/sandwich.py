"""The clustered sandwich: how much each family moves the ratings, and what spread that gives them."""

import numpy as np
from scipy.sparse import csr_array

from arena.ratings.bradley_terry import BradleyTerryFit, information, win_probability
from arena.ratings.counts import Floats, Integers, UnitCounts
from arena.ratings.elo import POINTS_PER_LOGIT
from arena.ratings.families import family_kinds


def influences(main: UnitCounts, logits: Floats) -> tuple[Floats, Integers]:
    """How far one family of each kind moves the ratings, to first order, in logits (kinds x n), and the families of each kind.

    That is H+ times the family's score, with H+ the pseudo-inverse of the information. Over all families they sum to zero.

    Args:
        main: counts of contestants that are all rated.
        logits: their ratings.
    """
    cells, kinds, families = family_kinds(main)
    winner, loser = np.divmod(cells, len(logits))
    surprise = 1 - win_probability(logits)[winner, loser]
    moved, size = np.concatenate([winner, loser]), (len(cells), len(logits))
    scores = csr_array((np.concatenate([surprise, -surprise]), (np.tile(np.arange(len(cells)), 2), moved)), shape=size)
    bread = np.linalg.pinv(information(main.wins()[None], logits[None])[0], hermitian=True)
    return kinds @ scores.toarray() @ bread, families


def standard_errors(counts: UnitCounts, fitted: BradleyTerryFit) -> Floats:
    """Standard errors of the ratings in Elo points, from the family-clustered sandwich H+ M H+; NaN for those not rated.

    M is the sum over the F families of the outer product of their scores, times F / (F - 1). In closed form, so it checks the
    bootstrap; symmetric, and therefore rougher where data are few.
    Source: Cameron & Miller, Journal of Human Resources 50 (2015).
    """
    errors = np.full(len(counts.names), np.nan)
    placed, number = fitted.placed, counts.number_of_families
    if not len(placed) or number < 2:
        return errors
    moves, families = influences(counts.among(placed), fitted.logits)
    errors[placed] = POINTS_PER_LOGIT * np.sqrt(families @ moves**2 * number / (number - 1))
    return errors
