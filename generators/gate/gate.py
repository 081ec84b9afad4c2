"""The gate: is a new pair minimal, and is it true? Every score, from the cheapest to the dearest, against its threshold."""

import logging
import math
from collections.abc import Sequence
from itertools import islice

import numpy as np

from arena.generators.gate.artefacts import differences, edited_probability, relative_sharpness
from arena.generators.gate.checks import changed_facts, changed_probes, unchanged_facts, unchanged_probes
from arena.generators.gate.duplicates import nearest, perceptual_hash
from arena.generators.gate.image_safety import ImageSafety
from arena.generators.gate.pixels import changed_area, changed_outside, cut_off, ghost
from arena.generators.gate.report import Candidate, GateReport
from arena.generators.gate.scores import SCORES, Bounds, judged
from arena.generators.gate.similarity import similarity
from arena.generators.gate.statements import caption_rise, foreign_statements, most_tempting
from arena.generators.gate.thresholds import Thresholds, read_thresholds
from arena.models.base import Model
from arena.models.contrastive import ContrastiveModel

log = logging.getLogger(__name__)

Values = dict[str, float | None]
"""Values by names of scores, as `arena.generators.gate.scores.judged` reads them."""


class Gate:
    """Judges pairs. For one thread at a time, as its models are."""

    def __init__(
        self,
        scorer: ContrastiveModel,
        checker: Model,
        thresholds: Thresholds | None = None,
        safety: ImageSafety | None = None,
        *,
        asks_all: bool = False,
    ) -> None:
        """Open a gate.

        Args:
            scorer: compares images with captions.
            checker: answers yes or no.
            thresholds: what passes; by default, those that ship.
            safety: says whether an image is unsafe to show.
            asks_all: ask the checker, which is the dearest, about pairs that have failed already.

        Raises:
            SettingsError: the thresholds are not there, or are for other models.
        """
        self._thresholds = thresholds or read_thresholds()
        self._thresholds.check(scorer.contestant, checker.contestant)
        self._scorer, self._checker, self._safety = scorer, checker, safety
        self._asks_all = asks_all
        self._bounds = {name: self._thresholds.bounds.get(name, Bounds()) for name in SCORES}
        if safety:
            self._bounds["image_safety"] = Bounds(high=safety.threshold)

    @property
    def models(self) -> tuple[str, ...]:
        """Repositories of the models that score."""
        models = (self._scorer, self._checker, *([self._safety] if self._safety else ()))
        return tuple(dict.fromkeys(model.contestant.repository for model in models))

    def judge(self, candidates: Sequence[Candidate]) -> list[GateReport]:
        """One report a candidate, in order; faster a pair in batches of some dozens."""
        sides = [side for candidate in candidates for side in candidate.pair.sides]
        self._scorer.encode([side.picture for side in sides], [side.caption for side in sides])
        found = [self._painted(candidate) | self._compared(candidate) for candidate in candidates]
        for values, unsafe in zip(found, self._unsafe(candidates), strict=True):
            values["image_safety"] = unsafe
        asked = [place for place, values in enumerate(found) if self._asks_all or self._holds(values)]
        for place, values in zip(asked, self._checked([candidates[place] for place in asked]), strict=True):
            found[place] |= values
        return [self._report(values) for values in found]

    def _painted(self, candidate: Candidate) -> Values:
        """What pixels alone say."""
        pictures = [side.picture.pixels() for side in candidate.pair.sides]
        first, second = (np.asarray(picture) for picture in pictures)
        edited, source = (first, second) if candidate.edited == 0 else (second, first)
        painted = differences(edited, source, candidate.region)
        return {
            "changed_area": changed_area(first, second),
            "changed_outside": changed_outside(first, second, candidate.region),
            "cut_off": cut_off(first, second, candidate.region),
            "ghost": ghost(first, second, candidate.region),
            "near_duplicate": nearest(perceptual_hash(pictures[candidate.edited]), candidate.known_hashes),
            "sharpness": relative_sharpness(painted),
            "artefacts": edited_probability(painted, self._thresholds.artefact_weights),
        }

    def _compared(self, candidate: Candidate) -> Values:
        """What the scorer says."""
        rise = caption_rise(self._scorer, candidate.pair, candidate.edited, _same(candidate))
        return {**vars(similarity(self._scorer, candidate.pair)), "caption_rise": rise}

    def _unsafe(self, candidates: Sequence[Candidate]) -> list[float | None]:
        """How unsafe the worse image of each pair is."""
        if not self._safety:
            return [None] * len(candidates)
        try:
            chances = self._safety.unsafe_probabilities([side.picture for each in candidates for side in each.pair.sides])
        except Exception:  # whatever a classifier breaks on, nothing is shown that it has not looked at
            log.exception("image safety: %s failed", self._safety.contestant.repository)
            return [math.nan] * len(candidates)
        return [float(worse) for worse in np.reshape(chances, (-1, 2)).max(1)]  # unlike max(), NaN where one is NaN

    def _checked(self, candidates: Sequence[Candidate]) -> list[Values]:
        """What the checker says, asked about all pairs at once."""
        asked = [
            (changed_probes(candidate.pair), unchanged_probes(candidate.pair, self._tempting(candidate)))
            for candidate in candidates
        ]
        replies = iter(self._checker.answer([probe for groups in asked for probes in groups for probe in probes]))
        found: list[Values] = []
        for changed, unchanged in asked:
            facts = changed_facts(changed, [*islice(replies, len(changed))])
            others = [*islice(replies, len(unchanged))]
            found.append({"changed_facts": facts, "unchanged_facts": unchanged_facts(unchanged, others) if others else None})
        return found

    def _tempting(self, candidate: Candidate) -> list[str]:
        return most_tempting(self._scorer, candidate.pair, candidate.edited, _same(candidate))

    def _report(self, values: Values) -> GateReport:
        scores = tuple(judged(score, values, self._bounds[name]) for name, score in SCORES.items())
        return GateReport(scores, self._thresholds.version, all(score.passed for score in scores), self.models)

    def _holds(self, values: Values) -> bool:
        return all(self._bounds[name].hold(value) for name, value in values.items() if value is not None)


def _same(candidate: Candidate) -> list[str]:
    """What should be the same of both images."""
    return [*candidate.unchanged] or foreign_statements(candidate.pair)
