"""From probes to prompts that a generative model has read: what every way promises, and which prompts go together."""

from array import array
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

from torch import Tensor

from arena.models.decoding import Prefill
from arena.probes import Probe


@dataclass(frozen=True)
class EncodedImage:
    """An image as the language model takes it."""

    features: dict[str, Any]
    """Field of the vision encoder's output -> its part for this image: a tensor, a list of tensors, or one of those a layer."""
    geometry: dict[str, Tensor]
    """First dimension: images."""

    def size(self) -> int:
        """Bytes of its features."""
        return sum(tensor.numel() * tensor.element_size() for tensor in tensors(self.features))

    def tokens(self) -> int:
        """How many tokens its features replace."""
        return sum(tensor.numel() // tensor.shape[-1] for tensor in tensors(next(iter(self.features.values()))))


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
    first: int = 0
    """How many there are up to the end of the first image, where others follow: what questions about it alone begin with."""
    room: int = 0
    """How many tokens may follow, where that is many, or matters."""

    @property
    def length(self) -> int:
        """Tokens."""
        return len(self.ids)

    @property
    def start(self) -> int:
        """Tokens of the prefix; at least one."""
        return max(1, self.prefix)

    @property
    def rest(self) -> int:
        """Tokens after the prefix."""
        return self.length - self.start

    @cached_property
    def beginning_key(self) -> Hashable:
        """The same for prompts that begin with the same images after the same words."""
        return array("q", self.ids[: self.start]).tobytes(), tuple(map(id, self.images))

    @cached_property
    def first_key(self) -> Hashable:
        """The `beginning_key` of prompts about the first image alone."""
        return array("q", self.ids[: self.first]).tobytes(), tuple(map(id, self.images[:1]))

    def beginning(self) -> "Prompt":
        """The prefix as a prompt of its own."""
        types = {name: row[: self.start] for name, row in self.types.items()}
        return replace(self, ids=self.ids[: self.start], types=types)

    def after(self, place: int) -> "Prompt":
        """What follows the first image, whose tokens end at `place`."""
        types = {name: row[place:] for name, row in self.types.items()}
        return replace(self, ids=self.ids[place:], types=types, images=self.images[1:])


@dataclass(frozen=True)
class Group:
    """Prompts to be read together, summed up."""

    places: tuple[int, ...] = ()
    """Where they are in a longer list."""
    beginnings: dict[Hashable, int] = field(default_factory=dict)
    """Beginning -> its tokens. Each is read once."""
    images: frozenset[int] = frozenset()
    """Numbers of images."""
    rests: frozenset[int] = frozenset()
    """Numbers of tokens after the beginning."""
    room: int = 0
    """Most tokens that may follow."""
    tokens: int = 0
    """Tokens to read, without padding."""

    def plus(self, place: int, prompt: Prompt) -> "Group":
        """With one prompt more."""
        fresh = prompt.beginning_key not in self.beginnings
        return Group(
            (*self.places, place),
            {**self.beginnings, prompt.beginning_key: prompt.start} if fresh else self.beginnings,
            self.images | {len(prompt.images)},
            self.rests | {prompt.rest},
            max(self.room, prompt.room),
            self.tokens + prompt.rest + (prompt.start if fresh else 0),
        )

    @property
    def width(self) -> int:
        """Tokens of a row in the cache, padding included."""
        return max(self.beginnings.values()) + max(self.rests)

    @property
    def padded(self) -> int:
        """Tokens to read, padding included."""
        return max(self.beginnings.values()) * len(self.beginnings) + max(self.rests) * len(self.places)


class Encoder(Protocol):
    """Turns probes into prompts, and lets the model read them."""

    def encode(self, probes: Sequence[Probe]) -> list[Prompt]:
        """One prompt a probe."""
        ...

    def fits(self, group: Group) -> bool:
        """Whether the prompts of a group may be read together. Any one by itself does."""
        ...

    def read(self, prompts: Sequence[Prompt]) -> Prefill:
        """The prompts, read by the model in one batch."""
        ...

    def forget(self) -> None:
        """Let go of all that was encoded or read before, as the memory is wanted."""
        ...


def room(probe: Probe, tokenizer: Any) -> int:
    """How many tokens a reply to `probe` may take, written or scored."""
    return max([probe.max_new_tokens, *(len(tokenizer.encode(option, add_special_tokens=False)) for option in probe.options)])


def tensors(value: Any) -> Iterator[Tensor]:
    """All tensors in lists and dictionaries, in order."""
    if isinstance(value, Tensor):
        yield value
    else:
        for part in value.values() if isinstance(value, dict) else value:
            yield from tensors(part)
