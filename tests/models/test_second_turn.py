"""Questions after an answer, held against a plain forward pass over the same turns as stock transformers writes them."""

import shutil
from dataclasses import replace

import pytest
import torch
from tiny_repositories import load_unguarded, load_writer
from transformers import AutoModelForImageTextToText, AutoProcessor

from arena.models import check_repository, contestant_of
from arena.models.chat import Chat
from arena.models.one_by_one import OneByOne
from arena.models.shared_vision import SharedVision
from arena.probes import Probe, Reply, Turn

NAMES = ("LLaVA-1.5", "Qwen3-VL", "Gemma 3", "GLM-4.5V")
BEFORE = Turn("Which image shows a dog in a car, 1 or 2?", "Both of them might: there is a lamp near the wall.")
ASKED = "Answer with A for the first, B for the second, C if you cannot tell."
OPTIONS = ("A", "B", "C")


@pytest.fixture(scope="module", params=NAMES)
def folder(request, repositories):
    return repositories(request.param)


@pytest.fixture(scope="module")
def model(folder):
    return load_writer(folder, image_size=0)


@pytest.fixture(scope="module")
def stock(folder):
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()
    return model, AutoProcessor.from_pretrained(folder)


@pytest.fixture(scope="module")
def second(picture):
    images = (picture(1), picture(2))
    return Probe("t", "c", "t/1", images, ASKED, options=OPTIONS, max_new_tokens=4, before=(BEFORE,))


def chat(probe):
    (turn,) = probe.before
    images = [{"type": "image", "image": picture.pixels()} for picture in probe.images]
    return [
        {"role": "user", "content": [*images, {"type": "text", "text": turn.prompt}]},
        {"role": "assistant", "content": [{"type": "text", "text": turn.words}]},
        {"role": "user", "content": [{"type": "text", "text": probe.prompt}]},
    ]


def stock_inputs(stock, turns):
    off = {"enable_thinking": False} if "enable_thinking" in stock[1].chat_template else {}
    return stock[1].apply_chat_template(
        turns, tokenize=True, return_dict=True, return_tensors="pt", add_generation_prompt=True, **off
    )


def spellings(tokenizer, option):
    ids = [tokenizer.encode(space + option, add_special_tokens=False) for space in ("", " ")]
    return sorted({one[0] for one in ids if len(one) == 1})


def test_options_after_an_answer_have_the_log_probabilities_of_a_forward_pass_over_all_turns(model, stock, second):
    assert model.capabilities.second_turn
    with torch.inference_mode():
        scores = stock[0](**stock_inputs(stock, chat(second))).logits[0, -1].float().log_softmax(-1)
    expected = [scores[spellings(stock[1].tokenizer, option)].logsumexp(0).item() for option in OPTIONS]
    (reply,) = model.answer([second])
    assert reply.logprobs == pytest.approx(expected, abs=1e-4)


def test_what_is_written_after_an_answer_is_what_generate_writes(model, stock, second):
    inputs = stock_inputs(stock, chat(second))
    written = stock[0].generate(**inputs, max_new_tokens=4, do_sample=False, repetition_penalty=1.0)
    text = stock[1].tokenizer.decode(written[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True).strip()
    assert model.answer([second])[0].text == text


def test_first_and_second_turns_of_a_batch_are_as_each_alone(model, second, picture):
    first = replace(second, prompt=BEFORE.prompt, before=())
    other = replace(second, images=second.images[::-1], before=(Turn("A or B?", "B"),))
    probes = [first, second, other, replace(second, images=(picture(3),))]
    for reply, probe in zip(model.answer(probes), probes, strict=True):
        (alone,) = model.answer([probe])
        assert reply.logprobs == pytest.approx(alone.logprobs, abs=1e-4)
        assert reply.text == alone.text


def test_the_words_of_the_model_change_the_answer(model, second):
    others = replace(second, before=(Turn(BEFORE.prompt, "The first one, without doubt."),))
    assert model.answer([second])[0].logprobs != model.answer([others])[0].logprobs


def test_no_control_token_can_be_spelled_by_an_earlier_turn(model, second):
    harmless = model._encoder.encode([second])[0].ids
    for token in model._chat._controls:
        for turn in (Turn(token, "B"), Turn("A or B?", token)):
            (reply,) = model.answer([replace(second, before=(turn,))])
            if reply.error is None:
                ids = model._encoder.encode([replace(second, before=(turn,))])[0].ids
                place = model._tokenizer.convert_tokens_to_ids(token)
                assert ids.count(place) == harmless.count(place)


TURNS = "{% for message in messages %}<|x|>{% for part in message['content'] %}{{ part['text'] }}{% endfor %}{% endfor %}"


@pytest.mark.parametrize(
    ("template", "takes"),
    [
        (TURNS, True),
        ("{% if messages|length > 1 %}{{ raise_exception('one turn') }}{% endif %}" + TURNS, False),
        (TURNS.replace("<|x|>", "{{ messages|length }}"), False),
        (TURNS.replace("in messages", "in messages[-1:]"), False),
        (TURNS.replace("in messages", "in messages if message['role'] == 'user'"), False),
        (TURNS.replace("in messages", "in messages[1:] + messages[:1]"), False),
    ],
)
def test_a_template_takes_a_second_turn_only_if_it_writes_all_turns_in_order_after_the_same_beginning(
    repositories, template, takes
):
    processor = AutoProcessor.from_pretrained(repositories("LLaVA-1.5"))
    processor.chat_template = template
    assert Chat(processor, torch.device("cpu"), torch.float32).takes(BEFORE, ASKED) is takes


def test_a_model_whose_template_takes_one_question_still_enters_and_is_asked_no_other(repositories, tmp_path, second):
    folder = shutil.copytree(repositories("LLaVA-1.5"), tmp_path / "tiny" / "model")
    file = folder / "chat_template.jinja"
    file.write_text("{% if messages|length > 1 %}{{ raise_exception('one turn') }}{% endif %}" + file.read_text())
    model = load_writer(folder)
    assert not model.capabilities.second_turn
    assert model.answer([second]) == [Reply(not_applicable=True)]
    assert model.answer([replace(second, before=())])[0].text is not None


def test_other_numbers_than_those_of_a_forward_pass_forbid_the_second_turn(repositories, monkeypatch):
    tokens = SharedVision._tokens
    monkeypatch.setattr(SharedVision, "_tokens", lambda self, probe: tokens(self, replace(probe, before=())))
    assert not load_writer(repositories("LLaVA-1.5")).capabilities.second_turn
    monkeypatch.setattr("arena.models.guard.ENCODERS", {"one by one": OneByOne})
    assert load_writer(repositories("LLaVA-1.5")).capabilities.second_turn


def test_a_setting_switches_it_off_and_makes_another_contestant(repositories, second):
    model = load_unguarded(repositories("LLaVA-1.5"), turns=1)
    assert model.contestant.settings["turns"] == 1
    assert not model.capabilities.second_turn
    assert model.answer([second]) == [Reply(not_applicable=True)]
    assert "turns" not in contestant_of(check_repository(str(repositories("LLaVA-1.5")))).settings


def test_three_turns_before_are_too_many(model, second):
    assert not model.capabilities.can_answer(replace(second, before=(BEFORE, BEFORE)))


@pytest.fixture(scope="module")
def shown(picture):
    """A question after two examples, each with a picture of its own."""
    examples = (Turn("What is this?", "A lamp.", (picture(3),)), Turn("And this?", "A dog.", (picture(4),)))
    return Probe("t", "c", "t/1", (picture(1),), ASKED, options=OPTIONS, max_new_tokens=4, before=examples)


def example_chat(probe):
    shown = [(turn.prompt, turn.images, turn.words) for turn in probe.before]
    turns = []
    for prompt, pictures, words in (*shown, (probe.prompt, probe.images, "")):
        images = [{"type": "image", "image": picture.pixels()} for picture in pictures]
        turns.append({"role": "user", "content": [*images, {"type": "text", "text": prompt}]})
        turns.append({"role": "assistant", "content": [{"type": "text", "text": words}]})
    return turns[:-1]


def test_options_after_examples_have_the_log_probabilities_of_a_forward_pass_over_all_turns(model, stock, shown):
    with torch.inference_mode():
        scores = stock[0](**stock_inputs(stock, example_chat(shown))).logits[0, -1].float().log_softmax(-1)
    expected = [scores[spellings(stock[1].tokenizer, option)].logsumexp(0).item() for option in OPTIONS]
    together = model.answer([shown, replace(shown, before=()), replace(shown, before=shown.before[::-1])])
    assert together[0].logprobs == pytest.approx(expected, abs=1e-4)
    assert len({reply.logprobs for reply in together}) == 3


def test_examples_are_not_applicable_to_a_model_that_takes_one_picture_or_reads_them_otherwise(
    repositories, shown, monkeypatch
):
    model = load_unguarded(repositories("LLaVA-1.5"))
    model.capabilities = replace(model.capabilities, images_per_chat=None, images_per_prompt=1)
    assert model.answer([shown]) == [Reply(not_applicable=True)]
    swapped, tokens = load_unguarded(repositories("LLaVA-1.5")), SharedVision._tokens
    monkeypatch.setattr(SharedVision, "_tokens", lambda self, probe: tokens(self, replace(probe, before=probe.before[::-1])))
    assert swapped.answer([shown]) == [Reply(not_applicable=True)]
