"""From a batch of prompts to scores and words: each prompt is read once, and all that follows starts from its key-value cache.

Scoring candidates from one prefill is exact: it agrees with separate forward passes over prompt and candidate, because a causal
model's states of the prompt do not depend on what comes after it.
"""

import copy
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor
from transformers import DynamicCache, PreTrainedModel

from arena.models.activations import LAST_POSITION, answering
from arena.models.chat import SIGHT
from arena.models.drafts import Draft


@dataclass
class Prefill:
    """A batch of prompts, read: B rows, T positions padded on the left, V tokens in the vocabulary."""

    logits: Tensor
    """B x V, float32: what comes after each prompt."""
    cache: DynamicCache
    mask: Tensor
    """B x T: 1 where a position holds a token, 0 where it is padding."""
    rope_delta: Tensor | None
    """B: position of the next token minus the number of tokens, for models that number image patches in 3-D; else None."""
    sight: Tensor | None = None
    """B x 1 x images x tiles: 1 where the words that follow look, for models whose layers look at images beside the text."""

    def select(self, rows: Tensor) -> None:
        """Keep `rows`, in their order; a row may be repeated."""
        self.cache.reorder_cache(cast("torch.LongTensor", rows))
        self.logits, self.mask = self.logits[rows], self.mask[rows]
        self.rope_delta = None if self.rope_delta is None else self.rope_delta[rows]
        self.sight = None if self.sight is None else self.sight[rows]


def prefill(model: PreTrainedModel, inputs: dict[str, Any], *, positions: slice = LAST_POSITION) -> Prefill:
    """Read the prompts of `inputs`, which are padded on the left, once.

    Args:
        model: the model.
        inputs: of its forward pass.
        positions: from which of them the answers are told; none where the prompts go on.
    """
    mask = inputs["attention_mask"]
    arguments = dict(inputs)
    base: Any = model.base_model
    counts_in_3d = hasattr(base, "rope_deltas")
    if counts_in_3d:
        # The deltas are state of the module: those of the last batch must not leak into prompts without images.
        base.rope_deltas = None
    elif "position_ids" in inspect.signature(model.forward).parameters:
        arguments["position_ids"] = (mask.cumsum(1) - 1).clamp(min=0) + _first_position(model)
    arguments |= _last_only(model)
    with answering(positions):
        output = model(past_key_values=DynamicCache(config=model.config), use_cache=True, **arguments)
    delta = base.rope_deltas if counts_in_3d else None
    if counts_in_3d:
        delta = torch.zeros(len(mask), dtype=torch.long, device=mask.device) if delta is None else delta.reshape(-1)
    sight = inputs[SIGHT][:, -1:] if SIGHT in inputs else None
    return Prefill(output.logits[:, -1].float(), output.past_key_values, mask, delta, sight)


def read_on(
    model: PreTrainedModel,
    read: Prefill,
    rows: Sequence[int],
    rest: Sequence[Sequence[int]],
    *,
    positions: slice = LAST_POSITION,
    **images: Any,
) -> Prefill:
    """Read prompts from the cache of what they begin with. Uses `read` up.

    Args:
        model: the model.
        read: the distinct beginnings.
        rows: for each of B prompts, which beginning is its own.
        rest: for each of them, the tokens that follow.
        positions: from which of those the answers are told; none where the prompts go on.
        images: what the forward pass takes beside the tokens where images are among those that follow, padded as they are.
    """
    ids, present = _left_padded(rest, read.mask)
    read.select(torch.tensor(rows, device=read.mask.device))
    with answering(positions):
        output = _continue(model, read, ids, present, last=True, **images)
    read.logits = output.logits[:, -1].float()
    return read


def candidate_logprobs(
    model: PreTrainedModel, read: Prefill, candidates: Sequence[Sequence[Sequence[int]]]
) -> list[list[float]]:
    """Sums of log-probabilities of token sequences after each prompt. `read` stays as it is.

    Args:
        model: the model that `read` came from.
        read: B prompts.
        candidates: for each of the B prompts, any number of sequences of at least one token.
    """
    branch = copy.deepcopy(read)
    rows = [row for row, sequences in enumerate(candidates) for _ in sequences]
    sequences = [list(sequence) for row in candidates for sequence in row]
    if not sequences:
        return [[] for _ in candidates]
    branch.select(torch.tensor(rows, device=read.mask.device))
    ids, present = _right_padded(sequences, read.mask)
    logits = branch.logits[:, None]
    if ids.shape[1] > 1:
        output = _continue(model, branch, ids[:, :-1], present[:, :-1])
        logits = torch.cat([logits, output.logits.float()], 1)
    scores = logits.log_softmax(-1).gather(-1, ids[..., None])[..., 0]
    sums = iter((scores * present).sum(1).tolist())
    return [[next(sums) for _ in row] for row in candidates]


def write(
    model: PreTrainedModel,
    read: Prefill,
    drafts: Sequence[Draft],
    watch: Callable[[list[int], Tensor], None] = lambda *_: None,
) -> None:
    """Go on greedily with each of the drafts, one a prompt, until it takes no more tokens. Uses `read` up.

    Rows that are done leave the batch, so that a long reply does not make short ones cost more. Before each step `watch` is
    told which rows are in it, and their logits.
    """
    active = list(range(len(drafts)))
    while True:
        watch(active, read.logits)
        tokens = read.logits.argmax(-1)
        taken = zip(active, tokens.tolist(), strict=True)
        going = [place for place, (row, token) in enumerate(taken) if drafts[row].take(token)]
        if not going:
            return
        if len(going) < len(active):
            places = torch.tensor(going, device=tokens.device)
            read.select(places)
            tokens, active = tokens[places], [active[place] for place in going]
        output = _continue(model, read, tokens[:, None], torch.ones_like(tokens[:, None]))
        read.logits = output.logits[:, -1].float()


def _continue(model: PreTrainedModel, read: Prefill, ids: Tensor, present: Tensor, *, last: bool = False, **images: Any) -> Any:
    """Go on by `ids` (B x K, padded on either side where `present` is 0), and take them into the mask and cache of `read`."""
    positions = read.mask.sum(1, keepdim=True) + (present.cumsum(1) - 1).clamp(min=0)
    read.mask = torch.cat([read.mask, present.to(read.mask.dtype)], 1)
    arguments: dict[str, Any] = {"input_ids": ids, "attention_mask": read.mask, "past_key_values": read.cache}
    if read.rope_delta is not None:
        arguments["position_ids"] = (positions + read.rope_delta[:, None]).expand(3, -1, -1)
    elif "position_ids" in inspect.signature(model.forward).parameters:
        arguments["position_ids"] = positions + _first_position(model)
    if read.sight is not None:
        arguments[SIGHT] = read.sight.expand(-1, ids.shape[1], -1, -1)
    return model(**arguments, **images, **(_last_only(model) if last else {}), use_cache=True)


def _first_position(model: PreTrainedModel) -> int:
    """PaliGemma counts from 1. In exact numbers that changes nothing, but half precision rounds otherwise."""
    return 1 if model.config.model_type == "paligemma" else 0


def _last_only(model: PreTrainedModel) -> dict[str, int]:
    """Leave out the logits of all but the last position, where the model lets us: they may take more memory than the rest."""
    return {"logits_to_keep": 1} if "logits_to_keep" in inspect.signature(model.forward).parameters else {}


def _left_padded(sequences: Sequence[Sequence[int]], like: Tensor) -> tuple[Tensor, Tensor]:
    """Token ids (padded with 0) and where they are present."""
    width = max(map(len, sequences))
    ids = [[0] * (width - len(sequence)) + list(sequence) for sequence in sequences]
    present = [[0] * (width - len(sequence)) + [1] * len(sequence) for sequence in sequences]
    return torch.tensor(ids, device=like.device), torch.tensor(present, device=like.device)


def _right_padded(sequences: list[list[int]], like: Tensor) -> tuple[Tensor, Tensor]:
    """Token ids (padded with 0) and where they are present."""
    width = max(map(len, sequences))
    ids = [sequence + [0] * (width - len(sequence)) for sequence in sequences]
    present = [[1] * len(sequence) + [0] * (width - len(sequence)) for sequence in sequences]
    return torch.tensor(ids, device=like.device), torch.tensor(present, device=like.device)
