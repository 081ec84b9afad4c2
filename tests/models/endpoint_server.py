"""A server on this machine that answers chat completions as OpenAI's API does, with a real model behind it.

It logs every request before it answers, and plays the faults of a script, one a request, before it serves the rest well:

    ok                           an answer
    429, 429:SECONDS, 500 ...    an HTTP error, with Retry-After where seconds are given
    400:MESSAGE                  a client error that says so
    slow:SECONDS                 an answer after so long
    truncated, reset             a connection that ends within the body, or before any byte
    malformed, html, empty       a body that is half of a JSON object, a page, an object without choices
    refusal, filtered, null      an answer that the provider declares to be a refusal; cut by its filter; without text
    thinking, hidden             all tokens spent on thoughts, which are sent or not
    reasoning:CONTENT:FINISH     an answer that lies in `reasoning_content` alone
    error:JSON, 429body:JSON     a good response whose body is that error, or one with status 429
    stream, bomb, endless, drip  a stream of events, 200 MB compressed, a body without end, a byte now and then
    long:CHARACTERS, said:TEXT   an answer of so many characters, or with that text
    moved:ADDRESS                a redirection
    with:KEY                     an error that repeats the key
"""

import base64
import gzip
import io
import itertools
import json
import os
import socket
import struct
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from PIL import Image
from starter_model import StarterModel

from arena.images import Picture, picture_from_pixels
from arena.probes import Probe, Turn

FINGERPRINT = "fp_test"


@cache
def bomb() -> bytes:
    """200 MB of nothing, compressed."""
    return gzip.compress(bytes(200 * 2**20), 1)


@dataclass
class Served:
    """What a server did."""

    address: str
    """Of its API."""
    requests: list[dict]
    """Every request, as it came: what was asked, with the digests of the images and the fault that was played."""
    refused: set[str] = field(default_factory=set)
    """Parameters that the server does not take."""
    most_images: int = 9
    refusal: str = "At most {} image(s) may be provided in one prompt."
    """What it says to more, with the number in it."""
    refusal_status: int = 400
    path: str = "/v1"
    """Below which it answers; anything else is not found."""
    names_tokens: bool = False
    """Whether it tells of its tokens, as vLLM does."""
    scores_names: bool = True
    """Whether it then gives the log-probabilities of those that are named."""
    tokenized: list[str] = field(default_factory=list)
    """What it was asked to tell the tokens of."""
    faults: list[str] = field(default_factory=list)
    """What to play next."""
    capacity: int | None = None
    """Requests under way at once, above which others get 429."""
    seconds: float = 0.0
    """That each answer takes at least."""
    busiest: int = 0
    """Most requests that were under way at once."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else the body waits until the header is acknowledged, which takes 40 ms
    model: StarterModel
    served: Served
    log: Path | None
    turn: threading.Lock
    """Held while the books are kept."""
    numbers: Iterator[int]
    under_way = 0

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        path = self.path.partition("?")[0]
        if path.endswith("/tokenize"):
            self._tokenize(body)
            return
        if path != f"{self.served.path}/chat/completions":
            self._send(404, b'{"detail": "Not Found"}')
            return
        images, prompt, before = _asked(body["messages"])
        with self.turn:
            kind = type(self)
            kind.under_way += 1
            self.served.busiest = max(self.served.busiest, kind.under_way)
            fault = self.served.faults.pop(0) if self.served.faults else "ok"
            if self.served.capacity is not None and kind.under_way > self.served.capacity:
                fault = "429"
            self._note(body, images, prompt, before, fault)
        try:
            time.sleep(self.served.seconds)
            self._play(fault, body, Probe("", "", "", tuple(images), prompt, before=before))
        finally:
            with self.turn:
                kind.under_way -= 1

    def _tokenize(self, body: dict) -> None:
        self.served.tokenized.append(body["prompt"])
        if not self.served.names_tokens:
            self._send(404, b'{"detail": "Not Found"}')
            return
        tokens = self.model.tokens(body["prompt"])
        self._send(200, json.dumps({"count": len(tokens), "max_model_len": 512, "tokens": tokens}).encode())

    def _note(self, body: dict, images: list, prompt: str, before: tuple[Turn, ...], fault: str) -> None:
        rest = {name: value for name, value in body.items() if name != "messages"}
        entry = {
            "number": next(self.numbers),
            "time": time.time(),
            "path": self.path,
            "authorization": self.headers.get("Authorization"),
            "roles": [message["role"] for message in body["messages"]],
            "images": [picture.digest for picture in images],
            "examples": [[picture.digest for picture in turn.images] for turn in before if turn.images],
            "prompt": prompt,
            "fault": fault,
            "under_way": type(self).under_way,
            **rest,
        }
        self.served.requests.append(entry)
        if self.log:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(entry) + "\n")

    def _play(self, fault: str, body: dict, asked: Probe) -> None:
        name, _, detail = fault.partition(":")
        if name.isdecimal():
            wait = {"Retry-After": detail} if detail and name in ("429", "503") else {}
            self._error(int(name), detail or "no reason", wait)
        elif name == "moved":
            self._send(307, b"", {"Location": detail})
        elif name == "with":
            self._error(400, "and more " * 25 + f"bad key {self.headers.get('Authorization')}")
        elif refused := sorted(self.served.refused & body.keys()):
            self._error(400, f"Unsupported parameter: '{refused[0]}' is not supported with this model.")
        elif len(asked.pictures) > self.served.most_images:
            self._error(self.served.refusal_status, self.served.refusal.format(self.served.most_images))
        elif name in ("stream", "bomb", "endless", "drip"):
            self._send_flood(name)
        elif name in ("error", "429body"):
            self._send(200 if name == "error" else 429, detail.encode())
        elif name == "reset":
            # Without lingering, closing sends a reset; detached, it closes although files of it are open.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())
        else:
            time.sleep(float(detail) if name == "slow" else 0.0)
            self._send_completion(name, json.dumps(self._completion(fault, body, asked)).encode())

    def _send_flood(self, name: str) -> None:
        if name == "stream":
            event = b'data: {"object": "chat.completion.chunk", "choices": [{"delta": {"content": "A"}}]}'
            self._send(200, event + b"\n\ndata: [DONE]\n\n", {"Content-Type": "text/event-stream"})
            return
        if name == "bomb":
            self._send(200, bomb(), {"Content-Encoding": "gzip"})
            return
        self.close_connection = True
        self.send_response(200)
        self.end_headers()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:  # until the other side has heard enough
            self.wfile.write(b" " * (2**16 if name == "endless" else 1))
            self.wfile.flush()
            time.sleep(0.0 if name == "endless" else 0.05)

    def _send_completion(self, name: str, answer: bytes) -> None:
        if name == "html":
            self._send(200, b"<!DOCTYPE html><html><title>Bad gateway</title></html>", {"Content-Type": "text/html"})
        elif name == "malformed":
            self._send(200, answer[: len(answer) // 2])
        elif name == "truncated":
            self._send(200, answer[:20], {"Content-Length": str(len(answer))})
            self.connection.shutdown(socket.SHUT_RDWR)
        else:
            self._send(200, answer)

    def _completion(self, fault: str, body: dict, asked: Probe) -> dict:
        name, _, detail = fault.partition(":")
        completion = {"id": "1", "object": "chat.completion", "created": 0, "model": "served/" + body["model"]}
        completion["system_fingerprint"] = FINGERPRINT
        if name == "empty":
            return completion
        message: dict = {"role": "assistant", "content": None}
        choice: dict = {"index": 0, "message": message, "finish_reason": "stop"}
        completion["choices"] = [choice]
        if name == "refusal":
            message["refusal"] = "Not this one."
        elif name == "filtered":
            message["content"], choice["finish_reason"] = "First you", "content_filter"
        elif name in ("thinking", "hidden"):
            message["content"], choice["finish_reason"] = "", "length"
            message |= {"reasoning_content": "Let me see. The answer is A"} if name == "thinking" else {}
        elif name == "reasoning":
            content, choice["finish_reason"] = detail.split(":")
            message |= {"content": None if content == "null" else content, "reasoning_content": "The answer is A"}
        elif name in ("long", "said"):
            message["content"] = "x" * int(detail) if name == "long" else detail
        elif name != "null":
            limit = body.get("max_tokens") or body["max_completion_tokens"]
            reply, likeliest = self.model.answer(replace(asked, max_new_tokens=limit))
            message["content"], choice["finish_reason"] = reply.text, "stop" if reply.finished else "length"
            if body.get("logprobs") and self.served.scores_names and "logprob_token_ids" in body:
                first, *named = self.model.named(asked, body["logprob_token_ids"])
                choice["logprobs"] = {"content": [{**first, "top_logprobs": [first, *named]}]}
            elif body.get("logprobs"):
                top = [{"token": token, "logprob": value} for token, value in likeliest[: body["top_logprobs"]]]
                choice["logprobs"] = {"content": [{**top[0], "top_logprobs": top}]}
        return completion

    def _error(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        code = "content_filter" if message == "content_filter" else None
        self._send(status, json.dumps({"error": {"message": message, "code": code}}).encode(), headers)

    def _send(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "Content-Type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base class's
        """Keep the test's output clean."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that went away are no news."""


@contextmanager
def serve(model: StarterModel, *, faults: Sequence[str] = (), log: Path | None = None, port: int = 0) -> Iterator[Served]:
    """A server of `model`, for as long as the block runs."""
    served = Served("", [], faults=list(faults))
    books = {"turn": threading.Lock(), "numbers": itertools.count()}
    handler = type("OneServersHandler", (Handler,), {"model": model, "served": served, "log": log, **books})
    server = Server(("127.0.0.1", port), handler)
    served.address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _asked(messages: list[dict]) -> tuple[list[Picture], str, tuple[Turn, ...]]:
    """The pictures of the question, which stand in its first turn, the last question, and the turns before it.

    Turns with pictures before the last one that shows any are examples.
    """
    *parts, (images, prompt) = [_parts(message["content"]) for message in messages]
    before = [Turn(asked, said, tuple(shown)) for (shown, asked), (_, said) in zip(parts[::2], parts[1::2], strict=True)]
    if not images and before:
        images, before[-1] = list(before[-1].images), Turn(before[-1].prompt, before[-1].words)
    return images, prompt, tuple(before)


def _parts(content: Any) -> tuple[list[Picture], str]:
    """The pictures of one message, which it begins with, and its words."""
    parts: list[Any] = [{"text": content}] if isinstance(content, str) else content
    *images, text = parts
    return [_decoded(image["image_url"]["url"]) for image in images], text["text"]


@lru_cache(maxsize=1000)
def _decoded(address: str) -> Picture:
    mark, _, data = address.partition(",")
    assert mark == "data:image/png;base64"
    return picture_from_pixels(Image.open(io.BytesIO(base64.b64decode(data))))
