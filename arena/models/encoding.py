"""From probes to prompts that a generative model has read: what every way promises, and which prompts go together."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from torch import Tensor

from arena.models.decoding import Prefill
from arena.probes import Probe

MAX_PADDING = 1024
"""Tokens of padding that cost less than another batch."""


@dataclass(frozen=True)
class EncodedImage:
    """An image as the language model takes it."""

    features: dict[str, Any]
    """Field of the vision encoder's output -> its part for this image: a tensor, a list of tensors, or one of those a layer."""
    geometry: dict[str, Tensor]
    """First dimension: images."""

    def size(self) -> int:
        """Bytes of its features."""
        return sum(tensor.numel() * tensor.element_size() for tensor in _tensors(self.features))


@dataclass(frozen=True)
class Prompt:
    """One probe, encoded."""

    ids: list[int]
    images: tuple[EncodedImage, ...] = ()
    types: dict[str, list[Any]] = field(default_factory=dict)
    """Name -> for each token what it is, a word or part of an image, or which images it sees, for models that ask for it."""
    inputs: dict[str, Any] | None = None
    """Ready-made inputs of a batch of one."""
    prefix: int = 0
    """How many tokens there are up to the last one of an image: what other questions about the same images begin with, too."""
    room: int = 0
    """How many tokens may follow."""

    @property
    def length(self) -> int:
        """Tokens."""
        return len(self.ids)

    @property
    def start(self) -> int:
        """Tokens of the prefix; at least one."""
        return max(1, self.prefix)

    def beginning(self) -> "Prompt":
        """The prefix as a prompt of its own."""
        types = {name: row[: self.start] for name, row in self.types.items()}
        return replace(self, ids=self.ids[: self.start], types=types)


class Encoder(Protocol):
    """Turns probes into prompts, and lets the model read them."""

    def encode(self, probes: Sequence[Probe]) -> list[Prompt]:
        """One prompt a probe."""
        ...

    def fits(self, prompts: Sequence[Prompt]) -> bool:
        """Whether these prompts may be read together. Any one of them fits."""
        ...

    def read(self, prompts: Sequence[Prompt]) -> Prefill:
        """The prompts, read by the model in one batch."""
        ...


def room(probe: Probe, tokenizer: Any) -> int:
    """How many tokens a reply to `probe` may take, written or scored."""
    return max([probe.max_new_tokens, *(len(tokenizer.encode(option, add_special_tokens=False)) for option in probe.options)])


def groups(prompts: Sequence[Prompt], *, fits: Callable[[Sequence[Prompt]], bool], max_tokens: int) -> Iterator[list[int]]:
    """Places of prompts to read together: of similar length, so that little is padding, and of at most `max_tokens`."""
    group: list[int] = []
    tokens = 0
    for place in sorted(range(len(prompts)), key=lambda place: prompts[place].length):
        padded = prompts[place].length * (len(group) + 1)
        padding = padded - tokens - prompts[place].length
        wasteful = padding > MAX_PADDING and padding > padded / 4
        if group and (wasteful or padded > max_tokens or not fits([prompts[one] for one in (*group, place)])):
            yield group
            group, tokens = [], 0
        group.append(place)
        tokens += prompts[place].length
    if group:
        yield group


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    else:
        for part in value.values() if isinstance(value, dict) else value:
            yield from _tensors(part)
