"""From an empty home to the leaderboard: pairs are generated, reviewed by two people, and played."""

import re
import shutil

import pytest
from generating import COUNT
from gradio_client import Client
from gradio_client.exceptions import AppError
from playwright.sync_api import expect
from processes import STARTERS, only
from serving import serving
from visitor import windows

from arena.store import Store

pytestmark = pytest.mark.long

ACCEPTED = 3
REASONS = ("not_minimal", "caption_false", "artefact", "unsafe", "duplicate", "harmful")
"""In the order of their keys, from 1."""
JUDGES = ("clip-small", "llava-small")
"""Of the gate."""
PLAYERS = ("clip-mini", "llava-mini")
ROUNDS = 30
"""Far more than chance needs."""


def test_generated_pairs_are_reviewed_played_and_seen_beside_frozen_ones(generated, browser, tmp_path):
    check_what_was_said(generated)
    home = tmp_path / "home"
    shutil.copytree(generated.home, home)
    models = only(STARTERS / name for name in (*JUDGES, *PLAYERS))
    with serving(home, environment=models) as running, windows(browser, running) as open_window:
        client = Client(running.url, verbose=False)
        with pytest.raises(AppError, match="no generated pair is in play"):
            client.predict(source="generated", api_name="/battle")
        first, second = open_window(), open_window()
        judge(first.open("/review"), "a" * ACCEPTED + "123456")
        judge(second.open("/review"), "a" * ACCEPTED)
        play(first)
        play_until_told(client)
        see(second, client)
    check_what_was_kept(home, generated)


def check_what_was_said(generated) -> None:
    """The command tells what became of everything that it was asked for, and why."""
    assert len(generated.pairs) == COUNT
    assert f"{len(generated.passed)}  passed the gate" in generated.said
    assert f"{COUNT - len(generated.passed)}  refused by the gate (" in generated.said


def judge(page, keys: str) -> None:
    """Press one key a pair."""
    page.wait_for_selector("#accept:not([disabled])")
    for key in keys:
        shown = page.locator(".provenance dd").last
        before = shown.inner_text()
        page.keyboard.press(key)
        expect(shown).not_to_have_text(before)
        page.wait_for_function("!document.querySelector('#accept').inert")


def play(visitor) -> None:
    """A battle on a generated pair, in the browser."""
    page = visitor.open_battle()
    with visitor.another_pair():
        visitor.choose("Source", "Generated")
    page.keyboard.press("g")
    visitor.wait_for_reveal()
    played = set(page.locator("#reveal .card h3").all_inner_texts())
    assert played == set(PLAYERS), "who judged the pair in the gate does not play on it"


def play_until_told(client) -> None:
    """Battles over HTTP, on generated, fresh and frozen pairs of one category at a time, until some models met both."""
    for _ in range(ROUNDS):
        category = battle_over_http(client, source="generated")
        for source in ("starter", "fresh", "starter"):
            battle_over_http(client, source=source, category=category)
        if models_with_both(client) >= len(PLAYERS):
            return
    pytest.fail(f"{ROUNDS} rounds of battles are enough to see {len(PLAYERS)} models on fresh pairs beside frozen ones")


def battle_over_http(client, **filters) -> str:
    """Play a battle, skip its vote, and give its category."""
    battle = client.predict(**filters, api_name="/battle")
    client.predict(battle["battle"], "skip", api_name="/vote")
    return battle["pair"]["category"]


def models_with_both(client) -> int:
    """How many models have played on fresh and on frozen pairs of one family."""
    return sum(row["families"] > 0 for row in client.predict(api_name="/memorisation"))


def see(visitor, client) -> None:
    """Fresh beside frozen, on the leaderboard."""
    told = client.predict(api_name="/memorisation")
    page = visitor.open("/leaderboard")
    expect(page.locator("#gaps tbody tr")).to_have_count(len(told))
    expect(page.locator("#gaps .interval-plot li").first).to_be_visible()
    assert re.search(r"of \d+ tasks", page.locator("#gaps tbody").inner_text())


def check_what_was_kept(home, generated) -> None:
    """Every verdict with its reason, under two names that give no browser away."""
    names = [pair.id for pair in generated.passed]
    with Store.open(home) as store:
        said = store.generations.reviews()
        accepts = [one for one in said if one.verdict == "accept"]
        assert {one.generation_id for one in accepts} == set(names[:ACCEPTED])
        assert len({one.reviewer for one in accepts}) == 2
        rejected = {one.generation_id: one.reason for one in said if one.verdict == "reject"}
        assert rejected == dict(zip(names[ACCEPTED:], REASONS, strict=False))
        in_play = {standing.record.id for standing in store.generations.standings() if standing.state(2) == "in-play"}
        assert in_play == set(names[:ACCEPTED])
