"""Vision encoders that take pixels with the text: each row of their inputs, a picture or a tile, is encoded once."""

import hashlib
from collections.abc import Callable

import torch
from torch import Tensor, nn

from arena.models.runtime import Recent

METHODS = ("get_img_features",)
"""Methods of vision encoders inside a model that turn rows of pixels into rows of features."""


class Rows:
    """A function from rows of tensors to rows of a tensor that remembers what it gave."""

    def __init__(self, encode: Callable[..., Tensor], size: int) -> None:
        self._encode = encode
        self._rows: Recent[bytes, Tensor] = Recent(size, lambda row: row.numel() * row.element_size())

    def forget(self) -> None:
        """Let go of all rows."""
        self._rows.clear()

    def __call__(self, *tensors: Tensor, **named: Tensor) -> Tensor:
        keys = [_digest([tensor[row] for tensor in (*tensors, *named.values())]) for row in range(len(tensors[0]))]

        def encode(missing: list[bytes]) -> list[Tensor]:
            rows = [keys.index(key) for key in missing]
            fresh = self._encode(*(tensor[rows] for tensor in tensors), **{name: value[rows] for name, value in named.items()})
            return list(fresh)

        known = self._rows.get(keys, encode)
        return torch.stack([known[key] for key in keys])


def remember_rows(model: nn.Module, size: int) -> list[Rows]:
    """Let the vision encoders inside `model` remember so many bytes each."""
    memories = []
    for module in model.modules():
        for method in METHODS:
            encode = getattr(module, method, None)
            if encode is not None and not isinstance(encode, Rows):
                encode = Rows(encode, size)
                setattr(module, method, encode)
            memories += [encode] if encode else []
    return memories


def _digest(row: list[Tensor]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for tensor in row:
        digest.update(tensor.contiguous().view(torch.uint8).cpu().numpy().tobytes())
    return digest.digest()
