"""Pictures of pairs that were drawn for one battle: the only ones that may be dropped, as they can be drawn again."""

from collections.abc import Iterable
from datetime import datetime

import duckdb

from arena.pairs import MinimalPair
from arena.store.evaluations import Reads
from arena.store.lookups import pairs_without_images
from arena.store.picture_files import PictureFiles
from arena.store.rows import utc


class Drawings:
    """Drawn pairs in one store; any thread may call anything."""

    def __init__(self, read: Reads, pictures: PictureFiles) -> None:
        self._read = read
        self._pictures = pictures

    def before(self, moment: datetime, after: str = "", limit: int = 200) -> list[MinimalPair]:
        """Pairs without images that were drawn for one battle before a moment, and whose pictures nothing else shows or needs.

        Those that were reported or taken down are left out: whoever decides looks at their pictures.

        Args:
            moment: they are older.
            after: id of the pair after which they come; they are in the order of their ids.
            limit: at most so many.
        """
        return self._read(_before, moment, after, limit)

    def has_picture(self, digest: str) -> bool:
        """Whether the picture is on disk."""
        return self._pictures.path(digest).exists()

    def drop(self, digests: Iterable[str]) -> tuple[int, int]:
        """Delete pictures that can be made again, and say how many there were, and how many bytes they took."""
        return self._pictures.drop(digests)


def _before(connection: duckdb.DuckDBPyConnection, moment: datetime, after: str, limit: int) -> list[MinimalPair]:
    rows = connection.execute(
        """
        WITH others AS (
            SELECT unnest([image_0, image_1]) AS digest FROM arena.pairs WHERE source <> 'fresh'
            UNION SELECT source FROM arena.generations
            UNION SELECT unnest(images) FROM arena.questions
        ), disputed AS (
            SELECT subject FROM arena.reports UNION SELECT subject FROM arena.takedowns
        )
        SELECT id FROM arena.pairs
        WHERE source = 'fresh' AND added_at < ? AND id > ? AND id NOT IN (FROM disputed)
          AND image_0 NOT IN (FROM others) AND image_1 NOT IN (FROM others)
        ORDER BY id LIMIT ?
        """,
        [utc(moment), after, limit],
    ).fetchall()
    pairs = pairs_without_images(connection, [name for (name,) in rows])
    return [pairs[name] for (name,) in rows]
