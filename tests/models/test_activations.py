"""Activations that are read and moved, held against stock transformers with hooks of the tests' own."""

import dataclasses
import os
from contextlib import ExitStack, contextmanager

import pytest
import torch

from arena.errors import RepositoryError
from arena.models import check_repository, contestant_of
from arena.models.activations import Activations, Site, decoder_layers
from arena.models.findings import Finding, Findings
from arena.models.generative import load_generative
from arena.models.guard import ENCODERS
from arena.models.stock import EXACT, STEPS, greedy, plain_logprobs, stock_answer
from arena.probes import Probe
from arena.starter.architectures import ARCHITECTURES

VARIED = {
    "LLaVA-1.5": "shared prefixes, image by image",
    "Qwen3.5": "shared vision",  # positions in 3-D, a layer of linear attention
    "LFM2-VL": "shared vision",  # a layer of convolutions
    "Llama 3.2 Vision": "shared prefixes",  # a layer that looks at the image
    "Llama 4": "shared prefixes",  # a decoder within the decoder
    "Gemma 3n": "shared prefixes",  # several streams
}
"""Architecture -> how it is asked, as the guard would find."""
WRITERS = tuple(name for name, architecture in ARCHITECTURES.items() if not architecture.dual)
NAMES = WRITERS if os.environ.get("FAMILIES") == "all" else tuple(VARIED)
OPTIONS = ("a child next to a stove", "a dog in a car")


@pytest.fixture(scope="module")
def loaded(repositories, tmp_path_factory):
    """Loads an architecture; where it is told how that is asked, without the guard."""

    def load_named(name):
        report = check_repository(str(repositories(name)))
        contestant = contestant_of(report, image_size=0)
        findings = Findings(tmp_path_factory.mktemp("findings") / "findings.json")
        if name in VARIED:
            findings.keep(contestant, Finding(VARIED[name], 2, False, 0.0, 0.0, EXACT, False))
        model = load_generative(contestant, report.folder, findings)
        model._stop = frozenset()  # so that all write as long as they may
        return model

    return load_named


@pytest.fixture(scope="module", params=NAMES)
def model(request, loaded):
    return loaded(request.param)


@pytest.fixture(scope="module")
def llava(loaded):
    return loaded("LLaVA-1.5")


@pytest.fixture(scope="module")
def probes(picture):
    """Questions of different lengths about two pictures, with options of several tokens and with words to write."""
    asked = (
        (0, "Which is true?", OPTIONS, STEPS),
        (1, "Which of these two sentences is true of the image that you see?", OPTIONS, 3),
        (0, "What could the child play here?", (), STEPS),
    )
    return [
        Probe("test", "cell", "test/1", (picture(number),), prompt, options=options, max_new_tokens=limit)
        for number, prompt, options, limit in asked
    ]


def noise(model, probes, sites, scale=2.0):
    """A vector for each site, as wide as what is there, and `scale` times as long."""
    dice = torch.Generator().manual_seed(3)
    seen = model.prompt_activations(probes[:1])
    drawn = {site: torch.randn(seen[site].shape[1], generator=dice) for site in sites}
    return {site: vector * scale * seen[site].norm() / vector.norm() for site, vector in drawn.items()}


def sites_of(model):
    """A layer, and three heads of the last layer that has some, of which two stand side by side."""
    return [model.activations.layers[0], *model.activations.heads[-3:-1], model.activations.heads[-1]]


@contextmanager
def hooked(model, vectors):
    """Add the vectors at the last position of every pass: what `generate` makes of an answer, whose prompt is one pass."""

    def at_output(vector):
        def hook(_, __, output):
            hidden = output if isinstance(output, torch.Tensor) else output[0]
            (hidden if hidden.ndim == 3 else hidden[0])[:, -1] += vector

        return hook

    def at_input(vector, head):
        def hook(_, inputs):
            width = len(vector)
            inputs[0][:, -1, head * width : (head + 1) * width] += vector

        return hook

    with ExitStack() as hooks:
        for site, vector in vectors.items():
            layer = decoder_layers("test", model._model)[site.layer]
            if site.head is None:
                hooks.enter_context(layer.register_forward_hook(at_output(vector)))
            else:
                (name,) = (name for name, _ in layer.named_modules() if name.endswith(("attn.o_proj", "self_attn.out_proj")))
                hooks.enter_context(layer.get_submodule(name).register_forward_pre_hook(at_input(vector, site.head)))
        yield


def hooks_in(model):
    return sum(len(module._forward_hooks) + len(module._forward_pre_hooks) for module in model._model.modules())


def close(replies, others):
    for reply, other in zip(replies, others, strict=True):
        assert reply.text == other.text
        assert reply.logprobs == (other.logprobs and pytest.approx(other.logprobs, abs=EXACT * STEPS))


def test_vectors_of_strength_0_change_no_bit(model, probes):
    sites = [*model.activations.layers, *model.activations.heads]
    expected = model.answer(probes)
    with model.activations.moved(noise(model, probes, sites, scale=0.0)):
        assert model.answer(probes) == expected


def test_what_is_moved_is_what_stock_transformers_writes_and_scores_with_hooks_at_the_last_position(model, probes):
    vectors = noise(model, probes, sites_of(model))
    plain = model.answer(probes)
    with model.activations.moved(vectors):
        replies = model.answer(probes)
    with hooked(model, vectors), torch.inference_mode(), greedy(model._model):
        answers = [stock_answer(model._model, model._chat, probe) for probe in probes]
    assert all(reply != other for reply, other in zip(replies, plain, strict=True))
    for probe, reply, answer in zip(probes, replies, answers, strict=True):
        written = answer.written[: probe.max_new_tokens]
        assert reply.text == model._tokenizer.decode(written, skip_special_tokens=True).strip()
        lengths = [len(model._spellings.tokens(option)) for option in probe.options]
        sums = [mean * length for mean, length in zip(answer.options, lengths, strict=True)]
        assert list(reply.logprobs or ()) == pytest.approx(sums, abs=EXACT * max(lengths, default=1))


def test_layers_are_those_whose_outputs_transformers_gives_as_hidden_states(model, probes):
    ours = model.prompt_activations(probes[:1])
    inputs = model._chat.stock_inputs(probes[0].prompt, [picture.pixels() for picture in probes[0].images])
    with torch.inference_mode():
        theirs = model._model(**inputs, output_hidden_states=True).hidden_states
    assert len(model.activations.layers) == len(theirs) - 1
    for site in model.activations.layers[:-1]:  # after the last one stands what a norm makes of it
        hidden = theirs[site.layer + 1]
        assert torch.allclose(ours[site][0], (hidden if hidden.ndim == 3 else hidden[0])[0, -1], atol=1e-4)


@pytest.mark.parametrize("path", ENCODERS)
def test_every_way_to_read_prompts_gives_together_what_one_by_one_gives_while_moved(llava, probes, picture, path, monkeypatch):
    asked = [*probes, dataclasses.replace(probes[2], images=(picture(0), picture(1))), probes[1]]
    monkeypatch.setattr(llava, "_encoder", ENCODERS["one by one"](llava._model, llava._chat))
    with llava.activations.moved(noise(llava, probes, sites_of(llava))):
        expected = llava.answer(asked)
        monkeypatch.setattr(llava, "_encoder", ENCODERS[path](llava._model, llava._chat))
        if path.endswith("image by image"):
            monkeypatch.setattr(llava._encoder, "saving", 0)
        close(llava.answer(asked), expected)


def test_hooks_are_gone_afterwards_and_after_an_error(llava, probes):
    before, expected = hooks_in(llava), llava.answer(probes)
    vectors = noise(llava, probes, sites_of(llava))
    with llava.activations.moved(vectors):
        assert hooks_in(llava) == before + 2  # of the layer, and of the projection that its heads share
    with pytest.raises(ZeroDivisionError), llava.activations.moved(vectors), llava.activations.read():
        raise ZeroDivisionError
    unknown = {**vectors, Site(99): vectors[Site(0)]}
    with pytest.raises(IndexError), llava.activations.moved(unknown):
        pass
    assert hooks_in(llava) == before
    assert llava.answer(probes) == expected


def test_heads_are_the_parts_of_what_attention_projects(llava, probes):
    seen = llava.prompt_activations(probes)
    attention = decoder_layers("test", llava._model)[1].get_submodule("self_attn")
    given = []
    with attention.register_forward_hook(lambda _, __, output: given.append(output[0][0, -1])), torch.inference_mode():
        plain_logprobs(llava._model, llava._chat, probes[0])
    heads = torch.cat([seen[site][0] for site in llava.activations.heads if site.layer == 1])
    assert torch.allclose(attention.get_submodule("o_proj")(heads), given[0], atol=1e-4)


def test_a_model_whose_layers_or_heads_cannot_be_found_is_refused_by_name(llava, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(llava._model.config.text_config, "num_hidden_layers", 7)
        with pytest.raises(RepositoryError, match=r"^lab/otter: the decoder layers of LlavaForConditionalGeneration cannot be"):
            Activations("lab/otter", llava._model)
    monkeypatch.setattr(llava._model.config.text_config, "num_attention_heads", 5)
    with pytest.raises(RepositoryError, match=r"^lab/otter: heads: those of LlamaDecoderLayer cannot be told apart"):
        _ = Activations("lab/otter", llava._model).heads
