"""A model whose activations are moved while it answers."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from arena.contestants import Contestant
from arena.errors import StrategyError
from arena.models.activations import Site
from arena.models.generative import GenerativeModel
from arena.probes import Probe, Reply
from arena.strategies.folds import Training, fold_of

Vectors = Mapping[Site, Tensor]


class SteeredModel:
    """A model under the vectors of each question's fold. `answer` is called by one thread at a time."""

    def __init__(self, contestant: Contestant, model: GenerativeModel, vectors: Sequence[Vectors], training: Training) -> None:
        """Nothing is moved yet.

        Args:
            contestant: who it is under its strategy.
            model: what is steered.
            vectors: by fold of the question, what is added at each site.
            training: what they were learnt from.
        """
        self.contestant = contestant
        self.capabilities = model.capabilities
        self.memory_bytes = model.memory_bytes
        self._model = model
        self._vectors = vectors
        self._training = training

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        """One reply a probe, in order. A question about what its vectors were learnt from is an error, and the others go on."""
        replies: dict[int, Reply] = {}
        places: dict[int, list[int]] = defaultdict(list)
        for place, probe in enumerate(probes):
            try:
                self._training.check(probe)
            except StrategyError as error:
                replies[place] = Reply(error=str(error))
            else:
                places[fold_of(probe.family)].append(place)
        for fold, asked in places.items():
            with self._model.activations.moved(self._vectors[fold]):
                replies |= dict(zip(asked, self._model.answer([probes[place] for place in asked]), strict=True))
        return [replies[place] for place in range(len(probes))]


def random_vectors(vectors: Sequence[Vectors], seed: int) -> list[Vectors]:
    """Other directions at the same sites, drawn from the sphere, each as long as the vector that it stands for."""
    dice = torch.Generator().manual_seed(seed)
    drawn: list[Vectors] = []
    for fold in vectors:
        normal = {site: torch.randn(vector.shape, generator=dice) for site, vector in fold.items()}
        drawn.append({site: normal[site] * (vector.norm() / normal[site].norm()) for site, vector in fold.items()})
    return drawn
