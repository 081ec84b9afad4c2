"""What machines of one arena have in common."""

import errno
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from cluster_drill import content
from psycopg import sql
from store_insides import connection_of, database_of
from store_world import CONTESTANTS, NOON, PAIRS, RULE, found, furnish, make_battle, make_pair, picture

from arena.errors import StoreError
from arena.probes import Outcome, Probe, Reading, Reply
from arena.store import (
    SEATS,
    ClusterAddress,
    EvaluationRecord,
    GenerationRecord,
    OutcomeRecord,
    PairReading,
    QuestionRecord,
    ReadingRecord,
    ReplyRecord,
    Rereading,
    Rereadings,
    ReviewRecord,
    Store,
)
from arena.store.cluster import cluster_writer, lake
from arena.store.cluster.replica import VERSION, membership_of
from arena.store.cluster.shared_log import SharedLog
from arena.store.fact_rows import FACTS
from arena.store.labels import LabelRecord
from arena.store.submission_records import LINE, Quota, Submission, Submitter
from arena.store.works import Local

BY = {"by": "operator", "reason": "asked for"}
MADE = make_pair(9, source="generated")
FRESH = make_pair(10, source="fresh")

EVALUATION = EvaluationRecord("evaluation", "suite", "edition", CONTESTANTS[0].id, "", {}, {})


def catch_up(store: Store) -> None:
    database = database_of(store)
    database.write(Local(database.writer.catch_up), 1000)  # type: ignore[attr-defined]


def place(store: Store) -> int:
    return membership_of(connection_of(store))[1]


def seq(store: Store) -> int:
    """Of its last battle; 0 where there is none."""
    ((last,),) = connection_of(store).execute("SELECT coalesce(max(seq), 0) FROM arena.battles").fetchall()
    return last


def battle_with_replies(name: str, pair=PAIRS[0], **more):
    judged = [OutcomeRecord(seat, "request", "image0", f"{name}/{seat}", Outcome.CORRECT, "answer") for seat in SEATS]
    battle = make_battle(name, tuple(judged), pair_id=pair.id, played_by="visitor", **more)
    return battle, [ReplyRecord(battle.seats[0], f"{name}/a", "request", Reply("words of a reply"))]


def submission() -> Submission:
    who = Submitter("17", "ada", "ada@example.org")
    return Submission("s1", "me/model@" + "0" * 40, CONTESTANTS[0].id, "me", who, "mit")


def write_everything(store: Store) -> None:
    """Something into every table of facts."""
    furnish(store)
    store.add_pairs([FRESH], drawn_at=NOON)
    record = GenerationRecord(
        "made",
        "me",
        "f",
        "safety",
        "c",
        picture(99).digest,
        {"tool": "x"},
        MADE.id,
        {},
        passed=True,
        exact=False,
        models=(),
        error=None,
        made_at=NOON,
    )
    store.generations.add([record], [MADE], [picture(99)])
    store.generations.image_hashes("method", lambda one: one.digest[:4])
    for reviewer in ("ada", "bob"):
        store.generations.add_review(ReviewRecord("made", reviewer, "accept", None, NOON))
    store.generations.retire("made", "too easy")
    for number, pair in enumerate((PAIRS[0], PAIRS[1], MADE, FRESH)):
        store.add_battle(*battle_with_replies(f"battle {number}", pair))
        assert store.add_vote(f"battle {number}", f"visitor {number}", "a")
    store.add_battle(make_battle("autoplay"))
    store.add_battle(make_battle("abandoned", played_by="visitor"))
    probe = Probe("request", "c", "t", (), "how?", (), (), "answer", 10)
    store.evaluations.add_questions("suite", "edition", [QuestionRecord("question", "item", "family", probe)])
    for outcome, version in ((Outcome.WRONG, "1"), (Outcome.CORRECT, "2")):  # the second takes the place of the first
        reading = ReadingRecord("question", CONTESTANTS[0].id, Reading(outcome, {"n": 1}), version)
        store.evaluations.add([ReplyRecord(CONTESTANTS[0].id, probe.key, "request", Reply("sure"))], [reading])
    store.submissions.add(submission(), Quota(NOON, 9, 9))
    store.submissions.block("somebody", blocked=True, **BY)
    store.submissions.pause(LINE, paused=True, **BY)
    store.evaluations.begin(EVALUATION)
    store.evaluations.end(EVALUATION.id, "done", {})
    store.labels.add(LabelRecord(CONTESTANTS[0].id, "question", "reply", "me", "answered"))
    store.takedowns.report(FRESH.id, "private", "it is me")
    store.takedowns.hide([PAIRS[1].id], **BY)
    judged = [OutcomeRecord("a", "request", "image0", "request/0", Outcome.WRONG, "answer")]
    readings = [PairReading(CONTESTANTS[0].id, PAIRS[0].id, judged), PairReading(CONTESTANTS[1].id, PAIRS[0].id, judged)]
    store.add_rereadings(Rereadings("9", [Rereading("autoplay", "tie"), Rereading("battle 0", None, "too short")], readings))
    store.rebuild_elo()


@pytest.fixture(scope="module")
def alone(server, tmp_path_factory) -> Iterator[Store]:
    """A machine by itself, with pairs and contestants; tests that come later find what earlier ones have played."""
    folder = tmp_path_factory.mktemp("alone")
    with Store.open(folder / "east", RULE, cluster=ClusterAddress(server.database(), str(folder / "data"))) as store:
        yield furnish(store)


@pytest.fixture
def pair_of_machines(machines) -> tuple[Store, Store]:
    return machines("east"), machines("west")


def archive(store: Store, address: ClusterAddress, kept: str = lake.KEPT_IN_LOG) -> int:
    """What the archiving thread does."""
    log = SharedLog(address.postgres, VERSION)
    with closing(log), database_of(store).shared() as cursor:
        archived = lake.archive(cursor, log)
        log.cut(lake.archived(cursor), kept)
    return archived


def test_every_fact_of_one_machine_is_that_of_all(pair_of_machines, machines, address):
    east, west = pair_of_machines
    write_everything(east)
    assert west.settle_abandoned(NOON + timedelta(days=1)) == 1, "a write knows all that was written before"
    catch_up(east)
    east.rebuild_elo()
    west.rebuild_elo()
    written = content(east)
    assert written == content(west)
    assert [table for table in FACTS if not written[table][0]] == ["erased_pictures"]
    assert archive(west, address, kept="0 s") == place(west)
    with psycopg.connect(address.postgres) as connection:
        assert connection.execute("SELECT count(*) FROM arena_log").fetchone() == (0,)
    east.add_battle(make_battle("after the log was cut"))
    newcomer = machines("newcomer")
    newcomer.rebuild_elo()
    assert content(east) == content(newcomer), "it has the lake and the rest of the log"
    assert west.rebuild() == ()


def test_what_one_machine_erases_is_gone_everywhere(pair_of_machines, address, tmp_path):
    east, west = pair_of_machines
    furnish(east)
    secret = replace(FRESH, sides=(replace(FRESH.sides[0], caption="words of a caption"), FRESH.sides[1]))
    east.add_pairs([secret], drawn_at=NOON)
    east.add_battle(*battle_with_replies("x", secret))
    catch_up(west)
    digest = secret.sides[0].picture.digest
    assert found(west.pair(secret.id)).sides[0].picture == secret.sides[0].picture, "it was fetched"
    archive(west, address)
    east.takedowns.erase([secret.id], **BY)
    end = time.monotonic() + 20
    while west.takedowns.shows(digest) or holds(tmp_path / "west", b"words of a "):
        assert time.monotonic() < end
        time.sleep(0.02)
    archive(west, address)
    for folder in ("east", "west", "data"):
        assert not holds(tmp_path / folder, b"words of a "), folder
        assert not list((tmp_path / folder).rglob(f"{digest}.webp")), folder
    with psycopg.connect(address.postgres) as connection:
        tables = connection.execute("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'arena_lake')")
        for schema, table in tables.fetchall():
            query = sql.SQL("SELECT count(*) FROM {} AS t WHERE t::text LIKE '%words of a %'")
            rows = connection.execute(query.format(sql.Identifier(schema, table)))
            assert rows.fetchone() == (0,), table


def holds(folder: Path, words: bytes) -> bool:
    """Whether any file of a machine says this."""
    return any(words in file.read_bytes() for file in folder.rglob("*") if file.is_file() and not file.is_socket())


def test_writes_wait_for_postgresql_and_stand_once(alone, server):
    before, played = place(alone), seq(alone)
    server.stop("immediate")
    with ThreadPoolExecutor(1) as visitor:
        waiting = visitor.submit(alone.add_battle, make_battle("waits"))
        time.sleep(0.3)
        server.start()
        assert waiting.result().seq == played + 1
    assert place(alone) == before + 1


def test_nobody_waits_longer_for_a_postgresql_that_stays_away(alone, server, monkeypatch):
    played = seq(alone)
    monkeypatch.setattr(cluster_writer, "PATIENCE", 1.0)
    server.stop("immediate")
    begin = time.monotonic()
    with ThreadPoolExecutor(20) as visitors:
        waiting = [visitors.submit(alone.add_battle, make_battle(f"{number}")) for number in range(20)]
        for one in waiting:
            with pytest.raises(StoreError, match=r"ARENA_DATABASE: PostgreSQL is away .*; try again later"):
                one.result()
    assert time.monotonic() - begin < 10, "they wait together"
    assert len(alone.contestants()) == len(CONTESTANTS), "others read on"
    server.start()
    assert alone.add_battle(make_battle("0")).seq == played + 1


def test_a_commit_stands_though_its_answer_is_lost(alone, monkeypatch):
    before, played = place(alone), seq(alone)
    hold = SharedLog.head

    @contextmanager
    def cut(self, after):
        with hold(self, after) as head:
            yield head
        if head.commit_id:
            raise psycopg.OperationalError("the connection is gone")

    monkeypatch.setattr(SharedLog, "head", cut)
    assert alone.add_battle(make_battle("answer lost")).seq == played + 1
    monkeypatch.undo()
    assert alone.add_battle(make_battle("next")).seq == played + 2
    assert place(alone) == before + 2, "none of them twice"


def test_what_a_machine_could_not_keep_itself_it_hears_of_later(alone, monkeypatch):
    """As where its disk is full at that moment: others have it already."""
    played, writer = seq(alone), database_of(alone).writer
    monkeypatch.setattr(writer, "_derive", raising)
    with pytest.raises(StoreError, match="no space left"):
        alone.add_battle(make_battle("not kept"))
    monkeypatch.undo()
    assert alone.add_battle(make_battle("not kept")).seq == played + 1
    assert not alone.add_battle(make_battle("not kept")).first
    assert alone.rebuild() == ()


def raising(*_: object) -> None:
    raise OSError(errno.ENOSPC, "no space left")
