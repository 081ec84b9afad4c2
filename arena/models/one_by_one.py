"""Prompts read one at a time, with all inputs as the stock processor makes them: for any architecture, and slow."""

import inspect
from collections.abc import Sequence

from transformers import PreTrainedModel

from arena.models.chat import TYPES, Chat
from arena.models.decoding import Prefill, prefill
from arena.models.device_memory import features_size
from arena.models.encoding import Group, Prompt
from arena.models.rows import remember_rows
from arena.probes import Probe

UNREAD = ("labels",)
"""What processors add for training."""


class OneByOne:
    """Each probe alone."""

    def __init__(self, model: PreTrainedModel, chat: Chat) -> None:
        self._rows = remember_rows(model, features_size(model, chat.device))
        self._model = model
        self._chat = chat
        # Some tokenizers tell types of tokens although the model does not ask for them.
        self._unread = {*UNREAD, *(set(TYPES) - set(inspect.signature(model.forward).parameters))}

    def encode(self, probes: Sequence[Probe]) -> list[Prompt]:
        """One prompt a probe."""
        return [self._prompt(probe) for probe in probes]

    def fits(self, group: Group) -> bool:
        """Each is read by itself."""
        return len(group.places) == 1

    def read(self, prompts: Sequence[Prompt]) -> Prefill:
        """The one prompt, read by the model."""
        (prompt,) = prompts
        return prefill(self._model, prompt.inputs or {})

    def forget(self) -> None:
        """Let go of what vision encoders remember."""
        for rows in self._rows:
            rows.forget()

    def _prompt(self, probe: Probe) -> Prompt:
        inputs = self._chat.inputs(probe.prompt, [picture.pixels() for picture in probe.pictures], probe.before)
        inputs = {name: value for name, value in inputs.items() if name not in self._unread}
        return Prompt(inputs["input_ids"][0].tolist(), inputs=inputs)
