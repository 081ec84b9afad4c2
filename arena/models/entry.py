"""Entries: contestants that can be loaded, whatever runs them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from arena.contestants import Contestant
from arena.models.architectures import Kind
from arena.models.base import Model


@dataclass(frozen=True)
class Entry:
    """A model that may be asked, not loaded yet: what every backend makes of a reference."""

    contestant: Contestant
    kind: Kind
    """`generative` for a model that writes text, `contrastive` for one that only compares images with captions."""
    memory_bytes: int
    """Memory that it takes here, with caches and pictures; 0 where it runs elsewhere."""
    load: Callable[[], Model]
    """Raises RepositoryError where it cannot be loaded, or would not be measured exactly."""
    architecture: str = ""
    """The class that runs it, for people."""
    parameters: int | None = None
    """None where nobody tells."""

    def as_json(self) -> dict[str, Any]:
        """The model for programs."""
        return {
            "model": self.contestant.reference,
            "revision": self.contestant.revision,
            "kind": self.kind,
            "architecture": self.architecture,
            "parameters": self.parameters,
            "engine": self.contestant.engine,
            "settings": dict(self.contestant.settings),
        }
