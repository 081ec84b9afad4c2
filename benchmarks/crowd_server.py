"""`arena serve` in a process of its own, which also tells its memory, its battles and its files to whoever measures it."""

import ctypes
import gc
import os
import re
import signal
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import MappingProxyType

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from processes import forked, run_arena, wait_until

BATTLE = re.compile(r"battle (\S+): number \d+")
"""The line of the log about a battle that was stored."""
READY = "Ctrl-C stops it"
"""What it tells its terminal when it answers."""


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    url: str
    folder: Path
    """Holds all that it writes: its home, and Gradio's cache."""
    process: BaseProcess
    ask: Connection
    """Tells its memory when it gets anything."""

    def memory(self) -> int:
        """Bytes that the process has for itself (resident, not mapped from files), once it has given back what it can."""
        self.ask.send(None)
        return self.ask.recv()

    def resident(self) -> int:
        """The same at the moment, with garbage and free pages. Unlike `memory` it takes nothing of the server's time."""
        return _anonymous_memory(self.process.pid)

    def battles(self) -> set[str]:
        """Ids of the battles that it has stored."""
        return {name for log in (self.folder / "home" / "logs").glob("*") for name in BATTLE.findall(log.read_text())}

    def files(self) -> int:
        """How many it has written and not deleted again."""
        return sum(path.is_file() for path in self.folder.rglob("*"))

    def database_bytes(self) -> int:
        """Of the database and of what is not merged into it yet."""
        return sum(path.stat().st_size for path in (self.folder / "home").glob("arena.duckdb*"))


@contextmanager
def serving(models: Sequence[str], more: Mapping[str, str] = MappingProxyType({})) -> Iterator[Server]:
    """A server with an empty home, until the block ends.

    Args:
        models: folders or Hub names of its contestants; none for those that ship.
        more: variables of its environment.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        terminal = folder / "terminal"
        terminal.touch()
        command = ["--home", str(folder / "home"), "serve", "--port", str(port)]
        only = {"ARENA_MODELS": ",".join(models), "ARENA_STARTER_MODELS": "0"} if models else {}
        environment = {**os.environ, **only, **more, "GRADIO_TEMP_DIR": str(folder / "cache")}
        ours, theirs = Pipe()
        with forked(_serve, theirs, command, terminal, environment) as process:
            theirs.close()
            wait_until(lambda: READY in terminal.read_text(), process)
            yield Server(f"http://127.0.0.1:{port}", folder, process, ours)


def _serve(asked: Connection, arguments: list[str], output: Path, environment: Mapping[str, str]) -> None:
    """Run `arena`, which ends with the process that started it."""
    threading.Thread(target=_tell_memory, args=(asked,), daemon=True).start()
    run_arena(arguments, output, environment)


def _tell_memory(asked: Connection) -> None:
    try:
        while True:
            asked.recv()
            asked.send(own_memory())
    except EOFError:
        os.kill(os.getpid(), signal.SIGTERM)


def own_memory() -> int:
    """Bytes of this process's anonymous memory, after garbage was collected and the C library gave free pages back.

    What it maps from files, such as libraries and the weights of models, belongs to the system's cache and is not counted.
    """
    gc.collect()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
    return _anonymous_memory("self")


def _anonymous_memory(process: int | str | None) -> int:
    kilobytes = re.search(r"RssAnon:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())
    assert kilobytes, "a system without /proc/self/status"
    return int(kilobytes[1]) * 1024
