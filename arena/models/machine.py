"""The machine that models run on: a value by which pure functions decide, and how it is read."""

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from arena.errors import SettingsError
from arena.models.runtime import best_device

OFFLOAD = "offload"
"""A device that is several: the GPUs, then main memory, then the files of the weights, read anew for each pass."""
GPU = "cuda"
"""All NVIDIA GPUs of the machine; with a number behind a colon, one of them."""
HEADROOM = 0.05
"""Share of a GPU that is left alone: what its driver and fragments of freed memory take."""
BUDGET = 0.5
"""Share of the main memory that models may take together, where nobody says otherwise; pages and pictures need some, too."""
LEAST_FILES = 20 * 2**30
"""Bytes of files that a model may always have."""


@dataclass(frozen=True)
class Gpu:
    """One NVIDIA GPU."""

    memory_bytes: int
    """What others leave free."""
    capability: tuple[int, int]
    """NVIDIA's compute capability, which says what it computes with."""

    @property
    def has_bfloat16(self) -> bool:
        """Ampere and later."""
        return self.capability >= (8, 0)

    @property
    def has_float8(self) -> bool:
        """Ada, Hopper and later."""
        return self.capability >= (8, 9)

    @property
    def usable_bytes(self) -> int:
        """What models may take."""
        return int(self.memory_bytes * (1 - HEADROOM))


@dataclass(frozen=True)
class Machine:
    """What there is to run models on."""

    memory_bytes: int
    """Main memory that may still be allocated."""
    gpus: tuple[Gpu, ...] = ()

    def gpus_of(self, device: str) -> tuple[Gpu, ...]:
        """The GPUs that a device means.

        Args:
            device: `cpu`, `cuda`, `cuda:1`, or `offload`.

        Raises:
            SettingsError: it is not there.
        """
        name, _, number = device.partition(":")
        if name not in (GPU, OFFLOAD):
            return ()
        gpus = self.gpus[int(number) : int(number) + 1] if number else self.gpus
        if not gpus and name == GPU:
            there = ", ".join(f"{GPU}:{place}" for place in range(len(self.gpus))) or "only a CPU"
            raise SettingsError(f"device={device}: there is no such GPU; this machine has {there}")
        return gpus

    def room(self, device: str) -> int:
        """Bytes that models may take on a device, main memory included where it takes the rest."""
        room = sum(gpu.usable_bytes for gpu in self.gpus_of(device))
        return room if device.partition(":")[0] == GPU else room + self.memory_bytes

    def within(self, memory_bytes: int) -> "Machine":
        """The same with no more memory than that, on each GPU and beside them."""
        gpus = tuple(replace(gpu, memory_bytes=min(memory_bytes, gpu.memory_bytes)) for gpu in self.gpus)
        return Machine(min(memory_bytes, self.memory_bytes), gpus)

    def budget(self) -> int:
        """Bytes that all loaded models may take together, where nobody says otherwise."""
        return self.room(GPU) if self.gpus else int(self.memory_bytes * BUDGET)

    def workers(self) -> int:
        """Models that may answer at the same time: two, for the seats of a battle, but no more than there are GPUs."""
        return min(2, len(self.gpus)) or 2

    def files(self) -> int:
        """Bytes of files that one model may have: what is stored as float32 may be loaded in half of that."""
        return max(LEAST_FILES, 2 * self.room(OFFLOAD))


def memory_budget(gigabytes: float | None) -> int:
    """Bytes that all loaded models may take together: so many gigabytes, or what suits this machine."""
    return this_machine().budget() if gigabytes is None else round(gigabytes * 2**30)


def this_machine() -> Machine:
    """What is free now; memory that torch keeps for itself counts as free, as it is given to the next model."""
    if best_device() == "cpu":
        return Machine(available_memory())
    import torch  # noqa: PLC0415  takes seconds, and a machine without a GPU need not ask it

    return Machine(available_memory(), tuple(_gpu(number) for number in range(torch.cuda.device_count())))


def available_memory() -> int:
    """Bytes that may still be allocated: what the kernel calls available, within the limit of the container."""
    available = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    meminfo, limit, used = (Path(p) for p in ("/proc/meminfo", "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"))
    if meminfo.exists() and (match := re.search(r"MemAvailable:\s+(\d+) kB", meminfo.read_text())):
        available = int(match[1]) * 1024
    if limit.exists() and used.exists() and (bound := limit.read_text().strip()) != "max":
        available = min(available, int(bound) - int(used.read_text()))
    return max(available, 0)


def _gpu(number: int) -> Gpu:
    import torch  # noqa: PLC0415

    free, _ = torch.cuda.mem_get_info(number)
    properties: Any = torch.cuda.get_device_properties(number)
    unused = torch.cuda.memory_reserved(number) - torch.cuda.memory_allocated(number)
    return Gpu(free + unused, (properties.major, properties.minor))
