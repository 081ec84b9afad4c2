"""How good an undefeated contestant is at least, and a winless one at most.

The likelihood puts an undefeated contestant at infinity. Yet a modest one would hardly have won everything: against opponents
with ratings t_j, the probability to win all units rises with the ability x. The lower bound is the x at which it equals the
error that is allowed. This is the exact bound of Clopper & Pearson (Biometrika 26, 1934) for a record without a loss; against
equal opponents it gives the "rule of three" (Hanley & Lippman-Hand, Journal of the American Medical Association 249, 1983).

Units of one family are won together, so a family counts once. Whoever wins all n units of a family has won each of them:
with n_j of them against j, the probability of that is at most P(j is beaten) for every such j, and so at most the geometric
mean, the product of P(j is beaten)^(n_j / n), however much the units depend on each other. Families are independent, so

    P(all units are won) <= exp(sum over j of w_j log P(j is beaten | x, t_j)),    w_j = sum over families of n_j / n

The ratings t_j are not known, but draws of them are. The bound is where the mean of this over the draws is the error. That is
safe: with f the probability of winning all, which rises with the lead, and a lead that is off by e, f at any lead z times the
probability that the error carries the bound beyond z is at most the mean of f(lead + e), by Markov's inequality.

A winless contestant is the mirror image.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import root_scalar
from scipy.special import log_expit

from arena.ratings.connectivity import sides
from arena.ratings.counts import Floats, Integers, UnitCounts

FAR = 60.0
"""Logits beyond which no rating lies: odds of 10^26 to one."""


@dataclass(frozen=True, eq=False)
class Outsider:
    """A contestant that no rated one has beaten, or that has beaten none of them."""

    contestant: int
    """Its index among all names."""
    side: int
    """1 above the rated contestants that it met, -1 below them."""
    weights: Floats
    """w_j of each rated contestant (n)."""

    @property
    def families(self) -> float:
        """In how many families it met rated contestants."""
        return float(self.weights.sum())

    def suffices(self, error: float) -> bool:
        """Whether an equal of its opponents would do as well with at most this probability: five families at 5 %."""
        return 0.5**self.families <= error

    def bound(self, opponents: Floats, error: float) -> float:
        """The lower bound on its ability in logits if it is above, the upper one if it is below; infinite if there is none.

        Args:
            opponents: draws of the ratings of the rated contestants, in logits (draws x n). They may be infinite: whoever is
                above an opponent at -inf could be anywhere.
            error: how likely somebody on the bound may be to do as well.
        """
        met = self.weights > 0
        ratings, weights = self.side * opponents[:, met], self.weights[met]

        def surplus(ability: float) -> float:
            return float(np.mean(np.exp(log_expit(ability - ratings) @ weights))) - error

        if surplus(-FAR) >= 0 or surplus(FAR) <= 0:
            return -self.side * np.inf
        return self.side * root_scalar(surplus, bracket=(-FAR, FAR), xtol=1e-9).root


def outsiders(counts: UnitCounts, placed: Integers) -> list[Outsider]:
    """All of them, given the indices of the rated contestants."""
    above, below = sides(counts.wins(), placed)
    won = _family_shares(counts, counts.winner, counts.loser, placed)
    lost = _family_shares(counts, counts.loser, counts.winner, placed)
    highs = [Outsider(contestant, 1, won[contestant]) for contestant in np.flatnonzero(above).tolist()]
    return highs + [Outsider(contestant, -1, lost[contestant]) for contestant in np.flatnonzero(below).tolist()]


def _family_shares(counts: UnitCounts, contestant: Integers, opponent: Integers, placed: Integers) -> Floats:
    """w_j of every contestant against each of the `placed` ones (contestants x placed)."""
    met = np.isin(opponent, placed)
    contestant, opponent, count = contestant[met], opponent[met], counts.count[met]
    _, meeting = np.unique(contestant * counts.number_of_families + counts.family[met], return_inverse=True)
    shares = np.zeros((len(counts.names), len(counts.names)))
    np.add.at(shares, (contestant, opponent), count / np.bincount(meeting, weights=count)[meeting])
    return shares[:, placed]
