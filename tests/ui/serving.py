"""Starts `arena serve`, as people do."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from processes import arena, wait_until

from arena.contestants import Contestant
from arena.ui.shares import SHARES

ANY_NUMBER = {f"ARENA_SHARE_{kind.upper()}": "100000 100000" for kind in SHARES}
"""The tests all come from one address."""
EVERY_BATTLE = {"ARENA_BOARD_SECONDS": "0"}
"""Boards lack none: tests look at them right after they have played."""
READY = "Ctrl-C stops it"
"""What the server tells its terminal when it answers."""


@dataclass(frozen=True)
class Running:
    """A server that answers."""

    process: BaseProcess
    url: str
    output: Path
    """What it wrote to its terminal."""


@dataclass(frozen=True)
class Server:
    """A running arena."""

    url: str
    home: Path
    output: Path
    """What it wrote to its terminal."""
    contestants: tuple[Contestant, ...]

    def identities(self) -> set[str]:
        """Every string that tells who a contestant is."""
        parts = ({it.repository, it.name, it.revision, it.revision[:7], it.id} for it in self.contestants)
        return set().union(*parts)

    def told_in(self, text: str) -> set[str]:
        """The identities that a text gives away."""
        return {identity for identity in self.identities() if identity.lower() in text.lower()}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(home: Path, port: int | None = None, environment: Mapping[str, str] | None = None) -> Iterator[Running]:
    """The arena in `home`, from its first page until the block ends."""
    settings = {**ANY_NUMBER, **EVERY_BATTLE, **(environment or {})}
    port = port or free_port()
    home.mkdir(exist_ok=True)
    output = home / "terminal.txt"
    output.write_text("")
    with arena("serve", "--port", str(port), home=home, output=output, environment=settings) as process:
        wait_until(lambda: READY in output.read_text(), process)
        yield Running(process, f"http://127.0.0.1:{port}", output)
