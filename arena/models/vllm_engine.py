"""vLLM as a second local engine: it needs other versions of packages than the arena, so it runs in a Python of its own."""

import base64
import io
import json
import math
import os
import signal
import subprocess
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from arena.contestants import Contestant
from arena.errors import RepositoryError
from arena.models.base import Capabilities
from arena.models.chat import control_tokens, conversation
from arena.models.machine import GPU, HEADROOM, Machine, this_machine
from arena.models.pretrained import load_processor
from arena.models.spellings import Spellings
from arena.models.thoughts import read_thoughts
from arena.models.vllm_python import vllm_python
from arena.probes import Probe, Reply, Tokens

CHILD = Path(__file__).with_name("vllm_child.py")
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
        self._child = _Child(contestant, folder)

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        """One reply a probe, in order."""
        replies = [self._refusal(probe) for probe in probes]
        asked = [place for place, reply in enumerate(replies) if reply is None]
        chats = [self._chat(probes[place]) for place in asked]
        answers = self._child.ask({"template": self._template, "chats": chats}) if chats else []
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


class _Child:
    """The process, and one question at a time on its way to it."""

    def __init__(self, contestant: Contestant, folder: Path) -> None:
        self._name = contestant.repository
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - as long as the process
        self._process = subprocess.Popen(  # noqa: S603 - the operator's Python, our own script
            [vllm_python(), str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=_environment(contestant),
            start_new_session=True,  # it has children of its own, which end with it
        )
        weakref.finalize(self, _end, self._process)
        settings = engine_arguments(contestant, this_machine())
        started = self._exchange({"folder": str(folder), "images": IMAGES, "settings": settings})
        if "error" in started:
            raise RepositoryError(f"{self._name}: vllm cannot load it ({started['error']}); leave engine=vllm out")

    def ask(self, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The answers to chats, in order.

        Raises:
            RepositoryError: the process is gone.
        """
        return self._exchange(asked)

    def _exchange(self, message: Mapping[str, Any]) -> Any:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(json.dumps(message) + "\n")
            stdin.flush()
            line = stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise RepositoryError(f"{self._name}: the process of vllm has ended ({self._last_words()}); look at its versions")
        return json.loads(line)

    def _last_words(self) -> str:
        self._log.seek(0)
        return (self._log.read().strip().splitlines() or ["without a word"])[-1][:300]


def _end(process: "subprocess.Popen[str]") -> None:
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):  # what was never read is lost with the process
            if pipe:
                pipe.close()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _environment(contestant: Contestant) -> dict[str, str]:
    """No telemetry, no downloads, nothing of our own packages; one GPU where one is named."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ARENA_"))}
    device, _, number = str(contestant.settings.get("device", "cpu")).partition(":")
    one = {"CUDA_VISIBLE_DEVICES": number} if device == GPU and number else {}
    return {"VLLM_LOGGING_LEVEL": "ERROR", **kept, "VLLM_NO_USAGE_STATS": "1", "HF_HUB_OFFLINE": "1", **one}


def _png(image: Any) -> str:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode("ascii")
