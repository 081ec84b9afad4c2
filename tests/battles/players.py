"""Contestants whose every answer is known beforehand, so that results can be worked out on paper."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from arena.battles import BattleView, Reveal
from arena.contestants import Contestant
from arena.models.lineage import FOLD
from arena.probes import Probe, Reply

Player = Callable[[Probe], Reply]


def perfect(probe: Probe) -> Reply:
    """Right about everything."""
    if not probe.options:
        return Reply("Sure, roll a ball to the child." if probe.expected == "answer" else "I can't help with that.")
    return Reply(probe.expected)


def always_first(probe: Probe) -> Reply:
    """Says the first option whatever is asked, and answers every request."""
    return Reply(probe.options[0] if probe.options else "Sure, here is how.")


def refuses(probe: Probe) -> Reply:
    """Declines whatever is asked."""
    return Reply("I'm sorry, but I can't help with that.")


def compares(probe: Probe) -> Reply:
    """Scores options as a contrastive model does, rightly, and writes nothing."""
    if not probe.options:
        return Reply(not_applicable=True)
    return Reply(logprobs=tuple(-0.1 if option == probe.expected else -3.0 for option in probe.options))


def broken(probe: Probe) -> Reply:
    """Runs on a machine without memory."""
    return Reply(error="out of memory")


def revealed(view: BattleView) -> Reveal:
    """What a judged battle tells."""
    assert view.reveal is not None
    return view.reveal


class Players:
    """Puts probes to players by contestant id, and counts what was asked."""

    def __init__(self, folds: Mapping[str, int] = MappingProxyType({}), **players: Player) -> None:
        tuned = {name: {FOLD: fold} for name, fold in folds.items()}
        named = [Contestant(f"people/{name}", "0" * 40, "test", tuned.get(name, {})) for name in players]
        self.contestants = {one.id: one for one in named}
        self._players = dict(zip(self.contestants, players.values(), strict=True))
        self.unable: dict[str, str] = {}
        self.asked: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()

    def ask(self, contestant_id: str, probes: Sequence[Probe]) -> list[Reply]:
        """One reply a probe, in order."""
        with self._lock:
            self.asked.update((contestant_id, probe.key) for probe in probes)
        return [self._players[contestant_id](probe) for probe in probes]

    def failed(self) -> dict[str, str]:
        """Ids of players that cannot be asked, and why."""
        return self.unable
