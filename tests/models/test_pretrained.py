"""What loading makes of repositories as people publish them: code of their own, renamed classes, templates in many places."""

import json
import shutil

import pytest
import torch
from transformers import (
    AutoModelForImageTextToText,
    ChameleonProcessor,
    CLIPImageProcessor,
    LlavaForConditionalGeneration,
    LlavaProcessor,
)

from arena.errors import RepositoryError
from arena.models.loading import contestant_of, fetch
from arena.models.pretrained import from_pretrained, load_processor, remedy
from arena.models.repository import check_repository
from arena.starter.architectures import ARCHITECTURES

OWN_CODE = {
    "AutoConfig": "own.Config",
    "AutoModelForImageTextToText": "own.Model",
    "AutoProcessor": "own.Processor",
    "AutoImageProcessor": "own.Images",
    "AutoTokenizer": ["own.Tokenizer", None],
}


@pytest.fixture
def repository(repositories, tmp_path):
    return shutil.copytree(repositories("llava"), tmp_path / "org" / "name")


def edit(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def model_and_processor(folder):
    report = check_repository(str(folder))
    return from_pretrained(AutoModelForImageTextToText, contestant_of(report), fetch(report))


def split_processor(folder):
    """The processor in two files, as transformers saved it before version 5."""
    config = json.loads((folder / "processor_config.json").read_text())
    (folder / "preprocessor_config.json").write_text(json.dumps(config.pop("image_processor")))
    (folder / "processor_config.json").write_text(json.dumps(config))


def test_code_of_its_own_beside_a_known_type_is_neither_run_nor_asked_about(repository, monkeypatch):
    split_processor(repository)
    expected, processor = model_and_processor(repository)
    for file in ("config.json", "tokenizer_config.json", "processor_config.json", "preprocessor_config.json"):
        edit(repository / file, auto_map=OWN_CODE)
    edit(repository / "config.json", architectures=["OwnModel"])
    edit(repository / "processor_config.json", processor_class="OwnProcessor")
    edit(repository / "tokenizer_config.json", tokenizer_class="OwnTokenizer")
    (repository / "own.py").write_text("raise SystemExit('code of the repository was run')")
    monkeypatch.setattr("builtins.input", lambda _: pytest.fail("transformers asks whether to run code of the repository"))
    model, own = model_and_processor(repository)
    assert type(model) is LlavaForConditionalGeneration
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), expected.parameters(), strict=True))
    assert type(own) is LlavaProcessor
    assert own.image_processor.to_dict() == processor.image_processor.to_dict()
    assert own.tokenizer.get_vocab() == processor.tokenizer.get_vocab()


def in_tokenizer_config(folder, template):
    edit(folder / "tokenizer_config.json", chat_template=template)


def as_named_list(folder, template):
    named = [{"name": "tool_use", "template": "{{ 'tools' }}"}, {"name": "default", "template": template}]
    edit(folder / "tokenizer_config.json", chat_template=named)


def in_processor_config(folder, template):
    edit(folder / "processor_config.json", chat_template=template)


def in_chat_template_json(folder, template):
    (folder / "chat_template.json").write_text(json.dumps({"chat_template": template}))


def beside_others(folder, template):
    (folder / "additional_chat_templates").mkdir()
    (folder / "additional_chat_templates" / "tool_use.jinja").write_text("{{ 'tools' }}")
    (folder / "chat_template.jinja").write_text(template)


@pytest.mark.parametrize(
    "place", [in_tokenizer_config, as_named_list, in_processor_config, in_chat_template_json, beside_others]
)
def test_a_chat_template_is_used_wherever_it_lies(repository, place):
    template = (repository / "chat_template.jinja").read_text()
    (repository / "chat_template.jinja").unlink()
    place(repository, template)
    processor = model_and_processor(repository)[1]
    assert processor.chat_template == template


@pytest.mark.parametrize("file", ["chat_template.jinja", "chat_template.json"])
def test_a_processor_that_does_not_take_the_template_beside_it_gets_it(repository, tmp_path, file):
    tokenizer = load_processor("org/name", repository, repository).tokenizer
    tokenizer.chat_template = None
    ChameleonProcessor(CLIPImageProcessor(), tokenizer, image_seq_length=4, image_token="<image>").save_pretrained(
        tmp_path / "c"
    )
    template = "{{ 'its own' }}"
    (tmp_path / "c" / file).write_text(template if file.endswith("jinja") else json.dumps({"chat_template": template}))
    processor = load_processor("org/name", tmp_path / "c", repository)
    assert type(processor) is ChameleonProcessor
    assert processor.chat_template == template


def test_several_templates_without_a_default_are_refused_in_one_line(repository):
    (repository / "chat_template.jinja").unlink()
    edit(
        repository / "tokenizer_config.json", chat_template=[{"name": "rag", "template": ""}, {"name": "tool", "template": ""}]
    )
    with pytest.raises(RepositoryError, match="org/name: chat template: none of rag, tool is the default"):
        model_and_processor(repository)


@pytest.mark.parametrize("name", ["Qwen2.5-Omni", "Phi-4-multimodal"])
def test_of_a_model_that_also_hears_or_speaks_what_reads_and_writes_is_loaded(tmp_path, name):
    report = check_repository(str(ARCHITECTURES[name].save(tmp_path / "org" / "name")))
    model, _ = from_pretrained(AutoModelForImageTextToText, contestant_of(report), report.folder)
    assert type(model).__name__ == report.architecture
    assert sum(tensor.numel() for tensor in model.parameters()) == pytest.approx(report.parameters, rel=0.01)


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (ImportError("\nX requires the timm library, install it with pip:\n`pip install timm`. Restart."), "install timm"),
        (ImportError("Using `b` needs it: `pip install -U bitsandbytes>=0.46.1`"), "install bitsandbytes>=0.46.1"),
        (ModuleNotFoundError("No module named 'a.b'", name="a.b"), "install a"),
        (MemoryError(), "use a smaller model or a larger machine"),
        (KeyError("x"), "try it with from_pretrained"),
    ],
)
def test_an_error_of_loading_says_what_to_do(error, advice):
    assert remedy(error) == advice
