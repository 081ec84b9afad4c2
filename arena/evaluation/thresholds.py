"""By which threshold a model that compares says yes: one fitted on drawn scenes, one of its own, or none.

A fitted threshold has seen right answers on drawn scenes. It means nothing on photographs, so it decides on drawn scenes alone.
Elsewhere a model that was trained to say yes above a logit of 0 (SigLIP, image-text matching) decides by that. Any other one
decides nothing: its scores are ranked, which is what the AUC tells.
"""

from dataclasses import replace

from arena.contestants import Contestant
from arena.probes import Outcome, Reading, Reply
from arena.suites.pair_metrics import AUC, BY_THRESHOLD
from arena.suites.suite import Question, Suite
from arena.tasks import verification


def fitted(contestant: Contestant) -> bool:
    """Whether right answers told the contestant from which score on to say yes."""
    return "calibration" in contestant.settings


def elsewhere(reading: Reading, question: Question, reply: Reply, contestant: Contestant) -> Reading:
    """What is made of a reply to a question that is not about a drawn scene.

    Args:
        reading: what the rules make of the reply, whose scores are relative to the contestant's threshold.
        question: what was asked.
        reply: what came back.
        contestant: who replied.
    """
    decided = reading.outcome in (Outcome.CORRECT, Outcome.WRONG)
    if not (decided and fitted(contestant) and question.probe.task == verification.NAME and reply.logprobs):
        return reading
    own = contestant.settings.get("own_threshold")
    if own is None:
        return Reading(None)
    yes, no = reply.logprobs
    logit = yes - no + float(contestant.settings["threshold"])
    return replace(reading, outcome=verification.read(question.probe, replace(reply, logprobs=(logit - float(own), 0.0))))


def threshold_told(contestant: Contestant, suite: Suite, metric: str) -> str:
    """In plain words, by which threshold the contestant said yes in a metric; empty for metrics that rest on no such thing."""
    if metric == AUC.name:
        return "none"
    if metric not in BY_THRESHOLD or not fitted(contestant):
        return ""
    return f"fitted on {contestant.settings['calibration']}" if suite.drawn else "its own"
