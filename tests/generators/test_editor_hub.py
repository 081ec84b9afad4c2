"""Editors from the Hub, over real HTTP: checked before they are fetched, pinned, and found again without a network."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from hub_server import COMMIT, Hub

EDITOR = "StableDiffusionInstructPix2PixPipeline"
UNET = "unet/diffusion_pytorch_model.safetensors"
COPIES = ("everything.safetensors", UNET.replace(".safetensors", ".fp16.safetensors"), "unet/diffusion_pytorch_model.bin")
PROGRAM = """
import json, sys
from arena.errors import EditorError
from arena.generators.editor_repository import check_editor
for reference in sys.argv[3:]:
    try:
        report = check_editor(reference, memory_limit=int(sys.argv[2]))
        files = sorted(path.relative_to(report.folder).as_posix() for path in report.folder.rglob("*") if path.is_file())
        found = {"repository": report.repository, "revision": report.revision, "files": files, "bytes": report.weight_bytes}
        if sys.argv[1] == "load":
            from arena.generators.edits import load_editor
            found["loaded"] = load_editor(report).report.repository
        print(json.dumps(found))
    except EditorError as error:
        print(json.dumps({"error": str(error)}))
"""


def run(home, job, *references, endpoint="", limit=2**30):
    """What a process with a Hub cache of its own finds out about each reference; offline where there is no endpoint."""
    environment = {**os.environ, "HF_HOME": str(home), "HF_HUB_OFFLINE": "" if endpoint else "1", "HF_HUB_DISABLE_XET": "1"}
    if endpoint:
        environment["HF_ENDPOINT"] = endpoint
    command = [sys.executable, "-c", PROGRAM, job, str(limit), *references]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


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
    (found,) = run(tmp_path, "check", "org/editor", endpoint=hub.address)
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
    told = run(tmp_path, "check", *messages, endpoint=hub.address, limit=1000)
    assert len(told) == len(messages)
    for found, message in zip(told, messages.values(), strict=True):
        assert found["error"].startswith(message)
    assert not any("GET" in line and ".safetensors" in line for line in hub.requested)
