"""What all locally run models share: threads, the device, one-line failures, and a small memory of what was computed before."""

import math
import os
import shutil
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, TypeVar

CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""Where the kernel tells how much of the processors a container may use: microseconds, or `max`, in a period."""
NVIDIA_DRIVER = Path("/proc/driver/nvidia/version")

BACKGROUND_SHARE = 4
"""Work that can wait gets one of so many cores."""
NICE = 10
"""How far it steps back where others want those too."""
NICE_TO_PAGES = 5
"""How far models that answer step back: a page or a vote takes milliseconds, and comes between their answers."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


def cores() -> int:
    """Cores that this process may use, within the quota of its container; `OMP_NUM_THREADS` says otherwise."""
    if chosen := os.environ.get("OMP_NUM_THREADS"):
        return int(chosen)
    # Not every system tells which processors a process may run on; macOS does not.
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota, period = CPU_QUOTA.read_text().split() if CPU_QUOTA.exists() else ("max", "")
    return usable if quota == "max" else min(usable, math.ceil(int(quota) / int(period)))


def best_device() -> str:
    """`cuda` where torch can use an NVIDIA GPU, else `cpu`."""
    if not NVIDIA_DRIVER.exists() and not shutil.which("nvidia-smi"):
        return "cpu"
    # It takes seconds to import, so that only machines with a driver ask it.
    import torch  # noqa: PLC0415

    return "cuda" if torch.cuda.is_available() else "cpu"


def step_back() -> None:
    """Leave most cores to other threads, in the calling one from now on."""
    import torch  # noqa: PLC0415 - takes seconds

    torch.set_num_threads(_background_cores())
    let_others_first(NICE)


def let_others_first(niceness: int) -> None:
    """Let less nice threads go first where all want the processor, in the calling one from now on."""
    if sys.platform == "linux":  # where each thread has a priority of its own
        me = threading.get_native_id()
        os.setpriority(os.PRIO_PROCESS, me, max(niceness, os.getpriority(os.PRIO_PROCESS, me)))


@contextmanager
def same_threads() -> Iterator[None]:
    """Compute with as many threads as work that can wait, whoever calls: rounding depends on how many share a sum."""
    import torch  # noqa: PLC0415 - takes seconds

    before = torch.get_num_threads()
    torch.set_num_threads(_background_cores())
    try:
        yield
    finally:
        torch.set_num_threads(before)


class Recent(Generic[Key, Value]):
    """The most recently used values, computed in batches when they are missing. For one thread at a time."""

    def __init__(self, size: int, cost: Callable[[Value], int] = lambda _: 1) -> None:
        """Keep values whose costs add up to at most `size`; by default, that many values."""
        self._size = size
        self._cost = cost
        self._kept = 0
        self._values: OrderedDict[Key, Value] = OrderedDict()

    def clear(self) -> None:
        """Keep nothing."""
        self._values.clear()
        self._kept = 0

    def get(self, keys: Iterable[Key], compute: Callable[[list[Key]], Iterable[Value]]) -> dict[Key, Value]:
        """The values of `keys`; `compute` is called once with all distinct missing keys, if any."""
        wanted = list(dict.fromkeys(keys))
        missing = [key for key in wanted if key not in self._values]
        fresh = dict(zip(missing, compute(missing), strict=True)) if missing else {}
        found = {key: fresh[key] if key in fresh else self._values[key] for key in wanted}
        self._kept += sum(map(self._cost, fresh.values()))
        self._values.update(fresh)
        for key in found:
            self._values.move_to_end(key)
        while self._kept > self._size:
            _, dropped = self._values.popitem(last=False)
            self._kept -= self._cost(dropped)
        return found


def _background_cores() -> int:
    return max(1, cores() // BACKGROUND_SHARE)
