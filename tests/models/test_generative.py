import dataclasses
import json
import shutil

import pytest
import torch
from tiny_repositories import GENERATIVE, load_unguarded, load_writer
from transformers import AutoModelForImageTextToText, AutoProcessor

from arena.models.chat import Chat
from arena.models.decoding import candidate_logprobs
from arena.models.guard import ENCODERS
from arena.models.repository import check_repository
from arena.models.shared_prefixes import SharedPrefixes
from arena.probes import Probe, Reply

ARCHITECTURES = sorted(GENERATIVE)


@pytest.fixture(scope="module", params=ARCHITECTURES)
def architecture(request):
    return request.param


@pytest.fixture(scope="module")
def model(architecture, repositories):
    return load_writer(repositories(architecture), image_size=0)


@pytest.fixture(scope="module")
def stock(architecture, repositories):
    """The model as anybody would run it: stock processor, `forward` and `generate`, one prompt at a time, no cache of ours."""
    folder = repositories(architecture)
    model = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()
    return model, AutoProcessor.from_pretrained(folder)


def question(pictures, prompt="Which is true, A or B?", options=("A", "B"), max_new_tokens=6) -> Probe:
    return Probe("test", f"{prompt}", "test/1", tuple(pictures), prompt, options=options, max_new_tokens=max_new_tokens)


@pytest.fixture(scope="module")
def probes(picture):
    """None to two images, short and long prompts, options of one token and of several, and free text."""
    first, second, third, fourth = (picture(number) for number in range(4))
    return [
        question([first]),
        question([first, second], "Which one does this caption describe? A dog in a car. Answer with 1 or 2.", ("1", "2")),
        question([second], "yes or no?", ("yes", "no"), 1),
        question([third, first], "The images are numbered.", ("the first image", "second"), 3),
        question([fourth], "What is on the table, and is the child next to a stove or in a car?\nSay it.", (), 12),
        question([second], "A?", ("a lantern over a table", "a dog"), 4),
        question([], "A child or a dog?", ("A", "B"), 5),
    ]


def stock_inputs(stock, probe):
    content = [{"type": "image", "image": picture.pixels()} for picture in probe.images] + [
        {"type": "text", "text": probe.prompt}
    ]
    chat = [{"role": "user", "content": content}]
    return stock[1].apply_chat_template(
        chat,
        tokenize=True,
        return_dict=True,
        return_tensors="pt",
        add_generation_prompt=True,
        processor_kwargs={"padding": False},
    )


def stock_text(stock, probe):
    inputs = stock_inputs(stock, probe)
    written = stock[0].generate(**inputs, do_sample=False, max_new_tokens=probe.max_new_tokens)
    return stock[1].decode(written[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True).strip()


def stock_logprob(stock, probe, ids):
    """Of a token sequence after the prompt, by one forward pass over both, with neither padding nor cache."""
    inputs = stock_inputs(stock, probe)
    length = inputs["input_ids"].shape[1]
    inputs["input_ids"] = torch.cat([inputs["input_ids"], torch.tensor([ids])], 1)
    inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
    if "mm_token_type_ids" in inputs:
        inputs["mm_token_type_ids"] = torch.nn.functional.pad(inputs["mm_token_type_ids"], (0, len(ids)))
    with torch.inference_mode():
        scores = stock[0](**inputs).logits[0].float().log_softmax(-1)
    return sum(scores[length - 1 + step, token].item() for step, token in enumerate(ids))


def close(reply: Reply, other: Reply, tolerance=1e-4) -> bool:
    scores, others = reply.logprobs or (), other.logprobs or ()
    same = len(scores) == len(others) and all(abs(a - b) <= tolerance for a, b in zip(scores, others, strict=True))
    return same and dataclasses.replace(reply, logprobs=None) == dataclasses.replace(other, logprobs=None)


def test_images_are_read_once_by_both_encoders_of_the_architectures_that_allow_it(model):
    assert isinstance(model._encoder, SharedPrefixes)


def test_replies_in_a_batch_equal_replies_one_by_one(model, probes):
    together = model.answer(probes)
    assert all(close(reply, model.answer([probe])[0]) for probe, reply in zip(probes, together, strict=True))


def test_replies_do_not_depend_on_order_or_on_repeats(model, probes):
    replies = model.answer([*reversed(probes), *probes])
    assert all(close(reply, other) for reply, other in zip(replies, reversed(replies), strict=True))


def test_written_text_equals_that_of_generate(model, stock, probes):
    assert [reply.text for reply in model.answer(probes)] == [stock_text(stock, probe) for probe in probes]


def test_random_weights_are_lively_enough_to_tell_images_apart(model, picture):
    replies = model.answer([question([picture(number)]) for number in range(4)])
    assert len({reply.logprobs for reply in replies}) == 4


def test_scores_of_one_token_options_equal_those_of_a_separate_forward_pass(model, stock, probes):
    probe = probes[0]
    (reply,) = model.answer([*probes])[:1]
    tokenizer = stock[1].tokenizer
    for option, score in zip(probe.options, reply.logprobs, strict=True):
        spellings = [
            ids for text in (option, " " + option) if len(ids := tokenizer.encode(text, add_special_tokens=False)) == 1
        ]
        expected = torch.tensor([stock_logprob(stock, probe, ids) for ids in spellings]).logsumexp(0).item()
        assert spellings
        assert score == pytest.approx(expected, abs=1e-4)


def test_scores_of_longer_options_equal_those_of_separate_forward_passes(model, stock, probes):
    replies = model.answer(probes)
    for place in (3, 5):
        tokens = [stock[1].tokenizer.encode(option, add_special_tokens=False) for option in probes[place].options]
        assert max(map(len, tokens)) > 2
        expected = [stock_logprob(stock, probes[place], ids) for ids in tokens]
        assert replies[place].logprobs == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("path", ["shared vision", "one by one"])
def test_slower_ways_to_read_the_prompts_give_the_same_replies(model, stock, probes, path):
    expected = model.answer(probes)
    chat = Chat(stock[1], model._model.device, model._model.dtype)
    shared, model._encoder = model._encoder, ENCODERS[path](model._model, chat)
    try:
        assert all(close(reply, other) for reply, other in zip(model.answer(probes), expected, strict=True))
    finally:
        model._encoder = shared


def test_scoring_candidates_leaves_the_prefill_as_it_was(model, probes):
    with torch.inference_mode():
        read = model._encoder.read(model._encoder.encode(probes[:2]))
        first = candidate_logprobs(model._model, read, [[[5, 6, 7]], [[8], [9, 10]]])
        assert candidate_logprobs(model._model, read, [[[5, 6, 7]], [[8], [9, 10]]]) == first


def test_each_image_is_encoded_once(model, picture, monkeypatch):
    counted = []
    vision = model._encoder._vision
    encode = vision._inputs
    monkeypatch.setattr(vision, "_inputs", lambda pictures: counted.extend(pictures) or encode(pictures))
    first, second = picture(101), picture(102)
    asked = [question([first]), question([second]), question([first, second]), question([second, first]), question([first])]
    model.answer(asked)
    model.answer(asked)
    assert sorted(seen.digest for seen in counted) == sorted([first.digest, second.digest])


def test_control_tokens_in_a_prompt_are_read_as_plain_text_or_refused(model, stock, picture, architecture):
    token = stock[1].image_token
    probe = question([picture(1)], f"a caption with {token} and {stock[1].tokenizer.eos_token} in it")
    (reply,) = model.answer([probe])
    if architecture == "llava":  # its tokenizer adds BOS, and transformers tells plain text apart in templates that do so only
        assert reply.error == f"ValueError: the prompt contains the control token {stock[1].tokenizer.eos_token!r}"
        return
    assert reply.error is None
    prompt = model._encoder.encode([probe])[0]
    assert prompt.ids.count(stock[1].image_token_id) == model._encoder.encode([question([picture(1)])])[0].ids.count(
        stock[1].image_token_id
    )


def test_a_probe_that_fails_costs_no_other_its_reply(model, probes):
    broken = dataclasses.replace(
        probes[0], images=(dataclasses.replace(probes[0].images[0], digest="0" * 64, encoded=b"no image"),)
    )
    replies = model.answer([probes[0], broken, *probes[1:]])
    assert replies[1].error
    assert "\n" not in replies[1].error
    expected = model.answer(probes)
    assert all(close(reply, other) for reply, other in zip([replies[0], *replies[2:]], expected, strict=True))


def test_a_batch_that_exceeds_memory_is_asked_again_in_halves(model, probes, monkeypatch):
    sizes = []
    read = model._encoder.read

    def scarce(prompts):
        sizes.append(len(prompts))
        if len(prompts) > 1:
            raise torch.OutOfMemoryError("not enough memory")
        return read(prompts)

    expected = model.answer(probes)
    monkeypatch.setattr(model._encoder, "read", scarce)
    assert all(close(reply, other) for reply, other in zip(model.answer(probes), expected, strict=True))
    assert max(sizes) > 1


def test_weights_that_give_no_numbers_are_an_error_and_no_answer(architecture, repositories, picture):
    model = load_unguarded(repositories(architecture), image_size=0)
    with torch.no_grad():
        for parameter in model._model.parameters():
            parameter.fill_(torch.nan)
    (reply,) = model.answer([question([picture(0)])])
    assert reply == Reply(error="the model's scores are not numbers")


def test_three_images_are_not_applicable_to_a_model_checked_on_two(model, picture):
    assert model.answer([question([picture(0)] * 3)]) == [Reply(not_applicable=True)]


def test_a_reply_is_finished_exactly_where_generate_ends_with_a_stop_token(model, stock, probes, monkeypatch):
    words = [stock_inputs(stock, probe) for probe in probes]
    written = [stock[0].generate(**one, do_sample=False, max_new_tokens=12)[0, one["input_ids"].shape[1] :] for one in words]
    ends = {int(tokens[2]) for tokens in written[:2]} | {int(written[4][0])}
    monkeypatch.setattr(model, "_stop", frozenset(ends))
    longer = [
        dataclasses.replace(probe, max_new_tokens=limit) for probe, limit in zip(probes, (3, 12, 1, 3, 4, 4, 0), strict=True)
    ]
    replies = model.answer(longer)
    for probe, reply, inputs in zip(longer, replies, words, strict=True):
        if not probe.max_new_tokens:
            assert (reply.text, reply.finished) == ("", False)
            continue
        limit = {"do_sample": False, "max_new_tokens": probe.max_new_tokens, "eos_token_id": sorted(ends)}
        tokens = stock[0].generate(**inputs, **limit)[0, inputs["input_ids"].shape[1] :].tolist()
        assert reply.finished == (tokens[-1] in ends)
        assert reply.tokens == (inputs["input_ids"].shape[1], len(tokens))
        assert reply.text == stock[1].decode([token for token in tokens if token not in ends], skip_special_tokens=True).strip()
    assert replies[4].text == ""
    assert {reply.finished for reply in replies} == {True, False}


def test_nothing_asked_is_nothing_answered(model):
    assert model.answer([]) == []


def test_the_contestant_names_commit_versions_and_settings(model, architecture, repositories):
    report = check_repository(str(repositories(architecture)))
    assert model.contestant.repository == f"tiny/{architecture}"
    assert model.contestant.revision == report.revision
    assert model.contestant.engine.startswith(f"generative transformers 5.23.0 torch {torch.__version__.split('+')[0]}")
    assert model.contestant.settings["dtype"] == "float32"
    assert model.memory_bytes == report.memory_bytes


@pytest.mark.parametrize(("asked", "edge"), [(64, 64), (32, 32), (512, 128), (0, 128)])
def test_pictures_are_scaled_to_the_size_asked_for_and_never_beyond_that_of_the_repository(repositories, asked, edge):
    model = load_unguarded(repositories("smolvlm"), image_size=asked)
    assert isinstance(model._encoder, SharedPrefixes)
    assert dict(model._encoder._chat.processor.image_processor.size) == {"longest_edge": edge}


def test_a_reply_ends_at_the_end_of_the_tokenizer_and_at_those_of_the_generation_config(repositories, tmp_path, probes):
    folder = shutil.copytree(repositories("llava"), tmp_path / "tiny" / "llava")
    model = load_unguarded(folder)
    written = [reply.text for reply in model.answer(probes)]
    middle = [model._tokenizer.encode(text, add_special_tokens=False) for text in written][4][3]
    config = json.loads((folder / "generation_config.json").read_text())
    (folder / "generation_config.json").write_text(json.dumps({**config, "eos_token_id": middle}))
    again = load_unguarded(folder)
    assert again._stop == {middle, model._tokenizer.eos_token_id}
    assert len(again.answer(probes)[4].text or "") < len(written[4] or "")


def test_a_prompt_that_is_longer_than_the_model_reads_is_not_applicable(model, probes, monkeypatch):
    expected = model.answer(probes)
    lengths = [prompt.length for prompt in model._encoder.encode(probes)]
    monkeypatch.setattr(model, "_longest", sorted(lengths)[3])
    for length, reply, other in zip(lengths, model.answer(probes), expected, strict=True):
        assert reply == Reply(not_applicable=True) if length > model._longest else close(reply, other)


def test_the_longest_prompt_is_that_of_the_configuration(model):
    assert model._longest == model._model.config.get_text_config().max_position_embeddings
