"""Which prompts are read together: as many as memory and caches bear, and alike, so that little is padding."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from arena.models.decoding import Prefill
from arena.models.demand import READ_TOGETHER
from arena.models.encoding import Group, Prompt

MAX_PADDING = 1024
"""Tokens of padding that cost less than another batch."""
CACHE = 2**30
"""Bytes of keys and values that a batch may hold on a CPU; and at least those of `READ_TOGETHER` tokens."""


@dataclass(frozen=True)
class Limits:
    """What a device bears."""

    read: int
    """Tokens that are read together."""
    cache: int
    """Bytes of keys and values."""
    least: int
    """Tokens that may be in the cache, whatever they take."""

    def divided(self, by: int) -> "Limits":
        """What is left of it where that was too much."""
        return Limits(self.read // by, self.cache // by, self.least // by)


CPU_LIMITS = Limits(READ_TOGETHER, CACHE, READ_TOGETHER)


@dataclass(frozen=True)
class Bounds:
    """How large a group may be."""

    read: int = READ_TOGETHER
    """Tokens that the model reads, where a beginning that several prompts share counts once."""
    cached: int = READ_TOGETHER
    """Tokens that are in the cache afterwards, where it counts for each."""


def bounds(limits: Limits, token: int) -> Bounds:
    """What a model can read together: the larger its cache of one token, the less.

    Args:
        limits: of its device.
        token: bytes of that cache; 0 where nobody knows.
    """
    return Bounds(limits.read, max(limits.least, limits.cache // token if token else limits.read))


def cache_of_token(read: Prefill) -> int:
    """Bytes that one token takes in the cache of what was read, padding included."""
    tensors = [getattr(layer, name, None) for layer in read.cache.layers for name in ("keys", "values")]
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors if tensor is not None) // read.mask.numel()


def groups(
    prompts: Sequence[Prompt],
    *,
    fits: Callable[[Group], bool] = lambda _: True,
    limits: Bounds = Bounds(),
) -> Iterator[list[int]]:
    """Places of prompts to read together; those that begin alike stand beside each other."""
    shown: dict[tuple[int, ...], int] = {}
    """Images -> when they were first shown."""

    def order(place: int) -> tuple[int, int, int]:
        prompt = prompts[place]
        images = tuple(map(id, prompt.images)) if prompt.prefix else ()
        return prompt.start, shown.setdefault(images, len(shown)), prompt.length

    group = Group()
    for place in sorted(range(len(prompts)), key=order):
        larger = group.plus(place, prompts[place])
        if group.places and not (_worthwhile(larger, limits) and fits(larger)):
            yield list(group.places)
            larger = Group().plus(place, prompts[place])
        group = larger
    if group.places:
        yield list(group.places)


def _worthwhile(group: Group, limits: Bounds) -> bool:
    padding = group.padded - group.tokens
    wasteful = padding > MAX_PADDING and padding > group.padded / 4
    return not wasteful and group.padded <= limits.read and len(group.places) * (group.width + group.room) <= limits.cached
