"""A command in a process tree of its own, which is ended as soon as it takes more than it may, whatever it does.

Limits on address space would end it at once: torch alone maps more than most models need. So what the tree really holds is
watched. Where the system allows it, the tree lives in namespaces of its own: it has no network, and all of it dies with its
first process.
"""

import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from arena.submissions.process_tree import Limits, ProcessTree

PAUSE = 0.2
"""Seconds between two looks at the tree."""
KEPT_OUTPUT = 64_000
"""Bytes of output that are kept: the last ones."""
NAMESPACES = ("unshare", "--user", "--map-root-user", "--net", "--ipc", "--pid", "--fork", "--kill-child", "--")
"""A network without anybody, and numbers of processes and shared memory of its own; the files are those of this machine."""
WITH_NETWORK = tuple(part for part in NAMESPACES if part != "--net")
"""The same with the network of this machine."""
NICENESS, SESSION_NICENESS = 12, 8
"""Of the tree, as processes and as a session, as Linux shares the processor among those. Where all want it, a seventh is left
for the tree, so that it goes on."""
LAUNCH = (
    'ulimit -c 0; ulimit -n "$1"; echo 1000 2>/dev/null >/proc/self/oom_score_adj; '
    f'echo {SESSION_NICENESS} 2>/dev/null >/proc/self/autogroup; step=$2; shift 2; exec nice -n "$step" "$@"'
)
"""No core dumps, few files, the first to go where memory runs out, and served after others."""
WATCH = 'read -r word || kill -s KILL -- "-$0"'
"""A shell that ends a group of processes once whoever holds the other end of its input is gone without a word."""
FROM_HERE = (
    "PATH",
    "LANG",
    "LC_ALL",
    "PYTHONPATH",
    "LD_LIBRARY_PATH",
    "VIRTUAL_ENV",
    "OPENBLAS_CORETYPE",
    "CUDA_VISIBLE_DEVICES",
)
"""Variables that the tree gets from this process; all others, tokens among them, it does not."""


@dataclass(frozen=True)
class End:
    """How a process tree ended."""

    code: int | None
    """Exit status; None where it was ended."""
    excess: str | None
    """What it took too much of, in one line; None where it ended by itself."""
    output: str
    """The last that it printed."""
    seconds: float
    peak_bytes: int
    """Most memory that it was seen to hold."""


def run_limited(
    command: Sequence[str],
    folder: Path,
    limits: Limits,
    environment: Mapping[str, str] | None = None,
    on_line: Callable[[str], None] = lambda _: None,
    stop: threading.Event | None = None,
    *,
    network: bool = False,
    descriptors: Sequence[int] = (),
    on_begin: Callable[[], None] = lambda: None,
) -> End:
    """Run a command until it ends, takes more than it may, or is stopped; nothing of it is left then.

    Nor is anything left a moment after this process was killed.

    Args:
        command: program and arguments.
        folder: where it works, and all that it may write; there already.
        limits: what it may take.
        environment: variables beside those that every program needs.
        on_line: called with each line that it prints, in a thread.
        stop: once set, it is ended.
        network: whether it may use the network of this machine.
        descriptors: those of this process that it gets, too.
        on_begin: called once it has them.
    """
    began = time.monotonic()
    step = str(max(0, NICENESS - os.nice(0)))  # from the niceness of this thread, which it inherits
    prefix = () if not network_closed() else WITH_NETWORK if network else NAMESPACES
    process = subprocess.Popen(  # noqa: S603 - a command of ours, on files of others
        [*prefix, "sh", "-c", LAUNCH, "sh", str(limits.files), step, *command],
        cwd=folder,
        env=_environment(folder, environment or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        pass_fds=tuple(descriptors),
    )
    on_begin()
    output = _Output(process, on_line)
    tree = ProcessTree(process, folder)
    watch = _watch(process.pid)
    excess = None
    try:
        while process.poll() is None and excess is None:
            excess = "stopped" if stop is not None and stop.is_set() else tree.excess(limits, began, output.bytes)
            if excess is None:
                output.wait(PAUSE)
    finally:
        tree.end()
        watch.communicate(b"ended\n")
        output.close()
    return End(None if excess else process.returncode, excess, output.text(), time.monotonic() - began, tree.peak_bytes)


@cache
def network_closed() -> bool:
    """Whether process trees here have no network, and end with their first process."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        return subprocess.run([*NAMESPACES, "true"], capture_output=True, timeout=10, check=False).returncode == 0  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False


def _watch(group: int) -> "subprocess.Popen[bytes]":
    """A process that outlives this one for as long as it takes to end that group."""
    command = ["sh", "-c", WATCH, str(group)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603


def _environment(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    here = {name: os.environ[name] for name in FROM_HERE if name in os.environ}
    return {**here, "HOME": str(folder), "TMPDIR": str(folder), "HF_HUB_OFFLINE": "1", **environment}


class _Output:
    """What a process prints, read by a thread so that it never waits for that."""

    def __init__(self, process: "subprocess.Popen[bytes]", on_line: Callable[[str], None]) -> None:
        assert process.stdout is not None
        self.bytes = 0
        self._pipe = process.stdout
        self._on_line = on_line
        self._last: deque[bytes] = deque()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> None:
        """Wait, but no longer than something may still be printed."""
        self._ended.wait(seconds)

    def close(self) -> None:
        """Read what is left of it."""
        self._thread.join(2)
        self._pipe.close()

    def text(self) -> str:
        """The last of it, without control characters."""
        text = b"".join(self._last)[-KEPT_OUTPUT:].decode(errors="replace")
        return "".join(character for character in text if character.isprintable() or character in "\n\t")

    def _read(self) -> None:
        line = b""
        while part := os.read(self._pipe.fileno(), 65536):
            self.bytes += len(part)
            self._last.append(part)
            while sum(map(len, self._last)) - len(self._last[0]) > KEPT_OUTPUT:
                self._last.popleft()
            *whole, line = (line + part).split(b"\n")
            line = line[-KEPT_OUTPUT:]
            for one in whole:
                self._on_line(one[-KEPT_OUTPUT:].decode(errors="replace"))
        self._ended.set()
