"""How far a published dataset goes, part by part. It is committed with the data, and kept nowhere else."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from arena.errors import SettingsError
from arena.store.publication import Part, Reach

FILE = "publication.json"
FORMAT = 1


@dataclass(frozen=True)
class PublishedPart:
    """One part that is out."""

    number: int
    """From 1; its files have it in their names."""
    part: Part
    rows: Mapping[str, int]
    """Table -> rows of it."""

    def file(self, table: str) -> str:
        """Where its rows of a table lie."""
        return f"{table}/part-{self.number:06d}.parquet"


@dataclass(frozen=True)
class PublicationState:
    """All that the next publication has to know of the last one."""

    parts: tuple[PublishedPart, ...] = ()
    last_battle: str | None = None
    """Id of the battle that the last part ends with: by it the home is known again."""
    decisions: int = 0
    """So many decisions to take something down were followed."""
    withdrawn: str | None = None
    """Commit that still has what was taken down, and that must be in the history no longer."""
    board_battle: int = 0
    """At which battle the board stands."""

    @property
    def reach(self) -> Reach:
        """How far the parts go, together."""
        return self.parts[-1].part.until if self.parts else Reach()

    @property
    def rows(self) -> dict[str, int]:
        """Table -> rows in all parts."""
        total: dict[str, int] = {}
        for one in self.parts:
            for table, rows in one.rows.items():
                total[table] = total.get(table, 0) + rows
        return total

    def replaced(self, part: PublishedPart) -> "PublicationState":
        """The same with a part made again."""
        return replace(self, parts=tuple(part if one.number == part.number else one for one in self.parts))

    def as_text(self) -> str:
        """For the file."""
        parts = [{"number": one.number, "until": _reach_json(one.part.until), "rows": dict(one.rows)} for one in self.parts]
        told = {
            "format": FORMAT,
            "last_battle": self.last_battle,
            "decisions": self.decisions,
            "withdrawn": self.withdrawn,
            "board_battle": self.board_battle,
            "parts": parts,
        }
        return json.dumps(told, indent=1) + "\n"


def read_state(text: str, name: str) -> PublicationState:
    """What the file of a dataset says.

    Args:
        text: of the file.
        name: of the dataset.

    Raises:
        SettingsError: it cannot be read, or was written by a newer arena.
    """
    try:
        told = json.loads(text)
        if told["format"] > FORMAT:
            raise SettingsError(f"{name}: was published by a newer arena; run newer code")
        parts: list[PublishedPart] = []
        for one in told["parts"]:
            before = parts[-1].part.until if parts else Reach()
            parts.append(PublishedPart(int(one["number"]), Part(before, _reach(one["until"])), dict(one["rows"])))
        kept = (told["last_battle"], int(told["decisions"]), told["withdrawn"], int(told["board_battle"]))
    except (ValueError, TypeError, LookupError, AttributeError) as error:
        raise SettingsError(f"{name}: its {FILE} cannot be read; put back that of an earlier commit") from error
    return PublicationState(tuple(parts), *kept)


def _reach_json(reach: Reach) -> dict[str, Any]:
    return {"place": reach.place, "since": reach.since.isoformat(), "read": reach.read.isoformat()}


def _reach(told: Mapping[str, Any]) -> Reach:
    since, read = (datetime.fromisoformat(told[name]) for name in ("since", "read"))
    if since.tzinfo is None or read.tzinfo is None:
        raise ValueError("a moment without its zone")
    return Reach(int(told["place"]), since, read)
