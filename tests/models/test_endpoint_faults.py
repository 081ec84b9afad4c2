"""What servers do that nobody asked for, over real HTTP: permanent errors, refusals of pictures, floods."""

import resource
import time
from dataclasses import replace

import pytest
from endpoints import ONE_FIRST, endpoint

from arena.models.endpoint_replies import CHARACTERS_PER_TOKEN


@pytest.mark.parametrize(
    ("served", "named"),
    [
        ("/v1beta/openai", "/v1beta/openai"),
        ("/api/paas/v4", "/api/paas/v4/"),
        ("/api", "/api"),
        ("/v1", ""),
        ("/v1", "/v1/chat/completions"),
        ("/openai/deployments/m", "/openai/deployments/m?api-version=2024-10-21"),
    ],
)
def test_the_address_is_asked_as_it_is_given(server, probes, served, named):
    server.path = served
    assert not any(reply.error for reply in endpoint(server, named, pacing=ONE_FIRST).answer(probes[:2]))
    query = named.partition("?")[2]
    assert {entry["path"] for entry in server.requests} == {f"{served}/chat/completions" + (f"?{query}" if query else "")}


def test_a_server_on_this_machine_is_never_asked_through_a_proxy(server, probes, monkeypatch):
    for name in ("http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert not any(reply.error for reply in endpoint(server, pacing=ONE_FIRST).answer(probes[:1]))


PERMANENT = {
    "401:bad key": "HTTP 401: bad key",
    "402:Insufficient Balance": "HTTP 402: Insufficient Balance",
    "403:not your model": "HTTP 403: not your model",
    "404:The model `m` does not exist": "HTTP 404: The model `m` does not exist",
    "404:Not Found": "HTTP 404: Not Found; asked at ",
    "400:Model Not Exist": "HTTP 400: Model Not Exist",
    "400:only support stream mode, please enable the stream parameter": "HTTP 400: only support stream mode",
    "stream": "the server only streams",
    "moved:https://elsewhere.example/v1": "HTTP 307: the server sends elsewhere",
    'error:{"object": "error", "message": "no such thing", "code": 404}': "HTTP 404: no such thing",
    'error:{"object": "error", "message": "The key is wrong."}': "the server sent an error: The key is wrong.",
    'error:{"error": {"message": "no credit", "code": "402"}}': "HTTP 402: no credit",
    'error:{"code": 1211, "msg": "no such thing"}': "the server sent an error: no such thing",
    'error:{"error_code": 17, "error_msg": "daily request limit reached"}': "the server sent an error: daily request limit",
}


@pytest.mark.parametrize(("fault", "line"), PERMANENT.items())
def test_what_holds_for_every_question_ends_all_at_once_with_the_servers_line(server, probes, fault, line):
    server.faults = [fault] * 1000
    began = time.monotonic()
    replies = endpoint(server, pacing=ONE_FIRST).answer(probes)
    assert time.monotonic() - began < 5
    assert len({reply.error for reply in replies}) == 1
    assert (replies[0].error or "").startswith(line)
    assert all(reply.permanent for reply in replies)
    assert len(server.requests) <= 3


@pytest.mark.parametrize(
    "message",
    [
        '{"error": {"code": "insufficient_quota", "message": "You exceeded your current quota"}}',
        '{"error": {"message": "Rate limit reached for model on tokens per day (TPD)"}}',
        '{"error": {"message": "Rate limit exceeded: free-models-per-day"}}',
        '{"error": {"message": "quota", "details": [{"quotaId": "GenerateRequestsPerDayPerProject"}]}}',
    ],
)
def test_a_quota_that_is_used_up_is_not_waited_for(server, probes, message):
    server.faults = ["ok", *[f"429body:{message}"] * 100]
    replies = endpoint(server, pacing=replace(ONE_FIRST, most=1)).answer(probes[:6])
    assert [reply.error is None for reply in replies].count(True) == 1
    assert sum(reply.permanent for reply in replies) == 5
    assert len(server.requests) == 2


def test_a_limit_of_a_minute_is_waited_for(server, probes):
    server.faults = ['429body:{"error": {"message": "You exceeded your current quota: 10 requests per minute"}}'] * 2
    assert not any(reply.error for reply in endpoint(server, pacing=ONE_FIRST).answer(probes[:3]))


def test_what_an_answer_has_shown_not_to_be_so_ends_nothing(server, probes):
    server.faults = ["ok", "404:no such thing", "403:flagged", 'error:{"error": {"message": "cannot say"}}']
    alone = [probe for probe in probes if len(probe.images) == 1]
    replies = endpoint(server, pacing=replace(ONE_FIRST, most=1)).answer(alone)
    assert sum(reply.error is not None for reply in replies) == 3
    assert not any(reply.permanent for reply in replies)


def test_a_page_for_people_where_an_answer_should_be_ends_all_after_a_few_attempts(server, probes):
    server.faults = ["html"] * 1000
    replies = endpoint(server, pacing=ONE_FIRST).answer(probes)
    assert {(reply.error, reply.permanent) for reply in replies} == {("the answer is a web page", True)}
    assert len(server.requests) <= 9


def test_an_endpoint_that_was_mended_is_asked_again(server, probes):
    server.faults = ["402:pay"]
    model = endpoint(server, pacing=ONE_FIRST)
    assert model.answer(probes[:2])[0].permanent
    assert not any(reply.error for reply in model.answer(probes[:2]))


@pytest.mark.parametrize("fault", ["bomb", "endless"])
def test_a_flood_is_left_alone_before_it_fills_the_memory(server, probes, fault):
    endpoint(server, pacing=ONE_FIRST).answer(probes[:1])  # imports, and the model, take memory once
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    server.faults = [fault] * 4
    began = time.monotonic()
    replies = endpoint(server, pacing=ONE_FIRST).answer(probes[:4])
    assert all("longer than" in (reply.error or "") for reply in replies)
    assert time.monotonic() - began < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


def test_a_body_that_comes_byte_by_byte_takes_no_longer_than_an_attempt_may(server, probes):
    server.faults = ["drip"] * 4
    began = time.monotonic()
    (reply,) = endpoint(server, pacing=replace(ONE_FIRST, timeout=0.5, attempts=2)).answer(probes[:1])
    assert reply.error == "no answer in time (given up after 2 attempts)"
    assert time.monotonic() - began < 5


def test_a_text_is_cut_where_the_tokens_that_were_asked_for_must_end(server, probes):
    server.faults = ["long:100000"]
    (reply,) = endpoint(server, pacing=ONE_FIRST).answer(probes[:1])
    assert len(reply.text or "") == CHARACTERS_PER_TOKEN * probes[0].max_new_tokens
    assert reply.finished is False


def test_what_cannot_be_seen_is_taken_out_of_a_text(server, probes):
    server.faults = ["said:A\0\x1b[31m\u202e\u2066B\ud800\r\n\tC"]
    (reply,) = endpoint(server, pacing=ONE_FIRST).answer(probes[:1])
    assert reply.text == "A[31mB\ufffd\n\tC"
