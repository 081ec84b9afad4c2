"""What an endpoint is asked again, how often, how fast, and when it is left alone: over real HTTP."""

import os
import signal
import socket
import threading
import time
from dataclasses import replace

import pytest
from endpoints import FAST, endpoint, errors, texts

from arena.images import Picture
from arena.models import load_endpoint
from arena.models.endpoint_replies import NO_ROOM, ONLY_THOUGHTS
from arena.models.endpoint_requests import CHAT
from arena.tasks.request import MAX_NEW_TOKENS


@pytest.mark.parametrize("fault", ["408", "429", "429:0.05", "500", "503", "reset", "truncated", "malformed", "html", "empty"])
def test_what_passes_is_asked_again_and_costs_no_probe_its_reply(server, expected, probes, fault):
    server.faults = ["ok", fault, fault, "ok", fault]
    assert texts(endpoint(server).answer(probes)) == expected
    assert len(server.requests) == len(probes) + 3


def test_an_answer_that_does_not_come_in_time_is_asked_for_again(server, expected, probes):
    server.faults = ["slow:30", "slow:30"]
    assert texts(endpoint(server, pacing=replace(FAST, timeout=1.0)).answer(probes)) == expected
    assert len(server.requests) >= len(probes) + 2


@pytest.mark.parametrize(
    ("fault", "line"),
    [
        ("400:the prompt is too long", "HTTP 400: the prompt is too long"),
        ("404:no such file", f"HTTP 404: no such file; asked at {{address}}/chat/completions: give the address up to {CHAT}"),
        ("null", "the message holds no text (finish reason: stop)"),
        ("hidden", "no answer began within {tokens} tokens; if it thinks first, add ?thinking=2048 to its name"),
        ("reasoning::stop", f"{ONLY_THOUGHTS}{NO_ROOM}"),
        ("reasoning::length", f"{ONLY_THOUGHTS}{NO_ROOM}"),
        ("reasoning:null:stop", f"{ONLY_THOUGHTS}{NO_ROOM}"),
        ("reasoning:null:length", f"{ONLY_THOUGHTS}{NO_ROOM}"),
    ],
)
def test_what_cannot_succeed_is_asked_once_and_costs_no_other_probe_its_reply(server, expected, probes, fault, line):
    server.faults = ["ok", fault]
    # Without options no parameter is left out that the server might have meant.
    asked = {probe: text for probe, text in zip(probes, expected, strict=True) if not probe.options}
    replies = endpoint(server, pacing=replace(FAST, start=1, most=1)).answer(list(asked))
    (failed,) = (reply for reply in replies if reply.error)
    assert failed.error == line.format(tokens=MAX_NEW_TOKENS, address=server.address)
    assert not failed.permanent
    assert all(reply.error or reply.text == text for reply, text in zip(replies, asked.values(), strict=True))
    assert len(server.requests) == len(asked) == 2


def test_a_picture_that_cannot_be_read_costs_no_other_probe_its_reply(server, expected, probes):
    broken = replace(probes[0], images=(Picture("broken", b"no image"),))
    failed, *others = endpoint(server).answer([broken, *probes])
    assert errors([failed])[0].startswith("UnidentifiedImageError")
    assert texts(others) == expected


def test_a_server_is_left_alone_for_as_long_as_it_asks(server, probes):
    server.faults = ["429:0.5"]
    endpoint(server, pacing=replace(FAST, start=1)).answer(probes[:3])
    first, second, *_ = (entry["time"] for entry in server.requests)
    assert second - first >= 0.5


def test_a_server_that_asks_for_more_than_the_patience_is_asked_nothing_more(server, probes):
    server.faults = ["ok", "429:3600"]
    model = endpoint(server, pacing=replace(FAST, start=1, most=1))
    replies = [*model.answer(probes), *model.answer(probes)]
    assert len(server.requests) == 2
    assert [reply.error is None for reply in replies].count(True) == 1
    assert all("HTTP 429" in error for error in errors(replies) if error)


def test_attempts_are_bounded_where_nothing_succeeds(server, probes):
    server.faults = ["500"] * 10_000
    replies = endpoint(server, pacing=replace(FAST, attempts=3, patience=0.3)).answer(probes)
    assert all(error.startswith("HTTP 500: no reason (") for error in errors(replies))
    assert len(server.requests) <= 3 * len(probes)


def test_a_server_that_is_not_there_is_an_error_reply_soon(probes):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    pacing = replace(FAST, first_pause=0.1, longest_pause=10.0)
    began, model = time.monotonic(), load_endpoint(f"http://127.0.0.1:{port}/v1#m", pacing=pacing, environment={})
    for _ in range(2):
        assert all(error.startswith("the connection failed (ConnectError)") for error in errors(model.answer(probes)))
    assert time.monotonic() - began < FAST.patience


def test_fewer_are_asked_at_once_after_refusals_for_load_and_more_while_all_goes_well(server, expected, probes):
    server.seconds, many = 0.05, probes * 3
    roomy = endpoint(server)
    assert texts(roomy.answer(many)) == expected * 3
    unhindered = server.busiest
    assert unhindered > FAST.start
    server.busiest, server.capacity, before = 0, 2, len(server.requests)
    assert texts(roomy.answer(many)) == expected * 3
    under_way = [entry["under_way"] for entry in server.requests[before:]]
    settled = under_way[len(under_way) // 2 :]
    # It goes on trying one more than the server bears, and comes back.
    assert sum(settled) / len(settled) < 3
    assert len(under_way) < 3 * len(many)


def test_ctrl_c_breaks_off_at_once(server, probes):
    server.seconds = 30.0
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        endpoint(server).answer(probes)
    assert time.monotonic() - began < server.seconds, "it has not waited for an answer"
