"""A model that ships, as a server asks it: one question at a time, and none twice."""

import threading
from collections.abc import Sequence
from pathlib import Path

from arena.models import check_repository, contestant_of, load
from arena.models.generative import GenerativeModel
from arena.probes import Probe, Reply


class StarterModel:
    """A real model, which is asked the same only once: greedily, it would say the same again."""

    def __init__(self, folder: Path) -> None:
        report = check_repository(str(folder))
        model = load(report, contestant_of(report))
        assert isinstance(model, GenerativeModel)
        self.model = model
        self._busy = threading.Lock()
        self._known: dict[str, tuple[Reply, list[tuple[str, float]]]] = {}

    def answer(self, probe: Probe) -> tuple[Reply, list[tuple[str, float]]]:
        """Its reply, and its ten likeliest first tokens with their log-probabilities."""
        with self._busy:
            if probe.key not in self._known:
                (reply,) = self.model.answer([probe])
                values, tokens = (
                    self.model._encoder.read(self.model._encoder.encode([probe])).logits.log_softmax(-1)[0].topk(10)
                )
                spelled = [self.model._tokenizer.decode([token]) for token in tokens.tolist()]
                self._known[probe.key] = reply, list(zip(spelled, values.tolist(), strict=True))
            return self._known[probe.key]

    def tokens(self, text: str) -> list[int]:
        """Of a text, without those that begin a prompt."""
        return self.model._tokenizer.encode(text, add_special_tokens=False)

    def named(self, probe: Probe, ids: Sequence[int]) -> list[dict]:
        """The likeliest first token and those of these numbers, as vLLM gives them."""
        with self._busy:
            logprobs = self.model._encoder.read(self.model._encoder.encode([probe])).logits.log_softmax(-1)[0]
        listed = dict.fromkeys([int(logprobs.argmax()), *ids])
        return [{"token": f"token_id:{token}", "logprob": max(logprobs[token].item(), -9999.0)} for token in listed]
