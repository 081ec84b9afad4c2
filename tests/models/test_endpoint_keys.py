"""Which key goes where, and that it is seen nowhere else: over real HTTP."""

import logging
from dataclasses import replace

import pytest
from endpoint_server import serve
from endpoints import FAST, endpoint, errors

from arena.models import load_endpoint

SECRET = "sk-0123456789abcdef"


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


def test_a_key_that_a_server_repeats_in_its_answer_is_in_no_text(server, probes):
    server.faults = [f"said:your key is {SECRET}"]
    host = server.address.removeprefix("http://").removesuffix("/v1")
    model = load_endpoint(f"{server.address}#m", pacing=FAST, environment={"ARENA_ENDPOINT_KEY": f"{host}={SECRET}"})
    assert model.answer(probes[:1])[0].text == "your key is ***"
