"""Caption only: which of two captions is likelier, whatever the picture shows.

The model is given no picture, and the sum of log-probabilities of each caption's tokens decides. What it solves so, its
language model solves alone: the blind baseline of compositional benchmarks (Hsieh et al., *SugarCrepe*, NeurIPS 2023; Lin et
al., *Revisiting the role of language priors in vision-language models*, ICML 2024).
"""

from arena.errors import StrategyError
from arena.models import Entry
from arena.probes import Probe, Reply
from arena.strategies.base import check_writes
from arena.strategies.names import StrategyName, check_bare
from arena.strategies.prompts import PromptStrategy

NAME = "caption-only"
SUMMARY = "which caption is likelier without any picture; only choices between captions can be asked so"
TEMPLATE = "caption_only/1"
PROMPT = "Write the caption of a picture."


def make(name: StrategyName) -> PromptStrategy:
    """Raises StrategyError: an argument is given."""
    check_bare(name)
    return PromptStrategy(NAME, {"words": TEMPLATE}, without_pictures, _scores_alone, _check_scores)


def _check_scores(entry: Entry, name: str) -> None:
    """Refuse models that only compare, and those that would be asked and paid for nothing."""
    check_writes(entry, name)
    if entry.contestant.is_endpoint:
        called = f"{entry.contestant.reference}+{name}"
        raise StrategyError(f"{called}: an endpoint tells no log-probability of a whole caption; name a model that runs here")


def without_pictures(probe: Probe) -> Probe | None:
    """The captions as all that may be written; None where the options are something else."""
    if probe.before or len(probe.images) != 1 or len(probe.captions) < 2 or len(probe.captions) != len(probe.options):
        return None
    return Probe(probe.task, probe.cell, TEMPLATE, (), PROMPT, options=probe.captions, max_new_tokens=0)


def _scores_alone(reply: Reply) -> Reply:
    """Of the captions, which stand in the order of the options. A model that gives no scores cannot be asked so."""
    if reply.error is not None or reply.logprobs is None:
        return reply if reply.error is not None else Reply(not_applicable=True)
    return Reply(logprobs=reply.logprobs, tokens=reply.tokens)
