"""What every way to run a model promises."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from arena.contestants import Contestant
from arena.probes import Probe, Reply


@dataclass(frozen=True)
class Capabilities:
    """What a model can be asked."""

    images_per_prompt: int
    """Most images that one question may show."""
    writes_text: bool
    """It answers in words; without this, requests are not applicable."""
    scores_options: bool
    """It gives a log-probability for each option."""
    needs_image: bool = False
    """It cannot be asked in words alone."""
    second_turn: bool = False
    """It can be asked again after an answer, with its own words between the two questions."""
    images_per_chat: int | None = None
    """Most images of a chat that begins with examples; None where that is as many as of one question."""

    def can_answer(self, probe: Probe) -> bool:
        """Whether the probe can be asked at all."""
        if len(probe.before) - len(probe.examples) > int(self.second_turn):
            return False
        if not int(self.needs_image) <= len(probe.pictures) or len(probe.images) > self.images_per_prompt:
            return False
        if probe.examples and len(probe.pictures) > (self.images_per_chat or self.images_per_prompt):
            return False
        return self.writes_text or (self.scores_options and bool(probe.options))


class Model(Protocol):
    """A loaded model. `answer` is called by one thread at a time."""

    contestant: Contestant
    capabilities: Capabilities
    memory_bytes: int
    """Memory that the weights take while loaded."""

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        """One reply a probe, in order. A probe that fails gets an error reply; the others are still answered."""
        ...
