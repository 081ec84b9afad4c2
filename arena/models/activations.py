"""Activations of the language model inside a vision-language model: read at its layers and heads, and moved while it answers.

The activation of a *layer* is its output, the residual stream. That of a *head* is what the head hands to the output projection
of its attention. A vector is added at the positions that tokens of an answer are told from: the last token of the prompt, and
each token of the answer. What the model makes of the images and of the rest of the prompt stays as it is, so that prompts which
begin alike are still read once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle
from transformers import PreTrainedModel

from arena.errors import RepositoryError

ATTENTION = ("self_attn", "cross_attn", "attention", "attn")
"""How layers call their attention."""
OUTPUT = ("o_proj", "out_proj", "dense")
"""How attention calls the projection of all its heads into the residual stream."""

NO_POSITION, LAST_POSITION, ALL_POSITIONS = slice(0, 0), slice(-1, None), slice(None)
"""From which positions of a forward pass tokens of an answer are told: where it reads a beginning, a prompt, an answer."""
_answering: ContextVar[slice] = ContextVar("answering", default=ALL_POSITIONS)


@contextmanager
def answering(positions: slice) -> Iterator[None]:
    """Say from which positions of the forward passes inside tokens of an answer are told."""
    token = _answering.set(positions)
    try:
        yield
    finally:
        _answering.reset(token)


@dataclass(frozen=True)
class Site:
    """One place whose activations can be read and moved."""

    layer: int
    """From 0, the first after the embeddings."""
    head: int | None = None
    """Of that layer's attention, from 0; None for the output of the whole layer."""

    def __str__(self) -> str:
        return f"layer {self.layer}" if self.head is None else f"layer {self.layer} head {self.head}"


class Activations:
    """The layers and heads of one model. Its hooks are there only inside `read` and `moved`.

    Args:
        name: how errors call the model.
        model: any that writes text.

    Raises:
        RepositoryError: its decoder layers cannot be found.
    """

    def __init__(self, name: str, model: PreTrainedModel) -> None:
        self._name = name
        self._layers = decoder_layers(name, model)
        self._heads = model.config.get_text_config(decoder=True).num_attention_heads
        self._projections = _projections(self._layers, self._heads)

    @property
    def layers(self) -> list[Site]:
        """All layers, in order."""
        return [Site(place) for place in range(len(self._layers))]

    @property
    def heads(self) -> list[Site]:
        """The heads of all layers that have attention, in order.

        Raises:
            RepositoryError: none can be found.
        """
        if not self._projections:
            kind = type(self._layers[0]).__name__
            raise RepositoryError(f"{self._name}: heads: those of {kind} cannot be told apart; steer its layers instead")
        return [Site(place, head) for place in self._projections for head in range(self._heads)]

    @contextmanager
    def read(self) -> Iterator[dict[Site, Tensor]]:
        """Site -> what is there in the last forward pass inside: batch x positions x width."""
        seen: dict[Site, Tensor] = {}

        def see_layer(place: int) -> Callable[[Tensor], None]:
            return lambda hidden: seen.update({Site(place): _stream(hidden)})

        def see_heads(place: int) -> Callable[[Tensor], None]:
            return lambda hidden: seen.update(
                {Site(place, head): part for head, part in enumerate(hidden.chunk(self._heads, -1))}
            )

        with ExitStack() as hooks:
            for place, layer in enumerate(self._layers):
                hooks.enter_context(_at_output(layer, see_layer(place)))
            for place, projection in self._projections.items():
                hooks.enter_context(_at_input(projection, see_heads(place)))
            yield seen

    @contextmanager
    def moved(self, vectors: Mapping[Site, Tensor]) -> Iterator[None]:
        """Add a vector of its width to the activations at each of these sites, where tokens of an answer are told from."""
        of_heads: dict[int, dict[int, Tensor]] = defaultdict(dict)
        with ExitStack() as hooks:
            for site, vector in vectors.items():
                if site.head is None:
                    hooks.enter_context(_at_output(self._layers[site.layer], _adding(vector)))
                else:
                    of_heads[site.layer][site.head] = vector
            for place, some in of_heads.items():
                absent = torch.zeros_like(next(iter(some.values())))
                whole = torch.cat([some.get(head, absent) for head in range(self._heads)])
                hooks.enter_context(_at_input(self._projections[place], _adding(whole)))
            yield


def decoder_layers(name: str, model: PreTrainedModel) -> nn.ModuleList:
    """The layers of the language model, in order.

    Args:
        name: how the error calls the model.
        model: any that writes text.

    Raises:
        RepositoryError: it keeps no list of as many layers as its configuration says.
    """
    decoder: Any = model.get_decoder()
    count = model.config.get_text_config(decoder=True).num_hidden_layers
    for holder in (decoder, getattr(decoder, "model", None)):
        layers = getattr(holder, "layers", None)
        if isinstance(layers, nn.ModuleList) and len(layers) == count:
            return layers
    raise RepositoryError(f"{name}: the decoder layers of {type(model).__name__} cannot be found, so it cannot be steered")


def _projections(layers: nn.ModuleList, heads: int) -> dict[int, nn.Module]:
    """Layer -> the output projection of its attention, where it has one that can be split by head."""
    found: dict[int, nn.Module] = {}
    for place, layer in enumerate(layers):
        attention = next((getattr(layer, name) for name in ATTENTION if hasattr(layer, name)), None)
        projection: Any = next((getattr(attention, name) for name in OUTPUT if hasattr(attention, name)), None)
        if projection is not None and projection.in_features % heads == 0:
            found[place] = projection
    return found


def _stream(hidden: Tensor) -> Tensor:
    """Batch x positions x width. Gemma 3n keeps several streams side by side, of which its attention reads the first."""
    return hidden if hidden.ndim == 3 else hidden[0]


def _adding(vector: Tensor) -> Callable[[Tensor], Tensor]:
    def moved(hidden: Tensor) -> Tensor:
        changed = hidden.clone()
        _stream(changed)[:, _answering.get()] += vector.to(hidden)
        return changed

    return moved


def _at_output(layer: nn.Module, change: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
    """Let `change` see the hidden states that a layer gives, and take what it makes of them, if anything."""

    def hook(_: nn.Module, __: Any, output: Any) -> Any:
        hidden = output if isinstance(output, Tensor) else output[0]
        changed = change(hidden)
        if changed is None:
            return None
        return changed if isinstance(output, Tensor) else (changed, *output[1:])

    return layer.register_forward_hook(hook)


def _at_input(projection: nn.Module, change: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
    """The same of what a projection takes."""

    def hook(_: nn.Module, inputs: Any) -> Any:
        changed = change(inputs[0])
        return None if changed is None else (changed, *inputs[1:])

    return projection.register_forward_pre_hook(hook)
