"""Through ASGI alone: what a body brings, piece by piece, and what reaches the app behind."""

import asyncio
import json
from collections.abc import Iterable

import gradio as gr
import pytest
from fastapi import FastAPI
from gradio.events import api
from starlette.exceptions import HTTPException

from arena.ui.admission import Admission
from arena.ui.event_requests import EventRequests
from arena.ui.refusals import LET_GO_BYTES
from arena.ui.shares import SHARES, VOTES, Share, Shares
from arena.ui.visitor_queue import counted_as, queue_visitors

CALL = "/gradio_api/call/repeat"
JOIN = "/gradio_api/queue/join"
JSON = [(b"content-type", b"application/json")]
MOST = 1000


def _repeat(text: str = "") -> str:
    return text


@pytest.fixture(scope="module")
def blocks():
    with gr.Blocks(analytics_enabled=False) as made:
        api(_repeat, api_name="repeat")
    made.queue(api_open=False)
    gr.mount_gradio_app(FastAPI(), made, path="/")
    return made


class _Behind:
    """The app behind: keeps what reaches it."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.requests: list[tuple[str, bytes, dict[bytes, bytes]]] = []
        self.failure = failure

    async def __call__(self, scope, receive, send):
        message = await receive() if scope["method"] == "POST" else {"body": b""}
        self.requests.append((scope["path"], message["body"], dict(scope["headers"])))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        if self.failure:
            raise self.failure
        await send({"type": "http.response.body", "body": b"{}"})


class _Connection:
    """A client that sends pieces of a body, counted as they are taken, and keeps the answer."""

    def __init__(self, pieces: Iterable[bytes] = (), *, goes_away: bool = False) -> None:
        self._pieces = iter(pieces)
        self._goes_away = goes_away
        self.taken = 0
        self.status: int | None = None
        self.answer = b""
        self.headers: dict[bytes, bytes] = {}

    async def receive(self):
        piece = next(self._pieces, None)
        if piece is None:
            return {"type": "http.disconnect"} if self._goes_away else {"type": "http.request", "body": b""}
        self.taken += len(piece)
        return {"type": "http.request", "body": piece, "more_body": True}

    async def send(self, message):
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        else:
            self.answer += message["body"]


def _send(blocks, connection, path=CALL, method="POST", headers=JSON, query=b"", behind=None):
    behind = behind or _Behind()
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "headers": headers,
        "query_string": query,
    }
    app = EventRequests(behind, blocks=blocks, most_bytes=MOST)
    asyncio.run(app(scope, connection.receive, connection.send))
    return behind


def test_an_event_reaches_the_app_behind_with_a_body_of_its_true_size(blocks):
    pieces = [b'{"data": ', b'["hello"], ', b'"batched": true}']
    headers = [*JSON, (b"content-length", b"7"), (b"transfer-encoding", b"chunked"), (b"cookie", b"c")]
    (behind,) = _send(blocks, _Connection(pieces), headers=headers).requests
    assert behind[:2] == (CALL, b'{"data":["hello"]}')
    assert behind[2] == {b"content-type": b"application/json", b"content-length": b"18", b"cookie": b"c"}


def test_a_call_by_names_becomes_one_by_places(blocks):
    (behind,) = _send(blocks, _Connection([b'{"text": "hello"}']), "/gradio_api/call/v2/repeat").requests
    assert behind[:2] == (CALL, b'{"data":["hello"]}')


@pytest.mark.parametrize(
    "headers", [[], [(b"content-length", b"9")], [(b"content-length", b"x")], [(b"content-length", b"9" * 40)]], ids=str
)
def test_a_body_is_taken_no_further_than_an_answer_needs_whatever_was_announced(blocks, headers):
    connection = _Connection(b"x" * 10_000 for _ in range(10**6))
    assert not _send(blocks, connection, headers=[*JSON, *headers]).requests
    assert connection.status == 413
    assert connection.taken <= MOST + LET_GO_BYTES + 20_000
    assert json.loads(connection.answer)["detail"] == "body: is larger than 1000 bytes; send less"
    assert connection.headers[b"connection"] == b"close"


def test_a_body_that_is_announced_as_too_large_is_refused_before_it_comes(blocks):
    connection = _Connection([b"x"], goes_away=True)
    _send(blocks, connection, headers=[*JSON, (b"content-length", b"30000000")])
    assert (connection.status, connection.taken) == (413, 1)


def test_the_largest_body_passes_and_one_byte_more_does_not(blocks):
    start, end = b'{"data": ["', b'"]}'
    for more, status in ((0, 200), (1, 413)):
        connection = _Connection([start + b"x" * (MOST - len(start) - len(end) + more) + end])
        _send(blocks, connection)
        assert connection.status == status


def test_whoever_has_used_up_a_share_is_refused_before_gradio_sees_the_event():
    with gr.Blocks(analytics_enabled=False) as pages:
        api(_repeat, api_name="repeat", **counted_as(VOTES))
    admission = Admission(lambda _: "ada", Shares({**SHARES, VOTES: Share(1, 4)}, lambda: 0.0))
    queue_visitors(pages, admission)
    assert _send(pages, _Connection([b'{"data": ["hello"]}'])).requests
    admission.admit("ada", VOTES)
    for path, body in (CALL, b'{"data": ["hello"]}'), (JOIN, b'{"fn_index": 0, "data": ["hello"], "session_hash": "s"}'):
        refused = _Connection([body])
        assert not _send(pages, refused, path).requests
        assert (refused.status, refused.headers[b"retry-after"]) == (429, b"15")
        assert "used up its share" in json.loads(refused.answer)["detail"]


def test_a_body_that_does_not_come_is_not_waited_for(blocks):
    class Slow(_Connection):
        async def receive(self):
            await asyncio.sleep(3600)
            return await super().receive()

    connection, behind = Slow([]), _Behind()
    app = EventRequests(behind, blocks=blocks, seconds=0.05)
    scope = {"type": "http", "method": "POST", "path": CALL, "raw_path": CALL.encode(), "headers": JSON, "query_string": b""}
    asyncio.run(app(scope, connection.receive, connection.send))
    assert (connection.status, behind.requests) == (408, [])
    assert connection.headers[b"connection"] == b"close"


def test_who_goes_away_is_answered_nothing(blocks):
    connection = _Connection([b'{"data": '], goes_away=True)
    assert not _send(blocks, connection).requests
    assert connection.status is None


@pytest.mark.parametrize("kind", [b"text/plain", b"multipart/form-data; boundary=x", b"application/jsonp", b""])
def test_a_body_of_another_kind_goes_no_further(blocks, kind):
    connection = _Connection([b'{"data": [""]}'])
    assert not _send(blocks, connection, headers=[(b"content-type", kind)]).requests
    assert connection.status == 415


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (CALL, b"{", 400),
        (CALL, b'{"data": [5]}', 400),
        ("/gradio_api/call/nobody", b'{"data": []}', 404),
        ("/gradio_api/call/v2/nobody", b"{}", 404),
        ("/gradio_api/queue/join", b'{"data": [], "fn_index": 1000000000, "session_hash": "a"}', 404),
        ("/gradio_api/queue/join/", b'{"data": []}', 400),
        ("/gradio_api/cancel", b"{}", 400),
        ("/gradio_api/reset", b'{"event_id": 5}', 400),
    ],
)
def test_wrong_input_goes_no_further_and_is_one_line(blocks, path, body, status):
    connection = _Connection([body])
    assert not _send(blocks, connection, path).requests
    assert connection.status == status
    assert "\n" not in json.loads(connection.answer)["detail"]


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/gradio_api/call/repeat/unknown", b""),
        ("/gradio_api/call/v2/repeat", b""),
        ("/gradio_api/queue/data", b"session_hash=unknown"),
        ("/gradio_api/queue/data", b""),
    ],
)
def test_an_event_that_is_unknown_has_no_stream(blocks, path, query):
    connection = _Connection()
    assert not _send(blocks, connection, path, "GET", query=query).requests
    assert connection.status == 404


def test_a_stream_that_gradio_cannot_end_is_ended(blocks):
    blocks._queue.pending_messages_per_session["known"] = asyncio.Queue()
    failure = RuntimeError("response already started")
    failure.__cause__ = HTTPException(404)
    for error in (failure, KeyError("known")):
        connection = _Connection()
        _send(blocks, connection, "/gradio_api/queue/data", "GET", query=b"session_hash=known", behind=_Behind(error))
        assert (connection.status, connection.answer) == (200, b"")
    with pytest.raises(RuntimeError, match="ours"):
        _send(
            blocks,
            _Connection(),
            "/gradio_api/queue/data",
            "GET",
            query=b"session_hash=known",
            behind=_Behind(RuntimeError("ours")),
        )


def test_everything_else_passes_as_it_is(blocks):
    connection = _Connection([b"x" * 5000])
    (behind,) = _send(blocks, connection, "/picture", headers=[]).requests
    assert behind[:2] == ("/picture", b"x" * 5000)
