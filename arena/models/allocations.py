"""What loading a model has really taken."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from arena.models.machine import GPU, OFFLOAD
from arena.models.runtime import best_device

STATUS = Path("/proc/self/status")
"""Where Linux tells of the memory of a process."""


@contextmanager
def allocations(device: str) -> Iterator[Callable[[], int]]:
    """Watch a device while a model is loaded and asked its first questions.

    Gives a function that tells, afterwards, how many bytes more are held than before. On a CPU these are pages that the process
    has written, whatever for, so that small models seem larger than they are; where the kernel does not tell, they are none.

    Args:
        device: of the contestant.
    """
    on_gpu = device.partition(":")[0] in (GPU, OFFLOAD) and best_device() == GPU
    held = _held_on_gpus if on_gpu else _held_in_main_memory
    before = held()
    yield lambda: max(0, held() - before)


def _held_on_gpus() -> int:
    import torch  # noqa: PLC0415  takes seconds

    return sum(torch.cuda.memory_allocated(number) for number in range(torch.cuda.device_count()))


def _held_in_main_memory() -> int:
    match = re.search(r"RssAnon:\s+(\d+) kB", STATUS.read_text()) if STATUS.exists() else None
    return int(match[1]) * 1024 if match else 0
