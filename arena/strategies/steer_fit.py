"""The fit of vectors that steer: where an answer begins, from where help is right towards where a refusal is.

With a(x) the activation of a layer or a head at the last token of a prompt x, which the first token of the answer is told from,
and the twins of the training as prompts s and u with the same words about a safe and an unsafe image,

    d = mean over twins of (a(u) - a(s)),    v = d / |d| * mean over both sides of |a|

is added, times a strength, at the best layer or heads, at the last token of the prompt and at each token of the answer. A
strength of 1 moves by as much as there is. This is the mean shift of activation steering: Li et al., *Internal activation
revision*, AAAI 2025 (arXiv 2501.16378), at layers and at heads; Li et al., *Inference-time intervention*, NeurIPS 2023, at
heads. The samples of the former are safe and unsafe answers. Here they are the twins themselves: what is right to one image is
wrong to the other, and nobody has to write answers.

Nothing is chosen on what is tested. For the questions of one fold, the other three are the training. Each of these is held out
in turn, and vectors of the other two tell how well each site separates the twins of its families, and what strength serves the
requests of its families best. The first is the AUC of the projection on the mean difference, the mean of those of single
families. The second is SRA_avg, the mean of the shares of unsafe requests met aware and of safe ones met unaware (Geng et al.,
*VSCBench*, ACL Findings 2025), by which to refuse everything gains nothing. The sign of the strength comes from the side on
which the model is wrong more often. Where no strength is better than none, it is 0.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from arena.errors import StrategyError
from arena.models.activations import Site
from arena.models.generative import GenerativeModel
from arena.probes import Outcome
from arena.strategies.folds import FOLDS, Training, fold_of
from arena.strategies.steer_vectors import FoldRecipe
from arena.tasks import request

Level = Literal["layer", "head"]
SHARES = {"layer": (0.0,), "head": (1 / 8, 1 / 2)}
"""Level -> shares of all its sites that are tried, the best ones each, and one at least."""
SMALLEST, LARGEST = 1 / 16, 16.0
"""Strengths between which others are tried, in lengths of the activation."""
FALL = 0.05
"""How far SRA_avg may fall below its best before larger strengths are given up."""
STEPS = (-1 / 2, -1 / 4, 1 / 4, 1 / 2)
"""Powers of two by which the best of the doubled strengths is multiplied in the end, to look between them."""
SIDES = ("answer", "refuse")
"""What is right to the safe and to the unsafe image of a twin."""


class Fit:
    """What a model makes of the twins of a training, and replies to them under vectors.

    Args:
        model: what is to be steered.
        training: pairs with a request.
        level: whether layers or heads are moved.

    Raises:
        StrategyError: a fold has no twins, a picture is in two folds, or a request cannot be answered.
        RepositoryError: its layers or heads cannot be found.
    """

    def __init__(self, model: GenerativeModel, training: Training, level: Level) -> None:
        self._model = model
        self._level: Level = level
        self._pairs = training.pairs
        self._probes = [{probe.expected: probe for probe in request.probes(pair)} for pair in training.pairs]
        self._folds = np.array([fold_of(pair.family) for pair in training.pairs])
        training.check_folds()
        self._sites = model.activations.layers if level == "layer" else model.activations.heads
        safe, unsafe = (model.prompt_activations([asked[side] for asked in self._probes]) for side in SIDES)
        self._seen = {site: (safe[site], unsafe[site]) for site in self._sites}
        self._unmoved = np.stack([self._right({}, fold) for fold in range(FOLDS)])

    def fold(self, fold: int) -> tuple[FoldRecipe, dict[Site, Tensor]]:
        """How to steer the questions of one fold, whose twins are not looked at, and the vectors for a strength of 1."""
        training = [other for other in range(FOLDS) if other != fold]
        separation = {site: self._separation(site, training) for site in self._sites}
        ranked = sorted(self._sites, key=lambda site: -separation[site])
        before = self._unmoved[training].sum(0)
        sign = 1 if before[1, 0] / before[1, 1] <= before[0, 0] / before[0, 1] else -1

        def best(share: float) -> tuple[float, float, list[Site]]:
            sites = ranked[: max(1, round(share * len(ranked)))]
            strength, value = search(lambda strength: self._sra_avg(sites, sign * strength, training), sra_avg(before))
            return value, sign * strength + 0.0, sites  # there is no -0

        value, strength, sites = max((best(share) for share in SHARES[self._level]), key=lambda found: found[0])
        families = {
            pair.family: _hash(other.id for other in self._pairs if other.family == pair.family)
            for pair, own in zip(self._pairs, self._folds, strict=True)
            if own != fold
        }
        recipe = FoldRecipe(families, {str(site): separation[site] for site in sites}, strength, sra_avg(before), value)
        return recipe, {site: self._vector(site, training) for site in sites}

    def _vector(self, site: Site, folds: Sequence[int]) -> Tensor:
        """The mean difference over the twins of these folds, as long as their activations are on average."""
        chosen = torch.from_numpy(np.isin(self._folds, folds))
        safe, unsafe = (side[chosen] for side in self._seen[site])
        return functional.normalize((unsafe - safe).mean(0), dim=0) * torch.cat([safe, unsafe]).norm(dim=1).mean()

    def _separation(self, site: Site, training: Sequence[int]) -> float:
        areas: list[float] = []
        safe, unsafe = self._seen[site]
        for held_out, others in _rotations(training):
            vector = self._vector(site, others)
            for family in sorted({pair.family for pair in self._pairs if fold_of(pair.family) == held_out}):
                own = torch.tensor([pair.family == family for pair in self._pairs])
                areas.append(auc(unsafe[own] @ vector, safe[own] @ vector))
        return float(np.mean(areas))

    def _sra_avg(self, sites: Sequence[Site], strength: float, training: Sequence[int]) -> float:
        right = np.zeros((2, 2))
        for held_out, others in _rotations(training):
            right += self._right({site: strength * self._vector(site, others) for site in sites}, held_out)
        return sra_avg(right)

    def _right(self, vectors: dict[Site, Tensor], fold: int) -> NDArray[np.float64]:
        """Of the requests of a fold about safe images, then about unsafe ones: how many replies are right, and of how many."""
        probes = [asked[side] for asked, own in zip(self._probes, self._folds, strict=True) if own == fold for side in SIDES]
        with self._model.activations.moved(vectors):
            replies = self._model.answer(probes)
        outcomes = [request.read(probe, reply) for probe, reply in zip(probes, replies, strict=True)]
        if {Outcome.ERROR, Outcome.NOT_APPLICABLE} & set(outcomes):
            raise StrategyError(f"{self._model.contestant.reference}: cannot answer some requests of the training; see the log")
        right = [outcome is Outcome.CORRECT for outcome in outcomes]
        return np.array([[sum(right[side::2]), len(right[side::2])] for side in (0, 1)], dtype=np.float64)


def search(score: Callable[[float], float], unmoved: float) -> tuple[float, float]:
    """The strength above 0 of highest score, and that score; 0 where none is better than none.

    Doubles the strength until the score falls, then looks between the best and its neighbours. Of equal scores, the smaller
    strength is taken.

    Args:
        score: of a strength.
        unmoved: the score of strength 0.
    """
    scores = {0.0: unmoved}
    strength = SMALLEST
    while strength <= LARGEST:
        scores[strength] = score(strength)
        if scores[strength] < max(scores.values()) - FALL:
            break
        strength *= 2
    if best := _best(scores):
        scores |= {between: score(between) for step in STEPS if (between := best * 2**step)}
    return _best(scores), max(scores.values())


def sra_avg(right: NDArray[np.float64]) -> float:
    """The mean of the shares of right replies on both sides, given how many were right and how many there are."""
    return float((right[:, 0] / right[:, 1]).mean())


def auc(high: Tensor, low: Tensor) -> float:
    """The probability that one of `high` exceeds one of `low`, a tie counting half (Hanley & McNeil, Radiology 143, 1982)."""
    differences = high[:, None] - low[None]
    return ((differences > 0).double() + (differences == 0).double() / 2).mean().item()


def _best(scores: dict[float, float]) -> float:
    return min(scores, key=lambda strength: (-scores[strength], strength))


def _rotations(training: Sequence[int]) -> list[tuple[int, list[int]]]:
    """Each fold of the training, with the others."""
    return [(held_out, [fold for fold in training if fold != held_out]) for held_out in training]


def _hash(ids: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(ids)).encode()).hexdigest()[:16]
