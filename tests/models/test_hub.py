"""Over real HTTP, and in processes of their own, because the Hub's address is read when its library is imported."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from hub_server import serve
from safetensors.torch import load_file, save_file

COMMIT = "c0ffee" * 6 + "0123"
PROGRAM = """
import json, sys
from arena.errors import RepositoryError
from arena.models import check_repository, contestant_of, load
for reference in sys.argv[2:]:
    try:
        report = check_repository(reference)
        checked = sorted(path.name for path in report.folder.iterdir())
        model = load(report, contestant_of(report)) if sys.argv[1] == "load" else None
        print(json.dumps({"repository": report.repository, "revision": report.revision, "kind": report.kind, "checked": checked,
                          "memory": report.memory_bytes, "loaded": model and model.memory_bytes}))
    except RepositoryError as error:
        print(json.dumps({"error": str(error)}))
"""


def run(home, job, *references, endpoint="", offline="0"):
    """What a process with a Hub cache of its own finds out about each reference."""
    environment = {**os.environ, "HF_HOME": str(home), "HF_HUB_OFFLINE": offline, "HF_HUB_DISABLE_XET": "1"}
    if endpoint:
        environment["HF_ENDPOINT"] = endpoint
    command = [sys.executable, "-c", PROGRAM, job, *references]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def split_weights(folder):
    """Two shards and their index in place of one file."""
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    names = sorted(weights)
    weight_map = {}
    for number, part in enumerate((names[::2], names[1::2]), start=1):
        shard = f"model-0000{number}-of-00002.safetensors"
        save_file({name: weights[name] for name in part}, folder / shard, {"format": "pt"})
        weight_map |= dict.fromkeys(part, shard)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))


@pytest.fixture(scope="module")
def hub(repositories, tmp_path_factory):
    pickled = shutil.copytree(repositories("clip"), tmp_path_factory.mktemp("hub") / "pickled")
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    sharded = shutil.copytree(repositories("clip"), tmp_path_factory.mktemp("hub") / "sharded")
    split_weights(sharded)
    with serve({"org/clip": repositories("clip"), "org/pickled": pickled, "org/sharded": sharded}, COMMIT) as served:
        yield served


def test_a_branch_is_resolved_to_its_commit_and_no_weights_are_fetched_by_the_check(hub, tmp_path):
    endpoint, requested = hub
    requested.clear()
    (report,) = run(tmp_path, "check", "org/clip", endpoint=endpoint)
    assert (report["repository"], report["revision"], report["kind"]) == ("org/clip", COMMIT, "contrastive")
    assert "config.json" in report["checked"]
    assert "model.safetensors" not in report["checked"]
    weights = [line for line in requested if "model.safetensors" in line and line.startswith("GET")]
    assert weights
    assert all("bytes=" in line for line in weights)


def test_a_checked_commit_is_downloaded_loaded_and_then_found_without_the_hub(hub, tmp_path):
    endpoint, _ = hub
    (report,) = run(tmp_path, "load", f"org/clip@{COMMIT}", endpoint=endpoint)
    assert report["loaded"] == report["memory"]
    (again,) = run(tmp_path, "load", f"org/clip@{COMMIT}", offline="1")
    assert {**again, "checked": None} == {**report, "checked": None}


def test_a_download_that_was_broken_off_is_resumed(hub, tmp_path):
    endpoint, _ = hub
    reference = f"org/sharded@{COMMIT}"
    (report,) = run(tmp_path, "load", reference, endpoint=endpoint)
    (shard,) = tmp_path.rglob("snapshots/*/model-00002-of-00002.safetensors")
    shard.unlink()
    (again,) = run(tmp_path, "load", reference, endpoint=endpoint)
    assert again["loaded"] == report["loaded"] == report["memory"]
    assert shard.exists()


def test_what_the_hub_does_not_have_is_told_in_one_line(hub, tmp_path):
    messages = {
        "org/pickled": "org/pickled: its weights are pickled, which can run code; save them as safetensors",
        "org/nothing": "org/nothing: is not on the Hub, or has no such commit; check the name and HF_TOKEN",
        "org/clip@" + "0" * 40: "org/clip: is not on the Hub, or has no such commit; check the name and HF_TOKEN",
        "org/.clip": "org/.clip: no such folder; give a folder, or organisation/name@commit on the Hub",
        "org/a--b": "org/a--b: not a repository name; write organisation/name@commit",
    }
    assert run(tmp_path, "check", *messages, endpoint=hub[0]) == [{"error": message} for message in messages.values()]


def test_a_hub_that_cannot_be_reached_is_told_in_one_line(tmp_path):
    message = "org/clip: no such folder, and the Hub cannot be reached; check the name and the network"
    assert run(tmp_path, "check", "org/clip", endpoint="http://127.0.0.1:9") == [{"error": message}]
