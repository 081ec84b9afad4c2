"""The architectures that most submitted models have, as their public repositories are: they load, are exact, and share work.

`make families` runs this for all architectures, and then writes docs/models.md.
"""

import os
from dataclasses import replace

import pytest
import torch
from tiny_repositories import load_writer
from transformers import AutoModelForImageTextToText, GenerationConfig

from arena.models import check_repository, contestant_of
from arena.models.architectures import MEASURED
from arena.models.guard import questions
from arena.models.pretrained import from_pretrained
from arena.models.stock import EXACT
from arena.starter.architectures import ARCHITECTURES

POPULAR = (
    *("Qwen3-VL", "LLaVA-1.5", "LLaVA-Next", "LLaVA-OneVision", "Gemma 3"),
    *("InternVL", "Idefics3", "SmolVLM", "Pixtral", "GLM-4.1V"),
)
WRITERS = tuple(name for name, architecture in ARCHITECTURES.items() if not architecture.dual)
NAMES = WRITERS if os.environ.get("FAMILIES") == "all" else POPULAR
STEPS = 4


@pytest.fixture(scope="module", params=NAMES)
def name(request):
    return request.param


@pytest.fixture(scope="module")
def report(name, tmp_path_factory):
    """Its check, of a repository in bfloat16 and several files."""
    folder = tmp_path_factory.mktemp("families") / "tiny" / name.replace(" ", "-")
    return check_repository(str(ARCHITECTURES[name].save(folder, dtype=torch.bfloat16, shard="100KB")))


@pytest.fixture(scope="module")
def model(report):
    return load_writer(report.folder, image_size=0)


def stock_text(model, processor, probe):
    """What `generate` writes, asked by the stock processor, for one prompt; without thoughts, where the template can say so."""
    content = [{"type": "image", "image": picture.pixels()} for picture in probe.images]
    chat = [{"role": "user", "content": [*content, {"type": "text", "text": probe.prompt}]}]
    quiet = {"enable_thinking": False, "thinking": False}
    inputs = processor.apply_chat_template(
        chat, tokenize=True, return_dict=True, return_tensors="pt", add_generation_prompt=True, **quiet
    ).to(dtype=model.dtype)
    written = model.generate(**inputs, max_new_tokens=STEPS, do_sample=False)
    return processor.tokenizer.decode(written[0, inputs["input_ids"].shape[1] :], skip_special_tokens=True).strip()


def test_several_files_in_half_precision_load_in_full(report, model):
    assert len(list(report.folder.glob("*.safetensors"))) > 1
    assert model._model.dtype == torch.float32
    assert report.parameters > 0


def test_it_agrees_with_stock_transformers_to_a_ten_thousandth_of_a_nat(model):
    assert max(model.finding.difference, model.finding.batch_difference) <= model.finding.tolerance == EXACT


def test_submitters_are_told_how_many_images_it_takes(report, model):
    assert MEASURED[report.model_type] == model.finding.images


def test_the_popular_ones_take_two_images_and_a_fast_path(name, model):
    assert name not in POPULAR or (model.finding.images == 2 and model.finding.path.startswith("shared"))


def test_what_it_writes_in_a_batch_is_what_generate_writes_for_each_prompt(report, model):
    stock, processor = from_pretrained(AutoModelForImageTextToText, contestant_of(report, image_size=0), report.folder)
    ends = sorted(model._stop)
    stock.generation_config = GenerationConfig(eos_token_id=ends, pad_token_id=ends[0])
    probes = [replace(probe, max_new_tokens=STEPS) for probe in questions(model.finding.images, 20)]
    expected = [stock_text(stock, processor, probe) for probe in probes]
    assert [reply.text for reply in model.answer(probes)] == expected
