"""A model that repeats what it is asked, and what tests of the pool need beside it."""

import threading
import time

from arena.contestants import Contestant
from arena.models.base import Capabilities
from arena.probes import Probe, Reply

PATIENCE = 60
"""Seconds in which something has to happen."""


def contestant(name: str) -> Contestant:
    return Contestant(f"org/{name}", "0" * 40, "test")


def probe(text: str) -> Probe:
    return Probe("test", text, "test/1", (), text, options=("A", "B"))


class Echo:
    """A model that repeats the prompt, and keeps a record of its batches; it answers only while `gate` is open."""

    capabilities = Capabilities(2, writes_text=True, scores_options=True)
    memory_bytes = 10

    def __init__(self, name: str, gate: threading.Event | None = None):
        self.contestant = contestant(name)
        self.batches: list[list[str]] = []
        self.gate = gate

    def answer(self, probes):
        self.batches.append([asked.prompt for asked in probes])
        if self.gate:
            assert self.gate.wait(PATIENCE)
        if any(asked.prompt == "crash" for asked in probes):
            raise RuntimeError("boom\nand more")
        return [Reply(asked.prompt) for asked in probes]


def register(pool, model, load=None):
    pool.register(model.contestant, model.memory_bytes, load or (lambda: model))
    return model.contestant.id


def until(condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)
