"""Editors from the Hub, over real HTTP: checked before they are fetched, pinned, and found again without a network."""

import json
import shutil

import pytest
from hub_server import COMMIT, Hub

from arena.errors import EditorError
from arena.generators.editor_repository import check_editor
from arena.generators.edits import load_editor

EDITOR = "StableDiffusionInstructPix2PixPipeline"
UNET = "unet/diffusion_pytorch_model.safetensors"
COPIES = ("everything.safetensors", UNET.replace(".safetensors", ".fp16.safetensors"), "unet/diffusion_pytorch_model.bin")
NOBODY = "http://127.0.0.1:9"
"""Where no Hub listens."""


def run(home, job, *references, hub=None, limit=2**30):
    """What is found out about each reference with a Hub cache of its own; offline where there is no Hub."""
    with pytest.MonkeyPatch.context() as patch:
        constants = {"HF_HUB_CACHE": home / "hub", "HF_HUB_OFFLINE": True, "ENDPOINT": NOBODY}
        for name, value in constants.items():
            patch.setattr(f"huggingface_hub.constants.{name}", value)
        if hub is not None:
            hub.reach(patch, home / "hub")
        return [found(job, reference, limit) for reference in references]


def found(job, reference, limit):
    """What is told of an editor, or the error."""
    try:
        report = check_editor(reference, memory_limit=limit)
        files = sorted(path.relative_to(report.folder).as_posix() for path in report.folder.rglob("*") if path.is_file())
        told = {"repository": report.repository, "revision": report.revision, "files": files, "bytes": report.weight_bytes}
        return {**told, "loaded": load_editor(report).report.repository} if job == "load" else told
    except EditorError as error:
        return {"error": str(error)}


@pytest.fixture(scope="module")
def hub(pipelines, tmp_path_factory):
    folders = {name: tmp_path_factory.mktemp("hub") / name for name in ("editor", "pickled", "painter")}
    for folder in folders.values():
        shutil.copytree(pipelines(EDITOR), folder)
    for copy in COPIES:
        shutil.copy(folders["editor"] / UNET, folders["editor"] / copy)
    (folders["editor"] / "pipeline.py").write_text("raise SystemExit('code of its own')")
    (folders["pickled"] / UNET).rename(folders["pickled"] / COPIES[-1])
    index = json.loads((folders["painter"] / "model_index.json").read_text())
    (folders["painter"] / "model_index.json").write_text(json.dumps({**index, "_class_name": "StableDiffusionPipeline"}))
    with Hub() as hub:
        for name, folder in folders.items():
            hub.add(f"org/{name}", folder)
        yield hub


def test_an_editor_is_pinned_fetched_without_its_copies_and_found_again_without_the_hub(hub, tmp_path):
    (found,) = run(tmp_path, "check", "org/editor", hub=hub)
    assert (found["repository"], found["revision"]) == ("org/editor", COMMIT)
    assert UNET in found["files"]
    assert not any(copy in line for copy in (*COPIES, "pipeline.py") for line in hub.requested)
    assert {file.rpartition(".")[2] for file in found["files"]} == {"jinja", "json", "safetensors"}
    (again,) = run(tmp_path, "load", f"org/editor@{COMMIT}")
    assert again == {**found, "loaded": "org/editor"}


def test_what_cannot_edit_is_told_in_one_line_before_any_weight_is_fetched(hub, tmp_path):
    hub.requested.clear()
    messages = {
        "org/painter": "org/painter: its pipeline class 'StableDiffusionPipeline' is not known to edit; use one of ",
        "org/pickled": "org/pickled: unet: its weights are pickled, which can run code; save them as safetensors",
        "org/nothing": "org/nothing: is private or not there; check the name and HF_TOKEN",
        "org/editor@" + "0" * 40: "org/editor: is not on the Hub, or has no such commit; check the name and HF_TOKEN",
        "org/editor": "org/editor: takes 0.0 GB of memory, and 0.0 GB are there; use a smaller editor or a larger machine",
    }
    told = run(tmp_path, "check", *messages, hub=hub, limit=1000)
    assert len(told) == len(messages)
    for found, message in zip(told, messages.values(), strict=True):
        assert found["error"].startswith(message)
    assert not any("GET" in line and ".safetensors" in line for line in hub.requested)
