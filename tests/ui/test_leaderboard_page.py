from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from gradio_client import Client
from playwright.sync_api import Page, expect
from visitor import Visitor, windows

from arena.battles import AsOf, BoardRow, Leaderboard, Snapshot
from arena.contestants import Contestant
from arena.ui import words
from arena.ui.leaderboard_page import board_html

RATED = BoardRow(
    contestant=Contestant("lab/otter", "a" * 40, "test"),
    rank=2,
    rating=1010.0,
    low=950.0,
    high=1070.0,
    why_not_ranked=None,
    elo=1000.0,
    battles=12,
    pairs=8,
    families=4,
    solved={},
    refusal_rate=None,
    over_safety=None,
    under_safety=None,
)


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
COUNTED = AsOf(1204, NOON)


def shown(*rows, older=None, newer=0, bounds=COUNTED):
    """The page of a board that was counted at noon, as it is seen five seconds later."""
    board = Leaderboard(rows, (0, 0), older or {}, bounds)
    return board_html(Snapshot(board, COUNTED, newer), NOON + timedelta(seconds=5))


def test_a_bound_is_told_with_the_record_that_it_rests_on():
    above = replace(RATED, rating=None, low=1178.2, high=None)
    below = replace(RATED, rating=None, low=None, high=821.8)
    page = shown(above, RATED, below)
    assert page.index("&gt; 1178") < page.index("1010") < page.index("&lt; 822")
    assert "undefeated by rated models" in page
    assert "no win over rated models" in page


def test_a_rating_without_an_interval_has_no_rank_and_says_why():
    page = shown(replace(RATED, rank=None, low=None, high=None, why_not_ranked="no interval: one family"))
    assert '<span class="why">no interval: one family</span>' in page
    assert "1 contestant has no rank yet" in page


@pytest.mark.parametrize(
    ("older", "told"),
    [
        ({"a question has changed since": 2, "cut": 1}, "3 battles count as an older version of the method has judged:"),
        ({"cut": 1}, "1 battle counts as an older version of the method has judged: cut (1)."),
    ],
)
def test_battles_of_older_methods_are_told(older, told):
    assert told in shown(RATED, older=older)
    assert "older version" not in shown(RATED)


@pytest.mark.parametrize("row", [RATED, replace(RATED, battles=0)])
def test_a_board_says_which_battles_it_lacks(row):
    told = "As of battle 1,204 (12:00:00 UTC, 5 s ago): 2 battles that were judged since are not counted here yet."
    assert told in shown(row, newer=2)
    assert "As of" not in shown(row)


@pytest.mark.parametrize(
    ("bounds", "told"),
    [
        (
            AsOf(1190, NOON - timedelta(minutes=3)),
            "Intervals and ranks are as of battle 1,190 (11:57:00 UTC, 3 min ago), ratings as of battle 1,204.",
        ),
        (None, "Ratings are as of battle 1,204. Intervals and ranks are being counted."),
    ],
)
def test_a_board_says_where_its_intervals_lag_behind_its_ratings(bounds, told):
    assert told in shown(RATED, bounds=bounds)
    assert "as of battle" not in shown(RATED)


@pytest.mark.parametrize(("seconds", "told"), [(-1, "0 s"), (119, "119 s"), (125, "2 min"), (7199, "119 min"), (7200, "2 h")])
def test_an_age_is_told_in_whole_units(seconds, told):
    assert words.age(seconds) == told


@pytest.fixture(scope="module")
def played(server):
    """An arena in which some battles are judged, so that the board counts them."""
    client = Client(server.url, verbose=False)
    for domain, source in zip(("safety", "culture") * 4, ("starter", "starter", "fresh", "fresh") * 2, strict=True):
        battle = client.predict(domain=domain, source=source, api_name="/battle")["battle"]
        client.predict(battle, "skip", api_name="/vote")
    return client


def column(page, name, table="#board"):
    heads = page.locator(f"{table} thead th").all_inner_texts()
    index = next(number for number, head in enumerate(heads) if head.startswith(name))
    return page.locator(f"{table} tbody tr:visible").evaluate_all(
        "(rows, index) => rows.map((row) => row.cells[index].dataset.value)", index
    )


def opened(visitor: Visitor) -> Page:
    page = visitor.open("/leaderboard")
    page.wait_for_selector("#board table")
    page.wait_for_selector("#gaps table")
    return page


@pytest.fixture(scope="module")
def seen(server, browser, played):
    """One page for the tests that change nothing of what it counts."""
    with windows(browser, server) as open_window:
        yield opened(open_window())


@pytest.fixture
def board(visit, played):
    return opened(visit())


def test_the_board_has_one_row_a_contestant(seen, server):
    expect(seen.locator("#board table tbody tr")).to_have_count(len(server.contestants))
    assert set(column(seen, "Contestant")) == {contestant.name.lower() for contestant in server.contestants}


def test_the_board_shows_what_the_api_tells(seen, played):
    told = {row["model"].rpartition("/")[2].lower(): row for row in played.predict(api_name="/leaderboard")}
    for name, battles, elo in zip(column(seen, "Contestant"), column(seen, "Battles"), column(seen, "Elo"), strict=True):
        assert int(battles) == told[name]["battles"]
        assert told[name]["bounds_battle"] == told[name]["battle"] > 0
        assert float(elo) == pytest.approx(told[name]["elo"])


def test_who_is_not_ranked_is_told_why(seen, played):
    unranked = [row for row in played.predict(api_name="/leaderboard") if row["rank"] is None]
    expect(seen.locator("#board table .unranked")).to_have_count(len(unranked))
    assert sorted(seen.locator("#board .why").all_inner_texts()) == sorted(row["why_not_ranked"] for row in unranked)


@pytest.mark.parametrize("name", ["Battles", "Elo"])
def test_a_click_on_a_head_sorts_by_it_and_another_turns_it_around(seen, name):
    head = seen.locator("#board").get_by_role("columnheader", name=name)
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    values = [float(value) for value in column(seen, name)]
    assert values == sorted(values, reverse=True)
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert [float(value) for value in column(seen, name)] == sorted(values)


def test_search_keeps_the_rows_that_match(seen, server):
    name = server.contestants[0].name
    seen.get_by_label("Search contestants").fill(name)
    assert all(name.lower() in found for found in column(seen, "Contestant"))
    expect(seen.locator(".found")).to_contain_text(f"of {len(server.contestants)}")
    seen.get_by_label("Search contestants").fill("")
    expect(seen.locator("#board table tbody tr:visible")).to_have_count(len(server.contestants))


def test_the_domain_chooses_the_battles_that_count_and_the_fresh_pairs_too(board, played):
    everything = sum(int(battles) for battles in column(board, "Battles"))
    board.get_by_label("Culture").check()
    told = sum(row["battles"] for row in played.predict("culture", api_name="/leaderboard"))
    assert 0 < told < everything
    battles = """() => [...document.querySelectorAll("#board tbody tr")]
        .reduce((sum, row) => sum + Number(row.cells[4].dataset.value), 0)"""
    board.wait_for_function(f"({battles})() === {told}")
    check_fresh_pairs_of_another_domain(board, played)


def check_fresh_pairs_of_another_domain(board: Page, played: Client) -> None:
    heads = board.locator("#gaps thead th").all_inner_texts()
    rating = next(number for number, head in enumerate(heads) if head.startswith("Rating, fresh"))
    board.get_by_label("Safety").check()
    told = played.predict("safety", api_name="/memorisation")
    rows = [[row["model"].rpartition("/")[2].lower(), row["fresh"]["rating"]["value"]] for row in told]
    board.wait_for_function(
        """([rows, rating]) => {
            const cells = (row) => [...row.cells].map((cell) => cell.dataset.value);
            const shown = [...document.querySelectorAll("#gaps tbody tr")].map(cells);
            const isAs = (value, told) => told === null ? !value : value && Math.abs(value - told) <= 1e-6 * Math.abs(told);
            return shown.length === rows.length
                && rows.every(([name, told], place) => shown[place][0] === name && isAs(shown[place][rating], told));
        }""",
        arg=[rows, rating],
    )


def test_fresh_beside_frozen_shows_what_the_api_tells(seen, played):
    told = played.predict(api_name="/memorisation")
    assert told
    gaps = [row["gap"]["value"] for row in told]
    assert gaps == sorted(gaps, key=lambda gap: (gap is None, -(gap or 0)))
    for head, field, scale in (("Gap", "gap", 100), ("Beyond", "excess", 100), ("Rating gap", "rating_gap", 1)):
        shown = [float(value) if value else None for value in column(seen, head, "#gaps")]
        values = [row[field]["value"] for row in told]
        assert shown == [None if value is None else pytest.approx(scale * value) for value in values]
    assert [int(families) for families in column(seen, "Families", "#gaps")] == [row["families"] for row in told]


def test_a_day_later_than_any_fresh_pair_may_be_typed_key_by_key_leaves_none_and_stands_in_the_address(board, visit, played):
    field = board.get_by_label("Fresh pairs made since")
    field.focus()
    board.keyboard.type("01012999", delay=60)
    board.wait_for_url("**/leaderboard?since=2999-01-01")
    expect(field).to_have_value("2999-01-01")
    expect(board.locator("#gaps .empty")).to_contain_text("made since 2999-01-01")
    assert played.predict("", "2999-01-01", api_name="/memorisation") == []
    expect(board.locator("#board table")).to_be_visible()
    again = visit().open("/leaderboard?since=2999-01-01")
    expect(again.locator("#gaps .empty")).to_be_visible()
    expect(again.get_by_label("Fresh pairs made since")).to_have_value("2999-01-01")
    again.get_by_label("Fresh pairs made since").fill("2000-01-01")
    expect(again.locator("#gaps table")).to_be_visible()


def test_what_is_no_day_is_told_in_one_line(visit, played):
    page = visit().open("/leaderboard?since=tomorrow")
    expect(page.locator("#gaps")).to_contain_text("'tomorrow' is no day; write it as 2026-03-01")
    expect(page.locator("#board table")).to_be_visible()
