"""The board as JSON and CSV: the same numbers as on the page, for programs, spreadsheets and caches."""

import asyncio
import csv
import io
import json
from dataclasses import replace

import duckdb
import httpx
import pytest
from starlette.applications import Starlette

from arena.battles import BattleFilter, BoardRow
from arena.battles.board_files import COLUMNS, board_csv, board_json, board_records
from arena.battles.leaderboard import leaderboard
from arena.contestants import Contestant
from arena.ui.board_files import BoardFiles


def get(arena, address, **headers):
    """One request, answered in this process."""

    async def answer():
        app = Starlette(routes=BoardFiles(arena, 10).routes())
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://arena") as client:
            return await client.get(address, headers=headers)

    return asyncio.run(answer())


def test_json_and_csv_hold_what_stands_on_the_board(all_met):
    rows = leaderboard(all_met.store, {})
    records = get(all_met, "/leaderboard.json").json()
    table = list(csv.DictReader(io.StringIO(get(all_met, "/leaderboard.csv").text)))
    assert (
        [record["model"] for record in records]
        == [line["model"] for line in table]
        == [row.contestant.reference for row in rows]
    )
    for row, record, line in zip(rows, records, table, strict=True):
        told = row.as_json()
        assert {name: record[name] for name in told} == json.loads(json.dumps(told))
        assert [line[name] for name in ("rank", "rating", "low", "high")] == [
            "" if value is None else repr(value) for value in (row.rank, row.rating, row.low, row.high)
        ]
        assert (line["contestant"], line["battle"], record["battle"]) == (
            row.contestant.id,
            str(all_met.store.settled()),
            all_met.store.settled(),
        )
        assert float(line["solved_caption_choice"]) == row.solved["caption_choice"]


def test_one_domain_is_chosen_and_a_domain_that_is_none_is_refused_in_one_line(all_met):
    whole, safety = (get(all_met, f"/leaderboard.json{query}").json() for query in ("", "?domain=safety"))
    assert {record["domain"] for record in safety} == {"safety"}
    assert sum(record["battles"] for record in safety) < sum(record["battles"] for record in whole)
    refused = get(all_met, "/leaderboard.csv?domain=sport")
    assert refused.status_code == 400
    assert "sport" in refused.json()["detail"]
    assert "\n" not in refused.json()["detail"]


@pytest.mark.parametrize("form", ["json", "csv"])
def test_who_has_the_board_already_is_not_sent_it_again_until_a_battle_counts(all_met, form):
    first = get(all_met, f"/leaderboard.{form}")
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "public, max-age=10"
    for known in (tag, f"W/{tag}", f'"other", {tag}'):
        again = get(all_met, f"/leaderboard.{form}", **{"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    all_met.play_through(BattleFilter())
    assert get(all_met, f"/leaderboard.{form}", **{"If-None-Match": tag}).status_code == 200


def test_other_programs_read_both_files_alike(all_met, tmp_path):
    for form in ("csv", "json"):
        (tmp_path / f"board.{form}").write_bytes(get(all_met, f"/leaderboard.{form}").content)
    columns = "model, rank, rating::DOUBLE, elo::DOUBLE, battles, rank_range[1]"
    read = [
        duckdb.sql(
            f"SELECT model, rank, rating, elo, battles, rank_best FROM read_csv('{tmp_path}/board.csv', header=true)"
        ).fetchall(),
        duckdb.sql(f"SELECT {columns} FROM read_json('{tmp_path}/board.json')").fetchall(),
    ]
    assert [[row[0], row[4], pytest.approx(row[3])] for row in read[0]] == [[row[0], row[4], row[3]] for row in read[1]]
    assert len(read[0]) == 3


UNRANKED = BoardRow(
    contestant=Contestant("lab/otter", "a" * 40, "test"),
    **dict.fromkeys(("rank", "rating", "low", "high", "refusal_rate", "over_safety", "under_safety")),
    why_not_ranked="no battles",
    elo=1000.0,
    battles=0,
    pairs=0,
    families=0,
    solved={},
)
HOSTILE = ['=HYPERLINK("http://thief.example")', "+1+1", "-2+3", "@SUM(A1)", "\tx", "＝1", 'a"b,c\nd']


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_of_a_model_is_a_formula(name):
    row = replace(UNRANKED, contestant=Contestant(name, "-" * 40, "test"), low=-12.5)
    records = board_records([row], None, 7, None)
    (line,) = csv.DictReader(io.StringIO(board_csv(records)))
    assert tuple(line) == COLUMNS
    assert line["model"] == (name if name.startswith("a") else f"'{name}")
    assert line["revision"] == f"'{'-' * 40}"
    assert (line["low"], line["bounds_battle"]) == ("-12.5", ""), "numbers stay numbers"
    assert json.loads(board_json(records))[0]["model"] == name


def test_an_empty_board_is_a_head_without_rows():
    assert board_csv([]) == ",".join(COLUMNS) + "\n"
    assert json.loads(board_json([])) == []
