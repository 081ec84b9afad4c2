"""The arena's tools, called by the official client of the protocol."""

import asyncio
import base64
import io
import threading
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from PIL import Image
from starlette.requests import Request

from arena import __version__
from arena.errors import BattleError
from arena.ui.admission import Admission
from arena.ui.mcp_tools import _Calls
from arena.ui.programs import Programs
from arena.ui.shares import BATTLES, READS


@asynccontextmanager
async def _session(url):
    async with streamable_http_client(f"{url}/gradio_api/mcp/") as (read, write, _), ClientSession(read, write) as session:
        await session.initialize()
        yield session


def _calls(server, *calls: Any) -> list[Any]:
    """What each call of a tool gave, in one session; a call may be a function of the results before it."""

    async def run():
        results: list[Any] = []
        async with _session(server.url) as session:
            for call in calls:
                asked: Any = call(results) if callable(call) else call
                results.append(await session.call_tool(*asked))
        return results

    return asyncio.run(run())


def test_an_assistant_plays_votes_and_only_then_learns_who_played(server):
    battle, told, again = _calls(
        server,
        ("battle", {"domain": "safety"}),
        lambda got: ("vote", {"battle": got[0].structuredContent["battle"], "choice": "a"}),
        lambda got: ("vote", {"battle": got[0].structuredContent["battle"], "choice": "b"}),
    )
    assert not battle.isError, battle.content
    assert battle.structuredContent["pair"]["domain"] == "safety"
    assert not server.told_in(battle.model_dump_json())
    assert told.structuredContent["vote"] == again.structuredContent["vote"] == "a"
    assert server.told_in(told.model_dump_json()) >= {told.structuredContent[seat]["model"] for seat in "ab"}


def test_pictures_come_as_pictures_and_not_as_text(server):
    (battle,) = _calls(server, ("battle", {}))
    pictures = [part for part in battle.content if part.type == "image"]
    sizes = [Image.open(io.BytesIO(base64.b64decode(picture.data))).size for picture in pictures]
    assert len(sizes) == 2
    assert sizes[0] == sizes[1]
    assert all("base64" not in part.text and len(part.text) < 20_000 for part in battle.content if part.type == "text")
    assert "image" not in battle.structuredContent["pair"]["sides"][0]


def test_an_assistant_reads_the_board_a_pair_and_a_model(server):
    board, battle, pair, model = _calls(
        server,
        ("leaderboard", {}),
        ("battle", {"source": "starter"}),
        lambda got: ("pair", {"pair": got[1].structuredContent["pair"]["id"]}),
        ("model", {"model": "llava-mini"}),
    )
    rows = board.structuredContent["result"]
    assert {row["model"] for row in rows} <= {one.reference for one in server.contestants}
    assert pair.structuredContent == battle.structuredContent["pair"]
    (suite,) = model.structuredContent["suites"]
    assert suite["suite"] == "starter"
    assert {"value", "low", "high", "chance"} <= suite["metrics"][0].keys()


@pytest.mark.parametrize(
    ("tool", "arguments", "line"),
    [
        ("vote", {"battle": "0" * 32, "choice": "a"}, "is unknown or not finished"),
        ("vote", {"battle": "0" * 32, "choice": "everybody"}, "is no choice; use one of"),
        ("battle", {"category": "nothing"}, "category"),
        ("pair", {"pair": "0123"}, "there is no '0123' in play"),
        ("model", {"model": "nobody/nothing"}, "is unknown here"),
        ("submission", {"submission": "x"}, "is unknown here"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(server, tool, arguments, line):
    (result,) = _calls(server, (tool, arguments))
    assert result.isError
    assert line in result.content[0].text
    assert "Traceback" not in result.content[0].text


def test_every_tool_says_what_it_takes_and_gives(server):
    async def list_tools():
        async with _session(server.url) as session:
            return (await session.list_tools()).tools

    tools = {tool.name: tool for tool in asyncio.run(list_tools())}
    assert tools.keys() == {"battle", "vote", "leaderboard", "pair", "model", "submission"}
    assert all(tool.description and tool.outputSchema and tool.inputSchema["type"] == "object" for tool in tools.values())
    vote = tools["vote"].inputSchema
    assert vote["required"] == ["battle", "choice"]
    assert "both_good" in vote["properties"]["choice"]["enum"]


@pytest.mark.parametrize("address", ["/gradio_api/mcp", "/gradio_api/mcp/"])
def test_people_who_open_the_address_of_the_tools_are_led_to_the_page_for_programs(server, address):
    answer = httpx.get(server.url + address, headers={"Accept": "text/html"}, follow_redirects=True, timeout=60)
    assert (answer.status_code, answer.url.path) == (200, "/programs")
    assert httpx.get(server.url + address, timeout=60).status_code == 405


@pytest.mark.parametrize("name", ["arena.example", "arena.example:8443", "team-arena.hf.space", "127.0.0.1"])
def test_assistants_reach_the_tools_under_any_name_of_the_arena(server, name):
    told = {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}
    sent = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": told}
    headers = {"Host": name, "Accept": "application/json, text/event-stream"}
    answer = httpx.post(f"{server.url}/gradio_api/mcp/", json=sent, headers=headers, timeout=60)
    assert answer.status_code == 200, answer.text
    told = answer.json()["result"]["serverInfo"]
    assert (told["name"], told["version"]) == ("Minimal-Pair Arena", __version__)


@pytest.mark.parametrize(
    "body", ["", "[]", "{", "[" * 50_000, '{"id":' + "9" * 5000 + "}", '{"jsonrpc":"2.0","id":1,"method":"\\ud800"}', b"\xff"]
)
def test_what_is_no_message_is_refused_in_one_line_and_told_to_no_terminal(server, body):
    before = server.output.read_text()
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    answer = httpx.post(f"{server.url}/gradio_api/mcp/", content=body, headers=headers, timeout=60)
    assert (answer.status_code, "body: is" in answer.json()["detail"]) == (400, True)
    assert server.output.read_text() == before


def test_for_whoever_has_gone_before_their_turn_no_battle_is_begun():
    nothing: Any = None
    with pytest.raises(BattleError, match="nobody waits for it any more"):
        Programs(nothing, nothing).battle("", "", "", lambda: True)


def test_who_reads_waits_for_no_battle():
    request, ended = Request({"type": "http"}), threading.Event()

    async def run():
        calls = _Calls(Admission(lambda _: "somebody"))
        battles = [asyncio.create_task(calls.run(request, BATTLES, lambda: ended.wait(60))) for _ in range(40)]
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(20):
                return await calls.run(request, READS, lambda: "a board")
        finally:
            ended.set()
            await asyncio.gather(*battles)

    assert asyncio.run(run()) == "a board"
