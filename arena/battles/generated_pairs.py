"""The generated pairs that are in play: reviewers may put one in at any moment, and it is drawn from then on."""

import threading
from collections.abc import Sequence
from dataclasses import replace

from arena.errors import BattleError
from arena.pairs import MinimalPair, Provenance
from arena.store import PairInPlay, Store


class GeneratedPairs:
    """What reviewers have accepted so far.

    Args:
        store: knows what reviewers said.
        required: distinct reviewers that a verdict needs.
    """

    def __init__(self, store: Store, required: int) -> None:
        self._store = store
        self._required = required
        self._lock = threading.Lock()
        self._kept: tuple[object, tuple[PairInPlay, ...]] = (None, ())

    def in_play(self) -> Sequence[PairInPlay]:
        """All that may be drawn now; read again only after something was generated, reviewed or retired."""
        with self._lock:
            revision = self._store.generations.revision()
            if self._kept[0] != revision:
                self._kept = (revision, tuple(self._store.generations.pairs_in_play(self._required)))
            return self._kept[1]

    def pair(self, pair_id: str) -> MinimalPair:
        """The pair with its images.

        Raises:
            BattleError: it is gone.
        """
        pair = self._store.pair(pair_id)
        if pair is None:
            raise BattleError(f"pair {pair_id}: is gone; restore the database from a backup")
        return without_makers(pair)


def without_makers(pair: MinimalPair) -> MinimalPair:
    """The pair without word of who made and judged it: that tells who does not play on it."""
    return replace(pair, provenance=Provenance(pair.provenance.method, pair.provenance.seed))
