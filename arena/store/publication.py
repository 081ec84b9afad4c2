"""Facts on their way to the public: what a publication takes from a home, part by part.

A part is what came since the one before: battles that were settled, pairs that are held back no longer, battles that a later
version of the method judged anew. It follows from a few numbers, so what was taken down is left out of a part that is out by
making that part again.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from arena.pairs import MinimalPair
from arena.store.evaluations import Reads
from arena.store.facts import ABANDONED
from arena.store.file_database import FileDatabase
from arena.store.lookups import pairs_without_images
from arena.store.parquet import write_parquet
from arena.store.picture_files import PictureFiles
from arena.store.progress import Progress
from arena.store.published_tables import CHANGED, EMBARGOED, PAIRS, PICTURE, QUERIES, TABLES
from arena.store.rows import utc

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
PARAMETER = re.compile(r"\$(\w+)")
MOST_AT_ONCE = 500
"""Pairs that are in memory together."""
_FEATURES = {
    PICTURE: {"_type": "Image"},
    "VARCHAR": {"dtype": "string", "_type": "Value"},
    "DATE": {"dtype": "date32", "_type": "Value"},
    "DOUBLE[]": {"feature": {"dtype": "float64", "_type": "Value"}, "_type": "List"},
}
"""DuckDB type -> how `datasets` calls it in the metadata of a Parquet file."""


@dataclass(frozen=True)
class Reach:
    """How far a publication goes: whatever is within all three bounds is in it."""

    place: int = 0
    """Of the last battle, in the order in which battles count."""
    since: datetime = BEGINNING
    """Pairs that were made for the arena after this moment are held back, with all that is about them."""
    read: datetime = BEGINNING
    """What a later version of the method made of battles until this moment."""


@dataclass(frozen=True)
class Part:
    """What is within one reach, and not within the one before."""

    before: Reach
    until: Reach

    def has(self, place: int, since: datetime) -> bool:
        """Whether a battle with this place, on a pair of this moment, belongs to it."""
        old, new = self.before, self.until
        return place <= new.place and since <= new.since and not (place <= old.place and since <= old.since)


@dataclass(frozen=True)
class Changed:
    """A battle whose pair was taken down or restored."""

    place: int
    since: datetime
    is_down: bool


class Publication:
    """What of one store may be published; any thread may call anything. Methods raise StoreError."""

    def __init__(self, read: Reads, call: Callable[..., Any], pictures: PictureFiles) -> None:
        self._read = read
        self._call = call
        self._pictures = pictures

    def battle_at(self, place: int) -> str | None:
        """Id of the battle with this place in the order in which battles count; None where there is none."""
        return self._read(_battle_at, place)

    def decisions(self) -> int:
        """How many decisions to take something down, or to restore it, there are."""
        return self._read(_decisions)

    def changed(self, decisions: int, place: int) -> list[Changed]:
        """The battles up to a place on whose pairs something was decided after so many decisions."""
        return self._read(_changed, decisions, place)

    def embargoed(self, reach: Reach) -> int:
        """How many battles are held back, as their pairs are too young."""
        return self._read(_embargoed, reach)

    def write(self, table: str, part: Part, file: Path) -> int:
        """Write the rows of a table in one part as a Parquet file, and say how many they are.

        Args:
            table: one of `TABLES`.
            part: of the publication.
            file: that does not exist yet; an absolute path.
        """
        if table != "pairs":
            return self._call(write_table, table, part, file)
        ids = self._read(_pairs, part)
        columns = {name: column.kind for name, column in TABLES["pairs"].items()}
        features = {name: _FEATURES[kind] for name, kind in columns.items()}
        write_parquet(file, columns, self._pair_rows(ids), {"huggingface": json.dumps({"info": {"features": features}})})
        return len(ids)

    def _pair_rows(self, ids: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        for begin in range(0, len(ids), MOST_AT_ONCE):
            some = ids[begin : begin + MOST_AT_ONCE]
            pairs, days = self._read(pairs_without_images, some), self._read(_days, some)
            for name in some:
                added_on, comes_again = days[name]
                yield self._pair_row(pairs[name], added_on, with_pictures=comes_again)

    def _pair_row(self, pair: MinimalPair, added_on: object, *, with_pictures: bool) -> tuple[Any, ...]:
        digests = [side.picture.digest for side in pair.sides]
        pictures = [self._picture(digest) if with_pictures else None for digest in digests]
        captions, labels = [side.caption for side in pair.sides], [side.label for side in pair.sides]
        made = {"method": pair.provenance.method, "seed": pair.provenance.seed, "details": pair.provenance.details}
        region = None if pair.region is None else list(pair.region)
        belongs = (pair.id, pair.family, pair.domain, pair.category, pair.source)
        return (*belongs, *pictures, *digests, *captions, *labels, pair.request, region, json.dumps(made), added_on)

    def _picture(self, digest: str) -> Mapping[str, Any] | None:
        """A picture as Parquet holds it; None for what is shown to nobody."""
        if digest in self._pictures.withheld:
            return None
        return {"bytes": self._pictures.read(digest).encoded, "path": f"{digest}.webp"}


def write_table(database: FileDatabase, _: Progress, table: str, part: Part, file: Path) -> int:
    """Have the database write a file by itself, row after row, where it is open."""
    types = ", ".join(f"{name}::{column.kind} AS {name}" for name, column in TABLES[table].items())
    query = QUERIES[table]
    with database.shared() as cursor:
        target = f"TO '{_quoted(file)}' (FORMAT parquet, COMPRESSION zstd)"
        statement = f"COPY (SELECT {types} FROM ({query})) {target}"  # noqa: S608 - constants
        ((rows,),) = cursor.execute(statement, _bounds(query, part)).fetchall()
    file.chmod(0o600)
    return rows


def _bounds(query: str, part: Part) -> dict[str, object]:
    """The parameters that a query has, and no others: DuckDB takes none that it does not know."""
    every = {
        "place": part.until.place,
        "since": utc(part.until.since),
        "read": utc(part.until.read),
        "old_place": part.before.place,
        "old_since": utc(part.before.since),
        "old_read": utc(part.before.read),
        "nobody": ABANDONED,
    }
    return {name: every[name] for name in set(PARAMETER.findall(query))}


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")


def _battle_at(connection: duckdb.DuckDBPyConnection, place: int) -> str | None:
    row = connection.execute("SELECT battle_id FROM arena.settlements WHERE seq = ?", [place]).fetchone()
    return None if row is None else row[0]


def _decisions(connection: duckdb.DuckDBPyConnection) -> int:
    ((last,),) = connection.execute("SELECT coalesce(max(seq), 0) FROM arena.takedowns").fetchall()
    return last


def _changed(connection: duckdb.DuckDBPyConnection, decisions: int, place: int) -> list[Changed]:
    rows = connection.execute(CHANGED, {"decisions": decisions, "place": place}).fetchall()
    return [Changed(place, since.replace(tzinfo=UTC), is_down) for place, since, is_down in rows]


def _embargoed(connection: duckdb.DuckDBPyConnection, reach: Reach) -> int:
    ((battles,),) = connection.execute(EMBARGOED, {"place": reach.place, "since": utc(reach.since)}).fetchall()
    return battles


def _pairs(connection: duckdb.DuckDBPyConnection, part: Part) -> list[str]:
    return [pair_id for (pair_id,) in connection.execute(PAIRS, _bounds(PAIRS, part)).fetchall()]


def _days(connection: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> dict[str, tuple[Any, bool]]:
    rows = connection.execute(
        "SELECT id, added_at::DATE, drawn_at IS NULL FROM arena.pairs WHERE id IN (SELECT unnest(?::VARCHAR[]))", [list(ids)]
    ).fetchall()
    return {name: (day, comes_again) for name, day, comes_again in rows}
