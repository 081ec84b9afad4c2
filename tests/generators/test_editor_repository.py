"""What may edit: folders that were broken one by one, each refused in one line that says what to do."""

import json
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from arena.errors import EditorError
from arena.generators.editor_repository import CALLED_WITH, check_editor
from arena.generators.editors import FEW_STEPS
from arena.generators.edits import load_editor

NAME = "StableDiffusionInstructPix2PixPipeline"
DEFAULTS = {"num_inference_steps": 12, "guidance_scale": 7.5, "image_guidance_scale": 1.5, "scheduler": FEW_STEPS}
UNET = "unet/diffusion_pytorch_model.safetensors"
TEXT = "text_encoder/model.safetensors"


@pytest.fixture
def folder(pipelines, tmp_path) -> Path:
    """A good pipeline, to be broken."""
    return shutil.copytree(pipelines(NAME), tmp_path / "someone" / "editor")


def refused(reference: Path | str, **limits) -> str:
    """The one line with which an editor is refused, without its name."""
    with pytest.raises(EditorError) as caught:
        load_editor(check_editor(str(reference), **limits))
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith((f"{reference}: ", "someone/editor: "))
    return message.partition(": ")[2]


def write(file: Path, content: object) -> None:
    file.write_text(content if isinstance(content, str) else json.dumps(content))


def change_weights(file: Path, change) -> None:
    weights = load_file(file)
    change(weights)
    save_file(weights, file, {"format": "pt"})


def test_a_folder_is_named_by_its_place_and_its_content(folder):
    report = check_editor(str(folder))
    assert (report.repository, report.folder, report.kind.pipeline) == ("someone/editor", folder, NAME)
    assert len(report.revision) == 40
    assert report.arguments == DEFAULTS
    assert report.weight_bytes == sum(path.stat().st_size for path in folder.glob("*/*.safetensors"))
    (folder / "README.md").write_text("a word of praise")
    assert check_editor(str(folder)) == report
    change_weights(folder / TEXT, lambda weights: next(iter(weights.values())).add_(1))
    assert check_editor(str(folder)).revision != report.revision


def test_an_editor_says_itself_how_it_is_called(folder):
    write(folder / CALLED_WITH, {"num_inference_steps": 6, "guidance_scale": 1})
    report = check_editor(str(folder))
    assert report.arguments == {**DEFAULTS, "num_inference_steps": 6, "guidance_scale": 1}
    assert report.revision != check_editor(str(folder.rename(folder.with_name("same")))).folder


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"steps": 6}, "'steps' is unknown; use num_inference_steps, guidance_scale, image_guidance_scale, scheduler"),
        ({"num_inference_steps": "6"}, "num_inference_steps: is '6'; write one like 12"),
        ({"num_inference_steps": 6.5}, "num_inference_steps: is 6.5; write one like 12"),
        ({"num_inference_steps": True}, "num_inference_steps: is True; write one like 12"),
        ({"num_inference_steps": 0}, "num_inference_steps: is 0; write at least 1"),
        ({"guidance_scale": -1}, "guidance_scale: is -1; write one like 7.5"),
        ('{"guidance_scale": NaN}', "guidance_scale: is nan; write one like 7.5"),
        ({"guidance_scale": None}, "guidance_scale: is None; write one like 7.5"),
        ([], "editing.json holds no JSON object; save it again"),
        ("{", "editing.json is not readable JSON (JSONDecodeError); save it again"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(folder, content, says):
    write(folder / CALLED_WITH, content)
    assert refused(folder).endswith(says)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("This is not JSON.", "model_index.json is not readable JSON (JSONDecodeError); save it again"),
        (b"\xff\xfe\x00".decode("latin-1"), "model_index.json is not readable JSON (JSONDecodeError); save it again"),
        ("[" * 100_000, "model_index.json is not readable JSON (RecursionError); save it again"),
        ("[]", "model_index.json holds no JSON object; save it again"),
        ("{}", "its pipeline class 'None' is not known to edit; use one of StableDiffusionInstructPix2PixPipeline, Flux"),
        ({"_class_name": "StableDiffusionPipeline"}, "its pipeline class 'StableDiffusionPipeline' is not known to edit; use"),
        ({"_class_name": ["pipeline", "Mine"]}, "its pipeline class \"['pipeline', 'Mine']\" is not known to edit; use one of"),
        ({"_class_name": NAME}, "has no weights; save the pipeline with save_pretrained"),
        (
            {"_class_name": NAME, "unet": []},
            "cannot be read as a pipeline (IndexError: list index out of range); save it again",
        ),
    ],
)
def test_an_index_that_names_no_editor_is_refused(folder, content, says):
    write(folder / "model_index.json", content)
    assert refused(folder).startswith(says)


def test_what_is_not_there_is_refused(folder, tmp_path):
    assert refused(tmp_path / "nothing") == "no such folder; give a folder, or organisation/name@commit on the Hub"
    assert refused("") == "has no model_index.json; give a diffusers pipeline saved with save_pretrained"
    (tmp_path / "text").write_text("an editor")
    assert refused(tmp_path / "text") == "no such folder; give a folder, or organisation/name@commit on the Hub"
    (folder / "model_index.json").unlink()
    assert refused(folder) == "has no model_index.json; give a diffusers pipeline saved with save_pretrained"


def test_an_editor_without_weights_or_with_pickled_ones_is_refused(folder):
    (folder / UNET).unlink()
    assert refused(folder) == "unet: its weights are missing; add them"
    (folder / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"cos\nsystem\n")
    assert refused(folder) == "unet: its weights are pickled, which can run code; save them as safetensors"


def test_a_shard_that_is_missing_is_named(folder):
    (folder / UNET).unlink()
    index = {"weight_map": {"a": "one.safetensors", "b": "two.safetensors"}}
    write(folder / f"{UNET}.index.json", index)
    (folder / "unet" / "one.safetensors").write_bytes(b"")
    assert refused(folder) == "unet/two.safetensors is missing; add all weights"


def test_too_little_memory_is_told_before_anything_is_loaded(folder):
    weights = check_editor(str(folder)).weight_bytes
    check_editor(str(folder), memory_limit=2 * weights)
    says = "takes 0.0 GB of memory, and 0.0 GB are there; use a smaller editor or a larger machine"
    assert refused(folder, memory_limit=2 * weights - 1) == says


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


@pytest.mark.parametrize(
    ("file", "damage", "says"),
    [
        (
            UNET,
            lambda file: change_weights(file, lambda w: w.pop(min(w))),
            "unet: has no weights for conv_in.bias; save all of them",
        ),
        (TEXT, lambda file: change_weights(file, lambda w: w.pop(min(w))), "text_encoder: has no weights for "),
        (
            UNET,
            lambda file: change_weights(file, lambda w: w.update({min(w): torch.zeros(3)})),
            "cannot be loaded (ValueError: ",
        ),
        (
            TEXT,
            lambda file: change_weights(file, lambda w: w.update({min(w): torch.zeros(3)})),
            "cannot be loaded (RuntimeError: ",
        ),
        (UNET, cut, "cannot be loaded (OSError: "),
        (TEXT, cut, "cannot be loaded (SafetensorError: "),
        (UNET, lambda file: file.write_text("These are my weights."), "cannot be loaded (OSError: "),
    ],
    ids=[
        "unet lacks one",
        "text encoder lacks one",
        "unet shape",
        "text encoder shape",
        "unet cut",
        "text encoder cut",
        "text",
    ],
)
def test_weights_that_do_not_fit_are_refused_and_never_drawn_at_random(folder, file, damage, says):
    damage(folder / file)
    assert refused(folder).startswith(says)


def test_other_precisions_and_formats_of_the_same_weights_do_not_count(folder):
    before = check_editor(str(folder)).weight_bytes
    for copy in (UNET.replace(".safetensors", ".fp16.safetensors"), "everything.safetensors", "unet/model.ckpt"):
        shutil.copy(folder / UNET, folder / copy)
    (folder / "vae_1_0").mkdir()
    write(folder / "vae_1_0" / "config.json", {})
    assert check_editor(str(folder)).weight_bytes == before
