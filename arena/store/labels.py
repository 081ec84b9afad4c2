"""What raters say of contestants' replies to requests: facts, each committed at once."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from arena.images import Picture
from arena.store.evaluations import Reads, Writes
from arena.store.picture_files import PictureFiles
from arena.store.records import now
from arena.store.rows import append, aware, has_row, utc
from arena.store.transaction import Connection

UNDONE = "undone"
"""Stands as the label that takes a rater's last one back."""
COLUMNS = "contestant_id, question_id, reply, rater, by_model, label, labelled_at"


@dataclass(frozen=True)
class LabelRecord:
    """What one rater says of one reply."""

    contestant_id: str
    question_id: str
    reply: str
    """`reply_digest` of what was labelled: a reply that is given anew has no label."""
    rater: str
    label: str
    by_model: bool = False
    """Whether the rater is a model."""
    labelled_at: datetime = field(default_factory=now)


def reply_digest(text: str) -> str:
    """Names a written reply."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class Labels:
    """The labels of one store; any thread may call anything."""

    def __init__(self, write: Writes, read: Reads, pictures: PictureFiles) -> None:
        self._write = write
        self._read = read
        self._pictures = pictures

    def add(self, record: LabelRecord) -> None:
        """Keep a label; the last word of each rater counts. When this returns, it survives a `kill -9`."""
        self._write(_add, record)

    def of(self, contestant_id: str) -> list[LabelRecord]:
        """What raters say of this contestant's replies at present, in the order they said it; what was undone is left out."""
        return self._read(_labels, contestant_id)

    def pictures(self, question_id: str) -> tuple[Picture, ...]:
        """What is shown with this question."""
        return tuple(self._pictures.shown(digest) for digest in self._read(_pictures, question_id))

    def revision(self) -> int:
        """Something that changes with every label."""
        return self._read(_revision)


def _add(connection: Connection, record: LabelRecord) -> int:
    moment = utc(record.labelled_at)
    again = {"contestant_id": record.contestant_id, "question_id": record.question_id, "rater": record.rater}
    if has_row(connection, "labels", **again, labelled_at=moment):
        return 0
    said = (record.contestant_id, record.question_id, record.reply, record.rater, record.by_model, record.label)
    return append(connection, "labels", [(_revision(connection) + 1, *said, moment)])


def _labels(connection: Connection, contestant_id: str) -> list[LabelRecord]:
    rows = connection.execute(
        f"""
        SELECT {COLUMNS} FROM arena.labels WHERE contestant_id = ?
        QUALIFY row_number() OVER (PARTITION BY question_id, reply, rater ORDER BY seq DESC) = 1 AND label <> '{UNDONE}'
        ORDER BY seq
        """,  # noqa: S608 - put together from constants
        [contestant_id],
    ).fetchall()
    return [
        LabelRecord(contestant, question, reply, rater, label, by_model, aware(labelled_at))
        for contestant, question, reply, rater, by_model, label, labelled_at in rows
    ]


def _pictures(connection: Connection, question_id: str) -> Sequence[str]:
    row = connection.execute("SELECT images FROM arena.questions WHERE id = ? LIMIT 1", [question_id]).fetchone()
    return row[0] if row else ()


def _revision(connection: Connection) -> int:
    ((last,),) = connection.execute("SELECT coalesce(max(seq), 0) FROM arena.labels").fetchall()
    return last
