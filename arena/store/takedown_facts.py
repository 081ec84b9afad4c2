"""Writing and reading what was taken down; and the one place where facts are overwritten beside `erasure.py`.

What an erasure leaves of a pair is what counts need: its ids, its family, domain and category, and digests of its pictures, by
which they are refused should they come again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from arena.errors import InputError
from arena.store.erasure import ERASED
from arena.store.generation_records import FRESH, GENERATED
from arena.store.records import now
from arena.store.replies import list_keys_anew
from arena.store.rows import append, aware, has_row, overwrite, utc
from arena.store.takedown_records import Report, Reported, Takedown, TakedownState
from arena.store.transaction import Connection

SHOWN = """
    SELECT id AS subject, unnest([image_0, image_1]) AS digest FROM arena.pairs
    UNION SELECT coalesce(pair_id, id), source FROM arena.generations
    UNION SELECT 'the benchmark ' || suite, unnest(images) FROM arena.questions
        WHERE item NOT IN (SELECT id FROM arena.pairs)
"""
"""Every subject with every picture that it shows or was made of; questions on a pair of the arena are the pair's."""
DOWN = "SELECT subject FROM arena.latest_takedowns WHERE state <> 'restored'"


class Decision(NamedTuple):
    """What shall become of some subjects."""

    subjects: Sequence[str]
    state: TakedownState
    by: str
    reason: str
    moment: datetime


def subjects(connection: Connection, name: str) -> list[str]:
    """What an id of a pair, a generation or a battle stands for, or the digest of a picture: all that shows it."""
    found = connection.execute(
        """
        SELECT id FROM arena.pairs WHERE $1 IN (id, image_0, image_1)
        UNION SELECT pair_id FROM arena.battles WHERE id = $1
        UNION SELECT coalesce(pair_id, id) FROM arena.generations WHERE $1 IN (id, pair_id, source)
        ORDER BY 1
        """,
        [name],
    ).fetchall()
    if not found:
        found = connection.execute(
            "SELECT DISTINCT image FROM (SELECT unnest(images) AS image FROM arena.questions) WHERE image = ?", [name]
        ).fetchall()
    return [subject for (subject,) in found]


def shown_by(connection: Connection, digest: str, names: Sequence[str]) -> bool:
    """Whether any of these subjects shows the picture with this digest."""
    (found,) = connection.execute(
        f"WITH shown AS ({SHOWN}) SELECT count(*) FROM shown WHERE digest = ? AND subject IN (SELECT unnest(?::VARCHAR[]))",  # noqa: S608 - constants
        [digest, list(names)],
    ).fetchall()
    return found[0] > 0


def takedowns(connection: Connection) -> dict[str, Takedown]:
    """Subject -> what was decided of it last."""
    found = connection.execute(
        "SELECT subject, state, reason, decided_by, decided_at FROM arena.latest_takedowns ORDER BY decided_at, subject"
    ).fetchall()
    return {
        subject: Takedown(subject, state, reason, decided_by, aware(moment))
        for subject, state, reason, decided_by, moment in found
    }


def pictures_down(connection: Connection) -> set[str]:
    """Digests of pictures that nobody is shown: erased ones, and those that only hidden pairs show."""
    found = connection.execute(
        f"""
        WITH shown AS ({SHOWN}), down AS ({DOWN})
        SELECT digest FROM arena.erased_pictures
        UNION SELECT subject FROM down WHERE subject IN (SELECT digest FROM shown)
        UNION (
            SELECT digest FROM shown SEMI JOIN down USING (subject)
            EXCEPT SELECT digest FROM shown ANTI JOIN down USING (subject)
        )
        """  # noqa: S608 - constants
    ).fetchall()
    return {digest for (digest,) in found}


def erased_pictures(connection: Connection) -> set[str]:
    """Digests of pictures that were erased."""
    return {digest for (digest,) in connection.execute("SELECT digest FROM arena.erased_pictures").fetchall()}


def decide(connection: Connection, decision: Decision) -> None:
    """Append what was decided of subjects that are still there.

    Raises:
        InputError: one of them was erased.
    """
    known = takedowns(connection)
    for subject in decision.subjects:
        if subject in known and known[subject].state == "erased":
            raise InputError(f"{subject}: was erased ({known[subject].reason}); nothing of it is left to show or to hide")
    _append(connection, decision)


def erase(connection: Connection, decision: Decision) -> dict[str, tuple[str, ...]]:
    """Append that subjects are erased, and overwrite what tells of them; files are the caller's to delete.

    Returns:
        Digest of each of their pictures that stays -> what else shows it.

    Raises:
        InputError: one of them is a pair that ships; nothing is erased then.
    """
    _refuse_frozen(connection, decision.subjects)
    _append(connection, decision)
    gone, shared = _pictures_of(connection, decision.subjects)
    append(connection, "erased_pictures", [(digest, utc(now())) for digest in gone])
    overwrite(connection, overwrite_subjects, list(decision.subjects), gone)
    return shared


def unfinished(connection: Connection) -> list[int]:
    """Erasures, by `seq`, of which bytes may be left."""
    found = connection.execute(
        "SELECT seq FROM arena.takedowns ANTI JOIN arena.finished_erasures USING (seq) WHERE state = 'erased' ORDER BY seq"
    ).fetchall()
    return [seq for (seq,) in found]


def finish(connection: Connection, seqs: Iterable[int]) -> None:
    """Append that nothing is left of these erasures."""
    append(connection, "finished_erasures", [(seq, utc(now())) for seq in seqs])


def add_report(connection: Connection, given: tuple[Report, int]) -> bool:
    """Append a report, unless its subject is erased or has so many open ones for the same reason; whether it was appended."""
    report, most = given
    if has_row(connection, "reports", subject=report.subject, reason=report.reason, reported_at=utc(report.reported_at)):
        return True
    ((waiting, is_erased),) = connection.execute(
        """
        SELECT count(*) FILTER (reports.reason = $reason AND (decided_at IS NULL OR decided_at < reported_at)),
               coalesce((SELECT state = 'erased' FROM arena.latest_takedowns WHERE subject = $subject), false)
        FROM arena.reports LEFT JOIN arena.latest_takedowns AS latest USING (subject) WHERE subject = $subject
        """,
        {"subject": report.subject, "reason": report.reason},
    ).fetchall()
    if waiting >= most or is_erased:
        return False
    seq = _last(connection, "reports") + 1
    row = (seq, report.subject, report.reason, report.words, utc(report.reported_at), report.picture or None)
    append(connection, "reports", [row])
    return True


def reports(connection: Connection) -> list[Reported]:
    """All reports, the oldest first."""
    decided = takedowns(connection)
    found = connection.execute(
        "SELECT subject, reason, words, reported_at, coalesce(picture, '') FROM arena.reports ORDER BY seq"
    ).fetchall()
    return [
        Reported(Report(subject, reason, words, aware(moment), picture), decided.get(subject))
        for subject, reason, words, moment, picture in found
    ]


def _append(connection: Connection, decision: Decision) -> None:
    last, moment = _last(connection, "takedowns"), utc(decision.moment)
    new = [one for one in decision.subjects if not has_row(connection, "takedowns", subject=one, decided_at=moment)]
    rows = [
        (last + place, subject, decision.state, decision.reason, decision.by, moment)
        for place, subject in enumerate(new, start=1)
    ]
    append(connection, "takedowns", rows)


def _last(connection: Connection, table: str) -> int:
    ((last,),) = connection.execute(f"SELECT coalesce(max(seq), 0) FROM arena.{table}").fetchall()  # noqa: S608 - ours
    return last


def _refuse_frozen(connection: Connection, names: Sequence[str]) -> None:
    found = connection.execute(
        "SELECT id, source FROM arena.pairs WHERE id IN (SELECT unnest(?::VARCHAR[])) AND source NOT IN (?, ?) ORDER BY id",
        [list(names), FRESH, GENERATED],
    ).fetchall()
    for pair_id, source in found:
        raise InputError(f"{pair_id}: ships with the arena, in {source}, and cannot be erased from there; hide it")


def _pictures_of(connection: Connection, names: Sequence[str]) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """Digests of pictures that only these or other erased subjects show; and of those that stay, with what shows them."""
    found = connection.execute(
        f"""
        WITH shown AS ({SHOWN}), names AS (SELECT unnest($1::VARCHAR[]) AS name), erased AS (
            SELECT subject FROM arena.latest_takedowns WHERE state = 'erased'
        ), ours AS (
            SELECT DISTINCT digest FROM shown WHERE subject IN (FROM names) OR digest IN (FROM names)
        ), others AS (
            SELECT digest, subject FROM shown WHERE subject NOT IN (FROM erased) AND digest NOT IN (FROM names)
        )
        SELECT ours.digest, list(DISTINCT subject ORDER BY subject) FILTER (subject IS NOT NULL)
        FROM ours LEFT JOIN others USING (digest) GROUP BY ours.digest ORDER BY ours.digest
        """,  # noqa: S608 - constants
        [list(names)],
    ).fetchall()
    gone = [digest for digest, others in found if not others]
    return gone, {digest: tuple(others) for digest, others in found if others}


def overwrite_subjects(connection: Connection, names: Sequence[str], gone: Sequence[str]) -> None:
    """Leave nothing that was written or said of these subjects, and that counts do not need."""
    connection.execute(
        """
        UPDATE arena.replies SET text = NULL, logprobs = NULL, error = $erased
        WHERE probe_key IN (
            SELECT probe_key FROM arena.judgements JOIN arena.battles ON battles.id = judgements.battle_id
            GROUP BY probe_key HAVING bool_and(pair_id IN (SELECT unnest($names::VARCHAR[])))
        ) AND probe_key NOT IN (SELECT probe_key FROM arena.questions)
        """,
        {"names": names, "erased": ERASED},
    )
    list_keys_anew(connection)
    connection.execute(
        """
        UPDATE arena.pairs SET caption_0 = '', caption_1 = '', request = NULL,
            label_0 = if(label_0 IN ('safe', 'unsafe'), label_0, ''), label_1 = if(label_1 IN ('safe', 'unsafe'), label_1, ''),
            provenance = json_object('method', provenance ->> 'method', 'seed', NULL, 'details', json_object())
        WHERE id IN (SELECT unnest(?::VARCHAR[]))
        """,
        [names],
    )
    connection.execute(
        """
        UPDATE arena.generations SET proposer = $erased, gate = json_object(), asked = json_object('tool', asked -> 'tool'),
            error = if(error IS NULL, NULL, $erased)
        WHERE id IN (SELECT id FROM arena.generations WHERE coalesce(pair_id, id) IN (SELECT unnest($names::VARCHAR[])))
        """,
        {"names": names, "erased": ERASED},
    )
    connection.execute("UPDATE arena.reports SET words = '' WHERE subject IN (SELECT unnest(?::VARCHAR[]))", [names])
    connection.execute("DELETE FROM arena.image_hashes WHERE image IN (SELECT unnest(?::VARCHAR[]))", [gone])
