"""`/metrics`, as Prometheus reads it, and who may."""

from collections.abc import Iterator

import pytest
from prometheus_client.parser import text_string_to_metric_families
from test_health import save_status
from watched import NAMES, Watched, watched

from arena.ui.request_times import place_of

TOKEN = "0123456789-abcdef"
STRANGER = "203.0.113.9"


def numbers(it: Watched, **headers: str) -> dict[tuple[str, ...], float]:
    """(name, values of labels) -> number."""
    answer = it.get("/metrics", **headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    families = list(text_string_to_metric_families(answer.text))
    assert all(family.documentation for family in families)
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


def test_what_happens_is_counted(tmp_path):
    with watched(tmp_path / "home", lambda: save_status(3, 12.5)) as it:
        before = numbers(it)
        for _ in range(3):
            it.arena.play_through()
        opened = it.arena.open_battle()
        list(it.arena.play(opened.battle_id))
        it.arena.vote(opened.battle_id, "somebody", "a")
        assert [it.get("/", STRANGER).status_code for _ in range(3)] == [200, 200, 429]
        after = numbers(it)
    assert after["arena_battles_total",] - before["arena_battles_total",] == 4
    assert after["arena_votes_total",] - before["arena_votes_total",] == 1
    assert after["arena_replies_total",] > before["arena_replies_total",]
    assert [before["arena_battle_seconds_count", counts] for counts in ("yes", "no")] == [0, 0], "there from the start"
    assert after["arena_battle_seconds_count", "yes"] == 4
    assert after["arena_battle_seconds_bucket", "yes", "+Inf"] == 4
    assert 0 < after["arena_battle_seconds_sum", "yes"] < 60
    assert after["arena_refusals_total", "reads"] - before["arena_refusals_total", "reads"] == 1
    assert after["arena_request_seconds_count", "page", "200"] == 2
    assert after["arena_request_seconds_count", "page", "429"] == 1
    assert [after["arena_models", state] for state in ("present", "able", "loaded")] == [2, 2, 2]
    assert (after["arena_ready",], after["arena_clients",], after["arena_streams",]) == (1, 0, 0)
    assert (after["arena_unsaved_facts",], after["arena_unsaved_seconds",], after["arena_saving_paused",]) == (3, 12.5, 0)
    assert after["process_resident_memory_bytes",] > 10**7


def test_a_battle_that_somebody_fails_is_void_and_counted_apart(tmp_path):
    with watched(tmp_path / "home") as it:
        it.players.error = "out of memory"
        it.arena.play_through()
        after = numbers(it)
    assert after["arena_battle_seconds_count", "no"] == 1
    assert after["arena_battle_seconds_count", "yes"] == 0


def test_an_arena_that_is_not_ready_says_so_in_a_number(tmp_path):
    with watched(tmp_path / "home") as it:
        it.players.unable = dict.fromkeys(it.players.contestants, "it is ill")
        after = numbers(it)
    assert (after["arena_ready",], after["arena_models", "able"]) == (0, 0)


def test_no_number_belongs_to_a_model_or_to_one_battle(tmp_path):
    with watched(tmp_path / "home") as it:
        opened = it.arena.open_battle()
        list(it.arena.play(opened.battle_id))
        text = it.get("/metrics").text
        secrets = {*NAMES, *it.players.contestants, opened.battle_id, opened.pair.id}
    assert [secret for secret in secrets if secret in text] == []


@pytest.fixture(scope="module")
def of_token(tmp_path_factory) -> Iterator[dict[str | None, Watched]]:
    """An arena whose operator has set no token, and one whose operator has."""
    with (
        watched(tmp_path_factory.mktemp("open") / "home") as without,
        watched(tmp_path_factory.mktemp("guarded") / "home", token=TOKEN) as guarded,
    ):
        yield {None: without, TOKEN: guarded}


@pytest.mark.parametrize(
    ("token", "peer", "headers", "status"),
    [
        (None, "127.0.0.1", {}, 200),
        (None, "::1", {}, 200),
        (None, STRANGER, {}, 404),
        (None, "127.0.0.1", {"X-Forwarded-For": STRANGER}, 404),
        (None, "127.0.0.1", {"Host": "arena.example.org"}, 404),
        (None, STRANGER, {"Authorization": "Bearer None"}, 404),
        (TOKEN, STRANGER, {"Authorization": f"Bearer {TOKEN}"}, 200),
        (TOKEN, STRANGER, {"Authorization": f"Bearer {TOKEN}x"}, 404),
        (TOKEN, STRANGER, {"Authorization": TOKEN}, 404),
        (TOKEN, "127.0.0.1", {}, 404),
        (TOKEN, "127.0.0.1", {"Authorization": "Bearer é"}, 404),
    ],
)
def test_only_the_operator_reads_them(of_token, token, peer, headers, status):
    assert of_token[token].get("/metrics", peer, **headers).status_code == status


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/", "page"),
        ("/leaderboard", "page"),
        ("/look/style.css", "look"),
        ("/gradio_api/queue/join", "event"),
        ("/gradio_api/call/battle", "event"),
        ("/gradio_api/call/battle/0123", "stream"),
        ("/gradio_api/queue/data", "stream"),
        ("/gradio_api/info", "api"),
        ("/picture", "upload"),
        ("/healthz", "health"),
        ("/some/thing/made/up", "other"),
        ("", "other"),
    ],
)
def test_addresses_are_told_apart_by_what_they_are_for(path, place):
    assert place_of(path) == place
