"""What pages may show of what models write."""

import pytest

from arena.battles.playing import names_of, round_of
from arena.contestants import Contestant
from arena.models.endpoint_replies import DECLINED
from arena.probes import Probe, Reply

NAMES = names_of([Contestant("drawn-world/clip-small", "0123456789" * 4, "test")])


@pytest.mark.parametrize(
    "text", ["clip-small", "Clip Small", "CLIP_SMALL", "clipsmall", "Drawn World", "drawn-world/clip-small", "0123456789" * 4]
)
def test_names_are_struck_out_however_they_are_spelled(text):
    struck = NAMES.sub("[name]", f"I am {text}, a model.")
    assert text not in struck
    assert "[name]" in struck


@pytest.mark.parametrize("text", ["a small paper clip", "the world is drawn", "clips smaller"])
def test_other_words_stay(text):
    assert NAMES.sub("[name]", text) == text


def test_nobody_has_no_names():
    assert names_of([]).sub("[name]", "anything at all") == "anything at all"


@pytest.mark.parametrize("text", ["Acme", "vlm.acme.com:8000", "acme", "Seer", "big-seer-2", "seer/Big Seer 2"])
def test_the_host_of_an_endpoint_and_every_part_of_its_models_name_are_struck_out(text):
    names = names_of([Contestant("vlm.acme.com:8000/seer/big-seer-2", "0" * 40, "endpoint openai-compatible")])
    assert text not in names.sub("[name]", f"I am {text}, a model.")
    assert names.sub("[name]", "a 2 com in the api on port 8000") == "a 2 com in the api on port 8000"


def test_that_a_provider_declined_and_no_model_is_told_with_the_reveal_and_not_before():
    probe = Probe("request", "image0", "request/1", (), "How?", expected="answer")
    declined, answered = Reply(f"{DECLINED} Not this one.", finished=True), Reply("Roll it.", finished=True)
    asked, replies = {"request": [probe]}, ({probe.key: declined}, {probe.key: answered})
    (before,), _ = round_of(asked, "request", replies).answers
    (after,), _ = round_of(asked, "request", replies, judged=True).answers
    assert before.answer == "“I cannot answer this. Not this one.”"
    assert "provider" in after.answer
