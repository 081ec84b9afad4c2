"""Contestants: a model repository at one commit, with the settings and the strategy it runs under."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

STRATEGY = "strategy"
"""Setting that holds the name of a strategy. All that it adds to the settings has a name that begins so."""
ENDPOINT = "endpoint"
"""First word of the engine of what runs elsewhere."""
OPTIONS = ("attention", "device", "dtype", "engine", "image_size", "images", "thinking", "turns")
"""Settings that a reference may name."""
GPU = "cuda"


@dataclass(frozen=True)
class Contestant:
    """One entry of the arena. Other weights, another commit or another setting make another contestant."""

    repository: str
    """`organisation/name`, as on the Hub."""
    revision: str
    """40 hex digits: the Hub commit, or the content hash of a local folder."""
    engine: str
    """How it is run: `generative` or `contrastive`, with the library versions that answers depend on; or `endpoint`."""
    settings: Mapping[str, str | int | float] = field(default_factory=dict, hash=False)
    """What else its answers depend on: image size, dtype, verification threshold and the split it was fitted on, strategy."""

    @cached_property
    def id(self) -> str:
        """Hash of all four fields, 16 hex digits."""
        parts = [self.repository, self.revision, self.engine, dict(sorted(self.settings.items()))]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    @property
    def options(self) -> str:
        """What follows the `?` in its reference: settings by which contestants of one repository differ. Empty for most."""
        shown = [name for name in OPTIONS if name in self.settings and self.settings[name] != self._usual.get(name)]
        return "&".join(f"{name}={self.settings[name]}" for name in shown)

    @property
    def strategy(self) -> str:
        """How what it is asked, or how it reads that, is changed, as `arena.strategies` names it; empty for most."""
        return str(self.settings.get(STRATEGY, ""))

    @property
    def reference(self) -> str:
        """How people name it on a command line: its repository, with its options and its strategy."""
        return self._named(self.repository, "+")

    @property
    def label(self) -> str:
        """As pages call it: its name, with its options and its strategy."""
        return self._named(self.name, " + ")

    @property
    def base(self) -> "Contestant":
        """The same without a strategy; itself where it has none."""
        kept = {name: value for name, value in self.settings.items() if not name.startswith(STRATEGY)}
        return replace(self, settings=kept) if self.strategy else self

    @property
    def is_endpoint(self) -> bool:
        """Whether it runs elsewhere; then its organisation is the host or the provider, and its revision no commit."""
        return self.engine.partition(" ")[0] == ENDPOINT

    @property
    def organisation(self) -> str:
        """The part of the repository before the slash."""
        return self.repository.partition("/")[0]

    @property
    def name(self) -> str:
        """The part of the repository after the slash."""
        return self.repository.rpartition("/")[2]

    @property
    def _usual(self) -> Mapping[str, str]:
        """Settings that go without saying: a GPU where there is one, and the precision that most have there."""
        half = self.engine.startswith("generative ") and "device" in self.settings
        return {"device": GPU, "dtype": "bfloat16" if half else "float32"}

    def _named(self, name: str, plus: str) -> str:
        options = f"?{self.options}" if self.options else ""
        return f"{name}{options}{plus}{self.strategy}" if self.strategy else f"{name}{options}"
