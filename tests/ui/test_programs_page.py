"""The examples of the page for programs, each run as it is printed, by the client that it names."""

import json
import os
import re
import shutil
import subprocess
import sys
from typing import get_type_hints

import httpx
import pytest
from gradio_client import Client
from visitor import windows

from arena.ui.program_types import BattleJson
from arena.ui.programs_page import ANYWHERE, endpoint_of


@pytest.fixture(scope="module")
def page(browser, server):
    """The page, with the address of this arena in its examples."""
    with windows(browser, server) as open_window:
        page = open_window().open("/programs")
        page.wait_for_selector("#programs pre")
        page.wait_for_function(f"() => !document.querySelector('#programs pre').textContent.includes('{ANYWHERE}')")
        yield page


@pytest.fixture(scope="module")
def examples(page):
    """Language -> what stands on the page, with the address that the page puts in."""
    return dict(
        page.eval_on_selector_all(
            "#programs code[data-language]", "all => all.map(one => [one.dataset.language, one.textContent])"
        )
    )


def _models(server, output):
    return {one.reference for one in server.contestants if one.reference in output}


def _run(command, **options):
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **options)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_the_example_in_python_plays_votes_and_reads_the_board(examples, server):
    output = _run([sys.executable, "-c", examples["python"]])
    assert re.search(r"safe - \w.*\n?unsafe - \w", output)
    assert re.search(r"against .* - (a|b|both_good|both_bad|tie|void)\n", output)
    assert len(_models(server, output)) > 2


def test_the_example_in_curl_plays_votes_and_reads_the_board(examples, server):
    told, board = (json.loads(line)[0] for line in _run(["sh", "-c", examples["sh"]]).splitlines())
    assert told["vote"] == "both_bad"
    assert {row["model"] for row in board} <= {one.reference for one in server.contestants}


def test_the_example_in_javascript_plays_votes_and_reads_the_board(examples, server, shared_folder):
    if shutil.which("npm") is None:
        pytest.skip("no npm here to install @gradio/client with")

    def install(folder):
        folder.mkdir(exist_ok=True)
        _run(["npm", "install", "--silent", "--no-audit", "--no-fund", "@gradio/client@2.7.0"], cwd=folder)

    script = shared_folder("gradio-client", install) / f"example-{os.getpid()}.mjs"
    script.write_text(examples["javascript"])
    output = _run(["node", str(script)])
    assert re.search(r"against .* - (a|b|both_good|both_bad|tie|void)\n", output)
    assert len(_models(server, output)) > 2


def test_the_address_for_assistants_is_that_of_this_arena(examples, server):
    (server_of,) = json.loads(examples["json"])["mcpServers"].values()
    assert server_of["url"] == f"{server.url}/gradio_api/mcp/"
    answer = httpx.post(
        server_of["url"], json={"jsonrpc": "2.0", "id": 1, "method": "ping"}, timeout=60, headers={"Accept": "application/json"}
    )
    assert answer.json()["result"] == {}


def test_clients_see_the_fields_of_every_answer(server):
    described = httpx.get(f"{server.url}/gradio_api/info", timeout=60).json()["named_endpoints"]
    (battle,) = described["/battle"]["returns"]
    assert battle["type"]["properties"].keys() == get_type_hints(BattleJson).keys()
    assert all(one["returns"][0]["type"] for name, one in described.items() if name not in ("/report", "/erase_votes"))


def test_answers_have_the_fields_that_clients_see(server):
    client = Client(server.url, verbose=False)
    described = httpx.get(f"{server.url}/gradio_api/info", timeout=60).json()["named_endpoints"]
    battle = client.predict(api_name="/battle")
    told = client.predict(battle["battle"], "skip", api_name="/vote")
    model = client.predict("llava-mini", api_name="/model")
    rows = client.predict(api_name="/leaderboard")
    for name, answer in {"/battle": battle, "/vote": told, "/model": model}.items():
        assert answer.keys() == described[name]["returns"][0]["type"]["properties"].keys()
    assert rows[0].keys() == described["/leaderboard"]["returns"][0]["type"]["items"]["properties"].keys()


def test_an_endpoint_is_described_by_its_signature_and_its_docstring():
    def play(domain: str, source: str = "any") -> dict[str, int]:
        """Play.

        And `tell`
        of it.
        """
        raise NotImplementedError

    described = endpoint_of(play)
    assert (described.name, described.parameters) == ("play", 'domain, source="any"')
    assert list(described.paragraphs) == ["Play.", "And tell of it."]


def test_the_type_of_an_answer_is_shown_field_by_field():
    def play() -> BattleJson:
        """Play."""
        raise NotImplementedError

    lines = endpoint_of(play).result.splitlines()
    assert lines[0] == "{"
    assert lines[1] == "  battle: str,"
    assert lines[-1] == "}"
    assert "    sides: list[{" in lines


def test_the_page_fits_a_phone_and_examples_scroll(page):
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
