"""The adapter that Phi-4-multimodal answers pictures with: transformers' own `load_adapter` is the oracle."""

import json
import shutil

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoModelForImageTextToText

from arena.errors import RepositoryError
from arena.models.adapters import HEARING
from arena.models.dry_run import dry_run
from arena.models.loading import contestant_of, fetch
from arena.models.pretrained import from_pretrained
from arena.models.repository import check_repository

FOLDER = "vision-lora"


@pytest.fixture
def repository(repositories, tmp_path):
    return shutil.copytree(repositories("Phi-4-multimodal"), tmp_path / "org" / "name")


def model_and_processor(folder):
    report = check_repository(str(folder))
    dry_run(report)
    return from_pretrained(AutoModelForImageTextToText, contestant_of(report), fetch(report))


def inputs(processor):
    image = Image.new("RGB", (64, 48), "teal")
    content = [{"type": "image", "image": image}, {"type": "text", "text": "Which is true, A or B?"}]
    return processor.apply_chat_template(
        [{"role": "user", "content": content}], tokenize=True, return_dict=True, return_tensors="pt"
    )


def logits(model, asked):
    with torch.inference_mode():
        return model.eval()(**asked).logits


def edit(folder, **changes):
    path = folder / FOLDER / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_logits_are_those_of_stock_transformers_with_the_adapter_for_pictures(repository):
    model, processor = model_and_processor(repository)
    asked = inputs(processor)
    stock = AutoModelForCausalLM.from_pretrained(repository)
    bare = logits(stock, asked)
    stock.load_adapter(str(repository), adapter_name="vision", adapter_kwargs={"subfolder": FOLDER})
    stock.set_adapter("vision")
    expected = logits(stock, asked)
    torch.testing.assert_close(logits(model, asked), expected, atol=1e-4, rtol=1e-4)
    assert (expected - bare).abs().max() > 0.05


def test_targets_that_only_hear_may_lack_weights(repository):
    expected = model_and_processor(repository)[0].state_dict()
    edit(repository, target_modules=["qkv_proj", "o_proj", "gate_up_proj", "down_proj"])
    model = model_and_processor(repository)[0]
    assert any(HEARING in name and "o_proj" in name for name in expected)
    assert all(torch.equal(tensor, expected[name]) for name, tensor in model.state_dict().items() if HEARING not in name)


def test_the_contestant_says_that_it_has_it_and_its_revision_depends_on_it(repository):
    report = check_repository(str(repository))
    assert contestant_of(report).settings["vision_lora"] == FOLDER
    shutil.rmtree(repository / "speech-lora")
    weights = {name: tensor + 1 for name, tensor in load_file(repository / FOLDER / "adapter_model.safetensors").items()}
    without_sounds = check_repository(str(repository))
    save_file(weights, repository / FOLDER / "adapter_model.safetensors", {"format": "pt"})
    assert check_repository(str(repository)).revision != without_sounds.revision


def test_it_counts_for_the_size_of_the_files_and_not_for_the_parameters(repository):
    report = check_repository(str(repository))
    weights = load_file(repository / "model.safetensors").values()
    assert report.memory_bytes == report.parameters * 4 == sum(tensor.numel() * 4 for tensor in weights)
    read = [path for path in repository.rglob("*.*") if path.suffix in (".json", ".jinja") or path.name == "model.safetensors"]
    size = sum(path.stat().st_size for path in [*read, repository / report.vision_lora[0]])
    assert check_repository(str(repository), max_bytes=size) == report
    with pytest.raises(RepositoryError, match="at most"):
        check_repository(str(repository), max_bytes=size - 1)


def test_an_adapter_of_its_own_takes_its_place(repository, tmp_path):
    other = tmp_path / "people" / "adapter"
    shutil.copytree(repository / "speech-lora", other)
    path = other / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"base_model_name_or_path": str(repository)}))
    model, processor = model_and_processor(other)
    asked = inputs(processor)
    stock = AutoModelForCausalLM.from_pretrained(repository)
    stock.load_adapter(str(other))
    torch.testing.assert_close(logits(model, asked), logits(stock, asked), atol=1e-4, rtol=1e-4)


def quantised(folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"quantization_config": {"quant_method": "bitnet"}}))


DAMAGES = {
    "missing": (lambda f: shutil.rmtree(f / FOLDER), f"has no {FOLDER}/adapter_config.json, and phi4_multimodal answers pict"),
    "no weights": (lambda f: (f / FOLDER / "adapter_model.safetensors").unlink(), f"has no {FOLDER}/adapter_model.safetensors"),
    "cut": (lambda f: (f / FOLDER / "adapter_model.safetensors").write_bytes(b"short"), "is truncated or not a safetensors"),
    "imports": (lambda f: edit(f, megatron_config={"a": 1}, megatron_core="antigravity"), "has megatron_config"),
    "prompt": (lambda f: edit(f, peft_type="PROMPT_TUNING"), f"{FOLDER}/adapter_config.json peft_type: 'PROMPT_TUNING' cannot"),
    "quantised": (quantised, f"is quantised, and {FOLDER} merges into plain weights only"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_one_that_cannot_be_merged_is_refused_in_one_line_that_names_it(repository, damage):
    change, message = DAMAGES[damage]
    change(repository)
    with pytest.raises(RepositoryError) as caught:
        check_repository(str(repository))
    assert str(caught.value).startswith(str(repository))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_weights_that_it_lacks_are_not_drawn_at_random(repository):
    path = repository / FOLDER / "adapter_model.safetensors"
    weights = load_file(path)
    del weights[max(weights)]
    save_file(weights, path, {"format": "pt"})
    with pytest.raises(RepositoryError, match=r"org/name: the adapter lacks .*; is it an adapter of this model\?"):
        model_and_processor(repository)
