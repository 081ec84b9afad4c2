"""Taking a pair down beside a running server: what its operator types, and what visitors see from then on."""

import base64
import json

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from playwright.sync_api import expect

from arena.cli import main

REMOVED = "its pair was removed by whoever runs this arena"
REASON = ("--reason", "a person who did not agree")


@pytest.fixture
def pairs(server, capsys):
    """Run `arena pairs …` on the home of the running arena; gives what it printed."""

    def run(*arguments: str) -> str:
        code = main(["--home", str(server.home), "pairs", *arguments])
        captured = capsys.readouterr()
        assert code == 0, captured.err
        return captured.out + captured.err

    return run


def test_what_is_erased_beside_a_running_arena_is_gone_from_it_and_ratings_stay(server, visit, pairs):
    client = Client(server.url, verbose=False)
    battle = client.predict(source="fresh", api_name="/battle")
    client.predict(battle["battle"], "a", api_name="/vote")
    images = [base64.b64decode(side["image"].partition(",")[2]) for side in battle["pair"]["sides"]]
    board = client.predict(api_name="/leaderboard")
    page = visit().open(f"/?battle={battle['battle']}")
    expect(page.locator("#reveal .card")).to_have_count(2)

    assert f"{battle['pair']['id']}: hidden" in pairs("hide", battle["battle"], *REASON)
    with pytest.raises(AppError, match=REMOVED):
        client.predict(battle["battle"], api_name="/reveal")
    with pytest.raises(AppError, match=REMOVED):
        client.predict(battle["battle"], "b", api_name="/vote")
    page.reload()
    expect(page.locator("#pair .calm-error")).to_contain_text(REMOVED)
    expect(page.locator(".picture")).to_have_count(0)

    assert "shown" in pairs("restore", battle["battle"], *REASON)
    page.reload()
    expect(page.locator("#reveal .card")).to_have_count(2)

    assert "erased, 2 pictures" in pairs("erase", battle["battle"], "--yes", *REASON)
    page.reload()
    expect(page.locator("#pair .calm-error")).to_contain_text(REMOVED)
    kept = [path.read_bytes() for path in server.home.rglob("*") if path.is_file()]
    assert not any(secret in content for content in kept for secret in images)
    assert client.predict(api_name="/leaderboard") == board
    (tombstone,) = [one for one in json.loads(pairs("takedowns", "--json")) if one["subject"] == battle["pair"]["id"]]
    assert (tombstone["state"], tombstone["reason"], tombstone["decided_by"]) == ("erased", REASON[1], "operator")


def test_an_erasure_is_confirmed_or_does_nothing(server, capsys):
    battle = Client(server.url, verbose=False).predict(source="fresh", api_name="/battle")
    assert main(["--home", str(server.home), "pairs", "erase", battle["battle"], *REASON]) == 1
    assert "add --yes" in capsys.readouterr().err
    assert main(["--home", str(server.home), "pairs", "takedowns", "--json"]) == 0
    assert battle["pair"]["id"] not in capsys.readouterr().out
