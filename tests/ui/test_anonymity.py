"""Until a battle is judged, nothing that tells who plays leaves the server; over the HTTP API and in a real browser."""

import json

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError


@pytest.fixture(scope="module")
def client(server):
    return Client(server.url, verbose=False)


def test_the_identities_are_found_where_they_are(server, client):
    battle = client.predict(api_name="/battle")
    reveal = client.predict(battle["battle"], "skip", api_name="/vote")
    assert len(server.told_in(json.dumps(reveal))) >= 4  # the check below can fail


def test_a_battle_over_the_api_names_nobody_until_it_is_judged(server, client):
    battle = client.predict(domain="safety", api_name="/battle")
    assert server.told_in(json.dumps(battle)) == set()
    assert set(battle) == {"battle", "pair", "answers"}
    assert len(battle["answers"]["a"]) == len(battle["answers"]["b"]) > 0


def test_the_reveal_is_refused_before_the_battle_is_judged(server, client):
    battle = client.predict(api_name="/battle")["battle"]
    with pytest.raises(AppError, match="not judged yet") as refused:
        client.predict(battle, api_name="/reveal")
    assert server.told_in(str(refused.value)) == set()
    told = client.predict(battle, "b", api_name="/vote")
    assert client.predict(battle, api_name="/reveal") == told
    assert {told["a"]["model"], told["b"]["model"]} <= {contestant.repository for contestant in server.contestants}


def test_answers_to_what_not_both_could_be_asked_come_with_the_reveal(server, client):
    contrastive = {one.repository for one in server.contestants if one.engine.startswith("contrastive")}
    while True:
        battle = client.predict(domain="safety", api_name="/battle")
        told = client.predict(battle["battle"], "skip", api_name="/vote")
        if len(contrastive & {told["a"]["model"], told["b"]["model"]}) == 1:
            break
    assert "cannot be asked" not in json.dumps(battle)
    assert {one["task"] for one in battle["answers"]["a"]} == set(told["units"])
    assert {one["task"] for one in told["answers"]["a"]} == {*told["units"], "request"}
    assert "cannot be asked" in json.dumps(told["answers"])


def test_the_raw_event_stream_of_a_battle_names_nobody(server):
    call = httpx.post(f"{server.url}/gradio_api/call/battle", json={"data": ["culture", "", ""]}, timeout=60)
    stream = httpx.get(f"{server.url}/gradio_api/call/battle/{call.json()['event_id']}", timeout=120).text
    assert "event: complete" in stream
    assert server.told_in(call.text + stream) == set()


@pytest.mark.parametrize(
    "path", ["/", "/config", "/benchmarks", "/model", "/gradio_api/info", "/gradio_api/openapi.json", "/theme.css"]
)
def test_what_every_visitor_downloads_names_nobody(server, path):
    assert server.told_in(httpx.get(server.url + path, timeout=60).text) == set()


def test_the_events_of_the_pages_are_not_in_the_api(server):
    described = httpx.get(f"{server.url}/gradio_api/info", timeout=60).json()
    assert set(described["named_endpoints"]) == {
        "/battle",
        "/vote",
        "/report",
        "/reveal",
        "/leaderboard",
        "/memorisation",
        "/pair",
        "/model",
        "/submission",
        "/erase_votes",
    }
    assert described["unnamed_endpoints"] == {}


def test_calls_that_skip_the_queue_are_refused(server):
    answer = httpx.post(f"{server.url}/gradio_api/run/battle", json={"data": ["", "", ""]}, timeout=60)
    assert answer.status_code >= 400
    assert server.told_in(answer.text) == set()


def test_the_board_does_not_tell_who_plays_an_unjudged_battle(client):
    boards = ("/leaderboard", "/memorisation")
    before = [client.predict(api_name=board) for board in boards]
    client.predict(source="fresh", api_name="/battle")
    assert [client.predict(api_name=board) for board in boards] == before


@pytest.mark.parametrize(
    ("endpoint", "values", "message"),
    [
        ("/vote", ("nosuchbattle", "a"), "nosuchbattle"),
        ("/reveal", ("nosuchbattle",), "nosuchbattle"),
        ("/battle", ("no such domain", "", ""), "no such domain"),
        ("/leaderboard", ("no such domain",), "no such domain"),
        ("/memorisation", ("", "someday"), "'someday' is no day"),
    ],
)
def test_an_error_of_the_api_is_one_line_that_names_the_thing(client, endpoint, values, message):
    with pytest.raises(AppError, match=message) as refused:
        client.predict(*values, api_name=endpoint)
    assert "\n" not in str(refused.value).strip()
    assert "Traceback" not in str(refused.value)


def test_an_unknown_vote_is_refused_and_does_not_judge_the_battle(client):
    battle = client.predict(api_name="/battle")["battle"]
    with pytest.raises(AppError, match="choice"):
        client.predict(battle, "everybody", api_name="/vote")
    with pytest.raises(AppError, match="not judged yet"):
        client.predict(battle, api_name="/reveal")


def test_a_second_vote_changes_nothing(server, client):
    battle = client.predict(api_name="/battle")["battle"]
    told = client.predict(battle, "a", api_name="/vote")
    again = Client(server.url, verbose=False).predict(battle, "b", api_name="/vote")
    assert (again["vote"], again["result"]) == ("a", told["result"])


def test_a_browser_receives_no_name_before_the_vote(visit, server):
    visitor = visit(listens=True)
    page = visitor.open_battle()
    with visitor.another_pair():
        page.keyboard.press("n")
    received = visitor.all_received()
    assert "Which caption is true?" in received  # the event stream was read along
    assert server.told_in(received) == set()
    page.keyboard.press("a")
    visitor.wait_for_reveal()
    assert len(server.told_in(visitor.all_received())) >= 4  # and so the check above could have failed


def test_logs_name_nobody(server, client):
    client.predict(api_name="/battle")
    logs = "".join(path.read_text() for path in (server.home / "logs").iterdir())
    assert "battle" in logs
    assert server.told_in(logs) == set()
    assert server.told_in(server.output.read_text()) == set()
