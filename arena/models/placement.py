"""Where the weights of a model go: one GPU, several, main memory and disk beside them."""

from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any

import torch
from transformers import PreTrainedModel

from arena.contestants import Contestant
from arena.errors import RepositoryError
from arena.models.demand import Demand
from arena.models.machine import GPU, OFFLOAD, Machine

PACKAGES = {"flash_attention_2": "flash_attn", "flash_attention_3": "flash_attn_interface"}
"""Ways to compute attention that need a package: the module that it brings."""


def loading_arguments(contestant: Contestant, machine: Machine, needs: Demand) -> dict[str, Any]:
    """What `from_pretrained` is given so that a contestant lies where it should.

    On a CPU that is nothing. A model that one GPU holds lies on the one with most room; a larger one is spread over all.

    Args:
        contestant: how it is run.
        machine: what is free.
        needs: what it takes.

    Raises:
        RepositoryError: its attention needs a package that is missing.
        SettingsError: its device is not there.
    """
    attention, device = contestant.settings.get("attention"), str(contestant.settings.get("device", "cpu"))
    if (package := PACKAGES.get(str(attention))) and not find_spec(package):
        missing = f"attention={attention}: {package} is missing"
        raise RepositoryError(f"{contestant.repository}: {missing}; install it, or leave the option out")
    arguments = {"attn_implementation": attention} if attention else {}
    if device == "cpu":
        return arguments
    rooms: dict[int | str, int] = {number: gpu.usable_bytes for number, gpu in enumerate(machine.gpus_of(device))}
    if device == OFFLOAD:
        return arguments | {"device_map": "auto", "max_memory": _shares(rooms | {"cpu": machine.memory_bytes}, needs.working)}
    if device != GPU:
        return arguments | {"device_map": {"": device}}
    most = max(rooms, key=lambda number: rooms[number])
    if len(rooms) == 1 or needs.total <= rooms[most]:
        return arguments | {"device_map": {"": most}}
    return arguments | {"device_map": "auto", "max_memory": _shares(rooms, needs.working)}


def input_device(model: PreTrainedModel) -> torch.device:
    """Where inputs go: to the first GPU that holds a part of the model, and else to main memory."""
    places = getattr(model, "hf_device_map", None)
    if not places:
        return model.device
    gpus = [place for place in places.values() if place not in ("cpu", "disk")]
    return torch.device(gpus[0]) if gpus else torch.device("cpu")


def _shares(rooms: Mapping[int | str, int], working: int) -> dict[int | str, int]:
    """What weights may take on each device: each has its share of the caches."""
    return {place: max(0, room - working // len(rooms)) for place, room in rooms.items()}
