"""A model that is a function, for results that a test decides."""

from collections.abc import Callable, Sequence

from arena.contestants import Contestant
from arena.models import Capabilities
from arena.probes import Probe, Reply, Tokens


class Function:
    """Answers each probe as a function says. Its tokens are words."""

    capabilities = Capabilities(2, writes_text=True, scores_options=False)
    memory_bytes = 0

    def __init__(self, contestant: Contestant, respond: Callable[[Probe], str]) -> None:
        self.contestant = contestant
        self._respond = respond

    def answer(self, probes: Sequence[Probe]) -> list[Reply]:
        return [self._reply(probe) for probe in probes]

    def _reply(self, probe: Probe) -> Reply:
        text = self._respond(probe)
        return Reply(text, tokens=Tokens(len(probe.prompt.split()), len(text.split())))

    def close(self) -> None:
        """Nothing to let go of."""
