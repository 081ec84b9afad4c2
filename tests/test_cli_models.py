"""`arena models check`: what it says of tiny repositories, in the same process but for `--try`."""

import json
import re
import shutil

import pytest
from endpoint_server import serve
from processes import STARTERS
from starter_model import StarterModel
from unhindered import unhindered

from arena.cli import main
from arena.starter.architectures import ARCHITECTURES

__all__ = ["unhindered"]


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return ARCHITECTURES["LLaVA-1.5"].save(tmp_path_factory.mktemp("models") / "org" / "sound")


@pytest.fixture
def repository(sound, tmp_path):
    return shutil.copytree(sound, tmp_path / "org" / "name")


def edit(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.usefixtures("unhindered")
def test_a_model_that_may_enter_is_described_and_tried(sound, capsys):
    assert main(["models", "check", "--try", f"{sound}?turns=1"]) == 0
    entered, answered, asked = capsys.readouterr().out.splitlines()
    assert entered.startswith("org/sound may enter: LlavaForConditionalGeneration (generative), 0.1 M parameters")
    assert answered.startswith("org/sound answers after ")
    assert re.fullmatch(
        r"path: shared prefixes.*; 2 images a prompt; \S+ nats from stock transformers at most, .* in a batch; no second turn",
        asked,
    )


def test_brackets_in_the_name_of_a_folder_are_written_as_they_are(repository, capsys):
    bracketed = repository.rename(repository.with_name("a[red]x"))
    assert main(["models", "check", str(bracketed)]) == 0
    assert capsys.readouterr().out.startswith("org/a[red]x may enter: ")


def test_room_for_thoughts_is_told(sound, repository, capsys):
    assert main(["models", "check", f"{sound}?thinking=64"]) == 1
    assert "org/sound: thinking does not apply, its chat template knows no thoughts; leave it out" in capsys.readouterr().err
    opened = (repository / "chat_template.jinja").read_text() + "<think>"
    (repository / "chat_template.jinja").write_text(opened)
    assert main(["models", "check", str(repository)]) == 0
    assert "org/name has 2048 tokens for thoughts before each answer" in capsys.readouterr().out.splitlines()
    assert main(["models", "check", f"{repository}?thinking=64"]) == 0
    assert "org/name has 64 tokens for thoughts before each answer" in capsys.readouterr().out.splitlines()


def test_a_template_that_switches_thoughts_off_is_told_with_what_gives_them_room(repository, capsys):
    switched = (repository / "chat_template.jinja").read_text() + "{% if thinking %}<think>{% endif %}"
    (repository / "chat_template.jinja").write_text(switched)
    assert main(["models", "check", str(repository)]) == 0
    line = "org/name is asked without thoughts; add ?thinking=2048 to its name to give them room"
    assert line in capsys.readouterr().out.splitlines()


def without_place(folder):
    (folder / "chat_template.jinja").write_text("{{ messages[0]['content'][-1]['text'] }}")


def of_another_shape(folder):
    text = json.loads((folder / "config.json").read_text())["text_config"]
    edit(folder / "config.json", text_config=text | {"intermediate_size": 48})


def of_another_layout(folder):
    edit(folder / "config.json", model_type="vipllava", architectures=None)


def quantised(folder):
    edit(folder / "config.json", quantization_config={"quant_method": "own"})


def of_another_processor(folder):
    edit(folder / "processor_config.json", processor_class="CLIPSegProcessor")


def without_processor(folder):
    processor = json.loads((folder / "processor_config.json").read_text())
    del processor["processor_class"]
    (folder / "processor_config.json").write_text(json.dumps(processor))
    edit(folder / "tokenizer_config.json", processor_class=None)
    edit(folder / "config.json", model_type="kosmos-2", architectures=None, text_config={}, vision_config={})


def with_template_that_breaks(folder):
    (folder / "chat_template.jinja").write_text("{{ raise_exception('no images') }}")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (without_place, "Found total 0 <image> tokens and 1 images.); mend its chat template"),
        (with_template_that_breaks, "cannot be shown an image (TemplateError: no images); mend its chat template"),
        (of_another_shape, "have shape [32, 64], and config.json makes them [32, 48]; save both again"),
        (of_another_layout, "has no weights for "),
        (quantised, "config.json: quantization_config: own: "),
        (without_processor, "has a TokenizersBackend only; save its processor with save_pretrained"),
        (of_another_processor, "cannot be shown an image ("),
    ],
)
def test_what_could_not_be_loaded_or_asked_may_not_enter(repository, capsys, change, says):
    change(repository)
    assert main(["models", "check", str(repository)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.strip().splitlines()
    assert "org/name" in line
    assert says in line


def test_memory_that_is_not_granted_is_named(repository, capsys, monkeypatch):
    monkeypatch.setattr("arena.models.machine.available_memory", lambda: 1000)
    assert main(["models", "check", str(repository)]) == 1
    assert "and 0 MB are there" in capsys.readouterr().err


@pytest.mark.parametrize("amount", ["0", "-1", "nan", "inf", "1e308", "much"])
def test_an_amount_of_memory_may_be_a_fraction_but_is_above_nothing(sound, capsys, amount):
    with pytest.raises(SystemExit):
        main(["models", "check", str(sound), "--gigabytes", amount])
    assert f"{amount!r} is no amount; give a number above 0" in capsys.readouterr().err
    assert main(["models", "check", str(sound), "--gigabytes", "0.5"]) == 0
    assert "1 MB of memory" in capsys.readouterr().out


def test_an_endpoint_shows_no_files_and_a_broken_one_is_told(capsys):
    assert main(["models", "check", "https://host.example/v1#some/model"]) == 0
    said = capsys.readouterr().out
    assert said.strip() == "some/model at host.example is an endpoint and may enter; it shows no files, and nothing was asked"
    assert main(["models", "check", "https://host.example/v1"]) == 1
    assert "names no model" in capsys.readouterr().err


def test_an_endpoint_is_tried_with_one_question(capsys):
    with serve(StarterModel(STARTERS / "llava-mini"), faults=["ok", "404:no such model"]) as server:
        reference = f"{server.address}#llava-mini"
        assert main(["models", "check", "--try", reference]) == 0
        assert re.fullmatch(
            r"llava-mini at 127.0.0.1:\d+ is an endpoint, may enter, and answers after \S+ s\n", capsys.readouterr().out
        )
        assert main(["models", "check", "--try", reference]) == 1
    assert "does not answer: HTTP 404: no such model" in capsys.readouterr().err


@pytest.mark.parametrize("reference", ["", " "])
def test_the_empty_name_is_no_folder(capsys, reference):
    assert main(["models", "check", reference]) == 1
    assert "the empty name: no such folder" in capsys.readouterr().err


def test_an_adapter_is_described_with_its_base(sound, tmp_path, capsys):
    from peft import LoraConfig, get_peft_model
    from transformers import LlavaForConditionalGeneration

    folder = tmp_path / "people" / "adapter"
    get_peft_model(LlavaForConditionalGeneration.from_pretrained(sound), LoraConfig(target_modules=["q_proj"])).save_pretrained(
        folder
    )
    assert main(["models", "check", str(folder)]) == 0
    said = capsys.readouterr()
    assert "people/adapter may enter: LlavaForConditionalGeneration (generative) on org/sound@" in said.out
    assert "people/adapter was not loaded; --try loads it" in said.err
