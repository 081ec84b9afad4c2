"""The manifests of an outbox, read once each: they never change."""

import logging
import tempfile
from collections.abc import Collection
from pathlib import Path

from arena.errors import StoreError
from arena.outbox.manifest import FIRST, FOLDER, NAME, WRITTEN, Manifest, history, is_torn, read_manifest
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

    @property
    def highest_epoch(self) -> int:
        """Of all manifests; 0 where there are none."""
        return max((one.epoch for one in self._known.values()), default=0)

    @property
    def is_torn(self) -> bool:
        """Whether parts reach further than what counts, as one between is gone."""
        return is_torn(self._known.values(), self.history)

    @property
    def furthest(self) -> Manifest:
        """What reaches furthest, whether or not it counts; there has to be one."""
        return max(self._known.values(), key=lambda one: (one.epoch, one.last.number))

    def look(self) -> list[Manifest]:
        """What counts by now: all facts, and the commits that follow.

        Raises:
            HubAway: the Hub could not be asked.
            StoreError: a newer arena has written there.
        """
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

    def missing(self, here: Collection[str] | None = None) -> list[str]:
        """Files that are gone, and that a home cannot be made without; of a manifest that is gone, the folder.

        Args:
            here: what `listed` gave, where that was asked already.
        """
        here = self.listed() if here is None else here
        gone = [name for one in self.history for name in one.files if name not in here]
        return gone + ([f"a file of {FOLDER}/"] if self.is_torn else [])

    def refuse_founding(self, place: str, arena: str = "") -> None:
        """Let nobody begin where something was saved that cannot be read any more.

        Args:
            place: how people call the outbox.
            arena: whose home may save all that it has there once more; empty for one without a home.

        Raises:
            StoreError: something was.
        """
        if self.history or (arena and all(one.arena == arena for one in self._known.values())):
            return
        if later := sorted(name for name in self.listed() if not FIRST.match(name)):
            raise StoreError(
                f"ARENA_OUTBOX: {place} has {len(later)} files of an arena, such as {later[0]}, and no manifest of all its "
                "facts; put it back, or name an empty outbox"
            )

    def stands(self) -> bool:
        """Whether the first and the last manifest that count are still there."""
        ends = {one.name for one in (*self.history[:1], *self.history[-1:])}
        return len(self._target.there(sorted(ends))) == len(ends)

    def next_number(self) -> int:
        """Of the next manifest."""
        return max((one.number for one in self._known.values()), default=-1) + 1

    def strays(self, here: Collection[str] | None = None) -> list[str]:
        """Files that count for nothing: parts that no manifest in force names, and manifests that are not in force.

        Args:
            here: what `listed` gave, where that was asked already.
        """
        in_force = {one.name for one in self.history} | {name for one in self.history for name in one.files}
        return sorted(set(self.listed() if here is None else here) - in_force)

    def listed(self) -> set[str]:
        """All that an outbox has written there, but for pictures."""
        return {name for folder in (*PARTS, FOLDER) for name in self._target.names(folder) if WRITTEN.fullmatch(name)}

    def _read(self, name: str, file: Path) -> None:
        try:
            self._known[name] = read_manifest(name, file.read_bytes())
        except ValueError:
            self._unreadable.add(name)
            log.warning("ARENA_OUTBOX: %s is half written or no manifest, and is left out", name)
