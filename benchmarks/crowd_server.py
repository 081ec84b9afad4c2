"""`arena serve` in a process of its own, which also tells its memory, its battles and its files to whoever measures it."""

import ctypes
import gc
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE

BATTLE = re.compile(r"battle (\S+): number \d+")
"""The line of the log about a battle that was stored."""
PATIENCE = 60
"""Seconds that a server may take to stop."""


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    url: str
    folder: Path
    """Holds all that it writes: its home, and Gradio's cache."""
    process: "subprocess.Popen[str]"

    def memory(self) -> int:
        """Bytes that the process has for itself (resident, not mapped from files), once it has given back what it can."""
        assert self.process.stdin
        self.process.stdin.write("memory\n")
        self.process.stdin.flush()
        return int(_line(self, "memory ").split()[1])

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
def serving(models: Sequence[str]) -> Iterator[Server]:
    """A server with an empty home, until the block ends.

    Args:
        models: folders or Hub names of its contestants; none for those that ship.

    Raises:
        RuntimeError: it does not start.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, __file__, "--home", str(folder / "home"), "serve", "--port", str(port)]
        only = {"ARENA_MODELS": ",".join(models), "ARENA_STARTER_MODELS": "0"} if models else {}
        environment = {**os.environ, **only, "GRADIO_TEMP_DIR": str(folder / "cache")}
        with (
            (folder / "errors").open("w") as errors,
            subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=errors, text=True, env=environment) as process,
        ):
            server = Server(f"http://127.0.0.1:{port}", folder, process)
            try:
                _line(server, "")
                yield server
            finally:
                process.terminate()
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()


def _line(server: Server, start: str) -> str:
    """The next line that begins so."""
    assert server.process.stdout
    for line in server.process.stdout:
        if line.startswith(start):
            return line
    raise RuntimeError(f"the server ended: {(server.folder / 'errors').read_text()}")


def main() -> None:
    """Run `arena` with the arguments of this process; it ends with the process that started it."""
    from arena.cli import run  # noqa: PLC0415 - takes seconds, which whoever measures need not wait for

    threading.Thread(target=_tell_memory, daemon=True).start()
    run(sys.argv[1:])


def _tell_memory() -> None:
    try:
        for _ in sys.stdin:
            print(f"memory {own_memory()}", flush=True)
    finally:  # nobody must wait for an answer that does not come
        os.kill(os.getpid(), signal.SIGTERM)


def own_memory() -> int:
    """Bytes of this process's anonymous memory, after garbage was collected and the C library gave free pages back.

    What it maps from files, such as libraries and the weights of models, belongs to the system's cache and is not counted.
    """
    gc.collect()
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)
    kilobytes = re.search(r"RssAnon:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert kilobytes, "a system without /proc/self/status"
    return int(kilobytes[1]) * 1024


if __name__ == "__main__":
    main()
