"""Parameters that a server does not take, and the tokens of options that it may tell: over real HTTP."""

from dataclasses import replace

import pytest
from endpoints import ONE_FIRST, endpoint, texts

from arena.probes import Reply


@pytest.mark.parametrize("parameter", ["logprobs", "seed", "top_p", "max_tokens", "temperature"])
def test_a_parameter_that_is_refused_is_left_out_from_then_on_and_recorded(server, expected, probes, parameter):
    server.refused = {parameter}
    model = endpoint(server, pacing=ONE_FIRST)
    assert texts(model.answer(probes[:3])) == expected[:3]
    assert len(server.requests) == 4
    assert model.record()["parameters_refused"] == [parameter]
    assert parameter not in server.requests[-1]
    if parameter == "max_tokens":
        assert server.requests[-1]["max_completion_tokens"] == probes[2].max_new_tokens


@pytest.mark.parametrize("status", [404, 500])
def test_a_parameter_that_a_server_names_is_left_out_whatever_its_status(server, probes, status):
    server.faults = [f"{status}:nobody here takes logprobs"]
    model = endpoint(server, pacing=ONE_FIRST)
    assert model.answer(probes[:1])[0].text
    assert model.record()["parameters_refused"] == ["logprobs"]


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
    replies = endpoint(server, pacing=ONE_FIRST).answer(probes[:2])
    failed, answered = sorted(replies, key=lambda reply: reply.error is None)
    assert failed.error == "HTTP 400: no reason"
    assert answered.text
    assert answered.logprobs is None
    assert [entry.get("logprobs", False) for entry in server.requests] == [True, False, False, True, False]


def test_log_probabilities_of_named_tokens_are_those_of_the_model_and_kept_as_such(server, served_model, probes):
    server.names_tokens = True
    replies, locally = endpoint(server, pacing=ONE_FIRST).answer(probes), served_model.model.answer(probes)
    for probe, reply, local in zip(probes, replies, locally, strict=True):
        assert reply.text == local.text
        assert reply.logprobs == (pytest.approx(local.logprobs, abs=1e-4) if probe.options else None)
        assert reply.scored_by == ("token_ids" if probe.options else None)
    assert len(server.tokenized) == len(set(server.tokenized)), "each is asked for once"


def test_named_tokens_are_asked_for_no_more_where_they_change_nothing(server, probes):
    server.names_tokens, server.scores_names = True, False
    replies = endpoint(server, pacing=ONE_FIRST).answer(probes[:4])
    assert [reply.scored_by for reply in replies] == ["top_logprobs"] * 4
    assert ["logprob_token_ids" in entry for entry in server.requests] == [True, False, False, False]


def test_named_tokens_that_are_refused_are_left_out(server, probes):
    server.names_tokens, server.refused = True, {"logprob_token_ids"}
    model = endpoint(server, pacing=ONE_FIRST)
    assert {reply.scored_by for reply in model.answer(probes[:4])} == {"top_logprobs"}
    assert model.record()["parameters_refused"] == ["logprob_token_ids"]


def test_nothing_of_a_reply_changes_where_no_token_is_named(server, probes):
    (reply,) = endpoint(server, pacing=ONE_FIRST).answer(probes[:1])
    assert reply.scored_by == "top_logprobs"
    assert isinstance(reply, Reply)
    assert server.tokenized == ["A"]
