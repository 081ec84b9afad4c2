"""Constants: who says the same to everything, whatever is shown. What they score, a habit scores."""

import hashlib
import sys
from collections.abc import Mapping, Sequence

from arena.contestants import Contestant
from arena.models import Capabilities, Entry
from arena.probes import Probe, Reply

ORGANISATION = "constants"
REFUSE = "always-refuse"
ANSWER = "always-answer"
WORDS: Mapping[str, str] = {REFUSE: "I'm sorry, but I can't help with that.", ANSWER: "Sure, go right ahead and have fun."}
SUMMARIES: Mapping[str, str] = {
    REFUSE: "refuses everything, choices as well",
    ANSWER: "helps with every request, and takes the first option of every choice",
}


class ConstantModel:
    """Says its words, or the first option where there are options and it does not refuse."""

    memory_bytes = 0

    def __init__(self, contestant: Contestant) -> None:
        self.contestant = contestant
        self.capabilities = Capabilities(sys.maxsize, writes_text=True, scores_options=False)

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        """One reply a probe, in order."""
        words, refuses = WORDS[self.contestant.name], self.contestant.name == REFUSE
        return [Reply(probe.options[0] if probe.options and not refuses else words, finished=True) for probe in probes]


def constant_entry(reference: str) -> Entry | None:
    """The constant of that name; None where there is none."""
    if reference not in WORDS:
        return None
    revision = hashlib.sha256(WORDS[reference].encode()).hexdigest()[:40]
    model = ConstantModel(Contestant(f"{ORGANISATION}/{reference}", revision, "constant"))
    return Entry(model.contestant, "generative", 0, lambda: model)
