"""What leaves a home: judged battles whose pairs may be shown, once each, however the publication is cut into parts."""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from publication_world import (
    ANEW,
    DAY,
    DRAWN,
    EVERYTHING,
    FROZEN,
    JUDGED,
    MADE,
    SEATS,
    SECRETS,
    VISITOR,
    in_steps,
    published,
)
from store_world import CONTESTANTS, NOON, RULE

from arena.images import read_picture
from arena.store import Store
from arena.store.publication import Part, Reach
from arena.store.published_tables import TABLES

WHOLE = Part(Reach(), EVERYTHING)
BY = {"by": "operator", "reason": "a court order"}


@pytest.fixture(scope="module")
def untouched(played, tmp_path_factory) -> Iterator[Store]:
    """For tests that only read."""
    with Store.open(shutil.copytree(played, tmp_path_factory.mktemp("untouched") / "home"), RULE) as opened:
        yield opened


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    """A folder for the files of one publication of all there is."""
    return tmp_path_factory.mktemp("whole")


@pytest.fixture(scope="module")
def whole(untouched, files) -> Mapping[str, list[tuple[Any, ...]]]:
    return published(untouched, [WHOLE], files)


def names(rows):
    return [row[0] for row in rows]


def test_every_judged_battle_is_published_in_the_order_in_which_they_counted(untouched, whole):
    battles = whole["battles"]
    assert names(battles) == [
        "01",
        "04-void",
        "05-again",
        "06-drawn",
        "08-made",
        "10-drawn",
        "12-newer",
        "07-drawn",
        "02-voted",
        "11-abandoned",
    ]
    assert [row[1] for row in battles] == [1, 2, 3, 4, 5, 7, 8, 9, 10, 11], "place 6 is of a visitor's own picture"
    for row in battles:
        kept = untouched.battle(row[0])
        assert row[2:6] == (kept.pair_id, *kept.seats, kept.draw_probability)


@pytest.mark.parametrize(
    ("days", "held"),
    [(0, {"06-drawn", "07-drawn", "10-drawn", "08-made"}), (1, {"07-drawn", "10-drawn", "08-made"}), (3, {"08-made"})],
)
def test_a_young_pair_is_held_back_with_all_that_is_about_it(untouched, whole, tmp_path, days, held):
    young = Reach(EVERYTHING.place, NOON + days * DAY, EVERYTHING.read)
    some = published(untouched, [Part(Reach(), young)], tmp_path / "some")
    assert set(names(whole["battles"])) - set(names(some["battles"])) == held
    pairs = {untouched.battle(name).pair_id for name in held}
    assert {row[0] for row in whole["pairs"]} - {row[0] for row in some["pairs"]} == pairs
    for table in ("outcomes", "votes"):
        assert held.isdisjoint(names(some[table]))
    assert not any(row[1].startswith(tuple(pairs)) for row in some["replies"])
    assert untouched.publication.embargoed(young) == len(held)


CUTS = [
    [Reach(4, NOON, NOON), Reach(4, NOON + 2 * DAY, NOON), EVERYTHING],
    [Reach(1, NOON + 9 * DAY, NOON), Reach(9, NOON + 9 * DAY, EVERYTHING.read), EVERYTHING],
    [Reach(11, NOON, NOON), Reach(11, NOON + DAY, EVERYTHING.read), Reach(11, NOON + 3 * DAY, EVERYTHING.read), EVERYTHING],
    [replace(EVERYTHING, place=place) for place in (1, 4, 7, 11)],
]


@pytest.mark.parametrize("cut", CUTS)
def test_parts_hold_together_what_one_publication_holds_and_nothing_twice(untouched, whole, tmp_path, cut):
    parts = published(untouched, in_steps(*cut), tmp_path / "parts")
    for table in TABLES:
        rows = Counter(map(repr, parts[table]))
        assert rows == Counter(map(repr, whole[table])), table
        assert set(rows.values()) == {1}, table


def test_outcomes_are_those_that_were_judged_and_later_readings_stand_beside_them(whole):
    played = [(row[1], row[3], row[5]) for row in whole["outcomes"] if row[0] == "01" and row[8] is None]
    anew = [(row[1], row[3], row[5]) for row in whole["outcomes"] if row[0] == "01" and row[8] == "2"]
    assert played == [(one.seat, one.cell, one.outcome.value) for one in JUDGED]
    assert anew == [(one.seat, one.cell, one.outcome.value) for one in ANEW]
    assert [row[:3] for row in whole["rereadings"]] == [("01", "2", "b")], "what could not be read anew has no result"


def test_a_reply_is_listed_once_for_each_version_of_the_method(whole):
    replies = whole["replies"]
    listed = Counter((row[0], row[2]) for row in replies if row[1].startswith(FROZEN[0].id))
    assert listed == {(CONTESTANTS[0].id, "1"): 2, (CONTESTANTS[1].id, "1"): 2, (CONTESTANTS[2].id, "1"): 2} | {
        (name, "2"): 2 for name in SEATS[0]
    }
    assert {row[4] for row in replies} == {f"says {row[1]}" for row in replies}
    assert {tuple(row[5]) for row in replies} == {(-0.5, -1.0)}
    assert not any(row[1].startswith(FROZEN[1].id) for row in replies), "a void battle has none"


def test_votes_are_published_without_who_cast_them_and_those_that_nobody_cast_are_not(untouched, whole, files):
    votes = whole["votes"]
    assert votes == [("07-drawn", "both_good", NOON.date()), ("02-voted", "a", NOON.date())]
    texts = [repr(whole).encode(), *(file.read_bytes() for file in files.iterdir())]
    assert untouched.vote_of("02-voted").visitor == VISITOR
    assert not any(secret in text for secret in SECRETS for text in texts)


def test_pairs_come_with_pictures_but_those_that_were_drawn_for_one_battle(whole):
    rows = whole["pairs"]
    pairs = {row[0]: dict(zip(TABLES["pairs"], row, strict=True)) for row in rows}
    lasting = [*FROZEN, MADE]
    assert pairs.keys() == {pair.id for pair in [*lasting, *DRAWN]}, "none that never played, none of a visitor"
    for pair in lasting:
        for number, side in enumerate(pair.sides):
            told = pairs[pair.id]
            shown = read_picture(told[f"image_{number}"]["bytes"], "picture")
            assert shown.digest == side.picture.digest == told[f"digest_{number}"]
            assert (told[f"caption_{number}"], told[f"label_{number}"]) == (side.caption, side.label)
    assert [pairs[pair.id]["image_0"] for pair in DRAWN] == [None] * 3
    assert '"seed": 11' in pairs[DRAWN[0].id]["provenance"]


def test_what_is_taken_down_leaves_the_other_rows_as_they_are_and_comes_back_as_it_was(store, tmp_path):
    parts = in_steps(*CUTS[0])
    before = published(store, parts, tmp_path / "before")
    decisions = store.publication.decisions()
    store.takedowns.hide([MADE.id, "01"], **BY)  # a battle stands for its pair
    hidden = published(store, parts, tmp_path / "hidden")
    gone = {MADE.id, FROZEN[0].id}
    battles = {row[0] for row in before["battles"] if row[2] in gone}
    assert hidden["battles"] == [row for row in before["battles"] if row[2] not in gone]
    for table in ("outcomes", "rereadings", "votes"):
        assert hidden[table] == [row for row in before[table] if row[0] not in battles]
    assert hidden["replies"] == [row for row in before["replies"] if not row[1].startswith(tuple(gone))]
    assert hidden["pairs"] == [row for row in before["pairs"] if row[0] not in gone]
    assert hidden["contestants"] == before["contestants"]
    changed = store.publication.changed(decisions, EVERYTHING.place)
    assert {one.place for one in changed if one.is_down} == {row[1] for row in before["battles"] if row[0] in battles}
    store.takedowns.restore([MADE.id, "01"], **BY)
    assert published(store, parts, tmp_path / "restored") == before
    assert not any(one.is_down for one in store.publication.changed(decisions, EVERYTHING.place))


def test_of_an_erased_pair_nothing_is_left(store, tmp_path):
    store.takedowns.erase([MADE.id], **BY)
    rows = repr(published(store, [WHOLE], tmp_path / "out"))
    assert not any(text in rows for text in (MADE.id, "08-made", MADE.sides[0].picture.digest, MADE.sides[1].caption))


def test_another_process_has_the_same_rows(store, whole, tmp_path):
    with Store.open(tmp_path / "home") as other:
        assert published(other, [WHOLE], tmp_path / "other") == whole


COLUMNS = {
    "battles": "id settled pair_id contestant_a contestant_b draw_probability played_by result method_version played_at",
    "outcomes": "battle_id seat task cell probe_key outcome expected read_by reread_by",
    "rereadings": "battle_id method_version result read_at",
    "replies": "contestant_id probe_key method_version task text logprobs not_applicable finished tokens_read tokens_written"
    " scored_by asked_at",
    "votes": "battle_id choice voted_on",
    "contestants": "id repository revision engine settings",
    "pairs": "id family domain category source image_0 image_1 digest_0 digest_1 caption_0 caption_1 label_0 label_1"
    " request region provenance added_on",
}
"""What readers rely on: more may follow one day, none goes."""


def test_columns_are_those_that_are_promised_with_their_types(whole, files):
    for table, columns in TABLES.items():
        found = duckdb.sql(f"DESCRIBE SELECT * FROM '{files}/{table}-0.parquet'").fetchall()
        assert [(name, kind) for name, kind, *_ in found] == [(name, column.kind) for name, column in columns.items()]
        assert list(columns)[: len(COLUMNS[table].split())] == COLUMNS[table].split()
