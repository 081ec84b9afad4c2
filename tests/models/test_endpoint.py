"""Over real HTTP, against a server on this machine with a starter model behind it."""

import logging
import os
import signal
import socket
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest
from endpoint_server import FINGERPRINT, StarterModel, serve

from arena.generators.scenes import FAMILIES, draw_pair
from arena.images import Picture
from arena.models import Entry, ModelPool, is_endpoint, load_endpoint
from arena.models.endpoint_pace import Pacing
from arena.models.endpoint_replies import NO_ROOM, ONLY_THOUGHTS
from arena.models.endpoint_requests import CHAT
from arena.probes import Outcome, Probe, Reply, Turn
from arena.strategies import entry_under, strategy_named
from arena.strategies.prompts import PromptModel
from arena.strategies.reminder import with_reminder
from arena.tasks import TASKS
from arena.tasks.request import MAX_NEW_TOKENS

FOLDER = Path(__file__).parents[2] / "starter" / "models" / "drawn-world" / "llava-mini"
FAST = Pacing(first_pause=0.01, longest_pause=0.04, timeout=10.0, patience=20.0)
SECRET = "sk-0123456789abcdef"


@pytest.fixture(scope="module")
def served_model():
    return StarterModel(FOLDER)


@pytest.fixture(scope="module")
def probes():
    """All questions about a pair that every task can ask about."""
    pairs = (draw_pair(family, 7, source="test") for family in FAMILIES)
    pair = next(pair for pair in pairs if pair.request is not None)
    return [probe for task in TASKS.values() for probe in task.probes(pair)]


@pytest.fixture(scope="module")
def expected(served_model, probes):
    """What the model says to `probes` without a server."""
    return [reply.text for reply in served_model.model.answer(probes)]


@pytest.fixture
def server(served_model):
    with serve(served_model) as served:
        yield served


def endpoint(server, *, pacing=FAST, options="", environment=None):
    return load_endpoint(f"{server.address}#llava-mini{options}", pacing=pacing, environment=environment or {})


def texts(replies):
    return [reply.text for reply in replies]


def errors(replies):
    return [reply.error or "" for reply in replies]


def test_an_endpoint_answers_as_the_model_behind_it_does(server, served_model, probes):
    words_only = Probe("request", "text", "request/1", (), "Is it safe?", max_new_tokens=8)
    asked = [*probes, words_only]
    replies, locally = endpoint(server).answer(asked), served_model.model.answer(asked)
    assert texts(replies) == texts(locally)
    assert [reply.finished for reply in replies] == [reply.finished for reply in locally]
    assert replies[-1].text
    for probe, reply, same in zip(asked, replies, locally, strict=True):
        if probe.options:
            assert reply.logprobs == pytest.approx(same.logprobs, abs=1e-3)
        else:
            assert reply.logprobs is None


def test_each_question_is_sent_as_local_models_get_it(server, probes):
    endpoint(server).answer(probes)
    sent = {(entry["prompt"], *entry["images"]): entry for entry in server.requests}
    assert len(sent) == len(server.requests) == len(probes)
    for probe in probes:
        entry = sent[(probe.prompt, *(picture.digest for picture in probe.images))]
        assert entry["roles"] == ["user"]
        assert (entry["temperature"], entry["top_p"], entry["seed"]) == (0, 1, 0)
        assert entry["max_tokens"] == probe.max_new_tokens
        assert entry.get("logprobs", False) == bool(probe.options)


def test_a_server_cannot_tell_questions_by_their_place(server, probes):
    model = endpoint(server, pacing=replace(FAST, start=1, most=1))
    for _ in range(3):
        model.answer(probes)
    sent = [(entry["prompt"], *entry["images"]) for entry in server.requests]
    orders = [sent[start : start + len(probes)] for start in range(0, len(sent), len(probes))]
    assert len({tuple(sorted(order)) for order in orders}) == 1
    assert len({tuple(order) for order in orders}) > 1


def test_a_question_after_an_answer_is_sent_as_three_turns_with_the_images_in_the_first(server, served_model, probes):
    words_only = Probe("t", "c", "t/1", (), "Is it safe?", max_new_tokens=8)
    seconds = [replace(probe, prompt="Say A.", before=(Turn(probe.prompt, "Both."),)) for probe in (probes[0], words_only)]
    replies = endpoint(server).answer(seconds)
    sent = {tuple(entry["images"]): entry for entry in server.requests}
    for probe, reply in zip(seconds, replies, strict=True):
        entry = sent[tuple(picture.digest for picture in probe.images)]
        assert entry["roles"] == ["user", "assistant", "user"]
        assert entry["prompt"] == "Say A."
        assert reply.text == served_model.answer(probe)[0].text


def test_examples_are_sent_with_their_pictures_where_the_name_allows_so_many(server, probes):
    first, other = probes[0], probes[2].images
    shown = replace(first, before=(Turn("A or B?", "B", other), Turn("And here?", "A", other)))
    assert endpoint(server).answer([shown]) == [Reply(not_applicable=True)]
    assert endpoint(server, options="?images=3").answer([shown])[0].error is None
    (entry,) = server.requests
    assert entry["roles"] == ["user", "assistant"] * 2 + ["user"]
    assert (entry["images"], entry["prompt"]) == ([first.images[0].digest], first.prompt)
    assert entry["examples"] == [[other[0].digest]] * 2
    server.most_images = 2
    refused = endpoint(server, options="?images=3")
    assert refused.answer([shown]) == [Reply(not_applicable=True)]
    assert refused.capabilities.images_per_prompt == 2


def test_an_endpoint_is_asked_under_a_strategy_and_still_tells_of_itself(server, probes, tmp_path):
    plain = endpoint(server)
    entry = Entry(plain.contestant, "generative", 0, lambda: plain)
    model = entry_under(entry, strategy_named("reminder", tmp_path)).load()
    assert isinstance(model, PromptModel)
    replies = model.answer(probes)
    assert not any(reply.error or reply.not_applicable for reply in replies)
    assert {entry["prompt"] for entry in server.requests} == {with_reminder(probe).prompt for probe in probes}
    assert model.record() == plain.record()


def test_an_endpoint_takes_a_second_turn_unless_its_name_says_otherwise(server, probes):
    second = replace(probes[0], before=(Turn("A or B?", "Both."),))
    assert endpoint(server).capabilities.second_turn
    assert endpoint(server, options="?turns=1").answer([second]) == [Reply(not_applicable=True)]
    assert not server.requests


def test_no_log_probabilities_are_asked_of_an_endpoint_that_thinks(server, probes):
    (reply,) = endpoint(server, options="?thinking=20").answer(probes[:1])
    assert reply.logprobs is None
    assert "logprobs" not in server.requests[0]
    assert server.requests[0]["max_tokens"] == probes[0].max_new_tokens + 20


def test_nothing_to_ask_is_nothing_asked(server):
    assert endpoint(server).answer([]) == []
    assert not server.requests


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


def test_a_server_that_is_not_there_is_an_error_reply(probes):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    model = load_endpoint(f"http://127.0.0.1:{port}/v1#m", pacing=replace(FAST, attempts=2, patience=0.2), environment={})
    assert all(error.startswith("the connection failed (ConnectError)") for error in errors(model.answer(probes)))


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


@pytest.mark.parametrize("parameter", ["logprobs", "seed", "top_p", "max_tokens", "temperature"])
def test_a_parameter_that_is_refused_is_left_out_from_then_on_and_recorded(server, expected, probes, parameter):
    server.refused = {parameter}
    model = endpoint(server, pacing=replace(FAST, start=1))
    assert texts(model.answer(probes[:3])) == expected[:3]
    assert len(server.requests) == 4
    assert model.record()["parameters_refused"] == [parameter]
    assert parameter not in server.requests[-1]
    if parameter == "max_tokens":
        assert server.requests[-1]["max_completion_tokens"] == probes[2].max_new_tokens


SCHEMA = {"type": "object", "properties": {"said": {"type": "string"}}, "required": ["said"]}


@pytest.mark.parametrize("refused", [False, True])
def test_a_reply_is_held_to_the_schema_of_its_probe_where_the_server_takes_one(server, probes, refused):
    server.refused = {"response_format"} if refused else set()
    model = endpoint(server)
    shaped = replace(probes[0], options=(), schema=SCHEMA)
    assert [reply.error for reply in model.answer([shaped])] == [None]
    sent = [request.get("response_format") for request in server.requests]
    held = {"type": "json_schema", "json_schema": {"name": shaped.task, "schema": SCHEMA, "strict": True}}
    assert sent == ([held, None] if refused else [held])
    assert model.record()["parameters_refused"] == (["response_format"] if refused else [])


def test_a_refusal_without_a_name_is_taken_for_one_of_log_probabilities_only_if_that_helps(server, probes):
    server.faults = ["400", "ok", "400", "400"]  # the second is to learn whether pictures are taken
    replies = endpoint(server, pacing=replace(FAST, start=1)).answer(probes[:2])
    failed, answered = sorted(replies, key=lambda reply: reply.error is None)
    assert failed.error == "HTTP 400: no reason"
    assert answered.text
    assert answered.logprobs is None
    assert [entry.get("logprobs", False) for entry in server.requests] == [True, False, False, True, False]


def test_images_that_the_server_does_not_take_are_not_applicable_and_not_tried_again(server, expected, probes):
    server.most_images = 1
    model = endpoint(server, pacing=replace(FAST, start=1, most=1))
    alone = [None if len(probe.images) > 1 else text for probe, text in zip(probes, expected, strict=True)]
    assert texts(model.answer(probes)) == alone
    assert [reply.not_applicable for reply in model.answer(probes)] == [len(probe.images) > 1 for probe in probes]
    assert sum(len(entry["images"]) > 1 for entry in server.requests) == 2, "the question, and one to learn it was for that"


def test_a_reference_may_say_how_many_images_and_thoughts_a_model_takes(server, probes):
    replies = endpoint(server, options="?images=1&thinking=100").answer(probes)
    assert [reply.not_applicable for reply in replies] == [len(probe.images) > 1 for probe in probes]
    assert {entry["max_tokens"] for entry in server.requests} == {132, 100 + MAX_NEW_TOKENS}


@pytest.mark.parametrize("fault", ["refusal", "filtered", "400:content_filter"])
def test_what_a_provider_declares_to_be_a_refusal_counts_as_one_in_every_task(server, probes, fault):
    server.faults = [fault] * len(probes)
    for probe, reply in zip(probes, endpoint(server).answer(probes), strict=True):
        expected = Outcome.CORRECT if probe.expected == "refuse" else Outcome.REFUSED
        assert TASKS[probe.task].read(probe, reply) == expected


@pytest.mark.parametrize("fault", ["thinking", "hidden", "reasoning:null:stop", "reasoning::length"])
def test_thoughts_that_it_was_given_tokens_for_and_that_leave_no_room_for_an_answer_are_none(server, probes, fault):
    server.faults = [fault] * len(probes)
    for probe, reply in zip(probes, endpoint(server, options="?thinking=20").answer(probes), strict=True):
        assert TASKS[probe.task].read(probe, reply) == Outcome.UNPARSEABLE


@pytest.mark.parametrize("fault", ["with:KEY", "401", "malformed", "reset", "429:3600", "moved:http://127.0.0.1:9/v1"])
def test_the_key_goes_to_its_host_and_is_seen_nowhere_else(server, probes, caplog, fault):
    caplog.set_level(logging.DEBUG)
    server.faults = [fault] * 10_000
    host = server.address.removeprefix("http://").removesuffix("/v1")
    model = endpoint(
        server, pacing=replace(FAST, patience=0.2), environment={"ARENA_ENDPOINT_KEY": f"{host}={SECRET}, a.example=other"}
    )
    replies = model.answer(probes[:2])
    assert server.requests[0]["authorization"] == f"Bearer {SECRET}"
    shown = errors(replies)
    assert all(error and len(error.splitlines()) == 1 and len(error) < 400 for error in shown)
    told = " ".join([caplog.text, *shown, repr(vars(model.contestant)), repr(model), str(model.record())])
    assert SECRET not in told
    assert SECRET[:12] not in told


def test_no_key_goes_to_a_host_that_none_was_given_for(server, probes, monkeypatch):
    for variable in ("HF_TOKEN", "OPENAI_API_KEY"):
        monkeypatch.setenv(variable, "hf_" + SECRET)
    load_endpoint(f"{server.address}#llava-mini", pacing=FAST).answer(probes[:1])
    assert server.requests[0]["authorization"] is None


def test_a_redirection_is_not_followed(server, served_model, probes):
    with serve(served_model) as elsewhere:
        server.faults = [f"moved:{elsewhere.address}/chat/completions"] * len(probes)
        replies = endpoint(server).answer(probes)
        assert all("sends elsewhere" in error for error in errors(replies))
        assert not elsewhere.requests


def test_inference_providers_are_asked_through_the_router_with_the_token_of_the_hub(server, probes, monkeypatch):
    from huggingface_hub import constants
    from huggingface_hub.inference import _providers

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(_providers.CONVERSATIONAL_AUTO_ROUTER, "base_url", server.address.removesuffix("/v1"))
    environment = {"HF_TOKEN": "hf_" + SECRET, "OPENAI_API_KEY": "other"}
    model = load_endpoint("auto:organisation/model", pacing=FAST, environment=environment)
    assert model.answer(probes[:1])[0].text
    assert server.requests[0]["authorization"] == f"Bearer hf_{SECRET}"
    assert server.requests[0]["model"] == "organisation/model"


def test_what_the_server_says_of_itself_is_recorded(server, probes):
    model = endpoint(server)
    assert model.record()["first_asked"] is None
    model.answer(probes[:2])
    record = model.record()
    assert record["models_reported"] == ["served/llava-mini"]
    assert record["system_fingerprints"] == [FINGERPRINT]
    assert record["first_asked"] <= record["last_asked"]


def test_ctrl_c_breaks_off_at_once(server, probes):
    server.seconds = 30.0
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        endpoint(server).answer(probes)
    assert time.monotonic() - began < server.seconds, "it has not waited for an answer"


def test_the_pool_asks_endpoints_as_it_asks_local_models(server, expected, probes):
    model = endpoint(server)
    pool = ModelPool(2**20)
    try:
        pool.register(model.contestant, model.memory_bytes, lambda: model)
        assert texts(pool.ask(model.contestant.id, probes, timeout=30)) == expected
    finally:
        pool.close()


def test_its_own_reference_is_an_endpoint(server):
    assert is_endpoint(f"{server.address}#llava-mini")


def test_each_request_is_counted_before_it_is_sent_and_none_is_sent_beyond_the_allowance(server, probes):
    left = iter(["", "", ""])
    server.faults = ["500"]
    model = load_endpoint(
        f"{server.address}#llava-mini",
        pacing=FAST,
        environment={},
        allowance=lambda: "used up" if next(left, None) is None else None,
    )
    replies = model.answer(probes[:4])
    assert (len(server.tokenized), len(server.requests)) == (1, 2)
    assert sorted(errors(replies)) == ["", "used up", "used up", "used up"]
