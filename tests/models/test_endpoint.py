"""Over real HTTP, against a server on this machine with a starter model behind it."""

from dataclasses import replace

import pytest
from endpoint_server import FINGERPRINT
from endpoints import FAST, endpoint, errors, texts

from arena.models import Entry, ModelPool, is_endpoint, load_endpoint
from arena.probes import Outcome, Probe, Reply, Turn
from arena.strategies import entry_under, strategy_named
from arena.strategies.prompts import PromptModel
from arena.strategies.reminder import with_reminder
from arena.tasks import TASKS
from arena.tasks.request import MAX_NEW_TOKENS


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


def test_what_the_server_says_of_itself_is_recorded(server, probes):
    model = endpoint(server)
    assert model.record()["first_asked"] is None
    model.answer(probes[:2])
    record = model.record()
    assert record["models_reported"] == ["served/llava-mini"]
    assert record["system_fingerprints"] == [FINGERPRINT]
    assert record["first_asked"] <= record["last_asked"]


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
