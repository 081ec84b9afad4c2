"""Replies: writing them, and finding those of one contestant without reading the others.

Rows lie in the order in which they were asked for, so the database skips what was asked at another time. When that was is told
by a small table of keys; for a pair that was drawn for one battle, of which there are many and which nobody sees twice, by the
moment at which it was drawn.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from arena.probes import Reply
from arena.store.keys import KEY, key_of
from arena.store.pair_rows import pair_rows
from arena.store.records import ReplyRecord
from arena.store.rows import Row, append, as_logprobs, aware, utc
from arena.store.transaction import Connection

GAP = timedelta(minutes=10)
"""Replies that were asked for within this time of each other are looked up together."""
LAST = datetime(9999, 12, 31)  # noqa: DTZ001 - as tables keep moments
"""After all that was ever asked for."""


class Span(NamedTuple):
    """From when until when something was asked for."""

    first: datetime
    last: datetime


def add_replies(connection: Connection, replies: Iterable[ReplyRecord], drawn_at: datetime | None = None) -> int:
    """Append replies to what has no answer yet, and say how many that were. An error is kept, but it is no answer.

    One that was asked for again is appended after an answer of which nobody knows whether it ended; the last one counts.

    Args:
        connection: in a transaction of the writer.
        replies: of any contestants.
        drawn_at: the moment, as tables keep it, at which the first pair that they are about was drawn for a battle; None where
            they are about anything else.
    """
    fresh: dict[tuple[str, str], ReplyRecord] = {}
    for record in replies:
        key = (record.contestant_id, record.probe_key)
        if key not in fresh or fresh[key].reply.error is not None:
            fresh[key] = record
    if not fresh:
        return 0
    answers = _answers(connection, list(fresh), drawn_at)
    wanted = [record for key, record in fresh.items() if _is_wanted(record, answers.get(key))]
    append(connection, "replies", [_reply_row(record, drawn_at) for record in wanted])
    if drawn_at is None:
        lasting = [record for record in wanted if record.reply.error is None]
        rows = [(key_of(record.contestant_id, record.probe_key), utc(record.asked_at)) for record in lasting]
        append(connection, "reply_keys", rows)
    return len(wanted)


def replies_of(
    connection: Connection,
    contestant_id: str,
    probe_keys: Iterable[str],
    pair_ids: Sequence[str] = (),
    until: datetime | None = None,
) -> dict[str, Reply]:
    """Probe key -> the last answer that the contestant gave. Errors are no answers, so those are asked again.

    Args:
        connection: sees the database.
        contestant_id: who was asked.
        probe_keys: what was asked.
        pair_ids: the pairs that all of it is about, where these are known. Replies about a pair that was drawn for a battle
            are found only so.
        until: when the last of it was asked, where that is known: what was replied later about a pair that was drawn for a
            battle is left out.
    """
    keys = list(dict.fromkeys(probe_keys))
    if not keys:
        return {}
    drawn = drawn_pairs(connection, pair_ids)
    moments = [moment for moment in drawn.values() if moment is not None]
    spans = [Span(min(moments), LAST if until is None else utc(until))] if moments else []
    if not pair_ids or len(moments) < len(drawn):
        spans += _spans(connection, [(contestant_id, key) for key in keys])
    rows = [row for span in spans for row in connection.execute(_ANSWERS, [contestant_id, *span, keys]).fetchall()]
    return {
        key: Reply(text, as_logprobs(logprobs), None, not_applicable, finished)
        for key, text, logprobs, not_applicable, finished, _ in sorted(rows, key=lambda row: row[-1])
    }


def list_keys_anew(connection: Connection) -> None:
    """Make the table of keys from the replies."""
    connection.execute("DELETE FROM arena.reply_keys")
    key = KEY.format("contestant_id || chr(10) || probe_key")
    connection.execute(
        f"INSERT INTO arena.reply_keys SELECT {key}, asked_at FROM arena.replies WHERE error IS NULL AND drawn IS NOT true"  # noqa: S608 - ours
    )


_ANSWERS = """
    SELECT probe_key, text, logprobs, not_applicable, finished, asked_at FROM arena.replies
    WHERE contestant_id = ? AND asked_at BETWEEN ? AND ? AND probe_key IN (SELECT unnest(?::VARCHAR[])) AND error IS NULL
"""


def drawn_pairs(connection: Connection, pair_ids: Iterable[str]) -> dict[str, datetime | None]:
    """Pair id -> when the pair was drawn for one battle; None for those that come again. Unknown ones are left out."""
    return {name: drawn_at for name, (drawn_at,) in pair_rows(connection, "drawn_at", pair_ids).items()}


def _answers(
    connection: Connection, keys: Sequence[tuple[str, str]], drawn_at: datetime | None
) -> dict[tuple[str, str], tuple[bool, datetime]]:
    """(contestant, probe key) -> of its last answer, whether it may have been cut, and when it was asked for."""
    contestants, probe_keys = ([*dict.fromkeys(column)] for column in zip(*keys, strict=True))
    rows = [
        row
        for span in ([Span(drawn_at, LAST)] if drawn_at else _spans(connection, keys))
        for row in connection.execute(
            """
            SELECT contestant_id, probe_key, finished IS NULL, asked_at FROM arena.replies
            WHERE asked_at BETWEEN ? AND ? AND contestant_id IN (SELECT unnest(?::VARCHAR[]))
              AND probe_key IN (SELECT unnest(?::VARCHAR[])) AND error IS NULL
            """,
            [*span, contestants, probe_keys],
        ).fetchall()
    ]
    rows.sort(key=lambda row: row[-1])
    return {(contestant, key): (may_be_cut, aware(asked_at)) for contestant, key, may_be_cut, asked_at in rows}


def _is_wanted(record: ReplyRecord, answer: tuple[bool, datetime] | None) -> bool:
    """Whether a reply is kept beside the answer that there is: one that may have been cut, and when it was asked for."""
    if answer is None:
        return True
    may_be_cut, asked_at = answer
    return record.again and may_be_cut and asked_at < record.asked_at


def _spans(connection: Connection, keys: Sequence[tuple[str, str]]) -> list[Span]:
    """When answers to these were asked for: (contestant, probe key)."""
    times = connection.execute(
        "SELECT DISTINCT asked_at FROM arena.reply_keys WHERE key IN (SELECT unnest(?::UBIGINT[])) ORDER BY asked_at",
        [[key_of(*names) for names in keys]],
    ).fetchall()
    spans: list[Span] = []
    for (moment,) in times:
        if spans and moment - spans[-1].last <= GAP:
            spans[-1] = Span(spans[-1].first, moment)
        else:
            spans.append(Span(moment, moment))
    return spans


def _reply_row(record: ReplyRecord, drawn_at: datetime | None) -> Row:
    reply = record.reply
    logprobs = None if reply.logprobs is None else list(reply.logprobs)
    given = (reply.text, logprobs, reply.error, reply.not_applicable)
    asked = (utc(record.asked_at), reply.finished, *(reply.tokens or (None, None)), reply.scored_by)
    return (record.contestant_id, record.probe_key, record.task, *given, *asked, drawn_at is not None)
