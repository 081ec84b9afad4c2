"""A process and all that came of it: what it takes, and its end."""

import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    import subprocess

LONGEST_DEATH = 5.0
"""Seconds that processes which were killed may take to be gone."""


@dataclass(frozen=True)
class Limits:
    """What a process tree may take."""

    memory_bytes: int
    """Resident, over all its processes."""
    seconds: float
    """On the wall."""
    processor_seconds: float
    disk_bytes: int
    """In its folder."""
    processes: int = 64
    files: int = 1024
    """Open in each process."""
    output_bytes: int = 10_000_000


class ProcessTree:
    """A process and all that came of it, as far as it is seen."""

    def __init__(self, process: "subprocess.Popen[bytes]", folder: Path) -> None:
        self.peak_bytes = 0
        self._process = process
        self._folder = folder
        self._members = {process.pid: psutil.Process(process.pid)}
        self._others = {0}
        """Processes of this machine that are none of the tree's, as of the last look; and whose children all others are."""
        self._processor: dict[int, float] = {}
        """Process -> its processor seconds when it was seen last."""
        self._spent = 0.0
        """Processor seconds of those that have ended."""
        self._waited = 0.0
        """Those of the living and of their children, which may have come and gone between two looks."""
        self._disk_bytes = 0
        self._next_walk = 0.0

    def excess(self, limits: Limits, began: float, printed: int) -> str | None:
        """What there is too much of, in one line."""
        memory, count = self._look()
        self.peak_bytes = max(self.peak_bytes, memory)
        processor = max(self._spent + sum(self._processor.values()), self._waited)
        taken = (
            ("memory", memory, limits.memory_bytes, 2**30, "GB"),
            ("time", time.monotonic() - began, limits.seconds, 1, "s"),
            ("processor", processor, limits.processor_seconds, 1, "s"),
            ("disk", self._disk(), limits.disk_bytes, 1e9, "GB"),
            ("processes", count, limits.processes, 1, ""),
            ("output", printed, limits.output_bytes, 1e6, "MB"),
        )
        for name, used, most, unit, symbol in taken:
            if used > most:
                return f"{name}: {used / unit:.3g} {symbol} where {most / unit:.3g} {symbol} are the most".replace("  ", " ")
        return None

    def end(self) -> None:
        """End all that is left of it, also what has left its group, and wait for it."""
        self._look()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for member in self._members.values():
            with suppress(psutil.Error):
                member.kill()  # looks first whether another process has its number by now
        self._process.wait()
        deadline = time.monotonic() + LONGEST_DEATH
        while any(map(_lives, self._members.values())) and time.monotonic() < deadline:
            time.sleep(0.01)

    def _look(self) -> tuple[int, int]:
        """Bytes that are held, and how many processes there are."""
        self._grow()
        memory = count = 0
        self._waited = 0.0
        for pid, one in list(self._members.items()):
            held, spent, waited = 0, self._processor.get(pid, 0), 0.0
            with suppress(psutil.Error), one.oneshot():
                times = one.cpu_times()
                held, spent, waited = _held(one), times.user + times.system, times.children_user + times.children_system
            if one.is_running():
                memory += held
                count += 1
                self._processor[pid] = spent
                self._waited += spent + waited
            else:  # and what was read may be of another that has its number by now
                del self._members[pid]
                self._spent += self._processor.pop(pid, 0)
        return memory, count

    def _grow(self) -> None:
        """Remember whoever came of it since the last look: once its parent has ended, it is a child of another process, unless
        there are namespaces. Only who is new is asked for its parent, since there may be hundreds here; and again at the next
        look where that one is not known, as it has ended meanwhile.
        """
        here = set(psutil.pids())
        self._others &= {0, *here}
        new = here - self._others - self._members.keys()
        parents = {pid: parent for pid in new if (parent := _parent(pid)) is not None}
        while begun := [pid for pid, parent in parents.items() if self._lives_here(parent)]:
            for pid in begun:
                del parents[pid]
                with suppress(psutil.Error):
                    self._members[pid] = psutil.Process(pid)
        while others := [pid for pid, parent in parents.items() if parent in self._others]:
            self._others.update(others)
            for pid in others:
                del parents[pid]

    def _lives_here(self, pid: int) -> bool:
        """Whether that process is one of the tree, and none that has its number by now."""
        return pid in self._members and self._members[pid].is_running()

    def _disk(self) -> int:
        """Bytes in its folder, as of a moment ago: many files take a while."""
        if (now := time.monotonic()) >= self._next_walk:
            self._disk_bytes = sum(_size(Path(where) / name) for where, _, names in os.walk(self._folder) for name in names)
            self._next_walk = now + max(1.0, 20 * (time.monotonic() - now))
        return self._disk_bytes


def _parent(pid: int) -> int | None:
    """Of a process; None where it has ended."""
    try:
        return psutil.Process(pid).ppid()
    except psutil.Error:
        return None


def _held(process: psutil.Process) -> int:
    """Resident bytes, which any of its threads tells where the first has ended, and the others go on."""
    if (held := process.memory_info().rss) or not sys.platform.startswith("linux"):
        return held
    with suppress(OSError), os.scandir(f"/proc/{process.pid}/task") as threads:
        for thread in threads:  # of which there may be thousands
            with suppress(OSError):
                if pages := int(Path(thread.path, "statm").read_text().split()[1]):
                    return pages * os.sysconf("SC_PAGE_SIZE")
    return 0


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _size(path: Path) -> int:
    try:
        return path.lstat().st_blocks * 512
    except OSError:
        return 0
