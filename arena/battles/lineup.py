"""Who takes part in battles at present: it changes while the arena runs, when a model is listed or withdrawn."""

import threading
from collections.abc import Iterable, Iterator, Mapping

from arena.battles.playing import names_of
from arena.contestants import Contestant
from arena.strategies.folds import tested_fold


class Lineup(Mapping[str, Contestant]):
    """Contestant id -> contestant. Any thread may ask and change it; whoever iterates sees one moment.

    Args:
        contestants: who takes part from the start.
        others: who took part before, whose names stay secret, too.
    """

    def __init__(self, contestants: Iterable[Contestant], others: Iterable[Contestant] = ()) -> None:
        self._changing = threading.Lock()
        self.ever: Mapping[str, Contestant] = {one.id: one for one in others}
        """Everybody who took part at any time."""
        self.submitted: frozenset[str] = frozenset()
        """Ids of those who came by a submission: they are placed first."""
        self.withdrawn: frozenset[str] = frozenset()
        """Ids of those who were withdrawn since the start: boards that were counted before still have them."""
        self._set({one.id: one for one in contestants})

    def __getitem__(self, contestant_id: str) -> Contestant:
        return self._present[contestant_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._present)

    def __len__(self) -> int:
        return len(self._present)

    def present(self) -> Mapping[str, Contestant]:
        """As it is at this moment; it changes no more."""
        return self._present

    def withdraw(self, contestant_id: str) -> None:
        """Let somebody take part no more, and stand in no rank."""
        with self._changing:
            self.withdrawn |= {contestant_id}
        self.leave(contestant_id)

    def enter(self, contestant: Contestant, *, submitted: bool = False) -> None:
        """Let somebody take part from now on.

        Args:
            contestant: who.
            submitted: whether it came by a submission, so that it is placed first.
        """
        with self._changing:
            if submitted:
                self.submitted |= {contestant.id}
            self.withdrawn -= {contestant.id}
            self._set({**self._present, contestant.id: contestant})

    def leave(self, contestant_id: str) -> None:
        """Let somebody take part no more; battles under way are played to their end. Nobody need take part."""
        with self._changing:
            self._set({name: one for name, one in self._present.items() if name != contestant_id})

    def _set(self, present: Mapping[str, Contestant]) -> None:
        self.ever = {**self.ever, **present}
        self.names = names_of(self.ever.values())
        """Matches the name of everybody who took part at any time."""
        self.tuned = [(one.repository, fold) for one in present.values() if (fold := tested_fold(one)) is not None]
        """Repositories of models that were tuned here, each with the fold of families that it has not seen."""
        self._present = present
