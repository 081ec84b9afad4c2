"""Visitors and a reviewer of a server that is killed, over HTTP."""

import contextlib
import http.client
import json
import random
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from acknowledgements import Acknowledgements

from arena.ui.identity import person

Review = tuple[str, str]
"""Generation, and the number of the reviewer's browser."""
PAUSE = 0.05
"""Seconds between two things that the same one does."""
NO_TOKEN = ""
"""Whoever uses the machine needs none to review."""


@dataclass
class Told:
    """What clients of a server were told is kept."""

    battles: Acknowledgements
    votes: Acknowledgements
    reviews: Acknowledgements
    visitors: int
    """Who play at once."""
    last_votes: deque[str] = field(init=False)
    """Battles of the last votes, however those ended."""
    last_reviews: deque[Review] = field(default_factory=lambda: deque(maxlen=1))

    def __post_init__(self) -> None:
        self.last_votes = deque(maxlen=self.visitors)


@contextlib.contextmanager
def clients(port: int, told: Told, pending: Sequence[str]) -> Iterator[None]:
    """Visitors and a reviewer, until the block ends. They begin with their last votes and their last verdict once more."""
    ended = threading.Event()
    button = accept_button(port)
    work = [partial(play, port, told)] * told.visitors + [partial(review, port, told, pending, button)]
    threads = [threading.Thread(target=repeat, args=(ended, one)) for one in work]
    for again in list(told.last_votes):
        vote(port, told, again)
    for again in list(told.last_reviews):
        judge(port, told, again, button)
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def repeat(ended: threading.Event, work: Callable[[], None]) -> None:
    """Do it until the server is gone, with pauses, in which others work. What is refused for the moment is tried again."""
    while not ended.wait(PAUSE):
        try:
            work()
        except (OSError, http.client.HTTPException, ValueError):
            time.sleep(0.1)


def play(port: int, told: Told) -> None:
    """One battle on a frozen pair, and a vote."""
    start = time.monotonic()
    battle = call(port, "battle", "", "", "starter")["battle"]
    told.battles.add([battle], time.monotonic() - start)
    vote(port, told, battle)


def vote(port: int, told: Told, battle: str) -> None:
    """Judge a battle, perhaps again."""
    told.last_votes.append(battle)
    with told.votes.awaited(battle):
        call(port, "vote", battle, "a")


def review(port: int, told: Told, pending: Sequence[str], button: tuple[int, int]) -> None:
    """The verdict of a new reviewer."""
    judge(port, told, (random.choice(pending), uuid.uuid4().hex), button)


def judge(port: int, told: Told, verdict: Review, button: tuple[int, int]) -> None:
    """Press the button of the review page, perhaps again."""
    told.last_reviews.append(verdict)
    generation, browser = verdict
    with told.reviews.awaited(generation + person(browser, None)):
        if "Accepted" not in pressed(port, button, [*verdict, NO_TOKEN]):
            raise ValueError("not accepted")


def call(port: int, endpoint: str, *arguments: str) -> Any:
    """What an endpoint of the arena answers."""
    event = request(port, f"call/{endpoint}", {"data": arguments})["event_id"]
    name, data = stream(port, f"call/{endpoint}/{event}").strip().rsplit("event: ", 1)[1].split("\n", 1)
    if name != "complete":
        raise ValueError(data)
    return json.loads(data.removeprefix("data: "))[0]


def accept_button(port: int) -> tuple[int, int]:
    """Ids of the button and of what it calls."""
    config = json.loads(stream(port, "config", prefix=""))
    (button,) = [part["id"] for part in config["components"] if part["props"].get("elem_id") == "accept"]
    (event,) = [one["id"] for one in config["dependencies"] if [button, "click"] in one["targets"]]
    return button, event


def pressed(port: int, button: tuple[int, int], values: Sequence[str]) -> str:
    """What the page gets once its button was pressed, as the text of the event."""
    component, function = button
    session = uuid.uuid4().hex
    body = {"data": values, "fn_index": function, "trigger_id": component, "session_hash": session}
    request(port, "queue/join", body)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", f"/gradio_api/queue/data?session_hash={session}")
    with contextlib.closing(connection), connection.getresponse() as events:
        return next((line.decode() for line in events if b'"process_completed"' in line), "")


def request(port: int, path: str, body: object) -> Any:
    """Post something to Gradio."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("POST", f"/gradio_api/{path}", json.dumps(body), {"Content-Type": "application/json"})
    with contextlib.closing(connection), connection.getresponse() as response:
        answer = json.loads(response.read())
        if response.status != http.HTTPStatus.OK:
            raise ValueError(answer)
    return answer


def stream(port: int, path: str, prefix: str = "gradio_api/") -> str:
    """Read what the server sends, to its end."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", f"/{prefix}{path}")
    answer = connection.getresponse().read().decode()
    connection.close()
    return answer
