"""LoRA adapters on a tiny base: peft's own model is the oracle."""

import json
import shutil
import warnings

import pytest
import torch
from peft import AdaLoraConfig, LoHaConfig, LoKrConfig, LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForImageTextToText, LlavaForConditionalGeneration

from arena.errors import RepositoryError
from arena.models.dry_run import dry_run
from arena.models.loading import contestant_of, fetch
from arena.models.pretrained import from_pretrained
from arena.models.repository import check_repository
from arena.starter.architectures import ARCHITECTURES

LAYERS = ["q_proj", "v_proj", "down_proj"]
METHODS = {
    "LoRA": LoraConfig(r=4, target_modules=LAYERS, init_lora_weights=False, modules_to_save=["lm_head"]),
    "DoRA": LoraConfig(r=4, target_modules=LAYERS, init_lora_weights=False, use_dora=True),
    "rank-stabilised LoRA": LoraConfig(
        r=4, target_modules=r".*language_model.*\.q_proj", init_lora_weights=False, use_rslora=True
    ),
    "AdaLoRA": AdaLoraConfig(target_modules=LAYERS, init_lora_weights=False, total_step=1),
    "LoHa": LoHaConfig(r=4, target_modules=LAYERS, init_weights=False),
    "LoKr": LoKrConfig(r=4, target_modules=LAYERS, init_weights=False),
}


@pytest.fixture(scope="module")
def base(repositories, tmp_path_factory):
    return shutil.copytree(repositories("llava"), tmp_path_factory.mktemp("bases") / "org" / "base")


@pytest.fixture
def adapter(base, tmp_path):
    """Makes an adapter of the base by a method, as peft saves it."""

    def save(method="LoRA"):
        torch.manual_seed(7)
        folder = tmp_path / "people" / "adapter"
        get_peft_model(LlavaForConditionalGeneration.from_pretrained(base), METHODS[method]).save_pretrained(folder)
        return folder

    return save


def logits(model):
    generator = torch.Generator().manual_seed(7)
    pixels = torch.randn(1, 3, 32, 32, generator=generator)
    ids = torch.tensor([[1, *[model.config.image_token_id] * model.config.image_seq_length, 30, 31, 32]])
    with torch.inference_mode():
        return model.eval()(input_ids=ids, attention_mask=torch.ones_like(ids), pixel_values=pixels).logits


def model_and_processor(folder):
    report = check_repository(str(folder))
    return from_pretrained(AutoModelForImageTextToText, contestant_of(report), fetch(report))


def edit(folder, **changes):
    path = folder / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize("method", METHODS)
def test_an_adapter_on_its_base_gives_the_logits_of_peft(base, adapter, method):
    folder = adapter(method)
    plain = LlavaForConditionalGeneration.from_pretrained(base)
    before = logits(plain)
    expected = logits(PeftModel.from_pretrained(plain, folder))
    with warnings.catch_warnings(action="error"):
        dry_run(check_repository(str(folder)))
    model, processor = model_and_processor(folder)
    assert type(model) is LlavaForConditionalGeneration
    torch.testing.assert_close(logits(model), expected, atol=1e-4, rtol=1e-4)
    assert (expected - before).abs().max() > 0.05
    assert processor.chat_template == (base / "chat_template.jinja").read_text()


@pytest.mark.parametrize(
    ("architecture", "older"), [("LLaVA-1.5", "language_model.model.layers"), ("Qwen2-VL", "model.layers")]
)
def test_an_adapter_that_older_versions_saved_under_other_names_of_layers_gives_the_same(tmp_path, architecture, older):
    base = ARCHITECTURES[architecture].save(tmp_path / "org" / "base")
    plain = AutoModelForImageTextToText.from_pretrained(base)
    folder = tmp_path / "people" / "adapter"
    settings = LoraConfig(target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    get_peft_model(plain, settings).save_pretrained(folder)
    expected = model_and_processor(folder)[0].state_dict()
    weights = load_file(folder / "adapter_model.safetensors")
    old = {name.replace("model.language_model.layers", older): value for name, value in weights.items()}
    assert old.keys() != weights.keys()
    save_file(old, folder / "adapter_model.safetensors", {"format": "pt"})
    model = model_and_processor(folder)[0].state_dict()
    assert all(torch.equal(model[name], expected[name]) for name in expected)


def test_the_contestant_depends_on_the_adapter_and_on_its_base(base, adapter):
    folder = adapter()
    report = check_repository(str(folder))
    contestant = contestant_of(report)
    plain = check_repository(str(base))
    assert (report.repository, report.base) == ("people/adapter", plain)
    assert contestant.settings["base"] == f"org/base@{plain.revision}"
    assert (report.architecture, report.parameters) == (plain.architecture, plain.parameters)
    edit(folder, base_model_name_or_path=str(shutil.copytree(base, folder.parents[1] / "other" / "base")))
    (folder.parents[1] / "other" / "base" / "generation_config.json").write_text("{}")
    other = contestant_of(check_repository(str(folder)))
    assert other.revision != contestant.revision
    assert other.settings["base"] != contestant.settings["base"]


def test_the_processor_of_the_adapter_comes_before_that_of_its_base(base, adapter):
    folder = adapter()
    for name in ("processor_config.json", "tokenizer_config.json", "tokenizer.json"):
        shutil.copy(base / name, folder / name)
    (folder / "chat_template.jinja").write_text("{{ 'its own' }}")
    assert model_and_processor(folder)[1].chat_template == "{{ 'its own' }}"


def pickled(folder):
    (folder / "adapter_model.safetensors").rename(folder / "adapter_model.bin")


def quantised_base(folder):
    base = shutil.copytree(json.loads((folder / "adapter_config.json").read_text())["base_model_name_or_path"], folder / "base")
    config = json.loads((base / "config.json").read_text())
    (base / "config.json").write_text(json.dumps(config | {"quantization_config": {"quant_method": "bitnet"}}))
    edit(folder, base_model_name_or_path=str(base))


DAMAGES = {
    "prompt": (lambda f: edit(f, peft_type="PROMPT_TUNING"), "peft_type: 'PROMPT_TUNING' cannot be merged into a model"),
    "imports": (lambda f: edit(f, megatron_config={"a": 1}, megatron_core="antigravity"), "has megatron_config"),
    "pickled": (pickled, "has no adapter_model.safetensors"),
    "no base": (lambda f: edit(f, base_model_name_or_path=None), "has no base_model_name_or_path"),
    "base offline": (lambda f: edit(f, base_model_name_or_path="org/base"), "its base org/base: no such folder, and the Hub"),
    "base nowhere": (lambda f: edit(f, base_model_name_or_path="/nowhere"), "'/nowhere' is no folder here and no name on the"),
    "itself": (lambda f: edit(f, base_model_name_or_path=str(f)), "is an adapter itself"),
    "quantised": (quantised_base, "is quantised, and an adapter merges into plain weights only"),
    "cut": (lambda f: (f / "adapter_model.safetensors").write_bytes(b"short"), "adapter_model.safetensors is truncated"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_adapter_that_cannot_be_merged_is_refused_in_one_line_that_names_it(adapter, damage):
    folder = adapter()
    change, message = DAMAGES[damage]
    change(folder)
    with pytest.raises(RepositoryError) as caught:
        check_repository(str(folder))
    assert str(caught.value).startswith(str(folder))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def with_fewer_weights(weights):
    del weights[max(weights)]


def with_weights_of_another_layer(weights):
    name = max(weights)
    weights[name.replace("layers.1", "layers.7")] = weights[name].clone()


@pytest.mark.parametrize(
    ("change", "message"),
    [(with_fewer_weights, "the adapter lacks"), (with_weights_of_another_layer, "the adapter has weights that its base lacks")],
)
def test_an_adapter_whose_weights_do_not_fit_its_base_is_not_loaded(adapter, change, message):
    folder = adapter()
    weights = load_file(folder / "adapter_model.safetensors")
    change(weights)
    save_file(weights, folder / "adapter_model.safetensors", {"format": "pt"})
    with pytest.raises(RepositoryError, match=f"people/adapter: {message}"):
        model_and_processor(folder)
    with pytest.raises(RepositoryError, match=f"people/adapter: {message}"):
        dry_run(check_repository(str(folder)))
