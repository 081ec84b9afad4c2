"""Models that think before they answer, held against what stock `generate` goes on with, token by token.

Random weights close no thoughts, so a text that the model happens to write is taken for the closing tag.
"""

import shutil
from typing import Any

import pytest
import torch
from tiny_repositories import load_unguarded
from transformers import AutoModelForImageTextToText, AutoProcessor, GenerationConfig

from arena.errors import SettingsError
from arena.models import check_repository, contestant_of
from arena.models.thoughts import TAGS, THINKING
from arena.probes import Probe, Reply
from arena.starter.architectures.parts import CHATML, turns
from arena.starter.architectures.qwen import IMAGE

ALWAYS = turns(image=IMAGE, prompt=CHATML["assistant"][0] + "<think>\n", **CHATML)
"""Turns of Qwen3-VL-Thinking: each answer begins within thoughts."""
CASES = {
    "Qwen3-VL-Thinking": ("<think>", {}),
    "Qwen3.5": ("<think>", {"enable_thinking": True}),
    "Kimi-K2.5": ("<think>", {"thinking": True}),
    "GLM-4.5V": ("", {"enable_thinking": True}),
    "GLM-4.1V": ("", {}),
}
"""Name -> the tag that the prompt leaves open where thoughts are asked for, and how stock transformers is asked for them."""
PATHS = {"Qwen3.5": "shared vision", "Kimi-K2.5": "shared prefixes, image by image"}
"""What the guard chooses for some; all others share prefixes."""
LENGTH = 24


@pytest.fixture(scope="module", params=CASES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def folder(name, repositories, tmp_path_factory):
    if name == "Qwen3-VL-Thinking":
        copy = shutil.copytree(repositories("Qwen3-VL"), tmp_path_factory.mktemp("models") / "tiny" / name)
        (copy / "chat_template.jinja").write_text(ALWAYS)
        return copy
    return repositories(name)


@pytest.fixture(scope="module")
def model(folder, name):
    return load_unguarded(folder, PATHS.get(name, "shared prefixes"), thinking=LENGTH)


@pytest.fixture(scope="module")
def probes(picture):
    prompts = ("Which is true, A or B?", "What is on the table, and is the child next to a stove? Say it.", "A or B?")
    return [
        Probe("t", text, "t/1", (picture(place),), text, options=("A", "B"), max_new_tokens=3)
        for place, text in enumerate(prompts)
    ]


@pytest.fixture(scope="module")
def stock(folder, name, probes):
    """What `generate` writes to each probe in `LENGTH` tokens, one prompt at a time."""
    model: Any = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()
    model.generation_config = GenerationConfig()
    processor = AutoProcessor.from_pretrained(folder)

    def write(probe):
        content = [{"type": "image", "image": picture.pixels()} for picture in probe.images]
        chat = [{"role": "user", "content": [*content, {"type": "text", "text": probe.prompt}]}]
        inputs = processor.apply_chat_template(
            chat, tokenize=True, return_dict=True, return_tensors="pt", add_generation_prompt=True, **CASES[name][1]
        )
        return model.generate(**inputs, max_new_tokens=LENGTH, do_sample=False)[0, inputs["input_ids"].shape[1] :].tolist()

    return [write(probe) for probe in probes]


@pytest.fixture
def endless(model, monkeypatch):
    """The model without an end of its own, as `stock` has none."""
    monkeypatch.setattr(model, "_stop", frozenset())
    return model


def spelled(model, tokens):
    return model._tokenizer.decode(tokens, skip_special_tokens=False).strip()


def words(model, tokens):
    return model._tokenizer.decode(tokens, skip_special_tokens=True)


def test_thoughts_that_go_on_are_an_open_block_of_their_budget(endless, name, probes, stock, monkeypatch):
    monkeypatch.setitem(TAGS, CASES[name][0], "no text of theirs")
    for probe, reply, tokens in zip(probes, endless.answer(probes), stock, strict=True):
        opened = CASES[name][0]
        text = f"<think>{spelled(endless, tokens)}" if opened else words(endless, tokens[: probe.max_new_tokens]).strip()
        assert (reply.text, reply.finished) == (text, False)


def test_an_answer_after_thoughts_has_all_its_tokens_and_is_what_generate_writes(endless, name, probes, stock, monkeypatch):
    tried = 0
    for place, (probe, tokens) in enumerate(zip(probes, stock, strict=True)):
        opening, first = (CASES[name][0], 0) if CASES[name][0] else (spelled(endless, tokens[:1]), 1)
        ends = (
            step
            for step in range(first + 2, LENGTH - probe.max_new_tokens)
            if (tag := spelled(endless, tokens[step : step + 1])).isascii() and tag not in spelled(endless, tokens[:step])
        )
        if (end := next(ends, None)) is None:
            continue  # it repeats itself
        tried += 1
        monkeypatch.setitem(TAGS, opening, spelled(endless, tokens[end : end + 1]))
        thoughts = spelled(endless, tokens[first:end])
        answer = words(endless, tokens[end + 1 : end + 1 + probe.max_new_tokens])
        reply = endless.answer(probes)[place]
        assert reply.text == f"<think>{thoughts}</think>{answer}".strip()
        assert reply.finished is False
    assert tried


def test_what_is_written_first_by_a_model_that_thinks_is_no_answer(model, probes):
    assert not model.capabilities.scores_options
    assert all(reply.logprobs is None for reply in model.answer(probes))


def test_thoughts_that_nobody_asked_for_are_no_answer_either(repositories, picture, monkeypatch):
    model = load_unguarded(repositories("LLaVA-1.5"))
    probe = Probe("t", "c", "t/1", (picture(0),), "Which is true, A or B?", options=("A", "B"), max_new_tokens=6)
    (reply,) = model.answer([probe])
    assert reply.logprobs
    assert reply.text
    monkeypatch.setitem(TAGS, reply.text[:1], "no text of its own")
    (thoughtful,) = model.answer([probe])
    assert thoughtful == Reply(f"<think>{reply.text[1:].strip()}", finished=reply.finished)


def test_a_stop_token_finishes_a_reply_within_its_thoughts_too(model, probes, stock, monkeypatch):
    monkeypatch.setattr(model, "_stop", frozenset({stock[0][1]}))
    (reply,) = model.answer(probes[:1])
    assert reply.finished is True


def test_room_for_thoughts_makes_another_contestant(folder, name):
    report = check_repository(str(folder))
    always = THINKING if folder.name == "Qwen3-VL-Thinking" else None
    assert contestant_of(report).settings.get("thinking") == always
    assert contestant_of(report, thinking=9).settings["thinking"] == 9
    assert len({contestant_of(report, thinking=budget).id for budget in (None, 9, 10)}) == 3


def test_room_for_thoughts_is_refused_where_none_are_known(repositories):
    report = check_repository(str(repositories("LLaVA-1.5")))
    line = r"^tiny/LLaVA-1.5: thinking does not apply, its chat template knows no thoughts; leave it out$"
    with pytest.raises(SettingsError, match=line):
        contestant_of(report, thinking=9)
    with pytest.raises(SettingsError, match="thinking does not apply"):
        contestant_of(check_repository(str(repositories("CLIP"))), thinking=9)
