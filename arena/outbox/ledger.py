"""The manifests of an outbox, read once each: they never change."""

import logging
import tempfile
from pathlib import Path

from arena.errors import StoreError
from arena.outbox.manifest import FOLDER, NAME, Manifest, history, read_manifest
from arena.outbox.targets import Target

log = logging.getLogger(__name__)

PARTS = ("commits", "all")
"""Folders of what manifests name."""


class Ledger:
    """For one thread."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._known: dict[str, Manifest] = {}
        self._unreadable: set[str] = set()
        self.history: list[Manifest] = []
        """As of the last look."""

    def look(self) -> list[Manifest]:
        """What counts by now: all facts, and the commits that follow."""
        names = {name for name in self._target.names(FOLDER) if NAME.fullmatch(name)}
        self._known = {name: one for name, one in self._known.items() if name in names}
        if new := sorted(names - self._known.keys() - self._unreadable):
            with tempfile.TemporaryDirectory() as folder:
                self._target.fetch(new, Path(folder))
                for name in new:
                    self._read(name, Path(folder) / name)
        self.history = history(self._known.values())
        return self.history

    def add(self, manifest: Manifest) -> None:
        """A manifest was written here."""
        self._known[manifest.name] = manifest
        self.history = history(self._known.values())

    def next_number(self) -> int:
        """Of the next manifest."""
        return max((one.number for one in self._known.values()), default=-1) + 1

    def strays(self) -> list[str]:
        """Files that count for nothing: parts that no manifest in force names, and manifests that are not in force."""
        in_force = {one.name for one in self.history} | {name for one in self.history for name in one.files}
        return sorted({name for folder in (*PARTS, FOLDER) for name in self._target.names(folder)} - in_force)

    def _read(self, name: str, file: Path) -> None:
        try:
            self._known[name] = read_manifest(name, file.read_bytes())
        except (ValueError, StoreError):
            self._unreadable.add(name)
            log.warning("ARENA_OUTBOX: %s is half written or no manifest, and is left out", name)
