"""What the memory of a device bears beside the weights of a model: features that stay, and how much is read together."""

import gc

import torch
from torch import nn

from arena.models.groups import CPU_LIMITS, Limits

FEATURES = 16 * 2**20
"""Bytes of features that are always kept: all of a suite for a tiny model, which a server may hold several of."""
FEATURES_SHARE = 32
"""A large model may keep features of so much less than its weights, and on a GPU than its memory: some hundred pictures."""
READ_SHARE, CACHE_SHARE = 4, 2
"""How much less than what is free the states and the caches of what is read together may take."""
PATIENCE, MOST_PATIENCE = 8, 1024
"""How often in a row memory has to suffice before more is tried, at first and at most."""
MOST_PARTS = 1024
"""By then each question is read alone."""
MOST_READ = 65536
"""Tokens above which reading more together makes no GPU faster."""


class Share:
    """The part of a device's limits that is used: half as much after memory did not suffice, twice as much after it long did.

    Others may have taken the memory only for a while. Where they have not, each try costs a batch that is read twice, so that
    from one to the next it takes twice as long.
    """

    def __init__(self) -> None:
        self.parts = 1
        """Into how many the limits are divided."""
        self._patience = PATIENCE
        self._fitted = 0

    def too_much(self) -> None:
        """Memory did not suffice."""
        self.parts, self._fitted = min(2 * self.parts, MOST_PARTS), 0
        self._patience = min(2 * self._patience, MOST_PATIENCE)

    def fitted(self) -> None:
        """Memory sufficed for what was read together."""
        self._fitted += 1
        if self.parts > 1 and self._fitted >= self._patience:
            self.parts, self._fitted = self.parts // 2, 0


def features_size(model: nn.Module, device: torch.device) -> int:
    """Bytes of features that a model may keep.

    Args:
        model: on its device.
        device: where it computes.
    """
    on_gpu = device.type == "cuda"
    memory = torch.cuda.get_device_properties(device).total_memory if on_gpu else weights_size(model)
    return max(FEATURES, memory // FEATURES_SHARE)


def weights_size(model: nn.Module) -> int:
    """Bytes of the weights that are in memory; those on disk are not."""
    tensors = (tensor for tensor in model.parameters() if tensor.device.type != "meta")
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)


def free_memory(device: torch.device) -> int | None:
    """Bytes that may be allocated on a GPU; None for other devices, whose caches bound what is read, and not their memory."""
    if device.type != "cuda":
        return None
    free, _ = torch.cuda.mem_get_info(device)
    return free + torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)


def limits(free: int | None, states: int) -> Limits:
    """How much is read together.

    Args:
        free: as `free_memory` tells.
        states: bytes that a token takes while it is read; see `arena.models.demand.TokenSize`.
    """
    if free is None:
        return CPU_LIMITS
    read = min(MOST_READ, free // READ_SHARE // max(1, states))
    return Limits(read=read, cache=free // CACHE_SHARE, least=0)


def release() -> None:
    """Give back what nothing refers to any more."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
