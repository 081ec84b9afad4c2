"""Models that write: any image-text-to-text architecture of transformers, run locally.

A reply holds the written text and, where the probe names options, their log-probabilities, both from one reading of the prompt.
"""

import json
import logging
import math
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForImageTextToText, PreTrainedModel

from arena.contestants import Contestant
from arena.errors import SettingsError, one_line
from arena.models.activations import Activations, Site
from arena.models.base import Capabilities
from arena.models.chat import Chat
from arena.models.decoding import Prefill, candidate_logprobs, write
from arena.models.demand import Demand, token_size
from arena.models.device_memory import Share, free_memory, limits, release, weights_size
from arena.models.drafts import ThoughtfulDraft
from arena.models.encoding import Encoder
from arena.models.findings import Finding, Findings
from arena.models.groups import bounds, cache_of_token, groups
from arena.models.guard import ENCODERS, choose_encoder, takes_examples
from arena.models.placement import input_device
from arena.models.pretrained import NOTHING, from_pretrained, out_of_memory
from arena.models.spellings import Spellings
from arena.probes import Probe, Reply, Tokens

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """Why a batch got no replies, in words: the error itself would keep alive what its frames hold."""

    reason: str
    of_memory: bool


class GenerativeModel:
    """A loaded image-text-to-text model. `answer` is called by one thread at a time.

    What a repository ships to shape its replies, such as a penalty on repetition, is ignored for everybody: all write greedily.
    """

    finding: Finding
    """How it is asked, and how well that agrees with stock transformers."""

    def __init__(
        self,
        contestant: Contestant,
        model: PreTrainedModel,
        chat: Chat,
        encoder: Encoder,
        finding: Finding,
        *,
        second_turn: bool = True,
    ) -> None:
        self.contestant = contestant
        self.memory_bytes = weights_size(model)
        self._model = model
        self._chat = chat
        self._tokenizer = chat.tokenizer
        self._stop = _stop_tokens(model, self._tokenizer)
        self._spellings = Spellings(chat.tokenizer)
        self._encoder = encoder
        self._token = token_size(model.config, str(contestant.settings["dtype"]))
        self._share = Share()
        self._longest = getattr(model.config.get_text_config(decoder=True), "max_position_embeddings", None) or math.inf
        self.finding = finding
        self.capabilities = Capabilities(
            finding.images,
            writes_text=True,
            scores_options=not chat.thinking,
            needs_image=finding.needs_image,
            second_turn=second_turn and finding.second_turn,
            images_per_chat=sys.maxsize if finding.images > 1 else None,
        )

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        """One reply a probe, in order: greedy text, and log-probabilities where the probe has options.

        A model that thinks first, asked to or not, gives no log-probabilities: what it writes first is no answer.

        A batch that fails is asked again in halves, so that a probe that cannot be answered, or memory that does not suffice
        for all of them, costs no other probe its reply. No picture loses pixels for want of memory.
        """
        replies = [Reply(not_applicable=True)] * len(probes)
        asked = [place for place, probe in enumerate(probes) if self._can_answer(probe)]
        for place, reply in zip(asked, self._answer_or_halve([probes[place] for place in asked]), strict=True):
            replies[place] = reply
        return replies

    def _can_answer(self, probe: Probe) -> bool:
        return self.capabilities.can_answer(probe) and (not probe.examples or self._takes_examples)

    @cached_property
    def _takes_examples(self) -> bool:
        """Found out when they are first shown, as few models ever are."""
        return takes_examples(self._model, self._chat, self._encoder, self.finding.tolerance)

    @cached_property
    def activations(self) -> Activations:
        """Where its activations can be read and moved.

        Raises:
            RepositoryError: its decoder layers cannot be found.
        """
        return Activations(self.contestant.repository, self._model)

    def prompt_activations(self, probes: Sequence[Probe]) -> dict[Site, torch.Tensor]:
        """Site -> what is there at the last token of each prompt, from which the answer begins: probes x width, float32."""
        prompts = self._encoder.encode(probes)
        rows: dict[Site, dict[int, torch.Tensor]] = defaultdict(dict)
        with torch.inference_mode():
            for places in groups(prompts, fits=self._encoder.fits):
                with self.activations.read() as seen:
                    self._encoder.read([prompts[place] for place in places])
                for site, hidden in seen.items():
                    rows[site].update(zip(places, hidden[:, -1].float(), strict=True))
        return {site: torch.stack([row[place] for place in range(len(probes))]) for site, row in rows.items()}

    def _answer_or_halve(self, probes: list[Probe], *, again: bool = True) -> list[Reply]:
        if not probes:
            return []
        outcome = self._attempt(probes)
        if isinstance(outcome, list):
            return outcome
        if outcome.of_memory:
            self._make_room()
            if len(probes) == 1 and again:
                return self._answer_or_halve(probes, again=False)
        if len(probes) == 1:
            return [Reply(error=outcome.reason)]
        half = len(probes) // 2
        return self._answer_or_halve(probes[:half]) + self._answer_or_halve(probes[half:])

    def _attempt(self, probes: list[Probe]) -> "list[Reply] | Failure":
        try:
            with torch.inference_mode():
                return self._answer_all(probes)
        except Exception as error:  # a batch must survive whatever one probe does to the model
            if out_of_memory(error):
                return Failure(f"the memory of {self._chat.device} does not suffice for one question", of_memory=True)
            if len(probes) == 1:
                # Whoever asked tells who it was and why: in a battle, when nothing about it can be judged any more.
                log.warning("a model failed on %s", probes[0].key)
                log.debug("%s failed on %s", self.contestant.id, probes[0].key, exc_info=True)
            return Failure(one_line(error), of_memory=False)

    def _make_room(self) -> None:
        """Let go of all that can be computed again, and read half as much together for a while."""
        self._share.too_much()
        self._encoder.forget()
        release()

    def _answer_all(self, probes: list[Probe]) -> list[Reply]:
        prompts = self._encoder.encode(probes)
        replies = {place: Reply(not_applicable=True) for place, prompt in enumerate(prompts) if prompt.length > self._longest}
        short = [place for place in range(len(prompts)) if place not in replies]
        room = bounds(limits(free_memory(self._chat.device), self._token.states).divided(self._share.parts), self._token.cache)
        for group in groups([prompts[place] for place in short], fits=self._encoder.fits, limits=room):
            places = [short[place] for place in group]
            read = self._encoder.read([prompts[place] for place in places])
            self._token = replace(self._token, cache=cache_of_token(read))
            lengths = [prompts[place].length for place in places]
            written = self._score_and_write(read, [probes[place] for place in places], lengths)
            replies.update(zip(places, written, strict=True))
            self._share.fitted()
        return [replies[place] for place in range(len(probes))]

    def _score_and_write(self, read: Prefill, probes: list[Probe], lengths: list[int]) -> list[Reply]:
        broken = (read.logits.isnan() | read.logits.isposinf()).any(1).tolist()
        scores = self._score(read, probes) if self.capabilities.scores_options else [None] * len(probes)
        drafts = [self._draft(0 if bad else probe.max_new_tokens) for bad, probe in zip(broken, probes, strict=True)]
        write(self._model, read, drafts)
        return [
            Reply(error="the model's scores are not numbers") if bad else _reply(draft, logprobs, length)
            for bad, draft, logprobs, length in zip(broken, drafts, scores, lengths, strict=True)
        ]

    def _draft(self, limit: int) -> ThoughtfulDraft:
        thoughts = self._chat.thoughts
        opening = thoughts.opening if self._chat.thinking or thoughts.always else ""
        return ThoughtfulDraft(self._tokenizer, limit, self._stop, budget=self._chat.thinking, opening=opening)

    def _score(self, read: Prefill, probes: list[Probe]) -> list[tuple[float, ...] | None]:
        """Log-probabilities of the options: by their first token where each is one token, else by a pass over their tokens."""
        logprobs = read.logits.log_softmax(-1)
        scores: list[tuple[float, ...] | None] = []
        candidates: list[list[list[int]]] = []
        for row, probe in enumerate(probes):
            spelled = self._spellings.single_tokens(probe.options)
            short = bool(probe.options) and all(spelled)
            scores.append(tuple(logprobs[row, list(ids)].logsumexp(0).item() for ids in spelled) if short else None)
            candidates.append([] if short else [self._spellings.tokens(option) for option in probe.options])
        if any(candidates):
            for row, sums in enumerate(candidate_logprobs(self._model, read, candidates)):
                scores[row] = tuple(sums) if sums else scores[row]
        return scores


def _reply(draft: ThoughtfulDraft, logprobs: tuple[float, ...] | None, length: int) -> Reply:
    """What was written to a prompt of so many tokens."""
    tokens = Tokens(length, len(draft.tokens) + draft.finished)
    return Reply(draft.text, None if draft.opening else logprobs, finished=draft.finished, tokens=tokens)


def load_generative(
    contestant: Contestant,
    folder: Path,
    findings: Findings | None = None,
    *,
    needs: Demand = NOTHING,
    second_turn: bool = True,
) -> GenerativeModel:
    """Load a checked repository; `contestant.settings` says how.

    Args:
        contestant: who it will be.
        folder: its files.
        findings: what the guard found of others before, and where it is kept; by default it is found anew.
        needs: memory that it takes, by which it is spread over GPUs.
        second_turn: whether it may be asked again after an answer, where it can be.

    Raises:
        RepositoryError: its weights do not fit its architecture, or no way to ask it agrees with stock transformers.
        SettingsError: its image size means nothing to its processor.
    """
    model, processor = from_pretrained(AutoModelForImageTextToText, contestant, folder, needs)
    if image_size := contestant.settings.get("image_size"):
        _set_image_size(contestant.repository, processor, int(image_size))
    chat = Chat(processor, input_device(model), model.dtype, int(contestant.settings.get("thinking", 0)))
    finding = findings.get(contestant) if findings else None
    if finding and finding.path in ENCODERS:
        encoder = ENCODERS[finding.path](model, chat)
    else:
        encoder, finding = choose_encoder(contestant.repository, model, chat)
        if findings:
            findings.keep(contestant, finding)
    second_turn = second_turn and contestant.settings.get("turns", 2) == 2
    return GenerativeModel(contestant, model, chat, encoder, finding, second_turn=second_turn)


def _stop_tokens(model: PreTrainedModel, tokenizer: Any) -> frozenset[int]:
    """Where a reply ends: what the tokenizer calls its end, and what the generation config does, which may be several."""
    declared = model.generation_config.eos_token_id if model.generation_config else None
    ends = declared if isinstance(declared, list) else [declared]
    return frozenset(token for token in (tokenizer.eos_token_id, *ends) if token is not None)


def _set_image_size(name: str, processor: Any, longest_edge: int) -> None:
    """Bound the image size of a processor that scales images; one with a fixed size stays as trained."""
    size = dict(processor.image_processor.size)
    if set(size) == {"longest_edge"}:
        size["longest_edge"] = min(size["longest_edge"], longest_edge)
    elif {"shortest_edge", "longest_edge"} <= set(size) and hasattr(processor.image_processor, "merge_size"):
        size["longest_edge"] = min(size["longest_edge"], longest_edge**2)  # these processors bound the number of pixels
    else:
        raise SettingsError(f"{name}: image_size does not apply, its processor's size is {json.dumps(size)}; leave it out")
    processor.image_processor.size = type(processor.image_processor.size)(**size)
