"""Whatever strangers send to whichever function: it is refused in one line or answered, and never an error of ours.

A few requests for each function, from a seed; `FUZZ_ROUNDS=100` sends a hundred times as many.
"""

import asyncio
import json
import os
import random
import string
from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx

ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "1"))
AT_ONCE = 16
TEXTS = [
    *("", "a", "-1", "1", "0" * 32, "2026-03-01", "9999-99-99", "culture", "starter", "fresh", "\x00", "\u202e", "💥" * 50),
    *("<script>", "../../etc/passwd", "' OR 1=1 --", "{{7*7}}", "1e400", "nan", "[]", '{"a": 1}', "x" * 50_000),
]
OTHERS = [
    *(None, -1, 3, 2**53, 10**18, 0.5, 1e300, True, False, [], {}, [[[]]], [None], ["a", 1], {"__type__": "update"}),
    {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}},
]
RAW = [
    *(b"", b"{", b"null", b"[]", b"\xff\xfe", b'{"data": NaN}', b'{"data": ["\\ud800"]}', b'{"data": 1e999}', b"9" * 9000),
    *(b"[" * 20_000, b'{"a":' * 3000, b'{"data": ["' + b"x" * 200_000 + b'"]}'),
]
REVEAL, JOIN = "/gradio_api/call/reveal", "/gradio_api/queue/join"
OURS = "on our side"
"""What an event says when the arena failed."""


class _Stranger:
    """One address that sends what it likes, and reads what comes of it."""

    def __init__(self, url: str, address: str, seed: random.Random) -> None:
        transport = httpx.AsyncHTTPTransport(local_address=address, limits=httpx.Limits(max_connections=None))
        self.client = httpx.AsyncClient(base_url=url, transport=transport, timeout=120, trust_env=False)
        self.places = asyncio.Semaphore(AT_ONCE)
        self.seed = seed
        self.faults: list[str] = []
        self.statuses: Counter[int] = Counter()

    async def send(self, path: str, body: bytes, kind: str) -> None:
        """Post, read the stream of whatever was queued, and note what only the server can be at fault for."""
        try:
            async with self.places:
                status, told = await self._answer(path, body, kind)
        except httpx.HTTPError as error:
            status, told = 0, repr(error)
        self.statuses[status] += 1
        if status == 0 or status >= 500 or OURS in told:
            self.faults.append(f"{path} {body[:300]!r}: {status} {told[:300]}")

    async def _answer(self, path: str, body: bytes, kind: str) -> tuple[int, str]:
        answer = await self.client.post(path, content=body, headers={"Content-Type": kind})
        if answer.status_code != 200 or "event_id" not in answer.json():
            return answer.status_code, answer.text
        session = json.loads(body).get("session_hash")
        address = path.replace("/call/v2/", "/call/")
        stream = f"/gradio_api/queue/data?session_hash={session}" if session else f"{address}/{answer.json()['event_id']}"
        told = ""
        async with self.client.stream("GET", stream) as lines:
            async for line in lines.aiter_lines():
                told += line
                if "process_completed" in line:
                    break
        return 200, told

    def value(self, component: dict[str, Any] | None = None) -> Any:
        """Mostly of the type that the component takes."""
        seed = self.seed
        if seed.random() < 0.1:
            return seed.choice(OTHERS)
        if component and component["type"] in ("number", "slider"):
            return seed.choice([0, -1, 7, 0.5, 10**9, 1e300])
        choices = [choice[1] for choice in (component or {"props": {}})["props"].get("choices") or ()]
        if choices and seed.random() < 0.9:
            return seed.choice(choices)
        return seed.choice(TEXTS) if seed.random() < 0.7 else "".join(seed.choices(string.printable, k=seed.randrange(30)))

    def values(self, components: list[dict[str, Any]]) -> Any:
        """Mostly as many as there should be."""
        if self.seed.random() < 0.1:
            return self.seed.choice([*OTHERS, [""] * (len(components) + 1), [""] * 9000])
        return [self.value(component) for component in components]


def _requests(stranger: _Stranger, config: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """One request for each function and each way to call it, and a few that are for none."""
    seed, components = stranger.seed, {component["id"]: component for component in config["components"]}
    for function in config["dependencies"]:
        inputs = [components[number] for number in function["inputs"]]
        join = {"fn_index": function["id"], "data": stranger.values(inputs), "session_hash": f"{seed.getrandbits(64):x}"}
        more = {name: stranger.value() for name in ("trigger_id", "event_data", "batched", "event_id") if seed.random() < 0.3}
        yield JOIN, join | more
        yield f"/gradio_api/call/{function['api_name']}", {"data": stranger.values(inputs)}
        names = seed.sample(["domain", "battle", "choice", "since", "nobody"], 2)
        yield f"/gradio_api/call/v2/{function['api_name']}", {name: stranger.value() for name in names}
    for number in (-1, 10**9, 10**25, "0", 1.5, None, [], True):
        yield JOIN, {"fn_index": number, "data": [], "session_hash": "s"}
    for path in ("/gradio_api/cancel", "/gradio_api/reset"):
        yield path, {name: stranger.value() for name in ("event_id", "session_hash", "fn_index")}


async def _fuzz(url: str) -> tuple[list[str], Counter[int]]:
    faults: list[str] = []
    statuses: Counter[int] = Counter()
    for number in range(ROUNDS):
        stranger = _Stranger(url, f"127.0.{4 + number // 250}.{1 + number % 250}", random.Random(number))
        config = (await stranger.client.get("/config")).json()
        made = [(path, json.dumps(body).encode(), "application/json") for path, body in _requests(stranger, config)]
        made += [(path, body, "application/json") for body in RAW for path in (REVEAL, JOIN)]
        made += [(REVEAL, b'{"data": [""]}', kind) for kind in ("text/plain", "", "application/xml")]
        await asyncio.gather(*(stranger.send(*request) for request in made))
        await stranger.client.aclose()
        faults += stranger.faults
        statuses += stranger.statuses
    return faults, statuses


def _battle(url: str) -> str:
    with httpx.Client(base_url=url, timeout=120, trust_env=False) as client:
        event = client.post("/gradio_api/call/battle", json={"data": ["", "", ""]}).json()["event_id"]
        return client.get(f"/gradio_api/call/battle/{event}").text


def test_no_function_takes_wrong_input_for_an_error_of_ours(server):
    log = server.home / "logs" / "arena.log"
    terminal, logged = len(server.output.read_text()), len(log.read_text())
    faults, statuses = asyncio.run(_fuzz(server.url))
    assert faults == []
    assert {200, 400, 404, 413, 415} <= set(statuses)
    assert server.output.read_text()[terminal:] == ""
    assert "Traceback" not in log.read_text()[logged:]
    assert "event: complete" in _battle(server.url)
