"""What the evaluation of a submission will ask and take, before it is confirmed. All of it is an estimate, and says so."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from arena.contestants import Contestant
from arena.evaluation.choosing import chosen
from arena.evaluation.estimates import Estimate as SuiteEstimate
from arena.evaluation.estimates import estimate as estimate_of_probes
from arena.evaluation.results import suite_named
from arena.models import best_device, is_endpoint, local_reference
from arena.settings import Settings
from arena.store import Store
from arena.submissions.check_report import CheckReport, Facts
from arena.submissions.contestant_of import contestant_of_standing
from arena.suites.suite import Suite

CPU_SPEED = 2e10
"""Operations a second that are assumed of each core, where nothing was measured."""
GPU_SPEED = 2e13
"""Likewise of a GPU: a few percent of what its maker says, as batches are small."""
OPERATIONS = 2
"""For each parameter and each token that is read or written: one product and one sum (arXiv 2001.08361, 2.1)."""
SECONDS_TO_LOAD = 30.0
"""Assumed of a model that runs here, for all suites."""

Basis = Literal["speed", "measured", "size", "unknown"]


@dataclass(frozen=True)
class Estimate:
    """What one submission will cost. Second turns come on top."""

    questions: int
    """That all suites ask it."""
    seconds: float | None
    """About so long, once its turn has come, without its download; None where nothing tells."""
    requests: int
    """That an endpoint will be sent, and perhaps charge for; 0 for what runs here."""
    basis: Basis
    """What the time goes by: `measured` models of this arena, its `size`, the `speed` assumed of endpoints, or nothing."""

    def in_words(self) -> str:
        """One line for who confirms it."""
        asked = f"about {self.requests:,} requests to the endpoint" if self.requests else f"about {self.questions:,} questions"
        if self.seconds is None:
            return f"{asked}; nobody knows yet how long they take"
        return f"{asked}; an estimate {BASIS_WORDS[self.basis]}: {_duration(self.seconds)}, without the wait for its turn"


BASIS_WORDS = {
    "measured": "by models that were measured here",
    "size": "by its size",
    "speed": "if an answer takes 2 seconds",
    "unknown": "",
}


def estimate(report: CheckReport, settings: Settings, store: Store) -> Estimate:
    """What the suites of this arena will ask of a submission, and about how long that takes.

    Args:
        report: what its checks found.
        settings: of the arena, with the suites.
        store: knows how fast others were.

    Raises:
        EvaluationError: a suite of the settings is unknown.
        SuiteError: a suite cannot be read.
    """
    facts = report.facts
    asked = [_asked(name, facts.kind == "contrastive", facts.images) for name in settings.submission_suites]
    questions = sum(one.requests for one in asked)
    if is_endpoint(report.reference):
        return Estimate(questions, sum(one.seconds for one in asked), questions, "speed")
    if (pace := _measured_pace(facts, settings, store)) is not None:
        return Estimate(questions, SECONDS_TO_LOAD + questions * pace, 0, "measured")
    if facts.parameters is None:
        return Estimate(questions, None, 0, "unknown")
    tokens = sum(one.picture_tokens + one.text_tokens for one in asked)
    if facts.kind != "contrastive":
        tokens += sum(one.written_tokens for one in asked) + questions * (local_reference(report.reference).thinking or 0)
    return Estimate(questions, SECONDS_TO_LOAD + OPERATIONS * facts.parameters * tokens / _speed(), 0, "size")


@cache
def _asked(suite_name: str, contrastive: bool, images: int | None) -> SuiteEstimate:
    """What a suite asks a model of this kind that takes so many images; suites do not change while a process lives."""
    questions = chosen(suite_named(suite_name).load(None).questions, audience="scorers" if contrastive else "writers")
    probes = {question.probe.key: question.probe for question in questions}.values()
    able = [probe for probe in probes if images is None or len(probe.images) <= images]
    return estimate_of_probes(Contestant("", "", ""), suite_name, able, None)


def _speed() -> float:
    """Operations a second that are assumed of what models run on here."""
    return CPU_SPEED * (os.cpu_count() or 1) if best_device() == "cpu" else GPU_SPEED


def _measured_pace(facts: Facts, settings: Settings, store: Store) -> float | None:
    """Seconds a question of the listed model of this kind whose size is the nearest; a larger one is taken to be slower."""
    if facts.parameters is None:
        return None
    size = facts.parameters
    nearest = min(_paces(facts, settings, store), key=lambda one: abs(one[0] - size), default=None)
    return None if nearest is None else nearest[1] * max(1.0, size / nearest[0])


def _paces(facts: Facts, settings: Settings, store: Store) -> Iterator[tuple[int, float]]:
    """Parameters and seconds a question, of models that were submitted and measured on the suites of this arena."""
    listed = store.submissions.standings(["LISTED"])
    costs = [costs for name in settings.submission_suites for costs in _costs(store, suite_named(name))]
    for standing in listed:
        check = standing.submission.facts.get("check", {})
        contestant = contestant_of_standing(store, standing)
        if contestant is None or check.get("kind") != facts.kind or not check.get("parameters"):
            continue
        for spent in costs:
            if pace := spent.get(contestant.id):
                yield check["parameters"], pace


def _costs(store: Store, suite: Suite) -> Iterator[dict[str, float]]:
    """Contestant id -> seconds a question, at the last edition of a suite that somebody answered."""
    editions = [one.edition for one in store.evaluations.evaluated() if one.suite == suite.name]
    if editions:
        costs = store.evaluations.costs(suite.name, editions[-1])
        yield {contestant: cost.seconds for contestant, cost in costs.items() if cost.seconds}


def _duration(seconds: float) -> str:
    """About how long, in a unit that people would choose."""
    for unit, size in (("hour", 3600), ("minute", 60)):
        if seconds >= 2 * size:
            return f"about {seconds / size:.0f} {unit}s"
    return f"about {max(1, round(seconds))} seconds"
