"""Contestants: a model repository at one commit, with the settings it runs under."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

OPTIONS = ("images", "thinking", "turns")
"""Settings that a reference may name."""


@dataclass(frozen=True)
class Contestant:
    """One entry of the arena. Other weights, another commit or another setting make another contestant."""

    repository: str
    """`organisation/name`, as on the Hub."""
    revision: str
    """40 hex digits: the Hub commit, or the content hash of a local folder."""
    engine: str
    """How it is run: `generative` or `contrastive`, with the library versions that answers depend on."""
    settings: Mapping[str, str | int | float] = field(default_factory=dict, hash=False)
    """What else its answers depend on: image size, dtype, verification threshold and the split it was fitted on."""

    @property
    def id(self) -> str:
        """Hash of all four fields, 16 hex digits."""
        parts = [self.repository, self.revision, self.engine, dict(sorted(self.settings.items()))]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    @property
    def options(self) -> str:
        """What follows the `?` in its reference: settings by which contestants of one repository differ. Empty for most."""
        return "&".join(f"{name}={self.settings[name]}" for name in OPTIONS if name in self.settings)

    @property
    def reference(self) -> str:
        """How people name it: its repository, with its options."""
        return f"{self.repository}?{self.options}" if self.options else self.repository

    @property
    def label(self) -> str:
        """As pages call it: its name, with its options."""
        return self.reference.rpartition("/")[2]

    @property
    def organisation(self) -> str:
        """The part of the repository before the slash."""
        return self.repository.partition("/")[0]

    @property
    def name(self) -> str:
        """The part of the repository after the slash."""
        return self.repository.rpartition("/")[2]
