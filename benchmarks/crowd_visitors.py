"""Honest visitors of an arena: they open pages, play battles and vote as a browser does, each from an address of its own."""

import asyncio
import json
import random
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

PATIENCE = 60.0
"""Seconds after which a visitor gives up."""
BOARDS = ("leaderboard", "benchmarks")
BOARD_SHARE = 0.2
"""How often a visitor looks at one of them in the end."""
ACTIONS = ("page", "battle", "vote", "board")
WRONG = 'class=\\"calm-error\\"'
"""Part of an answer that tells an error instead."""


class Failure(Exception):
    """What a visitor wanted did not come."""


@dataclass(frozen=True)
class Event:
    """Something that a page asks the server."""

    function: int
    trigger: int | None
    inputs: int

    @classmethod
    def of(cls, dependency: Mapping[str, Any]) -> "Event":
        """As the server describes it; what opens a page is triggered by no part of it."""
        target, kind = dependency["targets"][0]
        return cls(dependency["id"], None if kind == "load" else target, len(dependency["inputs"]))

    def body(self, session: str, values: Sequence[str]) -> dict[str, Any]:
        """What is posted to the queue."""
        return {
            "data": values,
            "fn_index": self.function,
            "session_hash": session,
            "trigger_id": self.trigger,
            "event_data": None,
        }


@dataclass(frozen=True)
class Site:
    """The events of an arena's pages, and where its battle page has the battle's id."""

    url: str
    play: Event
    battle: int
    """Place of the battle's id among the answers to `play`."""
    votes: list[Event]
    boards: dict[str, list[Event]]
    """Page -> what it asks when it is opened."""

    @classmethod
    def of(cls, url: str) -> "Site":
        """Read from the server's own description of its pages."""
        config = httpx.get(f"{url}/config", timeout=PATIENCE, trust_env=False).json()
        known = {one["id"]: one for one in config["dependencies"]}
        buttons = {part["id"] for part in config["components"] if str(part["props"].get("elem_id")).startswith("vote-")}
        votes = [one for one in known.values() if any(target in buttons for target, _ in one["targets"])]
        shown_in = votes[0]["inputs"][0]

        def opening(page: str) -> list[dict[str, Any]]:
            asked = [known[number] for number in config["page"][page]["dependencies"]]
            return [one for one in asked if one["backend_fn"] and any(kind == "load" for _, kind in one["targets"])]

        (play,) = [one for one in opening("") if shown_in in one["outputs"]]
        boards = {page: [Event.of(one) for one in opening(page)] for page in BOARDS}
        return cls(url, Event.of(play), play["outputs"].index(shown_in), [Event.of(one) for one in votes], boards)


@dataclass
class Tally:
    """What visitors met."""

    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """Action -> how long each took."""
    errors: Counter[str] = field(default_factory=Counter)
    battles: list[str] = field(default_factory=list)

    @contextmanager
    def timed(self, action: str) -> Iterator[None]:
        """Note how long the block takes, unless it fails."""
        began = time.perf_counter()
        yield
        self.seconds[action].append(time.perf_counter() - began)


@asynccontextmanager
async def client_at(address: str, url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client whose connections come from that address of this machine."""
    transport = httpx.AsyncHTTPTransport(verify=False, local_address=address, limits=httpx.Limits())
    async with httpx.AsyncClient(base_url=url, transport=transport, timeout=PATIENCE) as client:
        yield client


async def visit(client: httpx.AsyncClient, site: Site, tally: Tally, chance: random.Random) -> None:
    """Open the battle page, play, vote, and now and then look at a board. What goes wrong ends the visit, and is noted."""
    session = uuid.uuid4().hex[:12]
    board = chance.choice(BOARDS) if chance.random() < BOARD_SHARE else None
    vote = chance.choice(site.votes)
    try:
        async with asyncio.timeout(PATIENCE):
            with tally.timed("page"):
                await opened(client, "/")
            with tally.timed("battle"):
                battle = await played(client, site, session)
            tally.battles.append(battle)
            with tally.timed("vote"):
                await voted(client, vote, session, battle)
            if board:
                with tally.timed("board"):
                    await opened(client, f"/{board}")
                    for event in site.boards[board]:
                        await answers(client, event, session, [""] * event.inputs)
    except TimeoutError:
        tally.errors[f"no end within {PATIENCE:.0f} s"] += 1
    except (httpx.HTTPError, Failure) as error:
        tally.errors[f"{type(error).__name__}: {error}"] += 1


async def opened(client: httpx.AsyncClient, path: str) -> None:
    """Load a page."""
    checked(await client.get(path))


async def played(client: httpx.AsyncClient, site: Site, session: str) -> str:
    """Play a battle to its end; its id."""
    battle = ""
    for message in await answers(client, site.play, session, [""] * site.play.inputs):
        if message["msg"] == "process_generating":
            battle = replacement(message["output"]["data"][site.battle]) or battle
    if not battle:
        raise Failure("the battle page shows no battle")
    return battle


async def voted(client: httpx.AsyncClient, event: Event, session: str, battle: str) -> None:
    """Judge a battle and see who played it."""
    messages = await answers(client, event, session, [battle, uuid.uuid4().hex])
    if f'data-battle="{battle}"' not in str(messages[-1]["output"]["data"]):
        raise Failure("the vote was not answered by a reveal")


def replacement(edits: Any) -> str | None:
    """The text that a part of the page now has, if these edits give it a new one."""
    match edits:
        case [["replace", [], str(text)]]:
            return text
        case _:
            return None


async def answers(client: httpx.AsyncClient, event: Event, session: str, values: Sequence[str]) -> list[dict[str, Any]]:
    """Ask for an event, and read what the server says to it."""
    checked(await client.post("/gradio_api/queue/join", json=event.body(session, values)))
    messages = []
    async with client.stream("GET", "/gradio_api/queue/data", params={"session_hash": session}) as stream:
        if stream.is_error:
            await stream.aread()
            checked(stream)
        async for line in stream.aiter_lines():
            if line.startswith("data: "):
                if WRONG in line:
                    raise Failure(f"an error on the page: {line.split(WRONG)[1][:120]}")
                messages.append(json.loads(line.removeprefix("data: ")))
                if messages[-1]["msg"] == "process_completed":
                    break
    done = [message for message in messages if message["msg"] == "process_completed"]
    if not done or not done[-1]["success"]:
        raise Failure(f"function {event.function}: {done[-1]['output'] if done else 'no answer'}")
    return [message for message in messages if message["msg"] in ("process_generating", "process_completed")]


def checked(response: httpx.Response) -> None:
    """Raise the failure that a response tells."""
    if response.is_error:
        raise Failure(f"{response.request.url.path}: {response.status_code} {response.text[:120]}")
