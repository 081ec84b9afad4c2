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
MOST_READ = 65536
"""Tokens above which reading more together makes no GPU faster."""


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
