"""What stock transformers answers, one prompt at a time and with no cache of ours: what the guard holds our ways against."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import GenerationConfig, PreTrainedModel

from arena.models.chat import Chat
from arena.models.one_by_one import UNREAD
from arena.probes import Probe

EXACT = 1e-4
"""Largest difference in nats at which float32 numbers agree."""
STEPS_OF_ROUNDING = 4
"""Units in the last place by which numbers of half precision may differ, where stock transformers reads no two prompts in one
batch to show it."""
LIKELIEST = 20
"""Tokens whose log-probabilities are compared at each step."""
STEPS = 8
"""Tokens that are written."""


@dataclass(frozen=True)
class Answer:
    """What follows one question: S steps, V tokens."""

    written: list[int]
    """The likeliest token of each step."""
    logprobs: Tensor
    """S x V."""
    options: list[float]
    """Log-probability of each option, as the mean of its tokens: roundings add up over them."""


def stock_answer(model: PreTrainedModel, chat: Chat, probe: Probe) -> Answer:
    """By `generate`, with one prompt and no cache of ours; its first step is held against a plain forward pass."""
    inputs = _inputs(chat, probe)
    written, logprobs = _generated(model, inputs, STEPS)
    plain = _forward(model, inputs)
    if plain.isnan().any():
        raise ValueError("its scores are not numbers")
    allowed = (
        EXACT if model.dtype == torch.float32 else STEPS_OF_ROUNDING * torch.finfo(model.dtype).eps * plain.abs().max().item()
    )
    if (gap := largest_gap(plain, logprobs[0])) > allowed:
        raise ValueError(f"generate and a forward pass differ by {gap:.2g} nats")
    options = []
    for ids in option_tokens(chat, probe):
        _, steps = _generated(model, inputs, len(ids), ids)
        options.append(sum(steps[step, token].item() for step, token in enumerate(ids)) / len(ids))
    return Answer(written, logprobs, options)


def _generated(
    model: PreTrainedModel, inputs: dict[str, Any], steps: int, forced: Sequence[int] = ()
) -> tuple[list[int], Tensor]:
    """Tokens that `generate` writes, or is forced to write, and the log-probabilities of each step before that."""
    length = inputs["input_ids"].shape[1]
    force = {"prefix_allowed_tokens_fn": lambda _, ids: [forced[len(ids) - length]]} if forced else {}
    output: Any = model.generate(  # type: ignore[operator]
        **inputs, max_new_tokens=steps, do_sample=False, output_logits=True, return_dict_in_generate=True, **force
    )
    return output.sequences[0, length:].tolist(), torch.cat(output.logits).float().log_softmax(-1)


def plain_logprobs(model: PreTrainedModel, chat: Chat, probe: Probe) -> Tensor:
    """What comes after a question, by a forward pass over all its turns."""
    return _forward(model, _inputs(chat, probe))


def stock_batch(model: PreTrainedModel, chat: Chat, probes: Sequence[Probe]) -> list[Answer]:
    """What stock transformers writes when it reads several prompts with equally many images in one batch; without options."""
    pictures = [[picture.pixels() for picture in probe.images] for probe in probes]
    inputs = chat.stock_batch([probe.prompt for probe in probes], pictures)
    inputs = {name: value for name, value in inputs.items() if name not in UNREAD}
    output: Any = model.generate(  # type: ignore[operator]
        **inputs, max_new_tokens=STEPS, do_sample=False, output_logits=True, return_dict_in_generate=True
    )
    logprobs = torch.stack(output.logits, 1).float().log_softmax(-1)
    written = output.sequences[:, inputs["input_ids"].shape[1] :].tolist()
    return [Answer(row, steps, []) for row, steps in zip(written, logprobs, strict=True)]


@contextmanager
def greedy(model: PreTrainedModel) -> Iterator[None]:
    """Generate without what a repository ships to shape its replies: penalties, forced and suppressed tokens, an end."""
    shipped = model.generation_config
    model.generation_config = GenerationConfig()
    try:
        yield
    finally:
        model.generation_config = shipped


def option_tokens(chat: Chat, probe: Probe) -> list[list[int]]:
    """The tokens of each option."""
    return [chat.tokenizer.encode(option, add_special_tokens=False) for option in probe.options]


def largest_gap(ours: Tensor, theirs: Tensor) -> float:
    """Largest difference in nats over the tokens that are likeliest by `theirs`."""
    likeliest = theirs.topk(min(LIKELIEST, len(theirs))).indices
    return (ours[likeliest] - theirs[likeliest]).abs().max().item()


def _inputs(chat: Chat, probe: Probe) -> dict[str, Any]:
    inputs = chat.stock_inputs(probe.prompt, [picture.pixels() for picture in probe.pictures], probe.before)
    return {name: value for name, value in inputs.items() if name not in UNREAD}


def _forward(model: PreTrainedModel, inputs: dict[str, Any]) -> Tensor:
    return model(**inputs).logits[0, -1].float().log_softmax(-1)
