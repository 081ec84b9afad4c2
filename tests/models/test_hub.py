"""Models of the Hub, over real HTTP."""

import json
import shutil

import pytest
from hub_server import COMMIT, Hub
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import CLIPModel

from arena.errors import RepositoryError
from arena.models import check_repository, contestant_of, load
from arena.models.dry_run import dry_run
from arena.models.loading import fetch
from arena.starter.architectures import ARCHITECTURES

REFERENCES = (f"org/clip@{COMMIT}", f"people/adapter@{COMMIT}", f"org/sharded@{COMMIT}")
NOBODY = "http://127.0.0.1:9"
"""Where no Hub listens."""


def run(home, job, *references, hub=None, offline=False):
    """What is found out about each reference with a Hub cache of its own."""
    with pytest.MonkeyPatch.context() as patch:
        constants = {"HF_HUB_CACHE": home / "hub", "HF_HUB_OFFLINE": offline, "HF_HUB_DISABLE_XET": True, "ENDPOINT": NOBODY}
        for name, value in constants.items():
            patch.setattr(f"huggingface_hub.constants.{name}", value)
        if hub is not None:
            hub.reach(patch, home / "hub")
        said = []
        for reference in references:
            try:
                said += JOBS[job](check_repository(reference))
            except RepositoryError as error:
                said.append({"error": str(error)})
        return json.loads(json.dumps(said))


def described(report, model):
    """What is told of a model that was built or loaded."""
    base = report.base and f"{report.base.repository}@{report.base.revision}"
    loaded = model and model.memory_bytes
    told = {"repository": report.repository, "revision": report.revision, "kind": report.kind, "base": base, "loaded": loaded}
    return [{**told, "memory": report.memory_bytes, "checked": sorted(path.name for path in report.folder.iterdir())}]


def fetched_twice(report):
    """Names of the weights that are fetched, and again after the last file was lost."""
    names = []
    for _ in range(2):
        folder = fetch(report)
        files = sorted(folder.rglob("*.safetensors"))
        names.append([path.relative_to(folder).as_posix() for path in files])
        files[-1].unlink()
    return names


JOBS = {
    "check": lambda report: described(report, dry_run(report)),
    "load": lambda report: described(report, load(report, contestant_of(report))),
    "fetch": fetched_twice,
}


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


def save_adapter(folder, base, **changes):
    """A LoRA adapter of the model in the folder `base`, whose configuration is then changed."""
    model = CLIPModel.from_pretrained(base)
    get_peft_model(model, LoraConfig(target_modules=["q_proj"], init_lora_weights=False)).save_pretrained(folder)
    config = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps(config | changes))
    return folder


@pytest.fixture(scope="module")
def hub(repositories, tmp_path_factory):
    clip, folder = repositories("clip"), tmp_path_factory.mktemp("hub")
    pickled = shutil.copytree(clip, folder / "pickled")
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    sharded = shutil.copytree(clip, folder / "sharded")
    split_weights(sharded)
    shutil.copy(clip / "model.safetensors", sharded / "consolidated.safetensors")
    served = {
        "org/clip": clip,
        "org/pickled": pickled,
        "org/sharded": sharded,
        "org/phi": ARCHITECTURES["Phi-4-multimodal"].save(folder / "phi"),
        "people/adapter": save_adapter(folder / "adapter", clip, base_model_name_or_path="org/clip", revision=COMMIT),
        "people/thief": save_adapter(folder / "thief", clip, base_model_name_or_path=str(clip)),
    }
    with Hub() as hub:
        for name, served_folder in served.items():
            hub.add(name, served_folder)
        yield hub


@pytest.fixture(scope="module")
def refused(repositories):
    """What cannot be had from the Hub, and the line that tells it."""
    clip = repositories("clip")
    return {
        "org/pickled": "org/pickled: its weights are pickled, which can run code; save them as safetensors",
        "org/nothing": "org/nothing: is private or not there; check the name and HF_TOKEN",
        "org/clip@" + "0" * 40: "org/clip: is not on the Hub, or has no such commit; check the name and HF_TOKEN",
        "org/.clip": "org/.clip: no such folder; give a folder, or organisation/name@commit on the Hub",
        "people/thief": f"people/thief: adapter_config.json: base_model_name_or_path: {str(clip)!r} is no name on the Hub; "
        "write that of its base",
        "org/a--b": "org/a--b: not a repository name; write organisation/name@commit",
    }


@pytest.fixture(scope="module")
def checked(hub, refused, tmp_path_factory):
    """What was said of a model, of an adapter of it and of those that are refused, and what was asked for meanwhile."""
    hub.requested.clear()
    said = run(tmp_path_factory.mktemp("checked"), "check", "org/clip", "people/adapter", *refused, hub=hub)
    return said, list(hub.requested)


def test_a_branch_is_resolved_to_its_commit_and_no_weights_are_fetched_by_check_or_dry_run(checked):
    said, requested = checked
    reports = said[:2]
    assert [report["repository"] for report in reports] == ["org/clip", "people/adapter"]
    assert {(report["revision"], report["kind"]) for report in reports} == {(COMMIT, "contrastive")}
    assert "config.json" in reports[0]["checked"]
    assert not any(name.endswith(".safetensors") for report in reports for name in report["checked"])
    weights = [line for line in requested if ".safetensors" in line and line.startswith("GET")]
    assert weights
    assert all("bytes=" in line for line in weights)


def test_all_that_is_asked_of_the_hub_is_in_its_api_and_no_token_goes_to_where_large_files_lie(hub, checked, first):
    assert not hub.rejected


@pytest.fixture(scope="module")
def first(hub, tmp_path_factory):
    """A home into which a model, an adapter of it and a model in shards were loaded, what was said of each, and asked for."""
    hub.requested.clear()
    home = tmp_path_factory.mktemp("first")
    return home, run(home, "load", *REFERENCES, hub=hub), list(hub.requested)


def test_checked_commits_are_downloaded_loaded_and_then_found_without_the_hub(first):
    home, reports, _ = first
    assert all(report["loaded"] == report["memory"] for report in reports)
    again = run(home, "load", *REFERENCES, offline=True)
    assert [{**report, "checked": None} for report in again] == [{**report, "checked": None} for report in reports]


def test_an_adapter_names_the_commit_of_its_base(first):
    _, reports, _ = first
    assert [(report["revision"], report["base"]) for report in reports] == [
        (COMMIT, None),
        (COMMIT, f"org/clip@{COMMIT}"),
        (COMMIT, None),
    ]


def test_copies_of_the_weights_in_another_format_are_not_fetched(first):
    _, _, requested = first
    fetched = {line.split()[1].rpartition("/")[2] for line in requested if line.startswith("GET storage/models/org/sharded/")}
    assert {name for name in fetched if name.endswith(".safetensors")} == {
        "model-00001-of-00002.safetensors",
        "model-00002-of-00002.safetensors",
    }


def test_the_adapter_for_pictures_is_fetched_with_a_model_and_again_if_it_is_lost_and_that_for_sounds_is_not(hub, tmp_path):
    reference = f"org/phi@{COMMIT}"
    expected = [["model.safetensors", "vision-lora/adapter_model.safetensors"]]
    assert run(tmp_path, "fetch", reference, hub=hub) == 2 * expected


def test_a_download_that_was_broken_off_is_resumed(first, hub, tmp_path):
    home = shutil.copytree(first[0], tmp_path / "home", symlinks=True)
    (shard,) = home.rglob("snapshots/*/model-00002-of-00002.safetensors")
    shard.unlink()
    (again,) = run(home, "load", REFERENCES[2], hub=hub)
    assert again["loaded"] == again["memory"]
    assert shard.exists()


def test_what_the_hub_does_not_have_is_told_in_one_line(checked, refused):
    assert checked[0][2:] == [{"error": message} for message in refused.values()]


def test_a_hub_that_cannot_be_reached_is_told_in_one_line(tmp_path):
    message = "org/clip: no such folder, and the Hub cannot be reached; check the name and the network"
    assert run(tmp_path, "check", "org/clip") == [{"error": message}]
