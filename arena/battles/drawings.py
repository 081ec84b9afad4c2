"""Pairs that were drawn for one battle: their pictures may be dropped, and are drawn again when somebody looks."""

from datetime import datetime
from typing import NamedTuple

from arena.errors import InputError, StoreError
from arena.generators.scenes import draw_pair
from arena.pairs import MinimalPair
from arena.store import Store
from arena.store.generation_records import FRESH

DRAWN = "drawn"
"""`Provenance.method` of these pairs."""


class Dropped(NamedTuple):
    """What became of some pairs."""

    pairs: int
    """That were looked at."""
    pictures: int
    """That were dropped."""
    freed: int
    """Bytes."""
    last: str
    """Id of the last pair that was looked at; empty where none was left."""


def drawn_again(pair: MinimalPair) -> MinimalPair | None:
    """The pair with its pictures as they are drawn today; None where they are not the same to the last pixel."""
    if pair.source != FRESH or pair.provenance.method != DRAWN or pair.provenance.seed is None:
        return None
    try:
        again = draw_pair(pair.family, pair.provenance.seed, source=FRESH)
    except InputError:  # a family that there is no more
        return None
    return again if again.id == pair.id and _digests(again) == _digests(pair) else None


def pair_shown(store: Store, pair_id: str) -> MinimalPair | None:
    """The pair with its pictures, drawn again where these were dropped; None where it is unknown.

    What was drawn again is kept again: whoever sees it may report it, and somebody will want to look at it then.

    Raises:
        StoreError: its pictures are gone, and cannot be drawn again.
    """
    try:
        return store.pair(pair_id)
    except StoreError:
        known = store.pairs_without_images([pair_id]).get(pair_id)
        again = known and drawn_again(known)
        if again is None:
            raise
    store.add_pairs([again])
    return again


def drop_drawings(store: Store, before: datetime, after: str = "", limit: int = 200) -> Dropped:
    """Drop the pictures of pairs that were drawn before a moment, and that today's code draws again to the last pixel.

    Args:
        store: keeps them.
        before: older ones are dropped.
        after: id of the last pair that was looked at before.
        limit: at most so many pairs are looked at.
    """
    pairs = store.drawings.before(before, after, limit)
    same = [pair for pair in pairs if any(map(store.drawings.has_picture, _digests(pair))) and drawn_again(pair) is not None]
    digests = [digest for pair in same for digest in _digests(pair)]
    pictures, freed = store.drawings.drop(digests)
    return Dropped(len(pairs), pictures, freed, pairs[-1].id if pairs else "")


def _digests(pair: MinimalPair) -> list[str]:
    return [side.picture.digest for side in pair.sides]
