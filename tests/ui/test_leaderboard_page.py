import pytest
from gradio_client import Client
from playwright.sync_api import expect


@pytest.fixture(scope="module")
def played(server):
    """An arena in which some battles are judged, so that the board counts them."""
    client = Client(server.url, verbose=False)
    for domain in ("safety", "culture") * 6:
        battle = client.predict(domain=domain, api_name="/battle")["battle"]
        client.predict(battle, "skip", api_name="/vote")
    return client


def column(page, name):
    heads = page.locator("table.board thead th").all_inner_texts()
    index = next(number for number, head in enumerate(heads) if head.startswith(name))
    return page.locator("table.board tbody tr:visible").evaluate_all(
        "(rows, index) => rows.map((row) => row.cells[index].dataset.value)", index
    )


@pytest.fixture
def board(visit, played):
    page = visit().open("/leaderboard")
    page.wait_for_selector("table.board")
    return page


def test_the_board_has_one_row_a_contestant(board, server):
    expect(board.locator("table.board tbody tr")).to_have_count(len(server.contestants))
    assert set(column(board, "Contestant")) == {contestant.name.lower() for contestant in server.contestants}


def test_the_board_shows_what_the_api_tells(board, played):
    told = {row["model"].rpartition("/")[2].lower(): row for row in played.predict(api_name="/leaderboard")}
    for name, battles, elo in zip(column(board, "Contestant"), column(board, "Battles"), column(board, "Elo"), strict=True):
        assert int(battles) == told[name]["battles"]
        assert float(elo) == pytest.approx(told[name]["elo"])


def test_who_is_not_ranked_is_told_why(board, played):
    unranked = [row for row in played.predict(api_name="/leaderboard") if row["rank"] is None]
    expect(board.locator("table.board .unranked")).to_have_count(len(unranked))
    assert sorted(board.locator(".why").all_inner_texts()) == sorted(row["why_not_ranked"] for row in unranked)


@pytest.mark.parametrize("name", ["Battles", "Elo"])
def test_a_click_on_a_head_sorts_by_it_and_another_turns_it_around(board, name):
    head = board.get_by_role("columnheader", name=name)
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    values = [float(value) for value in column(board, name)]
    assert values == sorted(values, reverse=True)
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert [float(value) for value in column(board, name)] == sorted(values)


def test_search_keeps_the_rows_that_match(board, server):
    name = server.contestants[0].name
    board.get_by_label("Search contestants").fill(name)
    assert all(name.lower() in found for found in column(board, "Contestant"))
    expect(board.locator(".found")).to_contain_text(f"of {len(server.contestants)}")
    board.get_by_label("Search contestants").fill("")
    expect(board.locator("table.board tbody tr:visible")).to_have_count(len(server.contestants))


def test_the_domain_chooses_the_battles_that_count(board, played):
    everything = sum(int(battles) for battles in column(board, "Battles"))
    board.get_by_label("Culture").check()
    told = sum(row["battles"] for row in played.predict("culture", api_name="/leaderboard"))
    assert 0 < told < everything
    battles = """() => [...document.querySelectorAll("table.board tbody tr")]
        .reduce((sum, row) => sum + Number(row.cells[4].dataset.value), 0)"""
    board.wait_for_function(f"({battles})() === {told}")
