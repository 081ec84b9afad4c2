"""vLLM as a second local engine: it needs other versions of packages than the arena, so it runs in a Python of its own."""

import base64
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from arena.contestants import Contestant
from arena.models.base import Capabilities
from arena.models.chat import control_tokens, conversation
from arena.models.machine import HEADROOM, Machine, this_machine
from arena.models.pretrained import load_processor
from arena.models.spellings import Spellings
from arena.models.thoughts import read_thoughts
from arena.models.vllm_process import VllmProcess
from arena.probes import Probe, Reply, Tokens

IMAGES = 2
"""Most images of a chat."""


class VllmModel:
    """A model that a child process runs. `answer` is called by one thread at a time; the process ends with the model.

    Options of one token each are scored, by the log-probabilities of just these tokens; others are answered in words.

    Args:
        contestant: who it is.
        folder: its repository.
        memory_bytes: what its weights take.

    Raises:
        RepositoryError: vLLM cannot load it.
        SettingsError: there is no Python that has vLLM.
    """

    def __init__(self, contestant: Contestant, folder: Path, memory_bytes: int) -> None:
        self.contestant = contestant
        self.memory_bytes = memory_bytes
        turns = contestant.settings.get("turns", 2) == 2
        self.capabilities = Capabilities(IMAGES, writes_text=True, scores_options=True, second_turn=turns)
        processor = load_processor(contestant.repository, folder, folder)
        self._tokenizer = processor.tokenizer
        self._controls = control_tokens(self._tokenizer)
        self._spellings = Spellings(self._tokenizer)
        self._template = dict(read_thoughts(processor.chat_template or "").quiet)
        loading = {"folder": str(folder), "images": IMAGES, "settings": engine_arguments(contestant, this_machine())}
        self._process = VllmProcess(contestant, loading)

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        """One reply a probe, in order.

        Raises:
            ModelEnded: the process is gone, or had to be ended as it did not answer.
        """
        replies = [self._refusal(probe) for probe in probes]
        asked = [place for place, reply in enumerate(replies) if reply is None]
        chats = [self._chat(probes[place]) for place in asked]
        answers = self._process.ask({"template": self._template, "chats": chats}) if chats else []
        for place, answer in zip(asked, answers, strict=True):
            replies[place] = self._reply(probes[place], answer)
        return [reply or Reply(not_applicable=True) for reply in replies]

    def _refusal(self, probe: Probe) -> Reply | None:
        if not self.capabilities.can_answer(probe):
            return Reply(not_applicable=True)
        words = "\0".join((probe.prompt, *(text for turn in probe.before for text in (turn.prompt, turn.words))))
        control = next((token for token in self._controls if token in words), None)
        return Reply(error=f"the prompt contains the control token {control!r}") if control else None

    def _chat(self, probe: Probe) -> dict[str, Any]:
        messages = conversation(probe.prompt, [picture.pixels() for picture in probe.pictures], probe.before)
        for part in (part for message in messages for part in message["content"] if part["type"] == "image"):
            part["image"] = _png(part["image"])
        spelled = self._spellings.single_tokens(probe.options)
        ids = sorted(frozenset().union(*spelled)) if all(spelled) else []
        return {"messages": messages, "max_tokens": probe.max_new_tokens, "token_ids": ids}

    def _reply(self, probe: Probe, answer: Mapping[str, Any]) -> Reply:
        if "error" in answer:
            return Reply(error=answer["error"])
        text = self._tokenizer.decode(answer["token_ids"], skip_special_tokens=True).strip()
        tokens = Tokens(answer["read"], len(answer["token_ids"]))
        return Reply(text, self._scores(probe, dict(answer["logprobs"])), finished=answer["finished"], tokens=tokens)

    def _scores(self, probe: Probe, logprobs: Mapping[int, float]) -> tuple[float, ...] | None:
        options = self._spellings.single_tokens(probe.options)
        spelled = [[logprobs[token] for token in ids if token in logprobs] for ids in options]
        if not spelled or not all(spelled):
            return None
        return tuple(max(values) + math.log(sum(math.exp(value - max(values)) for value in values)) for values in spelled)


def engine_arguments(contestant: Contestant, machine: Machine) -> dict[str, Any]:
    """What vLLM is given: precision, and all GPUs that the device means.

    Args:
        contestant: how it is run.
        machine: what is there.
    """
    gpus = machine.gpus_of(str(contestant.settings.get("device", "cpu")))
    arguments: dict[str, Any] = {"dtype": contestant.settings["dtype"], "seed": 0, "enable_prefix_caching": True}
    if gpus:
        arguments |= {"tensor_parallel_size": len(gpus), "gpu_memory_utilization": 1 - 2 * HEADROOM}
    return arguments


def _png(image: Any) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode("ascii")
